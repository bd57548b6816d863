"""The few moves on lxml's elements that every step needs.

In: elements of a page, or of what was selected of it. Out: their words, and the same tree with elements dropped or unwrapped,
the text around them kept. Nothing is judged here.
"""

from __future__ import annotations

import operator
import sys
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# elements that stand in a line of text; all others begin a new one
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
# white space, and signs that take no room
UNSEEN = " \t\r\n\f\v\xa0\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# So many children are past counting. Where libxml2 takes them out, it leaves as many pieces of text side by side, and lxml
# joins those anew at each look, which takes the square of their number: fewer do not matter.
MANY = 1000
_WIDE = etree.XPath(f"descendant-or-self::*[*[{MANY}]]")


def folded(text: str) -> str:
    """White space folded to single spaces, none at the ends."""
    return " ".join(text.split())


def words_of(element: etree._Element, *, limit: int | None = None) -> str:
    """Text of an element, white space folded, a space around every block; reading stops soon after `limit` characters."""
    if not len(element):  # as many blocks
        return folded(element.text or "")[:limit]
    pieces: list[str] = []
    _read(element, pieces, sys.maxsize if limit is None else limit)
    return folded("".join(pieces))[:limit]


def _read(element: etree._Element, pieces: list[str], left: int) -> int:
    """Add an element's text to the pieces while characters are left; gives how many still are, below 0 at the end."""
    if text := element.text:
        pieces.append(text)
        left -= len(text.strip())
    for child in children_of(element):
        if left < 0:
            break
        is_block = child.tag not in INLINE
        if is_block:
            pieces.append(" ")
        left = _read(child, pieces, left)
        if left < 0:
            break
        if is_block:
            pieces.append(" ")
        if text := child.tail:
            pieces.append(text)
            left -= len(text.strip())
    return left


def path_of(element: etree._Element) -> str:
    """An element as a reader would name it: `div#header`, `p.copyright`."""
    name = str(element.tag)
    if element.get("id"):
        return f"{name}#{folded(element.get('id') or '')}"[:80]
    classes = (element.get("class") or "").split()
    return f"{name}.{classes[0]}"[:80] if classes else name


def append_text(parent: etree._Element, text: str) -> None:
    """Add text after everything that an element holds."""
    last = next(parent.iterchildren(reversed=True), None)  # `len` and `[-1]` count the children first
    if last is not None:
        last.tail = (last.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def drop(element: etree._Element) -> None:
    """Remove an element and all it holds; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Remove an element and leave what it holds in its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    previous = element.getprevious()
    if element.text:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.text
        else:
            parent.text = (parent.text or "") + element.text
    children = list(element)
    tail, element.tail = element.tail, None
    parent[at : at + 1] = children
    if tail:
        last = children[-1] if children else previous
        if last is not None:
            last.tail = (last.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail


def strip_wide(root: etree._Element, tags: Collection[str], *, with_text: bool) -> None:
    """Take elements of some names out of every element with very many children, the text around them joined at once.

    It costs a look at every element: who calls it knows that there are `MANY` of those names.

    Args:
        root: Where to look, itself included.
        tags: The names.
        with_text: Whether what they say stays; then only those that hold no element of another name go.
    """
    for parent in reversed(cast("list[etree._Element]", _WIDE(root))):
        last, pieces = None, [parent.text or ""]
        for child in list(parent):
            if child.tag not in tags or (
                with_text and any(inner.tag not in tags for inner in child.iterdescendants("*"))
            ):
                _put_text(parent, last, pieces)
                last, pieces = child, [child.tail or ""]
                continue
            if with_text:
                pieces.extend(str(text) for text in child.itertext())
            pieces.append(child.tail or "")
            parent.remove(child)
        _put_text(parent, last, pieces)


def _put_text(parent: etree._Element, last: etree._Element | None, pieces: list[str]) -> None:
    """Write the text that follows a child, or that stands before the first."""
    if len(pieces) == 1:
        return
    if last is None:
        parent.text = "".join(pieces)
    else:
        last.tail = "".join(pieces)


def says_something(element: etree._Element) -> bool:
    """Whether an element holds anything that can be seen."""
    if (text := element.text) and text.strip(UNSEEN):
        return True
    for child in element:  # noqa: SIM110 - `itertext` and `any` take several times as long to begin
        if says_something(child) or ((text := child.tail) and text.strip(UNSEEN)):
            return True
    return False


# An element's children, in less than half the time of `list`, and read faster than a loop over the element itself reads them.
# It is a slice, which the types of lxml do not know.
children_of = cast("Callable[[etree._Element], list[etree._Element]]", operator.itemgetter(slice(None)))
