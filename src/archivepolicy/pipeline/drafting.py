"""memento -> document -> snapshot, before anything is kept: the same steps for a new product and for one made again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.errors import MissingSectionError
from archivepolicy.extraction import (
    EXTRACTOR_VERSION,
    attribution_header,
    content_frame,
    extract,
    judge_response,
    policy_kind,
)
from archivepolicy.records import Kind, Snapshot, Verdict
from archivepolicy.records.provenance import Maker, provenance_of, with_frame
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.timestamps import iso_time
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Document, Memento

_TOLD_BY_WORDS = frozenset({Kind.CHALLENGE, Kind.LOGIN, Kind.PARKED, Kind.EXCLUDED})
_SAYS_NOTHING = frozenset({Kind.POLICY, Kind.EMPTY, Kind.NOT_POLICY})
MAKER = Maker(tool=f"archivepolicy {__version__}", extractor_version=EXTRACTOR_VERSION)


def frame_of(memento: Memento) -> str | None:
    """The address of a frameset's content frame; None where the page is no frameset."""
    return content_frame(memento.payload, url=memento.capture.url, content_type=memento.content_type)


def draft(
    archive_key: str,
    memento: Memento,
    *,
    section: Section = WHOLE_PAGE,
    frame: Memento | None = None,
    frame_key: str | None = None,
    extractor: Extractor = extract,
) -> Snapshot:
    """Make a snapshot of a memento; its bytes depend on the arguments and the extractor alone.

    Args:
        archive_key: What tells the archive apart in a store.
        memento: The page.
        section: The part of it that is wanted.
        frame: The memento of its content frame, where it is a frameset.
        frame_key: What tells the archive apart that holds the frame; None where it is the same.
        extractor: Does what `extract` does, elsewhere or from memory.

    Raises:
        MissingSectionError: The page is a usable policy without such a section.
        UnusableCaptureError: A PDF that is damaged, encrypted or without text.
    """
    document = _judged(_document(memento, frame or memento, section, extractor), memento)
    kind = policy_kind(document.title, memento.capture.url)
    header = attribution_header(memento.capture, memento_url=memento.memento_url, kind=kind)
    provenance = provenance_of(memento, document, archive_key=archive_key, maker=MAKER, section=section)
    return Snapshot(
        capture=memento.capture,
        memento_url=memento.memento_url,
        document=document,
        markdown=f"{header}\n\n{document.text}",
        provenance=provenance if frame is None else with_frame(provenance, memento, frame, frame_key),
    )


def _document(page: Memento, text: Memento, section: Section, extractor: Extractor) -> Document:
    try:
        return extractor(text.payload, url=text.capture.url, content_type=text.content_type, section=section)
    except MissingSectionError as failure:
        # an error page has no sections: it is passed over like any other, and only a policy without the section is refused
        document = extractor(text.payload, url=text.capture.url, content_type=text.content_type)
        if _judged(document, page).verdict.is_usable:
            seen_at = iso_time(page.capture.timestamp)
            raise MissingSectionError(failure.missing, headings=failure.headings, timestamp=seen_at) from failure
        return document


def _judged(document: Document, memento: Memento) -> Document:
    """The document with what the archived answer's status and headers say against it.

    An error status says less than a page that names itself a bot check, a login or a parked domain. A soft 404 it cannot be:
    that is one which answers 200.
    """
    said, own = judge_response(memento.status, memento.headers), document.verdict
    if said.is_usable:
        return document
    kind = own.kind if said.kind is Kind.ERROR and own.kind in _TOLD_BY_WORDS else said.kind
    reasons = said.reasons if own.kind in _SAYS_NOTHING else (*said.reasons, *own.reasons)
    return replace(document, verdict=Verdict(kind=kind, reasons=reasons))
