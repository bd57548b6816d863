r"""Escapes: only what Markdown would misread.

In: text of one node, or one finished line. Out: the same with backslashes where CommonMark 0.31 (and GFM's tables and
strikethrough) would see markup in it. A policy is full of dots, brackets and underscores that mean nothing; they stay.
"""

from __future__ import annotations

import re
import unicodedata

_ASCII_MARK = "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~-"
# Every branch of a pattern here begins with one literal sign: only then does Python pass over all that stands between.
_MISREAD = re.compile(
    rf"\\(?=[{re.escape(_ASCII_MARK)}])|\*|`"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|~(?=~)|~(?<=~~)"
    r"|\](?=[(:])"
)
# what the text that follows may make a link or a picture
UNSURE = "\x13"
# an underscore that is not inside a word; whether it makes emphasis, the other ones of its paragraph say
UNDERSCORE = "\x14"
_LOOSE_UNDERSCORE = re.compile(r"_(?:(?<![^\W_]_)|(?![^\W_]))")
_IN_WORD = re.compile(rf"{UNDERSCORE}(?<=[^\W_]{UNDERSCORE})(?=[^\W_])")
_PARAGRAPH_END = re.compile(r"\n(?<!\\\n)")
_UNDERSCORES = re.compile(rf"[_{UNDERSCORE}]+")
_RULE = re.compile(rf"[\s>.)\d-]*[_{UNDERSCORE}\s]+")
_CELL_END = " | "
_UNSURE_ENDS = "]!\\\n"
_AT_END = re.compile(r"(?:(?<!\\)[\]!]|\\)$")
_MISREAD_AT_END = re.compile(rf"{UNSURE}(?=\][(:]|!\[|\\(?:[{re.escape(_ASCII_MARK)}\n]|$))")
_CELL_MARK = re.compile(r"\|")
_LINE_START = re.compile(
    r"(?P<indent>\s{0,3})(?:(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|#{1,6}(?:\s|$)|>|=+\s*$|-+\s*$|-\s*-\s*-"
    r"|[|:]*[ ]?:?-+:?[ ]?\||\|[ ]?:?-|:-+:?\s*$))"  # what would make a table of the line above
)
# what it begins with, but for digits and white space
_FIRST_OF_LINE = frozenset("-+#>=|:")
_ESCAPED_START = re.compile(r"^(\d{1,9})?\\([.)#+=>:|-])")
_CLOSING_SIGNS = re.compile(r"(?:(?<=\s)|^)#+$")
_BRACKET = re.compile(r"(?<!\\)[\[\]]")


def escaped_text(text: str, *, in_cell: bool = False) -> str:
    r"""Escape the text of a node.

    >>> print(escaped_text("a_b *c* <d> [e](f) R&D"))
    a_b \*c\* \<d> [e\](f) R&D
    """
    # one plain search a sign takes half the time of a pattern for all of them
    if not (
        "&" in text or "_" in text or "*" in text or "]" in text or "!" in text
        or "<" in text or "|" in text or "`" in text or "~" in text or "\\" in text
    ):  # fmt: skip
        return text
    text = _MISREAD.sub(lambda match: "\\" + match[0], text)
    text = _LOOSE_UNDERSCORE.sub(UNDERSCORE, text) if "_" in text else text
    if text[-1:] in _UNSURE_ENDS:
        text = _AT_END.sub(lambda match: UNSURE + match[0], text)
    return _CELL_MARK.sub(r"\|", text) if in_cell else text


def settled(text: str) -> str:
    r"""Escape the last sign of a text where, now that it stands, what follows would make markup of it.

    >>> settled(f"a{UNSURE}](b)"), settled(f"a{UNSURE}] b")
    ('a\\](b)', 'a] b')
    """
    if UNSURE in text:
        text = _MISREAD_AT_END.sub(r"\\", text).replace(UNSURE, "")
    if UNDERSCORE in text:
        text = _IN_WORD.sub("_", text)
    if UNDERSCORE in text:
        text = "\n".join(map(_with_underscores, _PARAGRAPH_END.split(text)))
    return text


def _with_underscores(paragraph: str) -> str:
    """Write the underscores of a paragraph, or of the cells of a row."""
    if UNDERSCORE not in paragraph:
        return paragraph
    return _CELL_END.join(map(_underscored, paragraph.split(_CELL_END)))


def _underscored(scope: str) -> str:
    """Write the underscores of a scope: with backslashes where one could open emphasis and a later one close it."""
    if UNDERSCORE not in scope:
        return scope
    is_open = is_read = False
    for run in _UNDERSCORES.finditer(scope):
        before, after = scope[max(run.start() - 1, 0) : run.start()], scope[run.end() : run.end() + 1]
        is_left = bool(after.strip()) and (not is_punctuation(after) or _is_edge(before))
        is_right = bool(before.strip()) and (not is_punctuation(before) or _is_edge(after))
        is_read = is_read or (is_open and is_right and (not is_left or is_punctuation(after)))
        is_open = is_open or (is_left and (not is_right or is_punctuation(before)))
    return scope.replace(UNDERSCORE, "\\_" if is_read or _RULE.fullmatch(scope) else "_")


def is_punctuation(character: str) -> bool:
    """Whether a character counts as punctuation beside emphasis (CommonMark 0.31 §2.1); our marks stand before such."""
    return character in (UNSURE, UNDERSCORE) or (character != "" and unicodedata.category(character)[0] in "PS")


def _is_edge(character: str) -> bool:
    return not character.strip() or is_punctuation(character)


def may_mislead(line: str) -> bool:
    """Whether the first character of a line could be one of those that are escaped there."""
    first = line[:1]
    return first in _FIRST_OF_LINE or first.isdecimal() or first.isspace()


def escaped_line_start(line: str) -> str:
    r"""Escape what would make a line of text a list item, heading or quotation.

    >>> print(escaped_line_start("1. First"), escaped_line_start("- a"), escaped_line_start("2013 was"))
    1\. First \- a 2013 was
    """
    match = _LINE_START.match(line) if may_mislead(line) else None
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
    return _CLOSING_SIGNS.sub(r"\\\g<0>", words) if words.endswith("#") else words


def escaped_link_text(text: str) -> str:
    """Escape brackets inside a link's words where they do not pair."""
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            break
    return text if depth == 0 else _BRACKET.sub(lambda match: "\\" + match[0], text)
