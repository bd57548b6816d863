"""Archive name: what a user writes to ask an archive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveName:
    """One name, or one form of names.

    Attributes:
        name: As it is written after `--archive`; words in capitals stand for what a user fills in.
        title: What it is.
        address: Where its captures are; None for a form.
        index: Where its index is asked; None for a form.
        source: Where the addresses stand; None for a form.
        read: On which day they were read there, `YYYY-MM-DD`; None for a form.
    """

    name: str
    title: str
    address: str | None = None
    index: str | None = None
    source: str | None = None
    read: str | None = None
