"""Which capture of a frame belongs to a frameset's capture.

In: the memento of a page and functions that know its content frame, list captures and replay one. Out: the memento of the
frame nearest in time, one of the same day before all others; frames within frames are followed. A frame that the archive
does not hold, or not usably, is none: the page's own words are all there is then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.errors import ExcludedError, InputError, NotReplayableError
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
    try:
        listing = list_captures(normalise_url(url))
    except (InputError, ExcludedError):
        return None
    usable = [capture for capture in listing.captures if capture.may_hold_text and not capture.is_redirect]
    for capture in sorted(usable, key=lambda one: _distance(one, page.timestamp))[:_MAX_LOOKS]:
        try:
            memento = replay(capture)
        except NotReplayableError:
            continue
        if memento.location is None and memento.status < _CLIENT_ERROR and memento.payload:
            return memento
    return None


def _distance(capture: Capture, timestamp: str) -> tuple[bool, int]:
    return capture.timestamp[:8] != timestamp[:8], abs(seconds_between(capture.timestamp, timestamp))
