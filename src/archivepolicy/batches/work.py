"""One item -> what became of it: find, where only a domain is given, then get or history.

What an archive holds or does not hold is a result; that it cannot be asked, that the store fails, and whatever else goes
wrong is raised, for the run to decide on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.errors import NoCaptureError, UnusableCaptureError
from archivepolicy.pipeline.discovery import find
from archivepolicy.pipeline.snapshot import get
from archivepolicy.records.batch import Found, Outcome, Result
from archivepolicy.records.section import WHOLE_PAGE
from archivepolicy.timestamps import iso_time
from archivepolicy.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.archive import Archive
    from archivepolicy.batches.plan import Item
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Document, Section
    from archivepolicy.store import Store

_FIRST_YEAR = "0001"
_LAST_YEAR = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an item is worked on with.

    Attributes:
        source: The archive.
        kept: The store.
        extractor: Makes documents of pages.
        refresh: Ask the index again even where a fresh answer is kept.
        now: Tells the time, 14 digits.
        alive: Is called whenever something came of asking the archive.
    """

    source: Archive
    kept: Store
    extractor: Extractor
    refresh: bool
    now: Callable[[], str]
    alive: Callable[[], None]


class _Watched:
    """An extractor that notes which page it read last."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.payload: str | None = None

    def __call__(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        self._means.alive()
        self.payload = hashlib.sha256(payload).hexdigest()
        return self._means.extractor(payload, url=url, content_type=content_type, section=section)


def worked(item: Item, means: Means) -> Result:
    """Do what an item asks for.

    Raises:
        ArchivePolicyError: Anything but "no such capture" and "unusable".
    """
    extractor = _Watched(means)
    url = None if item.is_domain else item.url
    try:
        if url is None:
            url = _policy_url(item, means, extractor)
            extractor.payload = None
        return _product(url, item, means, extractor)
    except NoCaptureError as failure:
        return Result(outcome=Outcome.NO_CAPTURE, reason=str(failure), url=url)
    except UnusableCaptureError as failure:
        return Result(outcome=Outcome.UNUSABLE, reason=str(failure), url=url, payload=extractor.payload)


def _policy_url(item: Item, means: Means, extractor: Extractor) -> str:
    """The policy's address at the time in question.

    Raises:
        NoCaptureError: None was found.
    """
    question = item.question
    found = find(
        item.url,
        as_of=question.within.end if question.within and _is_named(question.within.end) else question.period.end,
        kind=item.kind,
        archive=means.source,
        store=means.kept,
        refresh=means.refresh,
        extractor=extractor,
        now=means.now,
    )
    if found.best is None:
        looked = " ".join(found.looked_at)
        raise NoCaptureError(f"no {item.kind} policy of {item.url} was found. {looked}", url=item.url)
    return found.best.url


def _product(url: str, item: Item, means: Means, extractor: _Watched) -> Result:
    question = item.question
    snapshot = get(
        url,
        as_of=question.period,
        select=question.select,
        within=question.within,
        section=item.section,
        language=item.language,
        archive=means.source,
        store=means.kept,
        refresh=means.refresh,
        extractor=extractor,
        now=means.now,
    )
    capture = snapshot.capture
    if not question.admits(capture.timestamp):
        reason = f"no capture of {url} in {question.label}: its redirect leads to one of {iso_time(capture.timestamp)}"
        return Result(outcome=Outcome.NO_CAPTURE, reason=reason, url=url)
    flags = []
    if snapshot.answer and snapshot.answer.hops:
        flags.append("redirected")
    if registrable_domain(capture.url) != registrable_domain(item.url):
        flags.append("on another site")
    return Result(
        outcome=Outcome.DONE,
        url=url,
        found=(Found(captured=capture.timestamp, product=snapshot.path, digest=capture.digest),),
        payload=snapshot.provenance["payload"]["sha256"],
        flags=tuple(flags),
    )


def _is_named(timestamp: str) -> bool:
    """Whether an end of a range was named, and does not stand for all time."""
    return not timestamp.startswith((_FIRST_YEAR, _LAST_YEAR))
