"""Cutting one policy out of a page that holds several, as the reader asked.

In: a tree and a `Section`. Out: the tree without what lies outside it, and a log of that. A heading is an `h1` to `h6`, or
a paragraph that is bold throughout, which ranks below all of them. Where neither has the wanted words, a line that says
just them counts too (many a page sets its titles in plain `div`s): its part ends before the next line of the same look.
Whoever asks for what is not there is told which headings there are: a cut that silently gave another part would be worse
than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.cssselect import CSSSelector, SelectorError

from archivepolicy.errors import InputError, MissingSectionError
from archivepolicy.extraction.elements import INLINE, folded, path_of, words_of
from archivepolicy.records.document import Removal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records.section import Section

RULE = "section/outside"
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BOLD = frozenset({"b", "strong"})
_BOLD_LEVEL = 7
_LINE_LEVEL = 8
_BOLD_CHARS = 120
_LOGGED_CHARS = 200
_NAMED_HEADINGS = 20
_NAMED_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    element: etree._Element
    level: int
    words: str
    at: int  # its place among the elements of the tree
    look: tuple[tuple[str, str], ...] = ()  # tags and classes around a line that is no heading by its tag


def selector(css: str) -> CSSSelector:
    """A CSS selector that can be asked.

    Raises:
        InputError: It is none.
    """
    try:
        return CSSSelector(css, translator="html")
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as cause:
        raise InputError(f"not a CSS selector: {css!r} ({cause})") from cause


def selected(body: etree._Element, css: str) -> tuple[etree._Element, list[Removal]]:
    """Move the elements that a CSS selector matches out of a body; of one inside another only the outer.

    Returns:
        A `div` with the elements, and what is left behind.

    Raises:
        InputError: It is no selector.
        MissingSectionError: It matches nothing.
    """
    try:
        found: Any = selector(css)(body)
        matches: list[etree._Element] = list(found)
    except etree.XPathError as cause:
        raise InputError(f"not a CSS selector: {css!r} ({cause})") from cause
    inside = set(matches)
    outer = [match for match in matches if not any(ancestor in inside for ancestor in match.iterancestors())]
    content = etree.Element("div")
    if body in inside:
        content.text = body.text
        content.extend(list(body))
        return content, []
    if not any(words_of(match, limit=1) for match in outer):
        missing = f"nothing on the page matches the selector {css!r}"
        raise MissingSectionError(missing, headings=_named(_headings(body)))
    for match in outer:
        match.tail = None
        content.append(match)
    removed = [_removal(element) for element in body]
    return content, [removal for removal in removed if removal.text]


def cut(root: etree._Element, section: Section) -> tuple[str, list[Removal]]:
    """Cut a tree to what stands between two headings, in place.

    Returns:
        The words of the heading that begins it, empty where none was asked for; and what was cut off, in the page's order.

    Raises:
        MissingSectionError: A heading is not there; the tree is as it was.
    """
    headings, lines = _headings(root), _lines(root)
    start = end = None
    if section.from_heading is not None:
        start = _found(section.from_heading, headings, lines)
    first = start.at if start is not None else -1
    if section.to_heading is not None:
        after = [[one for one in among if one.at > first] for among in (headings, lines)]
        where = f"after {start.words!r}" if start is not None else "there"
        end = _found(section.to_heading, after[0], after[1], where=where)
    elif start is not None:
        end = next((one for one in (lines if start.look else headings) if one.at > first and _ends(start, one)), None)
    removed = _drop_before(root, start.element) if start is not None else []
    removed += _drop_from(root, end.element) if end is not None else []
    return start.words if start is not None else "", removed


def first_heading(root: etree._Element) -> str:
    """Words of a tree's first heading of any level; empty where there is none."""
    return next((heading.words for heading in _headings(root)), "")


def _headings(root: etree._Element) -> list[_Heading]:
    found = []
    for at, element in enumerate(root.iter("*")):
        level = _LEVELS.get(str(element.tag)) or (_BOLD_LEVEL if element.tag == "p" and _is_bold(element) else None)
        if level and (words := words_of(element)):
            found.append(_Heading(element=element, level=level, words=words, at=at))
    return found


def _is_bold(paragraph: etree._Element) -> bool:
    """Whether a paragraph is a short line in bold and nothing else."""
    words = words_of(paragraph, limit=_BOLD_CHARS + 1)
    if not 0 < len(words) <= _BOLD_CHARS:
        return False
    bold = "".join(words_of(element) for element in paragraph.iter(*_BOLD) if not _is_in_bold(element))
    return len("".join(bold.split())) >= len("".join(words.split()))


def _is_in_bold(element: etree._Element) -> bool:
    return any(ancestor.tag in _BOLD for ancestor in element.iterancestors())


def _lines(root: etree._Element) -> list[_Heading]:
    """Short blocks that hold no other block and are no link, with their looks."""
    found = []
    for at, element in enumerate(root.iter("*")):
        if element.tag in INLINE or element.tag in _LEVELS:
            continue
        if any(inner.tag not in INLINE or inner.tag == "a" for inner in element.iterdescendants("*")):
            continue
        words = words_of(element, limit=_BOLD_CHARS + 1)
        if 0 < len(words) <= _BOLD_CHARS:
            found.append(_Heading(element=element, level=_LINE_LEVEL, words=words, at=at, look=_look(element)))
    return found


def _look(element: etree._Element) -> tuple[tuple[str, str], ...]:
    """Tags and classes of an element and of those that hold nothing else."""
    look = [(str(element.tag), element.get("class") or "")]
    parent = element.getparent()
    while parent is not None and len(parent) == 1 and not (parent.text or "").strip():
        look.append((str(parent.tag), parent.get("class") or ""))
        parent = parent.getparent()
    return tuple(look)


def _ends(start: _Heading, other: _Heading) -> bool:
    """Whether a part ends before another heading; lines without any class all look the same, and end nothing."""
    if start.look:
        return other.look == start.look and any(class_ for _, class_ in start.look)
    return other.level <= start.level


def _found(wanted: str, headings: Sequence[_Heading], lines: Sequence[_Heading], *, where: str = "there") -> _Heading:
    """The first heading with the wanted words: equal before containing, real headings before bold lines and others."""
    key = folded(wanted).casefold()
    if not key:
        raise InputError("a heading without words was asked for")
    ranked = sorted(headings, key=lambda heading: (heading.level == _BOLD_LEVEL, heading.at))
    equal = (one for one in (*ranked, *lines) if one.words.casefold() == key)
    containing = (one for one in ranked if key in one.words.casefold())
    found = next(equal, None) or next(containing, None)
    if found is None:
        raise MissingSectionError(f"no heading {wanted!r} {where}", headings=_named(headings))
    return found


def _named(headings: Sequence[_Heading]) -> str:
    if not headings:
        return "there is none at all"
    named = "; ".join(heading.words[:_NAMED_CHARS] for heading in headings[:_NAMED_HEADINGS])
    more = f"; and {len(headings) - _NAMED_HEADINGS} more" if len(headings) > _NAMED_HEADINGS else ""
    return f"the headings: {named}{more}"


def _drop_before(root: etree._Element, start: etree._Element) -> list[Removal]:
    """Drop everything before an element; the elements around it stay."""
    removed: list[Removal] = []
    node = start
    while node is not root:
        parent = node.getparent()
        if parent is None:
            break
        before = list(parent)[: parent.index(node)]
        loose = Removal(rule=RULE, text=folded(parent.text or "")[:_LOGGED_CHARS], where=path_of(parent))
        removed[:0] = [loose, *(_removal(element) for element in before)]
        parent.text = None
        for element in before:
            parent.remove(element)  # with the text after it
        node = parent
    return [removal for removal in removed if removal.text]


def _drop_from(root: etree._Element, end: etree._Element) -> list[Removal]:
    """Drop an element and everything after it, and the elements around it that hold nothing more."""
    removed: list[Removal] = []
    node, is_kept = end, False
    while node is not root:
        parent = node.getparent()
        if parent is None:
            break
        after = list(parent)[parent.index(node) + is_kept :]
        if is_kept:
            removed.append(Removal(rule=RULE, text=folded(node.tail or "")[:_LOGGED_CHARS], where=path_of(parent)))
            node.tail = None
        removed += [_removal(element) for element in after]
        for element in after:
            parent.remove(element)
        node, is_kept = parent, bool(words_of(parent, limit=1))
    return [removal for removal in removed if removal.text]


def _removal(element: etree._Element) -> Removal:
    text = folded(f"{words_of(element, limit=_LOGGED_CHARS)} {element.tail or ''}")
    return Removal(rule=RULE, text=text[:_LOGGED_CHARS], where=path_of(element))
