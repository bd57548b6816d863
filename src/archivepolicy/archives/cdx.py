"""Rows of a capture index (CDX), of any dialect, as captures.

In: an index's fields by the names of the Wayback Machine (`original`, `statuscode`, `mimetype`) or of pywb (`url`,
`status`, `mime`). Out: one `Capture`, or None where the row cannot be read: it is then counted, never guessed.
"""

from __future__ import annotations

import codecs
import functools
import sys
from typing import TYPE_CHECKING, Any

from archivepolicy.codings import CodingError, decoded_chunks
from archivepolicy.digests import normalise_digest
from archivepolicy.records import Capture
from archivepolicy.timestamps import is_timestamp
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archivepolicy.archives.session import Download

_REVISIT = "warc/revisit"
# an index of 150,000 rows, the most that one answer of the Wayback Machine holds, is about 20 MB
_MAX_INDEX_BYTES = 500_000_000
_MAX_LINE_CHARS = 1_000_000


def lines(answer: Download) -> Iterator[str]:
    """An index's answer line by line, decoded, without line ends; never more than a line and a piece in memory.

    Raises:
        CodingError: Its compression is damaged, or it is larger than any index or its row.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun = ""
    for chunk in decoded_chunks(answer.chunks(), answer.header("content-encoding"), max_bytes=_MAX_INDEX_BYTES):
        *whole, begun = (begun + decoder.decode(chunk)).split("\n")
        for line in whole:
            yield line.removesuffix("\r")
        if len(begun) > _MAX_LINE_CHARS:
            raise CodingError("the index answered with something other than rows")
    begun += decoder.decode(b"", final=True)
    if begun:
        yield begun.removesuffix("\r")


def capture_from_row(row: Mapping[str, Any], archive: str) -> Capture | None:
    """Read one row; None where its URL or timestamp cannot be read."""
    url = _text(row.get("original") or row.get("url"))
    timestamp = _text(row.get("timestamp"))
    if not url or not _is_address(url) or not timestamp or not has_time(timestamp):
        return None
    mime_type = _text(row.get("mimetype") or row.get("mime"))
    digest = normalise_digest(_text(row.get("digest")))
    is_revisit = mime_type == _REVISIT
    # a listing repeats its addresses, types and digests a hundred thousand times: each is held once
    return Capture(
        url=sys.intern(url),
        timestamp=timestamp,
        # a revisit's own status is that of the check (304) or an indexer's guess; the body's is another row's to say
        status=None if is_revisit else _number(row.get("statuscode") or row.get("status")),
        mime_type=sys.intern(mime_type) if mime_type else None,
        digest=sys.intern(digest) if digest else None,
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


@functools.lru_cache(maxsize=1000)  # rows are looked at twice where a parser of others comes in between
def has_time(timestamp: str) -> bool:
    """Whether a row's timestamp is one."""
    return is_timestamp(timestamp)


@functools.lru_cache(maxsize=1000)  # most rows of a listing have one address
def _is_address(url: str) -> bool:
    return bool(host_of(url))


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "", "-") else None


def _number(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text and text.isascii() and text.isdigit() else None
