"""Evidence: every memento that was fetched, kept as a WARC file of its own (ISO 28500).

A file holds the archived answer as a `response` record with the capture's own date and URL, so that the folder is itself
a valid archive to read from and pywb can serve it, and a `metadata` record that says how we came by it. The bytes depend
on the memento alone: keeping it again writes the same file.
"""

from __future__ import annotations

import gzip
import json
import uuid
from dataclasses import asdict
from io import BytesIO
from typing import TYPE_CHECKING, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archivepolicy.codings import decoded_body
from archivepolicy.digests import sha256_hex
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


def evidence_path(folder: Path, archive_key: str, capture: Capture) -> Path:
    """Where the memento of a capture is kept."""
    return folder / evidence_name(archive_key, capture.url, capture.timestamp, capture.digest)


def keep_memento(path: Path, memento: Memento) -> None:
    """Write a memento as evidence, whole or not at all.

    Raises:
        StoreError: It cannot be written.
    """
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="WARC/1.1")
    response = _response_record(writer, memento)
    writer.write_record(response)
    writer.write_record(_metadata_record(writer, memento, response.rec_headers.get_header("WARC-Record-ID")))
    write_file(path, _compressed_records(buffer.getvalue()))


def load_memento(path: Path) -> Memento | None:
    """Read a memento back as it was kept; None where there is none.

    Raises:
        StoreError: The file is there and is damaged.
    """
    content = read_file(path)
    if content is None:
        return None
    try:
        response, facts = _parts(content)
    except (ArchiveLoadFailed, ValueError, KeyError, EOFError) as cause:
        raise StoreError(f"the evidence is damaged: {path}", path=str(path)) from cause
    headers, stored = response
    coding = next((value for key, value in headers if key.lower() == "content-encoding"), None)
    payload, _ = decoded_body(stored, coding)
    if sha256_hex(payload) != facts["payload_sha256"]:
        raise StoreError(f"the evidence was changed after it was kept: {path}", path=str(path))
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


def _response_record(writer: WARCWriter, memento: Memento) -> Any:
    capture = memento.capture
    kept = [(key, value) for key, value in memento.headers if key.lower() not in _DROPPED]
    http = StatusAndHeaders(
        _STATUS_LINE.format(status=memento.status),
        [*kept, ("Content-Length", str(len(memento.stored_payload)))],
        protocol="HTTP/1.1",
    )
    fields = {
        "WARC-Date": iso_time(memento.timestamp),
        "WARC-Record-ID": _record_id(memento, "response"),
        **({"WARC-Source-URI": memento.memento_url} if memento.memento_url else {}),
    }
    return writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(memento.stored_payload),
        length=len(memento.stored_payload),
        http_headers=http,
        warc_headers_dict=fields,
    )


def _metadata_record(writer: WARCWriter, memento: Memento, concurrent_to: str) -> Any:
    facts = {
        "capture": asdict(memento.capture),
        "timestamp": memento.timestamp,
        "memento_url": memento.memento_url,
        "status": memento.status,
        "headers": [list(header) for header in memento.headers],
        "payload_sha256": sha256_hex(memento.payload),
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
    return b"".join(gzip.compress(plain[start:end], mtime=0) for start, end in zip(starts, ends, strict=True))


def _parts(content: bytes) -> tuple[tuple[list[tuple[str, str]], bytes], dict[str, Any]]:
    response: tuple[list[tuple[str, str]], bytes] | None = None
    facts: dict[str, Any] | None = None
    for record in ArchiveIterator(BytesIO(content)):
        body = record.raw_stream.read()
        if record.rec_type == "response":
            response = ([(str(key), str(value)) for key, value in record.http_headers.headers], body)
        elif record.rec_type == "metadata":
            facts = json.loads(body)
    if response is None or facts is None:
        raise ValueError("records are missing")
    return response, facts
