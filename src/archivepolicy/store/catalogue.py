"""Catalogue: an SQLite index over the store's products (WAL, one writer). Delete it and it is rebuilt from the files.

It holds nothing of its own. A catalogue of another schema, or a damaged one, is made anew; a row whose file is gone is
passed over. Where nothing may be written (another's store, a read-only disk) it is read as it stands, and one that is
absent or of another schema is rebuilt in memory.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from archivepolicy.errors import StoreError
from archivepolicy.records.section import section_from_dict
from archivepolicy.store.writing import disk_errors, is_read_only
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archivepolicy.records import Capture

_SCHEMA_VERSION = 3
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
CREATE INDEX by_digest ON snapshots (digest);
"""
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
        self._in_memory: sqlite3.Connection | None = None

    def find(self, archive_key: str, capture: Capture, section: str = "") -> str | None:
        """The path of a capture's product, or of a section's, without its ending; None where there is none.

        A re-extraction is never found: the product that was made first stays the answer.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._readable() as database:
            row = database.execute(
                "SELECT path FROM snapshots"
                " WHERE index_key = ? AND timestamp = ? AND archive_key = ? AND url = ? AND digest IS ?"
                " AND section = ? AND NOT is_again",
                (index_key(capture.url), capture.timestamp, archive_key, capture.url, capture.digest, section),
            ).fetchone()
        return row[0] if row else None

    def twins(self, archive_key: str, digest: str) -> list[Twin]:
        """The captures of an archive with that digest of which there are products; ascending by time, may be empty.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._readable() as database:
            rows = database.execute(
                "SELECT DISTINCT url, timestamp, digest FROM snapshots WHERE digest = ? AND archive_key = ?"
                " ORDER BY timestamp, url",
                (digest, archive_key),
            ).fetchall()
        return [Twin(*row) for row in rows]

    def urls_of(self, digest: str) -> list[str]:
        """The original URLs of all products whose capture has that digest, in any archive; ascending, may be empty.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._readable() as database:
            rows = database.execute("SELECT DISTINCT url FROM snapshots WHERE digest = ? ORDER BY url", (digest,))
            return [row[0] for row in rows]

    def add(self, path: str, provenance: Mapping[str, Any]) -> None:
        """Enter a product, or enter it again.

        Raises:
            StoreError: The catalogue cannot be written.
        """
        with self._opened() as database:
            _insert(database, path, provenance)

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
        with contextlib.suppress(sqlite3.Error):
            database = self._as_it_stands()
        if database is None:
            yield None
            return
        with contextlib.closing(database):
            yield database

    @contextlib.contextmanager
    def _readable(self) -> Iterator[sqlite3.Connection]:
        """Open the database for reading: the usual way, or without a trace where nothing may be written."""
        if not is_read_only(self.path):
            with self._opened() as database:
                yield database
            return
        with self._standing() as standing:
            yield standing or self._built_in_memory()

    def _as_it_stands(self) -> sqlite3.Connection | None:
        """A connection that writes nothing; None where the catalogue is not complete."""
        if not self.path.exists():
            return None
        log = self.path.with_name(self.path.name + "-wal")
        is_frozen = is_read_only(self.path)
        if is_frozen and log.exists() and log.stat().st_size:
            return None  # another's unfinished business, which cannot be read without writing
        # where one may write, the last to leave clears the log away, which a connection for reading alone cannot
        mode = "mode=ro&immutable=1" if is_frozen else "mode=rw"
        database = sqlite3.connect(f"{self.path.absolute().as_uri()}?{mode}", uri=True, timeout=_BUSY_TIMEOUT_S)
        try:
            is_current = _is_current(database)
        except BaseException:
            database.close()
            raise
        if not is_current:
            database.close()
            return None
        return database

    def _built_in_memory(self) -> sqlite3.Connection:
        if self._in_memory is None:
            database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            weakref.finalize(self, database.close)
            self._fill(database)
            self._in_memory = database
        return self._in_memory

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the database, rebuilt where it is absent, damaged or of another schema; commit at the end."""
        try:
            with disk_errors(self.path):
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._connected()) as database, database:
                yield database
        except sqlite3.Error as cause:
            raise StoreError(f"the store's catalogue failed: {cause}: {self.path}", path=str(self.path)) from cause

    def _connected(self) -> sqlite3.Connection:
        """A connection to a catalogue that is complete."""
        try:
            return self._completed(_connect(self.path))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database at all: nothing in it can be of use
            for ending in ("", "-wal", "-shm"):
                with disk_errors(self.path):
                    self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            return self._completed(_connect(self.path))

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
    database = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        with contextlib.suppress(sqlite3.OperationalError):  # locked: another process is setting it this very moment
            database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        database.close()
        raise
    return database


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
