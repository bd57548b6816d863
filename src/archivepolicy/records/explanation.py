"""Explanation: a page from its first line to its last, with what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.document import Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a page.

    Attributes:
        text: Its words, white space folded; never empty.
        tag: The element that it stands in: `h1` to `h6`, `li`, or `p` for everything else.
        rule: The rule that removed it; None where it was kept; empty where it is not in the product and no rule of the log
            names it.
    """

    text: str
    tag: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What of a page is in its product, and what is not.

    Attributes:
        title: The document's title.
        url: The page's original URL, or None.
        parts: In the page's order.
        elsewhere: Removals that no line of the page shows: inserts in its source, text that stands across a PDF's page.
    """

    title: str
    url: str | None
    parts: tuple[Part, ...]
    elsewhere: tuple[Removal, ...]
