"""diff: two texts or snapshots -> the differences between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.comparison import compare, word_count
from archivepolicy.extraction.date_words import date_spans
from archivepolicy.extraction.stated_dates import find_stated_dates
from archivepolicy.records import Side
from archivepolicy.records.version import Version
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records import Diff, Snapshot


class PolicyDates:
    """What extraction knows of dates, as comparison asks for it."""

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where dates stand in a text."""
        return date_spans(text)

    def is_statement(self, text: str) -> bool:
        """Whether a text states the policy's own date."""
        return bool(find_stated_dates(text, None))


def diff(
    old: str | Snapshot | Version, new: str | Snapshot | Version, *, old_label: str = "", new_label: str = ""
) -> Diff:
    """Compare two texts of a policy.

    Args:
        old: Markdown or plain text, a snapshot, or a version of a history; of both the text below the attribution header is
            compared, and a version stands for the capture in which it was first seen.
        new: The same.
        old_label: How a reader knows the old text, such as a file's name; a snapshot's is its capture's time by default.
        new_label: The same for the new text.

    Returns:
        The differences. `diff(old, new).apply(old) == new`, to the byte (for a snapshot or version: its `document.text`).
    """
    sides = (_side(old, old_label), _side(new, new_label))
    return compare(_text(old), _text(new), sides=sides, dates=PolicyDates())


def _text(given: str | Snapshot | Version) -> str:
    return given if isinstance(given, str) else given.document.text


def _side(given: str | Snapshot | Version, label: str) -> Side:
    if isinstance(given, str):
        return Side(label=label, word_count=word_count(given), stated_dates=find_stated_dates(given, None))
    snapshot, timestamp = (
        (given.snapshot, given.first_seen) if isinstance(given, Version) else (given, given.capture.timestamp)
    )
    is_own = (
        snapshot.capture.timestamp == timestamp
    )  # a version's text may have been read in another capture of the same bytes
    return Side(
        label=label or iso_time(timestamp),
        word_count=word_count(snapshot.document.text),
        stated_dates=snapshot.document.stated_dates,
        url=snapshot.capture.url,
        timestamp=timestamp,
        memento_url=snapshot.memento_url if is_own else None,
        extractor_version=snapshot.provenance.get("extractor_version"),
    )
