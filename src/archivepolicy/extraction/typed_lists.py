"""Lists that were typed and not marked up.

In: content in paragraphs. Out: the same, `- one<br>- two`, `<p>• one</p><p>• two</p>`, `1) one<br>2) two` and the paragraphs
that Word writes for its lists (`mso-list`) as lists. Two neighbours with the same sign, or with numbers that follow each
other, make a list; one alone, and letters, stay as they are typed. Only the signs go, and they come back as the list's own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.elements import UNSEEN, append_text, children_of, drop, says_something
from archivepolicy.extraction.paragraphs import IN_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Line = list[etree._Element | str]

# a dash, a star or a number is one only with a space behind it
_SIGN = re.compile(
    r"[\s\u200b\ufeff]*(?:(?P<bullet>[•●▪◦■►➢✓✔·∙⁃‣])\s*|(?P<dash>[-–—*+»])\s+|(?P<number>\d{1,2})[.)]\s+)(?=\S|$)"
)
_ALONE = re.compile(r"[\s\u200b\ufeff]*(?:(?P<bullet>[•●▪◦■►➢✓✔·∙⁃‣])|(?P<dash>[-–—*+»])|(?P<number>\d{1,2})[.)])\s*")
_STYLES = etree.XPath("descendant-or-self::p/@style")  # few pages have any, which libxml2 finds out at once
_WORD_LIST = re.compile(r"mso-list:\s*l\d+\s+level(?P<level>\d)", re.IGNORECASE)
_WORD_SIGN = re.compile(r"mso-list:\s*Ignore", re.IGNORECASE)
_WORD_NUMBER = re.compile(r"(?P<number>\d{1,4})[.)]")
_WORD_LETTER = re.compile(r"\(?(?:[a-z]|[ivxlc]{1,6})[.)]", re.IGNORECASE)
_MIN_ITEMS = 2
_FAR = 200
_LEVELS = 9
_EMPHASIS = ("b", "i", "s")


@dataclass(frozen=True, slots=True)
class _Sign:
    """How a line begins: its bullet, or its number with the sign behind it."""

    bullet: str
    number: int | None

    def is_followed_by(self, other: _Sign | None) -> bool:
        if other is None:
            return False
        if self.number is None:
            return other.bullet == self.bullet
        return other.number == self.number + 1 and other.bullet == self.bullet


# ---------------------------------------------------------------------- Word


def enlist_word_paragraphs(content: etree._Element) -> None:
    """Make lists of the paragraphs that Word marked as items of one; before their spans and styles are gone."""
    styles = cast("list[etree._ElementUnicodeResult]", _STYLES(content))
    for style in [style for style in styles if "level" in style.lower()]:  # else the pattern has nothing to find
        paragraph = cast("etree._Element", style.getparent())
        if _word_level(paragraph) is None or (
            (before := paragraph.getprevious()) is not None and _word_level(before) is not None
        ):
            continue
        run = list(_word_run(paragraph))
        if len(run) >= _MIN_ITEMS:
            _nest(run)


def _word_level(element: etree._Element) -> int | None:
    match = _WORD_LIST.search(element.get("style") or "") if element.tag == "p" else None
    return int(match["level"]) if match else None


def _word_run(first: etree._Element) -> Iterator[etree._Element]:
    """A paragraph and those behind it that Word made items too."""
    element: etree._Element | None = first
    while element is not None and _word_level(element) is not None:
        yield element
        if (element.tail or "").strip():
            return
        element = element.getnext()


def _nest(paragraphs: Sequence[etree._Element]) -> None:
    """Put paragraphs into lists by their levels."""
    open_lists: list[tuple[int, etree._Element]] = []
    for paragraph in paragraphs:
        level = min(_word_level(paragraph) or 1, _LEVELS)
        sign = _word_sign(paragraph)
        number = _WORD_NUMBER.fullmatch(sign)
        while open_lists and open_lists[-1][0] > level:
            open_lists.pop()
        name = "ol" if number else "ul"
        if open_lists and open_lists[-1][0] == level and open_lists[-1][1].tag != name:
            open_lists.pop()
        if not open_lists or open_lists[-1][0] < level:
            listing = etree.Element(name)
            if open_lists:
                next(open_lists[-1][1].iterchildren(reversed=True)).append(listing)
            else:
                paragraph.addprevious(listing)
            open_lists.append((level, listing))
        item = etree.SubElement(open_lists[-1][1], "li")
        if number:
            item.set("value", number["number"])
        elif _WORD_LETTER.fullmatch(sign):
            paragraph.text = f"{sign} {paragraph.text or ''}"
        item.append(paragraph)
        paragraph.tail = None


def _word_sign(paragraph: etree._Element) -> str:
    """The bullet or number that Word wrote into a paragraph for readers without lists; it is taken out."""
    for span in paragraph.iter("span"):
        if _WORD_SIGN.search(span.get("style") or ""):
            sign = "".join(str(text) for text in span.itertext()).strip()
            span[:] = []
            span.text = None
            return sign
    return ""


# ---------------------------------------------------------------------- typed by hand


def enlist_typed(content: etree._Element) -> None:
    """Make lists of the lines that begin with the same sign or with numbers that follow each other, in place."""
    broken = dict.fromkeys(br.getparent() for br in content.iter("br"))
    for block in broken:
        if block is not None and block.tag in ("p", "li") and _is_inline(block):
            _part_lines(block)
    signed = Counter(_container_of(one, content) for one in _signed(content))
    with_list = {container for container, count in signed.items() if count >= _MIN_ITEMS}
    for container in [content, *content.iter("li", "blockquote")] if with_list else ():
        if container not in with_list:
            continue
        flow = _joined(list(_flow(container)))
        signs = [_sign_of(block) if block.tag == "p" else None for block in flow]
        for first, end in _runs(signs):
            if not _goes_on(signs, end):
                _enlist(flow[first:end], signs[first:end])


def _signed(content: etree._Element) -> list[etree._Element]:
    """The paragraphs that begin with a sign or a number."""
    found: list[etree._Element] = []
    for paragraph in content.iter("p"):
        text = paragraph.text or (paragraph[0].text if len(paragraph) else None)
        if text and text.lstrip()[:1].isalpha():  # as most do
            continue
        if _sign_of(paragraph) is not None:
            found.append(paragraph)
    return found


def _container_of(paragraph: etree._Element, content: etree._Element) -> etree._Element | None:
    """What a paragraph stands in, `div`s passed over as `_flow` does."""
    container = paragraph.getparent()
    while container is not None and container is not content and container.tag == "div":
        container = container.getparent()
    return container


def _is_inline(block: etree._Element) -> bool:
    return IN_LINES.issuperset([child.tag for child in children_of(block)])


def _part_lines(block: etree._Element) -> None:
    """Give the lines of a block that make a list a paragraph each, and what stands before and behind them one."""
    lines = _lines(block)
    runs = list(_runs([_sign_of_line(line) for line in lines]))
    if not runs:
        return
    made: list[etree._Element] = []
    done = 0
    block.text = None
    block[:] = []
    for first, end in runs:
        made += _paragraph(lines[done:first])
        for line in lines[first:end]:
            made += _paragraph([line])
        done = end
    made += _paragraph(lines[done:])
    if block.tag == "li":
        block.extend(made)
        return
    made[-1].tail, block.tail = block.tail, None
    for element in made:
        block.addprevious(element)
    block.getparent().remove(block)  # type: ignore[union-attr]  # a paragraph stands in something


def _flow(container: etree._Element) -> Iterator[etree._Element]:
    """The blocks of a container in order, those in `div`s too, for Markdown knows none."""
    for child in container:
        if child.tag == "div":
            yield from _flow(child)
        elif child.tag == "hr" or says_something(child):
            yield child


def _joined(flow: list[etree._Element]) -> list[etree._Element]:
    """The blocks, each bullet that has a block for itself put before the paragraph that it stands for."""
    joined: list[etree._Element] = []
    for block in flow:
        sign = joined[-1] if joined else None
        if sign is not None and sign.tag == block.tag == "p" and _is_bullet(sign) and _sign_of(block) is None:
            block.text = f"{(sign.text or '').strip()} {block.text or ''}"
            drop(joined.pop())
        joined.append(block)
    return joined


def _is_bullet(paragraph: etree._Element) -> bool:
    if len(paragraph):
        return False
    match = _ALONE.fullmatch(paragraph.text or "")
    return match is not None and match["bullet"] is not None


def _runs(signs: Sequence[_Sign | None]) -> Iterator[tuple[int, int]]:
    """Where lines that make a list begin and end; numbers must begin at 1."""
    first = 0
    while first < len(signs):
        end, sign = first + 1, signs[first]
        while sign is not None and end < len(signs) and sign.is_followed_by(signs[end]):
            sign = signs[end]
            end += 1
        begun = signs[first]
        if end - first >= _MIN_ITEMS and begun is not None and begun.number in (None, 1):
            yield first, end
        first = end


def _goes_on(signs: Sequence[_Sign | None], end: int) -> bool:
    """Whether the numbers of a run go on farther down: those of sections, two of which stand together by chance."""
    last = signs[end - 1]
    if last is None or last.number is None:
        return False
    for sign in signs[end : end + _FAR]:
        if sign is not None and sign.number is not None and sign.bullet == last.bullet:
            return sign.number == last.number + 1
    return False


def _enlist(paragraphs: Sequence[etree._Element], signs: Sequence[_Sign | None]) -> None:
    """Make a list of paragraphs, in the place of the first."""
    lines: list[Line] = [list(_pieces(one)) for one in paragraphs]
    listing = _listing(lines, signs)
    paragraphs[0].addprevious(listing)
    listing.tail, paragraphs[0].tail = paragraphs[0].tail, None
    for gone in paragraphs:
        drop(gone)


def _pieces(block: etree._Element) -> Iterator[etree._Element | str]:
    """What a block holds, in order; tails are cut off their elements."""
    if block.text:
        yield block.text
    for child in list(block):
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _lines(block: etree._Element) -> list[Line]:
    """What stands between the breaks of a block; the block keeps it too until it is emptied."""
    lines: list[Line] = [[block.text] if block.text else []]
    for child in children_of(block):
        if child.tag == "br":
            lines.append([])
        else:
            lines[-1].append(child)
        if tail := child.tail:
            lines[-1].append(tail)
    return lines


def _sign_of(paragraph: etree._Element) -> _Sign | None:
    text = paragraph.text
    if text and text.strip(UNSEEN):
        return _read(text)
    return _sign_of_line([paragraph[0], paragraph[0].tail or ""]) if len(paragraph) else None


def _sign_of_line(line: Line) -> _Sign | None:
    for at, piece in enumerate(line):
        if isinstance(piece, str):
            if piece.strip(UNSEEN):
                return _read(piece)
            continue
        if piece.tag not in _EMPHASIS or len(piece):
            return None
        text = piece.text or ""
        if text[:1].isalpha() or text.strip()[:1].isdigit():
            return None  # a bold number is a heading's
        after = line[at + 1] if at + 1 < len(line) else ""
        is_alone = _ALONE.fullmatch(text) and isinstance(after, str) and after[:1].isspace()
        return _read(f"{text} " if is_alone else text)
    return None


def _read(text: str) -> _Sign | None:
    match = None if text[:1].isalpha() else _SIGN.match(text)
    if match is None:
        return None
    if match["number"]:
        return _Sign(match[0].strip()[-1], int(match["number"]))
    return _Sign(match["bullet"] or match["dash"], None)


def _listing(lines: Sequence[Line], signs: Sequence[_Sign | None]) -> etree._Element:
    """A list of lines, their signs taken off."""
    is_numbered = signs[0] is not None and signs[0].number is not None
    listing = etree.Element("ol" if is_numbered else "ul")
    for line, sign in zip(lines, signs, strict=True):
        item = etree.SubElement(listing, "li")
        if is_numbered and sign is not None:
            item.set("marker", f"{sign.number}.")
        _put(item, _without_sign(line))
    return listing


def _without_sign(line: Line) -> Line:
    rest = list(line)
    for at, piece in enumerate(rest):
        if isinstance(piece, str):
            if piece.strip(UNSEEN):
                rest[at] = _SIGN.sub("", piece, count=1)
                break
        else:
            text = piece.text or ""
            piece.text = "" if _ALONE.fullmatch(text) else _SIGN.sub("", text, count=1)
            break
    return rest


def _paragraph(lines: Sequence[Line]) -> list[etree._Element]:
    """Lines that are no items, in a paragraph; none where they say nothing."""
    paragraph = etree.Element("p")
    for at, line in enumerate(lines):
        if at:
            etree.SubElement(paragraph, "br")
        _put(paragraph, line)
    return [paragraph] if says_something(paragraph) else []


def _put(parent: etree._Element, line: Line) -> None:
    for piece in line:
        if isinstance(piece, str):
            append_text(parent, piece)
        else:
            piece.tail = None
            parent.append(piece)
