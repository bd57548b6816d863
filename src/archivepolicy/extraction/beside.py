"""Dates beside the text: what a template prints of a page's age into its footer, its header or a line of small print.

In: an element that is about to be dropped, or that was. Out: whether it says no more than a document's title and date, so
that it stays, and the lines in it that may date the document. A footer goes as before, but "Last updated on 3 May 2021" in
it is known to nobody else. Lists of dates are left alone: they are news, articles or comments.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction.elements import INLINE, children_of, words_of
from archivepolicy.extraction.stated_dates import find_stated_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

# rules whose victims may hold the page's own date: what templates put around a text
RULES = frozenset({
    "prune/footer", "prune/header", "prune/aside", "prune/role-contentinfo", "prune/role-banner",
    "prune/role-complementary", "prune/name-strong", "prune/name-weak", "select/outside",
})  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LINE_CHARS = 200
_SHORT_CHARS = 120
# with more of them an element is a list of pages with their dates
_MAX_LINES = 2
# and with more years than this one of articles, whatever it says of them
_MAX_YEARS = 20
_LABEL_CHARS = 60
_DATED_LINES = 20  # read; a page with more has lists of dates
_CONTROLS = ("a", "button", "form")


def is_dated_line(element: etree._Element) -> bool:
    """Whether a short element without links or buttons states a date of the document: no name makes that chrome."""
    if next(element.iter(*_CONTROLS), None) is not None:
        return False
    words = words_of(element, limit=_SHORT_CHARS + 1)
    return len(words) <= _SHORT_CHARS and _YEAR.search(words) is not None and bool(find_stated_dates(words, None))


def lines_beside(dropped: Iterable[tuple[etree._Element, str]]) -> list[str]:
    """The lines that may date the text of what was dropped, each element with its rule, in order; may be empty."""
    lines: list[str] = []
    for element, rule in dropped:
        if len(lines) >= _DATED_LINES:
            break
        lines += dated_lines(element, rule)
    return lines


def dated_lines(element: etree._Element, rule: str) -> list[str]:
    """The lines of an element that state a date, where they are so few that it can be the page's own; may be empty."""
    if rule not in RULES or not _holds_year(element):
        return []
    found: list[str] = []
    before = ""
    lines = _lines(element)
    if sum(_YEAR.search(line) is not None for line in lines) > _MAX_YEARS:
        return []
    for line in lines:
        dated = _YEAR.search(line) is not None
        if dated and len(line) <= _LINE_CHARS:
            # a label on a line of its own stands above its date
            found += [one for one in (line, f"{before}: {line.lstrip(' :')}") if find_stated_dates(one, None)][:1]
        before = line.rstrip(" :") if len(line) <= _LABEL_CHARS and not dated else ""
    return found if len(found) <= _MAX_LINES else []


def _holds_year(element: etree._Element) -> bool:
    """Whether a year stands in a text of an element; in most nothing does that could begin one."""
    text = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    return ("20" in text or "19" in text) and any(_YEAR.search(str(text)) for text in element.itertext())


def _lines(element: etree._Element) -> list[str]:
    """The text of an element by lines: a block is one, and so are a link and what stands between them."""
    pieces: list[str] = []

    def read(node: etree._Element) -> None:
        tag = node.tag
        is_block = tag not in INLINE or tag in _CONTROLS
        if is_block:
            pieces.append("\n")
        if text := node.text:
            pieces.append(text.replace("\n", " "))
        for child in children_of(node):
            read(child)
            if text := child.tail:
                pieces.append(text.replace("\n", " "))
        if is_block:
            pieces.append("\n")

    read(element)
    return [folded for line in "".join(pieces).split("\n") if (folded := " ".join(line.split()))]
