"""The selected content to Markdown.

In: the content brought to Markdown's elements (normalise.py) and the base of its links. Out: CommonMark with GFM tables,
one line a paragraph, and the links in order. BeautifulSoup holds the tree and a subclass of markdownify's converter
writes it. Control characters never occur in the text (decode.py took them out), so they serve here as marks for breaks
and cells until the block around them is written.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from bs4.element import NavigableString, Tag
from markdownify import MarkdownConverter

from archivepolicy.extraction.emphasis import CLOSE, OPEN, with_signs
from archivepolicy.extraction.escaping import (
    bare_line_start,
    escaped_heading,
    escaped_line_start,
    escaped_link_text,
    may_mislead,
    settled,
)
from archivepolicy.extraction.links import LinkBase, target_of
from archivepolicy.extraction.soup import tag_tree
from archivepolicy.extraction.text_nodes import INLINE_NAMES, Nesting, written_text
from archivepolicy.extraction.tidy import tidied
from archivepolicy.extraction.tree import folded
from archivepolicy.records.document import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4.element import PageElement
    from lxml import etree

_BREAK = "\x1e"
_CELL = "\x1f"
_ROW = "\x1d"
_CAPTION = "\x1c"
# Inside lists: a line's end that is none of the blocks' own, the two ends of an item, a list that may follow a paragraph
# without a blank line, and the end of a paragraph that such a list may follow.
_LINE, _ITEM, _ITEM_END, _LIST, _PARAGRAPH = "\x0e", "\x0f", "\x10", "\x11", "\x12"
_LINE_ENDS = (("\n", _LINE), (_LINE, "\n"))  # each with the other one
_ITEMS = re.compile(f"((?:{_ITEM}[^{_ITEM_END}]*{_ITEM_END}[ \\n]*)+)")
# a pattern that begins with one literal sign is looked for several times as fast as one that does not
_ONE_LINE_END = re.compile(r"\n(?<!\n\n)(?!\n)")
_NO_TAGS: frozenset[str] = frozenset()
_BLOCK_MARGIN = f" \n{_BREAK}"
# breaks that are a new paragraph; the white space before them goes with them, but for a blank line before a lone one
_BREAK_RUN = re.compile(rf"{_BREAK}(?:[ \n]*(?:{_BREAK}[ \n]*)+|[ ]*(?=\n\n)|(?P<after_block>(?<=\n\n{_BREAK})))")
_PIECES = re.compile(rf"([ \n]*(?:{_BREAK}|\n\n)[\s{_BREAK}]*)")
_ITEM_MARKER = re.compile(r"\d{1,9}[.)]")
# CommonMark reads no list that begins so in the line after a paragraph's
_NUMBER_AFTER_FIRST = re.compile(r"(?!1[.)])\d{1,9}[.)]")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLOCK_START = re.compile(f"(?P<heading>#{{1,6}} )|(?P<list>{_LIST}|- |\\d{{1,9}}[.)] )|[|>`]")
_BACKTICKS = re.compile("`+")
_MAX_SPAN = 100
_MAX_NESTINGS = 500  # 180 policies of 162 sites have 97 between them
_INLINE_CONTEXT, _CODE_CONTEXT = ("_inline",), ("_noformat",)
# what markdownify tells the children of an element about where they stand
_CONTEXTS = dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "td", "th"), _INLINE_CONTEXT) | dict.fromkeys(
    ("pre", "code"), _CODE_CONTEXT
)
# within what emphasis is not marked and a break is a space
_NO_BOLD, _NO_ITALIC, _NO_STRUCK = {"b", "_noformat", "th"}, {"i", "_noformat"}, {"s", "_noformat"}
_NO_BREAK = {"_inline", "_noformat"}

_of_thread = threading.local()


def markdown_of(content: etree._Element, base: LinkBase) -> tuple[str, tuple[Link, ...]]:
    """Write the content as Markdown.

    Returns:
        The text (empty, or ending in one newline), and its links in order.
    """
    converter = _converter(base)
    text = converter.process_tag(tag_tree(content))
    links = tuple(converter.links)
    converter.start(LinkBase(url=None, is_replayed=False))  # it outlives the page; what it has of it does not
    return tidied(settled(with_signs(text.replace(_LINE, "\n")))), links


def _converter(base: LinkBase) -> PolicyConverter:
    """A converter at its start: this thread's own, for half of what one is made of holds for all pages."""
    converter: PolicyConverter | None = getattr(_of_thread, "converter", None)
    if converter is None or converter.is_full:
        converter = _of_thread.converter = PolicyConverter(base)
    else:
        converter.start(base)
    return converter


class PolicyConverter(MarkdownConverter):
    """markdownify's converter with our escapes, breaks, lists, tables and links.

    Attributes:
        links: The links written so far.
    """

    def __init__(self, base: LinkBase) -> None:
        super().__init__(heading_style="ATX", bullets="-", autolinks=False, wrap=True, wrap_width=None)
        self._nestings: dict[frozenset[str], Nesting] = {}
        self.start(base)

    def start(self, base: LinkBase) -> None:
        """Begin a page."""
        self._base = base
        self.links: list[Link] = []

    @property
    def is_full(self) -> bool:
        """Whether it holds more nestings than pages share: an odd page may have thousands."""
        return len(self._nestings) > _MAX_NESTINGS

    def process_tag(self, node: Tag, parent_tags: frozenset[str] = _NO_TAGS) -> str:
        """Write an element: its children first, then itself.

        markdownify's own asks each tag for all its ancestors (half its time on a policy); the names of the tags around,
        which it passes down anyway, already tell.
        """
        return self._written(node, self._nesting(parent_tags))

    def _written(self, node: Tag, outer: Nesting) -> str:
        """Write an element that stands in a nesting."""
        name = node.name
        try:
            nesting, write, is_inline = outer.within[name]
        except KeyError:
            nesting, write, is_inline = outer.within[name] = self._within(outer, name)
        contents = node.contents
        if len(contents) == 1:  # most hold one text, or one element, and nothing else
            child: Any = contents[0]
            text = (
                written_text(child, nesting, None, None, is_inline)
                if type(child) is NavigableString
                else self._written(child, nesting)
            )
        else:
            text = self._joined(contents, nesting, is_inline) if contents else ""
        return write(node, text, outer.tags) if write else text

    def _joined(self, contents: list[Any], nesting: Nesting, is_inline: bool) -> str:  # noqa: FBT001 -- one call an element
        """Write what an element holds, no two blocks of it more than one blank line apart."""
        pieces: list[str] = []
        before: Any = None
        last = len(contents) - 1
        for at, child in enumerate(contents):
            if type(child) is NavigableString:  # asked of every node, and isinstance is slow to say no
                after = contents[at + 1] if at < last else None
                piece = written_text(child, nesting, before, after, is_inline)
            else:
                piece = self._written(child, nesting)
            before = child
            if piece:
                if piece[0] == "\n" and pieces and not nesting.is_preformatted:
                    piece = _joined_newlines(pieces, piece)
                pieces.append(piece)
        return "".join(pieces)

    def _within(self, outer: Nesting, name: str) -> tuple[Nesting, Callable[..., str] | None, bool]:
        """What an element of a name makes of the nesting that it stands in, what writes it there, and if it is inline."""
        inner = self._nesting(outer.tags.union({name}, _CONTEXTS.get(name, ())))
        write = self.get_conv_fn_cached(name)  # type: ignore[attr-defined]  # stubs of an older markdownify
        return inner, write, name in INLINE_NAMES

    def _nesting(self, tags: frozenset[str]) -> Nesting:
        nesting = self._nestings.get(tags)
        if nesting is None:
            nesting = self._nestings[tags] = Nesting(tags)
        return nesting

    # ------------------------------------------------------------------ text and inline elements

    def process_text(self, el: PageElement, parent_tags: frozenset[str] = _NO_TAGS) -> str:
        """Fold white space and escape what Markdown would misread; white space beside a block is nothing."""
        is_inline = el.parent is None or el.parent.name in INLINE_NAMES
        return written_text(el, self._nesting(frozenset(parent_tags)), el.previous_sibling, el.next_sibling, is_inline)

    def convert_a(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a link with its absolute target; without one, its words."""
        if "_noformat" in parent_tags or "a" in parent_tags:
            return text
        lead, words, trail = _outer_space(text.replace(_BREAK, " ") if _BREAK in text else text)
        href: Any = el.attrs.get("href") if words else None
        target = target_of(href, self._base) if href else None
        if not target:
            return text
        if not words.isprintable() or "  " in words:  # holds a mark, or more white space than single spaces
            words = settled(with_signs(folded(words)))
        if "[" in words or "]" in words:
            words = escaped_link_text(words)
        if target[0] != "#":
            self.links.append(Link(text=folded(_text_of(el)), url=target))
        return f"{lead}[{words}]({target}){trail}"

    def convert_code(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write code; in a cell its bars would end the cell, as GFM has it."""
        written = str(super().convert_code(el, text, parent_tags))  # type: ignore[misc]  # missing in the stubs
        return written.replace("|", r"\|") if parent_tags & {"td", "th"} and "_noformat" not in parent_tags else written

    def convert_b(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write bold text, once; the first row of a table is bold by itself."""
        return _emphasised(text, "b") if parent_tags.isdisjoint(_NO_BOLD) else text

    def convert_i(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write italic text, once."""
        return _emphasised(text, "i") if parent_tags.isdisjoint(_NO_ITALIC) else text

    def convert_s(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write struck text, once."""
        return _emphasised(text, "s") if parent_tags.isdisjoint(_NO_STRUCK) else text

    def convert_br(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Mark a break; the block around it decides what becomes of it."""
        if "pre" in parent_tags:
            return "\n" + text
        return (_BREAK if parent_tags.isdisjoint(_NO_BREAK) else " ") + text

    # ------------------------------------------------------------------ blocks

    def convert_p(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a paragraph."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = _with_breaks(text)
        if not text:
            return ""
        if "\n" in text:
            text = "\n".join(map(_escaped_start, text.split("\n")))
        elif not text[0].isalpha():  # as most begin
            text = _escaped_start(text)
        return f"\n\n{text}{_PARAGRAPH}\n\n" if "li" in parent_tags else f"\n\n{text}\n\n"

    def convert_div(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a run of blocks."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        if _is_parted(text) and _BREAK not in text:  # as most that hold blocks: the whole page within several of them
            return text
        text = _with_breaks(text)
        return f"\n\n{text}\n\n" if text else ""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: frozenset[str]) -> str:  # noqa: N802 -- markdownify's name
        """Write a heading, if there are words for it."""
        words = folded(text.replace(_BREAK, " "))
        if not words or "_inline" in parent_tags:
            return f" {words} "
        return f"\n\n{'#' * min(max(n, 1), 6)} {escaped_heading(words)}\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write an item; letters and roman numerals stand as text behind a bullet."""
        text = _with_breaks(text)
        if not text:
            return ""
        if "_inline" in parent_tags:
            return f" {text} "
        if _LIST in text or _PARAGRAPH in text:
            text = _without_list_marks(text.replace(f"{_PARAGRAPH}\n\n{_LIST}", "\n"))
        marker: Any = el.attrs.get("marker", "")
        bullet = f"{marker} " if marker and _ITEM_MARKER.fullmatch(marker) else "- "
        if marker and bullet == "- ":
            text = _numbered(marker, text, is_block=_starts_with_block(el))
        elif (escaped := _escaped_start(text)) != text and not _starts_with_block(el):
            text = escaped
        return f"{_ITEM}{bullet}{_indented(text, len(bullet))}{_ITEM_END}"

    def convert_list(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a list; one inside an item follows it without a blank line where Markdown reads it so."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = _listed(text)
        if "\n\n\n" in text:
            text = _BLANK_LINES.sub("\n\n", text)
        text = text.strip("\n")
        if not text:
            return ""
        if "li" not in parent_tags:
            return "\n\n" + text.replace(_LINE, "\n") + "\n\n"
        text = text.replace("\n", _LINE)
        return f"\n\n{text}\n\n" if _NUMBER_AFTER_FIRST.match(text) else f"\n{_LIST}{text}\n"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_blockquote(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a quotation."""
        text = _with_breaks(text)
        if not text or "_inline" in parent_tags:
            return f" {text} "
        lines = _BLANK_LINES.sub("\n\n", _without_list_marks(text).replace(_LINE, "\n")).split("\n")
        newline = _LINE if "li" in parent_tags else "\n"
        return "\n\n" + newline.join(f"> {line}" if line else ">" for line in lines) + "\n\n"

    def convert_pre(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write code as a block; its blank lines part nothing of the item around it."""
        code = text.strip("\n")
        if not code.strip():
            return ""
        fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
        newline = _LINE if "li" in parent_tags else "\n"
        return "\n\n" + newline.join((fence, *code.split("\n"), fence)) + "\n\n"

    def convert_hr(self, _el: Tag, _text: str, parent_tags: frozenset[str]) -> str:
        """Write a rule; in an item it would read as a part of the item's mark."""
        if "_inline" in parent_tags:
            return " "
        return "\n\n" if "li" in parent_tags else "\n\n---\n\n"

    # ------------------------------------------------------------------ tables

    def convert_td(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Mark a cell, and the further columns that it spans."""
        words = folded(text.replace(_BREAK, " "))
        span: Any = el.attrs.get("colspan")
        if not span:
            return words + _CELL
        columns = min(int(span), _MAX_SPAN) if span.isascii() and span.isdigit() else 1
        return words + _CELL * max(columns, 1)

    convert_th = convert_td

    def convert_tr(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Mark a row."""
        return text + _ROW

    def convert_caption(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Mark a caption."""
        return folded(text) + _CAPTION

    def convert_table(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a data table, its first row as its head, all rows of one width."""
        caption, mark, body = text.rpartition(_CAPTION)
        rows = [row.split(_CELL)[:-1] for row in (body if mark else text).replace("\n", " ").split(_ROW)]
        rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
        if not rows:
            return ""
        if "_inline" in parent_tags:
            return " ".join(" ".join(row) for row in rows)
        width = max(map(len, rows))
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        head = f"{caption.strip()}\n\n" if caption.strip() else ""
        newline = _LINE if "li" in parent_tags else "\n"
        return f"\n\n{head}" + newline.join(lines) + "\n\n"


def _listed(text: str) -> str:
    """Write the items of a list, side by side as nearly all are or with something between them."""
    *items, rest = text.split(_ITEM_END)
    items = [item.strip(" \n") for item in items]
    if text[:1] == _ITEM and not rest.strip(" \n") and all(item[:1] == _ITEM for item in items):
        return _together(items)
    return _ITEMS.sub(lambda run: _together([item.strip(" \n") for item in run[0].split(_ITEM_END)[:-1]]), text)


def _together(marked: list[str]) -> str:
    """Write items side by side as a list: as soon as one holds a blank line, blank lines stand between all."""
    items = [item[1:] for item in marked]
    text = "\n".join(items)
    if "\n\n" in text and any("\n\n" in item for item in items):
        text = "\n\n".join([_ONE_LINE_END.sub("\n\n", item) for item in items])
    return f"\n\n{text}\n\n"


def _indented(text: str, width: int) -> str:
    """Indent the lines of an item but its first and the empty ones."""
    indent = " " * width
    for end, other_end in _LINE_ENDS:
        if end in text:
            first, *lines = text.split(end)
            text = end.join([first, *[indent + line if line and line[0] != other_end else line for line in lines]])
    return text


def _without_list_marks(text: str) -> str:
    return text.replace(_LIST, "").replace(_PARAGRAPH, "")


def _numbered(marker: str, text: str, *, is_block: bool) -> str:
    """Put a letter or a roman number before the words of an item, above them where they are a list or a table."""
    start = _BLOCK_START.match(text) if is_block else None
    if start is None:
        return f"{marker} {bare_line_start(text)}"
    if start["heading"]:
        return f"{start[0]}{marker} {text[start.end() :]}"
    is_near = start["list"] and not _NUMBER_AFTER_FIRST.match(text)
    return f"{marker}\n{text}" if is_near else f"{marker}\n\n{text}"


def _escaped_start(text: str) -> str:
    """Escape the beginning of a text of maybe several lines; those after a break are escaped already."""
    if not may_mislead(text):
        return text
    line = text.partition("\n")[0].partition(_LINE)[0]
    return escaped_line_start(line) + text[len(line) :]


def _joined_newlines(pieces: list[str], piece: str) -> str:
    """Let two blocks stand at most one blank line apart: takes the newlines off the last piece and gives the next its due."""
    last = "" if pieces[-1] == _BREAK else pieces[-1]  # a break before a block is none
    before = last.rstrip("\n")
    if piece[1:2] == "\n" != piece[2:3]:  # as most blocks begin
        pieces[-1] = before
        return piece
    after = piece.lstrip("\n")
    is_parted = len(last) - len(before) > 1 or len(piece) - len(after) > 1
    pieces[-1] = before
    return ("\n\n" if is_parted else "\n") + after


def _text_of(element: Tag) -> str:
    """All text of an element."""
    contents: list[Any] = element.contents
    if len(contents) == 1 and not isinstance(contents[0], Tag):  # as in most links
        return str(contents[0])
    return "".join([_text_of(child) if isinstance(child, Tag) else child for child in contents])


def _starts_with_block(element: Tag) -> bool:
    for child in element.children:
        if isinstance(child, Tag):
            return child.name not in INLINE_NAMES
        if str(child).strip():
            return False
    return True


def _outer_space(text: str) -> tuple[str, str, str]:
    words = text.strip()
    if not words:
        return text, "", ""
    return (" " if text[0].isspace() else ""), words, (" " if text[-1].isspace() else "")


def _is_parted(text: str) -> bool:
    """Whether a text has already what stands around a block, no more and no less."""
    return text[:2] == "\n\n" == text[-2:] and text[2:3] not in _BLOCK_MARGIN and text[-3:-2] not in _BLOCK_MARGIN


def _with_breaks(text: str) -> str:
    """Write the marked breaks of a block: a run is a new paragraph, one between words a hard break."""
    text = text.strip(_BLOCK_MARGIN)
    if _BREAK not in text:
        return text
    between = text.split(_BREAK)[1:-1]
    if "\n\n" in text or not all(piece.strip(" \n") for piece in between):
        text = _with_paragraphs(text)
    first, *others = text.split(_BREAK)
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
    return f"\\{_LINE}{escaped_line_start(line)}{newline}{rest}"


def _emphasised(text: str, name: str) -> str:
    """Mark each line of a text as emphasised, white space left outside."""
    if _BREAK in text or "\n\n" in text:
        pieces = _PIECES.split(text)
        return "".join(piece if at % 2 else _marked(piece, name) for at, piece in enumerate(pieces))
    return _marked(text, name)


def _marked(text: str, name: str) -> str:
    lead, words, trail = _outer_space(text)
    # a bold dash is a dash
    if not words or not (words[0].isalnum() or any(map(str.isalnum, words))):
        return text
    return f"{lead}{OPEN[name]}{words}{CLOSE[name]}{trail}"
