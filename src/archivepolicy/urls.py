"""URLs: the original's, an archive's replay address for it, and what two of them share.

Follows RFC 3986 for splitting and quoting, IDNA 2008 for international host names, SURT for index keys. No network: the
public-suffix list is the one bundled with tldextract.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from archivepolicy.errors import InputError

if TYPE_CHECKING:
    import tldextract

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# everything that RFC 3986 lets stand in a path or query, `%` included: what is quoted already stays as it is
_KEPT = "!#$%&'()*+,/:;=?@[]~"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
_REPLAY = re.compile(
    r"(?P<prefix>https?://[^/?#]+(?:/[^/?#]+)*)/(?P<timestamp>\d{14})(?P<modifier>[a-z]{2}_)?/(?P<url>.+)", re.DOTALL
)
# Parameters that advertising and mailing services add: the lists with which Firefox (query stripping) and Brave clean links,
# as known on 2026-11-23; every `utm_` name is Google Analytics' (Urchin).
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_eid|mc_cid"
    r"|_hsenc|_hsmi|__hssc|__hstc|__hsfp|hsctatracking|mkt_tok|oly_anon_id|oly_enc_id|vero_id|vero_conv|s_cid|wickedid|rb_clickid"
    r"|_openstat|_ga|_gl|srsltid|trk|trackingid|ml_subscriber|ml_subscriber_hash|__s|sc_channel|sc_campaign",
    re.IGNORECASE,
)


class ReplayAddress(NamedTuple):
    """The parts of an archive's address for a capture.

    Attributes:
        prefix: The archive's collection, without a slash at its end: `https://web.archive.org/web`.
        timestamp: 14 digits.
        modifier: `id_` and its like, or empty.
        url: The original URL, unquoted where its scheme was quoted.
    """

    prefix: str
    timestamp: str
    modifier: str
    url: str


def normalise_url(text: str) -> str:
    """Bring a URL as a person writes it to the form that is asked of an index.

    `http://` is added where no scheme stands; the host becomes lower-case ASCII (IDNA), a default port and the fragment
    go, characters that may not stand in a URL are percent-encoded as UTF-8. Path and query keep their case and quoting.

    Raises:
        InputError: No host in it, a port or host that cannot be, or another scheme than http and https.

    >>> normalise_url("Bücher.example/datenschutz ä?a=1#top")
    'http://xn--bcher-kva.example/datenschutz%20%C3%A4?a=1'
    """
    text = text.strip()
    match = _SCHEME.match(text)
    if match and match[1].lower() not in _DEFAULT_PORTS:
        raise InputError(f"not a web address: {text!r} (http or https, or none)")
    try:
        parts = urlsplit(text if match else f"http://{text}")
        port = parts.port
    except ValueError as cause:
        raise InputError(f"not a web address: {text!r} ({cause})") from cause
    scheme = parts.scheme.lower()
    host = _ascii_host(parts.hostname or "", text)
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    return urlunsplit((scheme, netloc, quote(parts.path, safe=_KEPT) or "/", quote(parts.query, safe=_KEPT), ""))


def _ascii_host(host: str, text: str) -> str:
    if ":" in host:  # an IPv6 address; urlsplit has checked it
        return f"[{host}]"
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as cause:
            raise InputError(f"not a host name: {host!r} in {text!r}") from cause
    if not _HOST.fullmatch(host) or ".." in host:
        raise InputError(f"not a web address: {text!r} (no host name in it)")
    return host


def host_of(url: str) -> str:
    """The host of a URL, lower-case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def domain_name(url: str) -> str:
    """The host as an attribution names it: without a leading `www.`.

    >>> domain_name("http://www.monovm.com/privacy.php")
    'monovm.com'
    """
    return host_of(url).removeprefix("www.")


def registrable_domain(url: str) -> str:
    """The part of the host that one owner registered, by the public-suffix list (private suffixes count as public).

    A host that the list does not know (a reserved name such as `.example`) gives its last two labels; an address gives
    itself, so that two of them are equal only where they are the same.

    >>> registrable_domain("https://a.b.co.uk/"), registrable_domain("http://x.host.example/")
    ('b.co.uk', 'host.example')
    """
    host = host_of(url)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _suffix_list()(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])
    return host


@functools.cache
def _suffix_list() -> tldextract.TLDExtract:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def index_key(url: str) -> str:
    """The SURT key under which an archive's index sorts a URL: scheme, `www`, default port and case do not count.

    >>> index_key("https://www.Host.example:443/Privacy.php")
    'example,host)/privacy.php'
    """
    import surt

    return str(surt.surt(url))


def tracking_parameters(url: str) -> tuple[str, ...]:
    """The query parameters of a URL that only tell who followed it from where; in their order, may be empty.

    >>> tracking_parameters("https://a.example/terms?lang=en&utm_source=mail&gclid=1")
    ('utm_source', 'gclid')
    """
    if "?" not in url:  # as most links of a policy
        return ()
    try:
        names = [part.partition("=")[0] for part in urlsplit(url).query.split("&")]
    except ValueError:
        return ()
    return tuple(name for name in names if _TRACKING.fullmatch(name))


def quote_once(url: str) -> str:
    """Percent-quote a whole URL once, slashes kept, as it stands in the memento URL of an attribution header.

    >>> quote_once("http://www.monovm.com/privacy.php?a=1")
    'http%3A//www.monovm.com/privacy.php%3Fa%3D1'
    """
    return quote(url, safe="/")


def split_replay_address(address: str) -> ReplayAddress | None:
    """Take an archive's address for a capture apart; None where it has not that shape (14 digits, then a URL).

    >>> split_replay_address("https://web.archive.org/web/20130608222501id_/http%3A//a.example/").url
    'http://a.example/'
    """
    from urllib.parse import unquote

    match = _REPLAY.fullmatch(address)
    if not match:
        return None
    url = match["url"]
    if re.match(r"https?%3a", url, re.IGNORECASE):
        url = unquote(url)
    if not _SCHEME.match(url):
        return None
    return ReplayAddress(match["prefix"], match["timestamp"], match["modifier"] or "", url)
