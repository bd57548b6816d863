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
_BATCH_ROWS = 1000


class SqliteWriter:
    """Writes all tables into one new database.

    Args:
        folder: Where.
        name: Its name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._file = file = folder / name
        self._rows = 0
        self._pending: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}
        # nobody reads the file before it is whole, and a failed one is thrown away: no journal
        with self._errors():
            self._database = sqlite3.connect(file, isolation_level=None)
            self._begin()

    @property
    def written(self) -> dict[str, tuple[tuple[str, ...], int]]:
        """See `Writer.written`."""
        return {self._file.name: (tuple(TABLES), self._rows)}

    def write(self, table: str, row: Row) -> None:
        """Write a row."""
        self._rows += 1
        pending = self._pending[table]
        values = (row[column.name] for column in TABLES[table])
        pending.append(tuple(valid_text(value) if isinstance(value, str) else value for value in values))
        if len(pending) >= _BATCH_ROWS:
            with self._errors():
                self._flush(table)

    def close(self) -> None:
        """Write what is left."""
        with closing(self._database), self._errors():
            self._end()

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

    def _flush(self, table: str) -> None:
        places = ", ".join("?" * len(TABLES[table]))
        self._database.executemany(f"INSERT INTO {table} VALUES ({places})", self._pending[table])  # noqa: S608 - our table
        self._pending[table].clear()

    def _end(self) -> None:
        for table in TABLES:
            self._flush(table)
        self._database.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as cause:
            raise StoreError(f"cannot write {self._file.name}: {cause}", path=str(self._file)) from cause
