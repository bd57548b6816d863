"""Text that stands beside blocks or between `<br><br>`, put into paragraphs.

In: one element. Out: the same element, each run of loose text and inline elements in a `<p>` of its own, runs of breaks
gone. Pages of 2003 are written this way from end to end. It does not go down into the children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction.elements import INLINE, append_text, children_of

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_LINES = INLINE | {"br"}  # what is no block


def holds_loose_text(element: etree._Element) -> bool:
    """Whether text or an inline element stands directly in an element."""
    if (text := element.text) and not text.isspace():
        return True
    for child in children_of(element):  # noqa: SIM110 - a third of the time of `any`
        if child.tag in INLINE or ((text := child.tail) and not text.isspace()):
            return True
    return False


def needs_paragraphs(element: etree._Element) -> bool:
    """Whether an element mixes loose text with blocks or with a run of breaks."""
    tags = [child.tag for child in children_of(element)]
    has_block = not IN_LINES.issuperset(tags)
    return (has_block and holds_loose_text(element)) or (tags.count("br") > 1 and _has_break_run(element))


def wrap_loose_text(element: etree._Element) -> list[etree._Element]:
    """Give each loose run its paragraph; the new paragraphs come back, in order, maybe none."""
    if not needs_paragraphs(element):
        return []
    items = list(_items(element))
    element.text = None
    element[:] = []
    made: list[etree._Element] = []
    run: list[etree._Element | str] = []
    breaks = 0
    for item in [*items, None]:
        if isinstance(item, str) and not item.strip() and breaks:
            continue
        if isinstance(item, etree._Element) and item.tag == "br":
            breaks += 1
            run.append(item)
            continue
        is_block = item is None or (isinstance(item, etree._Element) and item.tag not in INLINE)
        if is_block or breaks > 1:
            made.extend(_paragraph(run, element))
            run = []
        breaks = 0
        if item is not None and not is_block:
            run.append(item)
        elif isinstance(item, etree._Element):
            element.append(item)
    return made


def _items(element: etree._Element) -> Iterator[etree._Element | str]:
    """What an element holds, in order; tails are cut off their elements."""
    if element.text:
        yield element.text
    for child in element:
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _paragraph(run: list[etree._Element | str], parent: etree._Element) -> list[etree._Element]:
    """Append a run to its parent as a paragraph; a run without words is left out."""
    while run and _is_blank(run[-1]):
        run.pop()
    while run and _is_blank(run[0]):
        run.pop(0)
    if not run:
        return []
    paragraph = etree.SubElement(parent, "p")
    for item in run:
        if isinstance(item, str):
            append_text(paragraph, item)
        else:
            paragraph.append(item)
    return [paragraph]


def _is_blank(item: etree._Element | str) -> bool:
    return not item.strip() if isinstance(item, str) else item.tag == "br"


def _has_break_run(element: etree._Element) -> bool:
    previous_is_break = False
    for child in element:
        if child.tag == "br":
            if previous_is_break:
                return True
            previous_is_break = not (child.tail and child.tail.strip())
        else:
            previous_is_break = False
    return False
