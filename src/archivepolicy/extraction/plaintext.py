"""Plain text to the same small tree that HTML is brought to.

In: text with line ends as an author typed them, from a `text/plain` page or a `<pre>`. Out: a `div` of paragraphs and
lists. Lines that an editor wrapped are joined; short lines that stand as lines (addresses) keep their breaks. No code
block comes of it, whatever the indentation.
"""

from __future__ import annotations

import re

from lxml import etree

from archivepolicy.extraction.elements import folded

_BLANK_LINES = re.compile(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*)+")
_BULLET = re.compile(r"[ \t]*(?:[-*+•·o])[ \t]+(?=\S)")
_RULE_LINE = re.compile(r"[ \t]*[-=_*~#+]{3,}[ \t]*")
# a line that an editor wrapped comes near its margin; the shortest margin in use is about this
_WRAPPED_CHARS = 45
# and the widest about this
_UNWRAPPED_CHARS = 140


def content_of(text: str) -> etree._Element:
    """Build the tree of a plain text."""
    content = etree.Element("div")
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs()
    for block in _BLANK_LINES.split(text):
        lines = [line for line in block.split("\n") if line.strip() and not _RULE_LINE.fullmatch(line)]
        if lines and max(map(len, lines)) > _UNWRAPPED_CHARS:  # nobody's editor wrapped this: each line is a paragraph
            for line in lines:
                _add_block(content, [line])
        elif lines:
            _add_block(content, lines)
    return content


def _add_block(content: etree._Element, lines: list[str]) -> None:
    """Add one run of lines: paragraphs and list items."""
    chunk: list[str] = []
    listing: etree._Element | None = None
    item_open = False
    for line in [*lines, None]:
        starts_item = line is not None and _BULLET.match(line) is not None
        if line is not None and not starts_item:
            chunk.append(line)
            continue
        if chunk:
            if item_open:
                if listing is None:
                    listing = etree.SubElement(content, "ul")
                _fill(etree.SubElement(listing, "li"), chunk)
            else:
                _fill(etree.SubElement(content, "p"), chunk)
        item_open = True
        chunk = [_BULLET.sub("", line, count=1)] if line is not None else []


def _fill(element: etree._Element, lines: list[str]) -> None:
    """Write lines into an element, a break after those that end far from any margin."""
    are_short = max(map(len, lines)) < 2 * _WRAPPED_CHARS
    runs: list[list[str]] = [[]]
    for line in lines:
        runs[-1].append(folded(line))
        if are_short and len(line.rstrip()) < _WRAPPED_CHARS:
            runs.append([])
    first, *rest = [" ".join(run) for run in runs if run]
    element.text = first
    for text in rest:
        etree.SubElement(element, "br").tail = text
