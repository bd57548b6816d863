"""Batch: what becomes of the items of a run over many sites, and how the run stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = "shared by unrelated sites"


class Mode(StrEnum):
    """What is asked of a site: one capture for a date, or everything."""

    AS_OF = "as-of"
    HISTORY = "history"


class Outcome(StrEnum):
    """What became of an item."""

    PENDING = "pending"
    DONE = "done"
    NO_CAPTURE = "no capture"
    UNUSABLE = "unusable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One product of an item: the one of its date, or one of a history's versions.

    Attributes:
        captured: 14 digits.
        until: The last capture with the same text, of a history's version; else None.
        product: The product's file, relative to the store's folder.
        digest: The capture's digest, or None.
    """

    captured: str
    until: str | None = None
    product: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A stretch of a history of which no capture tells anything: the usable captures around it, and its length."""

    start: str
    end: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one item.

    Attributes:
        outcome: In a word.
        reason: Why there is no product; empty where there is one.
        url: The policy's URL: as given, or as it was found; None where none was found.
        found: The products, ascending; empty where there is none.
        gaps: Of a history; may be empty.
        payload: SHA-256 of the page that was read last, or None where none was.
        flags: What a careful reader should know, a few words each.
        retry_at: When to try again, 14 digits; None where trying again would give the same.
    """

    outcome: Outcome
    reason: str = ""
    url: str | None = None
    found: tuple[Found, ...] = ()
    gaps: tuple[Silence, ...] = ()
    payload: str | None = None
    flags: tuple[str, ...] = ()
    retry_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a run stands.

    Attributes:
        counts: Items of the list by outcome.
        bad_rows: Rows that could not be read.
        settled_now: Items that this run has settled.
        seconds: Since it began to ask.
        waits: What it waits for, in words: an archive's limit or pause; empty where nothing holds it up.
    """

    counts: Mapping[Outcome, int] = field(default_factory=dict)
    bad_rows: int = 0
    settled_now: int = 0
    seconds: float = 0.0
    waits: str = ""

    @property
    def total(self) -> int:
        """All items of the list."""
        return sum(self.counts.values())

    @property
    def pending(self) -> int:
        """Items without an outcome yet."""
        return self.counts.get(Outcome.PENDING, 0)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the rate so far; None before anything is settled."""
        return self.pending * self.seconds / self.settled_now if self.settled_now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """How a run ended.

    Attributes:
        tally: Its last state.
        report: The report file.
        stopped: Why it ended before its time, in words; None where everything was tried.
        shared: Payloads that three or more unrelated domains gave alike.
        gaps: Gaps of histories.
    """

    tally: Tally
    report: str
    stopped: str | None = None
    shared: int = 0
    gaps: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every row was read and every item has a product."""
        return not self.tally.bad_rows and self.tally.counts.get(Outcome.DONE, 0) == self.tally.total


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRange:
    """How many requests of one kind a run will need: at least, and at most; None where nobody can know."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will cost.

    Attributes:
        items: Items of the list, and how many of them are settled already.
        settled: Items that will not be asked again.
        bad_rows: Rows that cannot be read.
        index: Requests to the index.
        replay: Requests for captures.
        least_s: Seconds that the archive's limits make it at least; None for an archive without limits.
        most_s: At most, or None where nobody can know.
    """

    items: int
    settled: int
    bad_rows: int
    index: RequestRange
    replay: RequestRange
    least_s: float | None
    most_s: float | None
