"""A diff cut into rows: one block of text each, in reading order, its pieces marked as old, new or both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from archivepolicy.records.change import Cls, Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archivepolicy.records.change import Change, Diff, Segment

# the end of a link whose words stand before it: where both sides begin with one, only the rest of them is wording
_TARGET = re.compile(r"\]\([^\s()]*\)")
_OPEN_LINK = re.compile(r"!?\[[^\[\]\n]*\Z")


class Mark(StrEnum):
    """Which side a piece of text stands on."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


class Place(StrEnum):
    """Where a row stands of a change that has two places."""

    HERE = "here"
    LEFT = "left"
    CAME = "came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text with one mark.

    Attributes:
        text: As it stands in the Markdown; never empty.
        mark: The side or sides that have it.
        cosmetic: Whether the words are the same on both sides and only their dress, link or numbering differs.
    """

    text: str
    mark: Mark = Mark.BOTH
    cosmetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One block of text.

    Attributes:
        pieces: In reading order; joined without the old ones they are the new block, and the other way round. Not empty.
        change: The change that it belongs to; None where both sides are equal.
        place: For a move, whether this is the place that it left or the one that it came to.
    """

    pieces: tuple[Piece, ...]
    change: Change | None = None
    place: Place = Place.HERE

    @property
    def is_folded(self) -> bool:
        """Whether it reads like unchanged text while cosmetic changes are folded."""
        return all(piece.mark is Mark.BOTH or piece.cosmetic for piece in self.pieces) and self.place is Place.HERE

    def without_cosmetics(self) -> Row | None:
        """The row as it reads while cosmetic changes are folded: with their new text; None where nothing is left of it."""
        kept = tuple(
            Piece(text=piece.text) if piece.cosmetic else piece
            for piece in self.pieces
            if not (piece.cosmetic and piece.mark is Mark.OLD)
        )
        if not any(piece.text.strip() for piece in kept):
            return None
        return Row(pieces=kept, change=self.change, place=self.place)


def rows(diff: Diff) -> list[Row]:
    """Cut a diff into rows.

    Returns:
        In reading order, deletions where they were taken out; blank lines are in no row. Empty for two empty texts.
    """
    return [row for segment in diff.segments for row in _rows_of(segment, diff)]


def _rows_of(segment: Segment, diff: Diff) -> Iterator[Row]:
    if segment.change is None:
        for line in segment.new.splitlines():
            if line.strip():
                yield Row(pieces=(Piece(text=line),))
        return
    change = diff.changes[segment.change]
    place = Place.HERE
    if change.op is Op.MOVE:
        place = Place.CAME if segment.new else Place.LEFT
    pieces = _whole_links(_trimmed(_pieces(segment, change, place)))
    if pieces:
        yield Row(pieces=tuple(pieces), change=change, place=place)


def _pieces(segment: Segment, change: Change, place: Place) -> Iterator[Piece]:
    if place is Place.LEFT:
        yield Piece(text=segment.old, mark=Mark.OLD)
        return
    if not change.spans:
        yield from _both(segment.old, segment.new, change.cls)
    for span in change.spans:
        if span.is_equal:
            if span.new:
                yield Piece(text=span.new)
        else:
            yield from _both(span.old, span.new, span.cls)


def _both(old: str, new: str, cls: Cls | None) -> Iterator[Piece]:
    cosmetic = cls is not None and cls.is_cosmetic
    if not cosmetic and (was := _TARGET.match(old)) and (became := _TARGET.match(new)) and was[0] != became[0]:
        yield from _both(was[0], became[0], Cls.LINK)
        old, new = old[was.end() :], new[became.end() :]
    if old:
        yield Piece(text=old, mark=Mark.OLD, cosmetic=cosmetic)
    if new:
        yield Piece(text=new, mark=Mark.NEW, cosmetic=cosmetic)


def _trimmed(pieces: Iterator[Piece]) -> list[Piece]:
    """The pieces without the line ends around the block; a change of nothing but line ends leaves none."""
    kept = list(pieces)
    for mark in (Mark.OLD, Mark.NEW):
        _trim_end(kept, mark)
        _trim_start(kept, mark)
    return [piece for piece in kept if piece.text]


def _trim_end(pieces: list[Piece], mark: Mark) -> None:
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece.mark not in (mark, Mark.BOTH):
            continue
        text = piece.text.rstrip("\r\n")
        pieces[index] = Piece(text=text, mark=piece.mark, cosmetic=piece.cosmetic)
        if text:
            return


def _trim_start(pieces: list[Piece], mark: Mark) -> None:
    for index, piece in enumerate(pieces):
        if piece.mark not in (mark, Mark.BOTH):
            continue
        text = piece.text.lstrip("\r\n")
        pieces[index] = Piece(text=text, mark=piece.mark, cosmetic=piece.cosmetic)
        if text:
            return


def _whole_links(pieces: list[Piece]) -> list[Piece]:
    """The pieces with the words of a link drawn into the cosmetic change that follows: `[terms](a)` became `[terms](b)`."""
    made: list[Piece] = []
    drawn: str | None = None
    for piece in pieces:
        if piece.cosmetic and made and made[-1].mark is Mark.BOTH and (words := _OPEN_LINK.search(made[-1].text)):
            head = Piece(text=made[-1].text[: words.start()])
            made = [*made[:-1], *([head] if head.text else [])]
            made.append(Piece(text=words[0] + piece.text, mark=piece.mark, cosmetic=True))
            drawn = words[0]
        elif piece.cosmetic and made and drawn and made[-1].cosmetic and made[-1].mark is not piece.mark:
            made.append(Piece(text=drawn + piece.text, mark=piece.mark, cosmetic=True))
            drawn = None
        else:
            made.append(piece)
            drawn = None
    return made
