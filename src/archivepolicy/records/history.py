"""History: a policy's versions and the gaps between its captures. Blame: since when each part of a version stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from archivepolicy.records.answer import Hop, Skipped
    from archivepolicy.records.capture import Capture
    from archivepolicy.records.interval import Interval
    from archivepolicy.records.version import Sighting, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch between two neighbouring usable captures, of which no capture tells anything.

    Attributes:
        start: Timestamp of the usable capture before it.
        end: Timestamp of the usable capture after it.
        days: Its length in whole days.
        version_before: Number of the version seen at its start.
        version_after: Number of the version seen at its end; the same where the text did not change.
        unusable: How many captures lie in it that could not be used.
    """

    start: str
    end: str
    days: int
    version_before: int
    version_after: int
    unusable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a part of a text was probably edited from: the most similar part that went when it came.

    Attributes:
        text: The earlier wording.
        similarity: 0 to 100: share of letters that both have in the same order.
        first_seen: Timestamp of the first capture that holds the earlier wording.
        last_seen: Timestamp of the last capture that holds it before the later one is seen.
        derived_from: What the earlier wording was edited from in its turn, or None.
    """

    text: str
    similarity: float
    first_seen: str
    last_seen: str
    derived_from: Origin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlameSpan:
    """A paragraph or a sentence of a version, and since when captures hold it.

    Attributes:
        text: How it reads, without Markdown's marks.
        key: Its words, normalised: what it is known by in other texts.
        intervals: When captures hold it, ascending, not empty; more than one where it went and came back.
        derived_from: What it was edited from when it first came, or None where nothing similar went then.
        sentences: Its sentences in their order; empty for a sentence.
    """

    text: str
    key: str
    intervals: tuple[Interval, ...]
    derived_from: Origin | None
    sentences: tuple[BlameSpan, ...] = ()

    @property
    def first_seen(self) -> str:
        """Timestamp of the first capture that holds it."""
        return self.intervals[0].first

    @property
    def last_without(self) -> str | None:
        """Timestamp of the last usable capture before the first that holds it; None where none was read."""
        return self.intervals[0].last_without


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Since when each part of a version stands.

    Attributes:
        url: The policy's URL.
        version: The version that is told about.
        capture: The capture whose text it is: the last one at or before the date asked for.
        spans: Its paragraphs, headings, items and table rows, in the order of the text.
        notes: What a careful reader should know, a sentence each; may be empty.
    """

    url: str
    version: Version
    capture: Capture
    spans: tuple[BlameSpan, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A wording that was looked for, and when captures hold it.

    Attributes:
        text: The words that matched, as they read.
        intervals: When captures hold them, ascending, not empty; more than one where they went and came back.
    """

    text: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What captures show of a policy over time.

    Attributes:
        url: The URL asked for, normalised.
        archive: The archive's name.
        versions: Ascending by first sight, not empty; transients among them.
        gaps: The stretches between neighbouring usable captures in which the text changed, and the long ones in which it
            did not; ascending, may be empty.
        sightings: Every capture that holds a usable text, ascending, not empty.
        unusable: Captures that hold no usable policy, with the reason, ascending; may be empty.
        redirects: Archived redirects that were followed to another page; may be empty.
        listed_at: When the index was asked, 14 digits; None for local files.
        notes: What a careful reader should know, a sentence each; may be empty.
    """

    url: str
    archive: str
    versions: tuple[Version, ...]
    gaps: tuple[Gap, ...]
    sightings: tuple[Sighting, ...] = field(repr=False)
    unusable: tuple[Skipped, ...]
    redirects: tuple[Hop, ...]
    listed_at: str | None
    notes: tuple[str, ...]
    _blamed: Callable[[History, str | date | None], Blame] = field(repr=False, compare=False)

    def blame(self, as_of: str | date | None = None) -> Blame:
        """Tell since when each paragraph and sentence of a version stands.

        Args:
            as_of: A date as `get` takes it; the version seen last at or before its end. None for the newest.

        Raises:
            InputError: The date cannot be understood.
            NoCaptureError: No capture at or before that date.
        """
        return self._blamed(self, as_of)
