"""Finding the policy in a pruned page.

In: a pruned body and its weights. Out: a new `div` with the elements that hold the policy, in the page's order. From the
body down, while one child holds nearly all the prose; then, level by level back up, the siblings that read like
sentences are rescued, and before the content also headings and date lines. Numbers: chosen on 162 pages of Open Terms
Archive; with the rescue the exact share of the descent hardly matters.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction.chrome import removal_of
from archivepolicy.extraction.contents import Contents
from archivepolicy.extraction.elements import INLINE, children_of, drop, words_of
from archivepolicy.extraction.paragraphs import holds_loose_text, wrap_loose_text
from archivepolicy.extraction.title import names_document, nearest_heading

if TYPE_CHECKING:
    from archivepolicy.extraction.title import SiteNames
    from archivepolicy.extraction.weights import Weight, Weights
    from archivepolicy.records.document import Removal

_DESCENT_SHARE = 0.9
_LEAVES = frozenset({"p", "ul", "ol", "dl", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}) | INLINE
# what nobody puts into a line
_PARTS = frozenset({"div", "table", "section", "article", "main", "center"})
_RESCUE_PROSE = 200
_RESCUE_LINK_DENSITY = 0.3
_HEADING_LINK_DENSITY = 0.5
_DATE_LINE_CHARS = 120
_LEFT = 50  # elements beside the content that are asked for a date
_DATE_LINE_LINK_DENSITY = 0.2
# "Wednesday, 30 September 2020" is as long as a date gets
_DATE_CHARS = 30
# below this share of the pruned page's prose, or this many characters, the choice is not trusted (assumed)
_MIN_KEPT_SHARE = 0.5
_MIN_CONTENT_CHARS = 200
# the share of the pruned page's prose from which on a `main` is taken for the place of the policy, and how much prose,
# to that of `main`, something beside it must hold to be taken for a part of the policy (assumed)
_MAIN_SHARE = 0.4
_BESIDE_MAIN_SHARE = 0.5
# a box beside the text that says whom to ask about one's data
_CONTACT = re.compile(
    r"data protection|\bdpo\b|privacy (?:officer|team|contact|questions)|datenschutzbeauftragte|protection des données"
    r"|protección de datos|protezione dei dati|gegevensbescherming|proteção de dados",
    re.IGNORECASE,
)
_CONTACT_CHARS = 1000
# On a page that is mostly links, what is as dense with as many of them, and stands beside a heading that
# has so many words under it, is no text (assumed).
_LIST_LINK_DENSITY = 0.75
_LIST_LINKS = 8
_LIST_WORDS_CHARS = 80
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The selected content.

    Attributes:
        content: A `div` that holds the selected elements, moved out of the page.
        heading: The `h1` from before the content that was taken in, or None.
        removed: What stood beside the content and did not read like it.
        left: The first elements of that.
        prose: The prose that was selected.
        is_doubtful: Whether the choice kept so little that the whole pruned body was taken in its place.
    """

    content: etree._Element
    heading: etree._Element | None
    removed: tuple[Removal, ...]
    left: tuple[etree._Element, ...]
    prose: float
    is_doubtful: bool


def selection(
    body: etree._Element, weights: Weights, site: SiteNames, *, main: etree._Element | None = None
) -> Selection:
    """Select the policy's elements and move them out of the body.

    Args:
        body: The pruned body; emptied of what is selected.
        weights: Its weights.
        site: What the site calls itself, to know a heading that is only that.
        main: The page's `main`, where it has one.
    """
    if main is not None and weights[main].prose < _MAIN_SHARE * weights[body].prose:
        main = None
    levels = _descent(body, weights, main)
    chosen: list[etree._Element] = [levels[-1]]
    heading = None if _starts_with_heading(levels[-1]) else nearest_heading(body, levels[-1], site)
    left: list[etree._Element] = []
    contents = Contents(body, weights)
    whole, is_beside_main = body if main is None else main, False
    for level, inner in reversed(list(itertools.pairwise(levels))):
        is_beside_main = is_beside_main or inner is main
        if len(level) == 1:  # as of every second level: a wrapper
            continue
        least = max(_RESCUE_PROSE, _BESIDE_MAIN_SHARE * weights[whole].prose) if is_beside_main else _RESCUE_PROSE
        around = _Around(
            parent=level, inner=inner, heading=heading, site=site, least_prose=least, innermost=inner is levels[-1],
            contents=contents,
        )  # fmt: skip
        before, after, passed = _siblings(around, weights)
        chosen = [*before, *chosen, *after]
        left.extend(passed)
    is_doubtful = sum(weights[element].prose for element in chosen) < _MIN_KEPT_SHARE * weights[whole].prose or (
        main is None and sum(weights[element].chars for element in chosen) < _MIN_CONTENT_CHARS
    )
    if is_doubtful and chosen != [whole]:
        chosen, left, heading = [whole], [], heading if main is not None else None
    prose = sum(weights[element].prose for element in chosen)
    lists = _link_lists(whole, weights) if chosen == [whole] else []
    dropped = _removals(lists)
    for element in lists:
        drop(element)
    content = _gathered(body, chosen, heading)
    left = [element for element in left if element is not heading]
    removed = (*_removals(left), *dropped)  # of what is left, without the heading that was taken out of it
    return Selection(
        content=content,
        heading=heading,
        removed=removed,
        left=tuple(left[:_LEFT]),
        prose=prose,
        is_doubtful=is_doubtful,
    )


def _removals(elements: list[etree._Element]) -> tuple[Removal, ...]:
    """Log elements that are not taken; one that says nothing is not worth a line."""
    return tuple(removal for element in elements if (removal := removal_of(element, "select/outside")).text)


def _gathered(body: etree._Element, chosen: list[etree._Element], heading: etree._Element | None) -> etree._Element:
    """Move what was chosen into a `div` of its own."""
    content = etree.Element("div")
    if heading is not None and not any(_holds(element, heading) for element in chosen):
        heading.tail = None
        content.append(heading)
    if chosen == [body]:
        content.text = body.text
        content.extend(list(body))
    else:
        for element in chosen:
            element.tail = None
            content.append(element)
    return content


def _link_lists(whole: etree._Element, weights: Weights) -> list[etree._Element]:
    """On a page that is mostly links, the lists of them around what a heading of the first rank has words under."""
    heading = next((heading for heading in whole.iter("h1") if weights[heading].chars), None)
    if heading is None or weights[whole].link_density < _HEADING_LINK_DENSITY:
        return []
    homes = (outer for outer in heading.iterancestors() if _unlinked(weights[outer]) >= _LIST_WORDS_CHARS)
    home = next(homes, whole)
    found: list[etree._Element] = []
    waiting = [whole]
    while waiting:
        for child in waiting.pop():
            if child is home:
                continue
            is_list = weights[child].link_density >= _LIST_LINK_DENSITY and child.tag not in INLINE
            if is_list and sum(1 for _ in child.iter("a")) >= _LIST_LINKS and not _holds(child, home):
                found.append(child)
            elif len(child):
                waiting.append(child)
    return found if home is not whole else []


def _unlinked(weight: Weight) -> int:
    return weight.chars - weight.link_chars


def _descent(body: etree._Element, weights: Weights, main: etree._Element | None) -> list[etree._Element]:
    """The path from the body, by way of `main`, to the smallest element that holds nearly all of it."""
    way = [] if main is None else [main, *itertools.takewhile(lambda outer: outer is not body, main.iterancestors())]
    path = [body]
    while True:
        node = path[-1]
        for child in children_of(node):
            if child.tag in INLINE and _is_left_open(child):
                child.tag = "div"
        if holds_loose_text(node):
            for paragraph in wrap_loose_text(node):
                weights.add(paragraph)
        if way:
            path.append(way.pop())
            continue
        heaviest, most = None, 0.0
        for child in children_of(node):
            if (prose := weights[child].prose) > most:
                heaviest, most = child, prose
        if heaviest is None or heaviest.tag in _LEAVES or most < _DESCENT_SHARE * weights[node].prose:
            return path
        path.append(heaviest)


def _is_left_open(element: etree._Element) -> bool:
    """Whether an element that belongs into a line holds parts of the page: a `<strong>` that its author did not close."""
    return element.tag != "a" and any(child.tag in _PARTS for child in children_of(element))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """One level of the way up from the content.

    Attributes:
        parent: The element whose children are looked at.
        inner: The child that holds the content.
        heading: The heading that introduces the content, or None.
        site: What the site calls itself and the page.
        least_prose: How much makes a sibling a part of the text by itself.
        innermost: Whether `inner` is the content.
        contents: Knows tables of contents.
    """

    parent: etree._Element
    inner: etree._Element
    heading: etree._Element | None
    site: SiteNames
    least_prose: float
    innermost: bool
    contents: Contents


def _siblings(
    around: _Around, weights: Weights
) -> tuple[list[etree._Element], list[etree._Element], list[etree._Element]]:
    """The siblings of the content worth keeping, before and after it, and those that are not."""
    inner, heading, innermost = around.inner, around.heading, around.innermost
    before: list[etree._Element] = []
    after: list[etree._Element] = []
    passed: list[etree._Element] = []
    side, is_headed = before, False
    for child in around.parent:
        if child is inner:
            side = after
            continue
        weight = weights[child]
        is_kept = (
            _is_text(weight, around.least_prose)
            or _is_twin(child, inner, weight)
            or (innermost and _is_line(child, weight))
        )
        if side is before:
            # what stands between the policy's heading and its text belongs to it, unless it is a list of links
            # into other places than the text's own
            is_between = is_headed and weight.chars > 0 and (
                weight.link_density < _HEADING_LINK_DENSITY or around.contents.is_below_title(child)
            )  # fmt: skip
            is_kept = is_kept or is_between or _is_introduction(child, weight, heading)
            is_kept = is_kept or (heading is None and _is_title_line(child, weight, around.site))
            is_headed = is_headed or (is_kept and heading is not None and _has_heading(child))
        else:
            # farther out stand the site's own dates: a copyright, its news
            is_kept = is_kept or (innermost and _is_date_line(child, weight)) or _is_contact(child, weight)
        if is_kept:
            side.append(child)
        elif weight.chars:
            passed.append(child)
    return before, after, passed


def _is_text(weight: Weight, least_prose: float) -> bool:
    return weight.prose >= least_prose and weight.link_density < _RESCUE_LINK_DENSITY


def _is_line(element: etree._Element, weight: Weight) -> bool:
    """Whether an element is a paragraph of its own beside the content: a reference number, an address."""
    return element.tag == "p" and weight.chars > 0 and weight.link_density < _RESCUE_LINK_DENSITY


def _is_twin(element: etree._Element, inner: etree._Element, weight: Weight) -> bool:
    """Whether an element is built as the content beside it is: a section of the same page."""
    class_ = element.get("class")
    return (
        bool(class_)
        and element.tag == inner.tag
        and class_ == inner.get("class")
        and weight.chars > 0
        and weight.link_density < _HEADING_LINK_DENSITY
    )


def _starts_with_heading(element: etree._Element) -> bool:
    """Whether an `h1` stands before the first paragraph of an element."""
    for inner in element.iter("h1", "p"):
        if words_of(inner, limit=1):
            return inner.tag == "h1"
    return False


def _is_introduction(element: etree._Element, weight: Weight, heading: etree._Element | None) -> bool:
    """Whether a short element before the content is its heading or its date line."""
    if element.tag == "h2":
        return weight.chars > 0 and weight.link_density < _HEADING_LINK_DENSITY
    if _has_heading(element):
        if heading is None or not _holds(element, heading) or not 0 < weight.chars < _DATE_LINE_CHARS:
            return False
        is_dated = weight.link_density < _HEADING_LINK_DENSITY and _YEAR.search(words_of(element)) is not None
        return weight.link_density < _DATE_LINE_LINK_DENSITY or is_dated  # else the site's slogan and its offers
    return _is_date_line(element, weight)


def _is_date_line(element: etree._Element, weight: Weight) -> bool:
    """Whether a short element says a year, in words or in links to the versions of those days."""
    if not 0 < weight.chars - weight.link_chars < _DATE_LINE_CHARS:
        return False
    if weight.link_density < _DATE_LINE_LINK_DENSITY:
        return weight.chars < _DATE_LINE_CHARS and _YEAR.search(words_of(element)) is not None
    links = (words_of(link, limit=_DATE_CHARS + 1) for link in element.iter("a"))
    return all(len(words) <= _DATE_CHARS and _YEAR.search(words) for words in links)


def _is_title_line(element: etree._Element, weight: Weight, site: SiteNames) -> bool:
    """Whether a short element that no heading marks says what `<title>` calls this document."""
    if not 0 < weight.chars < _DATE_LINE_CHARS or weight.link_density >= _DATE_LINE_LINK_DENSITY:
        return False
    return names_document(words_of(element), site)


def _is_contact(element: etree._Element, weight: Weight) -> bool:
    """Whether an element behind the content is headed as whom to ask about data, and holds more than links."""
    if not 0 < weight.chars < _CONTACT_CHARS or weight.link_density >= _HEADING_LINK_DENSITY:
        return False
    headings = (words_of(inner) for inner in element.iter("h2", "h3", "h4", "h5"))
    return any(_CONTACT.search(words) for words in headings)


def _has_heading(element: etree._Element) -> bool:
    return any(words_of(h1) for h1 in element.iter("h1"))


def _holds(element: etree._Element, inner: etree._Element) -> bool:
    return element is inner or any(ancestor is element for ancestor in inner.iterancestors())
