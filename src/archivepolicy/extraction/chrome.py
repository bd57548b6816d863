"""Pruning: the parts of a page that are the site's and not the policy's, dropped from the top down.

In: a body and its weights. Out: the body without navigation, footers, consent dialogs and their like, and a log of what
went. Every rule has a guard of size: an element that holds too large a share of the page's prose stays whatever it is
called (a page-wide `<form>`, a body classed `has-sidebar`). Thresholds: chosen on 162 pages of Open Terms Archive.
Platform rules are another matter (platform_rules.py); lines at the edges of the text too (edges.py).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.contents import Contents
from archivepolicy.extraction.inserts import TOOLBAR_IDS
from archivepolicy.extraction.names import NameKind, names_of
from archivepolicy.extraction.tree import INLINE, path_of, strip_wide, words_of
from archivepolicy.records.document import Removal

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_RULES_AGAINST_LISTS = frozenset({"prune/nav", "prune/role-navigation", "prune/name-weak"})
_HIDDEN_PROSE = 60
# a panel that asks for an address has its offer and its small print, some 500 characters where it was seen
_PANEL_PROSE = 1000
_PANEL_SHARE = 0.45
# a section of a policy may be called "sharing" or "newsletter"; chrome of that name holds no such amount of sentences
_NAMED_PROSE = 400
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAMELESS = names_of(None, None)
_NEVER_BY_NAME = frozenset({
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "dd", "td", "th", "tr", "tbody", "blockquote", "body", "main",
    "article",
})  # fmt: skip
_DROPPED = "dropped"
# fewer than this leave no element with very many pieces of text
_MANY = 100
_BUTTON_HOMES = frozenset({"h2", "h3", "h4", "h5", "dt", "summary"})
_CONTENT_HOMES = frozenset({"main", "article", "section"})
_HEADER_LINK_DENSITY = 0.3


class Pruner:
    """Prunes one body."""

    def __init__(self, body: etree._Element, weights: Weights) -> None:
        self._body = body
        self._weights = weights
        self._total = max(weights[body].prose, 1.0)
        self._contents = Contents(body, weights)
        self.removed: list[Removal] = []
        self._drops = 0

    def prune(self) -> None:
        """Drop chrome from the body, in place."""
        waiting = [self._body]
        while waiting:
            element = waiting.pop()
            for child in list(element):
                attributes = child.items()
                if not attributes and child.tag not in _TAGS and child.tag != "button":
                    rule = None
                else:
                    rule = self._rule_against(child, cast("dict[str, str]", dict(attributes)))
                if rule is None:
                    if len(child):
                        waiting.append(child)
                elif rule not in _RULES_AGAINST_LISTS or not self._contents.is_contents(child):
                    self._drop(child, rule)
        if self._drops >= _MANY:
            strip_wide(self._body, (_DROPPED,), with_text=False)
        etree.strip_tags(self._body, _DROPPED)

    def _drop(self, element: etree._Element, rule: str) -> None:
        self._drops += 1
        heading = None
        if rule in ("prune/header", "prune/role-banner"):
            heading = next((h1 for h1 in element.iter("h1") if words_of(h1)), None)
        removal = removal_of(element, rule)
        if removal.text:
            self.removed.append(removal)
        self._weights.subtract(element)
        if heading is not None:
            keep_names(heading, until=element)
            heading.tail = None
            element.addprevious(heading)
        # The words behind it are joined to those before it at the end, all in one pass: one by one takes the square.
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # missing in the stubs
        element.tag = _DROPPED

    def _rule_against(self, element: etree._Element, attributes: Mapping[str, str]) -> str | None:
        """The rule that an element falls to, or None."""
        tag = element.tag
        if tag == "button":
            return None if self._is_kept_button(element) else "prune/button"
        if tag == "a" and not attributes.get("class"):
            return None
        weight = self._weights[element]
        share = weight.prose / self._total
        if tag in _TAGS and share < _TAG_SHARE and not self._is_content_header(element, weight):
            return f"prune/{tag}"
        if share < _TAG_SHARE and (rule := _rule_by_role(attributes)):
            return rule
        return self._rule_by_name(element, attributes, weight)

    def _rule_by_name(self, element: etree._Element, attributes: Mapping[str, str], weight: Weight) -> str | None:
        """The rule that an element falls to by its class, its id or its style, or None."""
        tag, share = element.tag, weight.prose / self._total
        class_, id_ = attributes.get("class"), attributes.get("id")
        names = names_of(class_, id_) if class_ or id_ else _NAMELESS
        if id_ in TOOLBAR_IDS:
            return "archive/toolbar"
        if tag not in _NEVER_BY_NAME:
            if names.kind and share < _NAME_SHARE[names.kind] and _falls_by_name(tag, names, weight):
                return f"prune/name-{names.kind.value}"
            if names.is_sign_up and share < _PANEL_SHARE and _is_sign_up_panel(element, weight):
                return "prune/sign-up"
        return "prune/hidden" if weight.prose < _HIDDEN_PROSE and _is_hidden(attributes, names) else None

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


def _rule_by_role(attributes: Mapping[str, str]) -> str | None:
    role = attributes.get("role")
    if role and (role := role.lower()) in _ROLES:
        return f"prune/role-{role}"
    return "prune/role-dialog" if attributes.get("aria-modal") == "true" else None


def _falls_by_name(tag: str, names: Names, weight: Weight) -> bool:
    """Whether an element falls to its names, so small as it is; a weak name must be borne out by what it holds."""
    if names.kind is not NameKind.WEAK:
        return True
    if tag in INLINE and tag != "a":
        return False
    # an id is often the anchor of a section: "#sharing", "#cookies", "#advertisements"
    bound = _NAMED_PROSE if names.class_kind else _HIDDEN_PROSE
    return weight.prose < bound or weight.link_density >= _HEADER_LINK_DENSITY


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
