"""Furniture: what of a page's words is not the policy's, as far as its structure tells.

In: blocks. Out: whether one is a menu, a table of contents, a doubled title, a heading without anything under it. A block of
nothing but links is navigation more often than policy.

Deliberately absent: any list of phrases ("Share this article"): it would be tuned to the pages it was read from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.comparison.blocks import BOLD_LEVEL, content_of
from archivepolicy.comparison.words import TARGET, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.comparison.blocks import Block

_MENU_LINKS = 3  # nothing but so many links in one block is a menu
_LINK = re.compile(rf"(?<!!)\[((?:[^\[\]]|!\[[^\[\]]*\]{TARGET})*+)\]({TARGET})")


def links_of(markdown: str) -> int:
    """How many links with words a block is made of; 0 where it has words beside them, or none at all.

    >>> links_of("* [Home](/) | [About](/about)"), links_of("See [here](/).")
    (2, 0)
    """
    if "](" not in markdown:
        return 0
    count = sum(1 for match in _LINK.finditer(markdown) if words_of(match.group(1)).raw)
    return count if count and not words_of(_LINK.sub(" ", markdown)).raw else 0


def links_within(markdown: str) -> bool:
    """Whether all links of a block lead to places of its own page, as a table of contents does."""
    return all(match.group(2).startswith("(#") for match in _LINK.finditer(markdown))


def heads_nothing(blocks: Sequence[Block], place: int) -> bool:
    """Whether a heading is the page's title, which extraction may or may not have found, or the last block of all."""
    block = blocks[place]
    is_title = place == 0 and block.level == 1
    return is_title or (place == len(blocks) - 1 and 0 < block.level < BOLD_LEVEL)


def is_doubled(blocks: Sequence[Block], place: int) -> bool:
    """Whether a heading stands beside another with the same words."""
    around = [blocks[n] for n in (place - 1, place + 1) if 0 <= n < len(blocks)]
    key = content_of(blocks[place].raw).key
    return blocks[place].level > 0 and any(one.level and content_of(one.raw).key == key for one in around)


def is_navigation(blocks: Sequence[Block], place: int) -> bool:
    """Whether a block is a menu, a line of a table of contents, or one of several paragraphs that are a link each."""
    block = blocks[place]
    count = links_of(block.raw)
    if count >= _MENU_LINKS or (count and links_within(block.raw)):
        return True
    around = [blocks[n] for n in (place - 1, place + 1) if 0 <= n < len(blocks)]
    return (
        count > 0 and block.kind == "paragraph" and any(one.kind == "paragraph" and links_of(one.raw) for one in around)
    )
