"""Markdown without its marks.

In: Markdown, or plain text. Out: its words line by line, as many as a reader sees: no link targets, no images, no signs of
headings, lists and emphasis. Takes no longer for a text of things left open than for any other.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"!\[[^\]\n]*+(?P<close>\]?)|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)")
_ADDRESS_STOP = re.compile(r"[)\n]|\Z")
_LINE_MARK = re.compile(r"[ \t]*(?:#{1,6} |>[ ]?|[*+-] |\d+[.)] |[=-]{3,}[ \t]*$)")
_TAG = re.compile(r"<[^<>\n]{1,200}>")
_MARKS = re.compile(r"[*_`|\[\]\\][*_`|\[\]\\]*")  # not `+`: only a first sign that must stand is looked for quickly


def unmarked(markdown: str) -> str:
    """Take off Markdown's marks, link targets and images, so that the words and their number remain."""
    if "]" in markdown:
        markdown = without_links(markdown)
    return "\n".join(map(_unmarked_line, markdown.split("\n")))


def without_links(markdown: str) -> str:
    """Put a space for each image and each link's target; in one pass, whatever is left open.

    What closes neither its bracket nor its address on its line is none, and neither is any that begins behind it there: it is
    not looked for again, so that a page of openings takes no longer than any other.
    """
    kept: list[str] = []
    at = begun = 0
    stop = -1  # where the address that is looked at ends, or the line; known for all images before it
    while link := _LINK.search(markdown, at):
        at = link.end()
        if link.group("close") == "":
            continue
        if link.group("close") and markdown.startswith("(", at):
            if stop < at and (found := _ADDRESS_STOP.search(markdown, at)):
                stop = found.start()
            if markdown.startswith(")", stop):
                at = stop + 1
        kept += [markdown[begun : link.start()], " "]
        begun = at
    return "".join([*kept, markdown[begun:]])


def _unmarked_line(line: str) -> str:
    if mark := _LINE_MARK.match(line):
        line = f" {line[mark.end() :]}"
    return _MARKS.sub(" ", _TAG.sub(" ", line))
