"""What became of the last run on a store, told from its ledger: while it runs, after it ended, after it was killed.

Nothing is asked and nothing is written but a report that is asked for.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from archivepolicy.batches.batch import INSIDE, LEDGER, LOCK, REPORT, summary_of
from archivepolicy.batches.ledger import Ledger
from archivepolicy.batches.lock import holder_of
from archivepolicy.batches.report import Written, check_report_place, is_shared, print_report, write_report
from archivepolicy.batches.sites import BadRow
from archivepolicy.errors import InputError
from archivepolicy.records.batch import SHARED, BatchStatus, ItemState, Outcome, Tally

if TYPE_CHECKING:
    from archivepolicy.batches.ledger import Row


def status(store: str | Path = "snapshots", *, report: str | Path | IO[str] | None = None) -> BatchStatus:
    """Tell how the last run on a store stands.

    Args:
        store: The store's folder; it need not be writable.
        report: A file or a stream to which its report is written as it is now; None for nowhere.

    Raises:
        InputError: There was no run, or the report is to go to a folder that is not there.
        StoreError: The ledger cannot be read, or the report cannot be written.
    """
    inside = Path(store) / INSIDE
    if isinstance(report, str | Path):
        check_report_place(Path(report), Path(store))
    if not (inside / LEDGER).exists():
        raise InputError(f"no batch has run on this store: {store}")
    with contextlib.closing(Ledger(inside / LEDGER, is_read=True)) as ledger:
        sites, begun_at = ledger.last_list() or ("", "")
        tally = Tally(counts=ledger.counts(), bad_rows=ledger.bad_row_count())
        written, path = _reported(ledger, inside / REPORT, report, is_complete=not tally.pending)
        shared = ledger.shared_payloads()
        found: dict[str, list[ItemState]] = {name: [] for name in ("failed", "shared", "gaps", "bad_rows")}
        for row in ledger.rows():
            if isinstance(row, BadRow):
                found["bad_rows"].append(ItemState(line=row.line, site=row.text, asked="", said=row.reason, tries=0))
                continue
            if row.result.outcome is Outcome.FAILED:
                found["failed"].append(_state(row, row.result.reason))
            if is_shared(row, shared):
                found["shared"].append(_state(row, SHARED))
            if gaps := row.result.gaps:
                found["gaps"].append(
                    _state(
                        row,
                        f"{len(gaps)} gap{'s, the longest' if len(gaps) > 1 else ' of'} {max(one.days for one in gaps)} days",
                    )
                )
    return BatchStatus(
        sites=sites,
        begun_at=begun_at,
        running=holder_of(inside / LOCK),
        summary=summary_of(tally, written, path),
        failed=tuple(found["failed"]),
        shared=tuple(found["shared"]),
        gaps=tuple(found["gaps"]),
        bad_rows=tuple(found["bad_rows"]),
    )


def _reported(
    ledger: Ledger, own: Path, wanted: str | Path | IO[str] | None, *, is_complete: bool
) -> tuple[Written, str]:
    """The report as it is now, where one is wanted; else the one that the run wrote, if it came to its end."""
    if wanted is None:
        return print_report(ledger), str(own) if is_complete and own.exists() else ""
    if isinstance(wanted, str | Path):
        return write_report(ledger, Path(wanted)), str(wanted)
    return print_report(ledger, wanted), ""


def _state(row: Row, said: str) -> ItemState:
    return ItemState(
        line=row.line,
        site=row.item.site,
        asked=row.item.question.label,
        said=said,
        tries=row.tries,
        retry_at=row.result.retry_at,
    )
