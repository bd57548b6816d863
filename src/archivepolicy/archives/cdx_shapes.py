"""The shapes in which capture indexes answer, told apart by what stands in them.

In: an answer line by line. Out: its rows as fields by name, one after another, so that an answer need not fit into memory; a
row that cannot be read is None, so that it is counted. `output=json` means an array of arrays with the names in the first one
to the Wayback Machine and OpenWayback, and one object a line to pywb and OutbackCDX; an index that knows no JSON gives CDX
lines of 7 fields or, as pywb's `output=text`, of 11 (iipc.github.io/warc-specifications, CDX formats; pywb 2.10, measured
2026-11-22).
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = dict[str, Any]

_SEVEN = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_ELEVEN = (*_SEVEN[:6], "redirect", "robotflags", "length", "offset", "filename")
# a row of a table stands on one line, or has a line for each field; what goes on for longer is damaged
_MAX_ROW_LINES = 40


def parsed_rows(lines: Iterable[str]) -> Iterator[Row | None]:
    """Read an answer of any shape; nothing comes of one that holds no row."""
    filled = (line for line in lines if line.strip())
    start = next(filled, "").lstrip()
    if start.startswith("["):
        yield from _from_table(_elements(chain((start[1:],), filled)))
    elif start:
        yield from (_from_line(line) for line in chain((start,), filled))


def _from_table(elements: Iterator[Any]) -> Iterator[Row | None]:
    """The rows of a table, whose first one names the fields; or objects that each name their own."""
    names: list[str] | None = None
    for number, element in enumerate(elements):
        if number == 0 and isinstance(element, list):
            names = [str(name) for name in element]
        elif isinstance(element, dict) and names is None:
            yield element
        elif isinstance(element, list) and names is not None and len(element) == len(names):
            yield dict(zip(names, element, strict=True))
        else:
            yield None


def _elements(lines: Iterable[str]) -> Iterator[Any]:
    """The elements of a JSON array whose first bracket is off; None for a line or a row that is damaged or cut off."""
    begun: list[str] = []
    for line in lines:
        text = line.strip()
        if begun and text.startswith(("[", "{")):  # the row before was not ended
            yield None
            begun = []
        begun.append(text)
        found = _array_of("".join(begun))
        if found is not None:
            yield from found
            begun = []
        elif len(begun) > _MAX_ROW_LINES:
            yield None
            begun = []
    if begun:
        yield None


def _array_of(text: str) -> list[Any] | None:
    """What stands in a piece of an array, with the array's end or without it; None where the piece is not whole."""
    inner = text.rstrip(", ").lstrip(", ")
    for candidate in (f"[{inner}]", f"[{inner}"):
        found = _loaded(candidate)
        if isinstance(found, list):
            return found
    return None


def _from_line(line: str) -> Row | None:
    if line.startswith("{"):
        return _object(line)
    key, _, rest = line.partition(" ")
    timestamp, _, fields = rest.partition(" ")
    if fields.startswith("{"):  # CDXJ: the key and the time stand before the object
        row = _object(fields)
        return row and {"urlkey": key, "timestamp": timestamp, **row}
    values = line.rstrip().split(" ")
    names = {len(_SEVEN): _SEVEN, len(_ELEVEN): _ELEVEN}.get(len(values))
    return dict(zip(names, values, strict=True)) if names else None


def _object(text: str) -> Row | None:
    value = _loaded(text)
    return value if isinstance(value, dict) else None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # brackets in brackets, thousands deep
        return None
