"""Borders: where in a text a difference begins and ends, so that a reader sees whole sentences, words and links.

In: edits between two blocks as the alignment of words left them, and both texts. Out: the same differences with other
borders. Marks that both sides have around an edit are taken out of it; a link whose target alone differs is cut at its
address; what only one side has is slid along equal text to where a sentence, a clause or a line begins and ends, and over
marks that would be parted from their partner. (Sliding: Fraser, "Diff Strategies", §3.2.2, "semantic alignment"; the order of
the borders is this file's.)

Both sides are treated alike, so that swapped sides give swapped edits.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from math import inf
from typing import TYPE_CHECKING

from archivepolicy.comparison.classes import marks_class
from archivepolicy.comparison.sequences import common_length
from archivepolicy.comparison.words import TARGET
from archivepolicy.records.change import Cls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.comparison.words import Words

# What is not cut: a link's end with its target, an image, a tag, an entity, a run of one mark, an escaped sign.
_UNIT = re.compile(
    rf"\]{TARGET}|!\[[^\[\]\n]*+\]{TARGET}|</?[a-zA-Z][^<>]*+>|&(?:[a-zA-Z]{{2,8}}|#\d{{1,6}});"
    r"|\d++(?:\\?\.\d++)*+|\*++|_++|=++|~++|`++|#++|-++|\\[!-/:-@\[-`{-~]|(?s:.)"
)
_LINK_END = re.compile(rf"\]{TARGET}")
_LINK_HEAD = re.compile(r"!?\[[^\[\]\n]*+\]\(|\]\(")
_UNCUT = re.compile(
    rf"\]{TARGET}|!\[[^\[\]\n]*+\]{TARGET}|`[^`\n]++`|\*\*+|__+|~~+|</?[a-zA-Z][^<>]*+>|\\[!-/:-@\[-`{{-~]"
)
_PAIRS = ("()", "[]", "“”", "«»", "„“")
_EVEN = ("**", "`", '"', "__")
_CLOSERS = "*_)]\"'”’»`"
_FARTHEST = 400  # characters that an edit may be slid to either side
_ISLAND_WORDS = 2  # fewer words than this are not left between two edits
_UNPAIRED = 3.0
_END, _LINE, _SENTENCE, _CLAUSE, _COMMA, _WORD, _INNER = 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 0.5
_BEFORE_SPACE = 0.5  # a border before white space is that much worse than the one after it


@dataclass(frozen=True, slots=True)
class Edit:
    """A difference: `[i0:i1]` of the old block's text, `[j0:j1]` of the new one's; `words` as in a piece."""

    i0: int
    i1: int
    j0: int
    j1: int
    cls: Cls
    words: tuple[str, str] | None = None


class Layout:
    """A block's text and where its words stand in it."""

    __slots__ = ("_bounds", "_uncut", "text", "words")

    def __init__(self, words: Words) -> None:
        """Take the block's words."""
        self.words = words
        parts = [words.lead, *chain.from_iterable(zip(words.raw, words.tails, strict=True))]
        self.text = "".join(parts)
        self._bounds = list(accumulate(map(len, parts)))  # starts of words at even places, their ends at odd ones
        self._uncut: tuple[list[int], list[int]] | None = None

    def start(self, word: int) -> int:
        """Where a word begins; for the one after the last the text's end."""
        return self._bounds[2 * word]

    def end(self, word: int) -> int:
        """Where a word ends and its tail begins."""
        return self._bounds[2 * word + 1]

    def is_within_word(self, place: int) -> bool:
        """Whether a place parts a word."""
        at = bisect_left(self._bounds, place)
        return at % 2 == 1 and self._bounds[at] != place

    def has_words(self, start: int, end: int) -> bool:
        """Whether a word begins within a range."""
        first, behind = self.words_between(start, end)
        return first < behind

    @property
    def uncut(self) -> tuple[list[int], list[int]]:
        """Where addresses, code and marks of several characters begin and end."""
        if self._uncut is None:
            spans = [found.span() for found in _UNCUT.finditer(self.text)]
            self._uncut = [start for start, _ in spans], [end for _, end in spans]
        return self._uncut

    def words_between(self, start: int, end: int) -> tuple[int, int]:
        """The words that begin within a range: (first, after the last)."""
        return (bisect_left(self._bounds, start) + 1) // 2, (bisect_left(self._bounds, end) + 1) // 2


def settled(edits: Sequence[Edit], old: Layout, new: Layout) -> list[Edit]:
    """Give edits the borders that a reader expects.

    Args:
        edits: What differs after the marks before the first word, ascending, not touching one another.
        old: The old block.
        new: The new one.

    Returns:
        Edits that make the same of the old text, ascending; they may touch.
    """
    parts = [
        part
        for edit in edits
        for one in _around_link_end(edit, old, new)
        for part in _without_common_marks(one, old, new)
    ]
    found: list[Edit] = []
    for place, edit in enumerate(parts):
        if (edit.i0 == edit.i1) != (edit.j0 == edit.j1):
            last = found[-1] if found else None
            following = parts[place + 1] if place + 1 < len(parts) else None
            is_old = edit.i1 > edit.i0
            shift = _shift(edit, old if is_old else new, last, following, is_old=is_old)
            if shift:
                slid = Edit(edit.i0 + shift, edit.i1 + shift, edit.j0 + shift, edit.j1 + shift, edit.cls, edit.words)
                found.append(_worded(slid, old, new))
                continue
        found.append(edit)
    return found


def settled_lead(old: str, new: str, cls: Cls | None) -> list[Edit]:
    """Edits between the marks before both blocks' first words; with a class, the part that begins with other marks has it."""
    if cls is None:
        return list(_marks(Edit(0, len(old), 0, len(new), marks_class(old, new)), old, new))
    ones, others = _units(old), _units(new)
    steps = common_length(ones, others)
    if not steps:  # the mark of a list item stays whole
        return [Edit(0, len(old), 0, len(new), cls)]
    same = common_length(ones[: steps - 1 : -1], others[: steps - 1 : -1])
    start, kept = _length(ones[:steps]), _length(ones[len(ones) - same :])
    return [Edit(start, len(old) - kept, start, len(new) - kept, cls)]


# ---------------------------------------------------------------------- marks


def _around_link_end(edit: Edit, old: Layout, new: Layout) -> Iterator[Edit]:
    """An edit that runs out of a link on both sides as what lies within the link and what lies behind it."""
    one, other = old.text[edit.i0 : edit.i1], new.text[edit.j0 : edit.j1]
    ends = (
        (_LINK_END.findall(one), _LINK_END.findall(other)) if edit.words and "](" in one and "](" in other else ([], [])
    )
    if len(ends[0]) != 1 or ends[0] != ends[1]:
        yield edit
        return
    i, j, size = one.index(ends[0][0]), other.index(ends[0][0]), len(ends[0][0])
    if (
        "[" in one[:i]
        or "[" in other[:j]
        or not (old.has_words(edit.i0 + i + size, edit.i1) or new.has_words(edit.j0 + j + size, edit.j1))
    ):
        yield edit
        return
    for part in (
        (edit.i0, edit.i0 + i, edit.j0, edit.j0 + j),
        (edit.i0 + i + size, edit.i1, edit.j0 + j + size, edit.j1),
    ):
        if part[0] < part[1] or part[2] < part[3]:
            yield _worded(Edit(*part, edit.cls, edit.words), old, new)


def _worded(edit: Edit, old: Layout, new: Layout) -> Edit:
    """The edit with the words that are in it now."""
    a, b = old.words_between(edit.i0, edit.i1)
    c, d = new.words_between(edit.j0, edit.j1)
    if edit.words is not None and a == b and c == d:
        cls = marks_class(old.text[edit.i0 : edit.i1], new.text[edit.j0 : edit.j1])
        return replace(edit, words=None, cls=cls)
    words = edit.words and (" ".join(old.words.keys[a:b]), " ".join(new.words.keys[c:d]))
    return replace(edit, words=words)


def _without_common_marks(edit: Edit, old: Layout, new: Layout) -> Iterator[Edit]:
    """An edit without the marks that both sides begin and end with, and its links' targets as edits of their own."""
    a, b = old.words_between(edit.i0, edit.i1)
    c, d = new.words_between(edit.j0, edit.j1)
    if a == b and c == d:
        yield from _marks(edit, old.text, new.text)
        return
    if (a == b) != (c == d) and (bare := _one_sided(edit, old, new)):
        yield bare
        return
    heads = (
        _units(old.text[edit.i0 : old.start(a) if a < b else edit.i1]),
        _units(new.text[edit.j0 : new.start(c) if c < d else edit.j1]),
    )
    if ends := _link_ends(*heads):
        at_old, at_new = (_length(units[:end]) for units, end in zip(heads, ends, strict=True))
        yield from _marks_between((edit.i0, edit.i0 + at_old, edit.j0, edit.j0 + at_new), old, new)
        edit = replace(edit, i0=edit.i0 + at_old, j0=edit.j0 + at_new)
        heads = heads[0][ends[0] :], heads[1][ends[1] :]
    same = _length(heads[0][: common_length(*heads)])
    edit = replace(edit, i0=edit.i0 + same, j0=edit.j0 + same)
    if a < b and c < d:
        yield from _without_marks_behind(edit, (old.end(b - 1), new.end(d - 1)), old, new)
        return
    ones = _units(old.text[max(edit.i0, old.end(b - 1) if a < b else edit.i0) : edit.i1])
    others = _units(new.text[max(edit.j0, new.end(d - 1) if c < d else edit.j0) : edit.j1])
    kept = _length(ones[len(ones) - common_length(ones[::-1], others[::-1]) :])
    yield replace(edit, i1=edit.i1 - kept, j1=edit.j1 - kept)


def _without_marks_behind(edit: Edit, ends: tuple[int, int], old: Layout, new: Layout) -> Iterator[Edit]:
    """An edit that has words on both sides, which end at `ends`, and what differs in the marks behind them."""
    end_i, end_j = ends
    ones, others = _units(old.text[end_i : edit.i1]), _units(new.text[end_j : edit.j1])
    at = _parting(ones, others)
    if at is not None and ones[at[0]] != others[at[1]]:
        opened = (text.count("[") > text.count("]") for text in (old.text[edit.i0 : end_i], new.text[edit.j0 : end_j]))
        at = None if all(opened) else at  # a link that was replaced as a whole is shown as one
    i1, j1 = edit.i1, edit.j1
    if at is not None:
        i1, j1 = i1 - _length(ones[at[0] :]), j1 - _length(others[at[1] :])
        ones, others = ones[: at[0]], others[: at[1]]
    same = common_length(ones[::-1], others[::-1])
    kept = _length(ones[len(ones) - same :])
    marks_i, marks_j = _emphasis(ones[: len(ones) - same]), _emphasis(others[: len(others) - same])
    yield replace(edit, i1=i1 - kept - marks_i, j1=j1 - kept - marks_j)
    if marks_i or marks_j:
        yield Edit(i1 - kept - marks_i, i1 - kept, j1 - kept - marks_j, j1 - kept, Cls.FORMAT)
    yield from _marks_between((i1, edit.i1, j1, edit.j1), old, new)


def _marks_between(place: tuple[int, int, int, int], old: Layout, new: Layout) -> Iterator[Edit]:
    """What differs in two stretches of marks."""
    one, other = old.text[place[0] : place[1]], new.text[place[2] : place[3]]
    if one != other:
        yield from _marks(Edit(*place, marks_class(one, other)), old.text, new.text)


def _emphasis(units: Sequence[str]) -> int:
    """How long the marks of emphasis are that marks after words are made of; 0 where there are others among them."""
    return _length(units) if all(unit[0] in "*_" for unit in units) else 0


def _marks(edit: Edit, old: str, new: str) -> Iterator[Edit]:
    """A difference of marks alone, cut at its links' addresses."""
    ones, others = _units(old[edit.i0 : edit.i1]), _units(new[edit.j0 : edit.j1])
    at = _parting(ones, others, ("](",))
    if at is not None and any(at):
        i, j = edit.i0 + _length(ones[: at[0]]), edit.j0 + _length(others[: at[1]])
        for part in ((edit.i0, i, edit.j0, j), (i, edit.i1, j, edit.j1)):
            one, other = old[part[0] : part[1]], new[part[2] : part[3]]
            if one != other:
                yield from _marks(Edit(*part, marks_class(one, other)), old, new)
        return
    steps, front = _common_front(ones, others, edit.i0, edit.j0)
    yield from front
    i0, j0 = edit.i0 + _length(ones[:steps]), edit.j0 + _length(others[:steps])
    ones, others = ones[steps:], others[steps:]
    same = common_length(ones[::-1], others[::-1])
    kept = _length(ones[len(ones) - same :])
    if i0 < edit.i1 - kept or j0 < edit.j1 - kept:
        cls = (
            marks_class("".join(ones[: len(ones) - same]), "".join(others[: len(others) - same])) if front else edit.cls
        )
        yield Edit(i0, edit.i1 - kept, j0, edit.j1 - kept, cls)


def _units(marks: str) -> list[str]:
    if len(marks) < 2:
        return [marks] if marks else []
    return _UNIT.findall(marks)


def _length(units: Sequence[str]) -> int:
    return sum(map(len, units)) if units else 0


def _common_front(ones: Sequence[str], others: Sequence[str], i: int, j: int) -> tuple[int, list[Edit]]:
    """How many marks both sides begin with, links to another address counted as the same, and edits of those addresses."""
    edits = []
    steps = 0
    for one, other in zip(ones, others, strict=False):
        if one != other:
            head = _LINK_HEAD.match(one)
            if head is None or not other.startswith(head[0]):
                break
            start = head.end()
            edits.append(Edit(i + start, i + len(one) - 1, j + start, j + len(other) - 1, Cls.LINK))
        steps, i, j = steps + 1, i + len(one), j + len(other)
    return steps, edits


def _link_ends(ones: Sequence[str], others: Sequence[str]) -> tuple[int, int] | None:
    """The places after the first link's end in marks before other words, where both sides have one."""
    i = next((n for n, one in enumerate(ones, 1) if one.startswith("](")), None)
    j = next((n for n, one in enumerate(others, 1) if one.startswith("](")), None)
    return None if i is None or j is None else (i, j)


def _parting(ones: Sequence[str], others: Sequence[str], at: Sequence[str] = ("](", "\n")) -> tuple[int, int] | None:
    """Where marks after replaced words are no longer theirs: at a link's end or the line's, on both sides."""
    for wanted in at:
        i = next((n for n, one in enumerate(ones) if one.startswith(wanted)), None)
        j = next((n for n, one in enumerate(others) if one.startswith(wanted)), None)
        if i is not None and j is not None:
            return i, j
    return None


def _one_sided(edit: Edit, old: Layout, new: Layout) -> Edit | None:
    """The edit as what one side has and the other has not, where the other's marks are all there on both; else None."""
    one, other = old.text[edit.i0 : edit.i1], new.text[edit.j0 : edit.j1]
    few = min(len(one), len(other))
    many, side, at = (one, old, edit.i0) if len(one) > few else (other, new, edit.j0)
    most = common_length(one, other)
    least = few - common_length(one[::-1], other[::-1])
    for start in range(most, max(least, 0) - 1, -1):
        if len(many) > few and not _is_cut(side, at + start) and not _is_cut(side, at + start + len(many) - few):
            end = few - start
            return Edit(edit.i0 + start, edit.i1 - end, edit.j0 + start, edit.j1 - end, edit.cls, edit.words)
    return None


# ---------------------------------------------------------------------- sliding


def _shift(edit: Edit, side: Layout, last: Edit | None, following: Edit | None, *, is_old: bool) -> int:
    """How far to slide an edit that only one side has, in characters; negative towards the start."""
    text = side.text
    start, end = (edit.i0, edit.i1) if is_old else (edit.j0, edit.j1)
    first, behind = len(side.words.lead), len(text)
    if last is not None:
        first = last.i1 if is_old else last.j1
    if following is not None:
        behind = following.i0 if is_old else following.j0
    left = right = 0
    while left < _FARTHEST and start - left > first and text[start - left - 1] == text[end - left - 1]:
        left += 1
    while right < _FARTHEST and end + right < behind and text[start + right] == text[end + right]:
        right += 1
    if not left and not right:
        return 0
    gaps = ((first, start) if last else None, (end, behind) if following else None)
    best, top = 0, -inf
    for shift in range(-left, right + 1):
        if _is_cut(side, start + shift) or _is_cut(side, end + shift):
            continue
        score = _score(side, start + shift, end + shift)
        if score > top and (not shift or _leaves_no_island(text, gaps, shift)):
            best, top = shift, score
    return best


def _is_cut(side: Layout, place: int) -> bool:
    """Whether a border here would cut a word, an address, code or a mark in two."""
    if side.is_within_word(place):
        return True
    at = bisect_right(side.uncut[0], place - 1) - 1
    return at >= 0 and place < side.uncut[1][at]


def _score(side: Layout, start: int, end: int) -> float:
    text = side.text
    inside = text[start:end]
    unpaired = sum(inside.count(pair[0]) != inside.count(pair[1]) for pair in _PAIRS)
    unpaired += sum(inside.count(mark) % 2 for mark in _EVEN)
    return _border(side, start) + _border(side, end) - _UNPAIRED * unpaired


def _border(side: Layout, place: int) -> float:
    """How natural a border is at a place."""
    text = side.text
    if place <= len(side.words.lead) or place >= len(side.text.rstrip()):
        return _END
    before, after = text[place - 1], text[place]
    if before == "\n":
        return _LINE
    if after == "\n":
        return _LINE - _BEFORE_SPACE
    if before.isspace() or after.isspace():
        said = text[max(0, place - 12) : place].rstrip().rstrip(_CLOSERS)
        worth = _worth(said[-1:], text[place : place + 12].lstrip()[:1])
        return worth if before.isspace() else worth - _BEFORE_SPACE
    return _SENTENCE if before in "。！？" else _INNER


def _worth(before: str, after: str) -> float:
    """What a border between words is worth by the mark before it; a small letter begins no sentence."""
    if before and before in ".!?…":
        return _WORD if after.islower() else _SENTENCE
    return _CLAUSE if before and before in ";:" else _COMMA if before == "," else _WORD


def _leaves_no_island(text: str, gaps: tuple[tuple[int, int] | None, tuple[int, int] | None], shift: int) -> bool:
    """Whether enough words stay between an edit and its neighbours, where there were enough before."""
    before, behind = gaps
    if before and shift < 0:
        return _is_no_island(text[before[0] : before[1] + shift], text[before[0] : before[1]])
    if behind and shift > 0:
        return _is_no_island(text[behind[0] + shift : behind[1]], text[behind[0] : behind[1]])
    return True


def _is_no_island(left: str, was: str) -> bool:
    words = len(left.split())
    return words > _ISLAND_WORDS or words >= len(was.split())
