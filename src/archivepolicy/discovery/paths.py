"""Common paths of policies, looked for among the rows of an index.

In: the captures of one prefix listing. Out: candidates, best first. Nothing is guessed at the archive: a path counts only
where the index has it.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from archivepolicy.discovery.merging import cleaned, known_site, page_key
from archivepolicy.discovery.wording import HINT, match_url, objection, slugs
from archivepolicy.records.candidate import Candidate, PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archivepolicy.records import Capture
    from archivepolicy.timestamps import Period

MIN_SCORE = 20
_COMMON_PATH = 70
_COMMON_QUERY = 55
_LATER = 25  # first captured after the date asked for
_ENDING = re.compile(r"\.(?:php\d?|html?|xhtml|shtml|aspx?|jsp|jsf|cfm|cgi|pl|do|txt|pdf)$")
_OTHER_FILE = re.compile(r"\.(?:css|js|json|xml|jpe?g|png|gif|svg|ico|webp|woff2?|ttf|map|rss|swf|zip|mp4)$")
_NESTED = 6  # every folder beyond the second


@functools.cache
def _paths() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("paths.toml").read_text(encoding="utf-8"))


def index_words(kind: PolicyKind) -> tuple[str, ...]:
    """Words of which one stands in every address that is looked for; lower-case ASCII, ascending.

    They are the words of the common paths and those that speak for a link's address, parted as addresses part words.
    """
    written = {slug.replace(" ", mark) for slug in slugs(kind) for mark in ("-", "_", "")}
    return tuple(sorted({*_paths()[kind]["words"], *written}))


def path_candidates(captures: Iterable[Capture], kind: PolicyKind, site: str, period: Period) -> list[Candidate]:
    """Rank the URLs of an index's rows.

    Args:
        captures: Rows of the site, several of one URL among them or not.
        kind: The document that is wanted.
        site: The homepage's URL.
        period: The date asked for.

    Returns:
        Best first, one a page, of equal ones the shorter; may be empty.
    """
    first: dict[str, Capture] = {}
    for capture in captures:
        key = page_key(capture.url)
        if capture.status is not None and capture.status >= 400:
            continue
        if key not in first or capture.timestamp < first[key].timestamp:
            first[key] = capture
    found = [one for capture in first.values() if (one := _candidate(capture, kind, site, period))]
    return sorted(found, key=lambda one: (-one.score, len(one.url), one.url))


def _candidate(capture: Capture, kind: PolicyKind, site: str, period: Period) -> Candidate | None:
    url = cleaned(capture.url)
    if url is None:
        return None
    parts = urlsplit(url)
    path = unquote(parts.path).lower().rstrip("/")
    if _OTHER_FILE.search(path):
        return None
    score, reason = _commonness(path, unquote(parts.query).lower(), kind)
    if not score:
        match = match_url(kind, url)
        score, reason = match.score, match.reason
        score -= _NESTED * max(0, path.count("/") - 2)
    if score <= 0:
        return None
    reasons = [reason, "in the archive's index"]
    if against := objection(kind, "", url):
        score -= against[0]
        reasons.append(against[1])
    if capture.timestamp > period.end:
        score -= _LATER
        reasons.append("first captured after the date asked for")
    label, may_be = known_site(url, site)
    if score < MIN_SCORE or not may_be:
        return None
    return Candidate(url=url, score=score, reasons=tuple(reasons), label=label)


def _commonness(path: str, query: str, kind: PolicyKind) -> tuple[int, str]:
    """The score of a path that stands in the list, by its place there; 0 for others."""
    data = _paths()[kind]
    plain = _ENDING.sub("", path).removesuffix("/index").removesuffix("/default")
    if plain in data["paths"] and not query:
        return _COMMON_PATH - data["paths"].index(plain) // 4, f"{plain} is a usual path"
    if query in data["queries"]:
        return _COMMON_QUERY, f"?{query} is a usual address"
    if plain in data["hints"] and not query:
        return HINT, f"{plain} often holds it"
    return 0, ""
