"""Search: try captures in their order of preference until one is a usable policy, and keep account of the rest.

In: a question (URL, date, what is wanted) and two functions, one that lists a URL's captures and one that reads a capture.
Out: the reading that answers, with the redirects that led to it and what was passed over. Archived redirects are followed
by the listing of their target, never by the archive's own idea of the nearest capture.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from archivepolicy.errors import (
    ArchiveUnavailableError,
    ExcludedError,
    InputError,
    NoCaptureError,
    NotReplayableError,
    UnusableCaptureError,
)
from archivepolicy.records import Answer, Hop, Kind, Listing, Relation, Select, Site, Skipped, Verdict
from archivepolicy.records.document import USABLE
from archivepolicy.resolution.preference import in_preference, neighbours, targets_in_preference
from archivepolicy.timestamps import Period, iso_time
from archivepolicy.urls import index_key, normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archivepolicy.records import Capture

T = TypeVar("T")

# A page that was unusable this often in a row is not found by trying on, and every try is a request.
MAX_READS = 12
MAX_HOPS = 5  # browsers give up at 20; chains of archived policies have one or two
# Redirects of one URL with equal status and body lead to the same place; a second look makes sure, a third is a waste.
_MAX_EQUAL_REDIRECTS = 2
# What a page that answered an error may turn out to be when it is read after all.
_OF_ERROR_STATUS = frozenset({Kind.ERROR, Kind.CHALLENGE, Kind.LOGIN, Kind.PARKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        url: Normalised.
        period: The date.
        select: Which capture answers it.
        archive: The archive's name, for messages.
        accept: Kinds that answer although they are no usable policy; empty for none.
        within: When a capture must have been made to answer; None for no such bound.
    """

    url: str
    period: Period
    select: Select
    archive: str
    accept: frozenset[Kind] = frozenset()
    within: Period | None = None

    def admits(self, capture: Capture) -> bool:
        """Whether a capture was made when it may answer."""
        return self.within is None or self.within.start <= capture.timestamp <= self.within.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a capture that was read is worth as an answer to the question.

    Attributes:
        verdict: Whether it is the policy asked for.
        site: Whose text it is, or None where nobody asked.
        notes: What is to be said of it, a sentence each.
        is_of_bytes: Whether the verdict follows from the page's bytes alone, so that every capture of the same bytes shares
            it, and not from the headers that came with them or from the way there.
    """

    verdict: Verdict = USABLE
    site: Site | None = None
    notes: tuple[str, ...] = ()
    is_of_bytes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What reading a capture gave: exactly one of a value, a redirect, or a reason why it is unusable.

    `kind` goes with a reason where one was judged.
    """

    value: T | None = None
    location: str | None = None
    reason: str | None = None
    memento_url: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    capture: Capture
    listing: Listing
    hops: tuple[Hop, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Account:
    """What has been tried so far."""

    seen: set[Capture] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    unusable_digests: dict[str, Capture] = field(default_factory=dict)
    redirect_counts: dict[tuple[str, int | None, str | None], int] = field(default_factory=dict)
    moves: list[tuple[Capture, str]] = field(default_factory=list)
    reads: int = 0
    broken: list[ArchiveUnavailableError] = field(default_factory=list)

    def skip(self, capture: Capture, reason: str, kind: Kind | None = None) -> None:
        self.skipped.append(Skipped(capture=capture, reason=reason, kind=kind))

    def reject(self, capture: Capture, assessment: Assessment) -> None:
        """Skip a capture that was read, and with it every other of the same bytes where they are to blame."""
        self.skip(capture, assessment.verdict.in_words, assessment.verdict.kind)
        if capture.digest and assessment.is_of_bytes:
            self.unusable_digests[capture.digest] = capture

    def successor_of(self, url: str) -> str | None:
        """Where the youngest redirect leads from a URL to another page that did not turn out to be worthless."""
        worthless = {index_key(one.capture.url) for one in self.skipped if one.kind is not None}
        moves = sorted(self.moves, key=lambda move: move[0].timestamp, reverse=True)
        own = index_key(url)
        keys = ((target, index_key(target)) for _, target in moves)
        return next((target for target, key in keys if key != own and key not in worthless), None)


def search(
    question: Question,
    *,
    list_captures: Callable[[str], Listing],
    read: Callable[[Capture], Reading[T]],
    assess: Callable[[T], Assessment] = lambda _: Assessment(),
) -> tuple[T, Answer]:
    """Find the capture that answers a question.

    Args:
        question: What is asked.
        list_captures: Lists all captures of a URL.
        read: Reads one capture: a value, a redirect, or a reason why it is unusable. May raise `NotReplayableError`,
            upon which the next capture is tried.
        assess: Judges a value; one that is not usable is passed over unless the question accepts its kind.

    Returns:
        The value of the capture that answers, and how it was found.

    Raises:
        NoCaptureError: The archive holds none, or none on the wanted side of the date.
        UnusableCaptureError: It holds some, and none of them is a usable policy.
    """
    listing = list_captures(question.url)
    captures = [one for one in listing.captures if question.admits(one)]
    admitted = in_preference(captures, question.period, question.select)
    if not admitted:
        raise _no_capture(question, listing)
    work = deque(_Candidate(capture=capture, listing=listing) for capture in admitted)
    account = _Account()
    while work and account.reads < MAX_READS:
        candidate = work.popleft()
        reading = _try(question, candidate, read, account)
        if reading is None:
            continue
        if reading.value is not None:
            assessment = assess(reading.value)
            if assessment.verdict.is_usable or assessment.verdict.kind in question.accept:
                return reading.value, _answer(question, candidate, account, assessment)
            account.reject(candidate.capture, assessment)
        elif reading.location is not None:
            hop = Hop(capture=candidate.capture, location=reading.location, memento_url=reading.memento_url)
            found, target, said = _follow(question, candidate, hop, list_captures)
            account.skip(candidate.capture, said)
            if target:
                account.moves.append((hop.capture, target))
            work = _with_target(question, work, candidate, (found, hop))
    if account.broken and len(account.broken) == account.reads:  # not one came whole: that is no word on the captures
        raise account.broken[0]
    raise _all_unusable(question, account)


def _try(
    question: Question, candidate: _Candidate, read: Callable[[Capture], Reading[T]], account: _Account
) -> Reading[T] | None:
    """Read a candidate where that can tell something new; None where it was passed over."""
    capture = candidate.capture
    if capture in account.seen:
        return None
    account.seen.add(capture)
    if reason := _foregone(question, capture, account):
        account.skip(capture, reason)
        return None
    account.reads += 1
    try:
        reading = read(capture)
    except NotReplayableError as failure:
        if isinstance(failure.__cause__, ArchiveUnavailableError):
            account.broken.append(failure.__cause__)
        # pywb does not replay a redirect between a URL's own http, https and www forms; it leads on to another capture
        if capture.is_redirect and failure.offered_url and is_same_page(failure.offered_url, capture.url):
            return Reading(location=failure.offered_url)
        account.skip(capture, str(failure))
        return None
    if reading.reason is not None:
        account.skip(capture, reading.reason, reading.kind)
        if capture.digest:
            account.unusable_digests[capture.digest] = capture
        return None
    return reading


def is_same_page(one: str, other: str) -> bool:
    """Whether an index counts two URLs as one: http and https, with and without `www` and port."""
    return index_key(one) == index_key(other)


def _foregone(question: Question, capture: Capture, account: _Account) -> str | None:
    """Why a capture need not be read, or None where it must be."""
    if capture.is_redirect:
        look = (capture.url, capture.status, capture.digest)
        account.redirect_counts[look] = account.redirect_counts.get(look, 0) + 1
        is_known = account.redirect_counts[look] > _MAX_EQUAL_REDIRECTS
        return "the same redirect as one that led to nothing" if is_known else None
    if not capture.may_hold_text and not question.accept & _OF_ERROR_STATUS:
        return f"the page answered {capture.status}"
    twin = account.unusable_digests.get(capture.digest or "")
    return f"the same bytes as the unusable capture of {iso_time(twin.timestamp)}" if twin else None


def _follow(
    question: Question, candidate: _Candidate, hop: Hop, list_captures: Callable[[str], Listing]
) -> tuple[Listing, str | None, str]:
    """List the captures of a redirect's target.

    Returns:
        The listing, the target, and what is to be said of the redirect. Where it is not followed the listing is empty, and
        there is no target.
    """
    nothing = Listing(url=hop.location, captures=(), retrieved_at=None)
    if not hop.location.lower().startswith(("http://", "https://")):
        return nothing, None, f"redirected to {hop.location}, which is not a web address"
    try:
        target = normalise_url(hop.location)
        if reason := refusal(question.url, len(candidate.hops) + 1, target):
            return nothing, None, reason
        is_own = is_same_page(target, candidate.listing.url)
        listing = candidate.listing if is_own else list_captures(target)
    except (InputError, ExcludedError) as failure:
        return nothing, None, f"redirected to {hop.location}: {failure}"
    return (
        listing,
        target,
        f"redirected to {target}" + ("" if listing.captures else ", which the archive does not hold"),
    )


def _with_target(
    question: Question, work: deque[_Candidate], candidate: _Candidate, found: tuple[Listing, Hop]
) -> deque[_Candidate]:
    """The work with the captures of a redirect's target put in."""
    listing, hop = found
    hops = (*candidate.hops, hop)
    vouched, older = targets_in_preference(listing.captures, hop.capture, question.period, question.select)
    first = [_Candidate(capture=one, listing=listing, hops=hops) for one in vouched]
    if listing is candidate.listing:
        return deque([*first, *work])  # its older captures are in the work already
    others = [_Candidate(capture=one, listing=listing, hops=hops) for one in older]
    return deque([*first, *_merged(question, work, others)])


def _merged(question: Question, work: Iterable[_Candidate], others: list[_Candidate]) -> list[_Candidate]:
    """Two lists of candidates as one, in the order of preference of their captures."""
    by_capture = {one.capture: one for one in (*others, *work)}
    return [by_capture[capture] for capture in in_preference(by_capture, question.period, question.select)]


def refusal(asked_url: str, hop_count: int, target: str) -> str | None:
    """Why an archived redirect is not followed, or None where it is.

    Args:
        asked_url: The URL that was asked for, normalised.
        hop_count: Which redirect in a row it is, 1 for the first.
        target: Where it leads, normalised.
    """
    if hop_count > MAX_HOPS:
        return f"more than {MAX_HOPS} redirects in a row"
    parts = urlsplit(target)
    if parts.path in ("", "/") and not parts.query and urlsplit(asked_url).path not in ("", "/"):
        return f"redirected to the homepage {target}"
    return None


def _answer(question: Question, candidate: _Candidate, account: _Account, assessment: Assessment) -> Answer:
    capture = candidate.capture
    followed = {hop.capture for hop in candidate.hops}
    answer = Answer(
        url=question.url,
        period=question.period,
        select=question.select,
        capture=capture,
        distance_s=question.period.distance_s(capture.timestamp),
        hops=candidate.hops,
        skipped=tuple(one for one in account.skipped if one.capture not in followed),
        neighbours=neighbours(candidate.listing.captures, capture, unusable={one.capture for one in account.skipped}),
        listed_at=candidate.listing.retrieved_at,
        verdict=assessment.verdict,
        site=assessment.site,
        successor_url=account.successor_of(question.url),
    )
    return replace(answer, notes=(*candidate.listing.warnings, *_notes(answer), *assessment.notes))


def _notes(answer: Answer) -> tuple[str, ...]:
    capture, site, notes = answer.capture, answer.site, []
    if site is not None and site.relation is not Relation.SAME:
        notes.append(
            f"{answer.url} redirected to another site: the text is that of {site.host}, not of {site.asked} "
            f"({site.relation}: {site.reason})."
        )
    if not answer.verdict.is_usable:
        notes.append(f"The capture was accepted as asked, although it is no usable policy: {answer.verdict.in_words}.")
    if answer.select in (Select.AS_OF, Select.BEFORE) and answer.distance_s > 0:
        notes.append(
            f"The capture was made {iso_time(capture.timestamp)}, after the date asked for: the redirect of "
            f"{iso_time(answer.hops[-1].capture.timestamp)} led to it."
        )
    return tuple(notes)


def _no_capture(question: Question, listing: Listing) -> NoCaptureError:
    if not listing.captures:
        return NoCaptureError(f"{question.archive} holds no capture of {question.url}", url=question.url)
    first, last = listing.captures[0].timestamp, listing.captures[-1].timestamp
    text, known = question.period.text, f"the first is of {iso_time(first)}, the last of {iso_time(last)}"
    where = {
        Select.AS_OF: f"at or before {text}",
        Select.BEFORE: f"before {text}",
        Select.AFTER: f"after {text}",
        Select.EXACT: f"of {text} exactly",
        Select.NEAREST: f"near {text}",
    }[question.select]
    return NoCaptureError(
        f"{question.archive} holds no capture of {question.url} {where}; {known}",
        url=question.url,
        first_timestamp=first,
        last_timestamp=last,
    )


def _all_unusable(question: Question, account: _Account) -> UnusableCaptureError:
    shown = "; ".join(f"{iso_time(one.capture.timestamp)}: {one.reason}" for one in account.skipped[:3])
    more = f"; and {len(account.skipped) - 3} more" if len(account.skipped) > 3 else ""
    end = f"; the search ended after {MAX_READS} pages" if account.reads >= MAX_READS else ""
    successor = account.successor_of(question.url)
    moved = f"; archived redirects lead to {successor}" if successor else ""
    return UnusableCaptureError(
        f"no usable capture of {question.url} ({shown}{more}{end}){moved}",
        url=question.url,
        timestamp=account.skipped[0].capture.timestamp if account.skipped else None,
        reasons=tuple(one.reason for one in account.skipped),
        successor_url=successor,
    )
