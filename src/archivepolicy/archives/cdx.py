"""Rows of a capture index (CDX), of any dialect, as captures.

In: an index's fields by the names of the Wayback Machine (`original`, `statuscode`, `mimetype`) or of pywb (`url`,
`status`, `mime`). Out: one `Capture`, or None where the row cannot be read: it is then counted, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archivepolicy.digests import normalise_digest
from archivepolicy.records import Capture
from archivepolicy.timestamps import is_timestamp
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REVISIT = "warc/revisit"


def capture_from_row(row: Mapping[str, Any], archive: str) -> Capture | None:
    """Read one row; None where its URL or timestamp cannot be read."""
    url = _text(row.get("original") or row.get("url"))
    timestamp = _text(row.get("timestamp"))
    if not url or not host_of(url) or not timestamp or not is_timestamp(timestamp):
        return None
    mime_type = _text(row.get("mimetype") or row.get("mime"))
    is_revisit = mime_type == _REVISIT
    return Capture(
        url=url,
        timestamp=timestamp,
        # a revisit's own status is that of the check (304) or an indexer's guess; the body's is another row's to say
        status=None if is_revisit else _number(row.get("statuscode") or row.get("status")),
        mime_type=mime_type,
        digest=normalise_digest(_text(row.get("digest"))),
        length=_number(row.get("length")),
        is_revisit=is_revisit,
        archive=archive,
    )


def in_order(captures: Iterable[Capture]) -> tuple[Capture, ...]:
    """Captures ascending by timestamp, each row once; twins of one second keep the index's order."""
    return tuple(sorted(dict.fromkeys(captures), key=lambda capture: capture.timestamp))


def skipped_rows_warning(count: int) -> tuple[str, ...]:
    """A warning about rows that could not be read; none for 0."""
    if not count:
        return ()
    return (
        f"{count} row{'s' if count > 1 else ''} of the index could not be read and {'were' if count > 1 else 'was'} left out.",
    )


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "", "-") else None


def _number(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text and text.isascii() and text.isdigit() else None
