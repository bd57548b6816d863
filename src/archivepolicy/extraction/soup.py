"""The selected content as a BeautifulSoup tree, which markdownify's converter walks.

In: lxml elements. Out: the `Tag`s and `NavigableString`s that BeautifulSoup's own builder would make of them, joined as it
joins them. Serialising a tree and parsing it again costs more than all that comes before, and feeding the builder element
by element still spends most of its time on questions that have one answer here (namespaces, line numbers, lists of
classes, tags left open). So the objects are made directly; tests/extraction/test_equality.py holds them against the
stock tree.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bs4.element import PageElement
    from lxml import etree

# what the converter reads of an element; no other attribute gets into the tree
KEPT_ATTRIBUTES = {
    "a": ("href",), "li": ("marker",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan"),
}  # fmt: skip
_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
_VOID = frozenset({"br", "hr"})
# BeautifulSoup folds a text of nothing but these
_ASCII_SPACES = " \n\t\f\r"

_stock = BeautifulSoup("<p></p>", "lxml")
_model = Tag(_stock, _stock.builder, "p", None, None, {})
_attributes_class: Any = type(_model.attrs)  # a dict; releases type its values differently
_new_string = str.__new__


class ContentTag(Tag):
    """A `Tag` that keeps in its class what is the same for every element of the content: 4 values to set, not 21."""

    def __init__(self, name: str, attrs: Mapping[str, str], parent: Tag | None) -> None:
        self.name = name
        self.attrs = attrs  # type: ignore[assignment]  # never written to: one empty mapping serves most elements
        self.parent = parent
        self.contents = []
        if name in _VOID:
            self.can_be_empty_element = True


# the constants are a stock tag's own, whatever release of BeautifulSoup made it
for _name, _value in vars(_model).items():
    if _name not in ("name", "attrs", "parent", "contents"):
        setattr(ContentTag, _name, _value)


def tag_tree(content: etree._Element) -> Tag:
    """Build the tree of an element; its tail is left out."""
    root = ContentTag(content.tag, _attributes(content, KEPT_ATTRIBUTES.get(content.tag)), None)
    is_preformatted = content.tag == "pre"
    last: PageElement = root
    if text := content.text:
        last = _string(text, root, root, is_preformatted)
        root.contents.append(last)
    _fill(root, content, last, is_preformatted)
    return root


def _fill(tag: Tag, source: etree._Element, last: PageElement, is_preformatted: bool) -> PageElement:  # noqa: FBT001
    """Give a tag that has its first text its other children; returns the last element of all that it holds."""
    contents = tag.contents
    sibling = last if contents else None
    for child in source:
        name = child.tag
        kept = KEPT_ATTRIBUTES.get(name)
        inner = ContentTag(name, _attributes(child, kept) if kept else _NO_ATTRIBUTES, tag)
        inner.previous_element, last.next_element = last, inner
        if sibling is not None:
            inner.previous_sibling, sibling.next_sibling = sibling, inner
        contents.append(inner)
        is_verbatim = is_preformatted or name == "pre"
        last = sibling = inner
        if text := child.text:
            last = _string(text, inner, inner, is_verbatim)
            inner.contents.append(last)
        if len(child):  # most hold a text and nothing else
            last = _fill(inner, child, last, is_verbatim)
        if text := child.tail:
            last = _string(text, tag, last, is_preformatted)
            last.previous_sibling, sibling.next_sibling = sibling, last
            sibling = last
            contents.append(last)
    return last


def _attributes(source: etree._Element, kept: tuple[str, ...] | None) -> Mapping[str, str]:
    if not kept:
        return _NO_ATTRIBUTES
    attributes: dict[str, str] = _attributes_class()
    for name in kept:
        value = source.get(name)
        if value is not None:
            attributes[name] = value
    return attributes


def _string(text: str, parent: Tag, last: PageElement, is_preformatted: bool) -> NavigableString:  # noqa: FBT001
    """Make a text and join it to what was read before it."""
    if text[0] in _ASCII_SPACES and not is_preformatted and not text.strip(_ASCII_SPACES):
        text = "\n" if "\n" in text else " "
    string = _new_string(NavigableString, text)
    string.parent = parent
    string.previous_element, last.next_element = last, string
    string.next_element = string.previous_sibling = string.next_sibling = None
    return string
