"""Bundle: what is handed over with a policy to one who must be able to check it without trusting who hands it over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.urls import split_replay_address

if TYPE_CHECKING:
    from archivepolicy.records.memento import Memento
    from archivepolicy.records.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One archived answer in a bundle.

    Attributes:
        role: What it is there for: `the page`, `a redirect that led to it`, `its frame`, `passed over`.
        memento: The answer.
        files: The names of the WARC files that hold it, its own first.
    """

    role: str
    memento: Memento
    files: tuple[str, ...]

    @property
    def view_url(self) -> str | None:
        """The archive's address at which a person sees the capture; None where no archive's address is known."""
        address = split_replay_address(self.memento.memento_url or "")
        return f"{address.prefix}/{address.timestamp}/{address.url}" if address else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A snapshot with everything that proves it.

    Attributes:
        snapshot: The product with its provenance and answer.
        exhibits: The page first, then the redirects in their order, its frame, and what was passed over.
        tool: The program and its version that made the bundle.
        source: The product's Markdown, relative to the bundle's payload.
    """

    snapshot: Snapshot
    exhibits: tuple[Exhibit, ...]
    tool: str
    source: str
