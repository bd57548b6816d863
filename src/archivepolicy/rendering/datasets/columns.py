"""Columns: which tables a dataset has, and what each column holds. `docs/datasets.md` prints them; a test compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 1


class Type(StrEnum):
    """What a column's values are. In a row a time is a text such as `2013-06-08T22:25:01Z`."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: As every format has it.
        type: What its values are.
        may_be_null: Whether there may be none.
        meaning: What it holds, in a phrase of Markdown.
    """

    name: str
    type: Type
    may_be_null: bool
    meaning: str


def _always(name: str, of: Type, meaning: str) -> Column:
    return Column(name, of, False, meaning)


def _maybe(name: str, of: Type, meaning: str) -> Column:
    return Column(name, of, True, meaning)


_POLICY = (
    _always("policy_id", Type.TEXT, "which policy: the same in all tables and in every export"),
    _always("domain", Type.TEXT, "the registrable domain of its URL"),
    _always("url_key", Type.TEXT, "the URL as an index knows it (SURT), `http`, `https` and `www` forms alike"),
    _maybe("page_section", Type.TEXT, "the part of the page that was asked for, as JSON; null for the whole page"),
)
_STATED = (
    _maybe(
        "updated", Type.TEXT, "the first date of update that the policy states: `YYYY-MM-DD`, `YYYY-MM`, else its words"
    ),
    _maybe("effective", Type.TEXT, "the first date of effect that the policy states, likewise"),
)
_BOUNDS = (
    _always("first_seen", Type.TIME, "the first capture with the (new) version: an upper bound on when it came"),
    _maybe("last_without", Type.TIME, "the last capture of a text before it; null where none is known"),
    _maybe("gap_before_days", Type.INTEGER, "whole days between these two, of which no text is known"),
)

SNAPSHOTS = (
    *_POLICY,
    _always("captured_at", Type.TIME, "when the page was captured"),
    _always("url", Type.TEXT, "the original URL, as the archive's index writes it"),
    _maybe(
        "requested_url", Type.TEXT, "the URL that was asked for when the product was made; null where it is not known"
    ),
    _always("redirects", Type.INTEGER, "archived redirects that led from there to it"),
    _maybe(
        "version",
        Type.INTEGER,
        "`number` of its version; null where it has none: no usable policy, or made by an earlier "
        "extractor and without evidence to make it again",
    ),
    _always("archive", Type.TEXT, "the archive's name: a host, or a file's name"),
    _always("archive_key", Type.TEXT, "what tells the archive apart in the store"),
    _maybe("memento_url", Type.TEXT, "the archive's address of the raw capture; null for a local file"),
    _maybe("retrieved_at", Type.TIME, "when it was fetched over the network; null for a local file"),
    _maybe("status", Type.INTEGER, "archived HTTP status"),
    _maybe("mime_type", Type.TEXT, "type that the index gives"),
    _maybe("digest", Type.TEXT, "base32 SHA-1 of the body, as the index gives it"),
    _always("payload_bytes", Type.INTEGER, "length of the decoded body"),
    _always("payload_sha256", Type.TEXT, "SHA-256 of the decoded body"),
    _always(
        "digest_verdict", Type.TEXT, "whether the body is the one that the index says: `match`, `mismatch`, `unknown`"
    ),
    _always("title", Type.TEXT, "the policy's title"),
    _maybe("language", Type.TEXT, "language that the page declares"),
    _always("encoding", Type.TEXT, "charset that it was read with"),
    _always("verdict", Type.TEXT, "what the page is; `ok` for a policy"),
    _maybe("words", Type.INTEGER, "words of the normalised text; null without version"),
    _always("links", Type.INTEGER, "how many links the text has"),
    _always("removals", Type.INTEGER, "how many things on the page are not in the text"),
    _always("kept_share", Type.NUMBER, "share of the page's prose that was kept, 0 to 1"),
    *_STATED,
    _maybe("warnings", Type.TEXT, "what a careful reader should know, sentences"),
    _always("extractor_version", Type.TEXT, "rules that made the product"),
    _always("path", Type.TEXT, "the product in the store"),
    _always("product_sha256", Type.TEXT, "SHA-256 of the product"),
    _maybe("evidence", Type.TEXT, "WARC file in the store that holds the memento"),
    _always("text", Type.TEXT, "the policy as Markdown, without attribution header"),
)
VERSIONS = (
    *_POLICY,
    _always("number", Type.INTEGER, "1 for the first of its policy, ascending by first sight"),
    *_BOUNDS,
    _maybe(
        "gap_captures",
        Type.INTEGER,
        "listed captures in that gap of which no text is known: not read, or not usable; "
        "null where no listing is at hand",
    ),
    _always("last_seen", Type.TIME, "the last capture with it: a lower bound on when it went"),
    _maybe("next_without", Type.TIME, "the first capture of another text after it; null where none is known"),
    _maybe("gap_after_days", Type.INTEGER, "whole days between these two"),
    _always("captures", Type.INTEGER, "captures that hold it, those counted that a listing says have the same bytes"),
    _always("runs", Type.INTEGER, "unbroken stretches of them; more than 1 where it was interrupted briefly"),
    _always("is_transient", Type.BOOLEAN, "whether it only interrupts another version briefly"),
    _maybe("transient_of", Type.INTEGER, "`number` of that version"),
    _maybe("returns_to", Type.INTEGER, "`number` of the earlier version whose text it is again"),
    _always("words", Type.INTEGER, "words of the normalised text"),
    _always("words_added", Type.INTEGER, "words that the version before has not, or fewer of"),
    _always("words_removed", Type.INTEGER, "words that the version before has more of"),
    _maybe(
        "is_silent", Type.BOOLEAN, "whether it states the same date as the version before; null where none is stated"
    ),
    *_STATED,
    _always("title", Type.TEXT, "the policy's title"),
    _maybe("language", Type.TEXT, "language that the page declares"),
    _always("url", Type.TEXT, "the original URL of the capture that the text was read from"),
    _always("read_from", Type.TIME, "that capture"),
    _maybe("memento_url", Type.TEXT, "the archive's address of it; null for a local file"),
    _maybe("path", Type.TEXT, "its product in the store; null where the text was extracted anew for the comparison"),
    _always("extractor_version", Type.TEXT, "rules that made the text"),
    _always("text_key", Type.TEXT, "digest of the words alone: equal where two texts say the same"),
    _always("text_sha256", Type.TEXT, "SHA-256 of `text`"),
    _always("text", Type.TEXT, "the policy as Markdown, without attribution header"),
)
CHANGES = (
    *_POLICY,
    _always(
        "old_version",
        Type.INTEGER,
        "`number` of the version that it is compared with: the last one before it that is no "
        "transient, or for a transient the one that it interrupts",
    ),
    _always("new_version", Type.INTEGER, "`number` of the version that it led to"),
    _always("change", Type.INTEGER, "0 for the first between these two, in the order of the text"),
    *_BOUNDS,
    _always("op", Type.TEXT, "what was done: `insert`, `delete`, `modify`, `move`, `renumber`, `link`, `format`"),
    _always(
        "cls", Type.TEXT, "what it means: `substantive`, `reorder`, `number`, `date`, `link`, `typography`, `format`"
    ),
    _always("is_cosmetic", Type.BOOLEAN, "whether a reader of the words need not see it"),
    _always("kind", Type.TEXT, "`heading`, `item`, `row`, `paragraph` or `space`"),
    _maybe("section", Type.TEXT, "headings above it in the new text, outermost first, ` > ` between them"),
    _maybe("old_section", Type.TEXT, "headings above it in the old text"),
    _always("words_added", Type.INTEGER, "words of the new side that the old one has not"),
    _always("words_removed", Type.INTEGER, "words of the old side that the new one has not"),
    _always("similarity", Type.NUMBER, "share of the words that both sides have in common, 0 to 1"),
    _maybe("old_label", Type.TEXT, "clause number or list mark in the old text"),
    _maybe("new_label", Type.TEXT, "the same in the new text"),
    _maybe(
        "repeat", Type.INTEGER, "the substitution that it is an instance of, where one recurs between these versions"
    ),
    _always(
        "old_start", Type.INTEGER, "where `old` begins in the old version's `text`, in characters (Unicode, from 0)"
    ),
    _always("old_end", Type.INTEGER, "where it ends"),
    _always("new_start", Type.INTEGER, "where `new` begins in the new version's `text`"),
    _always("new_end", Type.INTEGER, "where it ends"),
    _maybe("old", Type.TEXT, "the old text; null for an insertion"),
    _maybe("new", Type.TEXT, "the new text; null for a deletion"),
    _always(
        "is_silent",
        Type.BOOLEAN,
        "whether between these versions something substantive changed and the policy states no other date",
    ),
    _always("is_stub", Type.BOOLEAN, "whether one of the two texts is so short that it is hardly the policy"),
)
TABLES = {"snapshots": SNAPSHOTS, "versions": VERSIONS, "changes": CHANGES}
