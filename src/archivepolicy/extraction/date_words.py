"""Dates as people write them: `June 8, 2013`, `8 juin 2013`, `08.06.2013`, `2013年6月8日`.

In: a text and a place in it. Out: the date written there, with its calendar reading where that is certain. It reads dates
of the years 1900 to 2099, and two-digit years in numeric dates. Deliberately absent: relative dates, times of day,
calendars other than the Gregorian.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

# How far a date may reach around its year: "the 23rd of" + the longest month name + marks of emphasis.
_REACH_CHARACTERS = 48

# Years 00 to 79 are read as 20xx, 80 to 99 as 19xx: no policy on the web is older than 1991, none is from after 2079.
_FIRST_TWO_DIGIT_YEAR_OF_1900S = 80
_MONTHS_PER_YEAR = 12

# Each pattern begins with literal signs, which is what makes it fast on a long text: it tests what stands before them last.
_FULL_YEARS = tuple(re.compile(rf"{century}(?=[0-9][0-9](?![0-9]))(?<![0-9]{century})") for century in ("19", "20"))
# the end of a numeric date with a two-digit year, from the sign before it
_SHORT_YEARS = tuple(
    re.compile(rf"{sign}(?=[0-9][0-9](?![0-9]))(?<=[./-][0-9][0-9]{sign}|[0-9][./-][0-9]{sign})")
    for sign in (r"\.", "/", "-")
)
_SHORT_YEAR_CHARACTERS = len("6.13")

_SPACE = r"[\s*_\u00a0]"
# what every date has beside its year: a letter of a month's name, or a sign between two numbers
_SIGN_OF_DATE = re.compile(rf"[^\W\d_]|\d{_SPACE}?[./-]{_SPACE}?\d")
# any word stands for a month's name, whose list is asked when all else fits: a pattern of all of them takes longer, and ten
# milliseconds to compile
_WORD = r"(?<![^\W\d_])[^\W\d_]++"
_DATE = re.compile(
    rf"""
    (?P<m1>{_WORD})(?:
        \.?{_SPACE}*(?P<d1>\d{{1,2}})(?:<sup>|\^)?(?:st|nd|rd|th)?(?:</sup>|\^)?
            {_SPACE}*,?{_SPACE}*(?P<y1>\d{{4}})(?!\d)
      | \.?,?{_SPACE}*(?:(?:of|de|del|di)\b{_SPACE}*|-)?(?P<y6>\d{{4}})(?!\d)
    )
  | (?=\d)(?:
        (?<![\d./-])(?P<d2>\d{{1,2}})(?:<sup>|\^)?(?:st|nd|rd|th|er|de|[.ºª°])?(?:</sup>|\^)?
            {_SPACE}*(?:(?:of|de|di|d[’']|den)\b{_SPACE}*|-)?
            (?P<m2>{_WORD})\.?,?{_SPACE}*(?:(?:de|del|di)\b{_SPACE}*|-)?(?P<y2>\d{{4}})(?!\d)
      | (?<![\d./-])(?P<y3>\d{{4}})(?P<s3>[-/.])(?P<m3>\d{{1,2}})(?P=s3)(?P<d3>\d{{1,2}})(?!\d)
      | (?<![\d./-])(?P<a4>\d{{1,2}}){_SPACE}?(?P<s4>[./-]){_SPACE}?(?P<b4>\d{{1,2}})
            {_SPACE}?(?P=s4){_SPACE}?(?P<y4>\d{{4}}|\d\d)(?!\d)
      | (?P<y5>\d{{4}})\s*[年년]\s*(?P<m5>\d{{1,2}})\s*[月월](?:\s*(?P<d5>\d{{1,2}})\s*[日일])?
      | (?<!\d)(?P<y7>\d{{4}})\.?{_SPACE}+(?P<m7>{_WORD})\.?{_SPACE}+(?P<d7>\d{{1,2}})(?!\d)
      | (?<![\d./-])(?P<m8>\d{{1,2}})[./](?P<y8>\d{{4}})(?!\d)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A date as it is written.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, exclusive.
        day_first: `YYYY-MM-DD` or `YYYY-MM` for a reader who puts the day before the month in `03/04/2013`; None where
            the calendar has no such day.
        month_first: The same for a reader who puts the month first. Equal to `day_first` wherever the words are clear.
    """

    start: int
    end: int
    day_first: str | None
    month_first: str | None


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Fold a word's case, accents and compatibility forms, so that `MÄRZ` and `marz` compare equal."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return decomposed if decomposed.isascii() else "".join(c for c in decomposed if not unicodedata.combining(c))


def year_places(text: str) -> list[int]:
    """List where in the text a date's year, or a numeric date with a two-digit year, begins; ascending, may be empty."""
    short: list[int] = []
    for place in sorted(match.start() - 1 for pattern in _SHORT_YEARS for match in pattern.finditer(text)):
        if not short or place >= short[-1] + _SHORT_YEAR_CHARACTERS:
            short.append(place)
    full = (match.start() for pattern in _FULL_YEARS for match in pattern.finditer(text))
    return sorted([*full, *short])


def date_at(text: str, place: int) -> WrittenDate | None:
    """Read the date that covers a place of the text.

    Args:
        text: The whole text.
        place: One of `year_places`.

    Returns:
        The date, or None where the year stands alone.
    """
    first, last = max(0, place - _REACH_CHARACTERS), place + _REACH_CHARACTERS
    # in a table of bare years, where the whole pattern takes many times as long
    if _SIGN_OF_DATE.search(text, first, last) is None:
        return None
    at = first
    while (match := _DATE.search(text, at, last)) and match.start() <= place:
        word = match["m1"] or match["m2"] or match["m7"]
        if word and fold(word) not in _months():
            at = match.start() + 1
        elif place < match.end():
            return _read(match)
        else:
            at = match.end()
    return None


def _read(match: re.Match[str]) -> WrittenDate:
    part = {name[0]: value for name, value in match.groupdict().items() if value is not None}
    day_first = month_first = None
    if "a" in part:
        year, a, b = _full_year(part["y"]), int(part["a"]), int(part["b"])
        day_first, month_first = _iso(year, b, a), _iso(year, a, b)
        if part["s"] == ".":  # 03.04.2013 is written by people who put the day first
            month_first = day_first
        else:
            day_first, month_first = day_first or month_first, month_first or day_first
    else:
        month = int(part["m"]) if part["m"].isdecimal() else _months()[fold(part["m"])]
        day_first = month_first = _iso(int(part["y"]), month, int(part["d"]) if "d" in part else None)
    return WrittenDate(start=match.start(), end=match.end(), day_first=day_first, month_first=month_first)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= _FIRST_TWO_DIGIT_YEAR_OF_1900S else 2000)


def _iso(year: int, month: int, day: int | None) -> str | None:
    if day is None:
        return f"{year:04d}-{month:02d}" if 1 <= month <= _MONTHS_PER_YEAR else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    text = (files("archivepolicy.extraction") / "dates" / "months.toml").read_text(encoding="utf-8")
    languages: dict[str, Any] = tomllib.loads(text)
    return {
        fold(name): number
        for months in languages.values()
        for number, names in enumerate(months, start=1)
        for name in names
    }


def date_spans(text: str) -> list[tuple[int, int]]:
    """List where dates stand in a text: (begin, end) in characters, ascending, not overlapping; may be empty.

    >>> date_spans("Since 8 June 2013 and until May 2014.")
    [(6, 17), (28, 36)]
    """
    found: list[tuple[int, int]] = []
    for place in year_places(text):
        if found and place < found[-1][1]:
            continue
        written = date_at(text, place)
        if written is not None:
            found.append((written.start, written.end))
    return found
