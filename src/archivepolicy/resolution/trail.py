"""Trail: all captures that tell what stood under a URL over a time, those that its redirects lead to among them.

In: a URL, a stretch of time, and two functions, one that lists a URL's captures and one that looks where a redirect leads.
Out: the captures that may hold a text, each with the redirects that led to it, and those that hold none, with the reason.

A redirect to another page answers for the URL until the URL itself holds a text again: over that stretch the target's
captures count, as they would for `search` at each date of it. A redirect to the page's own https or `www` form adds nothing:
an index lists those captures together. The homepage is never taken for a policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archivepolicy.errors import ExcludedError, InputError, NotReplayableError
from archivepolicy.records import Hop, Skipped
from archivepolicy.resolution.search import Reading, is_same_page, refusal
from archivepolicy.urls import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archivepolicy.records import Capture, Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A capture that may hold a text, and the redirects that led to it."""

    capture: Capture
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What was found.

    Attributes:
        leaves: Captures that may hold a text, ascending by timestamp; may be empty.
        skipped: Captures that hold none, with the reason, ascending; may be empty.
        hops: Redirects to another page that were followed, ascending; one for each stretch of equal ones.
        listed_at: When its index was asked, 14 digits; None for local files.
        notes: What was odd about the listings, a sentence each.
    """

    leaves: tuple[Leaf, ...]
    skipped: tuple[Skipped, ...]
    hops: tuple[Hop, ...]
    listed_at: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The time over which a page answers for the URL, and the redirects that make it do so."""

    start: str
    end: str
    hops: tuple[Hop, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Walk:
    url: str
    list_captures: Callable[[str], Listing]
    look: Callable[[Capture], Reading[object]]
    leaves: dict[Capture, Leaf] = field(default_factory=dict)
    skipped: dict[Capture, Skipped] = field(default_factory=dict)
    hops: list[Hop] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    looks: dict[tuple[object, ...], Reading[object]] = field(default_factory=dict)

    def skip(self, capture: Capture, reason: str) -> None:
        self.skipped.setdefault(capture, Skipped(capture=capture, reason=reason))


def follow_trail(
    url: str,
    start: str,
    end: str,
    *,
    list_captures: Callable[[str], Listing],
    look: Callable[[Capture], Reading[object]],
) -> Trail:
    """Gather the captures that tell what stood under a URL.

    Args:
        url: Normalised.
        start: First second that counts; any prefix of a timestamp, empty for no bound.
        end: Last second that counts; `9` for no bound.
        list_captures: Lists all captures of a URL.
        look: Looks where a redirect leads; asked once for all redirects of one URL with equal status and body, and once
            more where the listing ends in such redirects. May raise `NotReplayableError`.
    """
    walk = _Walk(url=url, list_captures=list_captures, look=look)
    listing = list_captures(url)
    _walk(walk, listing, _Stretch(start=start, end=end))
    for capture in walk.leaves:
        walk.skipped.pop(capture, None)
    return Trail(
        leaves=tuple(sorted(walk.leaves.values(), key=lambda leaf: _place(leaf.capture))),
        skipped=tuple(sorted(walk.skipped.values(), key=lambda one: _place(one.capture))),
        hops=tuple(sorted(walk.hops, key=lambda hop: _place(hop.capture))),
        listed_at=listing.retrieved_at,
        notes=tuple(walk.notes),
    )


def _place(capture: Capture) -> tuple[str, str, str]:
    return capture.timestamp, capture.url, capture.digest or ""


def _walk(walk: _Walk, listing: Listing, stretch: _Stretch) -> None:
    """Take in the captures of one page over a stretch of time, and those of the pages that it redirects to."""
    walk.notes.update(dict.fromkeys(listing.warnings))
    rows = [one for one in listing.captures if stretch.start <= one.timestamp <= stretch.end]
    moved = {one.digest for one in listing.captures if one.is_redirect and one.digest}
    texts = [one for one in rows if one.may_hold_text and not _is_revisited_redirect(one, moved)]
    for capture in texts:
        walk.leaves.setdefault(capture, Leaf(capture=capture, hops=stretch.hops))
    for capture in rows:
        if not capture.may_hold_text and not capture.is_redirect:
            walk.skip(capture, f"the page answered {capture.status}")
    standing = _last_stretch([one for one in listing.captures if one.timestamp < stretch.start], moved)
    redirects = [one for one in (*standing, *rows) if one.is_redirect or _is_revisited_redirect(one, moved)]
    for inner in _stretches(walk, redirects, texts, stretch):
        target = _target(walk, inner)
        if target is not None:
            walk.hops.append(inner.hops[-1])
            _walk(walk, target, inner)


def _last_stretch(rows: Sequence[Capture], moved: set[str]) -> Sequence[Capture]:
    """The rows after the last one that holds a text: a redirect among them still stands when the time begins."""
    for at in range(len(rows) - 1, -1, -1):
        if rows[at].may_hold_text and not _is_revisited_redirect(rows[at], moved):
            return rows[at + 1 :]
    return rows


def _is_revisited_redirect(capture: Capture, moved: set[str]) -> bool:
    """Whether a revisit repeats the body of a redirect: its row has no status that would say so."""
    return capture.status is None and capture.digest in moved


def _where(walk: _Walk, capture: Capture, last_text: str) -> Reading[object]:
    """Where a redirect leads.

    Bodies of redirects are mostly empty, so equal ones may lead elsewhere after years. What a listing ends in decides where
    the policy went, so it is looked at anew; in between texts one look has to do.
    """
    look = (capture.url, capture.status, capture.digest, capture.timestamp > last_text)
    if look not in walk.looks:
        try:
            walk.looks[look] = walk.look(capture)
        except NotReplayableError as failure:
            # pywb does not replay a redirect between a page's own forms; it leads on to another capture of it
            offered = failure.offered_url
            own = offered if offered and is_same_page(offered, capture.url) else None
            walk.looks[look] = Reading(location=own, reason=None if own else str(failure))
    return walk.looks[look]


def _stretches(walk: _Walk, redirects: Sequence[Capture], texts: Sequence[Capture], within: _Stretch) -> list[_Stretch]:
    """The stretches over which redirects to other pages answer; every redirect is named among what was skipped."""
    found: list[_Stretch] = []
    last_text = texts[-1].timestamp if texts else ""
    for capture in redirects:
        reading = _where(walk, capture, last_text)
        location = reading.location
        if capture.timestamp >= within.start:
            reason = f"redirected to {location}" if location else reading.reason
            walk.skip(capture, reason or "the redirect names no target")
        if location is None or is_same_page(location, capture.url):
            continue
        hop = Hop(capture=capture, location=location, memento_url=reading.memento_url)
        if found and found[-1].end >= capture.timestamp:
            if is_same_page(found[-1].hops[-1].location, location):
                continue
            found[-1] = replace(found[-1], end=capture.timestamp)  # it leads elsewhere from here on
        until = next((one.timestamp for one in texts if one.timestamp > capture.timestamp), within.end)
        start = max(capture.timestamp, within.start)
        found.append(_Stretch(start=start, end=min(until, within.end), hops=(*within.hops, hop)))
    return found


def _target(walk: _Walk, stretch: _Stretch) -> Listing | None:
    """The captures of the page that a redirect leads to; None where it is not followed."""
    hop = stretch.hops[-1]
    listing: Listing | None = None
    try:
        target = normalise_url(hop.location)
        reason = refusal(walk.url, len(stretch.hops), target)
        if reason is None and any(is_same_page(target, earlier.capture.url) for earlier in stretch.hops):
            reason = f"redirected in a circle, to {target}"
        if reason is None:
            listing = walk.list_captures(target)
            reason = None if listing.captures else f"redirected to {target}, which the archive does not hold"
    except (InputError, ExcludedError) as failure:
        reason = f"redirected to {hop.location}: {failure}"
    if reason is not None:
        walk.skipped[hop.capture] = Skipped(capture=hop.capture, reason=reason)
        return None
    return listing
