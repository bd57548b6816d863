"""Whose text it is: how the site that a text was captured from is related to the site that was asked for.

In: two original URLs, the title and the text. Out: a `Site`. Sites are registrable domains (subdomains of blog hosts are
sites of their own). Equal domains are the same site; beyond that, names decide:

- a *platform* or parking service is known by its name (`hosts.toml`): it answers for sites that it hosts or sells;
- a *sibling* bears the same name under another suffix, or a name that holds the other;
- a *successor* shows that it speaks for the site asked for: its text names that site, or the archived redirect led from the
  one's page to a page that is itself called a policy;
- anything else is *unrelated*.

No archive is asked and no page read; whether the text is a policy at all is judged elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from archivepolicy.records import Kind, Relation, Site, Verdict
from archivepolicy.urls import domain_name, host_of, registrable_domain

# A name this short stands in others by accident ("art" in "party").
_MIN_NAME_CHARS = 5
# How policies' addresses are called, in the languages in which most are: words of link texts that collectors of policies
# match (Princeton-Leuven corpus; Kubicek et al. 2025), and the short forms of paths.
_POLICY_PATH = re.compile(
    r"priva|legal|terms|tos\b|polic|datenschutz|impressum|confidential|protection|cookie|gdpr|rgpd|dsgvo|notice|agb\b"
    r"|mentions|condi[tcz]|integritet|personvern|tietosuoja|prywatn|gizlilik",
    re.IGNORECASE,
)
_WORD_EDGES = r"(?<![^\W_]){}(?![^\W_])"


def site_of(asked_url: str, url: str, *, title: str, text: str) -> Site:
    """Tell whose text it is.

    Args:
        asked_url: The URL that was asked for.
        url: The one that the text was captured from.
        title: The page's title; may be empty.
        text: The policy's text.
    """
    asked, host = host_of(asked_url), host_of(url)
    # the list of suffixes takes a twentieth of a second to read, and equal names need none
    if domain_name(asked_url) == domain_name(url):
        return Site(asked=asked, host=host, relation=Relation.SAME)
    own, other = registrable_domain(asked_url), registrable_domain(url)
    if own == other:
        return Site(asked=asked, host=host, relation=Relation.SAME)
    relation, reason = _relation(own, other, url=url, words=f"{title}\n{text}")
    return Site(asked=asked, host=host, relation=relation, reason=reason)


def site_verdict(site: Site) -> Verdict:
    """Whether a text of that site can answer for the site asked for: siblings and successors can, and are labelled."""
    if site.relation in (Relation.SAME, Relation.SIBLING, Relation.SUCCESSOR):
        return Verdict(kind=Kind.POLICY)
    return Verdict(kind=Kind.OTHER_SITE, reasons=(f"{site.relation}: {site.host}, {site.reason}",))


def _relation(own: str, other: str, *, url: str, words: str) -> tuple[Relation, str]:
    name, other_name = _name(own), _name(other)
    if name and name == other_name:
        return Relation.SIBLING, f"the same name under another suffix ({own}, {other})"
    # one platform may well have taken over another; their customers' sites have names of their own
    if (kind := _known_host(other)) and not _is_platform(own):
        return Relation.PLATFORM, kind
    shorter, longer = sorted((name, other_name), key=len)
    if len(shorter) >= _MIN_NAME_CHARS and shorter in longer:
        return Relation.SIBLING, f"one name holds the other ({own}, {other})"
    if _names(words, own) or (len(name) >= _MIN_NAME_CHARS and _names(words, name)):
        return Relation.SUCCESSOR, f"its text names {own}"
    if is_policy_address(url):
        return Relation.SUCCESSOR, "the archived redirect leads to its policy"
    return Relation.UNRELATED, f"nothing there speaks for {own}"


def _name(domain: str) -> str:
    """The label that a domain's owner chose; empty for an address."""
    label = domain.partition(".")[0]
    return "" if label.isdigit() or ":" in label else label


def is_policy_address(url: str) -> bool:
    """Whether the path or query of a URL calls it a policy."""
    parts = urlsplit(url)
    return _POLICY_PATH.search(unquote(f"{parts.path}?{parts.query}")) is not None


def _names(words: str, name: str) -> bool:
    return re.search(_WORD_EDGES.format(re.escape(name)), words, re.IGNORECASE) is not None


def _known_host(domain: str) -> str | None:
    hosts = _hosts()
    if domain in hosts["parking"]:
        return "which sells, parks or shields domains"
    return "which hosts other people's sites" if _is_platform(domain) else None


def _is_platform(domain: str) -> bool:
    """Whether a platform's own domain, in any country: `amazon.co.uk` is amazon's too."""
    names = {platform.partition(".")[0] for platform in _hosts()["platforms"]}
    return domain in _hosts()["platforms"] or (domain.partition(".")[0] in names and domain.count(".") > 1)


@cache
def _hosts() -> dict[str, frozenset[str]]:
    text = (files("archivepolicy.resolution") / "hosts.toml").read_text(encoding="utf-8")
    return {name: frozenset(domains) for name, domains in tomllib.loads(text).items()}
