"""get: question -> listing -> search (replay -> extraction -> assessment) -> product -> store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.errors import InputError, UnusableCaptureError
from archivepolicy.extraction import extract
from archivepolicy.pipeline.assessment import accepted_kinds, assessed, language_code, shared_text_note
from archivepolicy.pipeline.drafting import draft, frame_of
from archivepolicy.pipeline.sources import (
    answered,
    listing_of,
    memento_of,
    opened_archive,
    opened_store,
    origin_of,
    period_of,
)
from archivepolicy.records import Select
from archivepolicy.records.provenance import hop_to_dict, way_of, with_way
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.resolution import Question, Reading, content_memento, search
from archivepolicy.urls import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from archivepolicy.archives.archive import Archive
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Answer, Capture, Hop, Kind, Listing, Memento, Snapshot
    from archivepolicy.store import Store
    from archivepolicy.timestamps import Period


def get(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    *,
    as_of: str | date | Period | None = None,
    select: Select | str = Select.AS_OF,
    within: Period | None = None,
    section: Section = WHOLE_PAGE,
    language: str | None = None,
    accept: Iterable[Kind | str] = (),
    archive: ArchiveChoice = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    extractor: Extractor = extract,
    now: Callable[[], str] = current_timestamp,
) -> Snapshot:
    """Get a policy as of a date.

    Args:
        url: The policy's original URL; `http://` is added where no scheme stands.
        as_of: `2013`, `2013-06`, `2013-06-08`, an ISO time, 4 to 14 digits, a `date` or an aware `datetime`; None for now.
        select: Which capture answers the date: `as-of` (the last usable one at or before its end), `before`, `after`,
            `nearest` or `exact`.
        within: A captured time beyond it is no answer, however near; None for no such bound.
        section: The part of the page that is wanted, where it holds several policies.
        language: The language that the text is wanted in (`de`, `pt-BR`: the part before the hyphen counts); None for any.
        accept: Kinds of unusable captures that answer all the same: `other-site`, `soft-404`, ..., or `any`.
        archive: An archive, its name (`archivepolicy.archives` has the table), or several of them, which are asked
            together; None for `ARCHIVEPOLICY_ARCHIVE`, or the Wayback Machine. Where one of several fails, the rest answer,
            with a warning.
        store: The folder in which product, provenance and evidence are kept, and in which they are looked for first;
            None keeps nothing.
        max_wait_s: How long to wait in all for an archive that limits or fails; None for three minutes.
        refresh: Ask the archive's index again even where a listing of the last day is kept.
        extractor: Does what `extraction.extract` does, elsewhere or from memory.
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
    question = Question(
        url=normalise_url(url),
        period=period,
        select=_select(select),
        archive=source.name,
        accept=accepted_kinds(accept),
        within=within,
    )
    wanted_language = language_code(language)

    def list_captures(wanted: str) -> Listing:
        return listing_of(source, kept, wanted, refresh=refresh, now=now)

    snapshot, answer = answered(
        source,
        lambda: search(
            question,
            list_captures=list_captures,
            read=lambda capture: read_snapshot(
                source, kept, capture, section=section, list_captures=list_captures, extractor=extractor
            ),
            assess=lambda found: assessed(found, question.url, wanted_language),
        ),
    )
    return _product(kept, snapshot, _with_keys(source, snapshot, answer))


def _select(name: Select | str) -> Select:
    try:
        return Select(name)
    except ValueError as cause:
        raise InputError(f"no such selection: {name!r} ({', '.join(Select)})") from cause


def read_snapshot(
    source: Archive,
    kept: Store | None,
    capture: Capture,
    *,
    section: Section,
    list_captures: Callable[[str], Listing],
    extractor: Extractor = extract,
) -> Reading[Snapshot]:
    """Read one capture: from the store where it is there, else by replay and extraction."""
    holder, own = origin_of(source, capture)
    if kept and (snapshot := kept.snapshot(holder.key, own, section)):
        return Reading(value=snapshot)
    memento = memento_of(source, kept, capture)
    return reading_of(
        source, kept, memento, section=section, list_captures=list_captures, extractor=extractor, listed=capture
    )


def reading_of(  # noqa: PLR0913 - what reading one capture needs
    source: Archive,
    kept: Store | None,
    memento: Memento,
    *,
    section: Section,
    list_captures: Callable[[str], Listing],
    extractor: Extractor = extract,
    listed: Capture | None = None,
) -> Reading[Snapshot]:
    """Extract a memento: a snapshot that is not kept yet, a redirect, or a reason why there is none.

    Args:
        source: The archive, or several.
        kept: Where evidence of frames is kept.
        memento: The page.
        section: The part of it that is wanted.
        list_captures: Gives a frame's captures.
        extractor: Does what `extract` does.
        listed: The capture as the listing had it, where the memento's says less of which archive it is of.
    """
    if memento.location:
        return Reading(location=memento.location, memento_url=memento.memento_url)
    keys: dict[Capture, str] = {}  # of the archives that hold its frames: of several asked together it may be another

    def replay(wanted: Capture) -> Memento:
        found = memento_of(source, kept, wanted)
        keys[found.capture] = origin_of(source, wanted)[0].key
        return found

    holder, _ = origin_of(source, listed or memento.capture)
    frame = content_memento(memento, frame_of, list_captures, replay)
    frame_key = keys[frame.capture] if frame else None
    try:
        drafted = draft(holder.key, memento, section=section, frame=frame, frame_key=frame_key, extractor=extractor)
    except UnusableCaptureError as failure:
        return Reading(reason=str(failure))
    return Reading(value=drafted)


def _with_keys(source: Archive, snapshot: Snapshot, answer: Answer) -> Answer:
    """The answer, each redirect with its archive where that is not the page's own."""
    own = snapshot.provenance["archive_key"]
    keys = [origin_of(source, hop.capture)[0].key for hop in answer.hops]
    hops = (hop if key == own else replace(hop, archive_key=key) for hop, key in zip(answer.hops, keys, strict=True))
    return replace(answer, hops=tuple(hops))


def _product(kept: Store | None, snapshot: Snapshot, answer: Answer) -> Snapshot:
    """The snapshot with its answer, kept where there is a store and it is not there yet."""
    way = way_of(answer)
    if kept is None:
        return replace(snapshot, answer=answer, provenance=with_way(snapshot.provenance, way))
    if note := shared_text_note(kept, snapshot.capture):
        answer = replace(answer, notes=(*answer.notes, note))
    if snapshot.path is not None:
        return replace(kept.with_way(snapshot, way), answer=answer)
    return kept.keep_snapshot(replace(snapshot, answer=answer, provenance=with_way(snapshot.provenance, way)))


def kept_product(kept: Store, snapshot: Snapshot, asked_url: str, hops: Sequence[Hop]) -> Snapshot:
    """The snapshot as the store keeps it, with the URL that was asked for and the redirects that led to it."""
    way = {"requested_url": asked_url, "redirects": [hop_to_dict(hop) for hop in hops]}
    return kept.keep_snapshot(replace(snapshot, provenance=with_way(snapshot.provenance, way)))
