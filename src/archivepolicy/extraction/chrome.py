"""Pruning: the parts of a page that are the site's and not the policy's, dropped from the top down.

In: a body and its weights. Out: the body without navigation, footers, consent dialogs and their like, and a log of what
went. Every rule has a guard of size: an element that holds too large a share of the page's prose stays whatever it is
called (a page-wide `<form>`, a body classed `has-sidebar`). Thresholds: chosen on 162 pages of Open Terms Archive.
Platform rules are another matter (platform_rules.py); lines at the edges of the text too (edges.py).
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.beside import is_dated_line
from archivepolicy.extraction.contents import Contents
from archivepolicy.extraction.elements import INLINE, MANY, children_of, path_of, strip_wide, words_of
from archivepolicy.extraction.inserts import TOOLBAR_IDS
from archivepolicy.extraction.names import NameKind, is_cookie_list, names_of
from archivepolicy.records.document import Removal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archivepolicy.extraction.names import Names
    from archivepolicy.extraction.weights import Weight, Weights

REMOVAL_CHARS = 200
_TAGS = frozenset({"nav", "footer", "aside", "header", "menu", "form"})
_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "complementary", "menu", "menubar",
    "toolbar", "tooltip",
})  # fmt: skip
_TAG_SHARE = 0.45
_NAME_SHARE = {NameKind.CONSENT: 0.5, NameKind.STRONG: 0.4, NameKind.WEAK: 0.1}
_RULES_AGAINST_LISTS = frozenset({"prune/nav", "prune/aside", "prune/role-navigation", "prune/name-weak"})
_HIDDEN_PROSE = 60
# a panel that asks for an address has its offer and its small print, some 500 characters where it was seen
_PANEL_PROSE = 1000
_PANEL_SHARE = 0.45
# A box without a name that does the same: its words, how much it may say, and how far around its form it is looked for
# (assumed).
_SIGN_UP_WORDS = re.compile(
    r"\bnewsletters?\b|\bsubscribe\b|\bsign up (?:for|to)\b|\bmailing list\b|\byour inbox\b|\babonnieren\b"
    r"|\binfolettre\b|\babonnez-vous\b"
    r"|\binscrivez-vous\b|\bsuscríbete\b|\bsuscribirse\b|\bboletín\b|\biscriviti\b|\binscreva-se\b|\bnieuwsbrief\b"
    r"|\bnyhetsbrev\b|\bnyhedsbrev\b",
    re.IGNORECASE,
)
_SIGN_UP_PROSE = 400
_SIGN_UP_LEVELS = 4
_FORMS = 50  # looked at, since each costs what stands around it
# a section of a policy may be called "sharing" or "newsletter"; chrome of that name holds no such amount of sentences
_NAMED_PROSE = 400
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAMELESS = names_of(None, None)
_NEVER_BY_NAME = frozenset({
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "dd", "td", "th", "tr", "tbody", "blockquote", "body", "main",
    "article",
})  # fmt: skip
# what the headings of an accordion unfold (WAI-ARIA Authoring Practices, accordion pattern)
_PANELS = etree.XPath(
    "descendant::*[@aria-controls][ancestor::h2 or ancestor::h3 or ancestor::h4 or ancestor::h5 or ancestor::summary"
    " or descendant::h2 or descendant::h3 or descendant::h4 or descendant::h5]/@aria-controls"
)
# siblings that are looked at on each side for one built alike
_TWINS = 20
_DROPPED = "dropped"
_BUTTON_HOMES = frozenset({"h2", "h3", "h4", "h5", "dt", "summary"})
_CONTENT_HOMES = frozenset({"main", "article", "section"})
_HEADER_LINK_DENSITY = 0.3
_SIGN_CHARS = 20  # what has no letter among so many has none
# Where a page has one `main`, it holds the policy: on all of the 47 documents of Open Terms Archive (of 85) that have one
# it held 99 % of it. A stub or a slogan says less than this outside its links; an imprint under its heading has few words.
_MAIN_CHARS = 200
_HEADED_MAIN_CHARS = 60
# as much beside it may be a policy that opens above the page (assumed: consent dialogs hold up to some 3,000)
_BESIDE_MAIN_PROSE = 5000


class Pruner:
    """Prunes one body."""

    def __init__(self, body: etree._Element, weights: Weights, with_role: Sequence[etree._Element] = ()) -> None:
        self._body = body
        self._weights = weights
        self._total = max(weights[body].prose, 1.0)
        self._contents = Contents(body, weights)
        self._titles: list[etree._Element] | None = None
        self._panel_ids: frozenset[str] | None = None
        self.main = _main_of(body, weights, with_role)
        self._around_main = frozenset(() if self.main is None else self.main.iterancestors())
        self.removed: list[Removal] = []
        self.dropped: list[tuple[etree._Element, str]] = []  # what said something, with its rule
        self._drops = 0

    def prune(self) -> None:
        """Drop chrome from the body, in place."""
        for form in list(itertools.islice(self._body.iter("form"), _FORMS)):
            if (home := self._sign_up_home(form)) is not None:
                self._drop(home, "prune/sign-up")
        self._prune_all()
        for details in list(self._body.iter("details")):
            if self._is_emptied(details):
                self._drop(details, "prune/emptied")
        if self._drops >= MANY:
            strip_wide(self._body, (_DROPPED,), with_text=False)
        if self._drops:
            etree.strip_tags(self._body, _DROPPED)

    def _prune_all(self) -> None:
        """Hold every element against the rules, from the top down."""
        waiting = [children_of(self._body)]
        while waiting:
            for child in waiting.pop():
                tag = child.tag
                rule = None
                if tag != "a" or child.get("class"):  # else a link in the text, as most are
                    attributes = child.items()
                    if attributes or tag in _TAGS or tag == "button":
                        rule = self._rule_against(child, tag, dict(attributes))  # type: ignore[arg-type]  # stubs: bytes
                # what holds the main may be small beside a large dialog, and is the policy's place all the same
                if rule is None or child in self._around_main:
                    if children := children_of(child):
                        waiting.append(children)
                elif rule not in _RULES_AGAINST_LISTS or not self._contents.is_contents(child):
                    self._drop(child, rule)

    def _is_emptied(self, details: etree._Element) -> bool:
        """Whether pruning left no more of a folded part than what one clicks on to unfold it."""
        if next(details.iterdescendants(_DROPPED), None) is None:
            return False
        titles = sum(self._weights[title].chars for title in details.iterchildren("summary"))
        return self._weights[details].chars <= titles

    def _sign_up_home(self, form: etree._Element) -> etree._Element | None:
        """The box around a form with its heading and offer, where they ask readers to sign up for letters; else None."""
        home = None
        for outer in itertools.islice(form.iterancestors(), _SIGN_UP_LEVELS):
            weight = self._weights[outer]
            is_box = outer.tag in ("div", "section", "aside") and weight.prose < _SIGN_UP_PROSE
            if not is_box or weight.prose >= _PANEL_SHARE * self._total:
                break
            if outer is self.main or outer in self._around_main:
                break
            if next(outer.iterdescendants("h1"), None) is not None:
                break
            home = outer
        if home is None or all(outer is not self._body for outer in home.iterancestors()):  # or its box is gone already
            return None
        return home if _SIGN_UP_WORDS.search(words_of(home)) else None

    def _drop(self, element: etree._Element, rule: str) -> None:
        self._drops += 1
        heading = None
        if rule in ("prune/header", "prune/role-banner"):
            heading = next((h1 for h1 in element.iter("h1") if words_of(h1)), None)
        self._weights.subtract(element)
        if heading is not None:
            keep_names(heading, until=element)
            heading.tail = None
            element.addprevious(heading)
        removal = removal_of(element, rule)  # without the heading, which stays
        if removal.text:
            self.removed.append(removal)
            self.dropped.append((element, rule))
        # The words behind it are joined to those before it at the end, all in one pass: one by one takes the square.
        place = etree.Element(_DROPPED)
        place.tail, element.tail = element.tail, None
        element.getparent().replace(element, place)  # type: ignore[union-attr]  # it stands in the body

    def _rule_against(self, element: etree._Element, tag: str, attributes: Mapping[str, str]) -> str | None:
        """The rule that an element falls to, or None."""
        if tag == "button":
            return None if self._is_kept_button(element) else "prune/button"
        if tag in _TAGS or "role" in attributes or "aria-modal" in attributes:
            weight = self._weights[element]
            is_small = weight.prose / self._total < _TAG_SHARE or self._is_beside_main(element)
            if is_small and tag in _TAGS and not self._is_content_header(element, weight):
                return f"prune/{tag}"
            if is_small and (rule := _rule_by_role(attributes)):
                return rule
            if attributes.get("role") == "button" and _is_sign(element):
                return "prune/button"
        class_, id_ = attributes.get("class"), attributes.get("id")
        names = names_of(class_, id_) if class_ or id_ else _NAMELESS
        hides = _is_hidden(attributes, names)
        return self._rule_by_name(element, attributes, names, hides=hides) if hides or names.tell else None

    def _rule_by_name(
        self, element: etree._Element, attributes: Mapping[str, str], names: Names, *, hides: bool
    ) -> str | None:
        """The rule that an element falls to by its class, its id or its style, or None."""
        weight = self._weights[element]
        share = weight.prose / self._total
        if attributes.get("id") in TOOLBAR_IDS:
            return "archive/toolbar"
        if element.tag not in _NEVER_BY_NAME:
            if names.kind and share < _NAME_SHARE[names.kind] and self._falls_by_name(element, names, weight):
                return f"prune/name-{names.kind.value}"
            if names.is_sign_up and share < _PANEL_SHARE and _is_sign_up_panel(element, weight):
                return "prune/sign-up"
        if hides and weight.prose < _HIDDEN_PROSE and not self._is_panel(element, attributes):
            return "prune/hidden"
        return None

    def _is_beside_main(self, element: etree._Element) -> bool:
        """Whether an element stands outside the page's `main`, so that no size makes it the policy."""
        if self.main is None or element is self.main or element in self._around_main:
            return False
        if self._weights[element].prose >= _BESIDE_MAIN_PROSE:
            return False
        return all(ancestor is not self.main for ancestor in element.iterancestors())

    def _falls_by_name(self, element: etree._Element, names: Names, weight: Weight) -> bool:
        """Whether an element falls to its names, so small as it is; a weak name must be borne out by what it holds."""
        if names.kind is NameKind.CONSENT:
            if is_dated_line(element):  # a cookie notice may be called that by its own page
                return False
            return not any(is_cookie_list(outer.get("class"), outer.get("id")) for outer in element.iterancestors())
        if names.kind is NameKind.STRONG:
            return True
        if weight.prose < _HIDDEN_PROSE and is_dated_line(element):
            return False
        if (element.tag in INLINE and element.tag != "a") or self._holds_title(element):
            return False
        # an id is often the anchor of a section: "#sharing", "#cookies", "#advertisements"
        bound = _NAMED_PROSE if names.class_kind else _HIDDEN_PROSE
        return weight.prose < bound or weight.link_density >= _HEADER_LINK_DENSITY

    def _holds_title(self, element: etree._Element) -> bool:
        """Whether an element holds the page's only `h1` that says something."""
        if next(element.iterdescendants("h1"), None) is None:
            return False
        if self._titles is None:
            self._titles = [heading for heading in self._body.iter("h1") if self._weights[heading].chars]
        return len(self._titles) == 1 and any(outer is element for outer in self._titles[0].iterancestors())

    def _is_panel(self, element: etree._Element, attributes: Mapping[str, str]) -> bool:
        """Whether a short hidden element is a folded part of the text: headed, or hidden as its longer twins are."""
        weight = self._weights[element]
        if not weight.chars or weight.link_density >= _HEADER_LINK_DENSITY:
            return False
        if self._panel_ids is None:
            self._panel_ids = frozenset(
                name for names in cast("list[str]", _PANELS(self._body)) for name in names.split()
            )
        if attributes.get("id") in self._panel_ids:
            return True
        class_ = attributes.get("class")
        around = (itertools.islice(element.itersiblings(preceding=way), _TWINS) for way in (True, False))
        return bool(class_) and any(
            twin.tag == element.tag and twin.get("class") == class_ and self._weights[twin].prose >= _HIDDEN_PROSE
            for twin in itertools.chain(*around)
        )

    def _is_content_header(self, element: etree._Element, weight: Weight) -> bool:
        """Whether a `header` belongs to an article and not to the site."""
        if element.tag != "header" or weight.link_density >= _HEADER_LINK_DENSITY:
            return False
        return any(ancestor.tag in _CONTENT_HOMES for ancestor in element.iterancestors())

    def _is_kept_button(self, element: etree._Element) -> bool:
        """Whether a button is the title of an accordion."""
        parent = element.getparent()
        return (
            element.get("aria-expanded") is not None
            or (parent is not None and parent.tag in _BUTTON_HOMES)
            or "accordion" in f"{element.get('class')} {element.get('id')}".lower()
            or any(True for _ in element.iter("h1", "h2", "h3", "h4", "h5", "h6"))
        )


def _main_of(body: etree._Element, weights: Weights, with_role: Sequence[etree._Element]) -> etree._Element | None:
    """The page's only `main`, where it says enough to be the policy; else None."""
    mains = {*body.iter("main"), *filter(_is_main, with_role)}
    around = ((main, list(main.iterancestors())) for main in mains)
    # those that are on the page still, and in no other
    found = [main for main, outer in around if body in outer and not any(map(_is_main, outer))]
    if len(found) != 1:
        return None
    main = found[0]
    least = _MAIN_CHARS if next(main.iter("h1", "h2"), None) is None else _HEADED_MAIN_CHARS
    return main if weights[main].chars - weights[main].link_chars >= least else None


def _is_main(element: etree._Element) -> bool:
    return element.tag == "main" or element.get("role") == "main"


def _rule_by_role(attributes: Mapping[str, str]) -> str | None:
    role = attributes.get("role")
    if role and (role := role.lower()) in _ROLES:
        return f"prune/role-{role}"
    return "prune/role-dialog" if attributes.get("aria-modal") == "true" else None


def _is_sign(element: etree._Element) -> bool:
    """Whether an element says nothing in words: the arrow of a folded part, a cross."""
    return not any(map(str.isalnum, words_of(element, limit=_SIGN_CHARS)))


def _is_sign_up_panel(element: etree._Element, weight: Weight) -> bool:
    """Whether an element that is named as a panel that asks readers to sign up holds the form to do it."""
    return (
        weight.prose < _PANEL_PROSE
        and next(element.iter("form"), None) is not None
        and next(element.iter("h1"), None) is None
    )


def _is_hidden(attributes: Mapping[str, str], names: Names) -> bool:
    if names.hides or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and _hides(style)


@functools.lru_cache(maxsize=8192)
def _hides(style: str) -> bool:
    """Whether a style hides; a page repeats the same few."""
    return _HIDDEN_STYLE.search(style) is not None


def keep_names(heading: etree._Element, *, until: etree._Element) -> None:
    """Write the names of the elements around a heading into its class, before it is moved out of them.

    Whether a heading stood in a banner is asked later (title.py), when those elements are gone.
    """
    names = [heading.get("class") or ""]
    for ancestor in heading.iterancestors():
        names += [ancestor.get("class") or "", ancestor.get("id") or ""]
        if ancestor is until:
            break
    heading.set("class", " ".join(name for name in names if name))


def removal_of(element: etree._Element, rule: str, *, where: str | None = None) -> Removal:
    """Log an element that is about to go."""
    return Removal(rule=rule, text=words_of(element, limit=REMOVAL_CHARS), where=where or path_of(element))
