"""Elements that are headings, lists and tables by their `role` alone, given the names of what they are.

In: a body, or what was selected of it. Out: the same, `<div role=heading aria-level=2>` as `<h2>`, lists and tables of
`div`s as lists and tables (WAI-ARIA 1.2 §5.4, read 2026-11). Pages that a script wrote are often built so. A role that its
element's place belies is passed over. No word is added or dropped.
"""

from __future__ import annotations

from typing import cast

from lxml import etree

from archivepolicy.extraction.elements import words_of

# asked for the attributes, libxml2 is three times as fast as asked for the elements that have one
_ROLES = etree.XPath("descendant-or-self::*/@role")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DEFAULT_LEVEL = "2"  # of a heading without `aria-level` (WAI-ARIA 1.2, role heading)
# a heading longer than this is a paragraph (as in title.py)
_MAX_HEADING_CHARS = 300
_CELLS = {"cell": "td", "gridcell": "td", "columnheader": "th", "rowheader": "th"}
# what no item of a plain list holds: there the roles are those of cards or of a whole page
_NOT_IN_ITEMS = (*_HEADINGS, "table", "li", "article", "section")


def apply_roles(root: etree._Element) -> list[etree._Element]:
    """Rename elements after their roles, in place; gives all that have one, in order."""
    found = cast("list[etree._ElementUnicodeResult]", _ROLES(root))
    with_role = [cast("etree._Element", role.getparent()) for role in found]
    roles = [role.lower() for role in found]
    for element, role in zip(with_role, roles, strict=True):
        if role == "heading":
            _name_heading(element)
    for element, role in zip(with_role, roles, strict=True):
        if role == "list" and element.tag == "div":
            _name_list(element)
        elif role in ("table", "grid") and element.tag == "div":
            _name_table(element)
    return with_role


def _name_heading(element: etree._Element) -> None:
    if element.tag in (*_HEADINGS, "body", "li", "td", "th", "tr", "table", "ul", "ol", "a"):
        return
    if next(element.iterdescendants(*_HEADINGS, "p", "ul", "ol", "table"), None) is not None:
        return
    if any(outer.tag in _HEADINGS for outer in element.iterancestors()):
        return
    if not 0 < len(words_of(element, limit=_MAX_HEADING_CHARS + 1)) <= _MAX_HEADING_CHARS:
        return
    level = (element.get("aria-level") or "").strip()
    element.tag = f"h{level if level in set('123456') else _DEFAULT_LEVEL}"


def _name_list(element: etree._Element) -> None:
    items = list(element)
    is_plain = all(_role(item) == "listitem" and item.tag in ("div", "span", "p") for item in items)
    if not items or not is_plain or _holds_loose_words(element):
        return
    if any(next(item.iterdescendants(*_NOT_IN_ITEMS), None) is not None for item in items):
        return
    element.tag = "ul"
    for item in items:
        item.tag = "li"


def _name_table(element: etree._Element) -> None:
    groups = [child for child in element if _role(child) == "rowgroup"]
    rows = [row for home in (element, *groups) for row in home if _role(row) == "row"]
    if len(rows) < 2 or next(element.iterdescendants("table", *_HEADINGS), None) is not None:
        return
    if any(_role(child) not in ("row", "rowgroup") for child in element) or _holds_loose_words(element):
        return
    if any(len(row) < 2 or any(_role(cell) not in _CELLS for cell in row) or _holds_loose_words(row) for row in rows):
        return
    element.tag = "table"
    for group in groups:
        group.tag = "tbody"
    for row in rows:
        row.tag = "tr"
        for cell in row:
            cell.tag = _CELLS[_role(cell)]


def _role(element: etree._Element) -> str:
    return (element.get("role") or "").lower()


def _holds_loose_words(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)
