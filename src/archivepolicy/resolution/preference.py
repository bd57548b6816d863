"""Preference: in which order an index's rows should be tried for a date. Pure decisions, no archive asked.

In: the captures of a URL, a period, what is wanted of it. Out: the rows best first, and what stands around a chosen one.
No archive is trusted to choose: every archive's own "closest" looks both ways, ignores statuses or scans part of its index
(facts recorded 2026-11-22).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.records import Neighbours, Select
from archivepolicy.timestamps import shifted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from archivepolicy.records import Capture
    from archivepolicy.timestamps import Period

# A crawler fetches a redirect's target with the redirect, mostly within seconds; a day is the window of EDGI's client
# (wayback 0.5.1, `target_window`), beyond which a capture says nothing about where the redirect led.
REDIRECT_WINDOW_S = 24 * 60 * 60


def in_preference(captures: Iterable[Capture], period: Period, select: Select) -> list[Capture]:
    """Put the captures that may answer in the order in which to try them.

    Args:
        captures: In any order, of any status.
        period: The date asked for.
        select: Which capture is wanted.

    Returns:
        The captures that `select` admits, best first; may be empty. Of one second's twins those that hold a text stand
        first, then in the order in which they came: of several archives the one that was named first answers.
    """
    if select is Select.AFTER:
        later = [one for one in captures if one.timestamp > period.end]
        return sorted(later, key=lambda one: (one.timestamp, not one.may_hold_text))
    # descending, and among the captures of one second those with a text first; a sort keeps what else is equal as it stood
    rows = sorted(captures, key=lambda one: (one.timestamp, one.may_hold_text), reverse=True)
    if select is Select.NEAREST:
        return sorted(rows, key=lambda one: _nearness(one, period))
    if select is Select.BEFORE:
        return [one for one in rows if one.timestamp < period.start]
    if select is Select.EXACT:
        return [one for one in rows if period.start <= one.timestamp <= period.end]
    return [one for one in rows if one.timestamp <= period.end]


def _nearness(capture: Capture, period: Period) -> tuple[int, bool]:
    """Sort key: distance, then the earlier side, since what is known to have stood then may still have stood."""
    distance_s = period.distance_s(capture.timestamp)
    return abs(distance_s), distance_s > 0


def targets_in_preference(
    captures: Iterable[Capture], redirect: Capture, period: Period, select: Select
) -> tuple[list[Capture], list[Capture]]:
    """Put the captures of a redirect's target in the order in which to try them.

    Args:
        captures: The target's captures.
        redirect: The archived redirect that leads there.
        period: The date asked for.
        select: Which capture is wanted.

    Returns:
        Two lists, each best first, each may be empty. The first is of captures that the redirect vouches for: made
        since it and within what was asked, else within a day after it even where that is past what was asked (a
        crawler needs some seconds from a redirect to its target). The second is of captures older than the redirect,
        which compete with the asked URL's own by their date.
    """
    rows = list(captures)
    admitted = in_preference(rows, period, select)
    since = [one for one in admitted if one.timestamp >= redirect.timestamp]
    limit = shifted(redirect.timestamp, REDIRECT_WINDOW_S)
    followed = [one for one in rows if redirect.timestamp <= one.timestamp <= limit and one not in since]
    followed.sort(key=lambda one: (one.timestamp, not one.may_hold_text))
    older = [one for one in admitted if one.timestamp < redirect.timestamp]
    return since + followed, older


def neighbours(captures: Sequence[Capture], chosen: Capture, *, unusable: Collection[Capture] = ()) -> Neighbours:
    """Tell what the index knows about the captures around a chosen one.

    Args:
        captures: The listing that the chosen one stands in, ascending by timestamp, not empty.
        chosen: One of them.
        unusable: Those of them that were read and turned out to hold no policy.

    Returns:
        The unbroken run of captures with the chosen one's bytes, and the first ones beyond it that may hold another
        text. Redirects, errors and unusable pages in between neither prolong nor end a run: they hold no text.
    """
    texts = [one for one in captures if one.may_hold_text and one not in unusable]
    at = texts.index(chosen) if chosen in texts else None
    if at is None or chosen.digest is None:
        earlier = [one for one in texts if one.timestamp < chosen.timestamp]
        later = [one for one in texts if one.timestamp > chosen.timestamp]
        same_from = same_until = chosen
    else:
        first = last = at
        while first > 0 and texts[first - 1].digest == chosen.digest:
            first -= 1
        while last + 1 < len(texts) and texts[last + 1].digest == chosen.digest:
            last += 1
        same_from, same_until = texts[first], texts[last]
        earlier, later = texts[:first], texts[last + 1 :]
    return Neighbours(
        same_from=same_from,
        same_until=same_until,
        other_before=earlier[-1] if earlier else None,
        other_after=later[0] if later else None,
        first=captures[0],
        last=captures[-1],
        count=len(captures),
    )
