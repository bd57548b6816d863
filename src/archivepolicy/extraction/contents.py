"""Telling a policy's own table of contents from the site's navigation.

In: an element that pruning is about to drop. Out: whether it is a list of links into the text that stands around it
(`#data-we-collect`). Such a list in the flow of the text is the author's; one in a column beside the text is the
template's, and repeats the headings (both readings: 162 pages of Open Terms Archive, whose people kept the first kind on
every page that has it). A list between the policy's heading and its text is in the flow wherever its targets are wrapped,
if it names nothing but headings of that text and calls itself no column. Nothing is changed here.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.elements import words_of
from archivepolicy.extraction.names import normal_names

if TYPE_CHECKING:
    from archivepolicy.extraction.weights import Weights

_MIN_LINKS = 3
_MIN_LINK_DENSITY = 0.5
# of the links, as many must lead to places of their own among the blocks beside the list
_PLACED_SHARE = 0.5
_ANCHOR = re.compile("#.")
_NAMES = etree.XPath("descendant-or-self::*/@id | descendant-or-self::a/@name")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# what templates call a column beside the text, or a list that follows the reader down the page
_COLUMN = re.compile(r"(?:^|[\s-])(?:sticky|fixed|side-?bar|side-?nav|rail|aside|col(?:umns?)?|grid-col)(?:$|[\s-])")
_COLUMN_STYLE = re.compile(r"position\s*:\s*(?:sticky|fixed)|float\s*:\s*(?:left|right)", re.IGNORECASE)
# lists that are held against the whole text, since each costs what stands around it
_MAX_READ = 20
_NOT_LETTERS = re.compile(r"[\W_]+")


class Contents:
    """Knows the anchors of one body."""

    def __init__(self, body: etree._Element, weights: Weights) -> None:
        self._body = body
        self._weights = weights
        self._anchors: dict[str, etree._Element] | None = None
        self._read = 0

    def is_contents(self, element: etree._Element) -> bool:
        """Whether an element is a table of contents in the flow of the text."""
        if self._weights[element].link_density < _MIN_LINK_DENSITY:
            return False
        return self._leads_to_blocks(element) or self.is_below_title(element)

    def is_below_title(self, element: etree._Element) -> bool:
        """Whether an element stands between an `h1` and a text, all of its links bear the names of that text's headings."""
        links = [link for link in element.iter("a") if link.get("href")]
        if len(links) < _MIN_LINKS or not all(_ANCHOR.match(link.get("href", "")) for link in links):
            return False
        self._read += 1
        shell = self._shell(element)
        if (
            self._read > _MAX_READ
            or _is_column(shell, element)
            or not any(_has_title(before) for before in shell.itersiblings(preceding=True))
        ):
            return False
        behind = set(shell.itersiblings())
        if not all(self._place(link.get("href", "")[1:], shell) in behind for link in links):
            return False
        named = {_letters(heading) for after in behind for heading in after.iter(*_HEADINGS)}
        if not all(_letters(link) in named for link in links):
            return False
        # templates print the list twice, for wide and for narrow screens: the one within the text stays anyway
        again = {link.get("href") for after in behind for link in after.iter("a") if not _is_in_heading(link)}
        return not {link.get("href") for link in links} <= again

    def _leads_to_blocks(self, element: etree._Element) -> bool:
        """Whether links of an element lead to blocks of their own beside it."""
        hrefs = [href for link in element.iter("a") if (href := (link.get("href") or "").strip())]
        fragments = {href[1:] for href in hrefs if href.startswith("#") and len(href) > 1}
        if len(fragments) < _MIN_LINKS or 2 * sum(href.startswith("#") for href in hrefs) < len(hrefs):
            return False
        shell = self._shell(element)
        places = {place for fragment in fragments if (place := self._place(fragment, shell)) is not None}
        return len(places) >= max(_MIN_LINKS, _PLACED_SHARE * len(fragments))

    def _shell(self, element: etree._Element) -> etree._Element:
        """The outermost element that holds no more text than this one."""
        chars = self._weights[element].chars
        while (parent := element.getparent()) is not None and parent is not self._body:
            if self._weights[parent].chars > chars:
                break
            element = parent
        return element

    def _place(self, fragment: str, shell: etree._Element) -> etree._Element | None:
        """Which of the blocks beside an element holds an anchor."""
        if self._anchors is None:
            names = cast("list[etree._ElementUnicodeResult]", _NAMES(self._body))
            self._anchors = {str(name): cast("etree._Element", name.getparent()) for name in names if name}
        flow, element = shell.getparent(), self._anchors.get(fragment)
        while element is not None and element.getparent() is not flow:
            element = element.getparent()
        return None if element is shell else element


def _is_column(shell: etree._Element, element: etree._Element) -> bool:
    """Whether the names or styles from an element out to its shell call it a column."""
    inner = itertools.takewhile(lambda outer: outer is not shell.getparent(), element.iterancestors())
    return any(
        _COLUMN.search(normal_names(f"{one.get('class') or ''} {one.get('id') or ''}")) is not None
        or _COLUMN_STYLE.search(one.get("style") or "") is not None
        for one in (element, *inner)
    )


def _has_title(element: etree._Element) -> bool:
    return any(words_of(heading, limit=1) for heading in element.iter("h1"))


def _is_in_heading(link: etree._Element) -> bool:
    return any(outer.tag in _HEADINGS for outer in itertools.islice(link.iterancestors(), 3))


def _letters(element: etree._Element) -> str:
    return _NOT_LETTERS.sub("", words_of(element)).casefold()
