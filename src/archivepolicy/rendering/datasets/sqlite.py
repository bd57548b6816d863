"""Rows as one SQLite database: a table each, and one, `columns`, that says what they hold.

Booleans are 0 and 1, times ISO 8601 texts with their zone: SQLite has no types for them. The same rows give the same bytes with
the same release of SQLite.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from archivepolicy.errors import StoreError
from archivepolicy.rendering.datasets.columns import SCHEMA_VERSION, TABLES, Type
from archivepolicy.rendering.datasets.text import valid_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archivepolicy.rendering.datasets.columns import Row

_SQL_TYPES = {
    Type.TEXT: "TEXT",
    Type.INTEGER: "INTEGER",
    Type.NUMBER: "REAL",
    Type.BOOLEAN: "INTEGER",
    Type.TIME: "TEXT",
}
_KEYS = {
    "snapshots": "path",
    "versions": "policy_id, number",
    "changes": "policy_id, old_version, new_version, change",
}


class SqliteWriter:
    """Writes all tables into one new database.

    Args:
        folder: Where.
        name: Its name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._file = file = folder / name
        self._rows = 0
        self._inserts = {
            table: f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own tables
            for table, columns in TABLES.items()
        }
        # nobody reads the file before it is whole, and a failed one is thrown away: no journal
        with self._errors():
            self._database = sqlite3.connect(file, isolation_level=None)
            try:
                self._begin()
            except BaseException:
                self._database.close()
                raise

    @property
    def written(self) -> dict[str, tuple[tuple[str, ...], int]]:
        """See `Writer.written`."""
        return {self._file.name: (tuple(TABLES), self._rows)}

    def write(self, table: str, row: Row) -> None:
        """Write a row."""
        self._rows += 1
        values = (row[column.name] for column in TABLES[table])
        with self._errors():
            self._database.execute(
                self._inserts[table], [valid_text(value) if isinstance(value, str) else value for value in values]
            )

    def close(self) -> None:
        """Write what is left."""
        with closing(self._database), self._errors():
            if self._database.in_transaction:  # a full disk has ended it
                self._database.execute("COMMIT")

    def _begin(self) -> None:
        database = self._database
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")  # the file is synced when it is whole
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        database.execute("BEGIN")
        database.execute(
            "CREATE TABLE columns (table_name TEXT, position INTEGER, name TEXT, type TEXT, may_be_null INTEGER,"
            " meaning TEXT, PRIMARY KEY (table_name, position))"
        )
        for table, columns in TABLES.items():
            said = [
                f"{column.name} {_SQL_TYPES[column.type]}{'' if column.may_be_null else ' NOT NULL'}"
                for column in columns
            ]
            database.execute(f"CREATE TABLE {table} ({', '.join(said)}, PRIMARY KEY ({_KEYS[table]}))")
            meanings = [
                (table, at, column.name, str(column.type), column.may_be_null, column.meaning)
                for at, column in enumerate(columns)
            ]
            database.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?, ?)", meanings)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as cause:
            raise StoreError(f"cannot write {self._file.name}: {cause}", path=str(self._file)) from cause
