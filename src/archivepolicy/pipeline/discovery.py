"""find: homepage -> links -> candidates -> readings; index -> paths -> candidates -> readings.

The homepage of that time is asked first. Only where none of its links turns out to be the policy, the index is asked once
for all URLs of the host with a word in them that policies' addresses have. Redirects of a candidate are followed as for
`get`. Each look at the archive is bounded: `max_reads` candidates are read of the homepage's, and as many of the index's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.archives.archive import PrefixArchive
from archivepolicy.archives.together import Together
from archivepolicy.discovery import index_words, link_candidates, page_key, path_candidates
from archivepolicy.discovery.wording import KIND_NAMES
from archivepolicy.errors import (
    ExcludedError,
    InputError,
    NoCaptureError,
    NotReplayableError,
    UnusableCaptureError,
)
from archivepolicy.extraction import extract, page_links, policy_kind
from archivepolicy.kinds import kind_mentions, kinds_named
from archivepolicy.pipeline.assessment import assessed
from archivepolicy.pipeline.snapshot import read_snapshot
from archivepolicy.pipeline.sources import (
    LISTING_FRESH_S,
    listing_of,
    memento_of,
    missing,
    opened_archive,
    opened_store,
    outlasted,
    period_of,
)
from archivepolicy.records import Kind, Select
from archivepolicy.records.candidate import Discovery, Finding, PolicyKind
from archivepolicy.records.section import WHOLE_PAGE
from archivepolicy.resolution import Question, Reading, search
from archivepolicy.timestamps import iso_time, seconds_between
from archivepolicy.urls import host_of, normalise_url, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from archivepolicy.archives.archive import Archive
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Answer, Capture, Document, Listing, Memento, Snapshot
    from archivepolicy.records.candidate import Candidate, PageLink
    from archivepolicy.store import Store
    from archivepolicy.timestamps import Period

MAX_READS = 3
# frames of a homepage, and the page that a splash page sends its reader on to
_MAX_FURTHER = 3
_MAX_PATHS = 1000
# a page without a title of its own that has a kind's words so often, and others' less, is about it (assumed)
_MIN_MENTIONS = 3
_CLIENT_ERROR = 400
_NO_HOMEPAGE = frozenset({Kind.PARKED, Kind.CHALLENGE, Kind.ERROR, Kind.SOFT_404, Kind.EXCLUDED})


@dataclass(slots=True, kw_only=True)
class _Inquiry:
    """What is asked, of whom, and what was looked at so far."""

    source: Archive
    kept: Store | None
    period: Period
    kind: PolicyKind
    url: str
    refresh: bool
    extractor: Extractor
    now: Callable[[], str]
    looked_at: list[str]

    def list_captures(self, url: str) -> Listing:
        return listing_of(self.source, self.kept, url, refresh=self.refresh, now=self.now)

    def question(self, url: str, select: Select = Select.AS_OF) -> Question:
        return Question(url=url, period=self.period, select=select, archive=self.source.name)


def find(  # noqa: PLR0913 - each is an independent choice of the caller
    domain: str,
    *,
    as_of: str | date | None = None,
    kind: PolicyKind | str = PolicyKind.PRIVACY,
    archive: ArchiveChoice = None,
    store: str | Path | Store | None = None,
    max_reads: int = MAX_READS,
    max_wait_s: float | None = None,
    refresh: bool = False,
    extractor: Extractor = extract,
    now: Callable[[], str] = current_timestamp,
) -> Discovery:
    """Find which URL was a site's policy at a time.

    Args:
        domain: The site's domain, or the URL of the page to begin with.
        as_of: As for `get`.
        kind: `privacy`, `terms` or `cookies`.
        archive: As for `get`.
        store: As for `get`; evidence and listings are kept, products are not.
        max_reads: How many candidates are read of the homepage's links, and how many of the index's paths.
        max_wait_s: As for `get`.
        refresh: As for `get`.
        extractor: As for `get`.
        now: As for `get`.

    Returns:
        The candidates, best first; `best` is the policy, or None.

    Raises:
        InputError: The domain, date, kind or archive cannot be understood.
        ExcludedError: The archive does not show this site.
        ArchiveUnavailableError: The archive cannot be asked now.
        StoreError: The store cannot be read or written.
    """
    source = opened_archive(archive, max_wait_s, now)
    inquiry = _Inquiry(
        source=source,
        kept=opened_store(store),
        period=period_of(as_of, now),
        kind=_kind(kind),
        url=normalise_url(domain),
        refresh=refresh,
        extractor=extractor,
        now=now,
        looked_at=[],
    )
    homepage = _homepage(inquiry)
    candidates = _from_homepage(inquiry, homepage) if homepage else []
    candidates = _read_best(inquiry, candidates, max_reads)
    if not _is_found(candidates):
        known = {page_key(one.url) for one in candidates}
        further = [one for one in _from_index(inquiry) if page_key(one.url) not in known]
        candidates += _read_best(inquiry, further, max_reads)
    if isinstance(source, Together) and source.failures:
        if not _is_found(candidates):
            raise missing(source, f"no {inquiry.kind} policy of {inquiry.url} was found")
        inquiry.looked_at.extend(source.failure_warnings())
    return Discovery(
        domain=inquiry.url,
        period=inquiry.period,
        kind=inquiry.kind,
        homepage=homepage.capture if homepage else None,
        candidates=tuple(sorted(candidates, key=_standing)),
        looked_at=tuple(dict.fromkeys(inquiry.looked_at)),
    )


def _kind(name: PolicyKind | str) -> PolicyKind:
    try:
        return PolicyKind(name)
    except ValueError as cause:
        raise InputError(f"no such kind of document: {name!r} ({', '.join(PolicyKind)})") from cause


def _is_found(candidates: list[Candidate]) -> bool:
    return any(one.verdict is Finding.POLICY for one in candidates)


def _standing(candidate: Candidate) -> tuple[int, int]:
    """Sort key: what was read and is the policy, what was not read, what was read and is not; then the score."""
    rank = {Finding.POLICY: 0, Finding.NOT_READ: 1, Finding.OTHER_KIND: 2}.get(candidate.verdict, 3)
    return rank, -candidate.score


def _homepage(inquiry: _Inquiry) -> Memento | None:
    """The homepage as of the date, and where there is none so early the first one after it; None where there is none."""
    failures = []
    for select in (Select.AS_OF, Select.AFTER):
        try:
            memento, answer = _homepage_of(inquiry, inquiry.question(inquiry.url, select))
        except ExcludedError:
            raise
        except (NoCaptureError, UnusableCaptureError) as failure:
            failures.append(str(failure))
            continue
        late = "" if select is Select.AS_OF else ", the first one, after the date asked for"
        inquiry.looked_at.append(f"The homepage {answer.capture.url} of {iso_time(memento.timestamp)}{late}.")
        return memento
    inquiry.looked_at.append(f"No homepage: {failures[0]}.")
    return None


def _homepage_of(inquiry: _Inquiry, question: Question) -> tuple[Memento, Answer]:
    return outlasted(
        inquiry.source,
        lambda: search(
            question,
            list_captures=inquiry.list_captures,
            read=lambda capture: _read_homepage(inquiry, capture),
        ),
    )


def _read_homepage(inquiry: _Inquiry, capture: Capture) -> Reading[Memento]:
    memento = memento_of(inquiry.source, inquiry.kept, capture)
    if memento.location:
        return Reading(location=memento.location, memento_url=memento.memento_url)
    if memento.status >= _CLIENT_ERROR:
        return Reading(reason=f"the page answered {memento.status}")
    try:
        verdict = inquiry.extractor(memento.payload, url=capture.url, content_type=memento.content_type).verdict
    except UnusableCaptureError as failure:
        return Reading(reason=str(failure))
    if verdict.kind in _NO_HOMEPAGE:
        return Reading(reason=str(verdict.kind))
    return Reading(value=memento)


def _from_homepage(inquiry: _Inquiry, homepage: Memento) -> list[Candidate]:
    """Candidates among the links of a homepage; where it redirected to another site, that one's are labelled."""
    links, site = _links(inquiry, homepage), homepage.capture.url
    found = link_candidates(links, inquiry.kind, site)
    inquiry.looked_at.append(f"{len(links)} links of the homepage: {len(found)} may lead to it.")
    if registrable_domain(site) == registrable_domain(inquiry.url):
        return found
    label = f"another site: {registrable_domain(site)}, to which the homepage redirected"
    return [one if one.label else replace(one, label=label, reasons=(*one.reasons, label)) for one in found]


def _links(inquiry: _Inquiry, homepage: Memento) -> tuple[PageLink, ...]:
    """The links of a homepage, of its frames, and of the page that a splash page leads on to."""
    found = page_links(homepage.payload, url=homepage.capture.url, content_type=homepage.content_type)
    links = found.links
    for url in found.further[:_MAX_FURTHER]:
        try:
            page, _ = _homepage_of(inquiry, inquiry.question(normalise_url(url), Select.NEAREST))
        except (NoCaptureError, UnusableCaptureError, InputError):
            continue
        inquiry.looked_at.append(f"{url}, which is part of the homepage.")
        links += page_links(page.payload, url=page.capture.url, content_type=page.content_type).links
    return links


def _from_index(inquiry: _Inquiry) -> list[Candidate]:
    """Candidates among the URLs that the index has of the host."""
    listing = _prefix_listing(inquiry, _root(inquiry.url))
    if listing is None:
        inquiry.looked_at.append(f"Common paths: not looked for, the index of {inquiry.source.name} lists no prefixes.")
        return []
    found = path_candidates(listing.captures, inquiry.kind, inquiry.url, inquiry.period)
    inquiry.looked_at.append(
        f"{len(listing.captures)} URLs of {host_of(inquiry.url)} in the index with such a policy's words in them: "
        f"{len(found)} may be it."
    )
    inquiry.looked_at.extend(listing.warnings)
    return found


def _root(url: str) -> str:
    """The beginning that all URLs of a site have: its host, and a member's folder where the host has such."""
    parts = urlsplit(url)
    folder = parts.path.split("/")[1]
    return urlunsplit((parts.scheme, parts.netloc, f"/{folder}/" if folder.startswith("~") else "/", "", ""))


def _prefix_listing(inquiry: _Inquiry, url: str) -> Listing | None:
    """One query for every date, of several archives one of each that can be asked so; None where none can."""
    source = inquiry.source
    if isinstance(source, Together) and any(isinstance(member, PrefixArchive) for member in source.members):
        return source.merged_prefixes(url, lambda member: _kept_prefixes(inquiry, member, url), limit=_MAX_PATHS)
    if isinstance(source, PrefixArchive) and not isinstance(source, Together):
        return _kept_prefixes(inquiry, source, url)
    return None


def _kept_prefixes(inquiry: _Inquiry, source: PrefixArchive, url: str) -> Listing:
    """An archive's prefix listing, kept like any other listing."""
    kept, name, words = inquiry.kept, f"{url}*{inquiry.kind}", index_words(inquiry.kind)
    if kept is None or source.is_local:
        return source.prefix_listing(url, words=words, limit=_MAX_PATHS)
    known = None if inquiry.refresh else kept.listing(source.key, name)
    if known and known.retrieved_at and _is_fresh(known.retrieved_at, inquiry.now()):
        return known
    kept.check_writable()
    listing = source.prefix_listing(url, words=words, limit=_MAX_PATHS)
    kept.keep_listing(source.key, replace(listing, url=name))
    return listing


def _read_best(inquiry: _Inquiry, candidates: list[Candidate], max_reads: int) -> list[Candidate]:
    """Read the best candidates until one is the policy; the others stay as they are."""
    read: list[Candidate] = []
    for candidate in candidates[:max_reads]:
        read.append(_read(inquiry, candidate))
        if read[-1].verdict is Finding.POLICY:
            break
    return [*read, *candidates[len(read) :]]


def _read(inquiry: _Inquiry, candidate: Candidate) -> Candidate:
    """Say what a candidate is, by the capture that answers the date."""
    try:
        snapshot, answer = outlasted(
            inquiry.source,
            lambda: search(
                inquiry.question(candidate.url),
                list_captures=inquiry.list_captures,
                read=lambda capture: read_snapshot(
                    inquiry.source,
                    inquiry.kept,
                    capture,
                    section=WHOLE_PAGE,
                    list_captures=inquiry.list_captures,
                    extractor=inquiry.extractor,
                ),
                assess=lambda found: assessed(found, candidate.url, None),
            ),
        )
    except NoCaptureError as failure:
        return replace(candidate, verdict=Finding.NO_CAPTURE, why=str(failure))
    except (UnusableCaptureError, NotReplayableError, InputError) as failure:
        return replace(candidate, verdict=Finding.UNUSABLE, why=str(failure))
    document = snapshot.document
    finding, why = _fit(document, snapshot, inquiry.kind)
    return replace(
        candidate,
        verdict=finding,
        why="; ".join([why, *answer.notes]) if answer.notes else why,
        kind=policy_kind(document.title, snapshot.capture.url),
        title=document.title,
        capture=snapshot.capture,
        memento_url=snapshot.memento_url,
        hops=answer.hops,
    )


def _fit(document: Document, snapshot: Snapshot, kind: PolicyKind) -> tuple[Finding, str]:
    """Whether a usable page is the document that is wanted: by its title, else by its words."""
    name = KIND_NAMES[kind]
    named = kinds_named(document.title, snapshot.capture.url)
    if name in named:
        return Finding.POLICY, f"it calls itself a {name}"
    if named:
        return Finding.OTHER_KIND, f"it calls itself a {named[0]}"
    headings = [line.lstrip("# ") for line in document.markdown.splitlines() if line.startswith(("# ", "## "))]
    if heading := next((one for one in headings if name in kinds_named(one, "")), None):
        return Finding.POLICY, f"its title names no kind, and a heading does: {heading}"
    mentions = kind_mentions(document.markdown)
    if mentions[name] >= _MIN_MENTIONS and mentions[name] == max(mentions.values()):
        return Finding.POLICY, "its title names no kind, and its text speaks of this one most"
    return Finding.OTHER_KIND, "neither its title nor its headings nor most of its text speak of it"


def _is_fresh(retrieved_at: str, now: str) -> bool:
    return seconds_between(retrieved_at, now) < LISTING_FRESH_S
