"""The policy's title.

In: the page's headings and its `<title>`. Out: the title and where it was found. An `h1` in the content comes first; then
the nearest one before it, unless the page's own names call its place a banner (a slogan) or it is the site's name; then
`<title>` as it stands; then "Privacy Policy" and the domain.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.extraction.elements import words_of
from archivepolicy.extraction.names import is_banner
from archivepolicy.records.document import TitleSource

if TYPE_CHECKING:
    from lxml import etree

_NOT_LETTERS = re.compile(r"[\W_]+")
# words that name a kind of policy (after the document types of Open Terms Archive)
_DOCUMENT_WORD = re.compile(
    r"privacy|polic(?:y|ies)|terms|conditions|legal|cookies?|data protection|imprint|disclaimer|notice|statement|agreement"
    r"|datenschutz|nutzungsbedingungen|impressum|agb\b|confidentialité|mentions légales|données personnelles|utilisation"
    r"|privacidad|datos personales|aviso legal|riservatezza|dati personali|note legali|privacidade|dados pessoais"
    r"|gegevensbescherming|voorwaarden|integritet|personuppgifter|privatliv|personvern|tietosuoja|prywatno|danych osobowych"
    r"|soukrom|adatv|confidențialitate|gizlilik|kvkk|απορρ|конфиденц|персональных|隐私|私隱|隱私|プライバシー|個人情報|개인정보",
    re.IGNORECASE,
)
# a heading longer than this is a paragraph that somebody wanted large
_MAX_TITLE_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNames:
    """What a page says of its site and itself outside its text.

    Attributes:
        domain: The site's host name; may be empty.
        page_title: `<title>`; may be empty.
    """

    domain: str
    page_title: str


def nearest_heading(body: etree._Element, first: etree._Element, site: SiteNames) -> etree._Element | None:
    """The last `h1` before an element that introduces it, or None.

    Args:
        body: The pruned body.
        first: The content; headings inside or behind it do not count.
        site: What the site calls itself.
    """
    found: list[etree._Element] = []
    for element in body.iter("h1", first.tag):  # which passes nearly all others over without a call
        if element is first:
            break
        if element.tag == "h1":
            found.append(element)
    return next((heading for heading in reversed(found) if _introduces(heading, site)), None)


def names_document(words: str, site: SiteNames) -> bool:
    """Whether words name a kind of document and are what `<title>` calls the page, or a part of that."""
    return _DOCUMENT_WORD.search(words) is not None and words.casefold() in site.page_title.casefold()


def _introduces(heading: etree._Element, site: SiteNames) -> bool:
    words = words_of(heading)
    if not words or len(words) > _MAX_TITLE_CHARS or _is_site_name(words, site.domain):
        return False
    if not _is_in_banner(heading):
        return True
    # A banner's heading is a slogan, or the page's name again; it counts where it alone tells what document this is.
    return _DOCUMENT_WORD.search(words) is not None and words.casefold() not in site.page_title.casefold()


def _is_in_banner(heading: etree._Element) -> bool:
    if is_banner(heading.get("class"), heading.get("id")):
        return True
    around = itertools.takewhile(lambda ancestor: ancestor.tag != "body", heading.iterancestors())
    return any(is_banner(ancestor.get("class"), ancestor.get("id")) for ancestor in around)


def _is_site_name(words: str, domain: str) -> bool:
    """Whether a heading says no more than the host does: "Example Hosting" on examplehosting.com."""
    letters = _NOT_LETTERS.sub("", words).casefold()
    host = domain.casefold().removeprefix("www.")
    return bool(host) and letters in {_NOT_LETTERS.sub("", host), _NOT_LETTERS.sub("", host.rpartition(".")[0])}


def chosen_title(*, content_heading: str, nearby: bool, page_title: str, domain: str) -> tuple[str, TitleSource]:
    """Choose the title.

    Args:
        content_heading: Words of the first `h1` that the Markdown holds; may be empty.
        nearby: Whether that heading was taken from before the content.
        page_title: Words of `<title>`; may be empty.
        domain: The site's host name; may be empty.
    """
    if content_heading:
        return content_heading, TitleSource.NEARBY if nearby else TitleSource.CONTENT
    if page_title and page_title.casefold() not in ("none", "untitled", "untitled document"):
        return page_title, TitleSource.PAGE
    return f"Privacy Policy {domain}".strip(), TitleSource.NONE
