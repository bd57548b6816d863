"""One WARC record as a row of an index, and as a memento (ISO 28500; ARC as warcio converts it).

Responses, revisits and resources of http(s) URLs count; requests, metadata and the like do not.

A record may say in `WARC-Source-URI` where a recorder fetched it from. It is believed only where it has the shape of a
replay address and names this very capture: an attribution must not claim an address that may not exist.
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import b32encode
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urljoin

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from archivepolicy.codings import GZIP_MAGIC, MAX_BODY_BYTES, CodingError, decoded_body
from archivepolicy.digests import normalise_digest, sha1_base32
from archivepolicy.errors import NotReplayableError
from archivepolicy.records import Capture, Memento
from archivepolicy.timestamps import is_timestamp, iso_time
from archivepolicy.urls import index_key, quote_once, split_replay_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# what warcio raises on bytes that are no record, and zlib on a corrupt member
UNREADABLE = (ArchiveLoadFailed, ValueError, EOFError, KeyError, AttributeError)
_READ = frozenset({"response", "revisit", "resource"})
_CHUNK_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 16  # what is unpacked at once: warcio's own 16 KiB cost a tenth more time


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as an index needs it.

    Attributes:
        capture: Its row.
        offset: Its first byte in the file.
        size_bytes: How many bytes it takes there, compressed where the file is.
        refers_to_url: Of a revisit: the URL of the record that holds its body, or None where it does not say.
        refers_to_timestamp: Of a revisit: that record's 14 digits, or None.
        is_intact: Whether the body is what its digest was made of; None where there is no digest, or one that may have
            been made of another form of the body.
    """

    capture: Capture
    offset: int
    size_bytes: int
    refers_to_url: str | None = None
    refers_to_timestamp: str | None = None
    is_intact: bool | None = None


def read_entries(stream: BinaryIO, name: str, counted: list[int]) -> Iterator[Entry]:
    """Read every record of a file, digests verified, in constant memory.

    Args:
        stream: The file, at its beginning.
        name: The file's name, which the captures carry.
        counted: Its one number is raised for every record of any kind, so that it is known where the reading broke off.

    Raises:
        UNREADABLE: The bytes are no record, or the file breaks off.
    """
    records = ArchiveIterator(stream, arc2warc=True, block_size=_BLOCK_BYTES)
    for record in records:
        counted[0] += 1
        if record.rec_type in _READ:
            entry = _entry(record, name)
            if entry is not None:
                # asked for at last, since warcio reads to the record's end to tell where it began
                yield replace(entry, offset=records.get_record_offset(), size_bytes=records.get_record_length())


def read_memento(capture: Capture, stored: bytes) -> Memento:
    """Read a record as the memento of a capture.

    Args:
        capture: What the record is said to be.
        stored: The record's bytes as they lie in the file, compressed or not.

    Raises:
        UNREADABLE: No record can be read.
        NotReplayableError: It is another capture's, or its body cannot be unpacked.
    """
    plain = _unpacked(capture, stored) if stored.startswith(GZIP_MAGIC) else stored
    record = next(iter(ArchiveIterator(BytesIO(plain), arc2warc=True, block_size=_BLOCK_BYTES)), None)
    if record is None:
        raise ArchiveLoadFailed("nothing is there")
    if _target(record) != capture.url or _timestamp(record.rec_headers.get_header("WARC-Date")) != capture.timestamp:
        raise not_replayable(capture, f"{capture.archive} holds another record in its place")
    http = record.http_headers
    headers = tuple((str(key), str(value)) for key, value in (http.headers if http else ()))
    if not http and (content_type := record.rec_headers.get_header("Content-Type")):
        headers = (("Content-Type", content_type),)
    fields = {key.lower(): value for key, value in headers}
    raw = record.raw_stream.read()
    stored = _unchunked(raw) if "chunked" in fields.get("transfer-encoding", "").lower() else raw
    try:
        payload, warnings = decoded_body(stored, fields.get("content-encoding"))
    except CodingError as cause:
        raise not_replayable(capture, str(cause)) from cause
    status = _status(record) or 200
    return Memento(
        capture=capture,
        timestamp=capture.timestamp,
        memento_url=_source_address(record.rec_headers.get_header("WARC-Source-URI"), capture),
        status=status,
        headers=headers,
        payload=payload,
        stored_payload=stored,
        digest_verdict=digest_verdict(capture.digest, (raw, stored, payload)),
        location=urljoin(capture.url, fields["location"]) if 300 <= status < 400 and "location" in fields else None,
        warnings=(*warnings, *_break_warning(record, fields, stored)),
    )


def _unpacked(capture: Capture, stored: bytes) -> bytes:
    """Inflate a record; what follows the first gzip member is another's."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = inflater.decompress(stored, MAX_BODY_BYTES)
    except zlib.error as cause:
        raise ArchiveLoadFailed(str(cause)) from cause
    if len(plain) >= MAX_BODY_BYTES:
        raise not_replayable(capture, f"the record unpacks to more than {MAX_BODY_BYTES} bytes")
    return plain


def revisited(capture: Capture, own: Memento, body: Memento) -> Memento:
    """The memento of a revisit: its own time and place, with the body of the record that it repeats."""
    return Memento(
        capture=capture,
        timestamp=capture.timestamp,
        memento_url=own.memento_url,
        status=body.status,
        headers=body.headers,
        payload=body.payload,
        stored_payload=body.stored_payload,
        digest_verdict=digest_verdict(capture.digest, (body.stored_payload, body.payload)),
        location=body.location,
        retrieved_at=own.retrieved_at,
        warnings=(
            *body.warnings,
            (
                f"The capture of {iso_time(capture.timestamp)} says that its body is the one of "
                f"{iso_time(body.timestamp)}, which was read."
            ),
        ),
    )


def digest_verdict(digest: str | None, forms: Sequence[bytes]) -> str:
    """Compare with the record's digest. Recorders hash the body with or without its codings: any of them proves it."""
    if not digest:
        return "unknown"
    tried: list[bytes] = []
    for form in forms:
        if not any(form is other for other in tried):  # a body without codings is one object in all its forms
            tried.append(form)
            if sha1_base32(form) == digest:
                return "match"
    return "mismatch"


def not_replayable(capture: Capture, why: str) -> NotReplayableError:
    """The error of a capture that is listed and cannot be read."""
    return NotReplayableError(why, url=capture.url, timestamp=capture.timestamp, reasons=(why,))


def _entry(record: Any, name: str) -> Entry | None:
    """The record as a row of an index; None where it has no date or no http(s) URL."""
    fields = record.rec_headers
    target = _target(record)
    timestamp = _timestamp(fields.get_header("WARC-Date"))
    if timestamp is None or not target.startswith(("http://", "https://")):
        return None
    is_revisit = record.rec_type == "revisit"
    http = record.http_headers
    content_type = http.get_header("Content-Type") if http else fields.get_header("Content-Type")
    said = normalise_digest(fields.get_header("WARC-Payload-Digest"))
    found = None if is_revisit else _body_digest(record.raw_stream)
    capture = Capture(
        url=target,
        timestamp=timestamp,
        status=None if is_revisit else _status(record),
        mime_type="warc/revisit" if is_revisit else (content_type or "").partition(";")[0].strip().lower() or None,
        digest=said or found,
        length=int(fields.get_header("Content-Length") or 0),
        is_revisit=is_revisit,
        archive=name,
    )
    return Entry(
        capture=capture,
        offset=0,
        size_bytes=0,
        refers_to_url=(fields.get_header("WARC-Refers-To-Target-URI") or "").strip("<>") or None,
        refers_to_timestamp=_timestamp(fields.get_header("WARC-Refers-To-Date")),
        is_intact=_is_intact(said, found, http),
    )


def _body_digest(stream: Any) -> str:
    """SHA-1 of a body that may be larger than memory."""
    digest = hashlib.sha1(usedforsecurity=False)
    while piece := stream.read(_CHUNK_BYTES):
        digest.update(piece)
    return b32encode(digest.digest()).decode("ascii")


def _is_intact(said: str | None, found: str | None, http: Any) -> bool | None:
    if said is None or found is None:
        return None
    if said == found:
        return True
    # not a SHA-1, or made of the body without a coding that this one has: replay looks closer
    is_coded = http is not None and (http.get_header("Transfer-Encoding") or http.get_header("Content-Encoding"))
    return None if is_coded or ":" in said else False


def _target(record: Any) -> str:
    # some recorders write the URL in angle brackets, as WARC 1.0's grammar had it by mistake
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def _timestamp(value: str | None) -> str | None:
    """A WARC-Date as 14 digits; None where it is none."""
    digits = "".join(character for character in (value or "") if character.isdigit())[:14]
    return digits if is_timestamp(digits) else None


def _status(record: Any) -> int | None:
    """HTTP status; a resource record has none of its own and was delivered, so it counts as 200."""
    if record.http_headers is None:
        return 200
    code = str(record.http_headers.get_statuscode() or "")
    return int(code) if code.isascii() and code.isdigit() else None


def _unchunked(raw: bytes) -> bytes:
    """Undo the transfer coding; a body that is labelled chunked and is not comes back as it is."""
    return bytes(ChunkedDataReader(BytesIO(raw)).read())


def _break_warning(record: Any, fields: dict[str, str], stored: bytes) -> tuple[str, ...]:
    """Say where a record holds fewer bytes than the archived answer announced: a truncated capture."""
    announced = fields.get("content-length", "").strip()
    if reason := record.rec_headers.get_header("WARC-Truncated"):
        return (f"The record says that it was truncated when it was made ({reason}).",)
    if record.rec_type == "response" and announced.isascii() and announced.isdigit() and len(stored) < int(announced):
        return (f"The archived body has {len(stored)} bytes; its header announced {announced}.",)
    return ()


def _source_address(source: str | None, capture: Capture) -> str | None:
    """The archive's address that a record names as its source, where it can be believed."""
    address = split_replay_address((source or "").strip("<>"))
    if address is None or address.timestamp != capture.timestamp or index_key(address.url) != index_key(capture.url):
        return None
    return f"{address.prefix}/{address.timestamp}id_/{quote_once(capture.url)}"
