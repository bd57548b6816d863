"""The selected content brought to the few elements that Markdown has.

In: the content as the page's author marked it up. Out: the same words in `div p h1..h6 ul ol li blockquote pre table hr`
and `a b i code s br` only, loose text in paragraphs, lists numbered, no block inside a line. Words are never dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction import lists, typed_lists
from archivepolicy.extraction.elements import INLINE, MANY, append_text, children_of, drop, strip_wide
from archivepolicy.extraction.links import leads_nowhere
from archivepolicy.extraction.paragraphs import IN_LINES, holds_loose_text, wrap_loose_text
from archivepolicy.extraction.plaintext import content_of
from archivepolicy.extraction.tables import unfold_layout_tables

if TYPE_CHECKING:
    from collections.abc import Callable

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# a "heading" with blocks in it and more characters than this was left open by its author
_MAX_HEADING_CHARS = 400
_SAME = {
    "strong": "b", "em": "i", "del": "s", "strike": "s", "kbd": "code", "samp": "code", "tt": "code", "cite": "i", "dfn": "i",
    "var": "i", "dir": "ul", "menu": "ul",
}  # fmt: skip
_KEPT_INLINE = frozenset({"a", "b", "i", "s", "code", "q", "br"})
# elements of which nothing but the words is left
_WORDS_ONLY = frozenset({*(INLINE - _KEPT_INLINE - _SAME.keys()), "col", "colgroup", "area"})
# What an element is called that goes, all of one kind in one pass: to unwrap them one by one joins their words again and
# again, which takes the square of their number. It is a name of INLINE, so that it is no block until then.
_UNWRAPPED = "span"
_KEPT_BLOCKS = frozenset({
    "div", "p", *HEADINGS, "ul", "ol", "li", "blockquote", "pre", "hr", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    "caption",
})  # fmt: skip
# fonts in which letters are pictures; office software wrote its bullets so
_DINGBAT_FONT = re.compile(r"wingdings|webdings|dingbats", re.IGNORECASE)
# Word writes bold text with both `<b>` and this in its own words (`mso-bidi-font-weight`), which is not meant
_BOLD_STYLE = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(?:bold(?:er)?|[6-9]00)\b", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n\s*")


def normalise(content: etree._Element) -> None:
    """Bring the content to Markdown's elements, in place."""
    unfold_layout_tables(content)
    typed_lists.enlist_word_paragraphs(content)
    # lxml makes an object of an element at each look at it, unless somebody holds the last one, as is done here to the end
    held = list(content.iter("*"))
    _rename_all(content, held)
    _untangle_all(content)
    for element in reversed(list(content.iter("b", "i", "s"))):
        if len(element):
            _split_at_breaks(element)
    for element in list(content.iter("b", "i", "s", "code")):
        if (following := element.getnext()) is not None and following.tag == element.tag:
            _join_next(element)
    _unwrap_all(content, _UNWRAPPED)
    lists.mend(content)
    for element in [content, *content.iter("div", "blockquote", "li")]:
        _fill_paragraphs(element)
    for rule in [rule for rule in content.iter("hr") if any(outer.tag == "li" for outer in rule.iterancestors())]:
        drop(rule)  # Markdown would take it for a part of the item's mark
    typed_lists.enlist_typed(content)
    lists.settle(content)


def unwrap_blocks(content: etree._Element) -> None:
    """Leave of every `div` what it holds: nothing but blocks now, and Markdown has no word for it; but cells are lines."""
    if all(next(table.iterdescendants("div"), None) is None for table in content.iter("table")):
        etree.strip_tags(content, "div")


def _rename_all(content: etree._Element, every: list[etree._Element]) -> None:
    """Give all elements names that Markdown's converter knows; `every` is the content and all below it."""
    tags = {element.tag for element in every}
    if "pre" in tags:
        for pre in list(content.iter("pre")):
            _rename_pre(pre)
    for element in content.iter("font", "span"):
        _rename_styled(element)
    if words_only := _WORDS_ONLY & tags:
        _unwrap_all(content, *words_only)
    if unsettled := tags - _SETTLED:
        for element in list(content.iterdescendants(*unsettled)):
            _rename(element, element.tag)


def _unwrap_all(content: etree._Element, *tags: str) -> None:
    """Leave of elements of some names only what they hold."""
    count = sum(1 for _ in content.iterdescendants(*tags))
    if count >= MANY:
        strip_wide(content, tags, with_text=True)
    if count:
        etree.strip_tags(content, *tags)


def _untangle_all(content: etree._Element) -> None:
    for element in list(content.iter("a", "b", "i", "s", "code", *HEADINGS)):
        if len(element) and element.getparent() is not None:
            _untangle(element)
    for paragraph in list(content.iter("p")):
        # a heading that stood in the text as `<a name=x><h2>Names</h2></a>`
        if len(paragraph) and _holds_block(paragraph):
            paragraph.tag = "div"
    _unwrap_all(content, _UNWRAPPED)


def _rename(element: etree._Element, tag: str) -> None:
    """Give one element the name that Markdown's converter knows, or leave only what it holds."""
    if tag == "a":
        if leads_nowhere(element.get("href") or ""):
            element.tag = _UNWRAPPED
    elif tag in _SAME:
        element.tag = _SAME[tag]
    elif tag in _SPECIAL:
        _SPECIAL[tag](element)
    else:
        element.tag = "div"


def _rename_styled(element: etree._Element) -> None:
    """A letter that a font of pictures shows as a bullet, an arrow or a tick becomes a bullet; words in bold become so."""
    style = element.get("style")
    if style and _BOLD_STYLE.search(style) and (element.text or "").strip():
        element.tag = "b"
    font = element.get("face") or style
    if font and len(element) == 0 and _DINGBAT_FONT.search(font) and len((element.text or "").strip()) == 1:
        element.text = "\N{BULLET}"


def _rename_button(button: etree._Element) -> None:
    parent = button.getparent()
    beside_heading = _holds_block(button) or (parent is not None and parent.tag in (*HEADINGS, "dt", "summary", "b"))
    button.tag = _UNWRAPPED if beside_heading else "p"


def _rename_term(term: etree._Element) -> None:
    """A term or an accordion's title becomes a bold paragraph, unless it is a heading already."""
    if next(term.iter(*HEADINGS), None) is not None or _holds_block(term):
        term.tag = "div"
        return
    bold = etree.Element("b")
    bold.text, term.text = term.text, None
    bold.extend(list(term))
    term.append(bold)
    term.tag = "p"


def _rename_definition(definition: etree._Element) -> None:
    definition.tag = "div" if _holds_block(definition) else "p"


def _rename_pre(pre: etree._Element) -> None:
    """Preformatted prose becomes paragraphs; marked code stays."""
    if next(pre.iter("code", "samp", "kbd"), None) is not None:
        return
    if next(pre.iter("a", "b", "i", "strong", "em", "font", "span", "h1", "h2", "h3", "p"), None) is not None:
        pre.tag = "div"
        _break_lines(pre)
        return
    for br in pre.iter("br"):
        br.tail = "\n" + (br.tail or "")
    text = "".join(str(piece) for piece in pre.itertext())
    pre[:] = []
    pre.text = None
    pre.tag = "div"
    pre.extend(list(content_of(text)))


def _break_lines(pre: etree._Element) -> None:
    """Write blank lines in marked-up preformatted text as runs of breaks."""
    for element in list(pre.iter("*")):
        children = list(element)
        element.text, *rest = _BLANK_LINE.split(element.text or "")
        broken = _breaks(rest)
        for child in children:
            child.tail, *rest = _BLANK_LINE.split(child.tail or "")
            broken += [child, *_breaks(rest)]
        if len(broken) > len(children):
            element[:] = broken


def _breaks(pieces: list[str]) -> list[etree._Element]:
    """Two breaks before each piece of text."""
    breaks: list[etree._Element] = []
    for piece in pieces:
        breaks += [etree.Element("br"), etree.Element("br")]
        breaks[-1].tail = piece
    return breaks


_SPECIAL: dict[str, Callable[[etree._Element], None]] = {
    "button": _rename_button,
    "dt": _rename_term,
    "summary": _rename_term,
    "dd": _rename_definition,
    "figcaption": _rename_definition,
    "legend": _rename_definition,
}
# what stays as it is, as nearly every element does; whether a link does hangs on its address
_SETTLED = (_KEPT_BLOCKS | INLINE | {"br"}) - _SAME.keys() - _SPECIAL.keys() - {"a"}


def _holds_block(element: etree._Element) -> bool:
    for child in children_of(element):  # noqa: SIM110 - a third of the time of `any`
        if child.tag not in IN_LINES or (len(child) and _holds_block(child)):
            return True
    return False


def _untangle(element: etree._Element) -> None:
    """Take blocks out of a line: links move into them, emphasis around them goes, headings lose their paragraphs."""
    tag = element.tag
    if tag in HEADINGS:
        _flatten_heading(element)
        return
    if not _holds_block(element):
        return
    if tag == "a" and element.get("href"):
        for block in [
            inner for inner in element.iterdescendants(*HEADINGS, "p", "div", "li", "td") if not _holds_block(inner)
        ]:
            link = etree.Element("a", href=element.get("href") or "")
            link.text, block.text = block.text, None
            link.extend(list(block))
            block.append(link)
    element.tag = _UNWRAPPED


def _split_at_breaks(element: etree._Element) -> None:
    """Let emphasis end before a break and begin anew behind it: what it says is about lines and lists."""
    if next(element.iterchildren("br"), None) is None:
        return
    tail, element.tail = element.tail, None
    part = element
    for child in list(element):
        if child.tag == "br":
            text, child.tail = child.tail, None
            part.addnext(child)
            part = etree.Element(element.tag)
            part.text = text
            child.addnext(part)
        elif part is not element:
            part.append(child)
    part.tail = tail


def _join_next(element: etree._Element) -> None:
    """Take in the next element where it is the same emphasis and only a space stands between: `**a** **b**` is `**a b**`."""
    words: list[str] = []
    is_code = element.tag == "code"
    while (
        (following := element.getnext()) is not None
        and following.tag == element.tag
        and not (element.tail if is_code else (element.tail or "").strip())
    ):
        words += [element.tail or "", following.text or ""]
        if len(following):
            append_text(element, "".join(words))
            words = []
            element.extend(list(following))
        element.tail, following.tail = following.tail, None
        following.getparent().remove(following)  # type: ignore[union-attr]  # it has the parent of `element`
    if words:
        append_text(element, "".join(words))


def _flatten_heading(heading: etree._Element) -> None:
    for bold in list(heading.iter("b")):
        bold.tag = _UNWRAPPED
    for link in [link for link in heading.iter("a") if _is_permalink(link)]:
        drop(link)
    if not _holds_block(heading):
        return
    if (
        sum(len(text) for text in heading.itertext()) > _MAX_HEADING_CHARS
        or next(heading.iterdescendants("table", *HEADINGS), None) is not None
    ):
        heading.tag = "div"
        return
    for block in [inner for inner in heading.iterdescendants("*") if inner.tag not in INLINE and inner.tag != "br"]:
        block.tail = " " + (block.tail or "")
        block.tag = _UNWRAPPED


def _is_permalink(link: etree._Element) -> bool:
    """Whether a link in a heading is only a sign that leads to the heading itself: `#`, `¶`, a picture of a chain."""
    href = link.get("href") or ""
    return "#" in href and not any(sign.isalnum() for sign in "".join(str(text) for text in link.itertext()))


def _fill_paragraphs(element: etree._Element) -> None:
    """Loose text beside blocks goes into paragraphs; a `div` that is only a line of text becomes one."""
    children = children_of(element)
    if not children and element.tag == "li":  # as most items
        return
    tags = [child.tag for child in children]
    if not IN_LINES.issuperset(tags):
        is_mixed = tags.count("br") > 1 or holds_loose_text(element)  # asked first, since it seldom is
        if is_mixed and (element.tag != "li" or any(map(_is_part, children))):
            wrap_loose_text(element)
        return
    if tags.count("br") > 1 and wrap_loose_text(element):
        return
    if element.tag == "li" or not (children or (element.text and element.text.strip())):
        return
    if element.tag == "div" and element.getparent() is not None:
        element.tag = "p"
    else:
        paragraph = etree.Element("p")
        paragraph.text, element.text = element.text, None
        paragraph.extend(list(element))
        element.append(paragraph)


def _is_part(child: etree._Element) -> bool:
    """Whether a child of an item makes paragraphs of the words beside it: all blocks, and a list with words behind it."""
    if child.tag in ("ul", "ol"):
        return bool((child.tail or "").strip()) or ((after := child.getnext()) is not None and after.tag in INLINE)
    return child.tag not in INLINE and child.tag != "br"
