"""batch: a list of sites -> plan -> ledger -> run -> report."""

from __future__ import annotations

import contextlib
import io
import itertools
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives import current_timestamp, open_archive
from archivepolicy.batches.ledger import Ledger
from archivepolicy.batches.lock import locked
from archivepolicy.batches.plan import Asked, Wanted, wanted_of
from archivepolicy.batches.pool import ExtractionPool
from archivepolicy.batches.report import check_report_place, write_report
from archivepolicy.batches.reuse import Reuse
from archivepolicy.batches.run import DEFAULT_PATIENCE_S, Run
from archivepolicy.batches.sites import BadRow, read_sites, sites_in
from archivepolicy.batches.waiting import waits_for
from archivepolicy.batches.work import Means
from archivepolicy.errors import InputError
from archivepolicy.extraction import extract
from archivepolicy.records.batch import BatchSummary
from archivepolicy.records.candidate import PolicyKind
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.store import Store
from archivepolicy.store.leftovers import remove_leftovers
from archivepolicy.timestamps import iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archivepolicy.archives import ArchiveChoice
    from archivepolicy.batches.plan import Item
    from archivepolicy.batches.report import Written
    from archivepolicy.batches.sites import Site
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records.batch import Tally

INSIDE = ".archivepolicy"
LEDGER = "ledger.sqlite"
REPORT = "report.csv"
LOCK = "batch.lock"
# Enough to keep 8 requests a second under way with an archive that takes two seconds for each.
_REMOTE_THREADS = 16


def batch(  # noqa: PLR0913 - each is an independent choice of the caller
    sites: str | Path | Iterable[str],
    *,
    as_of: Sequence[str] = (),
    every: str | None = None,
    from_: str | None = None,
    to: str | None = None,
    pick: str | None = None,
    history: bool = False,
    kind: PolicyKind | str = PolicyKind.PRIVACY,
    language: str | None = None,
    section: Section = WHOLE_PAGE,
    archive: ArchiveChoice = None,
    store: str | Path = "snapshots",
    report: str | Path | None = None,
    workers: int | None = None,
    retry_failed: bool = False,
    refresh: bool = False,
    max_wait_s: float | None = None,
    progress: Callable[[Tally], None] | None = None,
    now: Callable[[], str] = current_timestamp,
) -> BatchSummary:
    """Get the policies of many sites, at dates, into a store, and write a report.

    What is done is not done again: a run that ended early, or was killed, goes on where it stopped when it is called again.

    Args:
        sites: A file with a site a row (`-` for standard input), or rows as texts: a domain or a URL, and what
            `batches.sites` says may stand beside it.
        as_of: Dates as `get` takes them, one product each; none for today.
        every: `year`, `half-year`, `quarter` or `month`: one product for each within `from_` and `to`.
        from_: Beginning of the range, with `every` or `history`.
        to: End of the range; None for today.
        pick: Which capture of each interval, with `every`: `first`, `last` or `nearest` to its middle; None for the last.
        history: Get every version of each policy, as the function `history` tells them, within `from_` and `to` where they
            are given.
        kind: Which document is looked for where a row is a domain: `privacy`, `terms` or `cookies`.
        language: As for `get`.
        section: As for `get`.
        archive: As for `get`.
        store: The folder of products, evidence and the ledger.
        report: Where the report is written; None for the store.
        workers: Processes that extract; None for one a core, 0 for none (everything in this process).
        retry_failed: Try everything that failed again, not only what is due.
        refresh: Ask for every item anew, and the archive's index again.
        max_wait_s: After how long without any success the run stops; None for half an hour.
        progress: Is told how the run stands, some times a second.
        now: As for `get`.

    Returns:
        How it ended; `stopped` says why where the archive could not be asked to the end.

    Raises:
        InputError: The list, a date or the archive cannot be understood, or another run works on this store.
        StoreError: The store cannot be read or written; what was done is kept.
    """
    kept = Store(store)
    inside = kept.root / INSIDE
    source = open_archive(archive, max_wait_s=math.inf, now=now)
    count = _workers(workers)
    path = Path(report) if report else inside / REPORT
    if report:
        check_report_place(path, kept.root)
    asked = Asked(as_of=tuple(as_of), every=every, from_=from_, to=to, pick=pick, history=history)
    # what is wrong with the question is told before anything is made
    wanted = wanted_of(asked, today=iso_date(now()), kind=kind_named(kind), language=language, section=section)
    name = name_of(sites)
    with locked(inside / LOCK), contextlib.closing(Ledger(inside / LEDGER)) as ledger:
        remove_leftovers(kept.root)
        day = iso_date(now())
        if asked.is_undated and (unfinished := ledger.unfinished_day(name)):
            day = unfinished
            wanted = wanted_of(asked, today=day, kind=wanted.kind, language=language, section=section)
        rows = _begun(rows_of(sites))
        ledger.begin_list(name, now())
        ledger.enter(planned(rows, wanted), source.key, day if asked.is_undated else None)
        ledger.forget_outcomes() if refresh else ledger.reopen(now(), every_failure=retry_failed)
        with _extractor(count) as extractor:
            means = Means(source=source, kept=kept, extractor=extractor, refresh=refresh, now=now, alive=lambda: None)
            run = Run(
                ledger,
                means,
                threads=max(count, 1) + 2 if source.is_local else _REMOTE_THREADS,
                patience_s=DEFAULT_PATIENCE_S if max_wait_s is None else max_wait_s,
                progress=progress or (lambda _tally: None),
                waits=waits_for(source),
            )
            stopped = run.go()
        written = write_report(ledger, path)
        return summary_of(run.tally, written, str(path), stopped)


def summary_of(tally: Tally, written: Written, report: str, stopped: str | None = None) -> BatchSummary:
    """How a run ended: its tally, with what its report has in it."""
    return BatchSummary(
        tally=tally,
        report=report,
        stopped=stopped,
        shared=written.shared,
        histories=written.histories,
        versions=written.versions,
        gaps=written.gaps,
    )


def name_of(sites: str | Path | Iterable[str]) -> str:
    """What a list is called: its file's full path, so that the same file is the same list; empty for rows."""
    if not isinstance(sites, str | Path):
        return ""
    return str(sites) if str(sites) == "-" else str(Path(sites).resolve())


def kind_named(name: PolicyKind | str) -> PolicyKind:
    """The kind of document of that name.

    Raises:
        InputError: There is none.
    """
    try:
        return PolicyKind(name)
    except ValueError as cause:
        raise InputError(f"no such kind of document: {name!r} ({', '.join(PolicyKind)})") from cause


def planned(rows: Iterable[Site | BadRow], wanted: Wanted) -> Iterator[tuple[int, Item | BadRow]]:
    """Line numbers with what is wanted of their sites."""
    for row in rows:
        if isinstance(row, BadRow):
            yield row.line, row
        else:
            for item in wanted.items_of(row):
                yield row.line, item


def rows_of(sites: str | Path | Iterable[str]) -> Iterator[Site | BadRow]:
    """The rows of a file, or of texts."""
    if isinstance(sites, str | Path):
        return sites_in(sites)
    return read_sites(io.BufferedReader(_Joined(sites)))


def _begun(rows: Iterator[Site | BadRow]) -> Iterator[Site | BadRow]:
    """Rows of which the first is read now: a list that cannot be opened must not take the place of the last one."""
    first = list(itertools.islice(rows, 1))
    return itertools.chain(first, rows)


class _Joined(io.RawIOBase):
    """Texts as the lines of a file, without all of them in memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        while not self._left:
            line = next(self._lines, None)
            if line is None:
                return 0
            self._left = line.encode("utf-8", "surrogatepass") + b"\n"
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _workers(wanted: int | None) -> int:
    if wanted is not None and wanted < 0:
        raise InputError(f"not a number of processes: {wanted}")
    return (os.cpu_count() or 1) if wanted is None else wanted


@contextlib.contextmanager
def _extractor(workers: int) -> Iterator[Extractor]:
    """Who extracts: worker processes, or this one."""
    if not workers:
        yield Reuse(extract).extract
        return
    with ExtractionPool(workers) as pool:
        yield Reuse(pool.extract).extract
