"""Blame: since when each paragraph and sentence of a text stands, and what it was edited from.

In: the texts of all usable captures, ascending by time, equal ones repeated. Out: for one of them its blocks and sentences,
each with the stretches of captures that hold the same words. Words alone count (`normal`), wherever they stand: a paragraph
that moved, was set in bold or went to another clause number is the same one. git's own blame misdates such texts, because
whatever goes for a day and comes back is new to it (57 % of policy lines, by a median of 645 days, measured on Open Terms
Archive's histories, 2026-11-22).

What a part was edited from is a guess by likeness, and bounded: at most `MAX_COMPARISONS` pairs are compared, and a note
says where that was not enough.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.comparison.phrases import plain_text
from archivepolicy.comparison.pieces import Part, Reader
from archivepolicy.records.history import BlameSpan, Origin
from archivepolicy.records.interval import intervals_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archivepolicy.records.interval import Interval

# Half a second of comparing on one core; a history of 36 versions of 26,000 words needs a tenth [assumed, then measured].
MAX_COMPARISONS = 5_000_000
# Below, two wordings have too little in common to call one an edit of the other (proposed for sentences; read 2026-11-22).
MIN_SIMILARITY = 60.0
MIN_WORDS = 4  # shorter ones are alike by chance: "your rights", "our rights"
MAX_ANCESTORS = 8


def blame_spans(
    texts: Sequence[str], timestamps: Sequence[str], at: int, reader: Reader | None = None
) -> tuple[tuple[BlameSpan, ...], tuple[str, ...]]:
    """Tell since when each part of a text stands.

    Args:
        texts: Of all usable captures, ascending by time, equal ones repeated.
        timestamps: Theirs.
        at: Index of the text that is told about.
        reader: What has read some of the texts already.

    Returns:
        Its blocks with their sentences, in order, and notes on what was left out.
    """
    account = _Account(texts, timestamps, reader or Reader())
    blocks = [part for piece in account.pieces[at] for part in account.reader.parts(piece)]
    # paragraphs before sentences: where the comparisons do not suffice for all, paragraphs get them
    paragraphs = [account.span(block, is_block=True) for block in blocks]
    spans = tuple(
        replace(span, sentences=tuple(account.span(one, is_block=False) for one in block.sentences))
        for block, span in zip(blocks, paragraphs, strict=True)
    )
    return spans, account.notes()


class _Account:
    """What is known of one history while one of its texts is told about."""

    def __init__(self, texts: Sequence[str], timestamps: Sequence[str], reader: Reader) -> None:
        self.reader = reader
        self.pieces = [reader.pieces(text) for text in texts]
        self._timestamps = timestamps
        self._held_at = _places_of_pieces(self.pieces)
        self._holders = {True: self._inverted(is_block=True), False: self._inverted(is_block=False)}
        self._intervals: dict[int, tuple[Interval, ...]] = {}
        self._origins: dict[tuple[bool, str], Origin | None] = {}
        self._gone_at: dict[tuple[bool, int], dict[str, Part]] = {}
        self._compared = 0
        self._uncompared = 0

    def span(self, part: Part, *, is_block: bool) -> BlameSpan:
        """What is told of a part; for a paragraph without its sentences."""
        places = self._holders[is_block][part.key]
        if places not in self._intervals:  # most parts of a text share theirs
            self._intervals[places] = intervals_of(self._timestamps, _as_list(places))
        return BlameSpan(
            text=plain_text(part.raw),
            key=part.key,
            intervals=self._intervals[places],
            derived_from=self._origin(part, is_block=is_block),
        )

    def _origin(self, part: Part, *, is_block: bool, depth: int = 0) -> Origin | None:
        """What a part was probably edited from, and that from what; found once for each wording."""
        known = (is_block, part.key)
        if known not in self._origins:
            self._origins[known] = None  # a wording that came twice would else be its own ancestor
            self._origins[known] = self._found(part, is_block=is_block, depth=depth)
        return self._origins[known]

    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        if not self._uncompared:
            return ()
        return (
            f"What was edited from what was looked for in {MAX_COMPARISONS:,} pairs; {self._uncompared:,} parts were left out.",
        )

    def _found(self, part: Part, *, is_block: bool, depth: int) -> Origin | None:
        first = _lowest(self._holders[is_block][part.key])
        if not first or depth >= MAX_ANCESTORS or part.key.count(" ") + 1 < MIN_WORDS:
            return None
        gone = self._gone(first, is_block=is_block)
        if self._compared + len(gone) > MAX_COMPARISONS:
            self._uncompared += 1
            return None
        self._compared += len(gone)
        best = _most_similar(part.key, gone)
        if best is None:
            return None
        key, similarity = best
        places = self._holders[is_block][key]
        return Origin(
            text=plain_text(gone[key].raw),
            similarity=round(similarity, 1),
            first_seen=self._timestamps[_lowest(places)],
            last_seen=self._timestamps[first - 1],
            derived_from=self._origin(gone[key], is_block=is_block, depth=depth + 1),
        )

    def _gone(self, place: int, *, is_block: bool) -> dict[str, Part]:
        """The parts that the capture before a place has and the one there has not, by their words."""
        known = self._gone_at.get((is_block, place))
        if known is None:
            pieces = [piece for piece in dict.fromkeys(self.pieces[place - 1]) if not self._held_at[piece] >> place & 1]
            holders = self._holders[is_block]
            members = self._members(pieces, is_block=is_block)
            known = {part.key: part for part in members if not holders[part.key] >> place & 1}
            self._gone_at[is_block, place] = known
        return known

    def _inverted(self, *, is_block: bool) -> dict[str, int]:
        """The places at which each part's words stand, a bit each."""
        places: dict[str, int] = {}
        for piece, held in self._held_at.items():
            for part in self._members([piece], is_block=is_block):
                places[part.key] = places.get(part.key, 0) | held
        return places

    def _members(self, pieces: Iterable[int], *, is_block: bool) -> Iterator[Part]:
        for piece in pieces:
            for block in self.reader.parts(piece):
                if is_block:
                    yield block
                else:
                    yield from block.sentences


def _places_of_pieces(texts: Sequence[tuple[int, ...]]) -> dict[int, int]:
    """The places of the texts that hold each piece, a bit each: whole histories are then joined in one operation."""
    alike: dict[tuple[int, ...], int] = {}
    for place, pieces in enumerate(texts):
        alike[pieces] = alike.get(pieces, 0) | 1 << place
    places: dict[int, int] = {}
    for pieces, held in alike.items():
        for piece in set(pieces):
            places[piece] = places.get(piece, 0) | held
    return places


def _lowest(places: int) -> int:
    return (places & -places).bit_length() - 1


def _as_list(places: int) -> list[int]:
    return [place for place in range(places.bit_length()) if places >> place & 1]


def _most_similar(key: str, gone: Mapping[str, Part]) -> tuple[str, float] | None:
    """The wording most like another one, and how like it is, 0 to 100; None where none is like it."""
    from rapidfuzz import fuzz, process

    best = process.extractOne(key, gone.keys(), scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
    return None if best is None else (best[0], best[1])
