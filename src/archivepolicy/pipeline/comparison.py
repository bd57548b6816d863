"""diff: two texts or snapshots -> the differences between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.comparison import compare, word_count
from archivepolicy.extraction.date_words import date_spans
from archivepolicy.extraction.stated_dates import find_stated_dates
from archivepolicy.records import Side, Snapshot
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records import Diff


class PolicyDates:
    """What extraction knows of dates, as comparison asks for it."""

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where dates stand in a text."""
        return date_spans(text)

    def is_statement(self, text: str) -> bool:
        """Whether a text states the policy's own date."""
        return bool(find_stated_dates(text, None))


def diff(old: str | Snapshot, new: str | Snapshot, *, old_label: str = "", new_label: str = "") -> Diff:
    """Compare two texts of a policy.

    Args:
        old: Markdown or plain text, or a snapshot; of a snapshot the text below its attribution header is compared.
        new: The same.
        old_label: How a reader knows the old text, such as a file's name; a snapshot's is its capture's time by default.
        new_label: The same for the new text.

    Returns:
        The differences. `diff(old, new).apply(old) == new`, to the byte (for a snapshot: its `document.text`).
    """
    sides = (_side(old, old_label), _side(new, new_label))
    return compare(_text(old), _text(new), sides=sides, dates=PolicyDates())


def _text(given: str | Snapshot) -> str:
    return given.document.text if isinstance(given, Snapshot) else given


def _side(given: str | Snapshot, label: str) -> Side:
    if not isinstance(given, Snapshot):
        return Side(label=label, word_count=word_count(given), stated_dates=find_stated_dates(given, None))
    timestamp = given.capture.timestamp
    return Side(
        label=label or iso_time(timestamp),
        word_count=word_count(given.document.text),
        stated_dates=given.document.stated_dates,
        url=given.capture.url,
        timestamp=timestamp,
        memento_url=given.memento_url,
        extractor_version=given.provenance.get("extractor_version"),
    )
