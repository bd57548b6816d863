"""`archivepolicy batch` as a person calls it: one process a test, a list on standard input or in a file."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivepolicy.batches.batch import batch
from archivepolicy.batches.lock import locked
from archivepolicy.batches.status import status
from peers.crowd import Crowd, running_crowd, url_of


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with running_crowd() as running:
        yield running


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "archivepolicy", "batch", *map(str, arguments)]


def call(*arguments: str | Path, rows: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), input=rows, capture_output=True, text=True, check=False, timeout=60)


def reported(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    parts = [sys.executable, "-m", "archivepolicy", "report", *map(str, arguments)]
    return subprocess.run(parts, capture_output=True, text=True, check=False, timeout=60)


def test_a_list_on_standard_input_gives_products_a_summary_and_a_report(crowd: Crowd, tmp_path: Path) -> None:
    given = ["--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path, "--workers", "1"]
    ended = call("-", *given, "--report", tmp_path / "r.csv", rows=f"{url_of(1)}\n{url_of(2)}\n")
    assert ended.returncode == 0, ended.stderr
    assert "2  done" in ended.stderr
    assert ended.stdout == ""
    assert len((tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_an_item_without_product_or_a_bad_row_ends_with_1(crowd: Crowd, tmp_path: Path) -> None:
    given = ["--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path, "--workers", "0", "--json", "--quiet"]
    none = call("-", *given, rows=f"{url_of(9)}\n")
    assert (none.returncode, none.stderr) == (1, "")
    assert json.loads(none.stdout)["outcomes"]["no capture"] == 1
    bad = call("-", *given, rows=f"{url_of(1)}\nnot a site\n")
    assert (bad.returncode, json.loads(bad.stdout)["bad_rows"]) == (1, 1)


def test_a_dry_run_sends_nothing(crowd: Crowd, tmp_path: Path) -> None:
    ended = call("-", "--dry-run", "--archive", crowd.archive, "--store", tmp_path / "s", rows=f"{url_of(1)}\n")
    assert (ended.returncode, crowd.requests, (tmp_path / "s").exists()) == (0, [], False)
    assert "1 to 2" in ended.stdout


def test_histories_are_a_third_choice(crowd: Crowd, tmp_path: Path) -> None:
    given = ["--history", "--to", "2015", "--language", "en", "--archive", crowd.archive, "--store", tmp_path / "s"]
    ended = call("-", *given, "--workers", "0", rows=f"{url_of(1)}\n")
    assert ended.returncode == 0, ended.stderr
    assert "2  versions in 1 history" in ended.stderr
    both = call("-", *given, "--as-of", "2014", rows=f"{url_of(1)}\n")
    assert both.returncode == 2
    assert both.stderr.startswith(
        "archivepolicy: choose one: dates (--as-of), a step (--every), or histories (--history)"
    )


def test_a_run_can_be_looked_at_after_it_ended(crowd: Crowd, tmp_path: Path) -> None:
    rows = [url_of(1), url_of(9), "no site"]
    batch(rows, as_of=["2014"], archive=crowd.archive, store=tmp_path, workers=0)
    crowd.requests.clear()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    told = reported("--store", tmp_path)
    assert (told.returncode, told.stderr, crowd.requests) == (0, "", [])
    assert told.stdout.startswith("a list of rows: begun ")
    for line in ("finished", "1  done", "1  no capture", "1  bad row", "  line 3: no site"):
        assert line in told.stdout
    report = (tmp_path / ".archivepolicy" / "report.csv").read_text(encoding="utf-8")
    assert reported("-o", "-", "--store", tmp_path).stdout == report
    assert json.loads(reported("--json", "--store", tmp_path).stdout)["outcomes"]["no capture"] == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before
    again = reported("-o", tmp_path / "again.csv", "--store", tmp_path)
    assert f"Report: {tmp_path / 'again.csv'}\n" in again.stdout
    assert (tmp_path / "again.csv").read_text(encoding="utf-8") == report
    for wrong in (("-o", "-", "--json"), ("-o", tmp_path / "nowhere" / "r.csv"), ("sites.csv",)):
        ended = reported(*wrong, "--store", tmp_path)
        assert (ended.returncode, ended.stdout, (tmp_path / "nowhere").exists()) == (2, "", False)


def test_a_report_wants_a_run(tmp_path: Path) -> None:
    nothing = reported("--store", tmp_path / "none")
    assert (nothing.returncode, (tmp_path / "none").exists()) == (2, False)
    assert nothing.stderr == f"archivepolicy: no batch has run on this store: {tmp_path / 'none'}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is another there")
def test_closed_streams_do_no_harm(crowd: Crowd, tmp_path: Path) -> None:
    given = command(
        "-", "--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path / "s", "--workers", "0", "--quiet"
    )
    ended = subprocess.run(["/bin/sh", "-c", '"$@" <&- >&- 2>&-', "sh", *given], check=False, timeout=60)
    assert ended.returncode == 0
    assert status(tmp_path / "s").summary.tally.total == 0


def test_a_list_that_is_not_there_leaves_the_last_one_as_it_is(crowd: Crowd, tmp_path: Path) -> None:
    given = ["--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path, "--workers", "0"]
    batch([url_of(1)], as_of=["2014"], archive=crowd.archive, store=tmp_path, workers=0)
    assert call(tmp_path / "missing.csv", *given).returncode == 2
    assert status(tmp_path).summary.tally.total == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.csv"],
        ["-", "--every", "year"],
        ["-", "--as-of", "soon"],
        ["-", "--no-store"],
        ["-", "--from", "2012"],
        ["-", "--language", "?"],
        ["-", "--css", "["],
        ["-", "--report", "."],
        ["-", "--report", "nowhere/r.csv"],
        ["-", "--pick", "first"],
        ["-", "--pick", "last", "--history"],
        [],
    ],
)
def test_wrong_usage_is_one_line_with_2_and_leaves_no_request(
    crowd: Crowd, tmp_path: Path, arguments: list[str]
) -> None:
    ended = call(*arguments, "--archive", crowd.archive, "--store", tmp_path, rows=f"{url_of(1)}\n")
    assert (ended.returncode, crowd.requests) == (2, [])
    assert ended.stderr.strip().splitlines()[-1].startswith(("archivepolicy: ", "Error: "))


def test_a_second_run_on_a_store_is_told(crowd: Crowd, tmp_path: Path) -> None:
    with locked(tmp_path / ".archivepolicy" / "batch.lock"):
        ended = call("-", "--archive", crowd.archive, "--store", tmp_path, rows=f"{url_of(1)}\n")
    assert ended.returncode == 2
    assert ended.stderr == f"archivepolicy: another batch runs on this store (process {os.getpid()}): {tmp_path}\n"


def test_an_archive_that_is_gone_ends_with_4_and_leaves_the_items(tmp_path: Path) -> None:
    with running_crowd() as gone:
        pass
    given = ["--archive", gone.archive, "--store", tmp_path, "--workers", "0", "--max-wait", "0"]
    ended = call("-", *given, "--as-of", "2014", rows=f"{url_of(1)}\n{url_of(2)}\n")
    assert ended.returncode == 4
    assert "2  pending" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("archivepolicy: stopped: nothing came of asking")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_cannot_be_written_ends_with_6(crowd: Crowd, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ended = call("-", "--archive", crowd.archive, "--store", tmp_path / "s", rows=f"{url_of(1)}\n")
    tmp_path.chmod(0o700)
    assert (ended.returncode, crowd.requests) == (6, [])


def test_a_store_that_is_a_file_ends_with_6(crowd: Crowd, tmp_path: Path) -> None:
    (tmp_path / "s").write_text("", encoding="utf-8")
    ended = call("-", "--archive", crowd.archive, "--store", tmp_path / "s", rows=f"{url_of(1)}\n")
    assert (ended.returncode, crowd.requests) == (6, [])
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_an_interruption_ends_with_130_and_what_was_done_is_kept(crowd: Crowd, tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold(_path: str) -> None:
        if len(crowd.requests) > 40:
            reached.set()
            go_on.wait(20)

    crowd.on_request = hold
    sites = tmp_path / "sites.txt"
    sites.write_text("".join(f"{url_of(number)}\n" for number in range(80)), encoding="utf-8")
    given = command(sites, "--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path / "s", "--workers", "1")
    process = subprocess.Popen(given, stderr=subprocess.PIPE, text=True)
    assert reached.wait(30)
    process.send_signal(signal.SIGINT)
    go_on.set()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "archivepolicy: interrupted; what was fetched is kept"
    crowd.requests.clear()
    again = call(sites, "--as-of", "2014", "--archive", crowd.archive, "--store", tmp_path / "s", "--json")
    assert json.loads(again.stdout)["outcomes"] == {
        "done": 72,
        "no capture": 8,
        "unusable": 0,
        "failed": 0,
        "pending": 0,
    }
    assert len(crowd.requests) < 140
