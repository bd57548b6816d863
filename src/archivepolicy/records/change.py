"""Change and Diff: what is different between two texts of a policy, complete enough to show or to apply.

A diff is a row of segments that reads through both texts at once: all the `old` parts joined are the old text, all the `new`
parts joined are the new one, to the byte. A segment is an equal run or belongs to a change. Deletions stand where they were
taken out; a move has two segments, the place it left and the place it came to, and is one change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import InputError

if TYPE_CHECKING:
    from archivepolicy.records.document import StatedDate

SCHEMA_VERSION = 1


class Op(StrEnum):
    """What was done to a block of text."""

    INSERT = "insert"
    DELETE = "delete"
    MODIFY = "modify"
    MOVE = "move"
    RENUMBER = "renumber"
    LINK = "link"
    FORMAT = "format"


class Cls(StrEnum):
    """What a change means, from least to most."""

    FORMAT = "format"
    TYPOGRAPHY = "typography"
    LINK = "link"
    DATE = "date"
    NUMBER = "number"
    REORDER = "reorder"
    SUBSTANTIVE = "substantive"

    @property
    def weight(self) -> int:
        """Its place in the order, 0 for the least."""
        return _WEIGHT[self]

    @property
    def is_cosmetic(self) -> bool:
        """Whether a reader of the words need not see it: shown folded, and counted."""
        return self in COSMETIC


_WEIGHT = {cls: weight for weight, cls in enumerate(Cls)}
COSMETIC = frozenset({Cls.FORMAT, Cls.TYPOGRAPHY, Cls.LINK, Cls.NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of words inside a changed block; cut between words, so that neither side ever holds half of one.

    Attributes:
        old: The old text as it stands, marks and white space included; empty where words were put in.
        new: The new text; empty where words were taken out. Equal to `old` where nothing changed.
        cls: What the difference means; None where there is none.
        repeat: `id` of the substitution that recurs, or None.
    """

    old: str
    new: str
    cls: Cls | None = None
    repeat: int | None = None

    @property
    def is_equal(self) -> bool:
        """Whether nothing changed here."""
        return self.cls is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two texts: a block put in, taken out, altered or moved.

    Attributes:
        id: Its index among the diff's changes.
        op: What was done.
        cls: What it means: the weightiest class of its spans.
        old: The old text as it stands, its line ends included; None for an insertion.
        new: The new text; None for a deletion.
        old_start: Where `old` begins in the old text, in characters; for an insertion the place in the old text.
        old_end: Where it ends.
        new_start: Where `new` begins in the new text; for a deletion the place in the new text.
        new_end: Where it ends.
        kind: `heading`, `item`, `row`, `paragraph` or `space` (marks and white space between blocks).
        section: Headings above it in the new text, outermost first, as plain words; for a deletion those of the old text.
        old_section: Headings above it in the old text; for an insertion those of the new text.
        spans: Its words, equal runs among them, in order: joined, the `old` and `new` of the spans are `old` and `new`.
        similarity: Share of its words that both sides have in common, 0 to 1.
        words_removed: How many words of the old side are not in an equal run.
        words_added: How many words of the new side are not in an equal run.
        old_label: The clause number or list mark in the old text (`6.1`), or None where it has none.
        new_label: The same in the new text.
        old_blocks: How many blocks of the old text it takes in; 2 or more where blocks were joined.
        new_blocks: How many blocks of the new text; 2 or more where one was split.
        repeat: `id` of the repeat where the change is nothing but one substitution that recurs; else None.
    """

    id: int
    op: Op
    cls: Cls
    old: str | None
    new: str | None
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    kind: str
    section: tuple[str, ...]
    old_section: tuple[str, ...]
    spans: tuple[Span, ...]
    similarity: float
    words_removed: int
    words_added: int
    old_label: str | None = None
    new_label: str | None = None
    old_blocks: int = 1
    new_blocks: int = 1
    repeat: int | None = None

    @property
    def is_cosmetic(self) -> bool:
        """Whether a reader of the words need not see it."""
        return self.cls.is_cosmetic

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON has it."""
        return {
            "id": self.id,
            "op": str(self.op),
            "cls": str(self.cls),
            "old": self.old,
            "new": self.new,
            "old_range": [self.old_start, self.old_end],
            "new_range": [self.new_start, self.new_end],
            "kind": self.kind,
            "section": list(self.section),
            "old_section": list(self.old_section),
            "spans": [_span_to_dict(span) for span in self.spans],
            "similarity": round(self.similarity, 3),
            "words_removed": self.words_removed,
            "words_added": self.words_added,
            "old_label": self.old_label,
            "new_label": self.new_label,
            "old_blocks": self.old_blocks,
            "new_blocks": self.new_blocks,
            "repeat": self.repeat,
        }


def _span_to_dict(span: Span) -> dict[str, Any]:
    cls = None if span.cls is None else str(span.cls)
    return {"old": span.old, "new": span.new, "cls": cls, "repeat": span.repeat}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of both texts, in reading order.

    Attributes:
        old: The old text of this part; empty where a change put something in or a move came to.
        new: The new text; empty where a change took something out or a move left.
        change: `id` of the change it belongs to; None for an equal run, where `old` and `new` are the same.
    """

    old: str
    new: str
    change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A substitution that occurs more than once, such as a company's new name.

    Attributes:
        id: Its index among the diff's repeats.
        old: The words that went, without marks; empty for an insertion.
        new: The words that came, without marks; empty for a deletion.
        cls: What it means.
        count: How often it occurs, in spans.
        changes: `id` of each change that holds it, ascending.
    """

    id: int
    old: str
    new: str
    cls: Cls
    count: int
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Which text one side of a diff is.

    Attributes:
        label: How a reader knows it: a file's name, a capture's day; may be empty.
        word_count: How many words the text has.
        stated_dates: The dates that the policy states of itself, in the order of the text; may be empty.
        url: The policy's original URL, or None for a plain text.
        timestamp: When it was captured (for a version: first seen), 14 digits; None for a plain text.
        memento_url: The archive's address of the raw capture, or None.
        extractor_version: The extraction rules that made the text, or None.
    """

    label: str
    word_count: int
    stated_dates: tuple[StatedDate, ...] = ()
    url: str | None = None
    timestamp: str | None = None
    memento_url: str | None = None
    extractor_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The differences between two texts.

    Attributes:
        old: Which text the old one is.
        new: Which text the new one is.
        segments: Both texts, whole, in reading order; may be empty for two empty texts.
        changes: In the order in which they are met (a move where it came to); empty for equal texts.
        repeats: Substitutions that recur, the most frequent first; may be empty.
        notes: What a careful reader should know of the comparison, a sentence each: where it had to be coarse, and where a
            side is hardly a policy; may be empty.
        is_stub: Whether one side is so short beside the other that it is an error or consent page rather than the policy.
    """

    old: Side
    new: Side
    segments: tuple[Segment, ...]
    changes: tuple[Change, ...]
    repeats: tuple[Repeat, ...] = ()
    notes: tuple[str, ...] = ()
    is_stub: bool = False

    @property
    def cls(self) -> Cls | None:
        """The weightiest class of all changes; None where there is none."""
        return max((change.cls for change in self.changes), key=lambda cls: cls.weight, default=None)

    @property
    def is_substantive(self) -> bool:
        """Whether the policy says something else; False where one side is hardly the policy at all."""
        return self.cls is Cls.SUBSTANTIVE and not self.is_stub

    @property
    def dates_changed(self) -> bool:
        """Whether the policy states other dates of itself than before."""
        return _dates(self.old) != _dates(self.new)

    @property
    def is_silent(self) -> bool:
        """Whether it says something else without stating another date."""
        return self.is_substantive and not self.dates_changed

    @property
    def counts(self) -> dict[Cls, int]:
        """How many changes there are of each class that occurs, the weightiest class first."""
        counted = Counter(change.cls for change in self.changes)
        return dict(sorted(counted.items(), key=lambda item: -item[0].weight))

    @property
    def words_added(self) -> int:
        """Words of the new text that are in substantive changes; a move adds none but its own alterations."""
        return sum(change.words_added for change in self.changes if change.cls is Cls.SUBSTANTIVE)

    @property
    def words_removed(self) -> int:
        """Words of the old text that are in substantive changes."""
        return sum(change.words_removed for change in self.changes if change.cls is Cls.SUBSTANTIVE)

    def apply(self, old: str) -> str:
        """Make the new text from the old one.

        Raises:
            InputError: The text is not the one that the diff was made from.
        """
        made: list[str] = []
        at = 0
        for segment in self.segments:
            if not old.startswith(segment.old, at):
                break
            at += len(segment.old)
            made.append(segment.new)
        else:
            if at == len(old):
                return "".join(made)
        raise InputError(f"the diff was made from another text: it differs after character {at}")

    def to_dict(self) -> dict[str, Any]:
        """The diff as JSON has it: the changes with their places, not the equal text around them."""
        return {
            "schema_version": SCHEMA_VERSION,
            "old": asdict(self.old),
            "new": asdict(self.new),
            "cls": None if self.cls is None else str(self.cls),
            "is_substantive": self.is_substantive,
            "is_stub": self.is_stub,
            "dates_changed": self.dates_changed,
            "silent": self.is_silent,
            "counts": {str(cls): count for cls, count in self.counts.items()},
            "words_removed": self.words_removed,
            "words_added": self.words_added,
            "notes": list(self.notes),
            "changes": [change.to_dict() for change in self.changes],
            "repeats": [{**asdict(repeat), "changes": list(repeat.changes)} for repeat in self.repeats],
        }


def _dates(side: Side) -> set[tuple[str, str]]:
    """What a side states, comparable: a calendar date where it is certain, else the words."""
    return {(stated.label, stated.date or stated.text) for stated in side.stated_dates}
