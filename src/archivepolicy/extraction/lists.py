"""Lists as Markdown can write them.

In: content whose lists are as their author marked them up. Out: the same with a `marker` on each numbered item, items in
lists and lists in items only, lists that Markdown would read as one joined, and those that must not be read as one told
apart by their numbers' sign (`2.` and `2)`, CommonMark 0.31 §5.3). Words are never dropped.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction.elements import UNSEEN, append_text, children_of, drop, says_something, unwrap
from archivepolicy.extraction.paragraphs import holds_loose_text, wrap_loose_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_NUMERALS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
    (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LAST_ROMAN = 3999
_NUMBER = re.compile(r"\d{1,9}(?=[.)])")
_LISTS = ("ul", "ol")
_marker_of = operator.methodcaller("get", "marker")


def mend(content: etree._Element) -> None:
    """Bring items into lists and lists into items, and number them, in place."""
    for item in list(content.iter("li")):
        if len(item) and item.text and not _is_seen(item.text):
            item.text = None  # a sign that takes no room would stand for words before the list in the item
        if (parent := item.getparent()) is not None and parent.tag not in _LISTS:
            _enlist(item, parent)
    for listing in list(content.iter(*_LISTS)):
        _order(listing)


def settle(content: etree._Element) -> None:
    """Join or part lists that have nothing between them, in place."""
    homes: set[etree._Element] = set()
    for listing in content.iter(*_LISTS):
        home = listing.getparent()
        while home is not None and home not in homes:
            homes.add(home)
            home = home.getparent()
    if homes:
        _part(content, None, homes)


def _enlist(item: etree._Element, parent: etree._Element) -> None:
    """Put an item that stands in no list into the one before it, or into a new one."""
    if parent.tag == "div" and (outer := parent.getparent()) is not None and outer.tag in _LISTS:
        return  # a wrapper, which goes
    previous = item.getprevious()
    tail, item.tail = item.tail, None
    if previous is None or previous.tag != "ul" or (previous.tail or "").strip():
        previous = etree.Element("ul")
        item.addprevious(previous)
    previous.append(item)
    previous.tail = tail


def _order(listing: etree._Element) -> None:
    """Number a list's items (`marker`), and mend lists that hold other things than items."""
    for child in children_of(listing):
        if child.tag == "div" and next(child.iterchildren("li"), None) is not None:
            unwrap(child)
    items = [child for child in children_of(listing) if child.tag == "li"]
    if not items:
        listing.tag = "div"
        return
    if len(items) < len(listing) or holds_loose_text(listing):
        wrap_loose_text(listing)
        for child in children_of(listing):
            if child.tag != "li":
                _take_in(child)
    if listing.tag != "ol":
        return
    number = _whole(listing.get("start"), 1)
    for item in items:
        number = _whole(item.get("value"), number)
        item.set("marker", _marker(number, listing.get("type") or item.get("type") or "1"))
        number += 1


def _take_in(inner: etree._Element) -> None:
    """Move what stands directly in a list into the item before it; where there is none, a list gets one, others go out."""
    previous, listing = inner.getprevious(), inner.getparent()
    tail, inner.tail = inner.tail, None
    if previous is not None:
        previous.append(inner)
    elif inner.tag in _LISTS:
        item = etree.Element("li")
        inner.addprevious(item)
        item.append(inner)
    elif listing is not None:
        listing.addprevious(inner)
    if tail and tail.strip():
        append_text(inner if previous is None else previous, tail)


def _part(
    container: etree._Element, last: etree._Element | None, homes: Container[etree._Element]
) -> etree._Element | None:
    """Join, or part by their sign, the lists of a container that have nothing between them.

    Args:
        container: Its `div`s are looked through: Markdown knows none.
        last: The list that stands right before it, or None.
        homes: All elements that hold a list; in others there is nothing to do unless a list stands before them.

    Returns:
        The list at its very end, or None.
    """
    if last is not None and _is_seen(container.text):
        last = None
    for child in children_of(container):
        if (tag := child.tag) in _LISTS:
            _part_items(child, homes)
            last = _joined(last, child)
        elif last is None and child not in homes:
            continue
        elif tag == "div":
            last = _part(child, last, homes)
        elif tag == "blockquote" and says_something(child):
            _part(child, None, homes)
            last = None
        elif last is not None and (tag == "hr" or says_something(child)):
            last = None
        if last is not None and _is_seen(child.tail):
            last = None
    return last


def _part_items(listing: etree._Element, homes: Container[etree._Element]) -> None:
    for item in children_of(listing):
        if item in homes:
            _part(item, None, homes)


def _is_seen(text: str | None) -> bool:
    return bool(text and text.strip(UNSEEN))


def _joined(last: etree._Element | None, listing: etree._Element) -> etree._Element | None:
    """Join a list to the one before it where both read as one; gives the last of the lists that come of it."""
    if last is None and not any(map(_marker_of, children_of(listing))):  # bullets: one run
        return listing if any(map(says_something, listing)) else None
    runs = list(_runs(listing))
    for run in runs[1:]:
        made = etree.Element("ol")
        made.extend(run)
        made.tail, listing.tail = listing.tail, None
        listing.addnext(made)
        last, listing = _joined_run(last, listing, runs[0]), made
        runs[0] = run
    return _joined_run(last, listing, runs[0]) if runs else last


def _runs(listing: etree._Element) -> Iterator[list[etree._Element]]:
    """The items of a list that say something, cut where their numbers do not follow; bullets are one run."""
    run: list[etree._Element] = []
    for item in listing:
        if not says_something(item):
            continue
        if run and _number(item) != _following(run[-1]):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _joined_run(last: etree._Element | None, listing: etree._Element, items: list[etree._Element]) -> etree._Element:
    before = None if last is None else next(filter(says_something, last.iterchildren(reversed=True)), None)
    if last is None or before is None:
        return listing
    first = items[0]
    numbers = _number(before), _number(first)
    if (numbers[0] is None) != (numbers[1] is None):
        return listing
    if numbers[1] == _following(before):
        if (sign := (before.get("marker") or "")[-1:]) and numbers[1] is not None:
            _sign(items, sign)
        tail, listing.tail = listing.tail, None
        last.extend(list(listing))
        listing.tail = tail
        drop(listing)
        return last
    _sign(items, ")" if (before.get("marker") or "").endswith(".") else ".")
    return listing


def _sign(items: list[etree._Element], sign: str) -> None:
    for item in items:
        item.set("marker", (item.get("marker") or "")[:-1] + sign)


def _number(item: etree._Element) -> int | None:
    """The number that Markdown writes before an item; None for a bullet."""
    match = _NUMBER.match(item.get("marker") or "")
    return int(match[0]) if match else None


def _following(item: etree._Element) -> int | None:
    number = _number(item)
    return None if number is None else number + 1


def _whole(text: str | None, default: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _marker(number: int, type_: str) -> str:
    """An item's number as the list's `type` asks: `3.`, `c.`, `C.`, `iii.`, `III.`."""
    if type_ in ("a", "A") and number > 0:
        letters, rest = "", number
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = chr(ord(type_) + digit) + letters
        return f"{letters}."
    if type_ in ("i", "I") and 0 < number <= _LAST_ROMAN:
        roman, rest = "", number
        for value, numeral in _NUMERALS:
            count, rest = divmod(rest, value)
            roman += numeral * count
        return f"{roman if type_ == 'i' else roman.upper()}."
    return f"{number}."
