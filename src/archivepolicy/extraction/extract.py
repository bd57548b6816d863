"""A memento's bytes to a Document: the order of the steps of extraction and nothing else.

In: the body of a capture with what is known of it. Out: a `Document`. HTML of any kind, or any bytes, give a document;
only a body that cannot be unpacked, or a PDF without readable text, raises. No network, no disk but the package's own
rule files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archivepolicy.codings import decoded_body
from archivepolicy.errors import InputError
from archivepolicy.extraction import platform_rules, sections, xhtml
from archivepolicy.extraction.aria import apply_roles
from archivepolicy.extraction.beside import lines_beside
from archivepolicy.extraction.chrome import Pruner
from archivepolicy.extraction.collector import collector_paused
from archivepolicy.extraction.content import selection
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.edges import trim_edges
from archivepolicy.extraction.elements import words_of
from archivepolicy.extraction.inserts import is_replayed, may_be_wrapped, unwrapped, without_inserts
from archivepolicy.extraction.links import LinkBase, link_base, reveal_emails
from archivepolicy.extraction.markdown import markdown_of
from archivepolicy.extraction.normalise import normalise, unwrap_blocks
from archivepolicy.extraction.plaintext import content_of
from archivepolicy.extraction.stated_dates import find_stated_dates
from archivepolicy.extraction.title import SiteNames, chosen_title
from archivepolicy.extraction.tree import Page, inline_prefixed, parsed_page
from archivepolicy.extraction.verdict import is_plain_text, judge
from archivepolicy.extraction.weights import Weights
from archivepolicy.records.document import Document, Kind, Link, Removal, Verdict
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.urls import domain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

# whether a page is a policy shows in its beginning; `verdict` counts terms in the first 12,000 characters
_JUDGED_CHARS = 13_000
_BEGINNING_CHARS = 3_500
EXTRACTOR_VERSION = "5"

_LOOKS_LIKE_HTML = re.compile(rb"<(?:!doctype|html|head|body|title|div|p|table|a|br|font|h\d)\b", re.IGNORECASE)
_SNIFF_BYTES = 2048
_PDF_MAGIC_BYTES = 1024  # a PDF may begin after some bytes of another kind (PDF 1.7, Annex H.3.4.1)


# below this share of the page's prose a reader is told (assumed)
_MIN_KEPT_SHARE = 0.5


@dataclass(slots=True, kw_only=True)
class _Content:
    """The content on its way to Markdown."""

    root: etree._Element
    nearby_heading: bool
    kept_share: float
    removed: list[Removal]
    warnings: list[str]
    # what was dropped, with its rules: it may date a text that states no date itself
    beside: tuple[tuple[etree._Element, str], ...] = ()
    # where only a section is wanted: the words of all of it, and the heading of the section
    whole: str | None = None
    heading: str = ""


class Extractor(Protocol):
    """Makes a document of a page's bytes, as `extract` does."""

    def __call__(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        """See `extract`."""


def extract(
    payload: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    content_encoding: str | None = None,
    section: Section = WHOLE_PAGE,
) -> Document:
    """Cut the policy out of a page and write it as Markdown.

    Args:
        payload: The body as archived.
        url: The original URL, for relative links and the domain; an archive's address is not one.
        content_type: The HTTP header's value, or None.
        content_encoding: The HTTP header's value, or None; believed only where the bytes allow it.
        section: The part of the page that is wanted. Whether the page is a usable policy is judged on all of it.

    Raises:
        CodingError: The body unpacks beyond the bound.
        InputError: The section is not on the page.
        UnusableCaptureError: The body is a PDF that is damaged, encrypted or without text.
    """
    body, warnings = decoded_body(payload, content_encoding)
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if is_pdf(body, media_type):
        page, content, base = _pdf_content(body, url)
        _cut(content, section)
        return _document(page, content, base, _Source(url=url, encoding="pdf", warnings=warnings))
    with collector_paused():
        decoded = decoded_text(body, content_type)
        source = _Source(url=url, encoding=decoded.encoding, warnings=(*warnings, *decoded.warnings))
        if is_plain(decoded.utf8, media_type):
            page, content, base = _plain_content(decoded.text, url)
        else:
            html = xhtml.html_of(decoded.text) if media_type in xhtml.MEDIA_TYPES else None
            page, content, base = _html_content(html.encode() if html else decoded.utf8, url, section)
        _cut(content, section)
        return _document(page, content, base, source)


def _cut(content: _Content, section: Section) -> None:
    """Cut the content to the section that is wanted, unless it is already; what the reader names is taken whole."""
    if not section.bounds or content.whole is not None:
        return
    root = content.root
    outside: list[Removal] = []
    whole = words_of(root)
    if section.css is not None:
        root, outside = sections.selected(root, section.css)
        apply_roles(root)
        normalise(root)
    if section.from_heading is not None or section.to_heading is not None:
        content.heading, beside = sections.cut(root, section)
        outside += beside
    content.root, content.whole = root, whole
    content.removed += outside
    content.heading = content.heading or sections.first_heading(root)
    content.kept_share *= len(words_of(root)) / max(len(whole), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What is known of a page beside its tree."""

    url: str | None
    encoding: str
    warnings: tuple[str, ...]


def is_plain(utf8: bytes, media_type: str) -> bool:
    """Whether a text is plain; archives label HTML as text too, so its beginning has a say."""
    if _LOOKS_LIKE_HTML.search(utf8, 0, _SNIFF_BYTES):
        return False
    return media_type == "text/plain" or (media_type in ("", "application/octet-stream") and b"<" not in utf8)


def is_pdf(body: bytes, media_type: str) -> bool:
    """Whether a body is a PDF: by its mark, or by its label where it is not the HTML of an error page."""
    start = body[:_SNIFF_BYTES]
    if b"%PDF-" in start[:_PDF_MAGIC_BYTES]:
        return not _LOOKS_LIKE_HTML.search(start.partition(b"%PDF-")[0])
    return media_type == "application/pdf" and not _LOOKS_LIKE_HTML.search(start)


def _pdf_content(body: bytes, url: str | None) -> tuple[Page, _Content, LinkBase]:
    from archivepolicy.extraction import pdf, pdf_layout  # their library is the slowest to load, and PDFs are few

    read = pdf.pdf_text(body, url=url)
    root, removed = pdf_layout.content_of(read)
    page = Page(body=root, title=read.title, base_href=None, language=None, frames=())
    content = _Content(root=root, nearby_heading=False, kept_share=1.0, removed=removed, warnings=list(read.warnings))
    return page, content, LinkBase(url=url, is_replayed=False)


def _plain_content(text: str, url: str | None) -> tuple[Page, _Content, LinkBase]:
    root = content_of(text)
    page = Page(body=root, title="", base_href=None, language=None, frames=())
    content = _Content(root=root, nearby_heading=False, kept_share=1.0, removed=[], warnings=[])
    return page, content, LinkBase(url=url, is_replayed=False)


def _html_content(source: bytes, url: str | None, section: Section) -> tuple[Page, _Content, LinkBase]:
    source, inserts = without_inserts(source)
    # before the parser fills the processor's cache
    rules = platform_rules.rules_for(source) if section.css is None else platform_rules.Rules()
    page = parsed_page(source)
    hrefs = reveal_emails(page.body, source)
    is_suspect = may_be_wrapped([url or "", page.base_href or "", *hrefs])
    replayed = bool(inserts) or (is_suspect and is_replayed(source, page.body))
    base = link_base(url, page.base_href, is_replayed=replayed)
    if section.css is not None:
        content = _unpruned(page, section)
    else:
        content = _pruned(page, rules, domain_name(unwrapped(url)) if url else "")
        if section.bounds:
            try:
                _cut(content, section)
            except InputError:  # a title that stands in what is usually chrome: looked for on the whole page
                page = parsed_page(source)
                reveal_emails(page.body, source)
                content = _unpruned(page, section)
                content.warnings.append(
                    "A heading asked for stands outside the text that was found; nothing was pruned."
                )
    content.removed[:0] = [Removal(rule="archive/insert", text=name, where="source") for name in inserts]
    if page.frames:
        named = ", ".join(page.frames[:10])
        content.warnings.append(f"The page is a frameset; its text is in its frames: {named}.")
    return page, content, base


def _pruned(page: Page, rules: platform_rules.Rules, domain: str) -> _Content:
    """The policy, as it is found without being told where it stands."""
    content = _selected(page, rules, domain, apply_roles(page.body))
    normalise(content.root)
    content.removed += trim_edges(content.root, rules.start, rules.end)
    return content


def _unpruned(page: Page, section: Section) -> _Content:
    """The section that the reader named, cut out of the whole page."""
    inline_prefixed(page.body)
    content = _Content(root=page.body, nearby_heading=False, kept_share=1.0, removed=[], warnings=[])
    if section.css is None:
        apply_roles(page.body)
        normalise(page.body)  # else after the selection: a selector is written for the page as it was
    _cut(content, section)
    return content


def _selected(page: Page, rules: platform_rules.Rules, domain: str, with_role: Sequence[etree._Element]) -> _Content:
    """Prune the body and select its content; where too little comes of it, the pruned body."""
    body = page.body
    weights = Weights(body)
    if weights.has_prefixed and inline_prefixed(body):
        weights = Weights(body)
    whole = weights[body].prose
    removed = platform_rules.apply_page_rules(rules, body, weights)
    pruner = Pruner(body, weights, with_role)
    pruner.prune()
    removed += pruner.removed
    site = SiteNames(domain=domain, page_title=page.title)
    chosen = selection(body, weights, site, main=pruner.main)
    kept = min(1.0, max(0.0, chosen.prose / whole)) if whole > 0 else 1.0
    content = _Content(
        root=chosen.content, nearby_heading=chosen.heading is not None, kept_share=kept, removed=removed, warnings=[]
    )
    content.removed += chosen.removed
    content.beside = (*pruner.dropped, *((element, "select/outside") for element in chosen.left))
    if chosen.is_doubtful:
        content.warnings.append("Little of the page reads like a policy; all that is not navigation was kept.")
    elif kept < _MIN_KEPT_SHARE:
        content.warnings.append(f"Only {kept:.0%} of the page's prose was kept; `removed` lists the rest.")
    return content


def _document(page: Page, content: _Content, base: LinkBase, source: _Source) -> Document:
    """Write the Markdown and gather what is said about it."""
    unwrap_blocks(content.root)
    markdown, links = markdown_of(content.root, base)
    if content.whole is None:
        heading = next((words for h1 in content.root.iter("h1") if (words := words_of(h1))), "")
    else:
        heading = content.heading
    title, title_source = chosen_title(
        content_heading=heading,
        nearby=content.nearby_heading and content.whole is None,
        page_title=page.title,
        domain=domain_name(source.url) if source.url else "",
    )
    running = (removal.text for removal in content.removed if removal.rule == "pdf/running-head")
    dated = "\n\n".join((markdown, *dict.fromkeys(running)))  # a PDF is often dated at its foot alone
    stated = find_stated_dates(dated, page.language)
    if not stated and content.beside:
        stated = find_stated_dates("\n\n".join(lines_beside(content.beside)), page.language)
    return Document(
        title=title,
        title_source=title_source,
        page_title=page.title,
        markdown=markdown,
        language=page.language,
        encoding=source.encoding,
        links=_unique_order(links),
        stated_dates=stated,
        removed=tuple(content.removed),
        warnings=(*source.warnings, *content.warnings),
        kept_share=content.kept_share,
        verdict=_verdict(page, content, markdown),
    )


def _verdict(page: Page, content: _Content, markdown: str) -> Verdict:
    """Judge the page; nearly always the beginning of what was written of it is enough."""
    heading = _first_heading(content.root)
    text = content.whole
    if text is None:
        beginning = markdown[:_BEGINNING_CHARS]  # it has no word that the text has not
        if is_plain_text(page_title=page.title, first_heading=heading, beginning=beginning):
            return Verdict(kind=Kind.POLICY)
        text = words_of(content.root, limit=_JUDGED_CHARS)
    return judge(page_title=page.title, first_heading=heading, text=text, language=page.language)


def _first_heading(root: etree._Element) -> str:
    return next((words for heading in root.iter("h1", "h2", "h3") if (words := words_of(heading))), "")


def _unique_order(links: Sequence[Link]) -> tuple[Link, ...]:
    return tuple(links)
