"""Finding: one thing that a check of a store has to say of one of its files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Matter(StrEnum):
    """What a finding is about."""

    PRODUCT_MISSING = "product missing"
    PRODUCT_CHANGED = "product changed"
    PROVENANCE_MISSING = "provenance missing"
    PROVENANCE_CHANGED = "provenance changed"
    PROVENANCE_DAMAGED = "provenance damaged"
    EVIDENCE_MISSING = "evidence missing"
    EVIDENCE_DAMAGED = "evidence damaged"
    EXTRACTION_DIFFERS = "extraction differs"
    LISTING_DAMAGED = "listing damaged"
    CATALOGUE = "catalogue out of step"
    OLDER_EXTRACTOR = "older extractor"
    DIGEST = "digest mismatch"
    TEMPORARY_FILE = "temporary file"

    @property
    def is_fault(self) -> bool:
        """Whether the store is not what it should be; else it is only worth knowing."""
        return self not in (Matter.OLDER_EXTRACTOR, Matter.DIGEST, Matter.TEMPORARY_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding.

    Attributes:
        matter: What it is about.
        path: The file, relative to the store's folder, `/` between the parts.
        said: What was found, and what can be done.
    """

    matter: Matter
    path: str
    said: str


@dataclass(slots=True, kw_only=True)
class Checked:
    """What a check has looked at; it counts on while the findings are read.

    Attributes:
        products: Products with their provenance.
        extracted_again: Those of them that were made again from their evidence and compared.
        evidence: Evidence files.
        listings: Kept listings.
        faults: Findings that are faults.
        notes: Other findings.
    """

    products: int = 0
    extracted_again: int = 0
    evidence: int = 0
    listings: int = 0
    faults: int = 0
    notes: int = 0

    def count(self, finding: Finding) -> None:
        """Count a finding."""
        if finding.matter.is_fault:
            self.faults += 1
        else:
            self.notes += 1
