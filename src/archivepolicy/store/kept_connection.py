"""A connection to an SQLite file that is kept open for the next question.

Opening a database costs twenty times what a question of it costs. What makes a kept connection wrong is looked after here:
the file may be deleted or replaced while it is open (its place on disk is compared before each question, and another file is
opened anew), the process may fork (no connection is carried into a child, nor into its parent's next question: SQLite keeps
its locks by process; "How To Corrupt An SQLite Database File", §2.6, sqlite.org, read 2026-11-24), threads take turns, and at
the process's end it is closed in its turn like any other question: threads may still be asking (an interruption gives up
what is under way), and `sqlite3` crashes where one thread closes what another one uses.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

_all: weakref.WeakSet[KeptConnection] = weakref.WeakSet()
_all_lock = threading.Lock()
_stopped: list[KeptConnection] = []
_LAST_QUESTION_S = 5.0  # how long the process's end waits for a question; one that takes longer keeps its connection


class KeptConnection:
    """The one connection to a file; it is closed with `close`, or when nobody holds this any more.

    Args:
        path: The database file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._place: tuple[int, int] | None = None
        self._finalizer: weakref.finalize[[], KeptConnection] | None = None
        with _all_lock:
            _all.add(self)

    @property
    def is_open(self) -> bool:
        """Whether there is one now."""
        return self._database is not None

    def ask(self, opened: Callable[[], sqlite3.Connection], question: Callable[[sqlite3.Connection], T]) -> T:
        """Put a question to the database; one at a time.

        Args:
            opened: Opens the file, for any thread (`check_same_thread=False`).
            question: Asks, and leaves no cursor open. Where it raises, the connection is closed and the next question
                opens another.
        """
        with self._lock:
            try:
                if self._database is None or _place(self._path) != self._place:
                    self._reopen(opened)
                assert self._database is not None  # noqa: S101 - tells the type checker what _reopen does
                return question(self._database)
            except BaseException:
                self._let_go()
                raise

    def close(self) -> None:
        """Close it; the next question opens it again."""
        with self._lock:
            self._let_go()

    def _reopen(self, opened: Callable[[], sqlite3.Connection]) -> None:
        self._let_go()
        before = _place(self._path)
        self._database = database = opened()
        self._finalizer = weakref.finalize(self, database.close)
        self._finalizer.atexit = False  # `_close_all` does it in turn
        # of a file that was replaced meanwhile the earlier place is noted, so that the next question looks again
        self._place = before or _place(self._path)

    def _let_go(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._database = self._finalizer = self._place = None

    def _close_at_end(self) -> None:
        if self._lock.acquire(timeout=_LAST_QUESTION_S):
            self._let_go()
            self._lock.release()

    def _stop(self) -> None:
        """Close it, and let no other thread open it until `_go_on`."""
        self._lock.acquire()
        self._let_go()

    def _go_on(self) -> None:
        self._lock.release()


def _place(path: Path) -> tuple[int, int] | None:
    """What tells the file from one that is put in its place: a file that is held open shares its number with no other."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - pathlib's own takes twice as long, and this is done for each question
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


@atexit.register
def _close_all() -> None:
    """Close what is open, so that no log stays beside a file."""
    with _all_lock:
        everything = list(_all)
    for one in everything:
        one._close_at_end()


def _stop_all() -> None:
    _all_lock.acquire()
    for one in list(_all):
        one._stop()
        _stopped.append(one)


def _go_on_all() -> None:
    while _stopped:
        _stopped.pop()._go_on()
    _all_lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_stop_all, after_in_parent=_go_on_all, after_in_child=_go_on_all)
