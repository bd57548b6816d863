"""Since when each part of a policy stands, and when a phrase came and went: for a terminal and as JSON.

The wording is that of `rendering.history`: captures that hold the words, and the nearest ones that do not.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from archivepolicy.rendering.history import gone, interval_to_dict, seen, version_to_dict
from archivepolicy.timestamps import iso_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records.history import Blame, BlameSpan, Origin, Phrase
    from archivepolicy.records.interval import Interval

SCHEMA_VERSION = 1
_UNFOLDED_WIDTH = 100_000  # wider than any paragraph: where the output is no terminal nothing is folded


def blame_as_json(blame: Blame) -> str:
    """One object: `schema_version`, `url`, `version`, `captured`, `spans`, `notes`; times are 14 digits, UTC."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "url": blame.url,
        "captured": blame.capture.timestamp,
        "version": version_to_dict(blame.version),
        "spans": [
            {**_span_to_dict(span), "sentences": list(map(_span_to_dict, span.sentences))} for span in blame.spans
        ],
        "notes": list(blame.notes),
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def blame_as_text(blame: Blame, width: int | None = None) -> str:
    """A line a paragraph, with its sentences below it where captures hold them since another time.

    Args:
        blame: What it shows.
        width: Columns of the terminal; None where the output is none: nothing is folded then.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("First seen", no_wrap=True)
    table.add_column("Last capture without it", no_wrap=True)
    table.add_column("Text", overflow="fold")
    for span in blame.spans:
        table.add_row(iso_date(span.first_seen), _without(span), Text(span.text))
        for line in _lines(span):
            table.add_row("", "", Text(line, style="dim"))
        for sentence in _younger_or_older(span):
            table.add_row(iso_date(sentence.first_seen), _without(sentence), Text(f"  · {sentence.text}"))
            for line in _lines(sentence):
                table.add_row("", "", Text(f"    {line}", style="dim"))
    with io.StringIO() as out:
        console = Console(file=out, width=width or _UNFOLDED_WIDTH, color_system=None, highlight=False)
        words_of = iso_date(blame.capture.timestamp)
        console.print(
            f"{blame.url}: version {blame.version.number}, in the words of the capture of {words_of}", markup=False
        )
        console.print()
        console.print(table)
        if blame.notes:
            console.print()
        for note in blame.notes:
            console.print(f"Note: {note}", markup=False)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def phrases_as_json(url: str, pattern: str, phrases: Sequence[Phrase]) -> str:
    """One object: `schema_version`, `url`, `pattern`, `phrases`, each with its `intervals`; times are 14 digits, UTC."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "url": url,
        "pattern": pattern,
        "phrases": [{"text": one.text, "intervals": list(map(interval_to_dict, one.intervals))} for one in phrases],
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def phrases_as_text(phrases: Sequence[Phrase]) -> str:
    """Each wording, and for every time that it stood a line on how it came and one on how it went."""
    lines = []
    for phrase in phrases:
        lines.append(phrase.text)
        for interval in phrase.intervals:
            lines += [f"    {seen(interval)}", f"    {gone(interval)}"]
    return "".join(f"{line}\n" for line in lines)


def blocks_as_json(url: str, pattern: str, timestamp: str, blocks: Sequence[str]) -> str:
    """One object: `schema_version`, `url`, `pattern`, `captured`, `blocks`."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "url": url,
        "pattern": pattern,
        "captured": timestamp,
        "blocks": list(blocks),
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _span_to_dict(span: BlameSpan) -> dict[str, Any]:
    return {
        "text": span.text,
        "key": span.key,
        "first_seen": span.first_seen,
        "last_without": span.last_without,
        "gap_before_days": span.intervals[0].gap_before_days,
        "intervals": [interval_to_dict(interval) for interval in span.intervals],
        "derived_from": _origin_to_dict(span.derived_from),
    }


def _origin_to_dict(origin: Origin | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    return {
        "text": origin.text,
        "similarity": origin.similarity,
        "first_seen": origin.first_seen,
        "last_seen": origin.last_seen,
        "derived_from": _origin_to_dict(origin.derived_from),
    }


def _without(span: BlameSpan) -> str:
    interval = span.intervals[0]
    if interval.last_without is None:
        return "no earlier one was read"
    days = interval.gap_before_days
    return f"{iso_date(interval.last_without)} (gap: {days:,} day{'' if days == 1 else 's'})"


def _lines(span: BlameSpan) -> list[str]:
    """What is said below a part: when it was gone, and what it was edited from."""
    lines = [
        f"came back: {_away(before, after)}" for before, after in zip(span.intervals, span.intervals[1:], strict=False)
    ]
    origin = span.derived_from
    if origin is not None:
        when = f"seen {iso_date(origin.first_seen)} to {iso_date(origin.last_seen)}"
        lines.append(f"edited from ({origin.similarity:.0f} % alike, {when}): {origin.text}")
    return lines


def _away(before: Interval, after: Interval) -> str:
    return (
        f"seen until {iso_date(before.last)}, not in the captures of {iso_date(before.next_without or before.last)} to "
        f"{iso_date(after.last_without or after.first)}, seen again since {iso_date(after.first)}"
    )


def _younger_or_older(span: BlameSpan) -> list[BlameSpan]:
    """The sentences of a paragraph that captures hold since another time than the whole."""
    if len(span.sentences) < 2:
        return []
    return [one for one in span.sentences if one.intervals != span.intervals]
