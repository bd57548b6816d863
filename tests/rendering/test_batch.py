import io
import logging

import pytest

from archivepolicy.records.batch import (
    SHARED,
    BatchStatus,
    BatchSummary,
    Estimate,
    ItemState,
    Outcome,
    RequestRange,
    Tally,
)
from archivepolicy.rendering.batch import BatchProgress, estimate_as_text, status_as_text, summary_as_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tally(done: int, seconds: float, waits: str = "") -> Tally:
    counts = {Outcome.DONE: done, Outcome.PENDING: 10 - done}
    return Tally(counts=counts, settled_now=done, seconds=seconds, waits=waits)


def test_without_a_terminal_there_are_plain_lines_further_and_further_apart() -> None:
    stream = io.StringIO()
    with BatchProgress(stream) as progress:
        for second in range(1, 10):
            progress(tally(second, float(second), "the index limit of a.example (24 a minute)"))
        progress(tally(10, 10.0))
    lines = stream.getvalue().splitlines()
    assert lines[0] == (
        "5 of 10; 60 a minute; about 5 s left; 5 done; held up: the index limit of a.example (24 a minute)"
    )
    assert lines[-1] == "10 of 10; 60 a minute; 10 done"
    assert len(lines) == 4


def test_on_a_terminal_there_is_a_bar_and_warnings_go_past_it() -> None:
    stream = Terminal()
    handlers = list(logging.getLogger().handlers)
    with BatchProgress(stream) as progress:
        progress(tally(4, 4.0))
        logging.getLogger("archivepolicy").warning("a.example: it limits requests (429); waiting 60 s")
    assert "4 of 10; 60 a minute; about 6 s left" in stream.getvalue()
    assert "4 done" in stream.getvalue()
    assert "it limits requests" in stream.getvalue()
    assert logging.getLogger().handlers == handlers


def test_quiet_shows_nothing() -> None:
    stream = Terminal()
    with BatchProgress(stream, is_quiet=True) as progress:
        progress(tally(10, 10.0))
    assert stream.getvalue() == ""


LONG = Tally(
    counts={
        Outcome.DONE: 12384,
        Outcome.NO_CAPTURE: 713,
        Outcome.UNUSABLE: 58,
        Outcome.FAILED: 12,
        Outcome.PENDING: 26833,
    },
    bad_rows=3,
    settled_now=13167,
    seconds=9.2 * 3600,
    waits="the index limit of web.archive.example (24 a minute)",
)


def test_eighty_columns_hold_the_bar_the_time_left_and_what_holds_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with BatchProgress(stream) as progress:
        progress(LONG)
    shown = stream.getvalue()
    assert " 13,167 of 40,000; 24 a minute; about 18 h 45 min left" in shown
    assert "12,384 done, 713 no capture, 58 unusable, 12 failed, 3 bad rows" in shown
    assert "held up: the index limit of web.archive.example (24 a minute)" in shown
    assert "\x1b[3" not in shown  # no colour


def test_a_terminal_that_cannot_draw_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with BatchProgress(stream) as progress:
        progress(tally(10, 10.0))
    assert stream.getvalue() == "10 of 10; 60 a minute; 10 done\n"


def test_a_summary_counts_what_there_is() -> None:
    summary = BatchSummary(tally=LONG, report="s/report.csv", shared=4, histories=1, versions=2, gaps=1)
    assert summary_as_text(summary).splitlines() == [
        "12,384  done",
        "   713  no capture",
        "    58  unusable",
        "    12  failed",
        "26,833  pending",
        "     3  bad rows",
        "     2  versions in 1 history",
        "     1  gap in histories",
        "     4  with a page that unrelated sites share",
        "Report: s/report.csv",
    ]


def test_an_estimate_says_what_it_cannot_know() -> None:
    costs = Estimate(
        items=40,
        settled=10,
        bad_rows=1,
        index=RequestRange(least=30, most=60),
        replay=RequestRange(least=30, most=None),
        unlisted=12,
        least_s=75.0,
        most_s=None,
    )
    assert estimate_as_text(costs).splitlines() == [
        "40 items: 10 settled already, 30 to ask for",
        "1 bad row",
        "Requests to the index:    30 to 60",
        "Requests for captures:    at least 30",
        "At the archive's limits:  at least 75 s",
        "How many captures 12 histories have, the index will tell;",
        "until then one of each is counted.",
    ]


def test_a_status_shows_some_of_each_kind() -> None:
    def item(line: int, said: str, **more: object) -> ItemState:
        return ItemState(line=line, site=f"site{line}.example", asked="2014", said=said, tries=1, **more)  # type: ignore[arg-type]  # a test's own

    status = BatchStatus(
        sites="/lists/a.csv",
        begun_at="20260101000000",
        running=None,
        summary=BatchSummary(tally=LONG, report=""),
        failed=(item(3, "it is down", retry_at="20260101001000"), *(item(line, "x") for line in range(4, 30))),
        shared=(item(1, SHARED),),
        gaps=(),
        bad_rows=(),
    )
    lines = status_as_text(status).splitlines()
    assert lines[0] == "/lists/a.csv: begun 2026-01-01T00:00:00Z"
    assert lines[1] == "not finished: the same command goes on with 26,833 items"
    at = lines.index("Failed (where no time is named, tried again only with --retry-failed)")
    assert lines[at + 1 : at + 3] == [
        "  line 3: site3.example (2014)",
        "    it is down; to be tried again from 2026-01-01T00:10:00Z on",
    ]
    assert "  and 7 more (-o FILE writes all of them)" in lines
    assert lines[-2:] == ["With a page that unrelated sites share", "  line 1: site1.example (2014)"]
