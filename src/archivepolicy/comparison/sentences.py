"""Sentences of a block, as runs of its words.

In: words. Out: index ranges that follow one another and cover all words. Deliberately absent: any list of abbreviations;
a sentence ends where a mark of its end is followed by white space and the next word is not written small.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.comparison.words import Words

_END = re.compile(r"[.!?;:][^\w.!?]*\s|[。！？｡]|\n|\|")


def sentences_of(words: Words) -> list[tuple[int, int]]:
    """Cut words into sentences: (first, after the last), ascending; empty where there are no words."""
    found = []
    first = 0
    last = len(words.raw) - 1
    for place, tail in enumerate(words.tails):
        if place == last or (
            (len(tail) > 1 or tail > "~") and _END.search(tail) and not words.raw[place + 1][0].islower()
        ):
            found.append((first, place + 1))
            first = place + 1
    return found
