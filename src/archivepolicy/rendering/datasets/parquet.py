"""Rows as Parquet files (the extra `[parquet]`: pyarrow): one a table, or a folder a table with one file a year.

The folders are named as Hive names them (`year=2018/`), which pyarrow, DuckDB, Spark and R's arrow read as a column. Times are
UTC in microseconds. The same rows give the same bytes with the same release of pyarrow: what it writes depends on its options
alone, and no time of today is in it.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import InputError
from archivepolicy.rendering.datasets.columns import TABLES, YEAR_OF, Type
from archivepolicy.rendering.datasets.text import valid_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archivepolicy.rendering.datasets.columns import Row

# Rows wait in memory until they make a row group: few are slow to read, many need memory. Counted over all files together,
# since there is one a year.
_WAITING_CHARS = 32_000_000
_WAITING_ROWS = 100_000
# pyarrow's own defaults of 26.0 but for the codec, fixed so that another default alters no bytes
_OPTIONS: dict[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": True,
    "write_statistics": True,
    "data_page_version": "1.0",
    "store_schema": True,
}


def check_pyarrow() -> None:
    """Find out before any work whether Parquet can be written.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401 - only whether it is there
    except ImportError as cause:
        raise InputError("--parquet needs pyarrow: pip install 'archivepolicy[parquet]'") from cause


class ParquetWriter:
    """Writes each table to a file, or to one a year.

    Args:
        files: Where: for a table and a year, the file; a table's files are made when the first row comes.
        tables: The tables that are wanted.
        is_partitioned: Whether there is a file a year; else one a table, without rows where there are none.
    """

    def __init__(
        self, files: Callable[[str, str | None], Path], tables: tuple[str, ...], *, is_partitioned: bool
    ) -> None:
        check_pyarrow()
        self._files = files
        self._is_partitioned = is_partitioned
        self._open = ExitStack()
        self._writers: dict[tuple[str, str | None], Any] = {}
        self._waiting: dict[tuple[str, str | None], list[Row]] = {}
        self._chars = self._rows = 0
        if not is_partitioned:
            for table in tables:
                self._waiting[table, None] = []

    def write(self, table: str, row: Row) -> None:
        """Write a row."""
        year = str(row[YEAR_OF[table]])[:4] if self._is_partitioned else None
        self._waiting.setdefault((table, year), []).append(row)
        self._rows += 1
        self._chars += sum(len(value) for value in row.values() if isinstance(value, str))
        if self._rows >= _WAITING_ROWS or self._chars >= _WAITING_CHARS:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        with self._open:
            self._flush()

    def _flush(self) -> None:
        import pyarrow
        import pyarrow.parquet

        for (table, year), rows in self._waiting.items():
            writer = self._writers.get((table, year))
            if writer is None:
                file = self._files(table, year)
                file.parent.mkdir(parents=True, exist_ok=True)
                writer = pyarrow.parquet.ParquetWriter(file, _schema(table), **_OPTIONS)
                self._writers[table, year] = self._open.enter_context(writer)
            if rows:
                columns = [[_value(column.type, row[column.name]) for row in rows] for column in TABLES[table]]
                schema = _schema(table)
                arrays = [pyarrow.array(values, of) for values, of in zip(columns, schema.types, strict=True)]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema))
        self._waiting.clear()
        self._chars = self._rows = 0


def _schema(table: str) -> Any:
    import pyarrow

    types: Mapping[Type, Any] = {
        Type.TEXT: pyarrow.string(),
        Type.INTEGER: pyarrow.int64(),
        Type.NUMBER: pyarrow.float64(),
        Type.BOOLEAN: pyarrow.bool_(),
        Type.TIME: pyarrow.timestamp("us", tz="UTC"),
    }
    return pyarrow.schema(
        [
            pyarrow.field(column.name, types[column.type], nullable=column.may_be_null, metadata={"meaning": column.meaning})
            for column in TABLES[table]
        ]
    )


def _value(of: Type, value: Any) -> Any:
    if value is None:
        return None
    if of is Type.TIME:
        return datetime.fromisoformat(value)
    return valid_text(value) if of is Type.TEXT else value
