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

from archivepolicy.extraction.block_texts import (
    BREAK,
    ITEM,
    ITEM_END,
    LINE,
    LIST,
    NUMBER_AFTER_FIRST,
    PARAGRAPH,
    escaped_start,
    indented,
    is_parted,
    joined_newlines,
    listed,
    numbered,
    with_breaks,
    without_list_marks,
)
from archivepolicy.extraction.elements import folded
from archivepolicy.extraction.emphasis import CLOSE, OPEN, with_signs
from archivepolicy.extraction.escaping import (
    escaped_heading,
    escaped_link_text,
    settled,
)
from archivepolicy.extraction.links import LinkBase, target_of
from archivepolicy.extraction.soup import tag_tree
from archivepolicy.extraction.text_nodes import INLINE_NAMES, Nesting, written_text
from archivepolicy.extraction.tidy import tidied
from archivepolicy.records.document import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4.element import PageElement
    from lxml import etree

_CELL = "\x1f"
_ROW = "\x1d"
_CAPTION = "\x1c"
_NO_TAGS: frozenset[str] = frozenset()
_PIECES = re.compile(rf"([ \n]*(?:{BREAK}|\n\n)[\s{BREAK}]*)")
_ITEM_MARKER = re.compile(r"\d{1,9}[.)]")
_BLANK_LINES = re.compile(r"\n{3,}")
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
    return tidied(settled(with_signs(text.replace(LINE, "\n")))), links


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
                    piece = joined_newlines(pieces, piece)
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
        lead, words, trail = _outer_space(text.replace(BREAK, " ") if BREAK in text else text)
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
        return (BREAK if parent_tags.isdisjoint(_NO_BREAK) else " ") + text

    # ------------------------------------------------------------------ blocks

    def convert_p(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a paragraph."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = with_breaks(text)
        if not text:
            return ""
        if "\n" in text:
            text = "\n".join(map(escaped_start, text.split("\n")))
        elif not text[0].isalpha():  # as most begin
            text = escaped_start(text)
        return f"\n\n{text}{PARAGRAPH}\n\n" if "li" in parent_tags else f"\n\n{text}\n\n"

    def convert_div(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a run of blocks."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        if is_parted(text) and BREAK not in text:  # as most that hold blocks: the whole page within several of them
            return text
        text = with_breaks(text)
        return f"\n\n{text}\n\n" if text else ""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: frozenset[str]) -> str:  # noqa: N802 -- markdownify's name
        """Write a heading, if there are words for it."""
        words = folded(text.replace(BREAK, " "))
        if not words or "_inline" in parent_tags:
            return f" {words} "
        return f"\n\n{'#' * min(max(n, 1), 6)} {escaped_heading(words)}\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write an item; letters and roman numerals stand as text behind a bullet."""
        text = with_breaks(text)
        if not text:
            return ""
        if "_inline" in parent_tags:
            return f" {text} "
        if LIST in text or PARAGRAPH in text:
            text = without_list_marks(text.replace(f"{PARAGRAPH}\n\n{LIST}", "\n"))
        marker: Any = el.attrs.get("marker", "")
        bullet = f"{marker} " if marker and _ITEM_MARKER.fullmatch(marker) else "- "
        if marker and bullet == "- ":
            text = numbered(marker, text, is_block=_starts_with_block(el))
        elif (escaped := escaped_start(text)) != text and not _starts_with_block(el):
            text = escaped
        return f"{ITEM}{bullet}{indented(text, len(bullet))}{ITEM_END}"

    def convert_list(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a list; one inside an item follows it without a blank line where Markdown reads it so."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = listed(text)
        if "\n\n\n" in text:
            text = _BLANK_LINES.sub("\n\n", text)
        text = text.strip("\n")
        if not text:
            return ""
        if "li" not in parent_tags:
            return "\n\n" + text.replace(LINE, "\n") + "\n\n"
        text = text.replace("\n", LINE)
        return f"\n\n{text}\n\n" if NUMBER_AFTER_FIRST.match(text) else f"\n{LIST}{text}\n"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_blockquote(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write a quotation."""
        text = with_breaks(text)
        if not text or "_inline" in parent_tags:
            return f" {text} "
        lines = _BLANK_LINES.sub("\n\n", without_list_marks(text).replace(LINE, "\n")).split("\n")
        newline = LINE if "li" in parent_tags else "\n"
        return "\n\n" + newline.join(f"> {line}" if line else ">" for line in lines) + "\n\n"

    def convert_pre(self, _el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Write code as a block; its blank lines part nothing of the item around it."""
        code = text.strip("\n")
        if not code.strip():
            return ""
        fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
        newline = LINE if "li" in parent_tags else "\n"
        return "\n\n" + newline.join((fence, *code.split("\n"), fence)) + "\n\n"

    def convert_hr(self, _el: Tag, _text: str, parent_tags: frozenset[str]) -> str:
        """Write a rule; in an item it would read as a part of the item's mark."""
        if "_inline" in parent_tags:
            return " "
        return "\n\n" if "li" in parent_tags else "\n\n---\n\n"

    # ------------------------------------------------------------------ tables

    def convert_td(self, el: Tag, text: str, parent_tags: frozenset[str]) -> str:
        """Mark a cell, and the further columns that it spans."""
        words = folded(text.replace(BREAK, " "))
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
        newline = LINE if "li" in parent_tags else "\n"
        return f"\n\n{head}" + newline.join(lines) + "\n\n"


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


def _emphasised(text: str, name: str) -> str:
    """Mark each line of a text as emphasised, white space left outside."""
    if BREAK in text or "\n\n" in text:
        pieces = _PIECES.split(text)
        return "".join(piece if at % 2 else _marked(piece, name) for at, piece in enumerate(pieces))
    return _marked(text, name)


def _marked(text: str, name: str) -> str:
    lead, words, trail = _outer_space(text)
    # a bold dash is a dash
    if not words or not (words[0].isalnum() or any(map(str.isalnum, words))):
        return text
    return f"{lead}{OPEN[name]}{words}{CLOSE[name]}{trail}"
