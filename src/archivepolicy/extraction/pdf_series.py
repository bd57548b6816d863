"""Headings of a PDF that nothing but their numbers tells: "1. Scope", "2. Terms", "2.1 Cookies" in the body's own font.

In: the texts of lines that could be one, in order. Out: which of them belong to a series: numbers from 1 on, each once and
in turn, at least three, none right behind the one before it (that is a list, or the contents). Nothing is changed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,2})\.?\s+(?=[^\W\d_a-z])")
_MAX_CHARS = 90
_NO_HEADING_END = re.compile(r"[.,;:]$|\.{3,}|\d$")  # a sentence; a line of the contents with its page
_MIN_SERIES = 3
# points by which the left edges of headings of one rank differ: rounding, and figures of unequal width
_SLACK = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A line that stands like a heading.

    Attributes:
        at: Its place among the blocks.
        text: Its words.
        left: Where it begins, in points.
        is_alone: Whether its block holds nothing else.
    """

    at: int
    text: str
    left: float
    is_alone: bool


def number_of(text: str) -> tuple[int, ...] | None:
    """The number that a heading's text begins with, by its parts; None where it is none.

    >>> number_of("2.1 Cookies"), number_of("2. we keep it")
    ((2, 1), None)
    """
    match = _NUMBER.match(text)
    if match is None or len(text) > _MAX_CHARS or _NO_HEADING_END.search(text):
        return None
    return tuple(int(part) for part in match["number"].split("."))


def series(candidates: Sequence[Candidate]) -> dict[int, int]:
    """The places of the headings, with their depth from 1; empty where the numbers make no series."""
    numbered = [(one, number) for one in candidates if (number := number_of(one.text)) is not None]
    places = {one.at: number for one, number in numbered}
    found: dict[int, int] = {}
    section, left = 0, None
    inner: dict[tuple[int, ...], int] = {}
    for one, number in numbered:
        following = places.get(one.at + 1)
        if one.is_alone and following is not None and len(following) <= len(number):
            continue  # side by side: a list
        if len(number) == 1:
            if number[0] == section + 1 and (left is None or abs(one.left - left) <= _SLACK):
                section, left = number[0], one.left
                found[one.at] = 1
        elif number[0] == section and number[-1] == inner.get(number[:-1], 0) + 1:
            inner[number[:-1]] = number[-1]
            found[one.at] = len(number)
    return found if section >= _MIN_SERIES else {}
