"""Which capture of a frame belongs to a frameset's capture.

In: the memento of a page and functions that know its content frame, list captures and replay one. Out: the memento of the
frame nearest in time, one of the same day before all others; frames within frames are followed, and a frame's archived
redirects. A frame that the archive does not hold, or not usably, is none: the page's own words are all there is then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archivepolicy.errors import ExcludedError, InputError, NotReplayableError
from archivepolicy.resolution.search import MAX_HOPS
from archivepolicy.timestamps import seconds_between
from archivepolicy.urls import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.records import Capture, Listing, Memento

MAX_NESTED = 3
# every look at a capture that does not serve is a request
_MAX_LOOKS = 3
_CLIENT_ERROR = 400


def content_memento(
    page: Memento,
    frame_of: Callable[[Memento], str | None],
    list_captures: Callable[[str], Listing],
    replay: Callable[[Capture], Memento],
) -> Memento | None:
    """The memento that holds a frameset's text; None where the page is no frameset, or its frame cannot be had.

    Args:
        page: The page that was asked for.
        frame_of: The original URL of a page's content frame, or None.
        list_captures: Lists all captures of a URL.
        replay: Replays one.
    """
    found: Memento | None = None
    for _ in range(MAX_NESTED):
        url = frame_of(found or page)
        inner = _nearest(page, url, list_captures, replay) if url else None
        if inner is None:
            break
        found = inner
    return found


def _nearest(
    page: Memento, url: str, list_captures: Callable[[str], Listing], replay: Callable[[Capture], Memento]
) -> Memento | None:
    """The capture of a URL nearest to the page's, redirects followed by the listing of their target.

    A redirect's target is looked for nearest to the redirect, as archives and browsers of that day had it.
    """
    waiting = _candidates(url, page.timestamp, list_captures, hops=0)
    looks = {True: 0, False: 0}  # at redirects, at pages
    while waiting:
        capture, hops = waiting.pop(0)
        if looks[capture.is_redirect] == _MAX_LOOKS:
            continue
        looks[capture.is_redirect] += 1
        memento, target = _look(capture, replay)
        if memento is not None:
            return memento
        if target and hops < MAX_HOPS and not _is_homepage(target, url):
            waiting = [*_candidates(target, capture.timestamp, list_captures, hops=hops + 1), *waiting]
    return None


def _candidates(
    url: str, timestamp: str, list_captures: Callable[[str], Listing], *, hops: int
) -> list[tuple[Capture, int]]:
    """Captures of a URL that may serve, the nearest first, each with the number of redirects that led to it."""
    try:
        listing = list_captures(normalise_url(url))
    except (InputError, ExcludedError):
        return []
    usable = [capture for capture in listing.captures if capture.is_redirect or capture.may_hold_text]
    # at a redirect's target the redirect itself would come first again: http, https and www are one URL to an index
    usable = [capture for capture in usable if not (hops and capture.is_redirect and capture.timestamp == timestamp)]
    return [(capture, hops) for capture in sorted(usable, key=lambda one: _distance(one, timestamp))]


def _look(capture: Capture, replay: Callable[[Capture], Memento]) -> tuple[Memento | None, str | None]:
    """Replay a capture: a page that serves, or where it leads to."""
    try:
        memento = replay(capture)
    except NotReplayableError as failure:
        # pywb does not replay a redirect between a URL's own http, https and www forms; it leads on to another capture
        return None, failure.offered_url if capture.is_redirect else None
    if memento.location is not None:
        return None, memento.location
    return (memento if memento.status < _CLIENT_ERROR and memento.payload else None), None


def _is_homepage(target: str, url: str) -> bool:
    """Whether a redirect leads away to a homepage, which a frame that was taken down does."""
    there, here = urlsplit(target), urlsplit(url)
    return there.path in ("", "/") and not there.query and here.path not in ("", "/")


def _distance(capture: Capture, timestamp: str) -> tuple[bool, int]:
    return capture.timestamp[:8] != timestamp[:8], abs(seconds_between(capture.timestamp, timestamp))
