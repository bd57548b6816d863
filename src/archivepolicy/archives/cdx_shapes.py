"""The shapes in which capture indexes answer, told apart by what stands in them.

In: an answer's text. Out: its rows as fields by name; a row that cannot be read is None, so that it is counted. `output=json`
means an array of arrays with the names in the first one to the Wayback Machine and OpenWayback, and one object a line to
pywb and OutbackCDX; an index that knows no JSON gives CDX lines of 7 fields or, as pywb's `output=text`, of 11
(iipc.github.io/warc-specifications, CDX formats; pywb 2.10, measured 2026-11-22).
"""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]

_SEVEN = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_ELEVEN = (*_SEVEN[:6], "redirect", "robotflags", "length", "offset", "filename")


def parsed_rows(text: str) -> list[Row | None]:
    """Read an answer of any shape; empty where it holds no row."""
    content = text.strip()
    if content.startswith("["):
        return _from_table(content)
    return [_from_line(line) for line in content.splitlines() if line.strip()]


def _from_table(content: str) -> list[Row | None]:
    try:
        table = json.loads(content)
    except ValueError:
        # cut off, or damaged in one row: these indexes write a row a line, and each that can be read counts
        table = [
            _loaded(line.strip().removeprefix("[[").removesuffix("]]").strip("[], ").join("[]"))
            for line in content.splitlines()
        ]
    if not isinstance(table, list) or not table:
        return []
    head, *rest = table
    if isinstance(head, dict):
        return [row if isinstance(row, dict) else None for row in table]
    if not isinstance(head, list):
        return [None] * len(table)
    names = [str(name) for name in head]
    return [
        dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else None for row in rest
    ]


def _from_line(line: str) -> Row | None:
    if line.startswith("{"):
        return _object(line)
    key, _, rest = line.partition(" ")
    timestamp, _, fields = rest.partition(" ")
    if fields.startswith("{"):  # CDXJ: the key and the time stand before the object
        row = _object(fields)
        return row and {"urlkey": key, "timestamp": timestamp, **row}
    values = line.split(" ")
    names = {len(_SEVEN): _SEVEN, len(_ELEVEN): _ELEVEN}.get(len(values))
    return dict(zip(names, values, strict=True)) if names else None


def _object(text: str) -> Row | None:
    value = _loaded(text)
    return value if isinstance(value, dict) else None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
