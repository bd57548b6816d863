"""Catalogue: an SQLite index over the store's products (WAL, one writer). Delete it and it is rebuilt from the files.

It holds nothing of its own. A catalogue of another schema, or a damaged one, is made anew; a row whose file is gone is
passed over. Short questions share one connection, which is kept; what goes on for longer opens its own, and hinders no
writer (that is what the write-ahead log is for). Where nothing may be written (another's store, a read-only disk) it is read
as it stands, and one that is absent or of another schema is rebuilt in memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from archivepolicy.errors import StoreError
from archivepolicy.records.dataset import Policy, Product
from archivepolicy.records.section import section_from_dict
from archivepolicy.store.kept_connection import KeptConnection
from archivepolicy.store.writing import disk_errors, is_read_only
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from archivepolicy.records import Capture

T = TypeVar("T")

_SCHEMA_VERSION = 4
_ALONE_TIMEOUT_S = 1.0  # who wants it alone does not wait for others
_BUSY_TIMEOUT_S = 30.0  # another process writes for milliseconds; this is for a slow disk
_TABLES = """
CREATE TABLE snapshots (
  path TEXT PRIMARY KEY,
  archive_key TEXT NOT NULL,
  index_key TEXT NOT NULL,
  url TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  digest TEXT,
  section TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  is_again INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_url ON snapshots (index_key, timestamp);
CREATE INDEX by_digest ON snapshots (digest, timestamp);
"""
# a digest and a second tell nearly all captures apart, and making a URL's index key costs more than the rest of the look-up
_OF_DIGEST = (
    "SELECT path FROM snapshots WHERE digest = ? AND timestamp = ? AND url = ? AND archive_key = ? AND section = ?"
    " AND NOT is_again"
)
_WITHOUT_DIGEST = (
    "SELECT path FROM snapshots WHERE index_key = ? AND timestamp = ? AND url = ? AND archive_key = ? AND section = ?"
    " AND digest IS NULL AND NOT is_again"
)
_BESIDE = ("-wal", "-shm")
_PRIMARY = 0xFF  # the part of an error code that tells the kind of error
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NEEDED = frozenset({"archive_key", "url", "timestamp", "payload", "capture"})


class Twin(NamedTuple):
    """A capture of which the store has a product: what its evidence is found by."""

    url: str
    timestamp: str
    digest: str


class Inspection:
    """A catalogue that is looked at as it stands.

    Args:
        database: An open connection to a complete catalogue.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def is_entered(self, path: str, provenance: Mapping[str, Any]) -> bool:
        """Whether a product's row is there and says what its provenance says."""
        row = self._database.execute("SELECT * FROM snapshots WHERE path = ?", (path,)).fetchone()
        return bool(row == _row(path, provenance))

    def paths(self) -> Iterator[str]:
        """The paths of all rows without their endings, ascending, one after another."""
        for row in self._database.execute("SELECT path FROM snapshots ORDER BY path"):
            yield row[0]


class Catalogue:
    """The index of one store.

    Args:
        path: The database file.
        root: The store's folder, whose `.json` files it is rebuilt from.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self._root = root
        self._kept = KeptConnection(path)
        self._in_memory: sqlite3.Connection | None = None

    def __reduce__(self) -> tuple[type[Catalogue], tuple[Path, Path]]:
        """Another process opens the file itself."""
        return Catalogue, (self.path, self._root)

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        self._kept.close()

    def find(self, archive_key: str, capture: Capture, section: str = "") -> str | None:
        """The path of a capture's product, or of a section's, without its ending; None where there is none.

        A re-extraction is never found: the product that was made first stays the answer.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        rest = (capture.timestamp, capture.url, archive_key, section)
        query, first = (
            (_OF_DIGEST, capture.digest) if capture.digest is not None else (_WITHOUT_DIGEST, index_key(capture.url))
        )
        rows = self._asked(lambda database: database.execute(query, (first, *rest)).fetchall())
        return rows[0][0] if rows else None

    def products(self, url_key: str | None = None, *, again: bool = False) -> Iterator[Product]:
        """All products, or those of one URL: ordered by URL, section, time, archive and path; one after another.

        Args:
            url_key: The URL as an index knows it; None for all.
            again: Whether re-extractions are among them.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._readable() as database:
            rows = database.execute(
                "SELECT path, url, timestamp, index_key, archive_key, section FROM snapshots"
                " WHERE (:key IS NULL OR index_key = :key) AND (:again OR NOT is_again)"
                " ORDER BY index_key, section, timestamp, archive_key, path",
                {"key": url_key, "again": again},
            )
            for path, url, timestamp, key, archive_key, section in rows:
                policy = Policy(url_key=key, section=section)
                yield Product(policy=policy, archive_key=archive_key, url=url, timestamp=timestamp, path=path)

    def unentered(self, paths: Iterable[str]) -> Iterator[str]:
        """Those of some products' paths without their endings that have no row, in their order, one after another.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._readable() as database:
            for path in paths:
                if database.execute("SELECT 1 FROM snapshots WHERE path = ?", (path,)).fetchone() is None:
                    yield path

    def twins(self, archive_key: str, digest: str) -> list[Twin]:
        """The captures of an archive with that digest of which there are products; ascending by time, may be empty.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        query = (
            "SELECT DISTINCT url, timestamp, digest FROM snapshots WHERE digest = ? AND archive_key = ?"
            " ORDER BY timestamp, url"
        )
        rows = self._asked(lambda database: database.execute(query, (digest, archive_key)).fetchall())
        return [Twin(*row) for row in rows]

    def urls_of(self, digest: str) -> list[str]:
        """The original URLs of all products whose capture has that digest, in any archive; ascending, may be empty.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        query = "SELECT DISTINCT url FROM snapshots WHERE digest = ? ORDER BY url"
        return [row[0] for row in self._asked(lambda database: database.execute(query, (digest,)).fetchall())]

    def add(self, path: str, provenance: Mapping[str, Any]) -> None:
        """Enter a product, or enter it again.

        Raises:
            StoreError: The catalogue cannot be written. Where the disk is full it is gone then, to be rebuilt: it would lack
                a product that is there.
        """
        try:
            with self._failures():
                self._kept_asked(lambda database: _insert(database, path, provenance))
        except StoreError as failure:
            if _is_of_disk(failure.__cause__):
                with contextlib.suppress(OSError):
                    self._remove()
            raise

    def rebuild(self) -> None:
        """Make it anew from the files.

        Raises:
            StoreError: It cannot be written.
        """
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            self._fill(database)

    @contextlib.contextmanager
    def inspected(self) -> Iterator[Inspection | None]:
        """Open it for looking alone, nothing rebuilt; None where it is absent, damaged or of another schema."""
        with self._standing() as database:
            yield None if database is None else Inspection(database)

    @contextlib.contextmanager
    def _standing(self) -> Iterator[sqlite3.Connection | None]:
        database: sqlite3.Connection | None = None
        try:
            database = self._as_it_stands()
        except sqlite3.Error as failure:
            if _is_of_disk(failure):  # a full disk has no room for what readers of a log share: read it alone
                with contextlib.suppress(sqlite3.Error):
                    database = self._as_it_stands(is_alone=True)
        if database is None:
            yield None
            return
        with contextlib.closing(database):
            yield database

    def _asked(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Put a short question to the kept connection, or without a trace where nothing may be written."""
        if not self._kept.is_open and is_read_only(self.path):
            with self._readable() as database:
                return ask(database)
        with self._failures():
            return self._kept_asked(ask)

    def _kept_asked(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        def asked(database: sqlite3.Connection) -> T:
            return ask(self._completed(database))  # another release may have made it anew in its own schema

        try:
            return self._kept.ask(self._connected, asked)
        except sqlite3.DatabaseError as failure:  # damaged in a place that the opening did not touch
            if failure.sqlite_errorcode & _PRIMARY not in _DAMAGE:
                raise
            with disk_errors(self.path):
                self._remove()
            return self._kept.ask(self._connected, asked)

    @contextlib.contextmanager
    def _readable(self) -> Iterator[sqlite3.Connection]:
        """Open the database for reading: the usual way, or without a trace where nothing may be written."""
        if not is_read_only(self.path):
            with self._opened() as database:
                yield database
            return
        with self._standing() as standing:
            yield standing or self._built_in_memory()

    def is_of_other_release(self) -> bool:
        """Whether it is merely of another schema, and will be made anew by the next command; False where it is absent."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._looking()) as database:
            return self.path.exists() and not _is_current(database)
        return False

    def _as_it_stands(self, *, is_alone: bool = False) -> sqlite3.Connection | None:
        """A connection that writes nothing; None where the catalogue is not complete."""
        if not self.path.exists():
            return None
        database = self._looking(_ALONE_TIMEOUT_S if is_alone else _BUSY_TIMEOUT_S)
        try:
            if is_alone:
                database.execute("PRAGMA locking_mode = EXCLUSIVE")
            is_current = _is_current(database)
        except BaseException:
            database.close()
            raise
        if not is_current:
            database.close()
            return None
        return database

    def _looking(self, timeout_s: float = _BUSY_TIMEOUT_S) -> sqlite3.Connection:
        """A connection that makes no file and writes nothing."""
        log = self.path.with_name(self.path.name + "-wal")
        is_frozen = is_read_only(self.path)
        has_log = log.exists() and log.stat().st_size > 0  # a process that may write has it open, or was killed
        # where one may write, the last to leave clears the log away, which a connection for reading alone cannot
        mode = "mode=rw" if not is_frozen else "mode=ro" if has_log else "mode=ro&immutable=1"
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?{mode}", uri=True, timeout=timeout_s)

    def _built_in_memory(self) -> sqlite3.Connection:
        if self._in_memory is None:
            database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            weakref.finalize(self, database.close).atexit = False  # threads may still be asking then
            self._fill(database)
            self._in_memory = database
        return self._in_memory

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the database, rebuilt where it is absent, damaged or of another schema; commit at the end."""
        with self._failures(), contextlib.closing(self._connected()) as database, database:
            yield database

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as cause:
            if _is_of_disk(cause):
                self._remove_incomplete()
            raise StoreError(f"the store's catalogue failed: {cause}: {self.path}", path=str(self.path)) from cause

    def _connected(self) -> sqlite3.Connection:
        """A connection to a catalogue that is complete."""
        with disk_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._completed(_connect(self.path))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database at all: nothing in it can be of use
            with disk_errors(self.path):
                self._remove()
            return self._completed(_connect(self.path))

    def _remove_incomplete(self) -> None:
        """Remove what a full disk left of a catalogue that was being made."""
        with contextlib.suppress(OSError, sqlite3.Error):
            database = self._as_it_stands(is_alone=True)
            if database is None:
                self._remove()
            else:
                database.close()

    def _remove(self) -> None:
        for ending in ("", *_BESIDE):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def _completed(self, database: sqlite3.Connection) -> sqlite3.Connection:
        try:
            if not _is_current(database):
                with database:
                    database.execute("BEGIN IMMEDIATE")  # one rebuilds, the others wait here and find it done
                    if not _is_current(database):
                        self._fill(database)
        except BaseException:
            database.close()
            raise
        return database

    def _fill(self, database: sqlite3.Connection) -> None:
        database.execute("DROP TABLE IF EXISTS snapshots")
        for statement in _TABLES.split(";"):
            database.execute(statement)
        for path, provenance in self._products():
            _insert(database, path, provenance)
        database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    def _products(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every product's path without its ending, and its provenance; files that are none are passed over."""
        for file in sorted(self._root.rglob("*.json")):
            parts = file.relative_to(self._root).parts
            if parts[0].startswith(".") or not file.with_suffix(".md").exists():
                continue
            with contextlib.suppress(ValueError):
                values = json.loads(file.read_bytes())
                if isinstance(values, dict) and values.keys() >= _NEEDED:
                    yield "/".join(parts).removesuffix(".json"), values


def _connect(path: Path) -> sqlite3.Connection:
    _begin(path)
    database = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        with contextlib.suppress(sqlite3.OperationalError):  # locked: another process is setting it this very moment
            database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")  # a row survives a power cut like the product that it stands for
    except BaseException:
        database.close()
        raise
    return database


def _begin(path: Path) -> None:
    """Make the empty file where there is none, without what a deleted one left beside it.

    A process that still has the deleted one open shares its `-shm` with whoever opens a new one under that name: neither
    would find its rows in the other's log.
    """
    with contextlib.suppress(OSError):  # it is there already; or it cannot be made, which SQLite says in its own words
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _is_of_disk(failure: BaseException | None) -> bool:
    """Whether SQLite failed because of the disk: full, failing, or a file that cannot be made."""
    codes = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
    return isinstance(failure, sqlite3.Error) and getattr(failure, "sqlite_errorcode", 0) & _PRIMARY in codes


def _is_current(database: sqlite3.Connection) -> bool:
    return bool(database.execute("PRAGMA user_version").fetchone()[0] == _SCHEMA_VERSION)


def _insert(database: sqlite3.Connection, path: str, provenance: Mapping[str, Any]) -> None:
    database.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(path, provenance))


def _row(path: str, provenance: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        path,
        provenance["archive_key"],
        index_key(provenance["url"]),
        provenance["url"],
        provenance["timestamp"],
        provenance["capture"]["digest"],
        section_from_dict(provenance.get("section")).identity,
        provenance["payload"]["sha256"],
        int("re_extraction_of" in provenance),
    )
