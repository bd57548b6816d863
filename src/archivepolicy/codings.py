"""Content codings of HTTP bodies, undone (RFC 9110 §8.4).

Archives lose or mislabel `Content-Encoding`: the Wayback Machine compresses for transport and drops the original's
label, others give gzip bytes without one. So the bytes decide first, the label second. Every inflation is bounded: a
small body that unpacks to gigabytes is an attack, not a policy.
"""

from __future__ import annotations

import zlib
from itertools import chain
from typing import TYPE_CHECKING

import brotli

from archivepolicy.errors import UnusableCaptureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GZIP_MAGIC = b"\x1f\x8b"
# The largest policy page in any corpus seen is below 10 MB; twenty times that is no page.
MAX_BODY_BYTES = 200_000_000
# Bodies compressed twice occur (server and proxy); more rounds than this are a loop.
_MAX_ROUNDS = 3
_CHUNK_BYTES = 1 << 20
CUT_SHORT = "The compressed body is cut short; what could be unpacked was used."


class CodingError(UnusableCaptureError):
    """A body that its coding cannot be undone from, or that unpacks beyond the bound."""

    def __init__(self, message: str) -> None:
        super().__init__(message, url="", reasons=(message,))


def decoded_body(
    body: bytes, content_encoding: str | None = None, *, max_bytes: int = MAX_BODY_BYTES
) -> tuple[bytes, tuple[str, ...]]:
    """Undo the content codings of a body.

    Args:
        body: Bytes as received, transfer coding already undone.
        content_encoding: The header's value, or None; believed only where the bytes allow it.
        max_bytes: Bound on the result.

    Returns:
        The decoded bytes, and warnings, a sentence each (truncated stream, false label); may be empty.

    Raises:
        CodingError: The result would pass `max_bytes`.
    """
    warnings: list[str] = []
    labels = [label.strip().lower() for label in (content_encoding or "").split(",")]
    labelled = [label for label in labels if label not in ("", "identity")]
    for _ in range(_MAX_ROUNDS):
        if not body.startswith(GZIP_MAGIC):
            break
        body, complete = _inflated(body, zlib.MAX_WBITS | 16, max_bytes)
        labelled = [label for label in labelled if label not in ("gzip", "x-gzip")]
        if not complete:
            warnings.append(CUT_SHORT)
            break
    for label in reversed(labelled):
        body, warning = _undone(body, label, max_bytes)
        warnings.extend(warning)
    return body, tuple(warnings)


def decoded_chunks(
    chunks: Iterable[bytes], content_encoding: str | None = None, *, max_bytes: int = MAX_BODY_BYTES
) -> Iterator[bytes]:
    """Undo gzip, once or several times over, piece by piece, for bodies that need not fit into memory.

    Args:
        chunks: The body in pieces.
        content_encoding: As for `decoded_body`. Another coding than gzip is undone in memory.
        max_bytes: Bound on the result.

    Raises:
        CodingError: The result passes `max_bytes`, or a gzip stream is cut short or damaged: what is counted row by row must
            be whole.
    """
    labels = {label.strip().lower() for label in (content_encoding or "").split(",")}
    if labels & {"deflate", "br"}:
        yield decoded_body(b"".join(chunks), content_encoding, max_bytes=max_bytes)[0]
        return
    pieces = iter(chunks)
    for _ in range(_MAX_ROUNDS):
        head = b""
        while len(head) < len(GZIP_MAGIC) and (piece := next(pieces, None)) is not None:
            head += piece
        pieces = chain((head,), pieces)
        if not head.startswith(GZIP_MAGIC):
            break
        pieces = _gunzipped(pieces, max_bytes)
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > max_bytes:
            raise CodingError(f"the body unpacks to more than {max_bytes} bytes")
        yield piece


def _gunzipped(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Inflate gzip members one after another."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    total = 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater.eof:
                if not rest.startswith(GZIP_MAGIC[:1]):  # padding after the last member is common and harmless
                    return
                inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                piece = inflater.decompress(rest, _CHUNK_BYTES)
            except zlib.error as cause:
                raise CodingError("the compressed body is damaged") from cause
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            total += len(piece)
            if total > max_bytes:
                raise CodingError(f"the body unpacks to more than {max_bytes} bytes")
            if piece:
                yield piece
    if not inflater.eof:
        raise CodingError("the compressed body is cut short")


def _undone(body: bytes, label: str, max_bytes: int) -> tuple[bytes, tuple[str, ...]]:
    """Undo one labelled coding; a label that the bytes contradict is passed over with a warning."""
    if label in ("gzip", "x-gzip"):
        return body, ((f"The body is labelled {label} and is not compressed.",) if body else ())
    try:
        if label == "deflate":
            return _deflated(body, max_bytes), ()
        if label == "br":
            return _unbrotlied(body, max_bytes), ()
    except (zlib.error, brotli.error):
        return body, (f"The body is labelled {label} and is not; it was read as it stands.",)
    return body, (f"The content coding {label!r} is not known; the body was read as it stands.",)


def _inflated(body: bytes, wbits: int, max_bytes: int) -> tuple[bytes, bool]:
    """Inflate members one after another; the flag says whether the last one was complete."""
    out = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits)
        try:
            out += inflater.decompress(body, max_bytes + 1 - len(out))
        except zlib.error:
            return bytes(out), False
        if len(out) > max_bytes:
            raise CodingError(f"the body unpacks to more than {max_bytes} bytes")
        if not inflater.eof:
            return bytes(out), False
        body = inflater.unused_data
        if not body.startswith(GZIP_MAGIC):  # padding after the last member is common and harmless
            break
    return bytes(out), True


def _deflated(body: bytes, max_bytes: int) -> bytes:
    """`deflate` is zlib by the standard and raw by some servers; both are read."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            inflater = zlib.decompressobj(wbits)
            out = inflater.decompress(body, max_bytes + 1)
        except zlib.error:
            if wbits < 0:
                raise
            continue
        break
    if len(out) > max_bytes:
        raise CodingError(f"the body unpacks to more than {max_bytes} bytes")
    return out


def _unbrotlied(body: bytes, max_bytes: int) -> bytes:
    decompressor = brotli.Decompressor()
    out = bytearray()
    for at in range(0, len(body), _CHUNK_BYTES):
        out += decompressor.process(body[at : at + _CHUNK_BYTES])
        if len(out) > max_bytes:
            raise CodingError(f"the body unpacks to more than {max_bytes} bytes")
    if not decompressor.is_finished():
        raise brotli.error("incomplete")
    return bytes(out)
