"""Interval: a stretch of captures that hold a text, with the nearest captures on both sides that lack it.

Captures bound what is known: a text was there at `first` and at `last`, and not yet at `last_without`; when in between it
came, no capture tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.timestamps import seconds_between

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of usable captures that hold a text. Times are timestamps, 14 digits.

    Attributes:
        last_without: The last usable capture before it, which lacks the text; None where none was read.
        first: The first capture that holds the text.
        last: The last one.
        next_without: The first usable capture after it, which lacks the text; None where none was read.
        captures: How many captures hold the text.
    """

    last_without: str | None
    first: str
    last: str
    next_without: str | None
    captures: int

    @property
    def gap_before_days(self) -> int | None:
        """Whole days from the last capture without the text to the first with it; None where there is no such capture."""
        return None if self.last_without is None else days_between(self.last_without, self.first)

    @property
    def gap_after_days(self) -> int | None:
        """Whole days from the last capture with the text to the first without it; None where there is no such capture."""
        return None if self.next_without is None else days_between(self.last, self.next_without)


def days_between(earlier: str, later: str) -> int:
    """Whole days from one timestamp to another, rounded down."""
    return seconds_between(earlier, later) // _DAY_S


def intervals_of(timestamps: Sequence[str], places: Sequence[int]) -> tuple[Interval, ...]:
    """Cut the places at which a text stands into unbroken stretches.

    Args:
        timestamps: Of all usable captures, ascending.
        places: Indices of those that hold the text, ascending, not empty.

    >>> [(one.first, one.last) for one in intervals_of(["1", "2", "3", "4"], [0, 1, 3])]
    [('1', '2'), ('4', '4')]
    """
    stretches: list[list[int]] = []
    for place in places:
        if stretches and place == stretches[-1][-1] + 1:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    return tuple(
        Interval(
            last_without=timestamps[held[0] - 1] if held[0] else None,
            first=timestamps[held[0]],
            last=timestamps[held[-1]],
            next_without=timestamps[held[-1] + 1] if held[-1] + 1 < len(timestamps) else None,
            captures=len(held),
        )
        for held in stretches
    )
