"""Rows as Parquet files (the extra `[parquet]`: pyarrow): one a table, or a folder a table with parts of bounded size.

Times are UTC in microseconds. The same rows give the same bytes with the same release of pyarrow: what it writes depends on
its options alone, and no time of today is in it.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import InputError
from archivepolicy.rendering.datasets.columns import TABLES, Type
from archivepolicy.rendering.datasets.text import valid_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archivepolicy.rendering.datasets.columns import Row

# Rows wait in memory until they make a row group: small ones are slow to read, large ones need memory.
_GROUP_CHARS = 8_000_000
_GROUP_ROWS = 100_000
# Of text; some tens of megabytes as written, the size that query engines share out among their threads.
_PART_CHARS = 256_000_000
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
        raise InputError("Parquet needs pyarrow: pip install 'archivepolicy[parquet]'") from cause


@dataclass(slots=True)
class _Table:
    """What of one table is being written."""

    waiting: list[Row] = field(default_factory=list)
    waiting_chars: int = 0
    writer: Any = None
    part: int = 0
    part_chars: int = 0
    file: str = ""


class ParquetWriter:
    """Writes each table to a file, or to parts in a folder. A table without rows has a file without rows.

    Args:
        folder: Where.
        names: The file of each table; with parts, its folder.
        in_parts: Whether there are parts.
        part_chars: After how many characters a part ends; it may have a row group more.
        group_chars: After how many a row group ends.
    """

    def __init__(
        self,
        folder: Path,
        names: Mapping[str, str],
        *,
        in_parts: bool,
        part_chars: int = _PART_CHARS,
        group_chars: int = _GROUP_CHARS,
    ) -> None:
        self._folder = folder
        self._names = names
        self._part_chars = part_chars if in_parts else None
        self._group_chars = group_chars
        self._open = ExitStack()
        self._tables = {table: _Table() for table in names}
        self.written: dict[str, tuple[tuple[str, ...], int]] = {}

    def write(self, table: str, row: Row) -> None:
        """Write a row."""
        state = self._tables[table]
        state.waiting.append(row)
        state.waiting_chars += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(state.waiting) >= _GROUP_ROWS or state.waiting_chars >= self._group_chars:
            self._flush(table)

    def close(self) -> None:
        """Write what is left."""
        with self._open:
            for table, state in self._tables.items():
                if state.waiting or not state.part:
                    self._flush(table)

    def _flush(self, table: str) -> None:
        """Write a row group, and end the part that is long enough."""
        import pyarrow

        state = self._tables[table]
        if state.writer is None:
            self._begin(table, state)
        schema = _schema(table)
        columns = [[_value(column.type, row[column.name]) for row in state.waiting] for column in TABLES[table]]
        arrays = [pyarrow.array(values, of) for values, of in zip(columns, schema.types, strict=True)]
        state.writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema))
        tables, count = self.written[state.file]
        self.written[state.file] = tables, count + len(state.waiting)
        state.part_chars += state.waiting_chars
        state.waiting.clear()
        state.waiting_chars = 0
        if self._part_chars is not None and state.part_chars >= self._part_chars:
            state.writer.close()
            state.writer = None

    def _begin(self, table: str, state: _Table) -> None:
        import pyarrow.parquet

        state.part += 1
        state.part_chars = 0
        state.file = self._names[table]
        if self._part_chars is not None:
            state.file += f"/part-{state.part:05d}.parquet"
        file = self._folder / state.file
        file.parent.mkdir(parents=True, exist_ok=True)
        state.writer = self._open.enter_context(pyarrow.parquet.ParquetWriter(file, _schema(table), **_OPTIONS))
        self.written[state.file] = (table,), 0


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
            pyarrow.field(
                column.name, types[column.type], nullable=column.may_be_null, metadata={"meaning": column.meaning}
            )
            for column in TABLES[table]
        ]
    )


def _value(of: Type, value: Any) -> Any:
    if value is None:
        return None
    if of is Type.TIME:
        return datetime.fromisoformat(value)
    return valid_text(value) if of is Type.TEXT else value
