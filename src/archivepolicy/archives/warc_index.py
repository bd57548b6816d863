"""The index of local WARC files: made once, kept in the user's cache folder, never beside the files.

In: files. Out: the records of a URL, or those with a digest. One SQLite file for what was opened as one archive (a file or
a folder); each file in it is known by its path, size and time of change, and is read again where one of these is another.
It holds nothing of its own: absent, damaged or of another schema, it is made anew, and where nothing can be written it
lives in memory for as long as the archive is open.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from archivepolicy.archives.warc_files import WarcFile, path_text, warc_files
from archivepolicy.archives.warc_records import UNREADABLE, Entry, read_entries
from archivepolicy.errors import ArchiveFileError
from archivepolicy.records import Capture
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


log = logging.getLogger(__name__)
T = TypeVar("T")

_SCHEMA_VERSION = 1
_BUSY_TIMEOUT_S = 60.0  # another process may be indexing the same archive
_TABLES = """
CREATE TABLE files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, member TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, warning TEXT, UNIQUE (path, member)
);
CREATE TABLE captures (
  file INTEGER NOT NULL, offset INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  index_key TEXT NOT NULL, timestamp TEXT NOT NULL, url TEXT NOT NULL,
  status INTEGER, mime_type TEXT, digest TEXT, length INTEGER, is_revisit INTEGER NOT NULL, is_intact INTEGER,
  refers_to_url TEXT, refers_to_timestamp TEXT
);
CREATE INDEX by_url ON captures (index_key, timestamp);
CREATE INDEX by_digest ON captures (digest, timestamp);
CREATE INDEX by_file ON captures (file);
"""
_COLUMNS = (
    "file, offset, size_bytes, url, timestamp, status, mime_type, digest, length, is_revisit, is_intact, refers_to_url, "
    "refers_to_timestamp"
)
_OF_URL = f"SELECT {_COLUMNS} FROM captures WHERE index_key = ? ORDER BY timestamp, file, offset"  # noqa: S608 - own words
_OF_TIME = f"SELECT {_COLUMNS} FROM captures WHERE index_key = ? AND timestamp = ? ORDER BY file, offset"  # noqa: S608 - own words
_LAST = (
    f"SELECT {_COLUMNS} FROM captures WHERE index_key = ? AND timestamp <= ?"  # noqa: S608 - own words
    " ORDER BY timestamp DESC LIMIT 1"
)
_FIRST = (
    f"SELECT {_COLUMNS} FROM captures WHERE index_key = ? AND (status IS NULL OR status < 400)"  # noqa: S608 - own words
    " ORDER BY timestamp, file, offset LIMIT 1"
)
_KEYS = "SELECT DISTINCT index_key FROM captures WHERE index_key >= ? AND index_key < ? ORDER BY index_key"
_LAST_CHARACTER = "\U0010ffff"  # SQLite sorts texts by their bytes in UTF-8: nothing sorts after it
_OF_DIGEST = f"SELECT {_COLUMNS} FROM captures WHERE digest = ? AND NOT is_revisit ORDER BY timestamp"  # noqa: S608 - own words
_IS_KNOWN = "SELECT 1 FROM files WHERE path = ? AND member = ?"
_INSERT = "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class WarcIndex:
    """The index of one archive's files.

    Args:
        root: What was opened: it names the kept index.
        files: The files that it holds.
        folder: Where the index is kept; None for in memory.
    """

    def __init__(self, root: Path, files: Sequence[WarcFile], folder: Path | None) -> None:
        self._root, self._files = root, files
        self._path = folder / _name(root) if folder else None
        self._lock = threading.RLock()
        self._database: sqlite3.Connection | None = None
        self._by_id: dict[int, WarcFile] = {}

    def of_url(self, url: str) -> list[tuple[Entry, WarcFile]]:
        """The records of a URL in all its forms, ascending by timestamp; may be empty.

        Raises:
            ArchiveFileError: A file cannot be read, or holds no record.
        """
        return self._asked(lambda database: database.execute(_OF_URL, (index_key(url),)).fetchall())

    def keys_of_prefix(self, prefix: str) -> list[str]:
        """The index keys that begin so, ascending; may be empty."""
        bounds = (prefix, prefix + _LAST_CHARACTER)
        return self._guarded(lambda database: [row[0] for row in database.execute(_KEYS, bounds)])

    def first_of_key(self, key: str) -> list[tuple[Entry, WarcFile]]:
        """The earliest record of an index key that is no error, alone in a list; empty where there is none."""
        return self._asked(lambda database: database.execute(_FIRST, (key,)).fetchall())

    def at(self, url: str, timestamp: str) -> list[tuple[Entry, WarcFile]]:
        """The records of a URL in all its forms of one second; may be empty."""
        return self._asked(lambda database: database.execute(_OF_TIME, (index_key(url), timestamp)).fetchall())

    def last_at(self, key: str, timestamp: str) -> tuple[Entry, WarcFile] | None:
        """The last record of an index key at or before a timestamp, or None; found without reading the others."""
        found = self._asked(lambda database: database.execute(_LAST, (key, timestamp)).fetchall())
        return found[0] if found else None

    def of_digest(self, digest: str) -> list[tuple[Entry, WarcFile]]:
        """The records that hold a body of this digest themselves, ascending by timestamp; may be empty."""
        return self._asked(lambda database: database.execute(_OF_DIGEST, (digest,)).fetchall())

    def warnings(self) -> tuple[str, ...]:
        """What was odd about the files, a sentence each; may be empty."""
        query = "SELECT warning FROM files WHERE warning IS NOT NULL ORDER BY path, member"
        return self._guarded(lambda database: tuple(row[0] for row in database.execute(query)))

    def refresh(self) -> bool:
        """Read files again that have changed since they were indexed; whether there were any."""
        with self._lock:
            self._files = warc_files(self._root)  # places inside a WACZ may be others now
            if not _update(self._opened(), self._files):
                return False
            self._place_files()
            return True

    def close(self) -> None:
        """Let go of the kept file; the next question opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _asked(self, ask: Callable[[sqlite3.Connection], list[Any]]) -> list[tuple[Entry, WarcFile]]:
        return self._guarded(lambda database: [_found(row, self._by_id[row[0]]) for row in ask(database)])

    def _guarded(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the database; a new one, where that one fails in a place that the opening did not touch."""
        with self._lock:
            try:
                return ask(self._opened())
            except (
                sqlite3.OperationalError
            ) as failure:  # locked for too long, or the disk fails: it is not ours to delete
                log.info("the index %s cannot be used: %s", self._path, failure)
                self._discard(delete=False)
            except sqlite3.DatabaseError as failure:
                log.info("the index %s is damaged, and made anew: %s", self._path, failure)
                self._discard(delete=True)
            return ask(self._opened())

    def _opened(self) -> sqlite3.Connection:
        """The database, complete for the files as they are."""
        if self._database is None:
            self._database = self._completed()
            # not at the process's end, when threads may still be asking
            weakref.finalize(self, self._database.close).atexit = False
            self._place_files()
        return self._database

    def _place_files(self) -> None:
        """Note which file each number in the index stands for."""
        place = {(path_text(file.path.resolve()), file.member): file for file in self._files}
        rows = self._database.execute("SELECT id, path, member FROM files") if self._database else ()
        self._by_id = {row[0]: place[row[1], row[2]] for row in rows}

    def _completed(self) -> sqlite3.Connection:
        for attempt in range(2):
            try:
                return self._filled(self._connected())
            except sqlite3.OperationalError as failure:  # cannot be written, or is locked for too long
                log.info("the index %s cannot be kept: %s", self._path, failure)
                break
            except sqlite3.DatabaseError as failure:
                log.info("the index %s is damaged: %s", self._path, failure)
                if attempt or not self._removed():
                    break
        return self._filled(_connected(":memory:"))

    def _filled(self, database: sqlite3.Connection) -> sqlite3.Connection:
        try:
            _lay_out(database)
            _update(database, self._files)
        except BaseException:
            database.close()
            raise
        return database

    def _connected(self) -> sqlite3.Connection:
        if self._path is None:
            return _connected(":memory:")
        with contextlib.suppress(OSError):  # a folder that cannot be made: SQLite says so in its own words
            self._path.parent.mkdir(parents=True, exist_ok=True)
        return _connected(str(self._path))

    def _discard(self, *, delete: bool) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if not delete:
            self._path = None
        self._removed()

    def _removed(self) -> bool:
        """Delete the kept file; whether that was possible. Where it was not, the index lives in memory."""
        try:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
        except OSError:
            self._path = None
            return False
        return True


def _name(root: Path) -> str:
    """The kept index's file name: the archive's, and what tells it from another of that name elsewhere."""
    place = str(root.resolve())
    mark = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    plain = "".join(character for character in root.name if character.isalnum() or character in "-._")[:60]
    return f"{plain}-{mark}.sqlite"


def _connected(name: str) -> sqlite3.Connection:
    # the lock of WarcIndex lets one thread at a time in; a rollback journal, since readers of a folder that nobody may
    # write in could not open a write-ahead log
    database = sqlite3.connect(name, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    with contextlib.suppress(sqlite3.OperationalError):
        database.execute("PRAGMA synchronous = OFF")  # a lost index is made again
    return database


def _lay_out(database: sqlite3.Connection) -> None:
    """Make the tables where they are absent or of another schema."""
    if database.execute("PRAGMA user_version").fetchone()[0] == _SCHEMA_VERSION:
        return
    with _writing(database):
        if database.execute("PRAGMA user_version").fetchone()[0] == _SCHEMA_VERSION:
            return  # another process was faster
        for table in ("captures", "files"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")


def _update(database: sqlite3.Connection, files: Sequence[WarcFile]) -> bool:
    """Bring the index to the files as they are; whether anything had changed."""
    try:
        wanted = {(path_text(file.path.resolve()), file.member): (file, *file.stamp()) for file in files}
    except OSError as cause:
        name = str(cause.filename)
        raise ArchiveFileError(f"cannot read {name}: {cause.strerror or cause}", path=name) from cause
    known = _known(database)
    stale = {place: facts for place, facts in known.items() if place not in wanted or wanted[place][1:] != facts[1:]}
    if stale:
        with _writing(database):
            for identity, _, _ in stale.values():
                database.execute("DELETE FROM captures WHERE file = ?", (identity,))
                database.execute("DELETE FROM files WHERE id = ?", (identity,))
    absent = [place for place in wanted if place not in known or place in stale]
    for place in absent:
        file, *stamp = wanted[place]
        with _writing(database):  # a transaction a file: what was read is kept where the reading is interrupted
            if not database.execute(_IS_KNOWN, place).fetchone():  # another process may have been faster
                _add(database, place, file, (stamp[0], stamp[1]))
    return bool(stale or absent)


def _known(database: sqlite3.Connection) -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = database.execute("SELECT path, member, id, size_bytes, mtime_ns FROM files")
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def _add(database: sqlite3.Connection, place: tuple[str, str], file: WarcFile, stamp: tuple[int, int]) -> None:
    """Read a file and enter its records."""
    identity = database.execute(
        "INSERT INTO files (path, member, size_bytes, mtime_ns) VALUES (?, ?, ?, ?)", (*place, *stamp)
    ).lastrowid
    counted = [0]
    damaged = 0
    warning = None
    rows = []
    try:
        with file.open() as stream:
            for entry in read_entries(stream, file.name, counted):
                damaged += entry.is_intact is False
                rows.append(_row(identity, entry))
    except OSError as cause:
        raise ArchiveFileError(f"cannot read {file.path}: {cause.strerror or cause}", path=str(file.path)) from cause
    except UNREADABLE:
        warning = f"{file.name} is damaged after record {counted[0]}; only what stands before was read."
    if not counted[0]:
        where = f"{file.member} in {file.path}" if file.member else str(file.path)
        raise ArchiveFileError(f"not a readable WARC or ARC file: {where}", path=str(file.path))
    database.executemany(_INSERT, [row for row in rows if row is not None])
    if damaged:
        words = f"{damaged} record{'s' if damaged > 1 else ''} of {file.name} do{'' if damaged > 1 else 'es'} not hold"
        warning = " ".join(filter(None, (warning, f"{words} the bytes that the digest was made of.")))
    database.execute("UPDATE files SET warning = ? WHERE id = ?", (warning, identity))


def _row(file: int | None, entry: Entry) -> tuple[object, ...] | None:
    """A record's row; None where its URL is none that an index can sort."""
    one = entry.capture
    try:
        key = index_key(one.url)
    except (ValueError, IndexError, TypeError):  # surt on hosts that are none
        return None
    place = (file, entry.offset, entry.size_bytes, key, one.timestamp, one.url)
    facts = (one.status, one.mime_type, one.digest, one.length, one.is_revisit, entry.is_intact)
    return (*place, *facts, entry.refers_to_url, entry.refers_to_timestamp)


def _found(row: tuple[Any, ...], file: WarcFile) -> tuple[Entry, WarcFile]:
    _, offset, size_bytes, url, timestamp, status, mime_type, digest, length, is_revisit, is_intact, *refers = row
    capture = Capture(
        url=url,
        timestamp=timestamp,
        status=status,
        mime_type=mime_type,
        digest=digest,
        length=length,
        is_revisit=bool(is_revisit),
        archive=file.name,
    )
    entry = Entry(
        capture=capture,
        offset=offset,
        size_bytes=size_bytes,
        refers_to_url=refers[0],
        refers_to_timestamp=refers[1],
        is_intact=None if is_intact is None else bool(is_intact),
    )
    return entry, file


@contextlib.contextmanager
def _writing(database: sqlite3.Connection) -> Iterator[None]:
    """One transaction, begun before anything is read, so that two processes do not index the same files."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
