import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivepolicy.batches.batch import planned, rows_of
from archivepolicy.batches.ledger import Ledger, Row
from archivepolicy.batches.plan import Wanted, questions_of
from archivepolicy.batches.report import write_report
from archivepolicy.batches.sites import BadRow
from archivepolicy.errors import StoreError
from archivepolicy.records.batch import Found, Outcome, Result, Silence

KEY = "http://archive.example/web"
NOW = "20260101000000"
DONE = Result(
    outcome=Outcome.DONE,
    url="http://a.example/p",
    found=(Found(captured="20140601120000", product="a.example/p/20140601120000.md", digest="ABC"),),
    payload="00",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / ".archivepolicy" / "ledger.sqlite")
    yield opened
    opened.close()


def enter(ledger: Ledger, *rows: str) -> None:
    questions, mode = questions_of(as_of=("2014",), today="2026-01-01")
    ledger.begin_list()
    ledger.enter(planned(rows_of(rows), Wanted(questions=questions, mode=mode)), KEY)


def items(ledger: Ledger) -> list[int]:
    return [identity for identity, _ in ledger.pending(0)]


def test_an_item_that_is_done_is_never_pending_again(ledger: Ledger) -> None:
    enter(ledger, "a.example/p", "b.example/p")
    first, second = items(ledger)
    ledger.settle(first, DONE, NOW)
    enter(ledger, "b.example/p", "a.example/p", "c.example/p")
    ledger.reopen(NOW, every_failure=True)
    assert len(items(ledger)) == 2
    assert first not in items(ledger)
    assert second in items(ledger)


def test_only_the_lists_own_items_are_worked_on(ledger: Ledger) -> None:
    enter(ledger, "a.example/p")
    enter(ledger, "b.example/p")
    assert [item.url for _, item in ledger.pending(0)] == ["http://b.example/p"]
    assert ledger.counts() == {Outcome.PENDING: 1}


def test_two_rows_that_ask_the_same_share_an_item_and_both_stand_in_the_report(ledger: Ledger, tmp_path: Path) -> None:
    enter(ledger, "a.example/p", "http://a.example/p", "no site")
    (only,) = items(ledger)
    ledger.settle(only, DONE, NOW)
    write_report(ledger, tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["line", "1", "2", "3"]
    assert lines[1].endswith("a.example/p/20140601120000.md,ABC,,1,")
    assert ",bad row," in lines[3]


def test_a_failure_is_tried_again_when_its_time_has_come_or_when_told(ledger: Ledger) -> None:
    enter(ledger, "a.example/p", "b.example/p")
    first, second = items(ledger)
    ledger.settle(first, Result(outcome=Outcome.FAILED, reason="x", retry_at="20260101001000"), NOW)
    ledger.settle(second, Result(outcome=Outcome.FAILED, reason="x"), NOW)
    ledger.reopen("20260101000500", every_failure=False)
    assert items(ledger) == []
    ledger.reopen("20260101001000", every_failure=False)
    assert items(ledger) == [first]
    ledger.reopen(NOW, every_failure=True)
    assert items(ledger) == [first, second]
    assert ledger.tries(first) == 1


def test_bytes_of_three_unrelated_domains_are_flagged_and_those_of_two_are_not(ledger: Ledger, tmp_path: Path) -> None:
    rows = ["a.example/p", "www.a.example/p", "b.example/p", "c.example/p", "d.example/p", "e.example/p"]
    enter(ledger, *rows)
    for identity, payload in zip(items(ledger), ["1", "1", "1", "1", "2", "2"], strict=True):
        ledger.settle(identity, Result(outcome=Outcome.UNUSABLE, reason="parked", payload=payload), NOW)
    written = write_report(ledger, tmp_path / "report.csv")
    flagged = (tmp_path / "report.csv").read_text(encoding="utf-8").count("shared by unrelated sites")
    assert (written.shared, flagged) == (4, 4)


def test_gaps_of_a_history_are_lines_of_the_report(ledger: Ledger, tmp_path: Path) -> None:
    enter(ledger, "a.example/p")
    found = (
        Found(captured="20120601120000", until="20130601120000"),
        Found(captured="20160601120000", until="20160601120000"),
    )
    gap = Silence(start="20130601120000", end="20160601120000", days=1096)
    ledger.settle(items(ledger)[0], Result(outcome=Outcome.DONE, found=found, gaps=(gap,)), NOW)
    assert write_report(ledger, tmp_path / "report.csv").gaps == 1
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert "2013-06-01T12:00:00Z,2016-06-01T12:00:00Z,gap,no usable capture in 1096 days" in lines[3]


def test_an_unfinished_day_is_told(ledger: Ledger) -> None:
    questions, mode = questions_of(today="2026-01-01")
    ledger.enter(planned(rows_of(["a.example/p"]), Wanted(questions=questions, mode=mode)), KEY, "2026-01-01")
    assert ledger.unfinished_day() == "2026-01-01"
    ledger.settle(items(ledger)[0], DONE, NOW)
    assert ledger.unfinished_day() is None


def test_rows_read_back_as_they_were_settled(ledger: Ledger) -> None:
    enter(ledger, "a.example/p", "x y")
    ledger.settle(items(ledger)[0], DONE, NOW)
    row, bad = ledger.rows()
    assert isinstance(row, Row)
    assert row.result == DONE
    assert isinstance(bad, BadRow)


def test_bytes_of_no_charset_in_a_bad_row_are_kept_readable(ledger: Ledger) -> None:
    enter(ledger, "\udcff\udcfe.example")
    (bad,) = ledger.rows()
    assert isinstance(bad, BadRow)


def test_a_ledger_of_another_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="another release"):
        Ledger(path)


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StoreError):
        Ledger(path)
