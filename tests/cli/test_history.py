"""The commands on histories as a user meets them, interrupted ones among them."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

import pytest

from archivepolicy import cli
from archivepolicy.digests import sha1_base32
from archivepolicy.timestamps import to_datetime
from peers.faulty import Answer, Request, faulty_server
from peers.made_archive import PARAGRAPHS, page

POLICY = "www.fernhollow.example/privacy.php"
URL = "http://www.quillmark.example/privacy.html"


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "archivepolicy", *map(str, arguments)]


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process, in an empty folder; what it prints and the code that it leaves with."""
    monkeypatch.setattr(cli, "_show_waiting", lambda: None)  # it would bind the log to this test's standard error

    def in_process(*arguments: str | Path) -> Done:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as left:
            cli.main(list(map(str, arguments)))
        printed = capfd.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    return in_process


def test_history_blame_grep_and_export(run: Run, demo_warc: Path, tmp_path: Path) -> None:
    table = run("history", POLICY, "--archive", demo_warc)
    assert (table.returncode, table.stderr) == (0, "")
    assert "5 versions in 9 usable captures" in table.stdout
    assert len(list((tmp_path / "snapshots").rglob("*.md"))) == 8
    rows = run("history", POLICY, "--archive", demo_warc, "--csv", "--from", "2014", "--to", "2018")
    assert [row["first_seen"][:4] for row in csv.DictReader(io.StringIO(rows.stdout))] == ["2014", "2016", "2018"]
    blame = run("blame", POLICY, "--archive", demo_warc, "--as-of", "2015", "--json", "--no-store")
    assert json.loads(blame.stdout)["captured"] == "20140926073015"
    assert "2012-04-17" in run("blame", POLICY, "--archive", demo_warc).stdout
    found = run("grep", "larkpay", POLICY, "--across", "-i", "--archive", demo_warc)
    assert found.returncode == 0
    assert re.search(
        r"Larkpay\n    first seen in the capture of 20\d\d-\d\d-\d\d; the last capture without it", found.stdout
    )
    once = run("grep", "-F", "Larkpay", POLICY, "--archive", demo_warc)
    assert (once.returncode, once.stderr) == (0, "archivepolicy: found in the capture of 2021-03-09T17:38:46Z\n")
    exported = run("export", POLICY, "--git", tmp_path / "git", "--archive", demo_warc)
    assert (exported.returncode, exported.stdout) == (0, "")
    assert (tmp_path / "git" / "policy.md").exists()


def test_a_section_alone_is_exported_as_git(run: Run, demo_warc: Path, tmp_path: Path) -> None:
    target = ("export", POLICY, "--archive", demo_warc, "--git", tmp_path / "part")
    for _ in range(2):
        assert run(*target, "--from-heading", "Cookies").returncode == 0
    lines = (tmp_path / "part" / "policy.md").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if line.startswith("#")).endswith("Cookies")
    log = subprocess.run(["git", "log"], cwd=tmp_path / "part", capture_output=True, text=True, check=True).stdout
    assert log.count('Section: {"from_heading": "Cookies"}') == log.count("Author: ") == 3
    whole = run(*target)
    assert whole.returncode == 2
    assert 'is an export of http://www.fernhollow.example/privacy.php {"from_heading": "Cookies"}' in whole.stderr


def test_a_section_that_no_capture_has_is_told_once(run: Run, demo_warc: Path) -> None:
    ended = run("history", POLICY, "--from-heading", "Nowhere", "--archive", demo_warc)
    assert (ended.returncode, ended.stdout) == (5, "")
    assert "(2012-04-17T10:30:22Z and 8 more: no heading 'Nowhere' there; " in ended.stderr
    assert ended.stderr.count("the headings: ") == ended.stderr.count("no heading") == 1
    assert "on 2021-03-09 the headings: Privacy Policy; 1. Data protection officer; " in ended.stderr
    part = run("history", POLICY, "--from-heading", "Data protection officer", "--archive", demo_warc)
    assert "Passed over: 2012-04-17T10:30:22Z: no heading 'Data protection officer' there\n" in part.stdout


def test_a_section_alone_has_a_history_of_its_own(run: Run, demo_warc: Path) -> None:
    options = ("--from-heading", "Cookies", "--archive", demo_warc)
    told = json.loads(run("history", POLICY, *options, "--json").stdout)
    assert [one["first_seen"][:4] for one in told["versions"]] == ["2012", "2016", "2021"]
    assert told["notes"] == ["Only a part of each page is told about: from heading “Cookies”."]
    table = run("history", POLICY, *options, "--to-heading", "How")
    assert "heading “How”" in table.stdout
    blame = json.loads(run("blame", POLICY, *options, "--json").stdout)
    assert blame["spans"][0]["text"] == "3. Cookies"
    assert run("grep", "-F", "chat sets a second", POLICY, "--across", *options).returncode == 0
    for arguments in (("--across",), ()):
        assert run("grep", "-F", "lend our list", POLICY, *arguments, *options).returncode == 1
    by_css = run("grep", "browser", POLICY, "--select", "body", "--archive", demo_warc, "--no-store")
    assert by_css.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("history", POLICY, "--css", "p["), 2, "not a CSS selector"),
        (("blame", POLICY, "--from-heading", "No such heading"), 5, "no heading"),
        (("history", "nothing.example"), 3, "holds no capture"),
        (("history", POLICY, "--from", "x"), 2, "not a date"),
        (("history", "www.fernhollow.example/gdpr.php"), 5, "no usable capture"),
        (("blame", POLICY, "--as-of", "2011"), 3, "the first is of 2012-04-17"),
        (("grep", "a(", POLICY, "--across"), 2, "not a regular expression"),
        (("grep", "no such words", POLICY, "--across"), 1, "in none of 9 usable captures"),
        (("grep", "no such words", POLICY, "--as-of", "2013"), 1, "not in the capture of 2013-11-02T19:47:10Z"),
        (("export", POLICY, "--git", "."), 2, "not empty"),
    ],
)
def test_errors_are_one_line_with_their_exit_code(
    run: Run, arguments: tuple[str, ...], code: int, words: str, demo_warc: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = run(*arguments, "--archive", demo_warc, "--no-store")
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.startswith("archivepolicy: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_targets_and_contradictions_are_wrong_usage(run: Run, demo_warc: Path) -> None:
    for arguments in (("export", POLICY), ("grep", "x", POLICY, "--across", "--as-of", "2013")):
        done = run(*arguments, "--archive", demo_warc)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(os.name != "posix", reason="interrupts a process as a terminal does")
def test_interrupted_it_keeps_what_was_fetched_and_goes_on_from_there(run: Run, tmp_path: Path) -> None:
    bodies = {f"20{year}0101000000": page(f"Edition {year}.", *PARAGRAPHS) for year in range(10, 60)}
    rows = "".join(
        f"example,quillmark)/privacy.html {timestamp} {URL} text/html 200 {sha1_base32(body)} {len(body)}\n"
        for timestamp, body in bodies.items()
    )
    reached, go_on = threading.Event(), threading.Event()
    served: list[str] = []

    def replay(request: Request) -> Answer:
        timestamp = request.path.split("/")[2].removesuffix("id_")
        served.append(timestamp)
        if len(served) == 6:
            reached.set()
        if len(served) >= 6:
            go_on.wait(30)
        when = format_datetime(to_datetime(timestamp), usegmt=True)
        headers = (("Content-Type", "text/html; charset=utf-8"), ("Memento-Datetime", when))
        return Answer(headers=headers, body=bodies[timestamp])

    with faulty_server() as server:
        server.route("/cdx/search/cdx", Answer(body=rows.encode()))
        server.route("/web/", replay)
        arguments = ("history", URL, "--archive", f"wayback:{server.url}", "--store", tmp_path, "--json")
        first = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert reached.wait(30)
        first.send_signal(signal.SIGINT)
        go_on.set()
        out, said = first.communicate(timeout=30)
        assert (first.returncode, out) == (130, "")
        assert said.strip() == "archivepolicy: interrupted; what was fetched is kept"
        assert 6 <= len(served) < len(bodies)
        second = run(*arguments)
        asked = [request.path for request in server.requests]
    assert len(json.loads(second.stdout)["versions"]) == len(bodies)
    assert sorted(served) == sorted(bodies)  # each once, in both runs together
    assert sum("cdx" in path for path in asked) == 1
