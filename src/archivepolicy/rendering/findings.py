"""What a check of a store found: a line a finding, and a line on what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivepolicy.records.finding import Checked, Finding

_MATTER_WIDTH = 22


def finding_as_line(finding: Finding) -> str:
    """`fault` or `note`, what it is about, the file, and what was found."""
    weight = "fault" if finding.matter.is_fault else "note"
    return f"{weight:<6}{finding.matter:<{_MATTER_WIDTH}}{finding.path}: {' '.join(finding.said.split())}\n"


def checked_as_text(checked: Checked) -> str:
    """One line for a person: how much was looked at, and how much of it is off."""
    counted = ", ".join(
        (
            _number(checked.products, "product"),
            f"{checked.extracted_again:,} of them extracted again",
            _number(checked.evidence, "evidence file"),
            _number(checked.listings, "listing"),
        )
    )
    return f"Checked {counted}: {_number(checked.faults, 'fault')}, {_number(checked.notes, 'note')}.\n"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
