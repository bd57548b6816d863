"""Trimming: lines at the first and last edge of the content that are not the policy's.

In: the selected content, its loose text in paragraphs. Out: the content without "Powered by ...", copyright lines, "Back
to top", link bars and what the platforms' edge rules name, and a log. Only the outermost 8 blocks of each end are looked
at, each against its whole text, and never a heading. A block with a policy's verb in it stays, unless a platform's rule
names it in full.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from archivepolicy.extraction.chrome import removal_of
from archivepolicy.extraction.elements import drop, says_something, words_of
from archivepolicy.extraction.paragraphs import IN_LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lxml import etree

    from archivepolicy.extraction.platform_rules import Rule
    from archivepolicy.records.document import Removal

    _Order = Callable[[etree._Element], Iterator[etree._Element]]

# blocks looked at, and removals, at each end; longest block that a generic rule may take (chosen on 162 pages of OTA)
_EDGE_BLOCKS = 8
_MAX_BLOCK_CHARS = 200
_LINK_BAR_LINKS = 3
_LINK_BAR_SHARE = 0.75
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_GENERIC = re.compile(
    r"(?:proudly )?powered by\b.{1,60}"
    r"|(?:copyright|©|\(c\)|copyright ?(?:©|\(c\)))\W{0,3}(?:(?:19|20)\d\d\b.{0,150}|.{0,100}\b(?:19|20)\d\d\b.{0,60})"
    r"|.{0,80}(?:all rights reserved|tous droits réservés|alle rechte vorbehalten)\.?"
    r"|(?:select |your |change )?language:?|(?:back|go|return|nach|zurück|retour)? ?(?:to|en haut)?(?: the)? ?top"
    r"|nach oben|zurück nach oben|haut de page|retour en haut"
    r"|print(?: this| page| this page)?|drucken|imprimer|(?:e-?mail|email this(?: page)?)"
    r"|share(?: this(?: page| article)?)?:?|teilen|partager"
    r"|close(?: window| this window)?|\[?(?:x|×)\]?|schließen|fermer|skip to .{1,40}"
    r"|(?:was|is) this (?:page|article|information|answer|section|topic) (?:helpful|useful)(?: to you)?\??.{0,20}"
    r"|(?:did|do) (?:this (?:page|article)|you find (?:this|it)(?: page| article)?) (?:help(?:ful)?|useful)(?: you)?\??.{0,20}"
    r"|war (?:diese seite|dieser artikel) hilfreich\??.{0,20}"
    r"|cet(?:te)? (?:page|article) vous a-t-(?:il|elle) été utile ?\??.{0,20}"
    r"|¿(?:te|le)? ?(?:ha sido|fue|resultó) útil (?:esta página|este artículo)\?.{0,20}"
    r"|still need help\??|have more questions\?.{0,30}"
    r"|\d+ (?:out )?of \d+ (?:people )?found this (?:article |page )?(?:helpful|useful)\.?"
    r"|(?:yes|no|yes no|oui|non|ja|nein)\??"
    r"|log ?in|log ?out|sign ?in|sign ?up|register|subscribe|anmelden|se connecter|connexion|search|suche|rechercher"
    r"|home|menu|navigation|contents?|table of contents|on this page|tweet|like loading\.\.\."
    r"|(?:page )?(?:processed|generated|rendered|created) (?:in )?[\d.,]+ ?(?:s|sec|seconds)\b.{0,60}"
    r"|(?:previous|next|prev)(?: page| article)?"
    r"|download (?:as |this )?(?:pdf|page|document)?|pdf|comments are closed\.?|advertisements?",
    re.IGNORECASE,
)
# what stands above a list of links into the text
_CONTENTS_LABEL = re.compile(r"(?:table of )?contents?|on this page|navigation", re.IGNORECASE)
# what stands above a list of links to other pages at the end
_LINKS_HEADING = re.compile(
    r"(?:related|recent|popular|latest|similar|recommended|more|other|further) (?:articles?|posts?|pages|content|topics|stories"
    r"|reading|news|guides)|(?:you (?:may|might) also like|read more|read next|explore more|keep reading"
    r"|follow us(?: on.{1,30})?"
    r"|share(?: this(?: page| article| post)?)?(?: on.{1,30})?|articles in this section|quick links|useful links|site ?map)"
    r"|(?:ähnliche|verwandte|weitere) (?:artikel|beiträge|seiten|themen)|folgen sie uns"
    r"|articles (?:similaires|associés|connexes|récents)"
    r"|suivez[- ]nous|artículos relacionados|síguenos|articoli correlati|seguici|artigos relacionados|siga-nos"
    r"|(?:gerelateerde|verwante) artikelen|volg ons",
    re.IGNORECASE,
)
# an address outside the site, or a place within the page
_LEADS_OUT = re.compile(r"[a-z][a-z0-9+.-]*:|//|.*#", re.IGNORECASE)
# blocks that such a list may have
_LINKS_BLOCKS = 40
_PART_SIGN = re.compile("[|·•»/]")  # looked for first, since a pattern that begins with a space is slow to search
_PARTS = re.compile(r"\s+[|·•»/]\s*|\s*[|·•»]\s+")
_SEPARATORS = re.compile(r"[\s|·•/»«>–—-]{2,}")
# a sentence with one of these says something of the policy
_POLICY_VERB = re.compile(
    r"\b(?:collect|use[sd]?\b|using|share[sd]? (?:your|with|the|data|any|information)|sharing|disclos"
    r"|stor(?:e[sd]?|ing|age)\b|process(?:es|ing)?\b"
    r"|consent|controller|responsible|protect|retain|transfer|erheb|verarbeit|speicher|nutz(?:en|ung)|weitergeb|einwillig|verantwortlich"
    r"|collecte|utilis|partag|divulg|conserv|trait(?:e|ons|ement)|consent|recopil|utiliz|compart|tratamiento|raccogl|utilizz|condivid)",
    re.IGNORECASE,
)
# a link that is only a date: "3 May 2009", "2009-05-03", "mercredi 30 septembre 2020"
_DATE_NAME = re.compile(r"(?=.*(?<!\d)(?:19|20)\d\d(?!\d)).{4,30}")
_DATED = re.compile(r"updated|effective|revised|modified|version|stand|mise à jour|actualiz|aggiornat", re.IGNORECASE)


def trim_edges(content: etree._Element, start_rules: Sequence[Rule], end_rules: Sequence[Rule]) -> list[Removal]:
    """Trim both ends of the content, in place; gives the log."""
    selected = {rule.id: set(rule.select(content)) for rule in (*start_rules, *end_rules) if rule.select is not None}
    removed = [*_trim_bar(content, iter, "start"), *_trim_bar(content, reversed, "end"), *_trim_links(content)]
    first, last = _outermost_blocks(content)
    for where, rules, edge in (("start", start_rules, first), ("end", end_rules, list(reversed(last)))):
        for block in edge:
            if block.tag in _HEADINGS:
                continue
            text = words_of(block)
            rule = _platform_rule(block, text, rules, selected) or _generic_rule(block, text)
            if rule:
                removed.append(removal_of(block, rule, where=where))
                _drop_with_shells(block, content)
    return removed


def _trim_bar(content: etree._Element, in_turn: _Order, where: str) -> list[Removal]:
    """Trim a bar of links to other pages of the site that has a block for each: a row of a table of 1999."""
    waiting: list[etree._Element] = []
    count = 0
    for block in itertools.islice(_leaf_blocks(content, in_turn), _LINKS_BLOCKS):
        if block.tag in (*_HEADINGS, "li"):
            break
        if any(map(str.isalnum, block.text or "")) or any(map(str.isalnum, words_of(block))):
            if not _is_link(block) or any(map(_LEADS_OUT.match, _hrefs(block))):
                break
            count += 1
        waiting.append(block)
    if count < _LINK_BAR_LINKS:
        return []
    removed = [removal_of(block, "edge/link-bar", where=where) for block in waiting]
    for block in waiting:
        _drop_with_shells(block, content)
    return [removal for removal in removed if removal.text]


def _hrefs(block: etree._Element) -> list[str]:
    return [(link.get("href") or "").strip() for link in block.iter("a")]


def _trim_links(content: etree._Element) -> list[Removal]:
    """Trim lists of links to other pages, with the heading that calls them so, from the end."""
    gone: list[etree._Element] = []
    waiting: list[etree._Element] = []
    for block in itertools.islice(_leaf_blocks(content, reversed), _LINKS_BLOCKS):
        text = words_of(block)
        if _LINKS_HEADING.fullmatch(text.strip(" :…")):
            if waiting:
                gone += (block, *reversed(waiting))
            waiting = []
        elif block.tag in _HEADINGS or not _is_link(block):
            break
        else:
            waiting.append(block)
    removed = [removal_of(block, "edge/links", where="end") for block in gone]
    for block in gone:
        _drop_with_shells(block, content)
    return removed


def _is_link(block: etree._Element) -> bool:
    """Whether a block is no more than links to elsewhere."""
    links = [link for link in block.iter("a") if link.get("href")]
    if not links or any((link.get("href") or "").startswith(("#", "mailto:", "tel:")) for link in links):
        return False
    return sum(len(words_of(link)) for link in links) > _LINK_BAR_SHARE * len(_SEPARATORS.sub("", words_of(block)))


def _outermost_blocks(content: etree._Element) -> tuple[list[etree._Element], list[etree._Element]]:
    """The blocks at either end, in order; a short text's are shared between its ends. What lies between is not read."""
    first = list(itertools.islice(_leaf_blocks(content, iter), _EDGE_BLOCKS))
    last = list(itertools.islice(_leaf_blocks(content, reversed), _EDGE_BLOCKS))[::-1]
    if set(first).isdisjoint(last):
        return first, last
    blocks = list(_leaf_blocks(content, iter))  # fewer than both ends have together
    middle = (len(blocks) + 1) // 2
    return blocks[:middle], blocks[middle:]


def _leaf_blocks(content: etree._Element, in_turn: _Order) -> Iterator[etree._Element]:
    """The blocks of the content that hold text and no block, from the first (`iter`) or from the last (`reversed`)."""
    waiting = [iter((content,))]
    while waiting:
        inner = next(waiting[-1], None)
        if inner is None:
            waiting.pop()
        elif inner.tag not in IN_LINES:
            children = in_turn(inner)
            first = next((child for child in children if child.tag not in IN_LINES), None) if len(inner) else None
            if first is not None:
                waiting.append(itertools.chain((first,), children))  # the rest is not read before it is asked for
            elif says_something(inner):
                yield inner


def _platform_rule(
    block: etree._Element, text: str, rules: Sequence[Rule], selected: dict[str, set[etree._Element]]
) -> str | None:
    for rule in rules:
        if rule.text is not None and not rule.text.fullmatch(text):
            continue
        if rule.select is not None and block not in selected[rule.id]:
            continue
        if rule.max_chars is not None and len(text) > rule.max_chars:
            continue
        return rule.id
    return None


def _generic_rule(block: etree._Element, text: str) -> str | None:
    if len(text) >= _MAX_BLOCK_CHARS or block.tag in ("td", "th"):
        return None
    if _is_link_bar(block, text):
        return "edge/link-bar"
    if (
        not _is_generic_line(text)
        or _heads_contents(block, text)
        or (block.tag == "li" and not _is_list_of_lines(block))
    ):
        return None
    return "edge/line"


def _heads_contents(block: etree._Element, text: str) -> bool:
    """Whether a block is the label of a list of links into the text, which stays with that list."""
    if not _CONTENTS_LABEL.fullmatch(text.strip(" :")):
        return False
    following = block.getnext()
    links = [] if following is None else list(following.iter("a"))
    return len(links) > 1 and all((link.get("href") or "").startswith("#") for link in links)


def _is_generic_line(text: str) -> bool:
    text = text.strip(" |·•-–—»«>")
    is_generic = _GENERIC.fullmatch(text) is not None
    if not is_generic and _PART_SIGN.search(text) and len(parts := _PARTS.split(text)) > 1:
        is_generic = all(map(_GENERIC.fullmatch, parts))
    return is_generic and not _POLICY_VERB.search(text) and not _DATED.search(text)


def _is_list_of_lines(item: etree._Element) -> bool:
    """Whether the items beside one are chrome too; a policy may list "search" and "log in" as what it records."""
    every = (sibling for way in (True, False) for sibling in item.itersiblings("li", preceding=way))
    beside = list(itertools.islice(every, 2 * _EDGE_BLOCKS))
    if len(beside) == 2 * _EDGE_BLOCKS:  # no edge is as long as that
        return False
    return all(_is_generic_line(words_of(sibling)) or next(sibling.iter("a"), None) is not None for sibling in beside)


def _is_link_bar(block: etree._Element, text: str) -> bool:
    links = [link for link in block.iter("a") if link.get("href")]
    if len(links) < _LINK_BAR_LINKS or any((link.get("href") or "").startswith("#") for link in links):
        return False
    names = [words_of(link) for link in links]
    if all(map(_DATE_NAME.fullmatch, names)):  # the versions of the policy
        return False
    return sum(map(len, names)) > _LINK_BAR_SHARE * len(_SEPARATORS.sub("", text))


def _drop_with_shells(block: etree._Element, content: etree._Element) -> None:
    """Drop a block and the elements around it that it leaves empty."""
    while block is not content:
        parent = block.getparent()
        if parent is None:
            return
        drop(block)
        if says_something(parent):
            return
        block = parent
