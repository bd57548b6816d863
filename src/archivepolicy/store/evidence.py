"""Evidence: every memento that was fetched, kept as a WARC file of its own (ISO 28500).

A file holds the archived answer as a `response` record with the capture's own date and URL, so that the folder is itself
a valid archive to read from and pywb can serve it, and a `metadata` record that says how we came by it. What the index calls
a revisit is kept as a `revisit` record where the body is kept already, in the file that its metadata names. The bytes depend
on the memento and on that file's name alone: keeping it again writes the same file.
"""

from __future__ import annotations

import json
import uuid
import zlib
from dataclasses import asdict
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archivepolicy.codings import MAX_BODY_BYTES, decoded_body
from archivepolicy.digests import sha1_base32, sha256_hex
from archivepolicy.errors import StoreError
from archivepolicy.records import Memento
from archivepolicy.records.provenance import capture_from_dict
from archivepolicy.store.names import evidence_name
from archivepolicy.store.writing import read_file, write_file
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from pathlib import Path

    from archivepolicy.records import Capture

# record ids must be equal when a file is made again: they are derived from what the record holds, in this namespace
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:archivepolicy:evidence")
# described in a WARC by what it holds, the transfer coding is undone and the length is the body's own
_DROPPED = frozenset({"transfer-encoding", "content-length"})
_STATUS_LINE = "{status} Archived"
# RFC 1952 §2.3: no name, no time, greatest compression, unknown system. Written so by us on every machine; files of an
# earlier release bear the number of the system that wrote them (Unix, Windows, macOS).
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02"
_SYSTEMS = frozenset({3, 10, 11, 19, 255})
_GZIP_LEVEL = 9


def evidence_path(folder: Path, archive_key: str, capture: Capture) -> Path:
    """Where the memento of a capture is kept."""
    return folder / evidence_name(archive_key, capture.url, capture.timestamp, capture.digest)


class Original(NamedTuple):
    """The kept capture whose body another one has too.

    Attributes:
        url: Its original URL.
        timestamp: Its 14 digits.
        name: The name of its file, beside which the other's is kept.
    """

    url: str
    timestamp: str
    name: str


def keep_memento(path: Path, memento: Memento, original: Original | None = None) -> None:
    """Write a memento as evidence, whole or not at all.

    Args:
        path: Its file.
        memento: What is kept.
        original: The capture whose kept body is this one's, where the body shall not be kept twice.

    Raises:
        StoreError: It cannot be written.
    """
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="WARC/1.1")
    record = _revisit_record(writer, memento, original) if original else _response_record(writer, memento)
    writer.write_record(record)
    of_record = record.rec_headers.get_header("WARC-Record-ID")
    writer.write_record(_metadata_record(writer, memento, of_record, original.name if original else None))
    write_file(path, _compressed_records(buffer.getvalue()))


def load_memento(path: Path) -> Memento | None:
    """Read a memento back as it was kept; None where there is none.

    Raises:
        StoreError: The file is there and is damaged, or the file that its body is in is not there.
    """
    parts = _read(path)
    if parts is None:
        return None
    headers, body, facts = parts
    stored = body if body is not None else _body_of(path, facts)
    coding = next((value for key, value in headers if key.lower() == "content-encoding"), None)
    payload, _ = decoded_body(stored, coding)
    if sha256_hex(payload) != facts["payload_sha256"]:
        raise StoreError(f"the evidence was changed after it was kept: {path}", path=str(path))
    try:
        return Memento(
            capture=capture_from_dict(facts["capture"]),
            timestamp=facts["timestamp"],
            memento_url=facts["memento_url"],
            status=facts["status"],
            headers=tuple((key, value) for key, value in facts["headers"]),
            payload=payload,
            stored_payload=stored,
            digest_verdict=facts["digest_verdict"],
            location=facts["location"],
            retrieved_at=facts["retrieved_at"],
            warnings=tuple(facts["warnings"]),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise StoreError(f"the evidence is damaged: {path}", path=str(path)) from cause


def evidence_files(path: Path) -> tuple[Path, ...]:
    """The file of a memento and the one that its body is in, where that is another; empty where there is none.

    Raises:
        StoreError: The file is there and is damaged.
    """
    parts = _read(path)
    if parts is None:
        return ()
    _, body, facts = parts
    return (path,) if body is not None else (path, path.with_name(str(facts["payload_in"])))


def _read(path: Path) -> tuple[list[tuple[str, str]], bytes | None, dict[str, Any]] | None:
    content = read_file(path)
    if content is None:
        return None
    try:
        return _parts(_decompressed(content))
    except (ArchiveLoadFailed, ValueError, KeyError, EOFError, zlib.error) as cause:
        raise StoreError(f"the evidence is damaged: {path} ({cause})", path=str(path)) from cause


def _body_of(path: Path, facts: dict[str, Any]) -> bytes:
    """The body of a revisit: that of its original, in the file beside it."""
    name = str(facts.get("payload_in"))
    original = path.with_name(name)
    parts = _read(original) if original.parent == path.parent else None
    if parts is None or parts[1] is None:
        raise StoreError(f"the body of {path} is not where it says: {name} is missing", path=str(original))
    return parts[1]


def _http_headers(memento: Memento) -> StatusAndHeaders:
    kept = [(key, value) for key, value in memento.headers if key.lower() not in _DROPPED]
    return StatusAndHeaders(
        _STATUS_LINE.format(status=memento.status),
        [*kept, ("Content-Length", str(len(memento.stored_payload)))],
        protocol="HTTP/1.1",
    )


def _record_fields(memento: Memento, kind: str) -> dict[str, str]:
    return {
        "WARC-Date": iso_time(memento.timestamp),
        "WARC-Record-ID": _record_id(memento, kind),
        **({"WARC-Source-URI": memento.memento_url} if memento.memento_url else {}),
    }


def _revisit_record(writer: WARCWriter, memento: Memento, original: Original) -> Any:
    return writer.create_revisit_record(
        memento.capture.url,
        digest=f"sha1:{sha1_base32(memento.stored_payload)}",
        refers_to_uri=original.url,
        refers_to_date=iso_time(original.timestamp),
        http_headers=_http_headers(memento),
        warc_headers_dict=_record_fields(memento, "revisit"),
    )


def _response_record(writer: WARCWriter, memento: Memento) -> Any:
    return writer.create_warc_record(
        memento.capture.url,
        "response",
        payload=BytesIO(memento.stored_payload),
        length=len(memento.stored_payload),
        http_headers=_http_headers(memento),
        warc_headers_dict=_record_fields(memento, "response"),
    )


def _metadata_record(writer: WARCWriter, memento: Memento, concurrent_to: str, payload_in: str | None) -> Any:
    facts = {
        "capture": asdict(memento.capture),
        "timestamp": memento.timestamp,
        "memento_url": memento.memento_url,
        "status": memento.status,
        "headers": [list(header) for header in memento.headers],
        "payload_sha256": sha256_hex(memento.payload),
        **({"payload_in": payload_in} if payload_in else {}),
        "digest_verdict": memento.digest_verdict,
        "location": memento.location,
        "retrieved_at": memento.retrieved_at,
        "warnings": list(memento.warnings),
    }
    body = json.dumps(facts, ensure_ascii=False, indent=1).encode()
    identity = _record_id(memento, "metadata")
    return writer.create_warc_record(
        identity.strip("<>"),
        "metadata",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type="application/json",
        warc_headers_dict={
            "WARC-Date": iso_time(memento.retrieved_at or memento.timestamp),
            "WARC-Record-ID": identity,
            "WARC-Concurrent-To": concurrent_to,
        },
    )


def _record_id(memento: Memento, kind: str) -> str:
    identity = f"{kind} {memento.memento_url or memento.capture.archive} {memento.capture.url} {memento.timestamp}"
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'{identity} {sha256_hex(memento.stored_payload)} {memento.retrieved_at}')}>"


def _compressed_records(plain: bytes) -> bytes:
    """Compress each record as a gzip member of its own, without a time stamp of today in it."""
    starts = []
    records = ArchiveIterator(BytesIO(plain))
    for record in records:
        record.raw_stream.read()
        starts.append(records.get_record_offset())
    ends = [*starts[1:], len(plain)]
    return b"".join(_member(plain[start:end]) for start, end in zip(starts, ends, strict=True))


def _member(plain: bytes) -> bytes:
    deflater = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflater.compress(plain) + deflater.flush()
    sums = (zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
    return _GZIP_HEADER + b"\xff" + body + b"".join(value.to_bytes(4, "little") for value in sums)


def _decompressed(content: bytes) -> bytes:
    """Undo the compression and check every byte of it: readers of WARC files overlook a broken checksum and a lost end.

    Raises:
        ValueError: A member is not one of ours, or is cut short.
        zlib.error: Its checksum is another.
    """
    plain = bytearray()
    while content:
        head, system = content[: len(_GZIP_HEADER)], content[len(_GZIP_HEADER) : len(_GZIP_HEADER) + 1]
        if head != _GZIP_HEADER or not system or system[0] not in _SYSTEMS:
            raise ValueError("a record does not begin as it was written")
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain += inflater.decompress(content, MAX_BODY_BYTES)
        if not inflater.eof:
            raise ValueError("it is cut short")
        content = inflater.unused_data
    return bytes(plain)


def _parts(content: bytes) -> tuple[list[tuple[str, str]], bytes | None, dict[str, Any]]:
    """The archived headers, the body (None where it is in another file) and the facts of a file's records."""
    headers: list[tuple[str, str]] | None = None
    body: bytes | None = None
    facts: dict[str, Any] | None = None
    for record in ArchiveIterator(BytesIO(content)):
        block = record.raw_stream.read()
        if record.rec_type in ("response", "revisit"):
            headers = [(str(key), str(value)) for key, value in record.http_headers.headers]
            body = block if record.rec_type == "response" else None
        elif record.rec_type == "metadata":
            facts = json.loads(block)
    if headers is None or not isinstance(facts, dict):
        raise ValueError("records are missing")
    return headers, body, facts
