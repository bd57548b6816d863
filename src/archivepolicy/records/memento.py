"""Memento: a replayed capture, the bytes and headers as they were archived (RFC 7089), and how we got them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.capture import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """One archived answer.

    Attributes:
        capture: The row of the index that was replayed.
        timestamp: The archive's own word on the capture's time (Memento-Datetime), 14 digits.
        memento_url: The archive's address for the raw capture, or None where only a local file is known.
        status: Archived HTTP status.
        headers: Archived headers in their order, names as archived; repeated names stay repeated.
        payload: The body with transfer and content codings undone as far as known; may be empty.
        stored_payload: The body as it was stored, before content decoding where that is known: what digests are made
            of. `headers` says `Content-Encoding` only where this body has one.
        digest_verdict: Whether the body's SHA-1 is the index's digest: `match`, `mismatch`, or `unknown` where there is
            no digest or the archive lost the coding that it was made of.
        location: Where an archived redirect leads, an absolute original URL; else None.
        retrieved_at: When an archive was asked over the network, 14 digits; None where a local file was read.
        warnings: What was odd, a sentence each; may be empty.
    """

    capture: Capture
    timestamp: str
    memento_url: str | None
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    stored_payload: bytes
    digest_verdict: str = "unknown"
    location: str | None = None
    retrieved_at: str | None = None
    warnings: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """First value of an archived header, by its name in any case; None where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def content_type(self) -> str | None:
        """The archived Content-Type, with its parameters; None where none was archived."""
        return self.header("content-type")
