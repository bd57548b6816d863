"""Document: what extraction makes of a memento."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archivepolicy.urls import tracking_parameters


class TitleSource(StrEnum):
    """Where a document's title was found."""

    CONTENT = "h1 in the content"
    NEARBY = "h1 before the content"
    PAGE = "<title>"
    NONE = "none on the page"


class Kind(StrEnum):
    """What a page turned out to be.

    The last two depend on the question, not on the page alone: the same text is the policy of the site that wrote it.
    """

    POLICY = "ok"
    EMPTY = "empty"
    ERROR = "error page"
    SOFT_404 = "soft 404"
    PARKED = "parked"
    CHALLENGE = "challenge page"
    LOGIN = "login wall"
    EXCLUDED = "excluded"
    NOT_POLICY = "not a policy"
    OTHER_SITE = "other site"
    OTHER_LANGUAGE = "other language"

    @property
    def slug(self) -> str:
        """The kind as a word for options: `soft-404`, `other-site`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One thing on the page that is not in the Markdown, so that a reader can check or undo it.

    Attributes:
        rule: Id of the rule that removed it (`whmcs/brand-line`, `prune/nav`, ...).
        text: What was removed, white space folded, cut at 200 characters; may be empty.
        where: The element, as a short path (`div#header`), or `start` / `end` of the content.
    """

    rule: str
    text: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the policy: its words and its absolute original target."""

    text: str
    url: str

    @property
    def tracking(self) -> tuple[str, ...]:
        """The target's tracking parameters. They stay in the text, since they are evidence; a comparison may ignore them."""
        return tracking_parameters(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDate:
    """A date that the policy states of itself.

    Attributes:
        label: `updated` or `effective`.
        text: The words on the page, label and date, as they stand; white space folded, Markdown's marks taken off.
        date: `YYYY-MM-DD`, or `YYYY-MM` where no day is given, or None where the words do not tell for sure
            (03/04/2013) or name a day that the calendar does not have.
    """

    label: str
    text: str
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a page is a usable policy.

    Attributes:
        kind: What the page is.
        reasons: What on the page says so, a phrase each; empty for a policy.
    """

    kind: Kind
    reasons: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether the page can be the answer to "what did the policy say"."""
        return self.kind is Kind.POLICY

    @property
    def in_words(self) -> str:
        """The kind with its reasons in brackets."""
        return f"{self.kind} ({'; '.join(self.reasons)})" if self.reasons else str(self.kind)


USABLE = Verdict(kind=Kind.POLICY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy's text, cut out of its page.

    Attributes:
        title: The policy's title; `Privacy Policy` and the domain where the page has none.
        title_source: Where the title was found.
        page_title: The page's `<title>` as it stands, white space folded; may be empty.
        markdown: The policy as CommonMark with GFM tables, one line a paragraph, one final newline; no attribution
            header. It holds its own `# ` heading where the page has one in or before the content. Empty for an empty page.
        language: The page's declared language (BCP 47), or None.
        encoding: The charset that the bytes were read with; `pdf` for a PDF.
        links: In the order of the text; may be empty.
        stated_dates: In the order of the text; may be empty.
        removed: In the order of removal; may be empty.
        warnings: What a careful reader should know, a sentence each; may be empty.
        kept_share: Share of the page's prose that was kept, 0 to 1.
        verdict: Whether this is a usable policy.
    """

    title: str
    title_source: TitleSource
    page_title: str
    markdown: str
    language: str | None
    encoding: str
    links: tuple[Link, ...]
    stated_dates: tuple[StatedDate, ...]
    removed: tuple[Removal, ...]
    warnings: tuple[str, ...]
    kept_share: float
    verdict: Verdict

    @property
    def text(self) -> str:
        """The whole product below its attribution header: the Markdown, under `# title` where it has none of its own."""
        if self.title_source in (TitleSource.CONTENT, TitleSource.NEARBY) or not self.title:
            return self.markdown
        return f"# {self.title}\n\n{self.markdown}" if self.markdown else f"# {self.title}\n"
