"""Whole histories in a batch."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archivepolicy.batches import batch as batch_module
from archivepolicy.batches.batch import batch
from archivepolicy.batches.pool import ExtractionPool
from archivepolicy.errors import InputError
from archivepolicy.records.batch import BatchSummary, Outcome
from peers.crowd import Crowd, policy_page, running_crowd, url_of
from peers.deadly import DEADLY, ENDLESS, deadly, endless


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with running_crowd() as running:
        yield running


def run(crowd: Crowd, store: Path, rows: list[str], **options: Any) -> BatchSummary:
    return batch(rows, archive=crowd.archive, store=store, **{"workers": 0, "history": True, **options})


def report(store: Path) -> list[dict[str, str]]:
    with (store / ".archivepolicy" / "report.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def replays(crowd: Crowd) -> int:
    return sum("id_/" in path for path in crowd.requests)


def test_each_site_gets_its_versions_and_its_gaps(crowd: Crowd, tmp_path: Path) -> None:
    summary = run(crowd, tmp_path, [url_of(1), url_of(9)])
    assert summary.tally.counts == {Outcome.DONE: 1, Outcome.NO_CAPTURE: 1, Outcome.PENDING: 0}
    assert (summary.histories, summary.versions, summary.gaps) == (1, 3, 2)
    lines = report(tmp_path)
    assert [(one["asked"], one["version"], one["captured"][:4], one["outcome"]) for one in lines] == [
        ("history", "1", "2012", "done"),
        ("history", "2", "2014", "done"),
        ("history", "3", "2016", "done"),
        ("history", "", "2012", "gap"),
        ("history", "", "2014", "gap"),
        ("history", "", "", "no capture"),
    ]
    assert all((tmp_path / one["product"]).exists() for one in lines[:3])
    assert lines[3]["reason"] == "no usable capture in 730 days"
    assert replays(crowd) == 3


def test_equal_bytes_are_replayed_once_and_a_second_run_asks_for_nothing(crowd: Crowd, tmp_path: Path) -> None:
    crowd.page = lambda number, _year: policy_page(number, 2012)
    assert run(crowd, tmp_path, [url_of(1), url_of(2)]).versions == 2
    assert replays(crowd) == 2
    crowd.requests.clear()
    assert run(crowd, tmp_path, [url_of(1), url_of(2)]).versions == 2
    assert crowd.requests == []


def test_a_range_bounds_it(crowd: Crowd, tmp_path: Path) -> None:
    run(crowd, tmp_path, [url_of(1)], from_="2013", to="2015")
    assert [one["captured"][:4] for one in report(tmp_path)] == ["2014"]
    assert replays(crowd) == 1


def test_rows_of_both_modes_stand_side_by_side(crowd: Crowd, tmp_path: Path) -> None:
    rows = ["site,mode,language", f"{url_of(1)},history,", f"{url_of(2)},,", f"{url_of(3)},history,de"]
    run(crowd, tmp_path, rows, history=False, as_of=["2014"])
    told = [(one["line"], one["asked"], one["outcome"]) for one in report(tmp_path)]
    assert told[:6] == [("2", "history", "done")] * 3 + [("2", "history", "gap")] * 2 + [("3", "2014", "done")]
    assert told[6:] == [("4", "history", "unusable")]
    assert "other language" in report(tmp_path)[-1]["reason"]


def test_dates_and_histories_exclude_each_other(crowd: Crowd, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one"):
        run(crowd, tmp_path / "s", [url_of(1)], as_of=["2014"])
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("work", "page", "said"),
    [(deadly, DEADLY, "died, twice"), (endless, ENDLESS, "took more than 3 s, and was ended")],
)
def test_a_page_that_its_worker_cannot_read_costs_its_history_alone(
    crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Any, page: bytes, said: str
) -> None:
    monkeypatch.setattr(batch_module, "ExtractionPool", partial(ExtractionPool, work=work, page_limit_s=3.0))
    crowd.page = lambda number, year: page if (number, year) == (2, 2014) else policy_page(number, year)
    summary = run(crowd, tmp_path, [url_of(1), url_of(2), url_of(3)], workers=2)
    assert summary.tally.counts == {Outcome.DONE: 2, Outcome.FAILED: 1, Outcome.PENDING: 0}
    (failed,) = [one for one in report(tmp_path) if one["outcome"] == "failed"]
    assert failed["line"] == "2"
    assert said in failed["reason"]
    assert failed["retry_at"]


def test_of_a_domain_the_policy_is_found_first(demo_warc: Path, tmp_path: Path) -> None:
    summary = batch(["fernhollow.example"], history=True, to="2022", archive=demo_warc, store=tmp_path, workers=0)
    assert (summary.tally.counts[Outcome.DONE], summary.versions) == (1, 5)
    assert all("privacy.php" in one["url"] for one in report(tmp_path))
