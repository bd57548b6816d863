import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import archivepolicy as ap
from archivepolicy.batches.batch import batch
from archivepolicy.batches.estimate import estimate
from archivepolicy.errors import ArchivePolicyError, StoreError
from archivepolicy.pipeline.verify import verify
from archivepolicy.records.batch import BatchSummary, Outcome, Tally
from archivepolicy.store import leftovers, writing
from peers.crowd import Crowd, parked_page, running_crowd, timestamp_of, url_of


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with running_crowd() as running:
        yield running


def run(crowd: Crowd, store: Path, rows: list[str], **options: Any) -> BatchSummary:
    return batch(rows, archive=crowd.archive, store=store, workers=0, **{"as_of": ["2014"], **options})


def report(store: Path) -> list[dict[str, str]]:
    with (store / ".archivepolicy" / "report.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_site_gets_a_product_a_date_and_a_line_in_the_report(crowd: Crowd, tmp_path: Path) -> None:
    rows = [url_of(1), url_of(2), url_of(9), "not a site at all"]
    summary = run(crowd, tmp_path, rows, as_of=["2014", "2012"])
    assert summary.tally.counts == {Outcome.DONE: 4, Outcome.NO_CAPTURE: 2, Outcome.PENDING: 0}
    assert (summary.tally.bad_rows, summary.is_complete, summary.stopped) == (1, False, None)
    lines = report(tmp_path)
    assert [(one["line"], one["asked"], one["outcome"]) for one in lines] == [
        ("1", "2014", "done"),
        ("1", "2012", "done"),
        ("2", "2014", "done"),
        ("2", "2012", "done"),
        ("3", "2014", "no capture"),
        ("3", "2012", "no capture"),
        ("4", "", "bad row"),
    ]
    assert lines[0]["captured"] == "2014-06-01T12:00:00Z"
    alone = ap.get(url_of(1), as_of="2014", archive=crowd.archive)
    assert (tmp_path / lines[0]["product"]).read_text(encoding="utf-8") == alone.markdown
    assert not [one for one in verify(tmp_path) if one.matter.is_fault]


def test_a_second_run_asks_for_nothing(crowd: Crowd, tmp_path: Path) -> None:
    rows = [url_of(number) for number in range(5)]
    first = run(crowd, tmp_path, rows)
    crowd.requests.clear()
    second = run(crowd, tmp_path, rows)
    assert (first.tally.counts[Outcome.DONE], second.tally.counts[Outcome.DONE]) == (5, 5)
    assert (second.tally.settled_now, crowd.requests) == (0, [])


def test_a_gap_of_a_range_is_told_and_never_filled(crowd: Crowd, tmp_path: Path) -> None:
    for pick in ("first", "last", "nearest"):
        run(crowd, tmp_path, [url_of(1)], as_of=(), every="year", from_="2012", to="2015", pick=pick)
        told = [(one["asked"], one["captured"][:4], one["outcome"]) for one in report(tmp_path)]
        assert told == [
            ("2012", "2012", "done"),
            ("2013", "", "no capture"),
            ("2014", "2014", "done"),
            ("2015", "", "no capture"),
        ]
    assert sum("id_/" in path for path in crowd.requests) == 2


def test_bytes_that_unrelated_sites_share_are_flagged(crowd: Crowd, tmp_path: Path) -> None:
    crowd.page = parked_page
    summary = run(crowd, tmp_path, [url_of(number) for number in range(3)])
    assert summary.shared == 3
    assert all("shared by unrelated sites" in one["flags"] for one in report(tmp_path))


def test_an_archive_that_is_down_leaves_items_as_they_are(crowd: Crowd, tmp_path: Path) -> None:
    crowd.broken = True
    rows = [url_of(number) for number in range(30)]
    summary = batch(rows, as_of=["2014"], archive=Down(crowd.url), store=tmp_path, workers=0, max_wait_s=0.4)
    assert summary.stopped is not None
    assert "is down" in summary.stopped
    assert summary.tally.counts == {Outcome.PENDING: 30}
    crowd.broken = False
    assert run(crowd, tmp_path, rows).tally.counts[Outcome.PENDING] == 0


class Down:
    """An archive that cannot be asked."""

    is_local = False

    def __init__(self, url: str) -> None:
        self.name, self.key = "down.example", url

    def listing(self, _url: str) -> NoReturn:
        raise ap.ArchiveUnavailableError("it is down", archive=self.name)

    def replay(self, _capture: ap.Capture) -> NoReturn:
        raise ap.ArchiveUnavailableError("it is down", archive=self.name)


class Flaky(Down):
    """An archive that cannot be asked about one URL, and holds nothing of the others."""

    def listing(self, url: str) -> Any:
        if "site3." in url:
            raise ap.ArchiveUnavailableError("it gives no answer to this", archive=self.name)
        from archivepolicy.records import Listing

        return Listing(url=url, captures=(), retrieved_at="20260101000000")


def test_an_item_that_an_archive_does_not_answer_fails_alone_and_is_tried_again_later(tmp_path: Path) -> None:
    rows = [url_of(3), *(url_of(number) for number in range(10, 19))]
    archive = Flaky("http://flaky.example/web")

    def again(now: str, **options: Any) -> BatchSummary:
        return batch(
            rows, as_of=["2014"], archive=archive, store=tmp_path, workers=0, max_wait_s=9.0, now=lambda: now, **options
        )

    summary = again("20260101000000")
    assert (summary.stopped, summary.tally.counts[Outcome.FAILED]) == (None, 1)
    assert report(tmp_path)[0]["retry_at"] == "2026-01-01T00:10:00Z"
    assert again("20260101000500").tally.settled_now == 0
    assert report(tmp_path)[0]["tries"] == "1"


def test_a_fault_in_one_item_costs_that_item(crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archivepolicy.batches import run as run_module

    real = run_module.worked

    def faulty(item: Any, means: Any) -> Any:
        if "site2." in item.url:
            raise ZeroDivisionError("a slip")
        return real(item, means)

    monkeypatch.setattr(run_module, "worked", faulty)
    summary = run(crowd, tmp_path, [url_of(number) for number in range(4)])
    assert (summary.tally.counts[Outcome.DONE], summary.tally.counts[Outcome.FAILED]) == (3, 1)
    assert "ZeroDivisionError: a slip" in report(tmp_path)[2]["reason"]


def test_worker_processes_make_the_same_products(crowd: Crowd, tmp_path: Path) -> None:
    rows = [url_of(number) for number in range(4)]
    run(crowd, tmp_path / "here", rows)
    batch(rows, as_of=["2014"], archive=crowd.archive, store=tmp_path / "there", workers=2)
    here = {file.relative_to(tmp_path / "here"): file.read_bytes() for file in (tmp_path / "here").rglob("*.md")}
    there = {file.relative_to(tmp_path / "there"): file.read_bytes() for file in (tmp_path / "there").rglob("*.md")}
    assert here == there
    assert len(here) == 4


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(
    crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [url_of(number) for number in range(8)]
    real, left = os.fsync, [12]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left") as failure:
        run(crowd, tmp_path, rows)
    assert failure.value.exit_code == 6
    monkeypatch.setattr(writing.os, "fsync", real)
    assert not [one for one in verify(tmp_path) if one.matter.is_fault]
    assert run(crowd, tmp_path, rows).tally.counts[Outcome.DONE] == 8


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (tmp_path / "deep").mkdir()
    dead = tmp_path / "deep" / f".writing-{process.pid}-abc"
    mine = tmp_path / "deep" / f".writing-{os.getpid()}-abc"
    other = tmp_path / "deep" / "writing-1-abc.md"
    for file in (dead, mine, other):
        file.write_bytes(b"half")
    assert leftovers.remove_leftovers(tmp_path) == 1
    assert (dead.exists(), mine.exists(), other.exists()) == (False, True, True)


def test_an_estimate_sends_nothing_and_a_kept_store_needs_nothing(crowd: Crowd, tmp_path: Path) -> None:
    rows = [url_of(number) for number in range(6)]
    options: dict[str, Any] = {"as_of": ["2014", "2012"], "archive": crowd.archive, "store": tmp_path}
    before = estimate(rows, **options)
    assert (before.items, before.settled, crowd.requests) == (12, 0, [])
    assert (before.index.least, before.replay.least, before.least_s) == (6, 12, None)
    assert list(tmp_path.iterdir()) == []
    run(crowd, tmp_path, rows, as_of=["2014"])
    crowd.requests.clear()
    half = estimate(rows, **options)
    assert (half.settled, half.index.least, half.replay.least, crowd.requests) == (6, 0, 6, [])
    run(crowd, tmp_path, rows, as_of=["2012", "2014"])
    after = estimate(rows, **options)
    assert (after.settled, after.index.most, after.replay.most) == (12, 0, 0)


def test_an_estimate_knows_the_archives_limits(tmp_path: Path) -> None:
    rows = [url_of(number) for number in range(40)]
    told = estimate(rows, as_of=["2014"], archive="wayback", store=tmp_path)
    assert told.least_s == pytest.approx(40 / 0.4)
    assert told.most_s == pytest.approx(80 / 0.4)


def test_progress_is_told_to_the_end(crowd: Crowd, tmp_path: Path) -> None:
    told: list[Tally] = []
    run(crowd, tmp_path, [url_of(1), url_of(2)], progress=told.append)
    assert told[0].pending == 2
    assert (told[-1].pending, told[-1].counts[Outcome.DONE]) == (0, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_is_killed_twenty_times_loses_nothing_and_asks_for_nothing_twice(
    crowd: Crowd, tmp_path: Path
) -> None:
    chance = random.Random(20131108)
    store = tmp_path / "store"
    sites = tmp_path / "sites.txt"
    numbers = [number for number in range(400) if number % 10 != 9][:150]
    sites.write_text("".join(f"{url_of(number)}\n" for number in numbers), encoding="utf-8")
    command = [sys.executable, "-m", "archivepolicy", "batch", str(sites), "--as-of", "2014", "--workers", "0"]
    command += ["--archive", crowd.archive, "--store", str(store), "--json"]
    finished: set[str] = set()
    for _ in range(20):
        crowd.requests.clear()
        _killed(command, crowd, after_requests=chance.randint(1, 14), pause_s=chance.random() * 0.03)
        assert not finished.intersection(crowd.requests)
        finished.update(path for path in crowd.requests if _is_kept(path, crowd, store))
    crowd.requests.clear()
    crowd.on_request = lambda _path: None
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["outcomes"]["done"] == len(numbers)
    assert not finished.intersection(crowd.requests)
    assert len(finished) > 40
    assert not list(store.rglob(".writing-*"))
    assert not list(verify(store))
    assert len(list(store.rglob(f"{timestamp_of(2014)}.md"))) == len(numbers)


def _killed(command: list[str], crowd: Crowd, *, after_requests: int, pause_s: float) -> None:
    """Start a run and kill it some time after it has sent so many requests."""
    reached = threading.Event()

    def count(_path: str) -> None:
        if len(crowd.requests) >= after_requests:
            reached.set()

    crowd.on_request = count
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not reached.wait(0.01) and process.poll() is None:
        pass
    time.sleep(pause_s)  # where in its work it is hit, not something waited for
    process.send_signal(signal.SIGKILL)
    process.wait()


def _is_kept(path: str, crowd: Crowd, store: Path) -> bool:
    """Whether what was answered to a request is in the store."""
    from urllib.parse import parse_qs, unquote, urlsplit

    kept = ap.open_archive(crowd.archive)
    from archivepolicy.store import Store

    inside = Store(store)
    if path.startswith("/cdx/"):
        return inside.listing(kept.key, unquote(parse_qs(urlsplit(path).query)["url"][0])) is not None
    number = int(path.partition("site")[2].partition(".")[0])
    listing = inside.listing(kept.key, url_of(number))
    assert listing is not None
    (capture,) = [one for one in listing.captures if one.timestamp == path.split("/")[2].removesuffix("id_")]
    return inside.memento(kept.key, capture) is not None


def test_a_run_is_part_of_the_facade() -> None:
    assert ap.batch is batch
    assert issubclass(StoreError, ArchivePolicyError)


def test_of_a_domain_the_policy_is_found_first_for_each_date(demo_warc: Path, tmp_path: Path) -> None:
    summary = batch(
        ["fernhollow.example", "nobody.example"],
        as_of=["2013-12-31", "2016-12-31"],
        archive=demo_warc,
        store=tmp_path,
        workers=0,
    )
    assert summary.tally.counts[Outcome.DONE] == 2
    lines = report(tmp_path)
    assert [one["captured"] for one in lines[:2]] == ["2013-11-02T19:47:10Z", "2016-02-18T15:45:02Z"]
    assert all("privacy.php" in one["url"] for one in lines[:2])
    assert [one["outcome"] for one in lines[2:]] == ["no capture"] * 2
    assert "no privacy policy of http://nobody.example/ was found" in lines[2]["reason"]
