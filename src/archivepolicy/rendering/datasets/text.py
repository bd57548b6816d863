"""Rows as CSV (RFC 4180, but for line ends of one character) and as JSON lines; UTF-8.

In CSV every text stands in quotation marks and a null is nothing at all, so that an empty text and no text are told apart;
times are ISO 8601 with their zone, booleans `true` and `false`.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from archivepolicy.rendering.datasets.columns import TABLES, Column, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archivepolicy.rendering.datasets.columns import Row

# A text may hold them, JSON may leave them as they are, and some readers take them for the end of a line.
_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})


class Writer(Protocol):
    """Writes rows of several tables, one after another, to files in a new folder."""

    @property
    def written(self) -> Mapping[str, tuple[tuple[str, ...], int]]:
        """For each file, relative to the folder, the tables that it holds and how many rows it has."""

    def write(self, table: str, row: Row) -> None:
        """Write a row; each table's in the order in which they come."""

    def close(self) -> None:
        """Write what is left; the files are whole then."""


class TextWriter:
    """Writes each table to a file of its own, a line a row.

    Args:
        folder: Where.
        names: The file of each table.
        head: The first line of a table's file, or nothing.
        line: A row as a line.
    """

    def __init__(
        self, folder: Path, names: Mapping[str, str], *, head: Callable[[str], str], line: Callable[[str, Row], str]
    ) -> None:
        self._line = line
        self._names = names
        self.written: dict[str, tuple[tuple[str, ...], int]] = {name: ((table,), 0) for table, name in names.items()}
        with ExitStack() as stack:
            self._streams = {table: stack.enter_context((folder / name).open("wb")) for table, name in names.items()}
            for table, stream in self._streams.items():
                stream.write(_encoded(head(table)))
            self._open = stack.pop_all()

    def write(self, table: str, row: Row) -> None:
        """Write a row."""
        self._streams[table].write(_encoded(self._line(table, row)))
        tables, count = self.written[self._names[table]]
        self.written[self._names[table]] = tables, count + 1

    def close(self) -> None:
        """Close the files."""
        self._open.close()


def csv_writer(folder: Path, names: Mapping[str, str]) -> TextWriter:
    """Writes CSV with a header line."""
    return TextWriter(folder, names, head=_csv_head, line=_csv_line)


def jsonl_writer(folder: Path, names: Mapping[str, str]) -> TextWriter:
    """Writes an object a line; every one has all keys of its table, in their order."""
    return TextWriter(folder, names, head=lambda _: "", line=_json_line)


def valid_text(text: str) -> str:
    """The text, but for halves of a character, which UTF-8 has no bytes for: a question mark each."""
    return text.encode("utf-8", "replace").decode()


def _csv_head(table: str) -> str:
    return ",".join(column.name for column in TABLES[table]) + "\n"


def _csv_line(table: str, row: Row) -> str:
    return ",".join(_cell(column, row[column.name]) for column in TABLES[table]) + "\n"


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.type is Type.TEXT:
        return '"' + str(value).replace('"', '""') + '"'
    if column.type is Type.BOOLEAN:
        return "true" if value else "false"
    return str(value)


def _json_line(table: str, row: Row) -> str:
    values = {column.name: row[column.name] for column in TABLES[table]}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS) + "\n"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
