"""Phrases: where a pattern stands in texts, read as a person reads them, and when it came and went.

In: Markdown texts and a compiled pattern. Out: matches within paragraphs, without Markdown's marks and link targets; white
space is single spaces. A phrase is never looked for across two paragraphs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.comparison.pieces import Reader
from archivepolicy.comparison.words import TARGET
from archivepolicy.records.history import Phrase
from archivepolicy.records.interval import intervals_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# whatever `plain_text` would alter: marks, and white space other than single spaces
_MARKED = re.compile(r"[\\*_`\[<>#!]|[^\S ]|  |^\s*[+-]\s")
_LINK = re.compile(rf"!?\[((?:[^\[\]\\]|\\.)*+)\]{TARGET}")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}|>|[*+-])\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|`+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("[\ue000-\uf8ff]")
_SPACE = re.compile(r"\s+")


def plain_text(block: str) -> str:
    r"""A block as it reads: no marks, no link targets, single spaces.

    >>> plain_text(r"## 6\. *Your* [data](https://a.example/x_(y)), 5 \* 2")
    '6. Your data, 5 * 2'
    """
    if _MARKED.search(block) is None:  # most sentences, and many paragraphs
        return block.strip()
    text = _LINE_MARK.sub("", _LINK.sub(r"\1", block))
    # an escaped mark is a character of the text: it goes where no mark is looked for, and comes back
    text = _ESCAPED.sub(lambda match: chr(0xE000 + ord(match[1])), text)
    text = _EMPHASIS.sub("", _ADDRESS.sub(r"\1", text))
    text = _KEPT.sub(lambda match: chr(ord(match[0]) - 0xE000) if ord(match[0]) < 0xE080 else match[0], text)
    return _SPACE.sub(" ", text).strip()


def matching_blocks(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The blocks of a text in which a pattern stands, as they read, in order; may be empty."""
    reader = Reader()
    blocks = (plain_text(part.raw) for piece in reader.pieces(text) for part in reader.parts(piece))
    return tuple(block for block in blocks if any(_matches(block, pattern)))


def phrases_across(
    texts: Sequence[str], timestamps: Sequence[str], pattern: re.Pattern[str], reader: Reader
) -> tuple[Phrase, ...]:
    """Find when each wording that a pattern matches came and went.

    Args:
        texts: Of all usable captures, ascending by time, equal ones repeated.
        timestamps: Theirs.
        pattern: What is looked for; matches of nothing do not count.
        reader: What has read the texts, or will.

    Returns:
        Each wording with the stretches of captures that hold it, ascending by first sight; may be empty.
    """
    known: dict[int, frozenset[str]] = {}
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        found: set[str] = set()
        for piece in reader.pieces(text):
            if piece not in known:
                blocks = (plain_text(part.raw) for part in reader.parts(piece))
                known[piece] = frozenset(one for block in blocks for one in _matches(block, pattern))
            found |= known[piece]
        for wording in found:
            places.setdefault(wording, []).append(place)
    phrases = [Phrase(text=wording, intervals=intervals_of(timestamps, held)) for wording, held in places.items()]
    return tuple(sorted(phrases, key=lambda phrase: (phrase.intervals[0].first, phrase.text)))


def _matches(block: str, pattern: re.Pattern[str]) -> Iterator[str]:
    return (match[0] for match in pattern.finditer(block) if match[0])
