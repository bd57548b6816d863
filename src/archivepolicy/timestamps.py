"""Dates as people write them and as archives do.

In: `2013`, `2013-06`, `2013-06-08`, an ISO 8601 time, or the first 4 to 14 digits of a timestamp. Out: a `Period` of
two 14-digit UTC timestamps, both inclusive. A time without a zone is UTC. Partial dates are always expanded here, because
archives expand them differently (one pads up, another fills in the current time).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archivepolicy.errors import InputError

_DASHED = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_ISO_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}(?P<minute>:?\d{2}(?P<second>:?\d{2}(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_DIGITS = re.compile(r"\d{4,14}", re.ASCII)
# two-digit fields of a timestamp after the year, with their bounds (a month's last day is looked up)
_FIELDS = (("month", 1, 12), ("day", 1, 31), ("hour", 0, 23), ("minute", 0, 59), ("second", 0, 59))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time that a date names.

    Attributes:
        text: The date as it was written.
        start: First second, 14 digits, inclusive.
        end: Last second, 14 digits, inclusive; equal to `start` for an instant.
    """

    text: str
    start: str
    end: str

    @property
    def is_instant(self) -> bool:
        """Whether the period is a single second."""
        return self.start == self.end

    def distance_s(self, timestamp: str) -> int:
        """Seconds from the period to a timestamp: negative before it, 0 inside, positive after.

        >>> parse_period("2013-06-08").distance_s("20130609000001")
        2
        """
        if timestamp < self.start:
            return -seconds_between(timestamp, self.start)
        if timestamp > self.end:
            return seconds_between(self.end, timestamp)
        return 0


def is_timestamp(text: str) -> bool:
    """Whether a text is a 14-digit timestamp of a real second.

    >>> is_timestamp("20130608222501"), is_timestamp("20130631000000")
    (True, False)
    """
    try:
        to_datetime(text)
    except ValueError:
        return False
    return True


def to_datetime(timestamp: str) -> datetime:
    """Read a 14-digit timestamp as an aware UTC datetime.

    Raises:
        ValueError: It is not 14 digits or not a real second.
    """
    if len(timestamp) != 14 or not (timestamp.isascii() and timestamp.isdigit()):
        raise ValueError(f"not a 14-digit timestamp: {timestamp!r}")
    year, *rest = int(timestamp[:4]), *(int(timestamp[at : at + 2]) for at in range(4, 14, 2))
    month, day, hour, minute, second = rest
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def from_datetime(moment: datetime) -> str:
    """Write an aware datetime as 14 digits of UTC; fractions of a second are cut."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime without a time zone: {moment!r}")
    moment = moment.astimezone(UTC)
    return f"{moment.year:04d}{moment:%m%d%H%M%S}"


def seconds_between(earlier: str, later: str) -> int:
    """Whole seconds from one 14-digit timestamp to another; negative where they are the other way round."""
    return int((to_datetime(later) - to_datetime(earlier)).total_seconds())


def shifted(timestamp: str, seconds: int) -> str:
    """The timestamp that many seconds later (earlier where negative)."""
    return from_datetime(to_datetime(timestamp) + timedelta(seconds=seconds))


def iso_date(timestamp: str) -> str:
    """The day of a timestamp as `YYYY-MM-DD`.

    >>> iso_date("20130608222501")
    '2013-06-08'
    """
    return f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}"


def iso_time(timestamp: str) -> str:
    """A timestamp as `YYYY-MM-DDThh:mm:ssZ`.

    >>> iso_time("20130608222501")
    '2013-06-08T22:25:01Z'
    """
    return f"{iso_date(timestamp)}T{timestamp[8:10]}:{timestamp[10:12]}:{timestamp[12:14]}Z"


def parse_period(text: str) -> Period:
    """Read a date as a person writes it.

    Args:
        text: `2013`, `2013-06`, `2013-06-08`, an ISO 8601 time (to the hour, minute or second, with or without a
            zone; without one it is UTC), or the first 4 to 14 digits of a timestamp.

    Raises:
        InputError: None of these, or no such day or time.

    >>> period = parse_period("2013-06")
    >>> period.start, period.end
    ('20130601000000', '20130630235959')
    """
    text = text.strip()
    if match := _DASHED.fullmatch(text):
        return _from_digits("".join(part or "" for part in match.groups()), text)
    if _DIGITS.fullmatch(text):
        return _from_digits(text, text)
    if match := _ISO_TIME.fullmatch(text):
        return _from_iso_time(text, match)
    raise InputError(f"not a date: {text!r} (write 2013, 2013-06, 2013-06-08, an ISO time, or 4 to 14 digits)")


def _from_iso_time(text: str, match: re.Match[str]) -> Period:
    try:
        start = datetime.fromisoformat(text.replace(",", "."))
        start = (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
        length_s = 1 if match["second"] else 60 if match["minute"] else 3600
        end = start + timedelta(seconds=length_s - 1)
    except (ValueError, OverflowError) as cause:
        raise InputError(f"no such time: {text!r}") from cause
    return Period(text=text, start=from_datetime(start), end=from_datetime(end))


def _from_digits(digits: str, text: str) -> Period:
    """Expand a prefix of a timestamp to its first and last second."""
    year = int(digits[:4])
    if year == 0:
        raise InputError(f"no such date: {text!r} (there is no year 0)")
    start = end = digits[:4]
    rest = digits[4:]
    for name, low, high in _FIELDS:
        given, rest = rest[:2], rest[2:]
        first, last = _bounds(start, name, low, high), _bounds(end, name, low, high)
        low_fits = [value for value in range(first[0], first[1] + 1) if f"{value:02d}".startswith(given)]
        high_fits = [value for value in range(last[0], last[1] + 1) if f"{value:02d}".startswith(given)]
        if not low_fits or not high_fits:
            raise InputError(f"no such date: {text!r} ({name} {given})")
        start, end = start + f"{low_fits[0]:02d}", end + f"{high_fits[-1]:02d}"
    return Period(text=text, start=start, end=end)


def _bounds(prefix: str, name: str, low: int, high: int) -> tuple[int, int]:
    """First and last value of a field; a day's last depends on the month before it."""
    if name == "day":
        return low, calendar.monthrange(int(prefix[:4]), int(prefix[4:6]))[1]
    return low, high
