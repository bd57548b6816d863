"""A homepage's links, ranked by how much speaks for each being the policy.

In: links of one or several pages. Out: candidates, best first. Text is asked first, then the address, then the words
before a link; the longer match wins, and a link in the footer wins a tie (Kubicek et al. 2025; Unifying Privacy Policy
Detection 2021, read 2026-11-22). Scores only order; what a page is shows when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.discovery.merging import cleaned, known_site, page_key
from archivepolicy.discovery.wording import STEM, match_before, match_text, match_url, objection
from archivepolicy.records.candidate import Candidate, Place
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archivepolicy.records.candidate import PageLink, PolicyKind

MIN_SCORE = 20
_BOTH = 12  # text and address agree
_PLACE_SCORES = {Place.FOOTER: 8, Place.END: 6, Place.NAVIGATION: 2, Place.HEADER: 1, Place.CONTENT: 0}
_ELSEWHERE = 15
_HOMEPAGE = 40


def link_candidates(links: Iterable[PageLink], kind: PolicyKind, site: str) -> list[Candidate]:
    """Rank links.

    Args:
        links: In the page's order.
        kind: The document that is wanted.
        site: The homepage's URL.

    Returns:
        Best first, one a page; equal ones in the page's order. May be empty.
    """
    found: dict[str, Candidate] = {}
    for link in links:
        candidate = _candidate(link, kind, site)
        if candidate is None:
            continue
        key = page_key(candidate.url)
        if key not in found or found[key].score < candidate.score:
            found[key] = candidate
    return sorted(found.values(), key=lambda one: -one.score)


def _candidate(link: PageLink, kind: PolicyKind, site: str) -> Candidate | None:
    """Score one link; None where nothing speaks for it, or too little, or it is another company's."""
    url = cleaned(link.url)
    if url is None or not host_of(url):
        return None
    by_text, by_url = match_text(kind, link.text), match_url(kind, url)
    best = max((by_text, by_url, match_before(kind, link.before, link.text)), key=lambda match: match.score)
    if not best.score:
        return None
    score, reasons = best.score, [best.reason]
    if by_text.score and by_url.score:
        score += _BOTH
        reasons.append(by_url.reason if best is by_text else by_text.reason)
    score += _PLACE_SCORES[link.place]
    if link.place is not Place.CONTENT:
        reasons.append(f"in the {link.place}" if link.place is not Place.END else f"{link.place} of the page")
    if against := objection(kind, link.text, url):
        score -= against[0]
        reasons.append(against[1])
    label, may_be = known_site(url, site)
    if not may_be or (label and label.startswith("another site") and best.score < STEM):
        return None
    if label:
        score -= 0 if label.startswith("hosted") else _ELSEWHERE
        reasons.append(label)
    if page_key(url) in (page_key(site), page_key(site.rstrip("/") + "/index.html")):
        score -= _HOMEPAGE
        reasons.append("it is the homepage itself")
    if score < MIN_SCORE:
        return None
    return Candidate(url=url, score=score, reasons=tuple(dict.fromkeys(reasons)), text=link.text, label=label)
