import sqlite3
from pathlib import Path

import pytest

from archivepolicy.batches.batch import batch
from archivepolicy.batches.lock import holder_of, locked
from archivepolicy.batches.status import status
from archivepolicy.errors import InputError, StoreError
from archivepolicy.records.batch import Outcome
from peers.crowd import parked_page, running_crowd, url_of


def test_failures_flags_and_gaps_are_told_with_their_lines(tmp_path: Path) -> None:
    with running_crowd() as crowd:
        crowd.page = parked_page
        rows = [
            "site,mode,from_heading",
            *(f"{url_of(number)},history," for number in (1, 2, 3)),
            f"{url_of(4)},,Nowhere",
        ]
        batch(rows, as_of=["2014"], archive=crowd.archive, store=tmp_path, workers=0)
    told = status(tmp_path, report=tmp_path / "again.csv")
    assert (told.sites, told.running) == ("", None)
    assert told.summary.tally.counts == {Outcome.DONE: 3, Outcome.FAILED: 1}
    assert [(one.line, one.site, one.tries, one.retry_at) for one in told.failed] == [(5, url_of(4), 1, None)]
    assert "Nowhere" in told.failed[0].said
    assert [one.line for one in told.shared] == [2, 3, 4]
    assert [one.said for one in told.gaps] == ["2 gaps, the longest 731 days"] * 3
    own = tmp_path / ".archivepolicy" / "report.csv"
    assert (tmp_path / "again.csv").read_bytes() == own.read_bytes()


def test_a_run_that_goes_on_is_told(tmp_path: Path) -> None:
    with running_crowd() as crowd:
        batch([url_of(1)], as_of=["2014"], archive=crowd.archive, store=tmp_path, workers=0)
    lock = tmp_path / ".archivepolicy" / "batch.lock"
    assert status(tmp_path).running is None
    with locked(lock):
        assert status(tmp_path).running == holder_of(lock)
        assert holder_of(lock) is not None
    lock.write_text("999999999\n", encoding="ascii")  # what a run leaves that was killed
    assert holder_of(lock) is None


def test_a_store_without_a_ledger_or_with_a_broken_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no batch has run"):
        status(tmp_path)
    (tmp_path / ".archivepolicy").mkdir()
    path = tmp_path / ".archivepolicy" / "ledger.sqlite"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(StoreError):
        status(tmp_path)
