"""Candidate: a URL that may be a site's policy, why, and what reading it showed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.answer import Hop
    from archivepolicy.records.capture import Capture
    from archivepolicy.timestamps import Period


class PolicyKind(StrEnum):
    """Which document of a site is wanted."""

    PRIVACY = "privacy"
    TERMS = "terms"
    COOKIES = "cookies"


class Place(StrEnum):
    """Where on a page a link stands."""

    FOOTER = "footer"
    END = "near the end"
    NAVIGATION = "navigation"
    HEADER = "header"
    CONTENT = "content"


class Finding(StrEnum):
    """What became of a candidate."""

    POLICY = "ok"
    OTHER_KIND = "another document"
    NO_CAPTURE = "no capture"
    UNUSABLE = "unusable"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One link or button of a page.

    Attributes:
        text: Its words, an image's alternative text and a title among them; may be empty.
        url: Where it leads: an absolute original URL of the web.
        place: Where on the page it stands.
        before: The words before it in its block, the last 80 characters; may be empty.
    """

    text: str
    url: str
    place: Place
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """The links of a page.

    Attributes:
        links: In the page's order; may be empty.
        further: Pages that are part of this one: its frames, and where it sends its reader on by itself. Absolute
            original URLs, each once; may be empty.
        language: The page's declared language, or None.
    """

    links: tuple[PageLink, ...]
    further: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A URL that may be the policy.

    Attributes:
        url: Where a link leads, or a URL of the index; original, absolute, without tracking parameters.
        score: How much speaks for it before it is read, 1 to 125: only the order counts.
        reasons: What speaks for and against it, a phrase each, not empty.
        text: The link's words; empty where the index alone names it.
        label: What is to be known of a page of another owner (`another site: ...`, `hosted by ...`), or None.
        verdict: What became of it.
        why: What reading it showed, in words; may be empty.
        kind: What kind of document it calls itself, where it was read; else None.
        title: Its title, where it was read; else None.
        capture: The capture that was read, or None.
        memento_url: The archive's address for it, or None.
        hops: Archived redirects from `url` to the capture, in order; may be empty.
    """

    url: str
    score: int
    reasons: tuple[str, ...]
    text: str = ""
    label: str | None = None
    verdict: Finding = Finding.NOT_READ
    why: str = ""
    kind: str | None = None
    title: str | None = None
    capture: Capture | None = None
    memento_url: str | None = None
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Which URL was a site's policy at a time.

    Attributes:
        domain: The site's homepage, normalised.
        period: The date asked for.
        kind: The document that is wanted.
        homepage: The capture whose links were read, or None where the archive holds none.
        candidates: Best first: what was read and is the policy, what was not read, what was read and is not; may be empty.
        looked_at: What was looked at and what it gave, a sentence each, in the order in which it was.
    """

    domain: str
    period: Period
    kind: PolicyKind
    homepage: Capture | None
    candidates: tuple[Candidate, ...]
    looked_at: tuple[str, ...]

    @property
    def best(self) -> Candidate | None:
        """The policy: the best candidate that was read and is one; None where none is."""
        return next((one for one in self.candidates if one.verdict is Finding.POLICY), None)
