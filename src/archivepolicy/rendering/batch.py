"""A run over many sites: its progress, its summary, its estimate; for a person and as JSON.

On a terminal the progress is a bar that is drawn anew; elsewhere it is a plain line now and then, further apart the longer the
run goes on.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from archivepolicy.records.batch import SHARED, Outcome
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.live import Live
    from rich.progress import Progress, TaskID

    from archivepolicy.records.batch import BatchStatus, BatchSummary, Estimate, ItemState, RequestRange, Tally

SCHEMA_VERSION = 1
_FIRST_LINE_S = 5.0
_LINES_GROW = 1.3  # each plain line comes so many times later than the one before, up to ten minutes
_LONGEST_S = 600.0
_HOUR_S = 3600
_SHOWN = 20
_FAILED = "Failed (where no time is named, tried again only with --retry-failed)"
_OF_A_RUN = frozenset({"settled_now", "seconds", "stopped"})
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
        self._live: Live | None = None
        self._lines: list[str] = []
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
        if self._live is not None:
            self._live.stop()
            logging.getLogger().handlers[:] = self._handlers

    def __call__(self, tally: Tally) -> None:
        """Show it."""
        if self._is_quiet:
            return
        if self._bar is not None and self._task is not None:
            settled = tally.total - tally.pending
            self._lines = _details(tally)
            self._bar.update(self._task, completed=settled, total=tally.total, told=_pace(tally))
        elif tally.seconds >= self._next_s or (not tally.pending and tally.settled_now):
            self._next_s = min(self._next_s * _LINES_GROW, self._next_s + _LONGEST_S)
            line = tally_as_text(tally)
            if line != self._last:
                self._stream.write(f"{line}\n")
                self._stream.flush()
            self._last = line

    def _begin_bar(self) -> None:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.logging import RichHandler
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.text import Text

        console = Console(file=self._stream)
        if console.is_dumb_terminal:
            return
        bar = Progress(BarColumn(bar_width=None), TextColumn("{task.fields[told]}", markup=False), console=console)
        self._task = bar.add_task("", total=None, told="")
        self._bar = bar

        def drawn() -> Group:
            return Group(*bar.get_renderables(), *(Text(line) for line in self._lines))

        self._live = Live(console=console, get_renderable=drawn, redirect_stdout=False, redirect_stderr=False)
        self._live.start()
        # a warning that is written past the bar would tear it
        root = logging.getLogger()
        self._handlers = list(root.handlers)
        root.handlers[:] = [RichHandler(console=console, show_time=False, show_level=False, show_path=False)]


def tally_as_text(tally: Tally) -> str:
    """How far it is, counts by outcome, the rate, what holds it up, and the time left.

    >>> from archivepolicy.records.batch import Tally
    >>> tally_as_text(Tally(counts={Outcome.DONE: 3, Outcome.PENDING: 6}, settled_now=3, seconds=90))
    '3 of 9; 2 a minute; about 3 min left; 3 done'
    """
    return "; ".join([_pace(tally), *_details(tally)])


def _pace(tally: Tally) -> str:
    parts = [f"{tally.total - tally.pending:,} of {tally.total:,}"]
    if tally.settled_now and tally.seconds:
        per_minute = tally.settled_now / tally.seconds * 60
        parts.append(f"{per_minute:,.{0 if per_minute >= 10 or per_minute.is_integer() else 1}f} a minute")
    if tally.pending and tally.seconds_left is not None:
        parts.append(f"about {duration(tally.seconds_left)} left")
    return "; ".join(parts)


def _details(tally: Tally) -> list[str]:
    """Counts by outcome, and what holds it up."""
    shown = [f"{tally.counts[outcome]:,} {outcome}" for outcome in _ORDER[:-1] if tally.counts.get(outcome)]
    if tally.bad_rows:
        shown.append(_count(tally.bad_rows, "bad row", "bad rows"))
    lines = [", ".join(shown) or "nothing settled yet"]
    if tally.waits:
        lines.append(f"held up: {tally.waits}")
    return lines


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
        ("bad row" + _s(tally.bad_rows), tally.bad_rows),
        (
            "version" + _s(summary.versions) + " in " + _count(summary.histories, "history", "histories"),
            summary.versions,
        ),
        ("gap" + _s(summary.gaps) + " in histories", summary.gaps),
        ("with a page that unrelated sites share", summary.shared),
    ]
    shown = [(name, count) for name, count in rows if count or name == Outcome.DONE]
    wide = max(len(f"{count:,}") for _, count in shown)
    lines = [f"{count:>{wide},}  {name}" for name, count in shown]
    if not tally.total and not tally.bad_rows:
        lines = ["No sites in the list."]
    if summary.report:
        lines.append(f"Report: {summary.report}")
    return "\n".join([*lines, ""])


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def summary_as_json(summary: BatchSummary) -> str:
    """One object: `schema_version`, `outcomes`, `items`, `bad_rows`, `settled_now`, `histories`, `gaps`, `report`, and more."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **_summary(summary)}, ensure_ascii=False, indent=2) + "\n"


def _summary(summary: BatchSummary) -> dict[str, Any]:
    tally = summary.tally
    return {
        "items": tally.total,
        "outcomes": {str(outcome): tally.counts.get(outcome, 0) for outcome in _ORDER},
        "bad_rows": tally.bad_rows,
        "settled_now": tally.settled_now,
        "seconds": round(tally.seconds, 1),
        "shared": summary.shared,
        "histories": summary.histories,
        "versions": summary.versions,
        "gaps": summary.gaps,
        "report": summary.report,
        "stopped": summary.stopped,
    }


def status_as_text(status: BatchStatus) -> str:
    """The list, the counts, then what went wrong: some of each kind, the rest in the report."""
    began = f"begun {iso_time(status.begun_at)}" if status.begun_at else "not begun"
    state = f"running now (process {status.running})" if status.running else _ended(status.summary.tally)
    name = {"-": "a list from standard input", "": "a list of rows"}.get(status.sites, status.sites)
    parts = [f"{name}: {began}\n{state}\n{summary_as_text(status.summary)}"]
    for heading, items in (
        (_FAILED if any(one.retry_at is None for one in status.failed) else "Failed", status.failed),
        ("With a page that unrelated sites share", status.shared),
        ("Histories with gaps", status.gaps),
        ("Bad rows", status.bad_rows),
    ):
        if items:
            lines = [heading, *map(_line, items[:_SHOWN])]
            if len(items) > _SHOWN:
                lines.append(f"  and {len(items) - _SHOWN:,} more (-o FILE writes all of them)")
            parts.append("\n".join([*lines, ""]))
    return "\n".join(parts)


def _ended(tally: Tally) -> str:
    return f"not finished: the same command goes on with {tally.pending:,} items" if tally.pending else "finished"


def _line(item: ItemState) -> str:
    """An item that a person looks for, and what is said of it below it."""
    asked = f" ({item.asked})" if item.asked else ""
    again = f"; tried {item.tries} times" if item.tries > 1 else ""
    if item.retry_at:
        again += f"; to be tried again from {iso_time(item.retry_at)} on"
    said = "" if item.said == SHARED else f"\n    {item.said}{again}"
    return f"  line {item.line:,}: {item.site}{asked}{said}"


def status_as_json(status: BatchStatus) -> str:
    """One object: the summary's keys, `sites`, `begun_at`, `running`, and the items of each kind."""
    values: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "sites": status.sites,
        "begun_at": status.begun_at,
        "running": status.running,
        **{name: value for name, value in _summary(status.summary).items() if name not in _OF_A_RUN},
    }
    for name, items in (
        ("failed", status.failed),
        ("shared_items", status.shared),
        ("histories_with_gaps", status.gaps),
        ("rows_not_read", status.bad_rows),
    ):
        values[name] = [asdict(one) for one in items]
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def estimate_as_text(estimate: Estimate) -> str:
    """What a run will cost, a line each."""
    left = estimate.items - estimate.settled
    settled = f": {estimate.settled:,} settled already, {left:,} to ask for" if estimate.settled else ""
    lines = [f"{_count(estimate.items, 'item', 'items')}{settled}"]
    if estimate.bad_rows:
        lines.append(_count(estimate.bad_rows, "bad row", "bad rows"))
    lines.append(f"Requests to the index:    {_range(estimate.index)}")
    lines.append(f"Requests for captures:    {_range(estimate.replay)}")
    if estimate.least_s is None:
        lines.append("The archive sets no limit.")
    else:
        most = "" if estimate.most_s is None else f", usually at most {duration(estimate.most_s)}"
        lines.append(f"At the archive's limits:  at least {duration(estimate.least_s)}{most}")
    if estimate.unlisted:
        said = _count(estimate.unlisted, "history has", "histories have")
        lines += [f"How many captures {said}, the index will tell;", "until then one of each is counted."]
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
        "unlisted": estimate.unlisted,
        "least_s": estimate.least_s,
        "most_s": estimate.most_s,
    }
    return json.dumps(values, indent=2) + "\n"


def _range(requests: RequestRange) -> str:
    if requests.most is None:
        return f"at least {requests.least:,}"
    return f"{requests.least:,}" if requests.least == requests.most else f"{requests.least:,} to {requests.most:,}"
