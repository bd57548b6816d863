"""The selected content as a BeautifulSoup tree, which markdownify's converter walks.

In: lxml elements. Out: the `Tag`s and `NavigableString`s that BeautifulSoup's own builder would make of them; their
neighbours are told them only where somebody asks (`linked`). Serialising a tree and parsing it again costs more than all
that comes before, and feeding the builder element by element still spends most of its time on questions that have one
answer here (namespaces, line numbers, lists of classes, tags left open). So the objects are made directly;
tests/extraction/test_equality.py holds them against the stock tree.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from archivepolicy.extraction.elements import children_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bs4.element import PageElement
    from lxml import etree

# what the converter reads of an element; no other attribute gets into the tree
KEPT_ATTRIBUTES = {
    "a": ("href",), "li": ("marker",), "td": ("colspan",), "th": ("colspan",),
}  # fmt: skip
_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
_VOID = frozenset({"br", "hr"})
# BeautifulSoup folds a text of nothing but these
_ASCII_SPACES = " \n\t\f\r"

_NEIGHBOURS = ("parent", "previous_element", "next_element", "previous_sibling", "next_sibling")

_stock = BeautifulSoup("<p></p>", "lxml")
_model = Tag(_stock, _stock.builder, "p", None, None, {})
_attributes_class: Any = type(_model.attrs)  # a dict; releases type its values differently
_new_string = str.__new__
_new_tag = object.__new__


class _Unlinked:
    """Stands for the neighbours of a tree that was not linked: to be asked for one is a mistake, not a None."""

    def __get__(self, node: object, owner: object) -> Any:
        message = "the tree of the content has no neighbours before linked() gives it them"
        raise LookupError(message)


class ContentTag(Tag):
    """A `Tag` that keeps in its class what is the same for every element of the content: 3 values to set, not 21."""

    name: str
    attrs: Any = _NO_ATTRIBUTES  # never written to: one empty mapping serves most elements

    can_be_empty_element = property(lambda self: self.name in _VOID)


# the constants are a stock tag's own, whatever release of BeautifulSoup made it
for _name, _value in vars(_model).items():
    if _name in _NEIGHBOURS:
        setattr(ContentTag, _name, _Unlinked())
    elif _name not in ("name", "attrs", "contents", "can_be_empty_element"):
        setattr(ContentTag, _name, _value)


def tag_tree(content: etree._Element) -> Tag:
    """Build the tree of an element; its tail is left out.

    Every node knows what it holds and nothing of what is around it, which is all that the converter asks: so no two nodes
    hold each other, and all are gone as soon as the tree is, without waiting for the garbage collector. `linked` gives
    the tree what BeautifulSoup's searches and its printing go by.
    """
    return _tag(content, is_preformatted=False)


def _tag(source: etree._Element, is_preformatted: bool) -> ContentTag:  # noqa: FBT001 -- called for each element
    tag = _new_tag(ContentTag)
    tag.name = name = source.tag
    is_preformatted = is_preformatted or name == "pre"
    if name in KEPT_ATTRIBUTES:
        tag.attrs = _attributes(source, KEPT_ATTRIBUTES[name])
    contents: list[PageElement] = []
    tag.contents = contents
    if text := source.text:
        contents.append(_string(text, is_preformatted))
    for child in children_of(source):
        contents.append(_tag(child, is_preformatted))
        if text := child.tail:
            contents.append(_string(text, is_preformatted))
    return tag


def _attributes(source: etree._Element, kept: tuple[str, ...]) -> Mapping[str, str]:
    attributes: dict[str, str] = {}
    for name in kept:
        value = source.get(name)
        if value is not None:
            attributes[name] = value
    return _attributes_class(attributes) if attributes else _NO_ATTRIBUTES


def _string(text: str, is_preformatted: bool) -> NavigableString:  # noqa: FBT001 -- called for each text
    if text.isspace() and not is_preformatted and not text.strip(_ASCII_SPACES):
        text = "\n" if "\n" in text else " "
    return _new_string(NavigableString, text)


def linked(root: Tag) -> Tag:
    """Tell every node of a tree its neighbours, as BeautifulSoup does; gives the same tree."""
    _link(root, None, root)
    root.previous_element = None
    return root


def _link(node: PageElement, parent: Tag | None, last: PageElement) -> PageElement:
    """Link a node to what was read before it, and all that it holds to it; returns the last element of these."""
    node.parent = parent
    node.previous_element, last.next_element = last, node
    node.next_element = node.previous_sibling = node.next_sibling = None
    last, before = node, None
    for child in node.contents if isinstance(node, Tag) else ():
        last = _link(child, node, last)  # type: ignore[arg-type]  # only a tag has contents
        if before is not None:
            child.previous_sibling, before.next_sibling = before, child
        before = child
    return last
