"""A list of captures, as a table, as CSV, as JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records import Capture

SCHEMA_VERSION = 1
_UNFOLDED_WIDTH = 4000  # wider than any URL that archives index
_BESIDE_URL = 60  # columns that the rest of a row takes
COLUMNS = ("timestamp", "url", "status", "mime_type", "digest", "length", "is_revisit", "archive")


def captures_as_json(captures: Sequence[Capture]) -> str:
    """One object: `schema_version` and `captures`, an object a capture, keys as in `COLUMNS`."""
    rows = [{name: asdict(capture)[name] for name in COLUMNS} for capture in captures]
    return json.dumps({"schema_version": SCHEMA_VERSION, "captures": rows}, ensure_ascii=False, indent=2) + "\n"


def captures_as_csv(captures: Sequence[Capture]) -> str:
    """A header line of `COLUMNS`, then a line a capture, quoted as in RFC 4180; unknown values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for capture in captures:
        writer.writerow([_cell(asdict(capture)[name]) for name in COLUMNS])
    return out.getvalue()


def captures_as_table(captures: Sequence[Capture], width: int | None = None) -> str:
    """A table for a person; a digest that occurred before is marked `=`. It names archives where there are several.

    Args:
        captures: Its rows, in their order.
        width: Columns of the terminal; None where the output is none: nothing is folded then. Where the URLs do not fit, one
            that is the same as above is named once.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Captured (UTC)", "Status", "Type", "Bytes", "Digest", "URL"):
        table.add_column(name, justify="right" if name == "Bytes" else "left", no_wrap=name != "URL", overflow="fold")
    are_several = len({capture.archive for capture in captures}) > 1
    if are_several:
        table.add_column("Archive", overflow="fold")
    is_narrow = width is not None and any(len(capture.url) > width - _BESIDE_URL for capture in captures)
    earlier: set[str] = set()
    above = ""
    for capture in captures:
        is_known = capture.digest in earlier
        table.add_row(
            iso_time(capture.timestamp).replace("T", " ").removesuffix("Z"),
            Text(_status(capture), style="" if capture.may_hold_text else "yellow"),
            Text("revisit" if capture.is_revisit else capture.mime_type or ""),
            f"{capture.length:,}" if capture.length else "",
            Text((capture.digest or "")[:8] + (" =" if is_known else ""), style="dim" if is_known else ""),
            Text("(the same)" if is_narrow and capture.url == above else capture.url),
            *([Text(capture.archive)] if are_several else []),
        )
        earlier.add(capture.digest or "")
        above = capture.url
    with io.StringIO() as out:
        console = Console(file=out, width=width or _UNFOLDED_WIDTH, color_system=None)
        console.print(table)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _status(capture: Capture) -> str:
    return str(capture.status) if capture.status is not None else "-"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
