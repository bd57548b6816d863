"""Rules for the chrome of one hosting platform each, read from `platforms/*.toml`.

In: a page's source and its tree. Out: the tree without what the rules of the platforms found there name, and a log. A
platform's rules apply only where one of its markers begins an attribute's value or a segment of an address in the source:
neither a policy that speaks of vBulletin nor the word "clipboard" makes a page a forum. A rule by selector obeys a bound
of size; a rule by text looks at the first or last blocks of the selected content only, and its pattern must match the
whole block. `platforms/README.md` tells how to write one; no Python is touched for it.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import cssselect
from cssselect.parser import Class, CombinedSelector, Hash
from lxml import etree
from lxml.cssselect import CSSSelector, SelectorError

from archivepolicy.extraction.chrome import removal_of
from archivepolicy.extraction.elements import drop, words_of
from archivepolicy.extraction.literals import Literals

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.extraction.weights import Weights
    from archivepolicy.records.document import Removal

REGIONS = frozenset({"page", "start", "end", "edges"})
# a selector without its own bound may take no more than this share of the page's prose
_MAX_SHARE = 0.1
_DEFAULT_CHARS = 120
# who says so: a page of that platform, its own template or source, or nobody yet
_EVIDENCE = re.compile(r"(?:seen|read): \S|assumed\b")
_CLASSES = etree.XPath("descendant-or-self::*/@class", smart_strings=False)
_IDS = etree.XPath("descendant-or-self::*/@id", smart_strings=False)
_MARKER = re.compile(r"[a-z0-9][ -@\[-~]{2,}")
# where a marker counts: at the beginning of an address's segment or of an attribute's value
_MARKED_BY = (b"/", b"=", b'="', b"='")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: `platform/rule`.
        select: Finds the elements, or None for a rule by text alone.
        text: Must match the whole of an element's words, or None.
        region: `page` (before the content is selected), or the blocks at the content's `start`, `end` or both `edges`.
        max_chars: An element with more characters stays; None for a `page` rule bounded by its share of prose.
        following: Tag of the next element, which goes too; None where nothing follows.
        alternatives: The selector's own, each with the name without which it finds nothing; empty for a rule by text alone.
    """

    id: str
    select: Callable[[etree._Element], list[etree._Element]] | None
    text: re.Pattern[str] | None
    region: str
    max_chars: int | None
    following: str | None
    alternatives: tuple[_Alternative, ...] = ()

    def found_on(self, root: etree._Element, classes: set[str], ids: set[str]) -> list[etree._Element]:
        """What the selector finds on a page, in order, where its classes and ids are known: most rules have none there."""
        asked = [one.css for one in self.alternatives if one.may_be_on(classes, ids)]
        return _compiled(self.id, ", ".join(asked))(root) if asked else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alternative:
    """One of the selectors that commas part.

    Attributes:
        css: As it is written.
        class_: A class that each element that it finds has, or None.
        id: The same, an id; with neither it may find any element.
    """

    css: str
    class_: str | None = None
    id: str | None = None

    def may_be_on(self, classes: set[str], ids: set[str]) -> bool:
        """Whether a page with these names may have an element that it finds."""
        return self.class_ in classes or self.id in ids or (self.class_ is None and self.id is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform: where to know it by, and its rules."""

    id: str
    name: str
    markers: tuple[str, ...]
    rules: tuple[Rule, ...]


@functools.cache
def platforms() -> tuple[Platform, ...]:
    """Every platform that has a file, by id."""
    folder = resources.files("archivepolicy.extraction") / "platforms"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(platform_of(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def platform_of(data: dict[str, Any]) -> Platform:
    """Read one platform's data.

    Raises:
        ValueError: A key is missing or wrong.
    """
    try:
        rules = tuple(_rule(data["id"], rule) for rule in data["rules"])
        return Platform(
            id=data["id"],
            name=data["name"],
            markers=_markers(data["id"], data["markers"]),
            rules=rules,
        )
    except KeyError as missing:
        raise ValueError(f"platform {data.get('id')!r}: {missing} is missing") from missing


def _markers(platform: str, markers: list[str]) -> tuple[str, ...]:
    if not markers or not all(_MARKER.fullmatch(marker) for marker in markers):
        raise ValueError(
            f"platform {platform!r}: markers are three or more lower-case ASCII signs, a letter or digit first"
        )
    return tuple(markers)


def _rule(platform: str, data: dict[str, Any]) -> Rule:
    selector, text, region = data.get("selector"), data.get("text"), data.get("region", "page")
    if (
        region not in REGIONS
        or not (selector or text)
        or (region == "page" and not selector)
        or not _EVIDENCE.match(data.get("evidence") or "")
    ):
        raise ValueError(
            f"platform {platform!r}, rule {data.get('id')!r}: needs evidence (seen:, read: or assumed:), "
            "a region, and a selector or a text"
        )
    select = _compiled(data["id"], selector) if selector else None  # refuses what is no selector
    return Rule(
        id=f"{platform}/{data['id']}",
        select=select,
        text=re.compile(text, re.IGNORECASE) if text else None,
        region=region,
        max_chars=data.get("max_chars", None if region == "page" and not text else _DEFAULT_CHARS),
        following=data.get("following"),
        alternatives=_alternatives(selector) if selector else (),
    )


def _alternatives(selector: str) -> tuple[_Alternative, ...]:
    """The alternatives of a selector, each with the class or id that it asks of what it finds."""
    found: list[_Alternative] = []
    for alternative in cssselect.parse(selector):
        part: Any = alternative.parsed_tree
        if isinstance(part, CombinedSelector):
            part = part.subselector
        while part is not None and not isinstance(part, (Class, Hash)):
            part = getattr(part, "selector", None)
        found.append(
            _Alternative(
                css=alternative.canonical(),
                class_=part.class_name if isinstance(part, Class) else None,
                id=part.id if isinstance(part, Hash) else None,
            )
        )
    return tuple(found)


@functools.lru_cache(maxsize=1024)
def _compiled(rule: str, selector: str) -> Callable[[etree._Element], list[etree._Element]]:
    try:
        found = CSSSelector(selector, translator="html")
    except SelectorError as cause:
        raise ValueError(f"rule {rule!r}: not a selector: {selector!r}") from cause
    return lambda root: cast("list[etree._Element]", found(root))  # a selector names elements, never values


def detected(source: bytes) -> tuple[Platform, ...]:
    """The platforms whose markers stand in a page's source (UTF-8), by id; may be empty."""
    markers, owners = _markers_looked_for()
    found = {owners[marker] for marker, _ in markers.places(source.lower())}  # of ASCII letters alone
    return tuple(platform for platform in platforms() if platform.id in found)


@functools.cache
def _markers_looked_for() -> tuple[Literals, tuple[str, ...]]:
    """Every marker behind all that may stand before it, and the platform of each."""
    marked = [
        (before + host + marker.encode(), platform.id)
        for platform in platforms()
        for marker in platform.markers
        for before in _MARKED_BY
        for host in (b"", b"www.")
    ]
    return Literals([marker for marker, _ in marked]), tuple(owner for _, owner in marked)


def apply_page_rules(found: tuple[Platform, ...], body: etree._Element, weights: Weights) -> list[Removal]:
    """Drop what the `page` rules of the platforms found name; gives the log."""
    removed: list[Removal] = []
    total = max(weights[body].prose, 1.0)
    rules = [rule for platform in found for rule in platform.rules if rule.region == "page"]
    classes, ids = _names_on(body) if rules else (set[str](), set[str]())
    for rule in rules:
        for element in rule.found_on(body, classes, ids):
            is_gone = all(ancestor is not body for ancestor in element.iterancestors())
            if is_gone or not _is_within_bounds(element, rule, weights, total):
                continue
            following = element.getnext()
            gone = [element] if following is None or following.tag != rule.following else [element, following]
            for one in gone:
                if (removal := removal_of(one, rule.id)).text:
                    removed.append(removal)
                weights.subtract(one)
                drop(one)
    return removed


def _names_on(body: etree._Element) -> tuple[set[str], set[str]]:
    """Every class and every id on a page: asked once, where each selector would walk the whole tree."""
    values = set(cast("list[str]", _CLASSES(body)))  # the same few in hundreds of elements
    return set(" ".join(values).split()), set(cast("list[str]", _IDS(body)))


def _is_within_bounds(element: etree._Element, rule: Rule, weights: Weights, total: float) -> bool:
    if rule.text is not None and not rule.text.fullmatch(words_of(element)):
        return False
    if rule.max_chars is not None:
        return weights[element].chars <= rule.max_chars
    return weights[element].prose / total < _MAX_SHARE


def edge_rules(found: tuple[Platform, ...], region: str) -> tuple[Rule, ...]:
    """The rules of the platforms found for one end of the content (`start` or `end`)."""
    return tuple(rule for platform in found for rule in platform.rules if rule.region in (region, "edges"))
