r"""Escapes: only what Markdown would misread.

In: text of one node, or one finished line. Out: the same with backslashes where CommonMark 0.31 (and GFM's tables and
strikethrough) would see markup in it. A policy is full of dots, brackets and underscores that mean nothing; they stay.
"""

from __future__ import annotations

import re

_ASCII_MARK = "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~-"
_MISREAD = re.compile(
    rf"\\(?=[{re.escape(_ASCII_MARK)}])|[*`]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word is none of emphasis
    r"|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|~(?=~)|(?<=~)~"
    r"|\](?=[(:])"
)
# what the text that follows may make a link or a picture
UNSURE = "\x13"
_AT_END = re.compile(r"(?:(?<!\\)[\]!]|\\)$")
_MISREAD_AT_END = re.compile(rf"{UNSURE}(?=\][(:]|!\[|\\(?:[{re.escape(_ASCII_MARK)}\n]|$))")
_UNDERSCORE_AT_END = re.compile(r"^\\_(?=[^\W_])|(?<=[^\W_])\\_$")
_MISREAD_UNDERSCORE = re.compile(rf"(?<![^\W_]){UNSURE}(?=_)|{UNSURE}(?=_(?![^\W_]))")
_MARK = re.compile(r"[\\*`_<&~\]!|]")
_CELL_MARK = re.compile(r"\|")
_LINE_START = re.compile(
    r"(?P<indent>\s{0,3})(?:(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|#{1,6}(?:\s|$)|>|=+\s*$|-+\s*$|-\s*-\s*-"
    r"|[|:]*[ ]?:?-+:?[ ]?\||\|[ ]?:?-|:-+:?\s*$))"  # what would make a table of the line above
)
_ESCAPED_START = re.compile(r"^(\d{1,9})?\\([.)#+=>:|-])")
_CLOSING_SIGNS = re.compile(r"(?:(?<=\s)|^)#+$")
_BRACKET = re.compile(r"(?<!\\)[\[\]]")


def escaped_text(text: str, *, in_cell: bool = False) -> str:
    r"""Escape the text of a node.

    >>> print(escaped_text("a_b *c* <d> [e](f) R&D"))
    a_b \*c\* \<d> [e\](f) R&D
    """
    if not _MARK.search(text):
        return text
    text = _MISREAD.sub(lambda match: "\\" + match[0], text)
    text = _UNDERSCORE_AT_END.sub(f"{UNSURE}_", text)
    text = _AT_END.sub(lambda match: UNSURE + match[0], text)
    return _CELL_MARK.sub(r"\|", text) if in_cell else text


def settled(text: str) -> str:
    r"""Escape the last sign of a text where, now that it stands, what follows would make markup of it.

    >>> settled(f"a{UNSURE}](b)"), settled(f"a{UNSURE}] b")
    ('a\\](b)', 'a] b')
    """
    if UNSURE not in text:
        return text
    text = _MISREAD_AT_END.sub(r"\\", text)
    return _MISREAD_UNDERSCORE.sub(r"\\", text).replace(UNSURE, "")


def escaped_line_start(line: str) -> str:
    r"""Escape what would make a line of text a list item, heading or quotation.

    >>> print(escaped_line_start("1. First"), escaped_line_start("- a"), escaped_line_start("2013 was"))
    1\. First \- a 2013 was
    """
    match = None if line[:1].isalpha() else _LINE_START.match(line)
    if not match:
        return line
    return f"{line[: match.end()]}\\{line[match.end() :]}"


def bare_line_start(text: str) -> str:
    r"""Take that escape off again, for a text that something is put before.

    >>> print(bare_line_start(r"1\. First"), bare_line_start(r"\- a"))
    1. First - a
    """
    return _ESCAPED_START.sub(r"\1\2", text, count=1)


def escaped_heading(words: str) -> str:
    r"""Escape number signs at the end of a heading, which would be none of its words.

    >>> print(escaped_heading("Rule #"), escaped_heading("C#"))
    Rule \# C#
    """
    return _CLOSING_SIGNS.sub(r"\\\g<0>", words)


def escaped_link_text(text: str) -> str:
    """Escape brackets inside a link's words where they do not pair."""
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            break
    return text if depth == 0 else _BRACKET.sub(lambda match: "\\" + match[0], text)
