"""The order of the steps, and nothing else.

get:       question -> listing -> search (replay -> extraction) -> product -> store
captures:  URL -> listing -> window
convert:   bytes -> document
explain:   snapshot -> memento -> page beside document
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives import current_timestamp, open_archive
from archivepolicy.errors import ArchiveUnavailableError, InputError, UnusableCaptureError
from archivepolicy.extraction import (
    EXTRACTOR_VERSION,
    attribution_header,
    content_frame,
    explained,
    extract,
    policy_kind,
)
from archivepolicy.records import Document, Select, Snapshot
from archivepolicy.records.provenance import Maker, framed_capture, hop_to_dict, provenance_of, with_frame
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.resolution import Question, Reading, content_memento, search
from archivepolicy.store import Store
from archivepolicy.timestamps import Period, from_datetime, iso_time, parse_period, seconds_between
from archivepolicy.urls import normalise_url
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Answer, Capture, Listing, Memento
    from archivepolicy.records.explanation import Explanation

# An index gains captures every day; a listing of yesterday may lack the newest.
LISTING_FRESH_S = 24 * 60 * 60
_CLIENT_ERROR = 400
_MAKER = Maker(tool=f"archivepolicy {__version__}", extractor_version=EXTRACTOR_VERSION)


def get(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    *,
    as_of: str | date | None = None,
    select: Select | str = Select.AS_OF,
    section: Section = WHOLE_PAGE,
    archive: str | Path | Archive | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> Snapshot:
    """Get a policy as of a date.

    Args:
        url: The policy's original URL; `http://` is added where no scheme stands.
        as_of: `2013`, `2013-06`, `2013-06-08`, an ISO time, 4 to 14 digits, a `date` or an aware `datetime`; None for now.
        select: Which capture answers the date: `as-of` (the last usable one at or before its end), `before`, `after`,
            `nearest` or `exact`.
        section: The part of the page that is wanted, where it holds several policies.
        archive: An archive, or its name (`archivepolicy.archives` has the table); None for `ARCHIVEPOLICY_ARCHIVE`, or
            the Wayback Machine.
        store: The folder in which product, provenance and evidence are kept, and in which they are looked for first;
            None keeps nothing.
        max_wait_s: How long to wait in all for an archive that limits or fails; None for three minutes.
        refresh: Ask the archive's index again even where a listing of the last day is kept.
        now: Tells the time, 14 digits.

    Returns:
        The snapshot, with `answer` saying how the date was answered.

    Raises:
        InputError: The URL, date, `select` or archive cannot be understood, or the capture has no such section.
        NoCaptureError: No capture on the wanted side of the date.
        UnusableCaptureError: Captures, and none of them a usable policy, or the site is excluded from the archive.
        ArchiveUnavailableError: The archive cannot be asked now.
        StoreError: The store cannot be read or written.
    """
    source = _opened(archive, max_wait_s, now)
    kept = store if isinstance(store, Store) or store is None else Store(store)
    period = _period(as_of, now)
    question = Question(url=normalise_url(url), period=period, select=_select(select), archive=source.name)

    def list_captures(wanted: str) -> Listing:
        return _listing(source, kept, wanted, refresh=refresh, now=now)

    snapshot, answer = search(
        question,
        list_captures=list_captures,
        read=lambda capture: _read(source, kept, capture, section=section, list_captures=list_captures),
    )
    return _product(source, kept, snapshot, answer)


def captures(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    *,
    archive: str | Path | Archive | None = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> list[Capture]:
    """List an archive's captures of a URL, redirects, errors and revisits included.

    Args:
        url: The original URL. Its http, https, `www` and port forms count as one, as in every index.
        archive: As for `get`.
        from_: Only captures since the beginning of this date; None for all.
        to: Only captures until the end of this date; None for all.
        store: Where listings are kept for a day; None keeps nothing.
        max_wait_s: As for `get`.
        refresh: As for `get`.
        now: As for `get`.

    Returns:
        Ascending by timestamp; empty where the archive holds none.

    Raises:
        InputError: The URL, a date or the archive cannot be understood.
        ExcludedError: The archive does not show this site.
        ArchiveUnavailableError: The archive cannot be asked now.
        StoreError: The store cannot be read or written.
    """
    source = _opened(archive, max_wait_s, now)
    kept = store if isinstance(store, Store) or store is None else Store(store)
    start = _period(from_, now).start if from_ is not None else ""
    end = _period(to, now).end if to is not None else "9"
    listing = _listing(source, kept, normalise_url(url), refresh=refresh, now=now)
    return [capture for capture in listing.captures if start <= capture.timestamp <= end]


def convert(
    payload: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    content_encoding: str | None = None,
    section: Section = WHOLE_PAGE,
) -> Document:
    """Extract the policy from a page's bytes; no archive, no store.

    Args:
        payload: The page as it was delivered or saved.
        url: Its original URL, for relative links and the title of a page without one.
        content_type: Its Content-Type; None for HTML, or what the bytes say.
        content_encoding: Its Content-Encoding, where the bytes are still compressed.
        section: The part of the page that is wanted, where it holds several policies.

    Raises:
        InputError: The page has no such section.
        UnusableCaptureError: A PDF that is damaged, encrypted or without text. A page that is no policy is a document with a
            verdict, not an error.
    """
    return extract(payload, url=url, content_type=content_type, content_encoding=content_encoding, section=section)


def explain(
    snapshot: Snapshot,
    *,
    archive: str | Path | Archive | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    now: Callable[[], str] = current_timestamp,
) -> Explanation:
    """Lay a snapshot's page beside the snapshot: what of it was kept, and which rule took the rest.

    Args:
        snapshot: What `get` gave.
        archive: As given to `get`.
        store: As given to `get`; the page is read from the evidence there, and without it replayed once more.
        max_wait_s: As for `get`.
        now: As for `get`.
    """
    source = _opened(archive, max_wait_s, now)
    kept = store if isinstance(store, Store) or store is None else Store(store)
    memento = _memento(source, kept, framed_capture(snapshot.provenance) or snapshot.capture)
    url = memento.capture.url
    return explained(memento.payload, snapshot.document, url=url, content_type=memento.content_type)


def explain_page(
    payload: bytes, document: Document, *, url: str | None = None, content_type: str | None = None
) -> Explanation:
    """Lay a page's bytes beside what `convert` made of them."""
    return explained(payload, document, url=url, content_type=content_type)


def _opened(archive: str | Path | Archive | None, max_wait_s: float | None, now: Callable[[], str]) -> Archive:
    if archive is None or isinstance(archive, str | Path):
        return open_archive(archive, max_wait_s=max_wait_s, now=now)
    return archive


def _period(moment: str | date | None, now: Callable[[], str]) -> Period:
    if moment is None:
        return parse_period(now())
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise InputError(f"a time without a zone: {moment} (pass an aware datetime, or a text)")
        return parse_period(from_datetime(moment))
    return parse_period(moment.isoformat() if isinstance(moment, date) else moment)


def _select(name: Select | str) -> Select:
    try:
        return Select(name)
    except ValueError as cause:
        raise InputError(f"no such selection: {name!r} ({', '.join(Select)})") from cause


def _listing(source: Archive, kept: Store | None, url: str, *, refresh: bool, now: Callable[[], str]) -> Listing:
    """An archive's captures of a URL, from the store where they are fresh there."""
    if kept is None or source.is_local:
        return source.listing(url)
    known = kept.listing(source.key, url)
    if known and known.retrieved_at and not refresh and seconds_between(known.retrieved_at, now()) < LISTING_FRESH_S:
        return known
    kept.check_writable()
    try:
        listing = source.listing(url)
    except ArchiveUnavailableError as failure:
        if known is None or refresh:
            raise
        return replace(known, warnings=(*known.warnings, _stale(known, failure)))
    kept.keep_listing(source.key, listing)
    return listing


def _stale(known: Listing, failure: ArchiveUnavailableError) -> str:
    asked = iso_time(known.retrieved_at) if known.retrieved_at else "an unknown time"
    return f"The index could not be asked now ({failure}); its answer of {asked} was used."


def _read(
    source: Archive,
    kept: Store | None,
    capture: Capture,
    *,
    section: Section,
    list_captures: Callable[[str], Listing],
) -> Reading[Snapshot]:
    """Read one capture: from the store where it is there, else by replay and extraction."""
    if kept and (snapshot := kept.snapshot(source.key, capture, section)):
        return Reading(value=snapshot)
    memento = _memento(source, kept, capture)
    if memento.location:
        return Reading(location=memento.location, memento_url=memento.memento_url)
    if memento.status >= _CLIENT_ERROR:
        return Reading(reason=f"the page answered {memento.status}")
    frame = content_memento(memento, _frame_of, list_captures, lambda wanted: _memento(source, kept, wanted))
    text = frame or memento
    try:
        document = extract(text.payload, url=text.capture.url, content_type=text.content_type, section=section)
    except InputError as failure:
        # an error page has no sections: it is passed over like any other, and only a policy without the section is refused
        document = extract(text.payload, url=text.capture.url, content_type=text.content_type)
        if document.verdict.is_usable:
            raise InputError(f"in the capture of {iso_time(capture.timestamp)}: {failure}") from failure
    except UnusableCaptureError as failure:
        return Reading(reason=str(failure))
    if not document.verdict.is_usable:
        reasons = f" ({'; '.join(document.verdict.reasons)})" if document.verdict.reasons else ""
        return Reading(reason=f"{document.verdict.kind}{reasons}")
    return Reading(value=_drafted(source, memento, document, section=section, frame=frame))


def _frame_of(memento: Memento) -> str | None:
    return content_frame(memento.payload, url=memento.capture.url, content_type=memento.content_type)


def _memento(source: Archive, kept: Store | None, capture: Capture) -> Memento:
    """The memento of a capture, from the evidence where it is there, else from the archive and then kept."""
    if kept is None:
        return source.replay(capture)
    known = kept.memento(source.key, capture)
    if known is not None:
        return known
    kept.check_writable()
    memento = source.replay(capture)
    kept.keep_memento(source.key, memento)
    return memento


def _drafted(
    source: Archive, memento: Memento, document: Document, *, section: Section, frame: Memento | None
) -> Snapshot:
    """A snapshot that is not kept yet."""
    kind = policy_kind(document.title, memento.capture.url)
    header = attribution_header(memento.capture, memento_url=memento.memento_url, kind=kind)
    provenance = provenance_of(memento, document, archive_key=source.key, maker=_MAKER, section=section)
    return Snapshot(
        capture=memento.capture,
        memento_url=memento.memento_url,
        document=document,
        markdown=f"{header}\n\n{document.text}",
        provenance=provenance if frame is None else with_frame(provenance, memento, frame),
    )


def _product(source: Archive, kept: Store | None, snapshot: Snapshot, answer: Answer) -> Snapshot:
    """The snapshot with its answer, kept where there is a store and it is not there yet."""
    if snapshot.path is not None or kept is None:
        return replace(snapshot, answer=answer)
    redirects = [hop_to_dict(hop) for hop in answer.hops]
    return kept.keep_snapshot(
        replace(snapshot, answer=answer, provenance={**snapshot.provenance, "redirects": redirects})
    )
