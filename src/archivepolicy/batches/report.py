"""The report of a run: a CSV file with a line for each product, for each item without one, and for each row that is bad.

A history has a line for each of its versions, numbered, and for each gap in it; nothing is made up for a gap. Cells are quoted
as in RFC 4180, and the file is UTF-8; it is written from the ledger, some hundred rows at a time.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

from archivepolicy.batches.sites import BadRow
from archivepolicy.errors import InputError
from archivepolicy.records.batch import SHARED, Mode, Outcome
from archivepolicy.store.writing import disk_errors
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from archivepolicy.batches.ledger import Ledger, Row

COLUMNS = (
    "line",
    "site",
    "url",
    "asked",
    "version",
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
    """What a report has in it: items with a page of unrelated sites; histories, their versions, and the gaps in them."""

    shared: int
    histories: int
    versions: int
    gaps: int


def check_report_place(path: Path, store: Path) -> None:
    """Find out before any work whether a report may be written there: in a folder that is there, or in the store's own.

    Raises:
        InputError: It may not.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise InputError(f"the report is to be a file, and this is a folder: {path}")
    if not folder.is_dir() and folder != store.absolute():
        raise InputError(f"no such folder: {folder}")


def write_report(ledger: Ledger, path: Path) -> Written:
    """Write the report of the ledger's list, whole or not at all.

    Raises:
        StoreError: It cannot be written.
    """
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as stream:
                written = print_report(ledger, stream)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return written


def print_report(ledger: Ledger, stream: IO[str] | None = None) -> Written:
    """Write the report of the ledger's list to a stream, or only count what is in it."""
    shared_payloads = ledger.shared_payloads()
    shared = histories = versions = gaps = 0
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n") if stream else None
    if writer:
        writer.writeheader()
    for row in ledger.rows():
        if not isinstance(row, BadRow) and row.is_first:
            shared += is_shared(row, shared_payloads)
            if row.item.mode is Mode.HISTORY and row.result.outcome is Outcome.DONE:
                histories, versions, gaps = histories + 1, versions + len(row.result.found), gaps + len(row.result.gaps)
        if writer:
            writer.writerows(_lines(row, shared_payloads))
    return Written(shared=shared, histories=histories, versions=versions, gaps=gaps)


def is_shared(row: Row, shared_payloads: AbstractSet[str]) -> bool:
    """Whether a page of an item is one that unrelated domains gave."""
    return any(one in shared_payloads for one in (row.result.payload, *(found.payload for found in row.result.found)))


def _lines(row: Row | BadRow, shared_payloads: AbstractSet[str]) -> Iterator[_Cells]:
    if isinstance(row, BadRow):
        yield {"line": row.line, "site": row.text, "outcome": BAD_ROW, "reason": row.reason}
        return
    result = row.result
    cells: _Cells = {
        "line": row.line,
        "site": row.item.site,
        "url": result.url,
        "asked": row.item.question.label,
        "outcome": result.outcome.value,
        "tries": row.tries,
    }

    def flags(payload: str | None) -> str:
        return "; ".join((*result.flags, *([SHARED] if payload in shared_payloads else [])))

    if result.outcome is not Outcome.DONE:
        times = {"retry_at": iso_time(result.retry_at) if result.retry_at else ""}
        yield {**cells, **times, "reason": result.reason, "flags": flags(result.payload)}
        return
    for number, found in enumerate(result.found, start=1):
        yield {
            **cells,
            "version": number if found.until else "",
            "captured": iso_time(found.captured),
            "until": iso_time(found.until) if found.until else "",
            "product": found.product,
            "digest": found.digest,
            "flags": flags(found.payload),
        }
    for gap in result.gaps:
        times = {"captured": iso_time(gap.start), "until": iso_time(gap.end)}
        yield {**cells, **times, "outcome": GAP, "reason": f"no usable capture in {gap.days} days"}
