"""When two URLs are the same page, when two hosts are the same site, and whose a page of another site is.

In: URLs. Out: keys and labels; the companies and services are data (`owners.toml`).
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit, urlunsplit

from archivepolicy.errors import InputError
from archivepolicy.urls import host_of, index_key, normalise_url, registrable_domain, tracking_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owners:
    hosted: frozenset[str]
    third_parties: dict[str, frozenset[str]]


@functools.cache
def _owners() -> _Owners:
    data = tomllib.loads(files(__package__).joinpath("owners.toml").read_text(encoding="utf-8"))
    parties = {name: frozenset(owned) for name, owned in data["third_parties"].items()}
    return _Owners(hosted=frozenset(data["hosted"]), third_parties=parties)


def cleaned(url: str) -> str | None:
    """A URL normalised and without its tracking parameters; None where it is none."""
    try:
        url = normalise_url(url)
    except (InputError, ValueError):
        return None
    tracking = set(tracking_parameters(url))
    if not tracking:
        return url
    parts = urlsplit(url)
    kept = "&".join(part for part in parts.query.split("&") if part.partition("=")[0] not in tracking)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, kept, ""))


def page_key(url: str) -> str:
    """Equal for URLs that differ only by scheme, `www`, port, case, tracking parameters or a slash at the end.

    >>> page_key("http://www.a.example/Privacy/?utm_source=x") == page_key("https://a.example/privacy")
    True
    """
    head, mark, query = index_key(cleaned(url) or url).partition("?")
    return f"{head.rstrip('/')}{mark}{query}"


def known_site(url: str, site: str) -> tuple[str | None, bool]:
    """Whose page a URL is, seen from a site.

    Returns:
        A label, None for the site's own; and whether the page may be the site's policy at all: that of a company whose
        widgets the site uses may not.
    """
    host, own = host_of(url), host_of(site)
    if host.removeprefix("www.") == own.removeprefix("www."):
        return None, True
    domain, own_domain = registrable_domain(url), registrable_domain(site)
    if domain == own_domain:
        return None, True
    owners = _owners()
    if name := next((one for one in owners.hosted if host == one or host.endswith(f".{one}")), None):
        return f"hosted by {name}", True
    if domain in owners.third_parties:
        if own_domain in owners.third_parties[domain]:
            return f"another site: {domain}, which owns this one", True
        return f"another company's: {domain}", False
    return f"another site: {domain}", True
