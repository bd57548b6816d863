"""Compare: two texts -> the diff between them.

Blocks are aligned first, then the words of those that changed; each difference gets its class; what is equal stays as runs.
Swapped sides give the same differences, mirrored: both directions are computed in one order of the two texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archivepolicy.comparison.alignment import Aligner, Alignment, Pairing, rebroken
from archivepolicy.comparison.blocks import Block, blocks_of, content_of
from archivepolicy.comparison.classes import NoDates, dated_words, is_address, is_clock
from archivepolicy.comparison.furniture import heads_nothing, is_doubled, is_navigation
from archivepolicy.comparison.repeats import Repeats
from archivepolicy.comparison.rewording import is_too_long, reworded
from archivepolicy.comparison.sections import plain, section_paths
from archivepolicy.comparison.sequences import common_length
from archivepolicy.comparison.spans import Piece, joined_words, pieces_of, to_span
from archivepolicy.records.change import Change, Cls, Diff, Op, Segment, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archivepolicy.comparison.classes import Dates
    from archivepolicy.comparison.words import Words

_DIGIT = re.compile(r"\d")
_MANY_BLOCKS = 20_000  # in texts of more blocks, runs that only one side has are one change, and it is said
_DUPLICATE_WORDS = 8  # a shorter block that stands elsewhere too ("IP address") says something where it stands
_STATEMENT_WORDS = 20
_STUB_WORDS = 60  # the share of sides below it that are error, login and consent pages was 2.5 % of 6,747 pairs
_STUB_TIMES = 5
_COARSE = (
    "The texts are too long to compare every block with every other: some changes may be shown coarser than they are."
)
_STUB = (
    "The {side} text has only {count} words beside {other}: it may be an error or consent page rather than the policy."
)


@dataclass(slots=True)
class _Draft:
    """A change while it is being placed."""

    op: Op
    cls: Cls
    old: str | None
    new: str | None
    kind: str
    pieces: list[Piece]
    old_block: int
    new_block: int
    words: tuple[int, int] = (0, 0)
    similarity: float = 0.0
    labels: tuple[str | None, str | None] = (None, None)
    blocks: tuple[int, int] = (1, 1)
    id: int = -1
    old_at: int = 0
    new_at: int = 0


@dataclass(slots=True)
class _Part:
    """A segment while it is being placed; a space stands between blocks, and a neighbour may take it in."""

    old: str
    new: str
    draft: _Draft | None = None
    is_space: bool = False
    takes: str = field(default="")  # white space that it took in from before it


def compare(old: str, new: str, *, sides: tuple[Side, Side] | None = None, dates: Dates | None = None) -> Diff:
    """Compare two texts.

    Args:
        old: The old Markdown or plain text.
        new: The new one.
        sides: Which texts they are; None for plain texts without a name.
        dates: What is known of dates; None knows none, and a changed date is a changed word then.
    """
    sides = sides or (Side(label="", word_count=word_count(old)), Side(label="", word_count=word_count(new)))
    if old == new:
        return Diff(old=sides[0], new=sides[1], segments=(Segment(old=old, new=new),) if old else (), changes=())
    return _Comparison(old, new, dates or NoDates()).diff(sides)


def word_count(text: str) -> int:
    """How many words a text has, as white space parts them."""
    return len(text.split())


class _Comparison:
    """Two texts while they are being compared."""

    def __init__(self, old: str, new: str, dates: Dates) -> None:
        self._dates = dates
        self._old, self._new = blocks_of(old), blocks_of(new)
        start, end = _common_ends([block.raw for block in self._old], [block.raw for block in self._new])
        self._alignment = _aligned(self._old, self._new, start, end)
        self._is_coarse = self._alignment.is_coarse
        self._is_coarse |= max(len(self._old), len(self._new)) > _MANY_BLOCKS
        self._step = _MANY_BLOCKS if max(len(self._old), len(self._new)) > _MANY_BLOCKS else 1
        self._known: dict[Op, set[str]] = {}

    def diff(self, sides: tuple[Side, Side]) -> Diff:
        parts = _with_spaces_taken(list(self._parts()))
        drafts = _place(parts)
        repeats = Repeats((draft.id, draft.pieces) for draft in drafts)
        paths = (section_paths(self._old), section_paths(self._new)) if drafts else ([], [])
        names = _new_names(drafts)
        notes = [_COARSE] if self._is_coarse else []
        stub = _stub_note(sides)
        return Diff(
            old=sides[0],
            new=sides[1],
            segments=tuple(_segments(parts)),
            changes=tuple(_change(draft, repeats, paths, names) for draft in drafts),
            repeats=repeats.repeats,
            notes=(*notes, *([stub] if stub else [])),
            is_stub=stub is not None,
        )

    def _parts(self) -> Iterator[_Part]:
        """Both texts in reading order, cut at what changed; deletions before insertions where both stand."""
        pairings = self._alignment.pairings
        moved = {pair.i0: pair for pair in pairings if pair.moved}
        come = {pair.j0: pair for pair in pairings if pair.moved}
        drafts = {pair: self._pair(pair) for pair in moved.values()}
        i = j = 0
        kept = [pair for pair in pairings if not pair.moved]
        for pair in [*kept, Pairing(len(self._old), len(self._old), len(self._new), len(self._new))]:
            while i < pair.i0:
                if going := moved.get(i):
                    yield _Part(_raw(self._old, going.i0, going.i1), "", drafts[going])
                    i = going.i1
                else:
                    end = self._end_of_run(i, pair.i0, moved)
                    yield _Part(_raw(self._old, i, end), "", self._single(Op.DELETE, i, j, end - i))
                    i = end
            while j < pair.j0:
                if coming := come.get(j):
                    yield _Part("", _raw(self._new, coming.j0, coming.j1), drafts[coming])
                    j = coming.j1
                else:
                    end = self._end_of_run(j, pair.j0, come)
                    yield _Part("", _raw(self._new, j, end), self._single(Op.INSERT, i, j, end - j))
                    j = end
            yield from self._kept(pair)
            i, j = pair.i1, pair.j1

    def _kept(self, pair: Pairing) -> Iterator[_Part]:
        """A pairing in place: an equal run, an equal run and other white space after it, or a change."""
        old, new = _raw(self._old, pair.i0, pair.i1), _raw(self._new, pair.j0, pair.j1)
        if old == new:
            if old:
                yield _Part(old, new)
            return
        if old.rstrip() == new.rstrip():
            same = common_length(old, new)
            yield _Part(old[:same], new[:same])
            yield _Part(old[same:], new[same:], self._space(pair, old[same:], new[same:]), is_space=True)
            return
        yield _Part(old, new, self._pair(pair))

    def _space(self, pair: Pairing, old: str, new: str) -> _Draft:
        piece = Piece(old, new, Cls.FORMAT)
        return _Draft(Op.FORMAT, Cls.FORMAT, old, new, "space", [piece], pair.i0, pair.j0, similarity=1.0)

    def _end_of_run(self, first: int, end: int, moves: Mapping[int, Pairing]) -> int:
        """Where a run of blocks that only one side has ends: after one block, but in very long texts at the next other."""
        return next(
            (n for n in range(first + 1, min(end, first + self._step)) if n in moves), min(end, first + self._step)
        )

    def _single(self, op: Op, i: int, j: int, count: int) -> _Draft:
        """A block, or in very long texts a run of blocks, that only one side has."""
        is_old = op is Op.DELETE
        blocks, place = (self._old, i) if is_old else (self._new, j)
        contents = [content_of(block.raw) for block in blocks[place : place + count]]
        words = joined_words([content.words for content in contents])
        raw = _raw(blocks, place, place + count)
        cls = self._class_of_single(op, place) if count == 1 else Cls.SUBSTANTIVE
        key, label = " ".join(content.key for content in contents), contents[0].label
        draft = _Draft(op, cls, None, None, blocks[place].kind, [], i, j)
        if is_old:
            draft.old, draft.words, draft.labels, draft.blocks = raw, (len(words.raw), 0), (label, None), (count, 0)
            draft.pieces = [Piece(raw, "", cls, (key, ""))]
        else:
            draft.new, draft.words, draft.labels, draft.blocks = raw, (0, len(words.raw)), (None, label), (0, count)
            draft.pieces = [Piece("", raw, cls, ("", key))]
        return draft

    def _is_elsewhere(self, op: Op, key: str) -> bool:
        """Whether the side that lacks a block has another that says the same."""
        if op not in self._known:
            others = self._new if op is Op.DELETE else self._old
            self._known[op] = {content_of(block.raw).key for block in others}
        return key in self._known[op]

    def _class_of_single(self, op: Op, place: int) -> Cls:
        blocks = self._old if op is Op.DELETE else self._new
        block, content = blocks[place], content_of(blocks[place].raw)
        keys = content.words.keys
        if not keys or is_clock(keys) or heads_nothing(blocks, place):
            return Cls.FORMAT
        if is_address(keys) or is_navigation(blocks, place):
            return Cls.LINK
        if is_doubled(blocks, place) or (
            block.kind == "paragraph" and len(keys) >= _DUPLICATE_WORDS and self._is_elsewhere(op, content.key)
        ):
            return Cls.REORDER
        if len(keys) <= _STATEMENT_WORDS and _DIGIT.search(content.key):
            is_date = len(dated_words(content.words, self._dates)) == len(keys)
            return Cls.DATE if is_date or self._dates.is_statement(block.raw) else Cls.SUBSTANTIVE
        return Cls.SUBSTANTIVE

    def _lesser_class(self, pair: Pairing, old: Words, new: Words) -> Cls | None:
        """Class of changed words that are none of the policy's: a player's clock, a menu; None for all others."""
        if is_clock(old.keys) and is_clock(new.keys):
            return Cls.FORMAT
        is_menu = all(is_navigation(self._old, i) for i in range(pair.i0, pair.i1))
        return Cls.LINK if is_menu and all(is_navigation(self._new, j) for j in range(pair.j0, pair.j1)) else None

    def _pair(self, pair: Pairing) -> _Draft:
        """Blocks that answer to each other and are not the same, or moved."""
        old_blocks, new_blocks = self._old[pair.i0 : pair.i1], self._new[pair.j0 : pair.j1]
        olds, news = [content_of(block.raw) for block in old_blocks], [content_of(block.raw) for block in new_blocks]
        old, new = joined_words([one.words for one in olds]), joined_words([one.words for one in news])
        runs = reworded(old, new)
        self._is_coarse |= is_too_long(old, new) and old.keys != new.keys
        labels = (olds[0].label, news[0].label)
        pieces = pieces_of(old, new, runs, self._dates, is_renumbered=labels[0] != labels[1])
        common = sum(run.i1 - run.i0 for run in runs if run.equal)
        total = len(old.keys) + len(new.keys)
        cls = max((piece.cls for piece in pieces if piece.cls), key=lambda cls: cls.weight, default=Cls.FORMAT)
        has_edit = any(piece.words for piece in pieces)
        if cls is Cls.SUBSTANTIVE and (lesser := self._lesser_class(pair, old, new)):
            cls, has_edit = lesser, False
            pieces = [replace(piece, cls=lesser) if piece.cls is Cls.SUBSTANTIVE else piece for piece in pieces]
        if pair.moved:
            op, cls = Op.MOVE, max(cls, Cls.REORDER, key=lambda cls: cls.weight)
        else:
            op = _op(cls, has_edit=has_edit)
        return _Draft(
            op,
            cls,
            "".join(block.raw for block in old_blocks),
            "".join(block.raw for block in new_blocks),
            new_blocks[0].kind,
            pieces,
            pair.i0,
            pair.j0,
            words=(len(old.keys) - common, len(new.keys) - common),
            similarity=2 * common / total if total else 1.0,
            labels=labels,
            blocks=(len(old_blocks), len(new_blocks)),
        )


def _op(cls: Cls, *, has_edit: bool) -> Op:
    if cls in (Cls.SUBSTANTIVE, Cls.DATE) or (cls is Cls.NUMBER and has_edit):
        return Op.MODIFY
    if cls is Cls.NUMBER:
        return Op.RENUMBER
    return Op.LINK if cls is Cls.LINK else Op.FORMAT


def _raw(blocks: Sequence[Block], first: int, end: int) -> str:
    return blocks[first].raw if end - first == 1 else "".join(block.raw for block in blocks[first:end])


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many blocks both sides begin with, and how many of the others they end with."""
    most = min(len(old), len(new))
    start = common_length(old, new)
    rest = most - start
    return start, common_length(old[: -rest - 1 : -1], new[: -rest - 1 : -1]) if rest else 0


def _aligned(old: Sequence[Block], new: Sequence[Block], start: int, end: int) -> Alignment:
    olds = [content_of(block.raw).key for block in old[start : len(old) - end]]
    news = [content_of(block.raw).key for block in new[start : len(new) - end]]
    is_swapped = news < olds
    if " ".join(filter(None, olds)) == " ".join(filter(None, news)):
        found, is_swapped = Alignment(tuple(rebroken(olds, news)), is_coarse=False), False
    else:
        found = Aligner(news, olds).align() if is_swapped else Aligner(olds, news).align()
    inner = [
        Pairing(p.j0 + start, p.j1 + start, p.i0 + start, p.i1 + start, p.moved)
        if is_swapped
        else Pairing(p.i0 + start, p.i1 + start, p.j0 + start, p.j1 + start, p.moved)
        for p in found.pairings
    ]
    first = [Pairing(0, start, 0, start)] if start else []
    last = [Pairing(len(old) - end, len(old), len(new) - end, len(new))] if end else []
    return Alignment((*first, *sorted(inner, key=lambda pair: pair.i0), *last), found.is_coarse)


def _with_spaces_taken(parts: list[_Part]) -> list[_Part]:
    """Give white space that was put in to the insertion after it, and what was taken out to the deletion."""
    for place, part in enumerate(parts):
        if not part.is_space or (part.old and part.new):
            continue
        for following in parts[place + 1 :]:
            if following.draft is None or (following.old and following.new) or following.draft.op is Op.MOVE:
                break
            if part.old and following.old:
                following.old = following.draft.old = part.old + following.old
            elif part.new and following.new:
                following.new = following.draft.new = part.new + following.new
            else:
                continue
            first = following.draft.pieces[0]
            following.draft.pieces[0] = Piece(part.old + first.old, part.new + first.new, first.cls, first.words)
            part.old = part.new = ""
            part.draft = None
            break
    return [part for part in parts if part.old or part.new]


def _place(parts: Sequence[_Part]) -> list[_Draft]:
    """Number the changes in the order in which they are met and say where they stand."""
    drafts: list[_Draft] = []
    old_at = new_at = 0
    for part in parts:
        draft = part.draft
        if draft is not None:
            is_source = draft.op is Op.MOVE and part.old
            if draft.op is not Op.MOVE or is_source:
                draft.old_at = old_at
            if not is_source:
                draft.new_at = new_at
                draft.id = len(drafts)
                drafts.append(draft)
        old_at += len(part.old)
        new_at += len(part.new)
    return drafts


def _segments(parts: Sequence[_Part]) -> Iterator[Segment]:
    """The parts as they are recorded, equal ones that follow one another as one."""
    equal: list[str] = []
    for part in parts:
        if part.draft is None:
            equal.append(part.old)
            continue
        if equal:
            text = "".join(equal)
            yield Segment(old=text, new=text)
            equal = []
        yield Segment(old=part.old, new=part.new, change=part.draft.id)
    if equal:
        text = "".join(equal)
        yield Segment(old=text, new=text)


def _change(
    draft: _Draft,
    repeats: Repeats,
    paths: tuple[Sequence[tuple[str, ...]], Sequence[tuple[str, ...]]],
    names: Mapping[str, str],
) -> Change:
    old_section, new_section = _path(paths[0], draft.old_block), _path(paths[1], draft.new_block)
    if draft.op is Op.DELETE:
        new_section = tuple([names.get(heading, heading) for heading in old_section]) if names else old_section
    elif draft.op is Op.INSERT:
        old_section = new_section
    ids = repeats.ids_of(draft.id)
    edits = {repeat for piece, repeat in zip(draft.pieces, ids, strict=True) if piece.cls is not None}
    return Change(
        id=draft.id,
        op=draft.op,
        cls=draft.cls,
        old=draft.old,
        new=draft.new,
        old_start=draft.old_at,
        old_end=draft.old_at + len(draft.old or ""),
        new_start=draft.new_at,
        new_end=draft.new_at + len(draft.new or ""),
        kind=draft.kind,
        section=new_section,
        old_section=old_section,
        spans=tuple(to_span(piece, repeat) for piece, repeat in zip(draft.pieces, ids, strict=True)),
        similarity=draft.similarity,
        words_removed=draft.words[0],
        words_added=draft.words[1],
        old_label=draft.labels[0],
        new_label=draft.labels[1],
        old_blocks=draft.blocks[0],
        new_blocks=draft.blocks[1],
        repeat=edits.pop() if len(edits) == 1 else None,
    )


def _new_names(drafts: Sequence[_Draft]) -> dict[str, str]:
    """What headings that changed are called now, by what they were called."""
    changed = [draft for draft in drafts if draft.kind == "heading" and draft.old and draft.new]
    return {plain(draft.old or ""): plain(draft.new or "") for draft in changed}


def _path(paths: Sequence[tuple[str, ...]], block: int) -> tuple[str, ...]:
    return paths[min(block, len(paths) - 1)] if paths else ()


def _stub_note(sides: tuple[Side, Side]) -> str | None:
    few, many = sorted(side.word_count for side in sides)
    if few >= _STUB_WORDS or many < _STUB_WORDS or many < few * _STUB_TIMES:
        return None
    return _STUB.format(side="old" if sides[0].word_count == few else "new", count=few, other=many)
