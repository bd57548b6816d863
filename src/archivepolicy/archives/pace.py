"""An archive's pace: when the next request of each kind may go out, and until when none may. Pure; no clock, no file.

A request reserves the next free slot, and slots are an interval apart: that is smooth and first come, first served, over
threads and processes alike. A pause (the archive limits us, or refuses us) empties the queue: all that was reserved is void,
and slots are given from the pause's end on. Times are seconds since 1970, so that they mean the same to every process.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# A slot is an interval and 3 % wide: a request that a busy machine sends up to 0.3 s late still leaves no window of 10 s
# with more than its share, and the rate stays at 97 %.
_MARGIN = 1.03
COOL_DOWN_S = 60.0  # after a 429 that names no time; ignoring it for a minute brings a block of an hour (EDGI #153)
MAX_COOL_DOWN_S = 3600.0  # to which a cool-down that names no time grows
_MAX_TOLD_S = 86400.0  # a longer Retry-After is a mistake of somebody's clock
_FORGOTTEN_AFTER_S = 3600.0  # a pause so long ago is no beginning of a series
# less than this is another thread that looked at the clock earlier and came to the book later
_CLOCK_SET_BACK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Until when nothing may be sent.

    Attributes:
        until: Its end.
        since: When it was last begun or lengthened.
        count: How many times in a row the archive has called for one.
        reason: Why, in words that stand after the archive's name.
        is_limit: Whether the archive limits us (429), rather than being out of reach.
    """

    until: float = 0.0
    since: float = 0.0
    count: int = 0
    reason: str = ""
    is_limit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is known of one archive.

    Attributes:
        slots: The next free slot of each kind of request.
        pause: The last pause.
        written_at: When this was written; later than now where the machine's clock was set back.
    """

    slots: Mapping[str, float] = field(default_factory=dict)
    pause: Pause = field(default_factory=Pause)
    written_at: float = 0.0


def interval_s(rate_per_s: float) -> float:
    """How far slots lie apart for a rate.

    >>> interval_s(8)
    0.12875
    """
    return _MARGIN / rate_per_s


def as_of_now(pace: Pace, now: float) -> Pace:
    """The pace with a clock that was set back made up for, so that nobody waits for the hour to come again."""
    ahead_s = pace.written_at - now
    if ahead_s < _CLOCK_SET_BACK_S:
        return pace
    pause = replace(pace.pause, until=pace.pause.until - ahead_s, since=pace.pause.since - ahead_s)
    return Pace(slots={kind: slot - ahead_s for kind, slot in pace.slots.items()}, pause=pause, written_at=now)


def reserved(pace: Pace, kind: str, apart_s: float, now: float) -> tuple[Pace, float]:
    """Reserve the next free slot of a kind; the slot is at or after now, and after any pause."""
    slot = max(now, pace.slots.get(kind, 0.0), pace.pause.until)
    return replace(pace, slots={**pace.slots, kind: slot + apart_s}, written_at=now), slot


def paused(pace: Pace, *, told_s: float | None, sent_at: float, now: float, reason: str, is_limit: bool) -> Pace:
    """Begin a pause, or lengthen the one that runs.

    Args:
        pace: What is known.
        told_s: How long the archive says to wait; None where it does not.
        sent_at: When the request was sent that the archive answered so.
        now: The time.
        reason: Why.
        is_limit: Whether the archive limits us.

    Returns:
        The pace with an empty queue. Answers to requests that were under way when the pause began count as one with it; an
        answer to a later request is a repetition, and makes the next pause longer.
    """
    last = pace.pause
    is_same = last.count > 0 and sent_at < last.since
    count = last.count if is_same else last.count + 1
    if not is_same and now - last.until > _FORGOTTEN_AFTER_S:
        count = 1
    growth = 2.0 ** min(count - 1, 12)
    if told_s is None:
        seconds = min(COOL_DOWN_S * growth, MAX_COOL_DOWN_S)
    else:  # its word is taken; one that says "at once" again and again is not
        seconds = min(max(told_s, min(growth, COOL_DOWN_S)), _MAX_TOLD_S)
    until = max(last.until, now + seconds)
    return Pace(pause=Pause(until=until, since=now, count=count, reason=reason, is_limit=is_limit), written_at=now)


def calmed(pace: Pace, now: float) -> Pace:
    """The archive answers again: the next pause is a first one."""
    return replace(pace, pause=replace(pace.pause, count=0), written_at=now)
