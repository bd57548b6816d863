"""Alignment: which blocks of one text answer to which of another.

In: the blocks' normalised texts. Out: pairings. First blocks that say the same, in order; then, in each gap between those,
blocks that are alike, in order; then blocks that were split or joined; then blocks that moved to another gap. What is left
was put in or taken out.

The limits are those of measurements on 255 pairs of policy versions (2026-11), where nothing else is said.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from archivepolicy.comparison.sequences import MAX_CELLS, Coder, common_pairs, heaviest_chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ALIKE = 50.0  # rapidfuzz ratio of words from which two blocks of one gap may answer to each other
_ALIKE_SHORT = 65.0  # the same for letters, in blocks of few words ("Cookie" and "Cookies")
_FEW_WORDS = 6
_SHORT_CHARS = 120
_CANDIDATES = 12  # the nearest blocks that are weighed for each block: rows of one table are all alike
_WINDOW_CELLS = 250_000  # blocks times blocks compared in one gap at once
_MAX_CELLS = 1_500_000  # and in all; beyond it gaps are left as they are
_MOVED = 75.0
_MOVED_MARGIN = (
    10.0  # how much nearer than the runner-up; silence is better than a wrong move [houfu/redlines ADR-0032]
)
_MOVED_WORDS = 8
_MOVED_CELLS = 4_000_000_000  # words times words, about 0.1 s
_REBROKEN = 65.0  # a block and the run of blocks that it was split into
_REBROKEN_RUNS = 90.0  # two runs of blocks that were broken otherwise
_REBROKEN_GAIN = 5.0
_REBROKEN_BLOCKS = 12
_SAME = 100.0


@dataclass(frozen=True, slots=True)
class Pairing:
    """Blocks `old[i0:i1]` answer to `new[j0:j1]`; `moved` where they stand in another place."""

    i0: int
    i1: int
    j0: int
    j1: int
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairings in order of the old text, and whether the texts were too long to find all."""

    pairings: tuple[Pairing, ...]
    is_coarse: bool


@dataclass(frozen=True, slots=True)
class _Gap:
    i0: int
    i1: int
    j0: int
    j1: int


def rebroken(old: Sequence[str], new: Sequence[str]) -> Iterator[Pairing]:
    """Pair the blocks of two texts whose words are the same throughout, however they are broken.

    Words decide, not likeness, so that no word of such texts is ever shown as changed. Blocks without words answer to each
    other only where both sides have one.

    Args:
        old: The normalised texts of one side's blocks.
        new: The other's; joined by single spaces, but for the empty ones, both are the same text.
    """
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] != new[j] and not (old[i] and new[j]):
            i, j = (i, j + 1) if old[i] else (i + 1, j)
            continue
        i0, j0 = i, j
        i, j = i + 1, j + 1
        ahead = _count(old[i0]) - _count(new[j0])  # how many words more have been read of the old side
        while ahead:
            if ahead < 0:
                ahead += _count(old[i])
                i += 1
            else:
                ahead -= _count(new[j])
                j += 1
        yield Pairing(i0, i, j0, j)


def _count(key: str) -> int:
    return key.count(" ") + 1 if key else 0


class Aligner:
    """Two rows of blocks while they are being aligned."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        """Take the normalised texts of both sides' blocks."""
        self.old, self.new = old, new
        coder = Coder()
        self._coded: dict[str, str] = {}
        self._coder = coder
        self.is_coarse = False
        self._cells = 0
        self._gone: set[int] = set()  # blocks that moved away, on the old side
        self._come: set[int] = set()

    def align(self) -> Alignment:
        """Pair the blocks."""
        same, self.is_coarse = common_pairs(self.old, self.new, _weight)
        pairings = [Pairing(i, i + 1, j, j + 1) for i, j in same]
        gaps = list(_gaps(pairings, len(self.old), len(self.new)))
        moves = self._same_elsewhere(gaps)
        self._gone, self._come = {pair.i0 for pair in moves}, {pair.j0 for pair in moves}
        for gap in gaps:
            pairings += self._alike(gap)
        pairings.sort(key=_place)
        moves += self._alike_elsewhere(gaps, [*pairings, *moves])
        return Alignment(tuple(sorted([*pairings, *_runs(moves)], key=_place)), self.is_coarse)

    def _code(self, key: str) -> str:
        coded = self._coded.get(key)
        if coded is None:
            coded = self._coded[key] = self._coder.encode(key.split())
        return coded

    # ------------------------------------------------------------------ moves

    def _same_elsewhere(self, gaps: Sequence[_Gap]) -> list[Pairing]:
        """Pair long blocks that say the same in different gaps, and the short ones that went along with them."""
        waiting: dict[str, list[int]] = {}
        for gap in gaps:
            for j in range(gap.j0, gap.j1):
                waiting.setdefault(self.new[j], []).append(j)
        free_old = {i for gap in gaps for i in range(gap.i0, gap.i1)}
        free_new = {j for gap in gaps for j in range(gap.j0, gap.j1)}
        places = {key: iter(js) for key, js in waiting.items()}
        found = []
        for i in sorted(free_old):
            key = self.old[i]
            place = next(places[key], None) if key in places and key.count(" ") >= _MOVED_WORDS - 1 else None
            if place is not None:
                found.append((i, place))
        free_old.difference_update(i for i, _ in found)
        free_new.difference_update(j for _, j in found)
        for start in tuple(found):
            for step in (-1, 1):
                i, j = start[0] + step, start[1] + step
                while i in free_old and j in free_new and self.old[i] == self.new[j]:
                    found.append((i, j))
                    free_old.discard(i)
                    free_new.discard(j)
                    i, j = i + step, j + step
        return [Pairing(i, i + 1, j, j + 1, moved=True) for i, j in found]

    def _alike_elsewhere(self, gaps: Sequence[_Gap], paired: Sequence[Pairing]) -> list[Pairing]:
        """Pair long blocks of different gaps that are alike, where no other block is nearly as much."""
        done_old = {i for pair in paired for i in range(pair.i0, pair.i1)}
        done_new = {j for pair in paired for j in range(pair.j0, pair.j1)}
        gap_of_old = {i: gap for gap in gaps for i in range(gap.i0, gap.i1) if i not in done_old}
        gap_of_new = {j: gap for gap in gaps for j in range(gap.j0, gap.j1) if j not in done_new}
        olds = [i for i in gap_of_old if self.old[i].count(" ") >= _MOVED_WORDS - 1]
        news = [j for j in gap_of_new if self.new[j].count(" ") >= _MOVED_WORDS - 1]
        if len(gaps) < 2 or not olds or not news or not self._may_compare(len(olds) * len(news)):
            return []
        if sum(self.old[i].count(" ") for i in olds) * sum(self.new[j].count(" ") for j in news) > _MOVED_CELLS:
            self.is_coarse = True
            return []
        forth = self._clear_winners(olds, news, self.old, self.new)
        if not forth:
            return []
        back = self._clear_winners(news, olds, self.new, self.old)
        return [
            Pairing(i, i + 1, j, j + 1, moved=True)
            for i, j in forth.items()
            if back.get(j) == i and gap_of_old[i] is not gap_of_new[j]
        ]

    def _clear_winners(
        self, ones: Sequence[int], others: Sequence[int], one: Sequence[str], other: Sequence[str]
    ) -> dict[int, int]:
        choices = [self._code(other[index]) for index in others]
        winners = {}
        for index in ones:
            coded = self._code(one[index])
            near = process.extract(
                coded, choices, scorer=fuzz.ratio, processor=None, limit=2, score_cutoff=_MOVED - _MOVED_MARGIN
            )
            if not near or near[0][1] < _MOVED or (len(near) > 1 and near[0][1] - near[1][1] < _MOVED_MARGIN):
                continue
            winners[index] = others[near[0][2]]
        return winners

    def _may_compare(self, cells: int) -> bool:
        self._cells += cells
        if self._cells <= _MAX_CELLS:
            return True
        self._cells -= cells
        self.is_coarse = True
        return False

    # ------------------------------------------------------------------ inside a gap

    def _alike(self, gap: _Gap) -> list[Pairing]:
        """Pair blocks of one gap that are alike, in order, and the runs into which blocks were split."""
        olds = [i for i in range(gap.i0, gap.i1) if i not in self._gone]
        news = [j for j in range(gap.j0, gap.j1) if j not in self._come]
        if not olds or not news:
            return []
        if len(olds) == len(news) == 1:
            i, j = olds[0], news[0]
            return [Pairing(i, i + 1, j, j + 1)] if self._likeness(i, j) else []
        is_whole = len(olds) == gap.i1 - gap.i0 and len(news) == gap.j1 - gap.j0
        if is_whole and " ".join(self.old[gap.i0 : gap.i1]) == " ".join(self.new[gap.j0 : gap.j1]):
            return [Pairing(gap.i0, gap.i1, gap.j0, gap.j1)]
        ties = [tie for part in self._windows(olds, news) for tie in self._ties(*part)]
        chain = [Pairing(ties[n][0], ties[n][0] + 1, ties[n][1], ties[n][1] + 1) for n in heaviest_chain(ties)]
        return self._rebroken(gap, chain)

    def _windows(self, olds: Sequence[int], news: Sequence[int]) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Cut a gap too large to compare as a whole into parts at the same share of both sides."""
        height, width = len(olds), len(news)
        count = 1
        while (height // count) * (width // count) > _WINDOW_CELLS:
            count += 1
        self.is_coarse |= count > 1
        for n in range(count):
            some = olds[height * n // count : height * (n + 1) // count]
            others = news[width * n // count : width * (n + 1) // count]
            if self._may_compare(len(some) * len(others)):
                yield some, others

    def _ties(self, olds: Sequence[int], news: Sequence[int]) -> list[tuple[int, int, float]]:
        choices = [self._code(self.new[j]) for j in news]
        longest = max(map(len, choices))
        short = {n: self.new[j] for n, j in enumerate(news) if _is_short(self.new[j])}
        ties = []
        for i in olds:
            coded = self._code(self.old[i])
            if len(coded) * longest <= MAX_CELLS:
                near = _nearest(coded, choices, _ALIKE)
            else:
                near = {n: score for n, choice in enumerate(choices) if (score := self._score(coded, choice)) >= _ALIKE}
            if short and _is_short(self.old[i]):
                for n, score in _nearest(self.old[i], short, _ALIKE_SHORT).items():
                    near[n] = max(near.get(n, 0.0), score)
            ties += [(i, news[n], score * sqrt(len(coded) + len(choices[n]))) for n, score in near.items()]
        return ties

    def _likeness(self, i: int, j: int) -> float:
        old, new = self.old[i], self.new[j]
        score = self._score(self._code(old), self._code(new))
        if score < _ALIKE and _is_short(old) and _is_short(new):
            return fuzz.ratio(old, new, score_cutoff=_ALIKE_SHORT)
        return score if score >= _ALIKE else 0.0

    def _score(self, old: str, new: str) -> float:
        """How alike two texts are, 0 to 100; of very long ones only the words that they share, in any order."""
        if len(old) * len(new) > MAX_CELLS:
            self.is_coarse = True
            return _SAME * 2 * (Counter(old) & Counter(new)).total() / (len(old) + len(new))
        return fuzz.ratio(old, new)

    # ------------------------------------------------------------------ splits and joins

    def _rebroken(self, gap: _Gap, chain: list[Pairing]) -> list[Pairing]:
        """Let pairs take in the free blocks beside them that make them more alike, then pair the free runs left."""
        found: list[Pairing] = []
        i, j = gap.i0, gap.j0
        for n, pair in enumerate(chain):
            following = chain[n + 1] if n + 1 < len(chain) else None
            end_i, end_j = (following.i0, following.j0) if following else (gap.i1, gap.j1)
            grown = self._grown(pair, _Gap(i, end_i, j, end_j))
            found += self._free_runs(i, grown.i0, j, grown.j0)
            found.append(grown)
            i, j = grown.i1, grown.j1
        return found + self._free_runs(i, gap.i1, j, gap.j1)

    def _grown(self, pair: Pairing, room: _Gap) -> Pairing:
        """The pair with as many free blocks beside it, on one side, as make it more alike."""
        if (room.i0, room.i1, room.j0, room.j1) == (pair.i0, pair.i1, pair.j0, pair.j1):
            return pair
        score = self._ratio(pair)
        for _ in range(_REBROKEN_BLOCKS):
            wider = [one for one in _widened(pair) if score < _SAME and self._is_free(one, room)]
            best = max(wider, key=self._ratio, default=pair)
            gained = self._ratio(best)
            if gained < max(score + _REBROKEN_GAIN, _REBROKEN):
                break
            pair, score = best, gained
        return pair

    def _is_free(self, pair: Pairing, room: _Gap) -> bool:
        is_inside = room.i0 <= pair.i0 and pair.i1 <= room.i1 and room.j0 <= pair.j0 and pair.j1 <= room.j1
        return (
            is_inside
            and self._gone.isdisjoint(range(pair.i0, pair.i1))
            and self._come.isdisjoint(range(pair.j0, pair.j1))
        )

    def _free_runs(self, i0: int, i1: int, j0: int, j1: int) -> list[Pairing]:
        """Pair a free block with the free run opposite, or two runs that say nearly the same in other paragraphs."""
        height, width = i1 - i0, j1 - j0
        if not height or not width or max(height, width) > _REBROKEN_BLOCKS or height == width == 1:
            return []
        whole = Pairing(i0, i1, j0, j1)
        wanted = _REBROKEN if min(height, width) == 1 else _REBROKEN_RUNS
        return [whole] if self._is_free(whole, _Gap(i0, i1, j0, j1)) and self._ratio(whole) >= wanted else []

    def _ratio(self, pair: Pairing) -> float:
        old = "".join(map(self._code, self.old[pair.i0 : pair.i1]))
        new = "".join(map(self._code, self.new[pair.j0 : pair.j1]))
        return self._score(old, new)


def _is_short(key: str) -> bool:
    """Whether a block has so few words that its letters are compared too."""
    return len(key) <= _SHORT_CHARS and key.count(" ") < _FEW_WORDS


def _weight(key: str) -> float:
    return 1.0 + sqrt(len(key))


def _nearest(wanted: str, choices: Sequence[str] | Mapping[int, str], cutoff: float) -> dict[int, float]:
    found = process.extract(wanted, choices, scorer=fuzz.ratio, processor=None, limit=_CANDIDATES, score_cutoff=cutoff)
    return {place: score for _, score, place in found}


def _widened(pair: Pairing) -> list[Pairing]:
    """The pair with one block more at each end, as long as one side keeps a single block."""
    i0, i1, j0, j1 = pair.i0, pair.i1, pair.j0, pair.j1
    of_old = [Pairing(i0 - 1, i1, j0, j1), Pairing(i0, i1 + 1, j0, j1)] if j1 - j0 == 1 else []
    of_new = [Pairing(i0, i1, j0 - 1, j1), Pairing(i0, i1, j0, j1 + 1)] if i1 - i0 == 1 else []
    return of_old + of_new


def _place(pair: Pairing) -> tuple[int, int]:
    return (pair.i0, pair.j0)


def _gaps(pairings: Sequence[Pairing], height: int, width: int) -> Iterator[_Gap]:
    i = j = 0
    for pair in [*pairings, Pairing(height, height, width, width)]:
        if pair.i0 > i or pair.j0 > j:
            yield _Gap(i, pair.i0, j, pair.j0)
        i, j = pair.i1, pair.j1


def _runs(moves: Sequence[Pairing]) -> list[Pairing]:
    """Join moves of blocks that follow one another on both sides."""
    joined: list[Pairing] = []
    for move in sorted(moves, key=_place):
        if joined and (joined[-1].i1, joined[-1].j1) == (move.i0, move.j0):
            joined[-1] = Pairing(joined[-1].i0, move.i1, joined[-1].j0, move.j1, moved=True)
        else:
            joined.append(move)
    return joined
