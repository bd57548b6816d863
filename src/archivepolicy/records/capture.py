"""Capture: one row of an archive's index (CDX), brought to one form whatever the archive's dialect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.timestamps import to_datetime

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=False)
class Capture:
    """One capture as an index lists it.

    Attributes:
        url: The original URL, as this row writes it (its scheme, host and port may differ from those asked for).
        timestamp: 14 digits, UTC.
        status: HTTP status of the archived answer; None where the index does not say (a revisit).
        mime_type: As the index says, or None.
        digest: Base32 SHA-1 of the archived body, without `sha1:`, or None.
        length: Bytes that the record takes in the archive's file, or None.
        is_revisit: The row says "same body as an earlier capture" (`warc/revisit`).
        archive: Name of the archive that listed it: a host, or a file's name.
    """

    url: str
    timestamp: str
    status: int | None = None
    mime_type: str | None = None
    digest: str | None = None
    length: int | None = None
    is_revisit: bool = False
    archive: str

    @property
    def datetime(self) -> datetime:
        """The capture's time, aware, UTC."""
        return to_datetime(self.timestamp)

    @property
    def is_redirect(self) -> bool:
        """Whether the archived answer sends the reader elsewhere."""
        return self.status is not None and 300 <= self.status < 400

    @property
    def may_hold_text(self) -> bool:
        """Whether the archived answer was a success, or may have been (a revisit says nothing of its own)."""
        return self.status is None or 200 <= self.status < 300
