"""How a date was answered, in a few lines for a person and as JSON for a program.

The wording follows one rule: say what captures show, never what happened. A text is "first seen in the capture of X", not
"added on X"; other bytes are "other bytes", not another text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archivepolicy.records import Select
from archivepolicy.records.provenance import answer_to_dict
from archivepolicy.timestamps import iso_time, seconds_between

if TYPE_CHECKING:
    from archivepolicy.records import Answer, Capture, Snapshot

SCHEMA_VERSION = 1
_SHOWN_SKIPPED = 5
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_LABEL_WIDTH = 13


def snapshot_as_json(snapshot: Snapshot) -> str:
    """One object: `schema_version`, `markdown`, `answer`, `provenance`, `warnings`, `path`."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "markdown": snapshot.markdown,
        "answer": answer_to_dict(snapshot.answer) if snapshot.answer else None,
        "provenance": snapshot.provenance,
        "warnings": list(snapshot.warnings),
        "path": snapshot.path,
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def answer_as_text(snapshot: Snapshot, answer: Answer, store: str | None) -> str:
    """The lines that stand beside a product: asked, captured, neighbours, stated dates, passed over, kept.

    Args:
        snapshot: The product.
        answer: How its date was answered.
        store: The store's folder as the user named it, or None where nothing was kept.
    """
    lines = [("Asked", _asked(answer)), ("Captured", _captured(answer))]
    lines += [("Redirected", f"{_moment(hop.capture)} to {hop.location}") for hop in answer.hops]
    if answer.successor_url:
        lines.append(("Moved to", f"{answer.successor_url} (archived redirects lead there: ask for it from then on)"))
    lines += _neighbours(answer)
    lines += [
        ("States", f"{date.text}" + (f" [{date.date}]" if date.date else "")) for date in snapshot.document.stated_dates
    ]
    skipped = answer.skipped[:_SHOWN_SKIPPED]
    lines += [("Passed over", f"{_moment(one.capture)}: {one.reason}") for one in skipped]
    if len(answer.skipped) > len(skipped):
        lines.append(("", f"and {len(answer.skipped) - len(skipped)} more (--json lists them)"))
    if not answer.verdict.is_usable:
        lines.append(("Verdict", answer.verdict.in_words))
    lines += [("Note", warning) for warning in snapshot.warnings]
    if store is not None and snapshot.path:
        lines.append(("Kept", f"{store.rstrip('/')}/{snapshot.path}"))
    return "".join(f"{label:<{_LABEL_WIDTH}}{text}\n" for label, text in lines)


def _asked(answer: Answer) -> str:
    wanted = {
        Select.AS_OF: "as of",
        Select.BEFORE: "before",
        Select.AFTER: "after",
        Select.NEAREST: "nearest to",
        Select.EXACT: "exactly of",
    }[answer.select]
    return f"{answer.url} {wanted} {answer.period.text}"


def _captured(answer: Answer) -> str:
    if answer.distance_s == 0:
        far = "at that very time" if answer.period.is_instant else "within the time asked for"
    else:
        far = f"{duration(abs(answer.distance_s))} {'before' if answer.distance_s < 0 else 'after'} the time asked for"
    return f"{_moment(answer.capture)}, {far}, by {answer.capture.archive}"


def _neighbours(answer: Answer) -> list[tuple[str, str]]:
    near = answer.neighbours
    lines = []
    if near.same_from != near.same_until:
        lines.append(("Same bytes", f"in every capture from {_moment(near.same_from)} to {_moment(near.same_until)}"))
    if near.other_before:
        gap = duration(seconds_between(near.other_before.timestamp, near.same_from.timestamp))
        lines.append(("Before it", f"last capture with other bytes: {_moment(near.other_before)} (gap of {gap})"))
    else:
        lines.append(("Before it", "no earlier capture is listed"))
    if near.other_after:
        gap = duration(seconds_between(near.same_until.timestamp, near.other_after.timestamp))
        lines.append(("After it", f"first capture with other bytes: {_moment(near.other_after)} (gap of {gap})"))
    else:
        lines.append(("After it", "no later capture is listed"))
    return lines


def _moment(capture: Capture) -> str:
    return iso_time(capture.timestamp)


def duration(seconds: int) -> str:
    """A length of time as a person says it, in its largest unit, rounded down.

    >>> duration(5), duration(86400), duration(200 * 86400)
    ('5 seconds', '1 day', '200 days')
    """
    for length, unit in ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute")):
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
