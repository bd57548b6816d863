"""The dates of a run: what is asked of every site.

In: dates as people write them, or a range with a step. Out: questions, each a period with what is wanted of it, in the
terms in which one capture is searched. A question of a range carries its interval: a capture outside it is no answer, so
that a gap in the archive shows as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.records import Select
from archivepolicy.timestamps import Period, iso_time, parse_period, seconds_between, shifted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MONTHS = 12


class Every(StrEnum):
    """The step of a range, in calendar units."""

    YEAR = "year"
    HALF_YEAR = "half-year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months it has."""
        return {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3, Every.MONTH: 1}[self]


class Pick(StrEnum):
    """Which capture of an interval is wanted: the first, the last, or the nearest to its middle."""

    FIRST = "first"
    LAST = "last"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateQuestion:
    """One date that is asked of a site.

    Attributes:
        label: How a report names it: the date as written, or the interval (`2013`, `2013-H1`, `2013-Q2`, `2013-06`).
        period: What `search` is asked about.
        select: Which capture answers it.
        within: The interval in which an answer must lie, or None where `select` alone decides.
    """

    label: str
    period: Period
    select: Select
    within: Period | None = None

    def admits(self, timestamp: str) -> bool:
        """Whether a capture of that time may be the answer."""
        return self.within is None or self.within.start <= timestamp <= self.within.end


def dates_as_of(texts: Iterable[str]) -> tuple[DateQuestion, ...]:
    """One question a date: the last usable capture at or before its end.

    Returns:
        In the order given; dates that name the same time are asked once.

    Raises:
        InputError: One of them is not a date.
    """
    questions: dict[tuple[str, str], DateQuestion] = {}
    for text in texts:
        period = parse_period(text)
        question = DateQuestion(label=period.text, period=period, select=Select.AS_OF)
        questions.setdefault((period.start, period.end), question)
    return tuple(questions.values())


def dates_every(every: Every | str, from_: str, to: str, pick: Pick | str = Pick.LAST) -> tuple[DateQuestion, ...]:
    """One question for each year, half-year, quarter or month of a range.

    Args:
        every: The step.
        from_: Beginning of the range: the first second of this date.
        to: End of the range: the last second of this date.
        pick: Which capture of each interval is wanted.

    Returns:
        Ascending, not empty; the first and last interval are cut at the range's ends.

    Raises:
        InputError: A date, step or pick that cannot be understood, or a range that ends before it begins.
    """
    try:
        step, wanted = Every(every), Pick(pick)
    except ValueError as cause:
        raise InputError(f"{cause} ({', '.join(Every)}; {', '.join(Pick)})") from cause
    start, end = parse_period(from_).start, parse_period(to).end
    if start > end:
        raise InputError(f"a range that ends before it begins: {from_} to {to}")
    return tuple(_question(interval, wanted) for interval in _intervals(step, start, end))


def _intervals(step: Every, start: str, end: str) -> Iterator[Period]:
    """The calendar's intervals that touch a range, cut at its ends."""
    at = int(start[:4]) * _MONTHS + (int(start[4:6]) - 1) // step.months * step.months
    last = int(end[:4]) * _MONTHS + int(end[4:6]) - 1
    while at <= last:
        final = at + step.months - 1
        whole_start = parse_period(_month(at)).start
        whole_end = parse_period(_month(final)).end
        yield Period(text=_label(step, at), start=max(start, whole_start), end=min(end, whole_end))
        at += step.months


def _month(at: int) -> str:
    return f"{at // _MONTHS:04d}-{at % _MONTHS + 1:02d}"


def _label(step: Every, at: int) -> str:
    year, number = f"{at // _MONTHS:04d}", at % _MONTHS // step.months + 1
    return {
        Every.YEAR: year,
        Every.HALF_YEAR: f"{year}-H{number}",
        Every.QUARTER: f"{year}-Q{number}",
        Every.MONTH: _month(at),
    }[step]


def _question(interval: Period, pick: Pick) -> DateQuestion:
    label = interval.text
    if pick is Pick.LAST:
        return DateQuestion(label=label, period=interval, select=Select.EXACT, within=interval)
    if pick is Pick.NEAREST:
        middle = shifted(interval.start, seconds_between(interval.start, interval.end) // 2)
        instant = Period(text=iso_time(middle), start=middle, end=middle)
        return DateQuestion(label=label, period=instant, select=Select.NEAREST, within=interval)
    # the first one after the second that lies before the interval
    before = shifted(interval.start, -1) if interval.start > "00010101000000" else interval.start
    instant = Period(text=iso_time(before), start=before, end=before)
    return DateQuestion(label=label, period=instant, select=Select.AFTER, within=interval)
