"""Runs of captures with equal normalised text, joined to versions.

In: sightings in any order, each with the key of its normalised text. Out: versions, ascending by first sight. What decides
is the time of the capture alone, never the order in which a source lists it (13 pairs of Open Terms Archive's histories run
backwards, measured 2026-11-22).

A text that returns after a brief interlude is one version, and what interrupts it a transient: on those histories such an
interlude lasts half a day in the median and 12 days at the 95th percentile, the mark of a page that flips between two
configurations or failed for a moment. A text that returns later than that is a version of its own that says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.records.interval import intervals_of
from archivepolicy.records.version import Version
from archivepolicy.timestamps import seconds_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.records.version import Sighting

# An interlude is brief where the captures that show it lie within a month: over twice the 95th percentile above, and what
# monthly captures can show once. One that a single capture shows is brief however far its neighbours are.
BRIEF_DAYS = 31
_DAY_S = 86_400


def in_time(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Sightings ascending by capture time, twins of one second in an order that depends on nothing but themselves."""
    return sorted(sightings, key=_place)


def make_versions(sightings: Iterable[Sighting]) -> tuple[Version, ...]:
    """Make versions of sightings.

    Args:
        sightings: In any order; may be empty.

    Returns:
        Ascending by first sight; every sighting's capture is in exactly one of them.
    """
    ordered = in_time(sightings)
    timestamps = [one.capture.timestamp for one in ordered]
    drafts = sorted(_drafts(ordered), key=lambda places: places[0])
    spans = [(places[0], places[-1]) for places in drafts]
    hosts = [_host(at, spans) for at in range(len(spans))]
    versions: list[Version] = []
    before: int | None = None  # the last version that is no transient
    for at, places in enumerate(drafts):
        host = hosts[at]
        compared = before if host is None else host
        draft = _version(places, ordered, None if compared is None else ordered[spans[compared][0]])
        number, transient_of = at + 1, None if host is None else host + 1
        runs = intervals_of(timestamps, places)
        versions.append(replace(draft, number=number, transient_of=transient_of, runs=runs))
        if host is None:
            before = at
    return tuple(_with_returns(versions))


def _place(sighting: Sighting) -> tuple[str, str, str, str]:
    capture = sighting.capture
    return capture.timestamp, capture.url, capture.digest or "", sighting.key


def _drafts(ordered: Sequence[Sighting]) -> list[list[int]]:
    """The places of each version's sightings: equal keys, where nothing but a brief interlude lies between."""
    by_key: dict[str, list[list[int]]] = {}
    for place, sighting in enumerate(ordered):
        known = by_key.setdefault(sighting.key, [])
        if known and _is_brief(ordered, known[-1][-1], place):
            known[-1].append(place)
        else:
            known.append([place])
    return [places for drafts in by_key.values() for places in drafts]


def _is_brief(ordered: Sequence[Sighting], last: int, again: int) -> bool:
    """Whether what was seen between two places was seen for at most `BRIEF_DAYS`."""
    if again - last <= 2:  # nothing in between, or a single capture
        return True
    start, end = ordered[last + 1].capture.timestamp, ordered[again - 1].capture.timestamp
    return seconds_between(start, end) <= BRIEF_DAYS * _DAY_S


def _host(at: int, spans: Sequence[tuple[int, int]]) -> int | None:
    """The first version within whose span another one lies; None where it lies in none.

    The first is never a transient itself: what held it would begin before it, and hold the other one too.
    """
    first, last = spans[at]
    for other, (start, end) in enumerate(spans[:at]):
        if start < first and last < end:
            return other
    return None


def _version(places: Sequence[int], ordered: Sequence[Sighting], compared: Sighting | None) -> Version:
    """A version by itself; its number and what it is to the others is still to be said."""
    first = ordered[places[0]]
    added, removed = _change(compared, first) if compared else (0, 0)
    return Version(
        number=0,
        key=first.key,
        snapshot=first.snapshot,
        captures=tuple(ordered[place].capture for place in places),
        runs=(),
        transient_of=None,
        returns_to=None,
        word_count=sum(block.count(" ") + 1 for block in first.blocks if block),
        words_added=added,
        words_removed=removed,
        is_silent=_is_silent(compared, first),
    )


def _change(old: Sighting, new: Sighting) -> tuple[int, int]:
    """Words that only the new text has, and those that only the old one has, each as often as it has them more.

    Blocks that both have cancel out before their words are counted: the difference is the same, and most blocks go.
    """
    before, after = Counter(old.blocks), Counter(new.blocks)
    new_words, old_words = _words(after - before), _words(before - after)
    return (new_words - old_words).total(), (old_words - new_words).total()


def _words(blocks: Counter[str]) -> Counter[str]:
    words: Counter[str] = Counter()
    for block in blocks.elements():
        words.update(block.split())
    return words


def _is_silent(old: Sighting | None, new: Sighting) -> bool | None:
    """Whether a text changed under the same stated date."""
    if old is None:
        return None
    before, after = _stated(old), _stated(new)
    return before == after if before and after else None


def _stated(sighting: Sighting) -> set[tuple[str, str]]:
    return {(date.label, date.date or date.text) for date in sighting.snapshot.document.stated_dates}


def _with_returns(versions: Sequence[Version]) -> list[Version]:
    """The versions, each that repeats an earlier one with its number."""
    first_of: dict[str, int] = {}
    named = []
    for version in versions:
        earlier = first_of.setdefault(version.key, version.number)
        named.append(version if earlier == version.number else replace(version, returns_to=earlier))
    return named
