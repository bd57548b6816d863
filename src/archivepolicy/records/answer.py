"""Answer: which capture was chosen for a date, how far it is from it, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from archivepolicy.records.document import USABLE, Verdict

if TYPE_CHECKING:
    from archivepolicy.records.capture import Capture
    from archivepolicy.records.document import Kind
    from archivepolicy.timestamps import Period


class Select(StrEnum):
    """Which capture answers a date.

    `as-of` is the last one at or before the end of the period, `before` the last one before its start, `after` the
    first one after its end, `nearest` the one with the smallest distance to it (inside the period the last one, of two
    equally far the earlier), `exact` the last one inside it.
    """

    AS_OF = "as-of"
    BEFORE = "before"
    AFTER = "after"
    NEAREST = "nearest"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One archived redirect on the way from the URL asked for to the capture that answers.

    Attributes:
        capture: The redirect's row in the index.
        location: Where it leads, an absolute original URL.
        memento_url: The archive's address for the redirect, or None where only a local file is known.
        archive_key: What tells its archive apart in a store; None where it is that of the page.
    """

    capture: Capture
    location: str
    memento_url: str | None
    archive_key: str | None = None


class Relation(StrEnum):
    """How the site that wrote a text is related to the site that was asked for."""

    SAME = "same"
    SIBLING = "sibling"
    SUCCESSOR = "successor"
    PLATFORM = "platform"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose text it is.

    Attributes:
        asked: The host that was asked for.
        host: The host that the text was captured from.
        relation: How the two are related.
        reason: What says so, a phrase; empty for the same site.
    """

    asked: str
    host: str
    relation: Relation
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A capture that stood nearer to the date and was passed over.

    Attributes:
        capture: Its row in the index.
        reason: Why, in words.
        kind: What it holds in the policy's place, where that was judged; None for a redirect or a failing replay.
    """

    capture: Capture
    reason: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the index tells about the captures around the chosen one.

    Equal digests prove equal bytes and so equal text. Other bytes do not prove another text (a page may carry a token
    that changes with every visit), so the neighbours are the first that *may* differ: no capture between the chosen
    one and them is known to differ.

    Attributes:
        same_from: First capture of the unbroken run with the chosen one's digest; the chosen one itself where it
            stands alone.
        same_until: Last capture of that run.
        other_before: The last capture with other bytes before the run, or None where the index has none.
        other_after: The first capture with other bytes after the run, or None.
        first: The first capture of the URL, whatever its status.
        last: The last one.
        count: How many captures the index lists.
    """

    same_from: Capture
    same_until: Capture
    other_before: Capture | None
    other_after: Capture | None
    first: Capture
    last: Capture
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a date was answered.

    Attributes:
        url: The URL asked for, normalised.
        period: The date asked for.
        select: Which capture was wanted.
        capture: The one chosen.
        distance_s: Seconds from the period to the capture: negative before it, 0 inside it, positive after.
        hops: Archived redirects followed, in order; may be empty.
        skipped: Captures passed over, nearest to the date first; may be empty.
        neighbours: What the index tells about the captures around the chosen one.
        listed_at: When the index was asked, 14 digits; None for local files.
        notes: What a careful reader should know, a sentence each; may be empty.
        verdict: Whether the chosen capture is the policy that was asked for; any other kind than `ok` was accepted by the
            asker, or is the labelled policy of a sibling or successor site.
        site: Whose text it is.
        successor_url: Where archived redirects lead from the URL asked for, or None where none was met: the address to
            ask for from then on.
    """

    url: str
    period: Period
    select: Select
    capture: Capture
    distance_s: int
    hops: tuple[Hop, ...]
    skipped: tuple[Skipped, ...]
    neighbours: Neighbours
    listed_at: str | None
    notes: tuple[str, ...] = ()
    verdict: Verdict = USABLE
    site: Site | None = None
    successor_url: str | None = None
