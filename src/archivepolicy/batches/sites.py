"""A list of sites, as people keep them, row by row: CSV, TSV, JSONL, or plain lines.

In: bytes of a file or of standard input. Out: a `Site` a row, or a `BadRow` with its line number and the reason; the rest
goes on, whatever the bytes. Nothing is held but the row at hand: a line is bounded, and so is a quoted cell over several
lines, so that a quote that is never closed costs its own row alone.

The form shows in the first line. A first line that names columns (`columns.py`) is recognised; without one the columns are,
in this order: site, dates, kind, language, CSS selector. A spreadsheet's `;`, its `sep=;` line, byte order marks, UTF-16,
every kind of line end, empty rows and lines that begin with `#` are understood. Which lists hold what is not decided here.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import sys
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from archivepolicy.batches.columns import DEFAULT_ORDER, Column, column_of, kind_of
from archivepolicy.errors import InputError
from archivepolicy.records.candidate import PolicyKind
from archivepolicy.timestamps import parse_period
from archivepolicy.urls import host_of, normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

MAX_LINE_CHARS = 64 * 1024
_MAX_ROW_LINES = 50  # lines that one quoted cell may span
_CHUNK_BYTES = 64 * 1024
_SHOWN_CHARS = 80
_DELIMITERS = ("\t", ";", ",")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of such bytes
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One row of a list.

    Attributes:
        line: Number of the row's first line, from 1.
        text: The site as it is written.
        url: Normalised.
        is_domain: Only a host is given, so that the policy's URL is to be found.
        dates: As written, each readable as a date; empty where the row names none.
        kind: Which document is wanted, or None where the row does not say.
        language: BCP 47 as written, or None.
        css: CSS selector of the policy on its page, or None.
        from_heading: Heading with which the wanted section begins, or None.
        to_heading: Heading before which it ends, or None.
    """

    line: int
    text: str
    url: str
    is_domain: bool
    dates: tuple[str, ...] = ()
    kind: PolicyKind | None = None
    language: str | None = None
    css: str | None = None
    from_heading: str | None = None
    to_heading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be read: its first line's number, why, and its beginning."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    number: int
    text: str
    is_whole: bool = True


_Cells: TypeAlias = "list[str] | BadRow"


def sites_in(name: str | Path) -> Iterator[Site | BadRow]:
    """Read a list from a file, or from standard input for `-`.

    Raises:
        InputError: The file cannot be opened or read.
    """
    try:
        with _opened(name) as stream:
            yield from read_sites(stream)
    except OSError as cause:
        raise InputError(f"cannot read the list {name}: {cause.strerror or cause}") from cause


def _opened(name: str | Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if str(name) == "-" else Path(name).open("rb")


def read_sites(stream: BinaryIO) -> Iterator[Site | BadRow]:
    """Read a list from a stream of bytes.

    Yields:
        In the order of the rows. Any bytes give rows or bad rows, never an error.
    """
    lines = _Lines(stream)
    first = lines.next_row_line()
    if first is None:
        return
    if first.text.lstrip().startswith(("{", "[", '"{')) and _is_json(first.text):
        lines.put_back(first)
        yield from _json_rows(lines)
        return
    delimiter, columns, is_header = _form(first.text)
    if not is_header:
        lines.put_back(first)
    while (line := lines.next_row_line()) is not None:
        cells = _cells(line, lines, delimiter)
        if isinstance(cells, BadRow):
            yield cells
        elif any(cells):
            values = {column: cell for column, cell in zip(columns, cells, strict=False) if column is not None and cell}
            yield _site(line, values)


class _Lines:
    """The lines of a stream, without their ends, each bounded; lines can be put back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = _read_lines(stream)
        self._back: deque[_Line] = deque()

    def next(self) -> _Line | None:
        """The next line, or None at the end."""
        return self._back.popleft() if self._back else next(self._lines, None)

    def next_row_line(self) -> _Line | None:
        """The next line that is neither empty nor a comment."""
        while (line := self.next()) is not None:
            if line.text.strip() and not line.text.lstrip().startswith("#"):
                return line
        return None

    def put_back(self, *lines: _Line) -> None:
        """Give lines back, to be read again in their order."""
        self._back.extendleft(reversed(lines))


def _read_lines(stream: BinaryIO) -> Iterator[_Line]:
    """Decode and cut into lines; what is not UTF-8 shows as lone surrogates, a line too long is cut and marked."""
    chunk = stream.read(_CHUNK_BYTES)
    encoding = "utf-16" if chunk[:2] in _UTF16_MARKS else "utf-8-sig"
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=True)
    number, text, is_whole = 0, "", True
    while True:
        *ended, text = (text + decoder.decode(chunk, final=not chunk)).split("\n")
        for line in ended:
            number += 1
            yield _Line(number=number, text=line[:MAX_LINE_CHARS], is_whole=is_whole and len(line) <= MAX_LINE_CHARS)
            is_whole = True
        if len(text) > MAX_LINE_CHARS:
            text, is_whole = text[:MAX_LINE_CHARS], False
        if not chunk:
            break
        chunk = stream.read(_CHUNK_BYTES)
    if text:
        yield _Line(number=number + 1, text=text, is_whole=is_whole)


def _form(first: str) -> tuple[str | None, Sequence[Column | None], bool]:
    """What the first line tells: the delimiter (None for plain lines), the columns, and whether it only names them."""
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        return first.strip()[-1], DEFAULT_ORDER, True
    for delimiter in (*_DELIMITERS, None):
        named = [column_of(cell) for cell in _split(first, delimiter)]
        if Column.SITE in named or Column.DOMAIN in named:
            return delimiter, named, True
    for delimiter in _DELIMITERS:
        cells = _split(first, delimiter)
        # a comma may stand in a URL: the second cell must be one that a list has there
        if len(cells) > 1 and (delimiter == "\t" or not cells[1] or _is_value(cells[1])):
            return delimiter, DEFAULT_ORDER, False
    return None, DEFAULT_ORDER, False


def _is_value(cell: str) -> bool:
    if kind_of(cell):
        return True
    try:
        _dates(cell)
    except InputError:
        return False
    return True


def _split(text: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [text.partition(" #")[0].strip().strip('"').strip()]
    try:
        row = next(csv.reader([text], delimiter=delimiter, skipinitialspace=delimiter != "\t"), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in row]


def _cells(line: _Line, lines: _Lines, delimiter: str | None) -> _Cells:
    """The cells of a row, whose quoted cells may go on over the next lines."""
    if reason := _unreadable(line):
        return _bad(line, reason)
    if delimiter is None or line.text.count('"') % 2 == 0:
        return _split(line.text, delimiter) or _bad(line, "no cells in it")
    further: list[_Line] = []
    text = line.text
    while (another := lines.next()) is not None:
        further.append(another)
        text += "\n" + another.text
        if text.count('"') % 2 == 0 and not any(map(_unreadable, further)):
            return _split_lines(text, delimiter) or _bad(line, "quotes that cannot be read")
        if len(further) >= _MAX_ROW_LINES or len(text) > MAX_LINE_CHARS:
            break
    lines.put_back(*further)
    return _bad(line, "a quote that is not closed")


def _split_lines(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []
    return [cell.strip() for cell in rows[0]] if len(rows) == 1 else []


def _unreadable(line: _Line) -> str | None:
    if not line.is_whole:
        return f"longer than {MAX_LINE_CHARS:,} characters"
    if _NOT_UTF8.search(line.text):
        return "not UTF-8 text (save the list as UTF-8)"
    return None


def _is_json(text: str) -> bool:
    """Whether a line is an object, or the beginning of one that is damaged; a bracket alone may open an IPv6 host."""
    return text.lstrip().startswith("{")


def _json_rows(lines: _Lines) -> Iterator[Site | BadRow]:
    while (line := lines.next_row_line()) is not None:
        if reason := _unreadable(line):
            yield _bad(line, reason)
            continue
        try:
            row = json.loads(line.text)
        except (ValueError, RecursionError):
            yield _bad(line, "not a JSON object")
            continue
        if isinstance(row, str):
            row = {"site": row}
        if not isinstance(row, dict):
            yield _bad(line, "not a JSON object")
            continue
        values: dict[Column, str] = {}
        for name, value in row.items():
            column, text = column_of(name), _json_text(value)
            if column is not None and text:
                values.setdefault(column, text)
        yield _site(line, values)


def _json_text(value: object) -> str:
    """A value as a cell would hold it; a list's parts are parted by `|`."""
    if isinstance(value, list):
        return "|".join(filter(None, map(_json_text, value)))
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _site(line: _Line, values: Mapping[Column, str]) -> Site | BadRow:
    text = values.get(Column.SITE) or values.get(Column.DOMAIN)
    if not text:
        return _bad(line, "no site in it")
    try:
        url = normalise_url(text)
        dates = _dates(values.get(Column.DATES, ""))
    except (InputError, ValueError) as cause:
        return _bad(line, str(cause))
    host = host_of(url)
    if any(character.isspace() for character in text) or ("." not in host and ":" not in host):
        return _bad(line, f"not a domain or a URL: {text[:_SHOWN_CHARS]!r}")
    kind_text = values.get(Column.KIND)
    kind = kind_of(kind_text) if kind_text else None
    if kind_text and kind is None:
        return _bad(line, f"not a kind of document: {kind_text[:_SHOWN_CHARS]!r} ({', '.join(PolicyKind)})")
    return Site(
        line=line.number,
        text=text,
        url=url,
        is_domain=url.split("//", 1)[1].rstrip("/").count("/") == 0 and "?" not in url,
        dates=dates,
        kind=kind,
        language=values.get(Column.LANGUAGE),
        css=values.get(Column.CSS),
        from_heading=values.get(Column.FROM_HEADING),
        to_heading=values.get(Column.TO_HEADING),
    )


def _dates(cell: str) -> tuple[str, ...]:
    """The dates of a cell, parted by `|`, `;`, `,` or spaces; each once, in their order."""
    dates: list[str] = []
    for part in cell.replace(";", "|").replace(",", "|").split("|"):
        if not part.strip():
            continue
        try:
            parse_period(part)
            dates.append(part.strip())
        except InputError:
            for word in part.split():  # an ISO time may hold a space, so that spaces part only where the whole is none
                parse_period(word)
                dates.append(word)
    return tuple(dict.fromkeys(dates))


def _bad(line: _Line, reason: str) -> BadRow:
    return BadRow(line=line.number, reason=" ".join(reason.split()), text=line.text[:_SHOWN_CHARS])
