"""get: question -> listing -> search (replay -> extraction) -> product -> store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.archives import current_timestamp
from archivepolicy.errors import InputError, UnusableCaptureError
from archivepolicy.extraction import EXTRACTOR_VERSION, attribution_header, content_frame, extract, policy_kind
from archivepolicy.pipeline.sources import listing_of, memento_of, opened_archive, opened_store, period_of
from archivepolicy.records import Select, Snapshot
from archivepolicy.records.provenance import Maker, hop_to_dict, provenance_of, with_frame
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.resolution import Question, Reading, content_memento, search
from archivepolicy.timestamps import iso_time
from archivepolicy.urls import normalise_url
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Answer, Capture, Document, Hop, Listing, Memento
    from archivepolicy.store import Store

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
    source = opened_archive(archive, max_wait_s, now)
    kept = opened_store(store)
    period = period_of(as_of, now)
    question = Question(url=normalise_url(url), period=period, select=_select(select), archive=source.name)

    def list_captures(wanted: str) -> Listing:
        return listing_of(source, kept, wanted, refresh=refresh, now=now)

    snapshot, answer = search(
        question,
        list_captures=list_captures,
        read=lambda capture: _read(source, kept, capture, section=section, list_captures=list_captures),
    )
    return _product(source, kept, snapshot, answer)


def _select(name: Select | str) -> Select:
    try:
        return Select(name)
    except ValueError as cause:
        raise InputError(f"no such selection: {name!r} ({', '.join(Select)})") from cause


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
    memento = memento_of(source, kept, capture)
    return reading_of(source, kept, memento, section=section, list_captures=list_captures)


def reading_of(
    source: Archive,
    kept: Store | None,
    memento: Memento,
    *,
    section: Section,
    list_captures: Callable[[str], Listing],
) -> Reading[Snapshot]:
    """Extract a memento: a snapshot that is not kept yet, a redirect, or a reason why it is unusable."""
    capture = memento.capture
    if memento.location:
        return Reading(location=memento.location, memento_url=memento.memento_url)
    if memento.status >= _CLIENT_ERROR:
        return Reading(reason=f"the page answered {memento.status}")
    frame = content_memento(memento, _frame_of, list_captures, lambda wanted: memento_of(source, kept, wanted))
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
    answered = replace(snapshot, answer=answer)
    return answered if snapshot.path is not None or kept is None else kept_product(kept, answered, answer.hops)


def kept_product(kept: Store, snapshot: Snapshot, hops: Sequence[Hop]) -> Snapshot:
    """The snapshot as the store keeps it, with the redirects that led to it."""
    redirects = [hop_to_dict(hop) for hop in hops]
    return kept.keep_snapshot(replace(snapshot, provenance={**snapshot.provenance, "redirects": redirects}))
