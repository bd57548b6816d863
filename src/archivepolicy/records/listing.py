"""Listing: all captures of one URL in one archive, as its index gave them at one time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.capture import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The captures of one URL.

    Attributes:
        url: The URL asked for, normalised; captures of its http, https, `www` and port forms are among the rows.
        captures: Ascending by timestamp; may be empty, which is an answer.
        retrieved_at: When the index was asked, 14 digits; None where local files were read.
        warnings: What was odd about the answer (rows that could not be read), a sentence each; may be empty.
    """

    url: str
    captures: tuple[Capture, ...]
    retrieved_at: str | None
    warnings: tuple[str, ...] = ()
