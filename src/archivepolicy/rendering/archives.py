"""The names of archives, as a table and as JSON."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records.archive_name import ArchiveName

SCHEMA_VERSION = 1
_UNFOLDED_WIDTH = 4000


def archives_as_json(names: Sequence[ArchiveName]) -> str:
    """One object: `schema_version` and `archives`, an object a name; keys are the attributes of `ArchiveName`."""
    values = {"schema_version": SCHEMA_VERSION, "archives": [asdict(one) for one in names]}
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def archives_as_table(names: Sequence[ArchiveName], width: int | None = None) -> str:
    """A table for a person.

    Args:
        names: Its rows, in their order.
        width: Columns of the terminal; None where the output is none: nothing is folded then.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("--archive", "Archive", "Address"):
        table.add_column(column, overflow="fold", no_wrap=column == "--archive")
    for one in names:
        table.add_row(Text(one.name), Text(one.title), Text(one.address or ""))
    with io.StringIO() as out:
        Console(file=out, width=width or _UNFOLDED_WIDTH, color_system=None).print(table)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
