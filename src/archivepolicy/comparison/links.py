"""Links of a block: whether it says anything beside them.

In: a block's Markdown. Out: how many links it is made of, and whether they lead within the page. A block of nothing but links
is navigation more often than policy: a table of contents, a menu, related articles.
"""

from __future__ import annotations

import re

from archivepolicy.comparison.words import TARGET, words_of

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
