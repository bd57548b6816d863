"""Layout tables told from data tables.

In: the selected content. Out: the same, with layout tables turned into `div`s, so that only tables a reader would call
so are left. Nothing is dropped. Bounds: chosen on 162 pages of Open Terms Archive (a looser heading rule lost cells).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.extraction.elements import UNSEEN, children_of, drop, says_something

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_HEADING_CELL_CHARS = 400
_PROSE_CELL_CHARS = 600
_CELLS = ("td", "th")
_PARTS = ("tbody", "thead", "tfoot", "tr", *_CELLS, "caption")
_COLUMNS = ("col", "colgroup")
_WITHOUT_PARTS = (*_CELLS, "caption")
_OWN_PARTS = frozenset({*_PARTS, *_COLUMNS})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PROSE_TAGS = ("p", "ul", "ol", "h1", "h2", "h3", "br", "div")


def unfold_layout_tables(content: etree._Element) -> None:
    """Turn every layout table into `div`s, inner ones first judged on their own."""
    layout = [table for table in content.iter("table") if _is_layout(table)]
    for table in layout:
        for part in list(_own_parts(table)):
            if part.tag in _COLUMNS:
                drop(part)
            else:
                part.tag = "div"
        table.tag = "div"
    for stray in _strays(content):
        stray.tag = "div"
    for table in content.iter("table"):
        _head(table)


def _strays(content: etree._Element) -> list[etree._Element]:
    """Rows and cells whose table was left behind when the content was cut out."""
    parts = list(content.iter(*_PARTS))
    if not parts or next(content.iterancestors("table"), None) is not None:
        return []
    # asked of the tables, not of each part: a table has one answer for all of them
    placed = {part for table in content.iter("table") for part in table.iterdescendants(*_PARTS)}
    return [part for part in parts if part not in placed]


def _head(table: etree._Element) -> None:
    """Make the first row that says something the head: Markdown's tables have one, bold by itself."""
    row = next((row for row in table.iter("tr") if says_something(row)), None)
    for cell in row if row is not None else ():
        if cell.tag == "td":
            cell.tag = "th"


def _own_parts(table: etree._Element) -> Iterator[etree._Element]:
    """Rows and cells of a table, without those of tables inside it; the last come first."""
    waiting = list(table)
    while waiting:
        part = waiting.pop()
        if part.tag in _OWN_PARTS:
            if part.tag not in _WITHOUT_PARTS:
                waiting += children_of(part)
            yield part


def _own_cells(table: etree._Element) -> Iterator[etree._Element]:
    return (part for part in _own_parts(table) if part.tag in _CELLS)


def _is_layout(table: etree._Element) -> bool:
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    if next(table.iterdescendants("table"), None) is not None:
        return True
    if _is_one_column(table):
        return True
    if not _holds(table, *_HEADINGS, *_PROSE_TAGS):  # as most data tables: their cells need not be measured
        return False
    filled = {cell: count for cell in _own_cells(table) if (count := _char_count(cell))}
    if any(count > _HEADING_CELL_CHARS and _holds(cell, *_HEADINGS) for cell, count in filled.items()):
        return True
    return sum(filled.values()) > _PROSE_CELL_CHARS * len(filled) and _holds(table, *_PROSE_TAGS)


def _is_one_column(table: etree._Element) -> bool:
    """Whether no row has two cells with words."""
    rows: set[etree._Element | None] = set()
    for cell in _own_cells(table):
        if says_something(cell):
            row = cell.getparent()
            if row in rows:
                return False
            rows.add(row)
    return True


def _holds(element: etree._Element, *tags: str) -> bool:
    return next(element.iterdescendants(*tags), None) is not None


def _char_count(element: etree._Element) -> int:
    count = len(text.strip(UNSEEN)) if (text := element.text) else 0
    for child in children_of(element):
        count += _char_count(child)
        if text := child.tail:
            count += len(text.strip(UNSEEN))
    return count
