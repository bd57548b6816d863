"""A policy's history, as a table, as CSV, as JSON.

The wording is that of captures: a version is "first seen in the capture of X", and "the last capture without it is Y". When
in between it came, nobody saw.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from archivepolicy.digests import sha256_hex
from archivepolicy.timestamps import iso_date, iso_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from archivepolicy.records.document import StatedDate
    from archivepolicy.records.history import Gap, History
    from archivepolicy.records.interval import Interval
    from archivepolicy.records.version import Version

SCHEMA_VERSION = 1
COLUMNS = (
    "number",
    "first_seen",
    "last_seen",
    "last_without",
    "gap_before_days",
    "next_without",
    "gap_after_days",
    "captures",
    "transient_of",
    "returns_to",
    "words",
    "words_added",
    "words_removed",
    "silent",
    "updated",
    "effective",
    "url",
    "memento_url",
)
_UNFOLDED_WIDTH = 4000  # wider than any table
_BARS = "▁▂▃▄▅▆▇█"
_WIDE = 100  # columns that a table with all numbers needs
_SHOWN_STATEMENTS = 2
_SHOWN_UNUSABLE = 8


def history_as_json(history: History) -> str:
    """One object: `schema_version`, `versions`, `gaps`, `unusable`, `redirects`, `notes`; times are 14 digits, UTC."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "url": history.url,
        "archive": history.archive,
        "listed_at": history.listed_at,
        "versions": [version_to_dict(version) for version in history.versions],
        "gaps": [asdict(gap) for gap in history.gaps],
        "unusable": [
            {
                "timestamp": one.capture.timestamp,
                "url": one.capture.url,
                "status": one.capture.status,
                "reason": one.reason,
            }
            for one in history.unusable
        ],
        "redirects": [
            {"timestamp": hop.capture.timestamp, "url": hop.capture.url, "location": hop.location}
            for hop in history.redirects
        ],
        "notes": list(history.notes),
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def version_to_dict(version: Version) -> dict[str, Any]:
    """A version as JSON, without its text."""
    return {
        "number": version.number,
        "first_seen": version.first_seen,
        "last_seen": version.last_seen,
        "last_without": version.last_without,
        "gap_before_days": version.gap_before_days,
        "next_without": version.next_without,
        "gap_after_days": version.gap_after_days,
        "transient": version.is_transient,
        "transient_of": version.transient_of,
        "returns_to": version.returns_to,
        "runs": [interval_to_dict(run) for run in version.runs],
        "captures": [{"timestamp": one.timestamp, "url": one.url, "digest": one.digest} for one in version.captures],
        "words": version.word_count,
        "words_added": version.words_added,
        "words_removed": version.words_removed,
        "silent": version.is_silent,
        "stated_dates": [asdict(date) for date in version.stated_dates],
        "title": version.document.title,
        "url": version.snapshot.capture.url,
        "read_from": version.snapshot.capture.timestamp,
        "memento_url": version.snapshot.memento_url,
        "path": version.snapshot.path,
        "extractor_version": version.snapshot.provenance["extractor_version"],
        "text_sha256": sha256_hex(version.markdown.encode()),
        "key": version.key,
    }


def interval_to_dict(interval: Interval) -> dict[str, Any]:
    """A stretch of captures as JSON."""
    return {
        "last_without": interval.last_without,
        "first_seen": interval.first,
        "last_seen": interval.last,
        "next_without": interval.next_without,
        "gap_before_days": interval.gap_before_days,
        "gap_after_days": interval.gap_after_days,
        "captures": interval.captures,
    }


def history_as_csv(history: History) -> str:
    """A header line of `COLUMNS`, then a line a version, quoted as in RFC 4180; unknown values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for version in history.versions:
        values = {**version_to_dict(version), "captures": len(version.captures)}
        values |= {label: _stated(version, label) for label in ("updated", "effective")}
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return out.getvalue()


def history_as_table(history: History, width: int | None = None) -> str:
    """A table for a person, with what was not usable and the long gaps below it.

    Args:
        history: What it shows.
        width: Columns of the terminal; None where the output is none: nothing is folded then.
    """
    from rich.console import Console

    with io.StringIO() as out:
        console = Console(file=out, width=width or _UNFOLDED_WIDTH, color_system=None, highlight=False)
        console.print(_head(history), markup=False)
        console.print()
        console.print(_table(history.versions, width))
        console.print()
        for line in _facts(history):
            console.print(line, markup=False)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def seen(interval: Interval) -> str:
    """How a text's coming is told: the first capture that holds it, and the last one that does not."""
    if interval.last_without is None:
        return f"first seen in the capture of {iso_date(interval.first)}; no earlier capture was read"
    return (
        f"first seen in the capture of {iso_date(interval.first)}; the last capture without it is that of "
        f"{iso_date(interval.last_without)} (gap: {_days(interval.gap_before_days)})"
    )


def gone(interval: Interval) -> str:
    """How a text's going is told: the last capture that holds it, and the first one that does not."""
    if interval.next_without is None:
        return f"last seen in the capture of {iso_date(interval.last)}; no later capture was read"
    return (
        f"last seen in the capture of {iso_date(interval.last)}; the first capture without it is that of "
        f"{iso_date(interval.next_without)} (gap: {_days(interval.gap_after_days)})"
    )


def sparkline(values: Sequence[int]) -> str:
    """A bar for each value, as high as its root is beside that of the greatest; a space for nothing.

    >>> sparkline([0, 1, 25, 100])
    ' ▁▅█'
    """
    most = max(values, default=0)
    return "".join(_BARS[min(int(math.sqrt(value / most) * 8), 7)] if value else " " for value in values)


def _head(history: History) -> str:
    usable, transients = len(history.sightings), sum(version.is_transient for version in history.versions)
    lasting = len(history.versions) - transients
    flips = f" and {_counted(transients, 'transient')}" if transients else ""
    return (
        f"{history.url} in {history.archive}: {_counted(lasting, 'version')}{flips} in {_counted(usable, 'usable capture')}, "
        f"{len(history.unusable)} passed over"
    )


def _table(versions: Sequence[Version], width: int | None) -> Table:
    from rich.table import Table
    from rich.text import Text

    is_wide = width is None or width >= _WIDE
    notes = [_note(version) for version in versions]
    bars = sparkline([version.words_added + version.words_removed for version in versions])
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = ["No", "First seen", "Not in (gap)", "Last seen", *(["Captures", "Words"] if is_wide else []), "Change"]
    for name in columns:
        table.add_column(name, justify="right" if name in ("No", "Captures", "Words") else "left", no_wrap=True)
    for name in ["States", *(["Note"] if any(notes) else [])]:
        table.add_column(name, overflow="fold")
    for version, bar, note in zip(versions, bars, notes, strict=True):
        table.add_row(
            str(version.number),
            iso_date(version.first_seen),
            _without(version),
            iso_date(version.last_seen),
            *([str(len(version.captures)), f"{version.word_count:,}"] if is_wide else []),
            f"{bar} +{version.words_added:,} -{version.words_removed:,}" if version.number > 1 else "",
            Text(_statements(version)),
            *([note] if any(notes) else []),
        )
    return table


def _without(version: Version) -> str:
    return "-" if version.last_without is None else f"{iso_date(version.last_without)} ({version.gap_before_days:,} d)"


def _statements(version: Version) -> str:
    """What it states of itself, the first of them; a page of many policies states a date for each."""
    said = list(dict.fromkeys(_statement(date) for date in version.stated_dates))
    more = [f"{len(said) - _SHOWN_STATEMENTS} more"] if len(said) > _SHOWN_STATEMENTS else []
    return "; ".join([*said[:_SHOWN_STATEMENTS], *more])


def _statement(date: StatedDate) -> str:
    return f"{date.label} {date.date}" if date.date else date.text


def _note(version: Version) -> str:
    notes = []
    if version.transient_of is not None:
        notes.append(f"transient: interrupts {version.transient_of}")
    elif len(version.runs) > 1:
        notes.append(f"interrupted {_counted(len(version.runs) - 1, 'time')}")
    if version.returns_to is not None:
        notes.append(f"the text of {version.returns_to} again")
    if version.is_silent:
        notes.append("silent")
    return "; ".join(notes)


def _facts(history: History) -> list[str]:
    newest = history.versions[-1]
    newest = next((one for one in reversed(history.versions) if one.next_without is None), newest)
    lines = [f"Version {newest.number}: {seen(newest.runs[0])}; {gone(newest.runs[-1])}."]
    lines += [f"Gap: {_gap(gap)}." for gap in history.gaps if gap.version_before == gap.version_after]
    lines += [f"Redirected: {iso_time(one.capture.timestamp)} to {one.location}" for one in history.redirects]
    shown = history.unusable[:_SHOWN_UNUSABLE]
    lines += [f"Passed over: {iso_time(one.capture.timestamp)}: {one.reason}" for one in shown]
    if len(history.unusable) > len(shown):
        lines.append(f"Passed over: {len(history.unusable) - len(shown)} more (--json lists them)")
    return [*lines, *(f"Note: {note}" for note in history.notes)]


def _gap(gap: Gap) -> str:
    return (
        f"{_days(gap.days)} without a usable capture from {iso_date(gap.start)} to {iso_date(gap.end)}, with version "
        f"{gap.version_before} on both sides"
    )


def _stated(version: Version, label: str) -> str | None:
    dates = [date.date or date.text for date in version.stated_dates if date.label == label]
    return dates[0] if dates else None


def _days(count: int | None) -> str:
    return _counted(count or 0, "day")


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
