"""A page's links and buttons, wherever on it they stand.

In: a homepage's bytes. Out: its links with their words, their place and their absolute original targets. Unlike the links
of a document they are read off the whole page, chrome and all, since a policy is linked in the footer. Scripts are not run:
of a button only an address that stands as a literal in its handler is read. Mail, telephone, scripts, anchors within the
page and files that hold no text are no links.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from archivepolicy.codings import decoded_body
from archivepolicy.extraction import xhtml
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.elements import drop, folded
from archivepolicy.extraction.extract import is_pdf
from archivepolicy.extraction.inserts import TOOLBAR_IDS, is_replayed, without_inserts
from archivepolicy.extraction.links import LinkBase, link_base, target_of
from archivepolicy.extraction.tree import parsed_whole
from archivepolicy.records.candidate import PageLink, PageLinks, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

_BEFORE_CHARS = 80
_TEXT_CHARS = 300
_MAX_LINKS = 5000  # portals of 2000 have some hundred; beyond this a page is a list of links made by a machine
# the last links of a page without any name for its footer: a list of a dozen is usual
_END_LINKS = 12
_SILENT = frozenset({"script", "style", "template", "noscript", "title", "head"})
_CLICKED = frozenset({"a", "area", "button", "input"})
_BLOCKS = frozenset(
    {"p", "div", "li", "td", "th", "body", "section", "footer", "header", "nav", "article", "center", "dd"}
)
_FILES = re.compile(
    r"\.(?:zip|exe|dmg|gz|tgz|rar|7z|iso|apk|msi|jpe?g|png|gif|svg|webp|ico|bmp|css|js|json|xml|rss|mp3|mp4|avi|mov|wmv|webm"
    r"|woff2?|xlsx?|pptx?|ics|vcf)$",
    re.IGNORECASE,
)
_NAMED_PLACES = (
    (Place.FOOTER, re.compile(r"foot|colophon|(?:^|[-_ ])(?:bottom|legal|imprint|copyright|subnav)", re.IGNORECASE)),
    (Place.NAVIGATION, re.compile(r"(?:^|[-_ ])(?:nav|menu|sidebar|breadcrumb)", re.IGNORECASE)),
    (Place.HEADER, re.compile(r"(?:^|[-_ ])(?:head|header|masthead|top)(?:$|[-_ ])", re.IGNORECASE)),
)
# a frame around the whole page may be named after its footer: `sticky-footer-wrapper`
_WHOLE = re.compile(r"wrap|sticky|has-|with-|container-fluid", re.IGNORECASE)
_PLACES = {
    "footer": Place.FOOTER, "contentinfo": Place.FOOTER, "nav": Place.NAVIGATION, "navigation": Place.NAVIGATION,
    "menu": Place.NAVIGATION, "header": Place.HEADER, "banner": Place.HEADER,
}  # fmt: skip
# an address as a literal in a handler: `window.open('privacy.html')`, `location.href="/terms"`
_HANDLED = re.compile(
    r"""(?:open|location|href|go|popup|window|load)[^'"]{0,60}['"]([^'"\s]{2,500})['"]""", re.IGNORECASE
)
_REFRESH = re.compile(r"^\s*\d*\.?\d*\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)


def page_links(payload: bytes, *, url: str, content_type: str | None = None) -> PageLinks:
    """Read a page's links and buttons.

    Args:
        payload: The body as archived.
        url: The page's original URL.
        content_type: The HTTP header's value, or None.
    """
    body, _ = decoded_body(payload, None)
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if is_pdf(body, media_type):
        return PageLinks(links=())
    decoded = decoded_text(body, content_type)
    html = xhtml.html_of(decoded.text) if media_type in xhtml.MEDIA_TYPES else None
    source, inserts = without_inserts(html.encode() if html else decoded.utf8)
    root = parsed_whole(source)
    if root is None:
        return PageLinks(links=())
    for toolbar in [element for element in root.iter("*") if element.get("id") in TOOLBAR_IDS]:
        drop(toolbar)
    base_href = next((base.get("href") for base in root.iter("base") if base.get("href")), None)
    base = link_base(url, base_href, is_replayed=bool(inserts) or is_replayed(source, root))
    language = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip() or None
    links = tuple(_with_end(list(_links(root, base, url))))
    return PageLinks(links=links, further=_further(root, base, url), language=language)


def _links(root: etree._Element, base: LinkBase, own: str) -> Iterator[PageLink]:
    count = 0
    for element in root.iter(*_CLICKED):
        if element.tag == "input" and (element.get("type") or "").lower() not in ("button", "submit", "image"):
            continue
        target = next((one for href in _addresses(element) if (one := _web_target(href, base, own))), None)
        if target is None:
            continue
        text = _words(element)
        yield PageLink(text=text[:_TEXT_CHARS], url=target, place=_place(element), before=_before(element))
        count += 1
        if count >= _MAX_LINKS:
            return


def _addresses(element: etree._Element) -> Iterator[str]:
    """Where an element may lead, the likeliest first."""
    href = element.get("href") or ""
    is_script = href.strip().lower().startswith(("javascript:", "#")) or not href.strip()
    if not is_script:
        yield href
    for name in ("data-href", "data-url", "data-link", "formaction"):
        if value := element.get(name):
            yield value
    for handler in (href if is_script else "", element.get("onclick") or ""):
        yield from _HANDLED.findall(handler)
    if element.tag in ("button", "input"):
        form = next(element.iterancestors("form"), None)
        if form is not None and (form.get("method") or "get").lower() == "get" and form.get("action"):
            yield form.get("action") or ""


def _web_target(href: str, base: LinkBase, own: str) -> str | None:
    """The absolute address of a page, or None for whatever leads to none."""
    target = target_of(href, base)
    if target is None or target.startswith("#") or not target.lower().startswith(("http://", "https://")):
        return None
    target = urldefrag(target).url
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if not parts.hostname or _FILES.search(parts.path) or target == urldefrag(own).url:
        return None
    return target


def _words(element: etree._Element) -> str:
    """What a reader sees or is read out: the words, and where there are none an image's, a label's or a value's."""
    if element.tag == "input":
        return folded(element.get("value") or element.get("alt") or element.get("title") or "")
    pieces: list[str] = []
    _gather(element, pieces)
    return folded("".join(pieces)) or folded(
        element.get("aria-label") or element.get("title") or element.get("alt") or ""
    )


def _gather(element: etree._Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        if child.tag == "img":
            pieces.append(f" {child.get('alt') or child.get('title') or ''} ")
        elif child.tag == "br":
            pieces.append(" ")
        elif child.tag not in _SILENT:
            _gather(child, pieces)
        pieces.append(child.tail or "")


def _before(element: etree._Element) -> str:
    """The words that stand before a link in its block."""
    pieces: list[str] = []
    length = 0
    here: etree._Element | None = element
    while here is not None and here.tag not in _BLOCKS and length < _BEFORE_CHARS:
        previous = here.getprevious()
        if previous is not None:
            inner: list[str] = []
            if previous.tag not in _SILENT:
                _gather(previous, inner)
            piece = "".join((*inner, previous.tail or ""))
            here = previous
        else:
            parent = here.getparent()
            piece = (parent.text or "") if parent is not None else ""
            here = parent
        pieces.append(piece)
        length += len(piece)
    return folded("".join(reversed(pieces)))[-_BEFORE_CHARS:]


def _place(element: etree._Element) -> Place:
    """Where an element stands: in a footer, whatever menu of it; else by the innermost ancestor that says so."""
    innermost: Place | None = None
    for ancestor in element.iterancestors():
        if ancestor.tag in ("body", "html"):
            break
        place = _named_place(ancestor)
        if place is Place.FOOTER:
            return place
        innermost = innermost or place
    return innermost or Place.CONTENT


def _named_place(element: etree._Element) -> Place | None:
    if place := _PLACES.get(str(element.tag)) or _PLACES.get((element.get("role") or "").lower()):
        return place
    name = f"{element.get('id') or ''} {element.get('class') or ''}"
    if not name.strip() or _WHOLE.search(name):
        return None
    return next((place for place, pattern in _NAMED_PLACES if pattern.search(name)), None)


def _with_end(links: list[PageLink]) -> Iterable[PageLink]:
    """The links with the last ones marked, where the page names no footer: before 2005 hardly one did."""
    if any(link.place is Place.FOOTER for link in links):
        return links
    head, tail = links[:-_END_LINKS], links[-_END_LINKS:]
    ended = [
        PageLink(text=link.text, url=link.url, place=Place.END, before=link.before)
        if link.place is Place.CONTENT
        else link
        for link in tail
    ]
    return [*head, *ended]


def _further(root: etree._Element, base: LinkBase, own: str) -> tuple[str, ...]:
    hrefs = [frame.get("src") or "" for frame in root.iter("frame")]
    refreshes = (meta for meta in root.iter("meta") if (meta.get("http-equiv") or "").lower() == "refresh")
    hrefs += [match[1] for meta in refreshes if (match := _REFRESH.match(meta.get("content") or ""))]
    return tuple(dict.fromkeys(target for href in hrefs if href and (target := _web_target(href, base, own))))
