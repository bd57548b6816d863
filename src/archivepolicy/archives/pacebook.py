"""Where the pace of each archive is written down: a file for all processes of this machine, or memory for one.

The file is a small SQLite database: its locks let go when a process dies, a change is whole or not at all, and a machine of
any kind has it. It is opened for each change, so that nothing is carried into a forked process. What cannot be written is
said once, and then this process keeps its pace alone.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import sqlite3
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from archivepolicy.archives.pace import Pace, Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")
log = logging.getLogger(__name__)

_TABLE = "CREATE TABLE IF NOT EXISTS pace_1 (archive TEXT PRIMARY KEY, pace TEXT NOT NULL) WITHOUT ROWID"
_LOCKED_S = 10.0  # a change takes less than a thousandth of a second; who holds the lock longer than this is stuck


class PaceBook:
    """The paces of all archives.

    Args:
        path: The file that processes share; None for this process alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._own: dict[str, Pace] = {}
        self._said: set[str] = set()

    @property
    def is_shared(self) -> bool:
        """Whether other processes see it."""
        return self._path is not None

    def is_news(self, text: str) -> bool:
        """Whether nobody in this process has said this yet."""
        with self._lock:
            is_new = text not in self._said
            self._said.add(text)
            return is_new

    def read(self, archive: str) -> Pace:
        """What is known of an archive; no file is made for it."""
        with self._lock:
            if self._path is not None and self._path.exists():
                with self._kept_alone_on_failure(self._path):
                    return self._in_file(self._path, archive, None)
            return self._own.get(archive, Pace())

    def change(self, archive: str, change: Callable[[Pace], tuple[Pace, T]]) -> T:
        """Change what is known of an archive, alone in the book; nothing is changed where `change` raises.

        Args:
            archive: Which one.
            change: Gives the new pace, and what is to be given back.
        """
        given: list[T] = []

        def noted(pace: Pace) -> Pace:
            pace, value = change(pace)
            given[:] = [value]
            return pace

        with self._lock:
            if self._path is not None:
                with self._kept_alone_on_failure(self._path):
                    self._own[archive] = self._in_file(self._path, archive, noted)
                    return given[0]
            self._own[archive] = noted(self._own.get(archive, Pace()))
            return given[0]

    def _in_file(self, path: Path, archive: str, change: Callable[[Pace], Pace] | None) -> Pace:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _in_transaction(path, archive, change)
        except sqlite3.OperationalError:  # locked, not writable, no space: a new file would not help
            raise
        except sqlite3.DatabaseError:  # damaged: it holds nothing older than a day
            path.unlink(missing_ok=True)
            return _in_transaction(path, archive, change)

    @contextlib.contextmanager
    def _kept_alone_on_failure(self, path: Path) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as failure:
            self._path = None
            log.warning(
                "%s cannot be used (%s): other commands that run now do not know how fast this one asks", path, failure
            )


def _in_transaction(path: Path, archive: str, change: Callable[[Pace], Pace] | None) -> Pace:
    connection = sqlite3.connect(path, timeout=_LOCKED_S, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")  # a power cut may lose it: no process survives one either
        if change is None:
            return _row(connection, archive)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        pace = change(_row(connection, archive))
        connection.execute("INSERT OR REPLACE INTO pace_1 VALUES (?, ?)", (archive, json.dumps(asdict(pace))))
        connection.execute("COMMIT")
    finally:
        connection.close()  # takes back what was not committed
    return pace


def _row(connection: sqlite3.Connection, archive: str) -> Pace:
    """What the file says of an archive."""
    is_new = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pace_1'").fetchone() is None
    row = None if is_new else connection.execute("SELECT pace FROM pace_1 WHERE archive = ?", (archive,)).fetchone()
    return _from_text(row[0]) if row else Pace()


def _from_text(text: str) -> Pace:
    """A row as it was written; one that another release wrote differently is forgotten."""
    try:
        values = json.loads(text)
        slots = {str(kind): float(slot) for kind, slot in values["slots"].items()}
        return Pace(slots=slots, pause=Pause(**values["pause"]), written_at=float(values["written_at"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Pace()


@functools.cache
def opened_book(path: Path) -> PaceBook:
    """The one book of a file in this process."""
    return PaceBook(path)


if hasattr(os, "register_at_fork"):  # a lock that another thread held at the fork would never be let go in the child
    os.register_at_fork(after_in_child=opened_book.cache_clear)
