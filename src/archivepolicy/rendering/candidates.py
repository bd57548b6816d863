"""What was found for a site: its candidates, for a person and as JSON for a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archivepolicy.records.candidate import Finding
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from archivepolicy.records import Capture
    from archivepolicy.records.candidate import Candidate, Discovery

SCHEMA_VERSION = 1
_SHOWN = 5
_LABEL_WIDTH = 13


def discovery_as_json(discovery: Discovery) -> str:
    """One object: `schema_version`, `domain`, `as_of`, `kind`, `homepage`, `candidates` (best first), `looked_at`."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "domain": discovery.domain,
        "as_of": discovery.period.text,
        "kind": str(discovery.kind),
        "homepage": _capture(discovery.homepage) if discovery.homepage else None,
        "candidates": [_candidate(one) for one in discovery.candidates],
        "looked_at": list(discovery.looked_at),
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _candidate(candidate: Candidate) -> dict[str, Any]:
    capture = candidate.capture
    return {
        "url": candidate.url,
        "score": candidate.score,
        "reasons": list(candidate.reasons),
        "text": candidate.text,
        "label": candidate.label,
        "verdict": str(candidate.verdict),
        "why": candidate.why,
        "kind": candidate.kind,
        "title": candidate.title,
        "timestamp": capture.timestamp if capture else None,
        "captured_url": capture.url if capture else None,
        "memento_url": candidate.memento_url,
        "redirects": [{"timestamp": hop.capture.timestamp, "location": hop.location} for hop in candidate.hops],
    }


def _capture(capture: Capture) -> dict[str, str]:
    return {"url": capture.url, "timestamp": capture.timestamp}


def discovery_as_text(discovery: Discovery) -> str:
    """The lines that stand beside what was found: the policy and why, the others, and what was looked at."""
    lines: list[tuple[str, str]] = []
    for candidate in discovery.candidates[:_SHOWN]:
        lines += _lines(candidate)
    if len(discovery.candidates) > _SHOWN:
        lines.append(("", f"and {len(discovery.candidates) - _SHOWN} more (--json lists them)"))
    lines += [("Looked at", one) for one in discovery.looked_at]
    return "".join(f"{label:<{_LABEL_WIDTH}}{text}\n" for label, text in lines)


def _lines(candidate: Candidate) -> list[tuple[str, str]]:
    is_policy = candidate.verdict is Finding.POLICY
    lines = [("Found" if is_policy else "Candidate", f"{candidate.url} (score {candidate.score})")]
    if candidate.capture:
        lines.append(("", f"captured {iso_time(candidate.capture.timestamp)}: {candidate.title}"))
    lines += [("", f"redirected to {hop.location}") for hop in candidate.hops]
    lines.append(("", "; ".join(candidate.reasons)))
    said = f"{candidate.verdict}: {candidate.why}" if candidate.why else str(candidate.verdict)
    lines.append(("", said))
    return lines
