"""Spans: a changed block as text, cut between words.

In: two blocks' words and the runs that answer to each other. Out: spans that hold both texts to the byte, with equal runs
and differences in turn. Where a difference begins and ends is settled by `borders`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.comparison.borders import Edit, Layout, settled, settled_lead
from archivepolicy.comparison.classes import EditClassifier, marks_class
from archivepolicy.comparison.words import Words
from archivepolicy.records.change import Cls, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.comparison.classes import Dates
    from archivepolicy.comparison.rewording import Run


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of both texts; `words` are the keys of an edit's words on both sides, None where no word was edited."""

    old: str
    new: str
    cls: Cls | None
    words: tuple[str, str] | None = None


def joined_words(parts: Sequence[Words]) -> Words:
    """The words of blocks that follow one another."""
    if len(parts) == 1:
        return parts[0]
    lead = ""
    raw: list[str] = []
    tails: list[str] = []
    keys: list[str] = []
    for part in parts:
        if tails:
            tails[-1] += part.lead
        else:
            lead += part.lead
        raw += part.raw
        tails += part.tails
        keys += part.keys
    return Words(lead, tuple(raw), tuple(tails), tuple(keys))


def pieces_of(old: Words, new: Words, runs: Sequence[Run], dates: Dates, *, is_renumbered: bool) -> list[Piece]:
    """Lay two blocks' texts beside each other.

    Args:
        old: The old block's words.
        new: The new block's.
        runs: What `reworded` says of them.
        dates: What is known of dates.
        is_renumbered: Whether the marks before the first word hold another clause number.

    Returns:
        Pieces that hold both texts, equal ones and differences in turn; other marks before the first word, and other marks
        around words that were replaced, are differences of their own, so that they are not mixed with new words.
    """
    one, other = Layout(old), Layout(new)
    leads = settled_lead(old.lead, new.lead, Cls.NUMBER if is_renumbered else None) if old.lead != new.lead else ()
    edits = _joined(_edits(one, other, runs, EditClassifier(old, new, dates)))
    return list(_pieces(one.text, other.text, [*leads, *settled(edits, one, other)]))


def to_span(piece: Piece, repeat: int | None = None) -> Span:
    """A piece as it is recorded."""
    return Span(old=piece.old, new=piece.old if piece.cls is None else piece.new, cls=piece.cls, repeat=repeat)


def _pieces(old: str, new: str, edits: Sequence[Edit]) -> Iterator[Piece]:
    """Both texts from end to end, with what is equal between the edits."""
    old_at = new_at = 0
    for edit in edits:
        if edit.i0 > old_at:
            yield Piece(old[old_at : edit.i0], new[new_at : edit.j0], None)
        yield Piece(old[edit.i0 : edit.i1], new[edit.j0 : edit.j1], edit.cls, edit.words)
        old_at, new_at = edit.i1, edit.j1
    if old_at < len(old):
        yield Piece(old[old_at:], new[new_at:], None)


def _edits(old: Layout, new: Layout, runs: Sequence[Run], classifier: EditClassifier) -> Iterator[Edit]:
    for run in runs:
        if not run.equal:
            words = (" ".join(old.words.keys[run.i0 : run.i1]), " ".join(new.words.keys[run.j0 : run.j1]))
            yield Edit(
                old.start(run.i0),
                old.start(run.i1),
                new.start(run.j0),
                new.start(run.j1),
                classifier.class_of(run),
                words,
            )
        elif not _is_same(old.words, new.words, run):
            yield from _dressed_otherwise(old, new, run)


def _is_same(old: Words, new: Words, run: Run) -> bool:
    return (
        old.raw[run.i0 : run.i1] == new.raw[run.j0 : run.j1]
        and old.tails[run.i0 : run.i1] == new.tails[run.j0 : run.j1]
    )


def _dressed_otherwise(old: Layout, new: Layout, run: Run) -> Iterator[Edit]:
    """The same words in other letters, marks or links."""
    one, other = old.words, new.words
    for i, j in zip(range(run.i0, run.i1), range(run.j0, run.j1), strict=True):
        if one.raw[i] != other.raw[j]:
            yield Edit(old.start(i), old.end(i), new.start(j), new.end(j), Cls.TYPOGRAPHY)
        if one.tails[i] != other.tails[j]:
            cls = marks_class(one.tails[i], other.tails[j])
            yield Edit(old.end(i), old.start(i + 1), new.end(j), new.start(j + 1), cls)


def _joined(edits: Iterator[Edit]) -> list[Edit]:
    """Edits that touch, as one."""
    found: list[Edit] = []
    for edit in edits:
        last = found[-1] if found else None
        if last is None or last.i1 < edit.i0 or last.j1 < edit.j0:
            found.append(edit)
            continue
        words = last.words or edit.words
        if last.words and edit.words:
            words = (f"{last.words[0]} {edit.words[0]}".strip(), f"{last.words[1]} {edit.words[1]}".strip())
        cls = max(last.cls, edit.cls, key=lambda cls: cls.weight)
        found[-1] = Edit(last.i0, edit.i1, last.j0, edit.j1, cls, words)
    return found
