"""The texts of blocks on their way to Markdown: breaks, lines of items, lists, what stands around a block.

In: the text of a block, with marks where it breaks and where its items begin and end; control characters never occur in the
text itself (decode.py took them out). Out: the same with fewer marks, until the block around it is written. Knows nothing of
elements.
"""

from __future__ import annotations

import re

from archivepolicy.extraction.escaping import bare_line_start, escaped_line_start, may_mislead

BREAK = "\x1e"
# Inside lists: a line's end that is none of the blocks' own, the two ends of an item, a list that may follow a paragraph
# without a blank line, and the end of a paragraph that such a list may follow.
LINE, ITEM, ITEM_END, LIST, PARAGRAPH = "\x0e", "\x0f", "\x10", "\x11", "\x12"
_LINE_ENDS = (("\n", LINE), (LINE, "\n"))  # each with the other one
_ITEMS = re.compile(f"((?:{ITEM}[^{ITEM_END}]*{ITEM_END}[ \\n]*)+)")
# a pattern that begins with one literal sign is looked for several times as fast as one that does not
_ONE_LINE_END = re.compile(r"\n(?<!\n\n)(?!\n)")
_BLOCK_MARGIN = f" \n{BREAK}"
# breaks that are a new paragraph; the white space before them goes with them, but for a blank line before a lone one
_BREAK_RUN = re.compile(rf"{BREAK}(?:[ \n]*(?:{BREAK}[ \n]*)+|[ ]*(?=\n\n)|(?P<after_block>(?<=\n\n{BREAK})))")
# CommonMark reads no list that begins so in the line after a paragraph's
NUMBER_AFTER_FIRST = re.compile(r"(?!1[.)])\d{1,9}[.)]")
_BLOCK_START = re.compile(f"(?P<heading>#{{1,6}} )|(?P<list>{LIST}|- |\\d{{1,9}}[.)] )|[|>`]")


def listed(text: str) -> str:
    """Write the items of a list, side by side as nearly all are or with something between them."""
    *items, rest = text.split(ITEM_END)
    items = [item.strip(" \n") for item in items]
    if text[:1] == ITEM and not rest.strip(" \n") and all(item[:1] == ITEM for item in items):
        return _together(items)
    return _ITEMS.sub(lambda run: _together([item.strip(" \n") for item in run[0].split(ITEM_END)[:-1]]), text)


def _together(marked: list[str]) -> str:
    """Write items side by side as a list: as soon as one holds a blank line, blank lines stand between all."""
    items = [item[1:] for item in marked]
    text = "\n".join(items)
    if "\n\n" in text and any("\n\n" in item for item in items):
        text = "\n\n".join([_ONE_LINE_END.sub("\n\n", item) for item in items])
    return f"\n\n{text}\n\n"


def indented(text: str, width: int) -> str:
    """Indent the lines of an item but its first and the empty ones."""
    indent = " " * width
    for end, other_end in _LINE_ENDS:
        if end in text:
            first, *lines = text.split(end)
            text = end.join([first, *[indent + line if line and line[0] != other_end else line for line in lines]])
    return text


def without_list_marks(text: str) -> str:
    """Take out the marks of lists and paragraphs that stand in an item."""
    return text.replace(LIST, "").replace(PARAGRAPH, "")


def numbered(marker: str, text: str, *, is_block: bool) -> str:
    """Put a letter or a roman number before the words of an item, above them where they are a list or a table."""
    start = _BLOCK_START.match(text) if is_block else None
    if start is None:
        return f"{marker} {bare_line_start(text)}"
    if start["heading"]:
        return f"{start[0]}{marker} {text[start.end() :]}"
    is_near = start["list"] and not NUMBER_AFTER_FIRST.match(text)
    return f"{marker}\n{text}" if is_near else f"{marker}\n\n{text}"


def escaped_start(text: str) -> str:
    """Escape the beginning of a text of maybe several lines; those after a break are escaped already."""
    if not may_mislead(text):
        return text
    line = text.partition("\n")[0].partition(LINE)[0]
    return escaped_line_start(line) + text[len(line) :]


def joined_newlines(pieces: list[str], piece: str) -> str:
    """Let two blocks stand at most one blank line apart: takes the newlines off the last piece and gives the next its due."""
    last = "" if pieces[-1] == BREAK else pieces[-1]  # a break before a block is none
    before = last.rstrip("\n")
    if piece[1:2] == "\n" != piece[2:3]:  # as most blocks begin
        pieces[-1] = before
        return piece
    after = piece.lstrip("\n")
    is_parted = len(last) - len(before) > 1 or len(piece) - len(after) > 1
    pieces[-1] = before
    return ("\n\n" if is_parted else "\n") + after


def is_parted(text: str) -> bool:
    """Whether a text has already what stands around a block, no more and no less."""
    return text[:2] == "\n\n" == text[-2:] and text[2:3] not in _BLOCK_MARGIN and text[-3:-2] not in _BLOCK_MARGIN


def with_breaks(text: str) -> str:
    """Write the marked breaks of a block: a run is a new paragraph, one between words a hard break."""
    text = text.strip(_BLOCK_MARGIN)
    if BREAK not in text:
        return text
    between = text.split(BREAK)[1:-1]
    if "\n\n" in text or not all(piece.strip(" \n") for piece in between):
        text = _with_paragraphs(text)
    first, *others = text.split(BREAK)
    if not others:
        return first
    *others, last = others
    lines = [*(piece.strip(" ") for piece in others), last.lstrip(" ")]
    return first.rstrip(" ") + "".join(map(_broken_line, lines))


def _with_paragraphs(text: str) -> str:
    """Write the breaks that part paragraphs."""
    written: list[str] = []
    done = 0
    for run in _BREAK_RUN.finditer(text):
        before = text[done : run.start()]
        written += before if run["after_block"] is not None else before.rstrip(" \n"), "\n\n"
        done = run.end()
    return "".join(written) + text[done:]


def _broken_line(text: str) -> str:
    """What follows a break: a line of text, which must not read as a list or a rule, or a block, before which it is none."""
    if text[:1] == "\n":
        return text
    line, newline, rest = text.partition("\n")
    return f"\\{LINE}{escaped_line_start(line)}{newline}{rest}"
