"""Targets of links: absolute, original, safe to stand in Markdown.

In: an `href` as it stands. Out: the address a reader can follow, or None where there is nothing to follow. Resolved
against `<base href>` and the page's own URL (RFC 3986 §5), never against the archive. Nothing is fetched.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, unquote, urljoin

from lxml import etree

from archivepolicy.extraction.elements import append_text, drop
from archivepolicy.extraction.inserts import unwrapped
from archivepolicy.extraction.literals import Literals

_DEAD_SCHEMES = ("javascript:", "vbscript:", "data:", "about:", "file:")
_COMMON_STARTS = "/#?.hm"  # of "https:", "mailto:" and relative addresses; no dead scheme begins so
_CLOUDFLARE = "/cdn-cgi/l/email-protection"
_CODED = (Literals([b"data-cfemail"]), Literals([_CLOUDFLARE.encode()]))
# asked for attributes, libxml2 is several times as fast as a look at each element
_HREFS = etree.XPath("descendant::a/@href", smart_strings=False)
# what may stand in a target as it is: RFC 3986 without parentheses, which end a Markdown link, and without brackets, which
# belong around an IPv6 address only
_KEPT = "!#$%&'*+,/:;=?@~"
_IPV6_HOST = re.compile(r"[a-z]+://(?:[^/@]*@)?\[[0-9a-f:.]+\]", re.IGNORECASE)
# addresses of which joining and quoting would change nothing: nine in ten of a policy's
_UNRESERVED = r"A-Za-z0-9_.~!$%&'*+,/:=@\-"
_PLAIN_TAIL = rf"(?:\?[{_UNRESERVED};?]+)?(?:#[{_UNRESERVED};?]+)?"
_PLAIN = re.compile(rf"(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)(?:/[{_UNRESERVED}]*)?{_PLAIN_TAIL}")
_PLAIN_PATH = re.compile(rf"/(?![/.])(?!.*(?:/\.|:))[{_UNRESERVED}]*{_PLAIN_TAIL}")
_PLAIN_FRAGMENT = re.compile(rf"#[{_UNRESERVED};?]+")
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBase:
    """What a page's links are resolved against.

    Attributes:
        url: The base address, or None where neither the page nor the caller gave one.
        is_replayed: Whether the archive's wrapping is taken off.
    """

    url: str | None
    is_replayed: bool


def link_base(url: str | None, base_href: str | None, *, is_replayed: bool) -> LinkBase:
    """Join a page's own URL and its `<base href>`."""
    base = (base_href or "").strip()
    if is_replayed:
        base = unwrapped(base)
        url = unwrapped(url) if url else None
    return LinkBase(url=_joined(url, base) if base else url, is_replayed=is_replayed)


def target_of(href: str, base: LinkBase) -> str | None:
    """The address that a link leads to, percent-encoded for Markdown.

    A link within the page stays `#fragment`; a relative one without a base stays as it is.

    Returns:
        None for scripts, data, and an empty or protected address.
    """
    if plain := _plain_target(href, base):
        return plain
    href = href.replace("\t", "").replace("\r", "").replace("\n", "").strip()
    if base.is_replayed:
        href = unwrapped(href)
    if not href or href.lower().startswith(_DEAD_SCHEMES):
        return None
    if href.startswith("#"):
        return quote(href, safe=_KEPT)
    if scheme := _HAS_SCHEME.match(href):
        href = scheme[0].lower() + href[scheme.end() :]
    if _CLOUDFLARE in href:
        _, hash_mark, code = href.partition("#")
        address = decoded_email(code) if hash_mark else None
        return f"mailto:{quote(address, safe=_KEPT)}" if address else None
    return _quoted(_joined(base.url, href))


def _quoted(url: str) -> str:
    host = _IPV6_HOST.match(url) if "[" in url else None
    return host[0] + quote(url[host.end() :], safe=_KEPT) if host else quote(url, safe=_KEPT)


def leads_nowhere(href: str) -> bool:
    """Whether no base could make an address of an `href`: there is none, or it is a script or data."""
    if href[:1] in _COMMON_STARTS:
        return not href
    href = re.sub(r"[\t\r\n]", "", href).strip()
    return not href or href.lower().startswith(_DEAD_SCHEMES)


def _plain_target(href: str, base: LinkBase) -> str | None:
    """The target of an address that needs neither parsing nor quoting; None for all others."""
    if _PLAIN_FRAGMENT.fullmatch(href):
        return href
    if base.is_replayed or _CLOUDFLARE in href:
        return None
    if _PLAIN.fullmatch(href):
        return href
    origin = _origin(base.url) if base.url else None
    return origin + href if origin and _PLAIN_PATH.fullmatch(href) else None


@functools.lru_cache(maxsize=64)
def _origin(url: str) -> str | None:
    """Scheme and host of a plain address, None of another."""
    match = _PLAIN.fullmatch(url)
    return match[1] if match else None


def _joined(url: str | None, href: str) -> str:
    if url is None or (_HAS_SCHEME.match(href) and not href.lower().startswith(("http:", "https:"))):
        return href
    try:
        return urljoin(url, href)
    except ValueError:  # an impossible host, such as an unclosed bracket
        return href


def decoded_email(code: str) -> str | None:
    """Undo Cloudflare's protection of an address: hexadecimal, the first byte is the key of an XOR.

    >>> decoded_email("5a373f1a3b7435283d")
    'me@a.org'
    """
    try:
        key, *coded = bytes.fromhex(unquote(code).split("?")[0].strip())
        # an address that was written in entities to hide it was coded with them
        text = html.unescape(bytes(byte ^ key for byte in coded).decode("utf-8"))
    except ValueError:
        return None
    return text if "@" in text and text.isprintable() else None


def reveal_emails(body: etree._Element, source: bytes) -> list[str]:
    """Write protected e-mail addresses into the tree in place of "[email protected]".

    Args:
        body: The tree.
        source: What it was parsed from, which tells faster whether there are any.

    Returns:
        The `href` of every link that has one, as it stood.
    """
    hrefs = cast("list[str]", _HREFS(body))
    if any(sign.are_in(source) for sign in _CODED):
        for element in list(body.iter("a", "span")):
            href = element.get("href") or ""
            if _CLOUDFLARE in href or element.get("data-cfemail"):
                _reveal_email(element, href)
    return hrefs


def _reveal_email(element: etree._Element, href: str) -> None:
    """Write the address that an element, or its `href`, holds in code; one that cannot be read stays as it is."""
    code = element.get("data-cfemail") or href.partition("#")[2]
    address = decoded_email(code) if code else None
    if address is None:
        return
    if element.get("data-cfemail"):
        for child in list(element):
            drop(child)
        element.text = None
        append_text(element, address)
    if element.tag == "a":
        element.set("href", f"mailto:{address}")
    elif (parent := element.getparent()) is not None and _CLOUDFLARE in (parent.get("href") or ""):
        parent.set("href", f"mailto:{address}")
