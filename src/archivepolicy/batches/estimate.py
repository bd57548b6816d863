"""What a run will cost, told without a request: from the list, the ledger and what the store holds already.

At least: every first choice answers. At most: what an item usually needs where a redirect leads on and some captures turn out
unusable; a homepage, some candidates and the index where the policy is to be found. A history needs a replay for each distinct
payload: how many these are a kept listing tells, and without one nobody knows. Nothing is written to the store.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives import current_timestamp, open_archive
from archivepolicy.archives.limits import Request
from archivepolicy.batches.batch import INSIDE, LEDGER, kind_named, name_of, planned, rows_of
from archivepolicy.batches.ledger import Ledger
from archivepolicy.batches.plan import Asked, wanted_of
from archivepolicy.batches.waiting import members_of, rates_of
from archivepolicy.pipeline.sources import LISTING_FRESH_S
from archivepolicy.records.batch import Estimate, Mode, Outcome, RequestRange
from archivepolicy.records.candidate import PolicyKind
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.resolution.preference import in_preference
from archivepolicy.store import Store
from archivepolicy.timestamps import iso_date, seconds_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archivepolicy.archives import ArchiveChoice
    from archivepolicy.archives.archive import Archive
    from archivepolicy.batches.plan import Item
    from archivepolicy.records import Capture, Listing

_NONE = RequestRange(least=0, most=0)
# a redirect's target is one more listing; three captures are read before one is usable, where the first is not
_PAGE = (RequestRange(least=1, most=2), RequestRange(least=1, most=3))
# a homepage, a candidate's redirect, the index's paths; a homepage and the three best candidates
_FINDING = (RequestRange(least=1, most=4), RequestRange(least=1, most=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    index: RequestRange = _NONE
    replay: RequestRange = _NONE

    def plus(self, other: _Needs) -> _Needs:
        return _Needs(index=_sum(self.index, other.index), replay=_sum(self.replay, other.replay))

    def times(self, count: int) -> _Needs:
        return _Needs(index=_product(self.index, count), replay=_product(self.replay, count))


def estimate(  # noqa: PLR0913 - each is an independent choice of the caller
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
    retry_failed: bool = False,
    refresh: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> Estimate:
    """Say how many requests of which kind a run will need, and how long the archive's limits make it.

    Args and errors are those of `batch`.
    """
    source = open_archive(archive, now=now)
    asked = Asked(as_of=tuple(as_of), every=every, from_=from_, to=to, pick=pick, history=history)
    day = _day(Path(store), sites, asked) or iso_date(now())
    wanted = wanted_of(asked, today=day, kind=kind_named(kind), language=language, section=section)
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Ledger(Path(folder) / LEDGER)) as plan:
        plan.enter(planned(rows_of(sites), wanted), source.key)
        items = plan.counts()[Outcome.PENDING]
        settled = unlisted = 0
        needs = _Needs()
        known = _Known(source, Store(store), now) if not refresh else _Known(source, None, now)
        with _standing(Path(store) / INSIDE / LEDGER, is_asked=not refresh) as ledger:
            last_url = None
            for item in _items(plan):
                key = item.key(source.key)
                if ledger and ledger.is_settled(key, now(), every_failure=retry_failed):
                    settled += 1
                    continue
                one = known.needs(item)
                unlisted += one.replay.most is None
                needs = needs.plus(replace(one, index=_NONE) if item.url == last_url and not item.is_domain else one)
                last_url = item.url
        bad_rows = plan.bad_row_count()
    needs = _Needs() if source.is_local else needs.times(sum(not one.is_local for one in members_of(source)))
    least_s, most_s = _seconds(needs, source)
    return Estimate(
        items=items,
        settled=settled,
        bad_rows=bad_rows,
        index=needs.index,
        replay=needs.replay,
        unlisted=0 if source.is_local else unlisted,
        least_s=least_s,
        most_s=most_s,
    )


@contextlib.contextmanager
def _standing(path: Path, *, is_asked: bool) -> Iterator[Ledger | None]:
    """The store's ledger, where there is one."""
    if not is_asked or not path.exists():
        yield None
        return
    with contextlib.closing(Ledger(path, is_read=True)) as ledger:
        yield ledger


def _day(store: Path, sites: str | Path | Iterable[str], asked: Asked) -> str | None:
    """The day that a run which names none goes on with; None where it begins anew."""
    with _standing(store / INSIDE / LEDGER, is_asked=asked.is_undated) as ledger:
        return ledger.unfinished_day(name_of(sites)) if ledger else None


def _items(plan: Ledger) -> Iterator[Item]:
    after = 0
    while chunk := plan.pending(after):
        yield from (item for _, item in chunk)
        after = chunk[-1][0]


class _Known:
    """What the store tells of an item before anything is asked."""

    def __init__(self, source: Archive, kept: Store | None, now: Callable[[], str]) -> None:
        self._source = source
        self._kept = kept
        self._now = now

    def needs(self, item: Item) -> _Needs:
        listing = self._listing(item.url)
        index, replay = _PAGE
        if item.is_domain:
            index, replay = _sum(index, _FINDING[0]), _sum(replay, _FINDING[1])
            if listing is not None:
                index = replace(index, least=index.least - 1)
        elif listing is not None:
            index = RequestRange(least=0, most=1)
            replay = replace(replay, least=0) if self._has_first(item, listing) else replay
        if item.mode is Mode.HISTORY:
            own = self._of_history(item, None if item.is_domain else listing)
            replay = _sum(own, _FINDING[1]) if item.is_domain else own
        return _Needs(index=index, replay=replay)

    def _listing(self, url: str) -> Listing | None:
        if self._kept is None or self._source.is_local:
            return None
        listing = self._kept.listing(self._source.key, url)
        if listing is None or listing.retrieved_at is None:
            return None
        return listing if seconds_between(listing.retrieved_at, self._now()) < LISTING_FRESH_S else None

    def _has_first(self, item: Item, listing: Listing) -> bool:
        """Whether the first capture that would be tried needs no request."""
        question = item.question
        captures = in_preference(listing.captures, question.period, question.select)
        first = next((one for one in captures if question.admits(one.timestamp) and one.may_hold_text), None)
        return first is None or (self._kept is not None and self._kept.memento(self._source.key, first) is not None)

    def _of_history(self, item: Item, listing: Listing | None) -> RequestRange:
        """One replay for all captures of the same bytes that has not been done, and one for each kind of redirect."""
        if listing is None:
            return RequestRange(least=1, most=None)
        rows = [one for one in listing.captures if item.question.admits(one.timestamp)]
        texts = self._missing(one for one in rows if one.may_hold_text)
        return RequestRange(least=texts, most=texts + self._missing(one for one in rows if one.is_redirect))

    def _missing(self, captures: Iterable[Capture]) -> int:
        """How many distinct payloads some captures have of which none is kept."""
        kept: dict[object, bool] = {}
        for one in captures:
            payload = one.digest or one
            is_kept = kept.get(payload, False) or (
                self._kept is not None and self._kept.memento(self._source.key, one) is not None
            )
            kept[payload] = is_kept
        return sum(not is_kept for is_kept in kept.values())


def _sum(one: RequestRange, other: RequestRange) -> RequestRange:
    most = None if one.most is None or other.most is None else one.most + other.most
    return RequestRange(least=one.least + other.least, most=most)


def _product(one: RequestRange, count: int) -> RequestRange:
    return RequestRange(least=one.least * count, most=None if one.most is None else one.most * count)


def _seconds(needs: _Needs, source: Archive) -> tuple[float | None, float | None]:
    """Both kinds are asked side by side: what takes longer decides."""
    rates = None if source.is_local else rates_of(source)
    if rates is None:
        return None, None
    ranges = {Request.INDEX: needs.index, Request.REPLAY: needs.replay}
    least_s = max(one.least / rates[kind] for kind, one in ranges.items())
    most = [None if one.most is None else one.most / rates[kind] for kind, one in ranges.items()]
    return least_s, None if None in most else max(one for one in most if one is not None)
