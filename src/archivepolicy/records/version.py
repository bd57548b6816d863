"""Version: what a policy said over a stretch of captures, and the captures that bound it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.capture import Capture
    from archivepolicy.records.document import Document, StatedDate
    from archivepolicy.records.interval import Interval
    from archivepolicy.records.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A capture that holds a usable text.

    Attributes:
        capture: The capture.
        key: What texts have in common that are equal once normalised.
        snapshot: The snapshot of this capture, or of another one with the same bytes.
        blocks: The normalised text of each paragraph, heading, item and row, words parted by single spaces.
    """

    capture: Capture
    key: str
    snapshot: Snapshot
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A run of captures whose normalised text is equal.

    Where a text returns after a brief interlude (A-B-A), A stays one version with several runs, and B is its transient.

    Attributes:
        number: 1 for the first; ascending by first sight, transients counted too.
        key: What all its texts have in common.
        snapshot: The snapshot of the first capture that holds it, or of another one with the same bytes.
        captures: All captures that hold it, ascending by timestamp, not empty.
        runs: The stretches in which it was seen, ascending, not empty; more than one where it was interrupted briefly.
        transient_of: Number of the version that it interrupts, where it is a transient; else None.
        returns_to: Number of the earlier version whose text this is again, after more than a brief interlude; else None.
        word_count: Words of the normalised text.
        words_added: Words that the version before has not, or not as often (for a transient: the version it interrupts).
        words_removed: Words that only the version before has, or has more often.
        is_silent: Whether the policy states a date of itself, and it is the one that the version before states; None
            where none is stated, or there is no version before.
    """

    number: int
    key: str
    snapshot: Snapshot
    captures: tuple[Capture, ...]
    runs: tuple[Interval, ...]
    transient_of: int | None
    returns_to: int | None
    word_count: int
    words_added: int
    words_removed: int
    is_silent: bool | None

    @property
    def first_seen(self) -> str:
        """Timestamp of the first capture that holds it: an upper bound on when it came."""
        return self.runs[0].first

    @property
    def last_seen(self) -> str:
        """Timestamp of the last capture that holds it: a lower bound on when it went."""
        return self.runs[-1].last

    @property
    def last_without(self) -> str | None:
        """Timestamp of the last usable capture before `first_seen`; None where none was read."""
        return self.runs[0].last_without

    @property
    def next_without(self) -> str | None:
        """Timestamp of the first usable capture after `last_seen`; None where none was read."""
        return self.runs[-1].next_without

    @property
    def gap_before_days(self) -> int | None:
        """Whole days from `last_without` to `first_seen`."""
        return self.runs[0].gap_before_days

    @property
    def gap_after_days(self) -> int | None:
        """Whole days from `last_seen` to `next_without`."""
        return self.runs[-1].gap_after_days

    @property
    def is_transient(self) -> bool:
        """Whether it only interrupts another version briefly."""
        return self.transient_of is not None

    @property
    def document(self) -> Document:
        """The policy's text as its first capture has it."""
        return self.snapshot.document

    @property
    def markdown(self) -> str:
        """The text as its first capture has it, title included, without attribution header."""
        return self.snapshot.document.text

    @property
    def stated_dates(self) -> tuple[StatedDate, ...]:
        """The dates that the policy states of itself, in the order of the text; may be empty."""
        return self.snapshot.document.stated_dates
