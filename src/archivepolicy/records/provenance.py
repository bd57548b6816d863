"""Provenance: records as the JSON that stands beside every product, and back.

The form is versioned by `SCHEMA_VERSION`; `docs/store.md` describes it key by key. An older form is read as if it were of
today (`upgraded`) and never rewritten. No I/O here.
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
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archivepolicy.records.answer import Answer, Hop
    from archivepolicy.records.memento import Memento

SCHEMA_VERSION = 2


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
        JSON-ready values, keys in the order of the file. `requested_url` and `redirects` are empty: the way to a capture
        belongs to the question that led there (`with_way`).
    """
    values = {
        "schema_version": SCHEMA_VERSION,
        "tool": maker.tool,
        "extractor_version": maker.extractor_version,
        "requested_url": None,
        "url": memento.capture.url,
        "timestamp": memento.timestamp,
        "archive": memento.capture.archive,
        "archive_key": archive_key,
        "memento_url": memento.memento_url,
        "retrieved_at": memento.retrieved_at,
        "capture": asdict(memento.capture),
        "redirects": [],
        "other_ways": [],
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
        "warnings": list(dict.fromkeys((*memento.warnings, *_digest_warning(memento), *document.warnings))),
    }
    plain: dict[str, Any] = json.loads(json.dumps(values))  # as it will be read back: no tuples, no enumerations
    return plain


def _digest_warning(memento: Memento) -> tuple[str, ...]:
    """A mismatch is never fatal: indexes hash what recorders hashed. But a reader who relies on the text must know."""
    if memento.digest_verdict != "mismatch":
        return ()
    own = sha1_base32(memento.stored_payload)
    said = f"The body does not have the digest that the index gives: SHA-1 {own}, not {memento.capture.digest}"
    return (f"{said}. It may be damaged, or was hashed in another form.",)


def way_of(answer: Answer) -> dict[str, Any]:
    """How a question led to its capture: the URL asked for, and the archived redirects from there."""
    return {"requested_url": answer.url, "redirects": [hop_to_dict(hop) for hop in answer.hops]}


def with_way(provenance: Mapping[str, Any], way: Mapping[str, Any]) -> dict[str, Any]:
    """Add the way of the first question that led to a capture, in the place of the keys that wait for it."""
    return {**provenance, **way}


def with_other_way(provenance: Mapping[str, Any], way: Mapping[str, Any]) -> dict[str, Any] | None:
    """Add a further way to a product's provenance; None where it is known already, or the first one is not."""
    first = {key: provenance[key] for key in way}
    if first["requested_url"] is None or any(_is_same_way(way, known) for known in (first, *provenance["other_ways"])):
        return None
    ways = [*provenance["other_ways"], dict(way)]
    return {**provenance, "other_ways": sorted(ways, key=lambda one: json.dumps(one, sort_keys=True))}


def _is_same_way(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two ways are the same but for the scheme and `www` of the URL asked for, which no index tells apart."""
    if one["redirects"] != other["redirects"]:
        return False
    return index_key(one["requested_url"]) == index_key(other["requested_url"])


def upgraded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Read a provenance of an older schema as one of today: what was not written down then is unknown.

    Raises:
        ValueError: It is of a later schema, or of none.
    """
    version = values.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise ValueError(f"schema version {version!r}, where this release knows 1 to {SCHEMA_VERSION}")
    # 1 had neither the URL asked for, nor further ways, nor a seal
    return {**values, "requested_url": values.get("requested_url"), "other_ways": values.get("other_ways", [])}


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the seal: the SHA-256 of everything else, so that a change by accident shows."""
    return {**values, "seal": _seal(values)}


def is_seal_whole(values: Mapping[str, Any]) -> bool:
    """Whether a provenance is as it was written; one of schema 1 has no seal and is believed."""
    return values.get("seal", _seal(values)) == _seal(values) and ("seal" in values or values["schema_version"] == 1)


def _seal(values: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in values.items() if key != "seal"}
    return sha256_hex(json.dumps(rest, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode())


def with_frame(
    provenance: Mapping[str, Any], page: Memento, frame: Memento, archive_key: str | None = None
) -> dict[str, Any]:
    """Add to a frameset's provenance the frame whose text the document is, with its archive where that is another."""
    entry = {
        "url": frame.capture.url,
        "timestamp": frame.timestamp,
        "memento_url": frame.memento_url,
        "sha256": sha256_hex(frame.payload),
        "capture": asdict(frame.capture),
        **({"archive_key": archive_key} if archive_key not in (None, provenance["archive_key"]) else {}),
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


def frame_key(provenance: Mapping[str, Any]) -> str:
    """What tells the archive apart that holds a product's frame."""
    frames = provenance.get("frames") or ()
    own = str(provenance["archive_key"])
    return str(frames[-1].get("archive_key", own)) if frames else own


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
        if tracking := link.tracking:
            written["tracking"] = list(tracking)
    return values


def hop_to_dict(hop: Hop) -> dict[str, Any]:
    """One archived redirect as JSON."""
    return {
        "url": hop.capture.url,
        "timestamp": hop.capture.timestamp,
        "status": hop.capture.status,
        "digest": hop.capture.digest,
        "location": hop.location,
        "memento_url": hop.memento_url,
        **({"archive_key": hop.archive_key} if hop.archive_key else {}),
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
            {
                "url": one.capture.url,
                "timestamp": one.capture.timestamp,
                "kind": one.kind.slug if one.kind else None,
                "reason": one.reason,
            }
            for one in answer.skipped
        ],
        "verdict": {"kind": answer.verdict.kind.value, "reasons": list(answer.verdict.reasons)},
        "site": asdict(answer.site) if answer.site else None,
        "successor_url": answer.successor_url,
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
