"""history: URL -> trail of captures -> one replay a payload -> extraction -> sightings -> versions and gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.comparison.pieces import Reader
from archivepolicy.errors import (
    InputError,
    MissingSectionError,
    NoCaptureError,
    NotReplayableError,
    UnusableCaptureError,
)
from archivepolicy.extraction import EXTRACTOR_VERSION, extract, selector
from archivepolicy.pipeline.again import MissingEvidenceError, drafted_again
from archivepolicy.pipeline.assessment import assessed, language_code
from archivepolicy.pipeline.blame import blamed
from archivepolicy.pipeline.snapshot import kept_product, reading_of
from archivepolicy.pipeline.sources import (
    listing_of,
    memento_of,
    opened_archive,
    opened_store,
    origin_of,
    outlasted,
    window_of,
)
from archivepolicy.pipeline.threads import in_threads
from archivepolicy.records import Skipped
from archivepolicy.records.history import History
from archivepolicy.records.provenance import framed_capture
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.records.version import Sighting
from archivepolicy.resolution import Leaf, Reading, Trail, follow_trail
from archivepolicy.timestamps import iso_date, iso_time
from archivepolicy.urls import normalise_url
from archivepolicy.versions import in_time, make_gaps, make_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from archivepolicy.archives.archive import Archive
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Capture, Listing, Memento, Snapshot
    from archivepolicy.store import Store

# An archive's rate is kept by its session; more threads than this only wait for it.
_REPLAYS_AT_ONCE = 4
# of captures with the same bytes, where the archive does not give the first
_MAX_TRIES = 3
_SHOWN_REASONS = 3


def history(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    *,
    archive: ArchiveChoice = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    section: Section = WHOLE_PAGE,
    language: str | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    progress: Callable[[int, int], None] | None = None,
    extractor: Extractor = extract,
    now: Callable[[], str] = current_timestamp,
) -> History:
    """Tell what captures show of a policy over time: its versions, and the gaps between them.

    Captures with equal bytes are replayed once. What is kept in the store is not asked for again, so that an interrupted
    history goes on where it stopped.

    Args:
        url: The policy's original URL; `http://` is added where no scheme stands.
        archive: As for `get`.
        from_: Only captures since the beginning of this date; None for all.
        to: Only captures until the end of this date; None for all.
        section: As for `get`; captures without it are unusable.
        language: As for `get`; captures in another one are unusable.
        store: As for `get`.
        max_wait_s: As for `get`.
        refresh: As for `get`.
        progress: Is told, after each replay, how many are done and how many there are in all.
        extractor: Does what `extract` does, elsewhere or from memory.
        now: As for `get`.

    Raises:
        InputError: The URL, a date or the archive cannot be understood.
        NoCaptureError: The archive holds no capture of the URL in that time.
        UnusableCaptureError: It holds some, and none of them is a usable policy, or the site is excluded.
        ArchiveUnavailableError: The archive cannot be asked now; what was fetched is kept.
        StoreError: The store cannot be read or written.
    """
    start, end = window_of(from_, to, now)
    wanted = normalise_url(url)
    if section.css is not None:
        selector(section.css)  # refused before anything is fetched for it
    work = _Work(
        url=wanted,
        source=opened_archive(archive, max_wait_s, now),
        kept=opened_store(store),
        section=section,
        language=language_code(language),
        refresh=refresh,
        now=now,
        extractor=extractor,
    )
    trail = outlasted(
        work.source, lambda: follow_trail(wanted, start, end, list_captures=work.list_captures, look=work.look)
    )
    if not trail.leaves and not trail.skipped:
        within = " in that time" if from_ is not None or to is not None else ""
        raise NoCaptureError(f"{work.source.name} holds no capture of {wanted}{within}", url=wanted)
    work.read(trail.leaves, progress or (lambda _done, _all: None))
    return _history(wanted, trail, work)


@dataclass(slots=True, kw_only=True)
class _Work:
    """What reading the captures of one history needs, and what it has found."""

    url: str
    source: Archive
    kept: Store | None
    section: Section
    language: str | None
    refresh: bool
    now: Callable[[], str]
    extractor: Extractor
    reader: Reader = field(default_factory=Reader)
    sightings: list[Sighting] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    anew: set[str] = field(default_factory=set)
    headings: dict[str, str] = field(default_factory=dict)  # of captures without the section that is asked for

    def list_captures(self, url: str) -> Listing:
        return listing_of(self.source, self.kept, url, refresh=self.refresh, now=self.now)

    def look(self, capture: Capture) -> Reading[object]:
        """Where a redirect leads."""
        memento = memento_of(self.source, self.kept, capture)
        if memento.location:
            return Reading(location=memento.location, memento_url=memento.memento_url)
        return Reading(reason=f"the page answered {memento.status} and names no target")

    def read(self, leaves: Sequence[Leaf], progress: Callable[[int, int], None]) -> None:
        """Read captures: from the store, else by one replay for all that have the same bytes."""
        missing = []
        for leaves_of_payload in _by_payload(leaves):
            snapshot = self._from_store(leaves_of_payload)
            if snapshot is None:
                missing.append(leaves_of_payload)
            elif self._is_policy(leaves_of_payload, snapshot):
                self._see(leaves_of_payload, snapshot)
        count = 1 if self.source.is_local else _REPLAYS_AT_ONCE
        for done, (group, (leaf, found)) in enumerate(in_threads(missing, self._fetch, count=count), start=1):
            progress(done, len(missing))
            reading: Reading[Snapshot] = (
                Reading(reason=found) if isinstance(found, str) else self._reading(leaf.capture, found)
            )
            if reading.value is None:
                reason = reading.reason or f"redirected to {reading.location}"
                self.skipped += [Skipped(capture=one.capture, reason=reason) for one in group]
            elif self._is_policy(group, reading.value):
                is_kept_as_it_is = self.kept is None or self._old(leaf.capture)
                self._see(group, reading.value if is_kept_as_it_is else self._kept(leaf, reading.value))

    def _kept(self, leaf: Leaf, snapshot: Snapshot) -> Snapshot:
        return kept_product(self.kept, snapshot, self.url, leaf.hops) if self.kept else snapshot

    def _is_policy(self, leaves: Sequence[Leaf], snapshot: Snapshot) -> bool:
        """Whether a text is the policy; where it is not, its captures are passed over with what they are."""
        verdict = assessed(snapshot, self.url, self.language).verdict
        if not verdict.is_usable:
            self.skipped += [Skipped(capture=one.capture, reason=verdict.in_words, kind=verdict.kind) for one in leaves]
        return verdict.is_usable

    def _see(self, leaves: Sequence[Leaf], snapshot: Snapshot) -> None:
        text = snapshot.document.text
        key, blocks = self.reader.text_key(text), self.reader.block_keys(text)
        self.sightings += [Sighting(capture=leaf.capture, key=key, snapshot=snapshot, blocks=blocks) for leaf in leaves]

    def _from_store(self, leaves: Sequence[Leaf]) -> Snapshot | None:
        """The product of one of some captures; one of an earlier extractor is made anew from its evidence, and not kept."""
        for leaf in leaves:
            snapshot = self._old_or_new(leaf.capture)
            if snapshot is None:
                continue
            if snapshot.provenance["extractor_version"] == EXTRACTOR_VERSION:
                return snapshot
            value = self._made_anew(leaf.capture, snapshot)
            if value is not None:
                self.anew.add(str(snapshot.provenance["extractor_version"]))
                return value
        return None

    def _made_anew(self, capture: Capture, snapshot: Snapshot) -> Snapshot | None:
        """A kept product by today's rules, from its evidence; a frame that is on record is not looked for again."""
        if self.kept and framed_capture(snapshot.provenance):
            try:
                return drafted_again(self.kept, snapshot.provenance, extractor=self.extractor)
            except (MissingEvidenceError, InputError, UnusableCaptureError):
                return None
        holder, own = origin_of(self.source, capture)
        memento = self.kept.memento(holder.key, own) if self.kept else None
        return self._reading(capture, memento).value if memento else None

    def _old_or_new(self, capture: Capture) -> Snapshot | None:
        holder, own = origin_of(self.source, capture)
        return self.kept.snapshot(holder.key, own, self.section) if self.kept else None

    def _old(self, capture: Capture) -> bool:
        """Whether a product is there that an earlier extractor made: it stays as it is."""
        return self._old_or_new(capture) is not None

    def _fetch(self, leaves: Sequence[Leaf]) -> tuple[Leaf, Memento | str]:
        """The memento of the first of some captures that can be had, or why none can; runs in several threads."""
        reason = ""
        for leaf in leaves[:_MAX_TRIES]:
            try:
                return leaf, memento_of(self.source, self.kept, leaf.capture)
            except NotReplayableError as failure:
                reason = reason or str(failure)
        return leaves[0], reason

    def _reading(self, capture: Capture, memento: Memento) -> Reading[Snapshot]:
        try:
            return reading_of(
                self.source,
                self.kept,
                memento,
                section=self.section,
                list_captures=self.list_captures,
                extractor=self.extractor,
                listed=capture,
            )
        except MissingSectionError as failure:
            self.headings[capture.timestamp] = failure.headings
            return Reading(reason=failure.missing)


def _by_payload(leaves: Sequence[Leaf]) -> Iterator[list[Leaf]]:
    """Captures with equal bytes together, the ones that hold the bytes themselves before revisits; ascending else."""
    groups: dict[object, list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(leaf.capture.digest or leaf.capture, []).append(leaf)
    for group in groups.values():
        yield sorted(group, key=lambda leaf: leaf.capture.is_revisit or leaf.capture.status is None)


def _history(url: str, trail: Trail, work: _Work) -> History:
    skipped = sorted((*trail.skipped, *work.skipped), key=lambda one: (one.capture.timestamp, one.capture.url))
    if not work.sightings:
        raise _none_usable(url, skipped, work.headings)
    versions = make_versions(work.sightings)
    return History(
        url=url,
        archive=work.source.name,
        versions=versions,
        gaps=make_gaps(versions, [one.capture.timestamp for one in skipped]),
        sightings=tuple(in_time(work.sightings)),
        unusable=tuple(skipped),
        redirects=trail.hops,
        listed_at=trail.listed_at,
        notes=(*_part_told(work.section), *trail.notes, *_anew(work.anew)),
        _blamed=partial(blamed, work.reader, work.now),
    )


def _part_told(section: Section) -> Iterator[str]:
    if section.bounds:
        bounds = ", ".join(f"{name.replace('_', ' ')} “{value}”" for name, value in section.bounds.items())
        yield f"Only a part of each page is told about: {bounds}."


def _anew(versions: set[str]) -> Iterator[str]:
    if versions:
        yield (
            f"Some texts were kept by an earlier extractor (version {', '.join(sorted(versions))}); for this comparison they "
            f"were extracted anew from their evidence (version {EXTRACTOR_VERSION})."
        )


def _none_usable(url: str, skipped: Sequence[Skipped], headings: Mapping[str, str]) -> UnusableCaptureError:
    """What is wrong with all of them, each reason once; where a section is missing, the headings of the newest without it."""
    times: dict[str, list[str]] = {}
    for one in skipped:
        times.setdefault(one.reason, []).append(one.capture.timestamp)
    shown = [
        f"{iso_time(found[0])}{f' and {len(found) - 1} more' if len(found) > 1 else ''}: {reason}"
        for reason, found in islice(times.items(), _SHOWN_REASONS)
    ]
    if more := sum(map(len, times.values())) - sum(len(times[reason]) for reason in islice(times, _SHOWN_REASONS)):
        shown.append(f"and {more} more")
    newest = max(headings, default=None)
    there = f"; on {iso_date(newest)} {headings[newest]}" if newest else ""
    return UnusableCaptureError(
        f"no usable capture of {url} ({'; '.join(shown)}){there}",
        url=url,
        timestamp=skipped[0].capture.timestamp if skipped else None,
        reasons=tuple(one.reason for one in skipped),
    )
