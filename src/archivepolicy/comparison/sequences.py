"""Sequences: which items two rows have in common, in order, with bounded memory.

In: two rows of strings. Out: index pairs, ascending on both sides. Items that occur once on either side are tied first,
the heaviest chain of them; what lies between is left to rapidfuzz's bit-parallel longest common subsequence, whose matrix
takes n·m/8 bytes and is therefore bounded.

Deliberately absent: any notion of text.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rapidfuzz.distance import LCSseq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_CELLS = 200_000_000  # 25 MB of matrix, about 10 ms
_FIRST_SURROGATE = 0xD800
_SURROGATES = 0x800
_LAST_CODE = 0x10FFFF


def common_length(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two rows begin with in common.

    >>> common_length("section", "sector")
    4
    """
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


class Coder:
    """Writes items as characters, one for each distinct item, because rapidfuzz compares strings fastest."""

    __slots__ = ("_codes",)

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def encode(self, items: Iterable[str]) -> str:
        """Write a row as a string; beyond 1.1 million distinct items some share a character, so equality is to be checked."""
        codes = self._codes
        made = []
        for item in items:
            code = codes.get(item)
            if code is None:
                number = len(codes) + 1
                number += _SURROGATES * (number >= _FIRST_SURROGATE)
                code = codes[item] = chr(number if number <= _LAST_CODE else 1 + hash(item) % (_FIRST_SURROGATE - 1))
            made.append(code)
        return "".join(made)


def heaviest_chain(ties: Sequence[tuple[int, int, float]]) -> list[int]:
    """Choose ties that ascend on both sides with the greatest total weight.

    Args:
        ties: (place on the left, place on the right, weight above 0), in any order.

    Returns:
        Indices into `ties`, ascending on both sides.

    >>> heaviest_chain([(0, 2, 1.0), (1, 0, 1.0), (2, 1, 1.5)])
    [1, 2]
    """
    order = sorted(range(len(ties)), key=lambda n: (ties[n][0], -ties[n][1]))
    places = {right: place for place, right in enumerate(sorted({right for _, right, _ in ties}), start=1)}
    size = len(places)
    totals, ends = (
        [0.0] * (size + 1),
        [-1] * (size + 1),
    )  # a Fenwick tree: the best chain that ends at or before a place
    before = [-1] * len(ties)
    top_total, top = 0.0, -1
    for n in order:
        _, right, weight = ties[n]
        at = places[right] - 1
        total, end = 0.0, -1
        while at:
            if totals[at] > total:
                total, end = totals[at], ends[at]
            at &= at - 1
        before[n] = end
        total += weight
        if total > top_total:
            top_total, top = total, n
        at = places[right]
        while at <= size:
            if total > totals[at]:
                totals[at], ends[at] = total, n
            at += at & -at
    chain = []
    while top >= 0:
        chain.append(top)
        top = before[top]
    return chain[::-1]


def common_pairs(
    old: Sequence[str], new: Sequence[str], weight: Callable[[str], float]
) -> tuple[list[tuple[int, int]], bool]:
    """Find what two rows have in common, in order.

    Args:
        old: The one row.
        new: The other.
        weight: How much an item is worth, above 0.

    Returns:
        Index pairs, ascending on both sides, and whether they may be fewer than possible because the rows were too long.
    """
    in_old, in_new = Counter(old), Counter(new)
    place = {item: index for index, item in enumerate(new) if in_new[item] == 1 and in_old.get(item) == 1}
    ties = [(index, place[item], weight(item)) for index, item in enumerate(old) if item in place]
    anchors = [(ties[n][0], ties[n][1]) for n in heaviest_chain(ties)]
    pairs: list[tuple[int, int]] = []
    is_coarse = False
    left = right = 0
    for i, j in [*anchors, (len(old), len(new))]:
        olds = [index for index in range(left, i) if in_new.get(old[index])]
        news = [index for index in range(right, j) if in_old.get(new[index])]
        if len(olds) * len(news) > MAX_CELLS:
            is_coarse = True
        elif olds and news:
            pairs += _common_between(old, new, olds, news)
        pairs.append((i, j))
        left, right = i + 1, j + 1
    return pairs[:-1], is_coarse


def _common_between(
    old: Sequence[str], new: Sequence[str], olds: Sequence[int], news: Sequence[int]
) -> list[tuple[int, int]]:
    coder = Coder()
    one, other = coder.encode(old[index] for index in olds), coder.encode(new[index] for index in news)
    return [
        (olds[n], news[block.b + n - block.a])
        for block in LCSseq.editops(one, other).as_matching_blocks()
        for n in range(block.a, block.a + block.size)
        if old[olds[n]] == new[news[block.b + n - block.a]]
    ]
