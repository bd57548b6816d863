"""Telling a policy's own table of contents from the site's navigation.

In: an element that pruning is about to drop. Out: whether it is a list of links into the text that stands around it
(`#data-we-collect`). Such a list in the flow of the text is the author's; one in a column beside the text is the
template's, and repeats the headings (both readings: 162 pages of Open Terms Archive, whose people kept the first kind on
every page that has it). Nothing is changed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

    from archivepolicy.extraction.weights import Weights

_MIN_LINKS = 3
_MIN_LINK_DENSITY = 0.5
# of the links, as many must lead to places of their own among the blocks beside the list
_PLACED_SHARE = 0.5


class Contents:
    """Knows the anchors of one body."""

    def __init__(self, body: etree._Element, weights: Weights) -> None:
        self._body = body
        self._weights = weights
        self._anchors: dict[str, etree._Element] | None = None

    def is_contents(self, element: etree._Element) -> bool:
        """Whether an element is a table of contents in the flow of the text."""
        if self._weights[element].link_density < _MIN_LINK_DENSITY:
            return False
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
            self._anchors = {name: element for element in self._body.iter("*") for name in _names(element)}
        flow, element = shell.getparent(), self._anchors.get(fragment)
        while element is not None and element.getparent() is not flow:
            element = element.getparent()
        return None if element is shell else element


def _names(element: etree._Element) -> list[str]:
    names = [element.get("id"), element.get("name") if element.tag == "a" else None]
    return [name for name in names if name]
