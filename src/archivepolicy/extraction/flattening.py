"""A page whose elements nest without end, parsed so that none lies below a bound.

In: a page's source. Out: its tree, in which wrappers below the bound are passed over and their words kept. It is built event by
event, which no depth troubles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction.elements import append_text

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python's own recursion bound is 1,000 frames and markdownify takes three a level. No real page seen is deeper than 70.
MAX_DEPTH = 140
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "frame", "basefont",
})  # fmt: skip
_AT_BOUND = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")


def is_too_deep(root: etree._Element) -> bool:
    """Whether some element lies below the bound; asked of libxml2, which answers without recursion."""
    return bool(_AT_BOUND(root))


class _FlatBuilder:
    """Builds a tree in which nothing lies below the bound: wrappers below it are passed over, their words kept."""

    def __init__(self) -> None:
        self._root = etree.Element("html")
        self._path: list[etree._Element] = [self._root]
        self._below: list[str] = []
        self._words: list[str] = []

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        """Open an element, or pass it over below the bound."""
        tag = _str(tag)
        if len(self._path) >= MAX_DEPTH and tag not in _VOID:
            self._below.append(tag)
            self._words.append("\n")
            return
        self._put_words()
        if tag == "html" and len(self._path) == 1:
            return
        element = etree.SubElement(
            self._path[-1], tag, {_str(name): _str(value or "") for name, value in attrib.items()}
        )
        if tag not in _VOID and not self._below:
            self._path.append(element)

    def end(self, tag: str | bytes) -> None:
        """Close an element."""
        tag = _str(tag)
        if self._below:
            self._below.pop()
        elif len(self._path) > 1 and self._path[-1].tag == tag:
            self._put_words()
            self._path.pop()

    def data(self, data: str | bytes) -> None:
        """Add text where it stands."""
        if not self._below or self._below[-1] not in ("script", "style"):
            self._words.append(_str(data))

    def _put_words(self) -> None:
        """Write what was read since the last element into the tree at once: piece by piece takes the square of it."""
        if self._words:
            append_text(self._path[-1], "".join(self._words))
            self._words.clear()

    def comment(self, text: str | bytes) -> None:
        """Pass a comment over."""

    def close(self) -> etree._Element:
        """Give the root."""
        self._put_words()
        return self._root


def _str(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def flattened(source: bytes) -> etree._Element | None:
    """Parse event by event, which no depth troubles; None where the page holds nothing at all."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, target=_FlatBuilder())
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if isinstance(root, etree._Element) and len(root) else None
