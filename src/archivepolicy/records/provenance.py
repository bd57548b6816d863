"""Provenance: records as the JSON that stands beside every product, and back.

The form is versioned by `SCHEMA_VERSION`; `docs/store.md` describes it key by key. No I/O here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from archivepolicy.digests import sha1_base32, sha256_hex
from archivepolicy.records.capture import Capture
from archivepolicy.records.document import Document, Kind, Link, Removal, StatedDate, TitleSource, Verdict
from archivepolicy.records.section import WHOLE_PAGE, Section
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archivepolicy.records.answer import Answer, Hop
    from archivepolicy.records.memento import Memento

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What made a snapshot: this program, and the rules it extracted by."""

    tool: str
    extractor_version: str


def provenance_of(
    memento: Memento, document: Document, *, archive_key: str, maker: Maker, section: Section = WHOLE_PAGE
) -> dict[str, Any]:
    """Describe how a snapshot came to be.

    Args:
        memento: What the archive gave.
        document: What extraction made of it.
        archive_key: What tells the archive apart in a store.
        maker: What made it.
        section: The part of the page that was asked for.

    Returns:
        JSON-ready values, keys in the order of the file. `redirects` is empty: the way to a capture belongs to the
        question that led there.
    """
    values = {
        "schema_version": SCHEMA_VERSION,
        "tool": maker.tool,
        "extractor_version": maker.extractor_version,
        "url": memento.capture.url,
        "timestamp": memento.timestamp,
        "archive": memento.capture.archive,
        "archive_key": archive_key,
        "memento_url": memento.memento_url,
        "retrieved_at": memento.retrieved_at,
        "capture": asdict(memento.capture),
        "redirects": [],
        "http": {"status": memento.status, "headers": [list(header) for header in memento.headers]},
        "payload": {
            "bytes": len(memento.payload),
            "sha256": sha256_hex(memento.payload),
            "stored_bytes": len(memento.stored_payload),
            "stored_sha1": sha1_base32(memento.stored_payload),
            "digest_verdict": memento.digest_verdict,
        },
        **({"section": section.bounds} if section.bounds else {}),
        "document": _document_to_dict(document),
        "warnings": list(dict.fromkeys((*memento.warnings, *document.warnings))),
    }
    plain: dict[str, Any] = json.loads(json.dumps(values))  # as it will be read back: no tuples, no enumerations
    return plain


def with_frame(provenance: Mapping[str, Any], page: Memento, frame: Memento) -> dict[str, Any]:
    """Add to a frameset's provenance the frame whose text the document is."""
    entry = {
        "url": frame.capture.url,
        "timestamp": frame.timestamp,
        "memento_url": frame.memento_url,
        "sha256": sha256_hex(frame.payload),
        "capture": asdict(frame.capture),
    }
    warning = (
        f"The page of {iso_time(page.timestamp)} is a frameset: the text is that of its frame {frame.capture.url}, captured "
        f"{iso_time(frame.timestamp)}."
    )
    return {**provenance, "frames": [entry], "warnings": [*provenance["warnings"], warning]}


def framed_capture(provenance: Mapping[str, Any]) -> Capture | None:
    """The capture of the frame that a product's text was read from; None where it was the page's own."""
    frames = provenance.get("frames") or ()
    return capture_from_dict(frames[-1]["capture"]) if frames else None


def capture_from_dict(values: Mapping[str, Any]) -> Capture:
    """Read a capture's row back; unknown keys of a later release are passed over."""
    known: dict[str, Any] = {name: values[name] for name in Capture.__dataclass_fields__ if name in values}
    return Capture(**known)


def document_from_dict(values: Mapping[str, Any], markdown: str) -> Document:
    """Read a document back from its provenance and its Markdown."""
    return Document(
        title=values["title"],
        title_source=TitleSource(values["title_source"]),
        page_title=values["page_title"],
        markdown=markdown,
        language=values["language"],
        encoding=values["encoding"],
        links=tuple(Link(text=link["text"], url=link["url"]) for link in values["links"]),
        stated_dates=tuple(StatedDate(**date) for date in values["stated_dates"]),
        removed=tuple(Removal(**removal) for removal in values["removed"]),
        warnings=tuple(values["warnings"]),
        kept_share=values["kept_share"],
        verdict=Verdict(kind=Kind(values["verdict"]["kind"]), reasons=tuple(values["verdict"]["reasons"])),
    )


def _document_to_dict(document: Document) -> dict[str, Any]:
    """All of a document but its Markdown, which is the product itself."""
    values = asdict(document)
    del values["markdown"]
    for written, link in zip(values["links"], document.links, strict=True):
        if link.tracking:
            written["tracking"] = list(link.tracking)
    return values


def hop_to_dict(hop: Hop) -> dict[str, Any]:
    """One archived redirect as JSON."""
    return {
        "url": hop.capture.url,
        "timestamp": hop.capture.timestamp,
        "status": hop.capture.status,
        "location": hop.location,
        "memento_url": hop.memento_url,
    }


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """How a date was answered, as JSON."""
    near = answer.neighbours
    return {
        "url": answer.url,
        "as_of": answer.period.text,
        "from": answer.period.start,
        "to": answer.period.end,
        "select": answer.select.value,
        "captured": answer.capture.timestamp,
        "distance_s": answer.distance_s,
        "redirects": [hop_to_dict(hop) for hop in answer.hops],
        "passed_over": [
            {"url": one.capture.url, "timestamp": one.capture.timestamp, "reason": one.reason} for one in answer.skipped
        ],
        "neighbours": {
            "same_from": near.same_from.timestamp,
            "same_until": near.same_until.timestamp,
            "other_before": near.other_before.timestamp if near.other_before else None,
            "other_after": near.other_after.timestamp if near.other_after else None,
            "first": near.first.timestamp,
            "last": near.last.timestamp,
            "count": near.count,
        },
        "listed_at": answer.listed_at,
        "notes": list(answer.notes),
    }
