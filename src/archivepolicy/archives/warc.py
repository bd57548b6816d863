"""WARC and ARC files as an archive: one file, or a folder of them.

In: `*.warc`, `*.warc.gz`, `*.arc`, `*.arc.gz` (ISO 28500; ARC as warcio converts it). Out: captures and mementos like any
other archive's. Responses, revisits and resources of http(s) URLs count; requests, metadata and the like do not. Nothing
is written beside the files. A file that breaks off in the middle gives what stands before the break, and a warning.

A record may say in `WARC-Source-URI` where a recorder fetched it from. It is believed only where it has the shape of a
replay address and names this very capture: an attribution must not claim an address that may not exist.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urljoin

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from archivepolicy.archives.cdx import in_order
from archivepolicy.archives.prefix import prefix_rows, words_pattern
from archivepolicy.codings import CodingError, decoded_body
from archivepolicy.digests import normalise_digest, sha1_base32
from archivepolicy.errors import ArchiveFileError, NotReplayableError
from archivepolicy.records import Capture, Listing, Memento
from archivepolicy.timestamps import is_timestamp, iso_time
from archivepolicy.urls import domain_name, index_key, quote_once, split_replay_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

log = logging.getLogger(__name__)

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_READ = frozenset({"response", "revisit", "resource"})
# what warcio raises on bytes that are no record, and zlib on a corrupt member
_UNREADABLE = (ArchiveLoadFailed, ValueError, EOFError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a capture's record lies, and what a revisit says of the record that holds its body."""

    path: Path
    offset: int
    refers_to_url: str | None = None
    refers_to_timestamp: str | None = None


class WarcArchive:
    """An archive made of local files.

    Args:
        path: A WARC or ARC file, or a folder that holds some, at any depth.

    Raises:
        ArchiveFileError: It is not there, holds no such file, or is not one.
    """

    is_local = True

    def __init__(self, path: Path | str) -> None:
        self._root = Path(path)
        self._paths = _files(self._root)
        self._places: dict[Capture, _Place] = {}
        self._warnings: list[str] = []

    @property
    def name(self) -> str:
        """The file's or the folder's name."""
        return self._root.name or str(self._root)

    @property
    def key(self) -> str:
        """The same: a store must not depend on where the file lay."""
        return self.name

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; reads every file."""
        wanted = index_key(url)
        captures = self._captures(url, lambda key: key == wanted)
        return Listing(url=url, captures=in_order(captures), retrieved_at=None, warnings=tuple(self._warnings))

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; reads every file."""
        prefix, pattern = index_key(url), re.compile(words_pattern(words))
        captures = self._captures(url, lambda key: key.startswith(prefix) and pattern.fullmatch(key) is not None)
        listing = prefix_rows(captures, url, words=words, limit=limit, asked_at=None)
        return replace(listing, warnings=(*self._warnings, *listing.warnings))

    def _captures(self, url: str, is_wanted: Callable[[str], bool]) -> list[Capture]:
        self._warnings = []
        return [capture for path in self._paths for capture in self._captures_in(path, domain_name(url), is_wanted)]

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; reads one record, and for a revisit the one that it refers to."""
        if capture not in self._places:
            self.listing(capture.url)
        place = self._places.get(capture)
        if place is None:
            raise _not_replayable(capture, f"{self.name} holds no such record")
        if capture.is_revisit:
            return self._revisited(capture, place)
        return _memento(capture, place)

    def _captures_in(self, path: Path, domain: str, is_wanted: Callable[[str], bool]) -> Iterator[Capture]:
        count = 0
        try:
            with path.open("rb") as stream:
                # ARC records come converted; digests are checked at replay, where the answer depends on them
                records = ArchiveIterator(stream, arc2warc=True)
                for record in records:
                    count += 1
                    target = _target(record)
                    if record.rec_type not in _READ or domain not in target.lower() or not is_wanted(index_key(target)):
                        continue
                    capture = _capture(record, target, path.name)
                    if capture is not None:
                        self._places.setdefault(capture, _place(record, path, records.get_record_offset()))
                        yield capture
        except OSError as cause:
            raise ArchiveFileError(f"cannot read {path}: {cause.strerror or cause}", path=str(path)) from cause
        except _UNREADABLE as cause:
            if not count:
                raise ArchiveFileError(f"not a readable WARC or ARC file: {path}", path=str(path)) from cause
            self._warnings.append(f"{path.name} is damaged after record {count}; only what stands before was read.")
        if not count:
            raise ArchiveFileError(f"not a readable WARC or ARC file: {path}", path=str(path))

    def _revisited(self, capture: Capture, place: _Place) -> Memento:
        """Give a revisit the body of the record that it refers to: by URL and date, else by digest."""
        original = self._referred(capture, place)
        if original is None:
            raise _not_replayable(capture, f"{self.name} lacks the record whose body this revisit repeats")
        body = self.replay(original)
        own = _memento(capture, place)
        return Memento(
            capture=capture,
            timestamp=capture.timestamp,
            memento_url=own.memento_url,
            status=body.status,
            headers=body.headers,
            payload=body.payload,
            stored_payload=body.stored_payload,
            digest_verdict=_digest_verdict(capture.digest, (body.stored_payload, body.payload)),
            location=body.location,
            warnings=(
                *body.warnings,
                (
                    f"The capture of {iso_time(capture.timestamp)} says that its body is the one of "
                    f"{iso_time(original.timestamp)}, which was read."
                ),
            ),
        )

    def _referred(self, capture: Capture, place: _Place) -> Capture | None:
        if place.refers_to_url and not any(one.url == place.refers_to_url for one in self._places):
            self.listing(place.refers_to_url)
        bodies = [one for one in self._places if not one.is_revisit]
        for one in bodies:
            if one.url == place.refers_to_url and one.timestamp == place.refers_to_timestamp:
                return one
        same = [one for one in bodies if capture.digest and one.digest == capture.digest]
        return max((one for one in same if one.timestamp <= capture.timestamp), key=_time, default=None) or min(
            same, key=_time, default=None
        )


def _files(root: Path) -> tuple[Path, ...]:
    if root.is_dir():
        found = tuple(
            sorted(path for path in root.rglob("*") if path.name.lower().endswith(SUFFIXES) and path.is_file())
        )
        if not found:
            raise ArchiveFileError(f"no WARC or ARC file in the folder {root}", path=str(root))
        return found
    if not root.exists():
        raise ArchiveFileError(f"no such archive file: {root}", path=str(root))
    return (root,)


def _time(capture: Capture) -> str:
    return capture.timestamp


def _target(record: Any) -> str:
    # some recorders write the URL in angle brackets, as WARC 1.0's grammar had it by mistake
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def _timestamp(value: str | None) -> str | None:
    """A WARC-Date as 14 digits; None where it is none."""
    digits = "".join(character for character in (value or "") if character.isdigit())[:14]
    return digits if is_timestamp(digits) else None


def _capture(record: Any, target: str, name: str) -> Capture | None:
    """The record as a row of an index; None where it has no date or no http(s) URL."""
    timestamp = _timestamp(record.rec_headers.get_header("WARC-Date"))
    if timestamp is None or not target.startswith(("http://", "https://")):
        return None
    is_revisit = record.rec_type == "revisit"
    http = record.http_headers
    content_type = http.get_header("Content-Type") if http else record.rec_headers.get_header("Content-Type")
    digest = normalise_digest(record.rec_headers.get_header("WARC-Payload-Digest"))
    if digest is None and not is_revisit:
        digest = sha1_base32(record.raw_stream.read())
    return Capture(
        url=target,
        timestamp=timestamp,
        status=None if is_revisit else _status(record),
        mime_type="warc/revisit" if is_revisit else (content_type or "").partition(";")[0].strip().lower() or None,
        digest=digest,
        length=int(record.rec_headers.get_header("Content-Length") or 0),
        is_revisit=is_revisit,
        archive=name,
    )


def _status(record: Any) -> int | None:
    """HTTP status; a resource record has none of its own and was delivered, so it counts as 200."""
    if record.http_headers is None:
        return 200
    code = str(record.http_headers.get_statuscode() or "")
    return int(code) if code.isascii() and code.isdigit() else None


def _place(record: Any, path: Path, offset: int) -> _Place:
    headers = record.rec_headers
    return _Place(
        path=path,
        offset=offset,
        refers_to_url=(headers.get_header("WARC-Refers-To-Target-URI") or "").strip("<>") or None,
        refers_to_timestamp=_timestamp(headers.get_header("WARC-Refers-To-Date")),
    )


def _memento(capture: Capture, place: _Place) -> Memento:
    """Read the record at its place."""
    try:
        with place.path.open("rb") as stream:
            stream.seek(place.offset)
            return _read_memento(capture, stream)
    except OSError as cause:
        raise ArchiveFileError(f"cannot read {place.path}: {cause.strerror or cause}", path=str(place.path)) from cause
    except (*_UNREADABLE, StopIteration) as cause:
        raise _not_replayable(capture, f"the record in {place.path.name} cannot be read") from cause


def _read_memento(capture: Capture, stream: BinaryIO) -> Memento:
    record = next(iter(ArchiveIterator(stream, arc2warc=True)))
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
        raise _not_replayable(capture, str(cause)) from cause
    status = _status(record) or 200
    return Memento(
        capture=capture,
        timestamp=capture.timestamp,
        memento_url=_source_address(record.rec_headers.get_header("WARC-Source-URI"), capture),
        status=status,
        headers=headers,
        payload=payload,
        stored_payload=stored,
        digest_verdict=_digest_verdict(capture.digest, (raw, stored, payload)),
        location=urljoin(capture.url, fields["location"]) if 300 <= status < 400 and "location" in fields else None,
        warnings=(*warnings, *_break_warning(record, fields, stored)),
    )


def _unchunked(raw: bytes) -> bytes:
    """Undo the transfer coding; a body that is labelled chunked and is not comes back as it is."""
    return bytes(ChunkedDataReader(BytesIO(raw)).read())


def _digest_verdict(digest: str | None, forms: Sequence[bytes]) -> str:
    """Compare with the record's digest. Recorders hash the body with or without its codings: any of them proves it."""
    if not digest:
        return "unknown"
    return "match" if any(sha1_base32(form) == digest for form in forms) else "mismatch"


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


def _not_replayable(capture: Capture, why: str) -> NotReplayableError:
    return NotReplayableError(why, url=capture.url, timestamp=capture.timestamp, reasons=(why,))
