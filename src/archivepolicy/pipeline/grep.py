"""grep: a phrase in the text of a date, or in the whole history of a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.comparison.phrases import matching_blocks, phrases_across
from archivepolicy.comparison.pieces import Reader
from archivepolicy.errors import InputError

if TYPE_CHECKING:
    from archivepolicy.records import Snapshot
    from archivepolicy.records.history import History, Phrase

# policies change between straight and curly quotes without changing a word
_QUOTES = {"'": "['‘’ʼ]", '"': '["“”„]'}


def phrase_pattern(text: str, *, fixed: bool = False, ignore_case: bool = False) -> re.Pattern[str]:
    """Compile what is looked for.

    Args:
        text: A regular expression in Python's syntax, or the words themselves.
        fixed: Whether it is the words themselves; white space and quotes of any kind match any of their kind.
        ignore_case: Whether case does not count.

    Raises:
        InputError: Nothing to look for, or no regular expression.
    """
    if not text.strip():
        raise InputError("nothing to look for: the pattern is empty")
    if fixed:
        words = (re.escape(word) for word in text.split())
        text = "".join(_QUOTES.get(character, character) for character in " ".join(words))
    try:
        return re.compile(text, re.IGNORECASE if ignore_case else 0)
    except re.error as cause:
        raise InputError(
            f"not a regular expression: {text!r} ({cause}); --fixed looks for the words themselves"
        ) from cause


def blocks_with(snapshot: Snapshot, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The paragraphs of a snapshot in which a pattern stands, as they read; may be empty."""
    return matching_blocks(snapshot.document.text, pattern)


def phrases_of(history: History, pattern: re.Pattern[str]) -> tuple[Phrase, ...]:
    """When each wording that a pattern matches came and went, ascending by first sight; may be empty."""
    texts = [sighting.snapshot.document.text for sighting in history.sightings]
    timestamps = [sighting.capture.timestamp for sighting in history.sightings]
    return phrases_across(texts, timestamps, pattern, Reader())
