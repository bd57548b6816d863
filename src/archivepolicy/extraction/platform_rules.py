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
from lxml.cssselect import CSSSelector, SelectorError

from archivepolicy.extraction.chrome import removal_of
from archivepolicy.extraction.elements import drop, words_of
from archivepolicy.extraction.literals import Literals

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    from archivepolicy.extraction.weights import Weights
    from archivepolicy.records.document import Removal

    _Select = Callable[[etree._Element], list[etree._Element]]

REGIONS = frozenset({"page", "start", "end", "edges"})
# a selector without its own bound may take no more than this share of the page's prose
_MAX_SHARE = 0.1
_DEFAULT_CHARS = 120
# who says so: a page of that platform, its own template or source, or nobody yet
_EVIDENCE = re.compile(r"(?:seen|read): \S|assumed\b")
_MARKER = re.compile(r"[a-z0-9][ -@\[-~]{2,}")
# what stands before a class or an id in its attribute (`;` in a document inside a frame: `class=&quot;`), and where it ends
_BEFORE_NAME = b" \t\r\n\f\"'=;"
_END_OF_NAME = re.compile(rb"(?![\w-])")
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
    select: _Select | None
    text: re.Pattern[str] | None
    region: str
    max_chars: int | None
    following: str | None
    alternatives: tuple[_Alternative, ...] = ()

    def narrowed(self, source: bytes) -> _Select | None:
        """What the selector comes to on a page with this source: most have nothing to find there, which is None."""
        asked = [one.css for one in self.alternatives if one.may_be_on(source)]
        return _compiled(self.id, ", ".join(asked)) if asked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alternative:
    """One of the selectors that commas part.

    Attributes:
        css: As it is written.
        name: A class or id that each element that it finds has; empty where it may find any element.
    """

    css: str
    name: str

    def may_be_on(self, source: bytes) -> bool:
        """Whether a page may have an element that it finds: its name stands in the source, as nobody writes it otherwise."""
        if not self.name:
            return True
        places, width = _looked_for(self.name).places(source), len(self.name)
        return any(
            source[place - 1] in _BEFORE_NAME and _END_OF_NAME.match(source, place + width) is not None
            for _, place in places
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of the platforms found on a page.

    Attributes:
        page: Those for the whole page that may take something of it, each with what its selector comes to there.
        start: Those for the beginning of the content.
        end: Those for its end.
    """

    page: tuple[tuple[Rule, _Select], ...] = ()
    start: tuple[Rule, ...] = ()
    end: tuple[Rule, ...] = ()


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
        name = part.class_name if isinstance(part, Class) else part.id if isinstance(part, Hash) else ""
        found.append(_Alternative(css=alternative.canonical(), name=name))
    return tuple(found)


@functools.cache  # as many as the files of the platforms name
def _looked_for(name: str) -> Literals:
    return Literals([name.encode()])


@functools.lru_cache(maxsize=1024)
def _compiled(rule: str, selector: str) -> _Select:
    try:
        found = CSSSelector(selector, translator="html")
    except SelectorError as cause:
        raise ValueError(f"rule {rule!r}: not a selector: {selector!r}") from cause
    return lambda root: cast("list[etree._Element]", found(root))  # a selector names elements, never values


def rules_for(source: bytes) -> Rules:
    """The rules that a page's source (UTF-8) calls for."""
    rules = [rule for platform in detected(source) for rule in platform.rules]
    page = ((rule, rule.narrowed(source)) for rule in rules if rule.region == "page")
    return Rules(
        page=tuple((rule, select) for rule, select in page if select is not None),
        start=tuple(rule for rule in rules if rule.region in ("start", "edges")),
        end=tuple(rule for rule in rules if rule.region in ("end", "edges")),
    )


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


def apply_page_rules(rules: Rules, body: etree._Element, weights: Weights) -> list[Removal]:
    """Drop what the `page` rules name; gives the log."""
    removed: list[Removal] = []
    total = max(weights[body].prose, 1.0)
    for rule, select in rules.page:
        for element in select(body):
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


def _is_within_bounds(element: etree._Element, rule: Rule, weights: Weights, total: float) -> bool:
    if rule.text is not None and not rule.text.fullmatch(words_of(element)):
        return False
    if rule.max_chars is not None:
        return weights[element].chars <= rule.max_chars
    return weights[element].prose / total < _MAX_SHARE
