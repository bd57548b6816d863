"""Records as the rows of a dataset's tables. In: records. Out: a value for every column of `columns`, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archivepolicy.digests import sha256_hex
from archivepolicy.timestamps import iso_time
from archivepolicy.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records import Diff
    from archivepolicy.records.dataset import Policy
    from archivepolicy.records.document import StatedDate
    from archivepolicy.records.snapshot import Snapshot
    from archivepolicy.records.version import Version
    from archivepolicy.rendering.datasets.columns import Row

_BETWEEN_HEADINGS = " > "
_SHARE_DIGITS = 4


def policy_columns(policy: Policy, url: str) -> Row:
    """What every row of a policy begins with.

    Args:
        policy: Which.
        url: Its original URL.
    """
    return {
        "policy_id": policy.id,
        "domain": registrable_domain(url),
        "url_key": policy.url_key,
        "page_section": policy.section or None,
    }


def snapshot_row(policy: Row, snapshot: Snapshot, version: Version | None) -> Row:
    """A product.

    Args:
        policy: Its policy's columns.
        snapshot: As the store keeps it.
        version: Its version; None where it has none.
    """
    capture, document, provenance = snapshot.capture, snapshot.document, snapshot.provenance
    return {
        **policy,
        "captured_at": iso_time(capture.timestamp),
        "url": capture.url,
        "requested_url": provenance["requested_url"],
        "redirects": len(provenance["redirects"]),
        "version": version.number if version else None,
        "archive": capture.archive,
        "archive_key": provenance["archive_key"],
        "memento_url": snapshot.memento_url,
        "retrieved_at": _time(provenance["retrieved_at"]),
        "status": provenance["http"]["status"],
        "mime_type": capture.mime_type,
        "digest": capture.digest,
        "payload_bytes": provenance["payload"]["bytes"],
        "payload_sha256": provenance["payload"]["sha256"],
        "digest_verdict": provenance["payload"]["digest_verdict"],
        "title": document.title,
        "language": document.language,
        "encoding": document.encoding,
        "verdict": str(document.verdict.kind),
        "words": version.word_count if version else None,
        "links": len(document.links),
        "removals": len(document.removed),
        "kept_share": round(document.kept_share, _SHARE_DIGITS),
        **_stated(document.stated_dates),
        "warnings": " ".join(provenance["warnings"]) or None,
        "extractor_version": str(provenance["extractor_version"]),
        "path": snapshot.path,
        "product_sha256": provenance["product"]["sha256"],
        "evidence": provenance.get("evidence"),
        "text": document.text,
    }


def version_row(policy: Row, version: Version, gap_captures: int | None) -> Row:
    """A version.

    Args:
        policy: Its policy's columns.
        version: What it is.
        gap_captures: How many listed captures in the gap before it have no known text; None where none is listed.
    """
    snapshot = version.snapshot
    return {
        **policy,
        "number": version.number,
        **_bounds(version),
        "gap_captures": gap_captures,
        "last_seen": iso_time(version.last_seen),
        "next_without": _time(version.next_without),
        "gap_after_days": version.gap_after_days,
        "captures": len(version.captures),
        "runs": len(version.runs),
        "is_transient": version.is_transient,
        "transient_of": version.transient_of,
        "returns_to": version.returns_to,
        "words": version.word_count,
        "words_added": version.words_added,
        "words_removed": version.words_removed,
        "is_silent": version.is_silent,
        **_stated(version.stated_dates),
        "title": version.document.title,
        "language": version.document.language,
        "url": snapshot.capture.url,
        "read_from": iso_time(snapshot.capture.timestamp),
        "memento_url": snapshot.memento_url,
        "path": snapshot.path,
        "extractor_version": str(snapshot.provenance["extractor_version"]),
        "text_key": version.key,
        "text_sha256": sha256_hex(version.markdown.encode("utf-8", "surrogatepass")),
        "text": version.markdown,
    }


def change_rows(policy: Row, old: Version, new: Version, diff: Diff) -> Iterator[Row]:
    """The changes between two versions, in the order of the text."""
    for change in diff.changes:
        yield {
            **policy,
            "old_version": old.number,
            "new_version": new.number,
            "change": change.id,
            **_bounds(new),
            "op": str(change.op),
            "cls": str(change.cls),
            "is_cosmetic": change.is_cosmetic,
            "kind": change.kind,
            "section": _BETWEEN_HEADINGS.join(change.section) or None,
            "old_section": _BETWEEN_HEADINGS.join(change.old_section) or None,
            "words_added": change.words_added,
            "words_removed": change.words_removed,
            "similarity": round(change.similarity, _SHARE_DIGITS),
            "old_label": change.old_label,
            "new_label": change.new_label,
            "repeat": change.repeat,
            "old_start": change.old_start,
            "old_end": change.old_end,
            "new_start": change.new_start,
            "new_end": change.new_end,
            "old": change.old,
            "new": change.new,
            "is_silent": diff.is_silent,
            "is_stub": diff.is_stub,
        }


def _bounds(version: Version) -> Row:
    return {
        "first_seen": iso_time(version.first_seen),
        "last_without": _time(version.last_without),
        "gap_before_days": version.gap_before_days,
    }


def _stated(dates: Sequence[StatedDate]) -> dict[str, Any]:
    """The first date of each label."""
    found: dict[str, Any] = {"updated": None, "effective": None}
    for date in dates:
        if date.label in found and found[date.label] is None:
            found[date.label] = date.date or date.text
    return found


def _time(timestamp: str | None) -> str | None:
    return None if timestamp is None else iso_time(timestamp)
