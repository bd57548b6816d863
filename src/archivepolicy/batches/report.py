"""The report of a run: a CSV file with a line for each product, for each item without one, and for each row that is bad.

A history has a line for each of its versions and for each gap in it; nothing is made up for a gap. Cells are quoted as in
RFC 4180, and the file is UTF-8; it is written from the ledger, some hundred rows at a time.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archivepolicy.batches.sites import BadRow
from archivepolicy.records.batch import SHARED, Outcome
from archivepolicy.store.writing import disk_errors
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archivepolicy.batches.ledger import Ledger, Row

COLUMNS = (
    "line",
    "site",
    "url",
    "asked",
    "captured",
    "until",
    "outcome",
    "reason",
    "product",
    "digest",
    "flags",
    "tries",
    "retry_at",
)
GAP = "gap"
BAD_ROW = "bad row"
_Cells: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a report has in it: items with a payload of unrelated sites, and gaps of histories."""

    shared: int
    gaps: int


def write_report(ledger: Ledger, path: Path) -> Written:
    """Write the report of the ledger's list, whole or not at all.

    Raises:
        StoreError: It cannot be written.
    """
    shared_payloads = ledger.shared_payloads()
    shared: set[int] = set()
    gaps = 0
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
                writer.writeheader()
                for row in ledger.rows():
                    is_shared = not isinstance(row, BadRow) and row.result.payload in shared_payloads
                    if is_shared and not isinstance(row, BadRow):
                        shared.add(row.id)
                    for cells in _lines(row, is_shared=is_shared):
                        gaps += cells["outcome"] == GAP
                        writer.writerow(cells)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return Written(shared=len(shared), gaps=gaps)


def _lines(row: Row | BadRow, *, is_shared: bool) -> Iterator[_Cells]:
    if isinstance(row, BadRow):
        yield {"line": row.line, "site": row.text, "outcome": BAD_ROW, "reason": row.reason}
        return
    result = row.result
    flags = "; ".join((*result.flags, *([SHARED] if is_shared else [])))
    cells: _Cells = {
        "line": row.line,
        "site": row.item.site,
        "url": result.url,
        "asked": row.item.question.label,
        "outcome": result.outcome.value,
        "flags": flags,
        "tries": row.tries,
    }
    if result.outcome is not Outcome.DONE:
        yield {**cells, "reason": result.reason, "retry_at": iso_time(result.retry_at) if result.retry_at else ""}
        return
    for found in result.found:
        yield {
            **cells,
            "captured": iso_time(found.captured),
            "until": iso_time(found.until) if found.until else "",
            "product": found.product,
            "digest": found.digest,
        }
    for gap in result.gaps:
        times = {"captured": iso_time(gap.start), "until": iso_time(gap.end)}
        yield {**cells, **times, "outcome": GAP, "reason": f"no usable capture in {gap.days} days", "flags": ""}
