"""Sections: under which headings each block stands.

In: blocks. Out: for each the words of the headings above it, outermost first. A heading stands under those above it, not
under itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from archivepolicy.comparison.words import TARGET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.comparison.blocks import Block

_MARKS = re.compile(
    rf"!\[[^\[\]]*+\]{TARGET}|\]{TARGET}|[*#\[\]\\\ufeff\u200b]|(?<!\w)_|_(?!\w)|^\s*(?:=+|-{{2,}})\s*$|<[^<>]*>",
    re.MULTILINE,
)
_CHARS = 160
_CACHED_HEADINGS = 1 << 12


def section_paths(blocks: Sequence[Block]) -> list[tuple[str, ...]]:
    """The headings above each block; as many as there are blocks."""
    paths = []
    above: list[tuple[int, str]] = []
    path: tuple[str, ...] = ()
    for block in blocks:
        if block.level:
            above = [one for one in above if one[0] < block.level]
            paths.append(tuple(words for _, words in above))
            if words := plain(block.raw):
                above.append((block.level, words))
            path = tuple(words for _, words in above)
        else:
            paths.append(path)
    return paths


@lru_cache(maxsize=_CACHED_HEADINGS)
def plain(markdown: str) -> str:
    r"""A short text without marks, white space folded; remembered, since both sides have most headings.

    >>> plain("## 2. [Your *data*](#data)\n-----\n")
    '2. Your data'
    """
    return " ".join(_MARKS.sub(" ", markdown[: 4 * _CHARS]).split())[:_CHARS].replace(" .", ".")
