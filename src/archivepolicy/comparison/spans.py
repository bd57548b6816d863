"""Spans: a changed block as text, cut between words.

In: two blocks' words and the runs that answer to each other. Out: spans that hold both texts to the byte, with equal runs
and differences in turn. Marks that both sides have at the end of an edit stay outside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.comparison.classes import EditClassifier, marks_class
from archivepolicy.comparison.sequences import common_length
from archivepolicy.comparison.words import Words
from archivepolicy.records.change import Cls, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.comparison.classes import Dates
    from archivepolicy.comparison.rewording import Run


@dataclass(frozen=True, slots=True)
class Text:
    """One side of a span: marks, words with marks between them, marks; `head` holds all marks where there is no word."""

    head: str = ""
    body: str = ""
    tail: str = ""

    def __str__(self) -> str:
        return self.head + self.body + self.tail

    def then(self, other: Text) -> Text:
        """This text and another that follows it."""
        if not self.body:
            return Text(self.head + other.head, other.body, other.tail)
        if not other.body:
            return Text(self.head, self.body, self.tail + other.head)
        return Text(self.head, f"{self.body}{self.tail}{other.head}{other.body}", other.tail)

    @property
    def last(self) -> str:
        """The marks it ends with."""
        return self.tail if self.body else self.head

    def without_last(self, count: int) -> Text:
        """The text without the last characters, which are marks."""
        if not count:
            return self
        return Text(self.head, self.body, self.tail[:-count]) if self.body else Text(self.head[:-count])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of both texts; `words` are the keys of an edit's words on both sides, None where no word was edited."""

    old: Text
    new: Text
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
        Pieces that hold both texts, equal ones and differences in turn; other marks before the first word are a difference of
        their own, so that a new clause number is not mixed with new words.
    """
    leads = list(_marks(old.lead, new.lead, Cls.NUMBER if is_renumbered else None))
    pieces: list[Piece] = []
    if leads and leads[0].cls is None:
        pieces, leads = leads, []
    for piece in _word_pieces(old, new, runs, EditClassifier(old, new, dates)):
        if pieces and (pieces[-1].cls is None) == (piece.cls is None):
            pieces[-1] = _joined(pieces[-1], piece)
        else:
            pieces.append(piece)
    return [*leads, *_trimmed(pieces)]


def to_span(piece: Piece, repeat: int | None = None) -> Span:
    """A piece as it is recorded."""
    old = str(piece.old)
    return Span(old=old, new=old if piece.cls is None else str(piece.new), cls=piece.cls, repeat=repeat)


def _word_pieces(old: Words, new: Words, runs: Sequence[Run], classifier: EditClassifier) -> Iterator[Piece]:
    for run in runs:
        if not run.equal:
            words = (" ".join(old.keys[run.i0 : run.i1]), " ".join(new.keys[run.j0 : run.j1]))
            yield Piece(_text(old, run.i0, run.i1), _text(new, run.j0, run.j1), classifier.class_of(run), words)
            continue
        is_same = old.raw[run.i0 : run.i1] == new.raw[run.j0 : run.j1]
        if is_same and old.tails[run.i0 : run.i1] == new.tails[run.j0 : run.j1]:
            text = _text(old, run.i0, run.i1)
            yield Piece(text, text, None)
        else:
            yield from _dressed_otherwise(old, new, run)


def _text(words: Words, first: int, end: int) -> Text:
    if first == end:
        return Text()
    inner = [part for place in range(first, end - 1) for part in (words.raw[place], words.tails[place])]
    inner.append(words.raw[end - 1])
    return Text("", "".join(inner), words.tails[end - 1])


def _dressed_otherwise(old: Words, new: Words, run: Run) -> Iterator[Piece]:
    """The same words in other letters, marks or links."""
    equal: list[str] = []
    for i, j in zip(range(run.i0, run.i1), range(run.j0, run.j1), strict=True):
        if old.raw[i] == new.raw[j] and old.tails[i] == new.tails[j]:
            equal += (old.raw[i], old.tails[i])
            continue
        if old.raw[i] == new.raw[j]:
            equal.append(old.raw[i])
        if equal:
            text = Text("", "".join(equal))
            yield Piece(text, text, None)
            equal = []
        if old.raw[i] != new.raw[j]:
            yield Piece(Text("", old.raw[i]), Text("", new.raw[j]), Cls.TYPOGRAPHY)
        yield from _marks(old.tails[i], new.tails[j], None)
    if equal:
        text = Text("", "".join(equal))
        yield Piece(text, text, None)


def _marks(old: str, new: str, cls: Cls | None) -> Iterator[Piece]:
    if old == new:
        if old:
            yield Piece(Text(old), Text(old), None)
    else:
        yield Piece(Text(old), Text(new), cls or marks_class(old, new))


def _joined(one: Piece, other: Piece) -> Piece:
    if one.cls is None or other.cls is None:
        text = one.old.then(other.old)
        return Piece(text, text, None)
    words = one.words or other.words
    if one.words and other.words:
        words = (f"{one.words[0]} {other.words[0]}".strip(), f"{one.words[1]} {other.words[1]}".strip())
    cls = max(one.cls, other.cls, key=lambda cls: cls.weight)
    return Piece(one.old.then(other.old), one.new.then(other.new), cls, words)


def _trimmed(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Give marks that both sides of an edit end with to the equal run after it."""
    kept = ""
    for piece in pieces:
        if piece.cls is None:
            text = Text(kept).then(piece.old)
            kept = ""
            yield Piece(text, text, None)
            continue
        count = common_length(piece.old.last[::-1], piece.new.last[::-1]) if piece.words else 0
        kept = piece.old.last[len(piece.old.last) - count :]
        yield Piece(piece.old.without_last(count), piece.new.without_last(count), piece.cls, piece.words)
    if kept:
        yield Piece(Text(kept), Text(kept), None)
