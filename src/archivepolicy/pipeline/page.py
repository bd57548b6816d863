"""convert: bytes -> document. explain: snapshot -> memento -> page beside document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.extraction import explained, extract
from archivepolicy.pipeline.sources import memento_of, opened_archive, opened_store
from archivepolicy.records.provenance import framed_capture
from archivepolicy.records.section import WHOLE_PAGE, Section

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archivepolicy.records import Document, Snapshot
    from archivepolicy.records.explanation import Explanation
    from archivepolicy.store import Store


def convert(
    payload: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    content_encoding: str | None = None,
    section: Section = WHOLE_PAGE,
) -> Document:
    """Extract the policy from a page's bytes; no archive, no store.

    Args:
        payload: The page as it was delivered or saved.
        url: Its original URL, for relative links and the title of a page without one.
        content_type: Its Content-Type; None for HTML, or what the bytes say.
        content_encoding: Its Content-Encoding, where the bytes are still compressed.
        section: The part of the page that is wanted, where it holds several policies.

    Raises:
        InputError: The page has no such section.
        UnusableCaptureError: A PDF that is damaged, encrypted or without text. A page that is no policy is a document with a
            verdict, not an error.
    """
    return extract(payload, url=url, content_type=content_type, content_encoding=content_encoding, section=section)


def explain(
    snapshot: Snapshot,
    *,
    archive: ArchiveChoice = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    now: Callable[[], str] = current_timestamp,
) -> Explanation:
    """Lay a snapshot's page beside the snapshot: what of it was kept, and which rule took the rest.

    Args:
        snapshot: What `get` gave.
        archive: As given to `get`.
        store: As given to `get`; the page is read from the evidence there, and without it replayed once more.
        max_wait_s: As for `get`.
        now: As for `get`.
    """
    source = opened_archive(archive, max_wait_s, now)
    kept = opened_store(store)
    memento = memento_of(source, kept, framed_capture(snapshot.provenance) or snapshot.capture)
    url = memento.capture.url
    return explained(memento.payload, snapshot.document, url=url, content_type=memento.content_type)


def explain_page(
    payload: bytes, document: Document, *, url: str | None = None, content_type: str | None = None
) -> Explanation:
    """Lay a page's bytes beside what `convert` made of them."""
    return explained(payload, document, url=url, content_type=content_type)
