"""A diff cut into rows: one block of text each, in reading order, its pieces marked as old, new or both."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from archivepolicy.records.change import Cls, Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records.change import Change, Diff, Segment

# A line without words: the underline of a heading, the rule of a table, a table's empty row.
_WORDLESS = re.compile(r"[\s>|:=*_\-]*\Z")
_WORDLESS_SIGNS = " \t\r\n|>:=*_-"
_BLANK_LINES = re.compile(r"(?:[ \t]*+\r?\n)*+")
_UNDERLINE = re.compile(r"[ \t>]*(?:(?P<first>=+)|-{2,})[ \t]*\r?\Z")
_HEADING = re.compile(r"[ \t>]{0,9}(#{1,6})[ \t]")


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
        pieces: In reading order; joined without the old ones they are the new block, and the other way round, but for the
            lines without words that follow it. Not empty.
        change: The change that it belongs to; None where both sides are equal.
        place: For a move, whether this is the place that it left or the one that it came to.
        level: A heading's, 1 to 6; 0 for everything else.
    """

    pieces: tuple[Piece, ...]
    change: Change | None = None
    place: Place = Place.HERE
    level: int = 0

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
        return replace(self, pieces=kept)


def rows(diff: Diff) -> list[Row]:
    """Cut a diff into rows.

    Returns:
        In reading order, deletions where they were taken out; lines without words are in no row. Empty for two empty texts.
    """
    return [row for segment in diff.segments for row in _rows_of(segment, diff)]


def _rows_of(segment: Segment, diff: Diff) -> Iterator[Row]:
    if segment.change is None:
        lines = segment.new.splitlines()
        for line, following in zip_longest(lines, lines[1:], fillvalue=""):
            if _WORDLESS.match(line) is None:
                yield Row(pieces=(Piece(text=line),), level=_level(line, following))
        return
    change = diff.changes[segment.change]
    place = Place.HERE
    if change.op is Op.MOVE:
        place = Place.CAME if segment.new else Place.LEFT
    pieces = _trimmed(_pieces(segment, change, place))
    if pieces:
        level = 0
        if change.kind == "heading":
            lines = (segment.new or segment.old).strip().splitlines()
            level = _level(lines[0], lines[-1] if len(lines) > 1 else "")
        yield Row(pieces=tuple(pieces), change=change, place=place, level=level)


def _level(line: str, following: str) -> int:
    if heading := _HEADING.match(line):
        return len(heading[1])
    underline = _UNDERLINE.match(following)
    return 0 if underline is None else 1 if underline["first"] else 2


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
    if old:
        yield Piece(text=old, mark=Mark.OLD, cosmetic=cosmetic)
    if new:
        yield Piece(text=new, mark=Mark.NEW, cosmetic=cosmetic)


def _trimmed(pieces: Iterator[Piece]) -> list[Piece]:
    """The pieces without the line ends before the block and all that follows its words; a change of nothing else has none."""
    kept = list(pieces)
    _trim_end(kept)
    for mark in (Mark.OLD, Mark.NEW):
        _trim_start(kept, mark)
    return [piece for piece in kept if piece.text]


def _trim_end(pieces: list[Piece]) -> None:
    """Take off the wordless end of both sides, as far as it can be taken off what they share."""
    left = {mark: _wordless_end(pieces, mark) for mark in (Mark.OLD, Mark.NEW)}
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        sides = (Mark.OLD, Mark.NEW) if piece.mark is Mark.BOTH else (piece.mark,)
        cut = min(len(piece.text), *(left[mark] for mark in sides))
        for mark in sides:
            left[mark] = left[mark] - cut if cut == len(piece.text) else 0
        pieces[index] = replace(piece, text=piece.text[: len(piece.text) - cut])


def _wordless_end(pieces: Sequence[Piece], mark: Mark) -> int:
    text = "".join(piece.text for piece in pieces if piece.mark in (mark, Mark.BOTH))
    end = text.find("\n", len(text.rstrip(_WORDLESS_SIGNS)))
    return len(text) - len(text[: end if end >= 0 else len(text)].rstrip())


def _trim_start(pieces: list[Piece], mark: Mark) -> None:
    for index, piece in enumerate(pieces):
        if piece.mark not in (mark, Mark.BOTH):
            continue
        text = piece.text[_BLANK_LINES.match(piece.text).end() :]  # type: ignore[union-attr]  # it always matches
        pieces[index] = replace(piece, text=text)
        if text:
            return
