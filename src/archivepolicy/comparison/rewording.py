"""Rewording: which words of one block answer to which of another.

In: the words of two blocks that answer to each other. Out: runs, equal or not, that cover both. Words are compared where
most of them are the same; else sentences are paired first; else the whole block was replaced. Islands of one or two equal
words between two edits are taken into them: nobody reads such shreds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from archivepolicy.comparison.sentences import sentences_of
from archivepolicy.comparison.sequences import MAX_CELLS, Coder, common_length, common_pairs, heaviest_chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.comparison.words import Words

_MOST_SAME = 65.0  # at most 35 % of the words changed
_SENTENCE_ALIKE = 60.0
_SENTENCE_CELLS = 40_000
_ISLAND_WORDS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """Words `[i0:i1]` of the old block and `[j0:j1]` of the new one; the same words where `equal`."""

    i0: int
    i1: int
    j0: int
    j1: int
    equal: bool


def reworded(old: Words, new: Words) -> list[Run]:
    """Compare two blocks' words; swapped sides give the mirrored runs.

    Returns:
        Runs that follow one another on both sides, equal and unequal ones in turn; empty where neither side has a word.
    """
    if old.keys == new.keys:
        return [Run(0, len(old.keys), 0, len(new.keys), equal=True)] if old.keys else []
    is_swapped = new.keys < old.keys
    one, other = (new, old) if is_swapped else (old, new)
    runs = list(_without_islands(_joined(_checked(run, one, other) for run in _runs(one, other))))
    return [Run(run.j0, run.j1, run.i0, run.i1, run.equal) for run in runs] if is_swapped else runs


def _runs(old: Words, new: Words) -> Iterator[Run]:
    """The two sides from end to end: first what they begin and end with, then what lies between."""
    start = common_length(old.keys, new.keys)
    rest = min(len(old.keys), len(new.keys)) - start
    end = common_length(old.keys[: -rest - 1 : -1], new.keys[: -rest - 1 : -1]) if rest else 0
    height, width = len(old.keys), len(new.keys)
    yield Run(0, start, 0, start, equal=True)
    coder = Coder()
    one, other = coder.encode(old.keys), coder.encode(new.keys)
    if _is_small(height - start - end, width - start - end) and fuzz.ratio(one, other) >= _MOST_SAME:
        yield from _by_words(one, other, (start, height - end, start, width - end))
    else:
        yield from _by_sentences(old, new, (one, other), (start, height - end, start, width - end))
    yield Run(height - end, height, width - end, width, equal=True)


def _checked(run: Run, old: Words, new: Words) -> Run:
    """An equal run is equal indeed: characters stand for words only as far as there are enough characters."""
    if run.equal and old.keys[run.i0 : run.i1] != new.keys[run.j0 : run.j1]:
        return Run(run.i0, run.i1, run.j0, run.j1, equal=False)
    return run


def is_too_long(old: Words, new: Words) -> bool:
    """Whether two blocks are so long that only whole sentences of them are compared."""
    return not _is_small(len(old.keys), len(new.keys))


def _is_small(height: int, width: int) -> bool:
    return height * width <= MAX_CELLS


def _by_words(one: str, other: str, part: tuple[int, int, int, int]) -> Iterator[Run]:
    i0, i1, j0, j1 = part
    for op in LCSseq.opcodes(one[i0:i1], other[j0:j1]):
        is_equal = op.tag == "equal"
        yield Run(i0 + op.src_start, i0 + op.src_end, j0 + op.dest_start, j0 + op.dest_end, is_equal)


def _by_sentences(old: Words, new: Words, coded: tuple[str, str], part: tuple[int, int, int, int]) -> Iterator[Run]:
    """Pair the sentences of a part, equal ones before similar ones; what finds no partner was replaced."""
    i0, i1, j0, j1 = part
    ones, others = _clipped(sentences_of(old), i0, i1), _clipped(sentences_of(new), j0, j1)
    old_texts, new_texts = [coded[0][a:b] for a, b in ones], [coded[1][a:b] for a, b in others]
    same, _ = common_pairs(old_texts, new_texts, len)
    i, j = i0, j0
    for n, m in [*_with_similar(old_texts, new_texts, same), (len(ones), len(others))]:
        (a, b), (c, d) = (ones[n], others[m]) if n < len(ones) else ((i1, i1), (j1, j1))
        yield Run(i, a, j, c, equal=False)
        if _is_small(b - a, d - c):
            yield from _by_words(coded[0], coded[1], (a, b, c, d))
        else:
            yield Run(a, b, c, d, equal=False)
        i, j = b, d


def _clipped(ranges: Sequence[tuple[int, int]], first: int, end: int) -> list[tuple[int, int]]:
    return [(max(a, first), min(b, end)) for a, b in ranges if b > first and a < end]


def _with_similar(old: Sequence[str], new: Sequence[str], same: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    i = j = 0
    for n, m in [*same, (len(old), len(new))]:
        if (n - i) * (m - j) <= _SENTENCE_CELLS:
            ties = [
                (a, b, score * sqrt(len(old[a]) + len(new[b])))
                for a in range(i, n)
                for b in range(j, m)
                if _is_small(len(old[a]), len(new[b]))
                and (score := fuzz.ratio(old[a], new[b], score_cutoff=_SENTENCE_ALIKE))
            ]
            pairs += [(ties[k][0], ties[k][1]) for k in heaviest_chain(ties)]
        pairs.append((n, m))
        i, j = n + 1, m + 1
    return pairs[:-1]


def _joined(runs: Iterator[Run]) -> list[Run]:
    """Runs of one kind that follow one another, as one; empty ones left out."""
    found: list[Run] = []
    for run in runs:
        if run.i0 == run.i1 and run.j0 == run.j1:
            continue
        if found and found[-1].equal == run.equal:
            last = found[-1]
            found[-1] = Run(last.i0, run.i1, last.j0, run.j1, run.equal)
        else:
            found.append(run)
    return found


def _without_islands(runs: Sequence[Run]) -> Iterator[Run]:
    held: Run | None = None  # the edit that is still growing
    for place, run in enumerate(runs):
        is_island = run.equal and 0 < place < len(runs) - 1 and run.i1 - run.i0 <= _ISLAND_WORDS
        if run.equal and not is_island:
            if held:
                yield held
            held = None
            yield run
        else:
            held = (
                Run(held.i0, run.i1, held.j0, run.j1, equal=False)
                if held
                else Run(run.i0, run.i1, run.j0, run.j1, False)
            )
    if held:
        yield held
