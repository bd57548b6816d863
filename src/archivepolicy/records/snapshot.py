"""Snapshot: the product. A document with its capture, its provenance and its attribution header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archivepolicy.records.answer import Answer
    from archivepolicy.records.capture import Capture
    from archivepolicy.records.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A policy as one capture holds it.

    Attributes:
        capture: The capture's row in the index.
        memento_url: The archive's address for the raw capture, or None where only a local file is known.
        document: The policy, cut out of the page.
        markdown: The whole product: attribution header, a blank line, title and text.
        provenance: Where it comes from and how it was made, as it stands in the `.json` beside the product
            (`docs/store.md` lists the keys).
        answer: How the date was answered; None where the snapshot was not asked for by a date.
        path: The product's file, relative to the store's folder, `/` between the parts; None where nothing was kept.
    """

    capture: Capture
    memento_url: str | None
    document: Document
    markdown: str
    provenance: Mapping[str, Any]
    answer: Answer | None = None
    path: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a careful reader should know, a sentence each: of the date's answer, the replay and the extraction."""
        of_answer = self.answer.notes if self.answer else ()
        return tuple(dict.fromkeys((*of_answer, *self.provenance["warnings"])))
