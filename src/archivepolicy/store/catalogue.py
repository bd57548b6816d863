"""Catalogue: an SQLite index over the store's products (WAL, one writer). Delete it and it is rebuilt from the files.

It holds nothing of its own. A catalogue of another schema, or a damaged one, is made anew; a row whose file is gone is
passed over.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import StoreError
from archivepolicy.records.dataset import Policy, Product
from archivepolicy.records.section import section_from_dict
from archivepolicy.store.writing import disk_errors
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archivepolicy.records import Capture

_SCHEMA_VERSION = 2
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
  sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_url ON snapshots (index_key, timestamp);
"""


class Catalogue:
    """The index of one store.

    Args:
        path: The database file.
        root: The store's folder, whose `.json` files it is rebuilt from.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root

    def find(self, archive_key: str, capture: Capture, section: str = "") -> str | None:
        """The path of a capture's product, or of a section's, without its ending; None where there is none.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        with self._opened() as database:
            row = database.execute(
                "SELECT path FROM snapshots"
                " WHERE index_key = ? AND timestamp = ? AND archive_key = ? AND url = ? AND digest IS ?"
                " AND section = ?",
                (index_key(capture.url), capture.timestamp, archive_key, capture.url, capture.digest, section),
            ).fetchone()
        return row[0] if row else None

    def products(self, url_key: str | None = None) -> Iterator[Product]:
        """All products, or those of one URL: ordered by URL, archive, section, time and path; one after another.

        Args:
            url_key: The URL as an index knows it; None for all.

        Raises:
            StoreError: The catalogue cannot be read or rebuilt.
        """
        wanted, values = ("", ()) if url_key is None else (" WHERE index_key = ?", (url_key,))
        with self._opened() as database:
            for path, timestamp, key, archive_key, section in database.execute(
                f"SELECT path, timestamp, index_key, archive_key, section FROM snapshots{wanted}"  # noqa: S608 - a fixed text
                " ORDER BY index_key, archive_key, section, timestamp, path",
                values,
            ):
                policy = Policy(url_key=key, archive_key=archive_key, section=section)
                yield Product(policy=policy, timestamp=timestamp, path=path)

    def add(self, path: str, provenance: Mapping[str, Any]) -> None:
        """Enter a product, or enter it again.

        Raises:
            StoreError: The catalogue cannot be written.
        """
        with self._opened() as database:
            _insert(database, path, provenance)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the database, rebuilt where it is absent, damaged or of another schema; commit at the end."""
        try:
            with disk_errors(self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._connected()) as database, database:
                yield database
        except sqlite3.Error as cause:
            raise StoreError(f"the store's catalogue failed: {cause}: {self._path}", path=str(self._path)) from cause

    def _connected(self) -> sqlite3.Connection:
        """A connection to a catalogue that is complete."""
        try:
            return self._completed(_connect(self._path))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database at all: nothing in it can be of use
            for ending in ("", "-wal", "-shm"):
                with disk_errors(self._path):
                    self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            return self._completed(_connect(self._path))

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
                if (
                    isinstance(values, dict)
                    and {"archive_key", "url", "timestamp", "payload", "capture"} <= values.keys()
                ):
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
    database.execute(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            path,
            provenance["archive_key"],
            index_key(provenance["url"]),
            provenance["url"],
            provenance["timestamp"],
            provenance["capture"]["digest"],
            section_from_dict(provenance.get("section")).identity,
            provenance["payload"]["sha256"],
        ),
    )
