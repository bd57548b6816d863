"""A run over many sites: its progress, its summary, its estimate; for a person and as JSON.

On a terminal the progress is a bar that is drawn anew; elsewhere it is a plain line now and then, further apart the longer the
run goes on.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO

from archivepolicy.records.batch import Outcome

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.progress import Progress, TaskID

    from archivepolicy.records.batch import BatchSummary, Estimate, RequestRange, Tally

SCHEMA_VERSION = 1
_FIRST_LINE_S = 5.0
_LINES_GROW = 1.3  # each plain line comes so many times later than the one before, up to ten minutes
_LONGEST_S = 600.0
_HOUR_S = 3600
_ORDER = (Outcome.DONE, Outcome.NO_CAPTURE, Outcome.UNUSABLE, Outcome.FAILED, Outcome.PENDING)


class BatchProgress:
    """Shows how a run stands, on standard error.

    Args:
        stream: Where it is shown.
        is_quiet: Show nothing.
    """

    def __init__(self, stream: TextIO | None = None, *, is_quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._is_quiet = is_quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._next_s = _FIRST_LINE_S
        self._handlers: list[logging.Handler] = []
        self._last: str | None = None

    def __enter__(self) -> Self:
        if not self._is_quiet and self._stream.isatty():
            self._begin_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            logging.getLogger().handlers[:] = self._handlers

    def __call__(self, tally: Tally) -> None:
        """Show it."""
        if self._is_quiet:
            return
        if self._bar is not None and self._task is not None:
            settled = tally.total - tally.pending
            self._bar.update(self._task, completed=settled, total=tally.total, told=tally_as_text(tally))
        elif tally.seconds >= self._next_s or (not tally.pending and tally.settled_now):
            self._next_s = min(self._next_s * _LINES_GROW, self._next_s + _LONGEST_S)
            line = f"{tally.total - tally.pending:,} of {tally.total:,}: {tally_as_text(tally)}"
            if line != self._last:
                self._stream.write(f"{line}\n")
                self._stream.flush()
            self._last = line

    def _begin_bar(self) -> None:
        from rich.console import Console
        from rich.logging import RichHandler
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(file=self._stream)
        columns = (BarColumn(bar_width=None), MofNCompleteColumn(), TextColumn("{task.fields[told]}", markup=False))
        self._bar = Progress(*columns, console=console)
        self._task = self._bar.add_task("", total=None, told="")
        self._bar.start()
        # a warning that is written past the bar would tear it
        root = logging.getLogger()
        self._handlers = list(root.handlers)
        root.handlers[:] = [RichHandler(console=console, show_time=False, show_level=False, show_path=False)]


def tally_as_text(tally: Tally) -> str:
    """Counts by outcome, the rate, what holds it up, and the time left.

    >>> from archivepolicy.records.batch import Tally
    >>> tally_as_text(Tally(counts={Outcome.DONE: 3, Outcome.PENDING: 6}, settled_now=3, seconds=90))
    '3 done; 2.0 a minute; about 3 min left'
    """
    shown = [outcome for outcome in _ORDER[:-1] if tally.counts.get(outcome)]
    parts = [", ".join(f"{tally.counts[outcome]:,} {outcome}" for outcome in shown) or "nothing settled yet"]
    if tally.bad_rows:
        parts.append(f"{tally.bad_rows:,} bad rows")
    if tally.settled_now and tally.seconds:
        parts.append(f"{tally.settled_now / tally.seconds * 60:.1f} a minute")
    if tally.waits:
        parts.append(f"held up by {tally.waits}")
    if tally.pending and tally.seconds_left is not None:
        parts.append(f"about {duration(tally.seconds_left)} left")
    return "; ".join(parts)


def duration(seconds: float) -> str:
    """A stretch of time in words.

    >>> duration(42), duration(600), duration(9000), duration(200_000)
    ('42 s', '10 min', '2 h 30 min', '2 d 8 h')
    """
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_S:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    hours = round(seconds / _HOUR_S)
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def summary_as_text(summary: BatchSummary) -> str:
    """A table of the outcomes, and where the report is."""
    tally = summary.tally
    rows: list[tuple[str, int]] = [(str(outcome), tally.counts.get(outcome, 0)) for outcome in _ORDER]
    rows += [
        ("bad rows", tally.bad_rows),
        ("gaps in histories", summary.gaps),
        ("with bytes that unrelated sites share", summary.shared),
    ]
    shown = [(name, count) for name, count in rows if count or name == Outcome.DONE]
    wide = max(len(f"{count:,}") for _, count in shown)
    lines = [f"{count:>{wide},}  {name}" for name, count in shown]
    return "\n".join([*lines, f"Report: {summary.report}", ""])


def summary_as_json(summary: BatchSummary) -> str:
    """One object: `schema_version`, `outcomes`, `items`, `bad_rows`, `settled_now`, `shared`, `gaps`, `report`, `stopped`."""
    tally = summary.tally
    values = {
        "schema_version": SCHEMA_VERSION,
        "items": tally.total,
        "outcomes": {str(outcome): tally.counts.get(outcome, 0) for outcome in _ORDER},
        "bad_rows": tally.bad_rows,
        "settled_now": tally.settled_now,
        "seconds": round(tally.seconds, 1),
        "shared": summary.shared,
        "gaps": summary.gaps,
        "report": summary.report,
        "stopped": summary.stopped,
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def estimate_as_text(estimate: Estimate) -> str:
    """What a run will cost, a line each."""
    left = estimate.items - estimate.settled
    lines = [f"{estimate.items:,} items, {estimate.settled:,} of them settled already, {left:,} to ask for"]
    if estimate.bad_rows:
        lines.append(f"{estimate.bad_rows:,} bad rows")
    lines.append(f"Requests to the index:    {_range(estimate.index)}")
    lines.append(f"Requests for captures:    {_range(estimate.replay)}")
    if estimate.least_s is None:
        lines.append("The archive sets no limit.")
    else:
        most = (
            "nobody can know how much more"
            if estimate.most_s is None
            else f"usually at most {duration(estimate.most_s)}"
        )
        lines.append(f"At the archive's limits:  at least {duration(estimate.least_s)}, {most}")
    return "\n".join([*lines, ""])


def estimate_as_json(estimate: Estimate) -> str:
    """One object: `schema_version`, `items`, `settled`, `bad_rows`, `index` and `replay` with `least` and `most`, seconds."""
    values: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "items": estimate.items,
        "settled": estimate.settled,
        "bad_rows": estimate.bad_rows,
        "index": {"least": estimate.index.least, "most": estimate.index.most},
        "replay": {"least": estimate.replay.least, "most": estimate.replay.most},
        "least_s": estimate.least_s,
        "most_s": estimate.most_s,
    }
    return json.dumps(values, indent=2) + "\n"


def _range(requests: RequestRange) -> str:
    if requests.most is None:
        return f"at least {requests.least:,}; histories' captures are not listed yet"
    return f"{requests.least:,}" if requests.least == requests.most else f"{requests.least:,} to {requests.most:,}"
