"""`archivepolicy diff` as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

POLICY = "www.fernhollow.example/privacy.php"
CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCTS = CHECKOUT / "snapshots" / "www.fernhollow.example" / "privacy.php"


def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archivepolicy", "diff", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def captured(tmp_path: Path, demo_warc: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(POLICY, "2013", "2018-06", "--archive", demo_warc, "--store", tmp_path / "s", *options)


def test_two_captures(tmp_path: Path, demo_warc: Path) -> None:
    done = captured(tmp_path, demo_warc, "--changes-only")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("--- 2013-11-02T19:47:10Z; ")
    assert "+++ 2018-05-25T09:11:33Z; " in done.stdout
    assert "[-2 April 2012-]{+25 May 2018" in done.stdout
    assert "1,664 days lie between the two captures" in done.stdout
    assert "\x1b" not in done.stdout
    whole = captured(tmp_path, demo_warc)
    assert len(whole.stdout) > len(done.stdout)


def test_colour_is_never_alone(tmp_path: Path, demo_warc: Path) -> None:
    done = captured(tmp_path, demo_warc, "--color", "always")
    assert "\x1b[9;31m" in done.stdout  # struck through, and red
    assert "\x1b[4;34m" in done.stdout  # underlined, and blue


def test_json_keeps_to_the_published_schema(tmp_path: Path, demo_warc: Path) -> None:
    done = captured(tmp_path, demo_warc, "--json")
    schema = json.loads((CHECKOUT / "docs" / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))
    values = json.loads(done.stdout)
    jsonschema.validate(values, schema)
    assert (values["old"]["timestamp"], values["new"]["timestamp"]) == ("20131102194710", "20180525091133")
    assert captured(tmp_path, demo_warc, "--format", "json").stdout == done.stdout


@pytest.mark.parametrize("form", ["html", "unified", "criticmarkup", "terminal"])
def test_every_format_goes_to_a_file(tmp_path: Path, demo_warc: Path, form: str) -> None:
    printed = captured(tmp_path, demo_warc, "--format", form)
    file = tmp_path / "out"
    written = captured(tmp_path, demo_warc, "--format", form, "-o", str(file))
    assert (written.returncode, written.stdout) == (0, "")
    assert file.read_text(encoding="utf-8") == printed.stdout != ""


def test_two_products_are_compared_without_their_headers() -> None:
    old, new = PRODUCTS / "20131102194710.md", PRODUCTS / "20180525091133.md"
    values = json.loads(run(old, new, "--json").stdout)
    assert values["old"]["timestamp"] == "20131102194710"
    assert not any("extracted and transformed" in (change["new"] or "") for change in values["changes"])
    assert run(old, old, "--exit-code").returncode == 0


def test_a_page_is_extracted_and_a_text_is_read(tmp_path: Path) -> None:
    text = "We keep what you tell us for thirty days and no longer than that. " * 5
    page, plain = tmp_path / "old.html", tmp_path / "new.txt"
    page.write_text(f"<!doctype html><title>Privacy</title><h1>Privacy</h1><p>{text}</p>", encoding="utf-8")
    plain.write_text(f"# Privacy\n\n{text.strip()}\n", encoding="utf-8")
    done = run(page, plain, "--exit-code")
    assert (done.returncode, "No change" in done.stdout) == (0, True), done


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        ("See [a](https://a.example/1).\n", (), 0),
        ("See [a](https://a.example/1).\n", ("--exit-code",), 0),
        ("See [a](https://a.example/2).\n", ("--exit-code",), 1),
        ("See [a](https://a.example/2).\n", ("--exit-code", "--ignore-cosmetic"), 0),
        ("Go to [a](https://a.example/1).\n", ("--exit-code", "--ignore-cosmetic"), 1),
        ("Go to [a](https://a.example/1).\n", (), 0),
    ],
)
def test_exit_code(tmp_path: Path, new: str, options: tuple[str, ...], code: int) -> None:
    (tmp_path / "old.md").write_text("See [a](https://a.example/1).\n", encoding="utf-8")
    (tmp_path / "new.md").write_text(new, encoding="utf-8")
    assert run("old.md", "new.md", *options, cwd=tmp_path).returncode == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("one",), "two files"),
        (("no.md", "none.md"), "cannot read no.md"),
        (("raw.bin", "raw.bin"), "neither a page nor a text in UTF-8"),
        (("a.md", "a.md", "--from-heading", "x"), "a section can be taken of captures only"),
        (("critic.md", "a.md", "--format", "criticmarkup"), "CriticMarkup mark itself"),
    ],
)
def test_bad_input_is_one_line_and_2(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "raw.bin").write_bytes(b"\xff\xfe\x00\x81 nothing")
    (tmp_path / "a.md").write_text("a\n", encoding="utf-8")
    (tmp_path / "critic.md").write_text("a {++ b\n", encoding="utf-8")
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr.splitlines()[-1]


def test_one_capture_for_both_dates_is_said(tmp_path: Path, demo_warc: Path) -> None:
    done = run(POLICY, "2018-06", "2018-07", "--archive", demo_warc, "--store", tmp_path / "s")
    assert "both dates are answered by the same capture, 2018-05-25T09:11:33Z" in done.stderr
    assert "No change" in done.stdout


def test_one_text_may_come_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("We keep it for a year.\n", encoding="utf-8")
    for texts, shown in ((("old.md", "-"), "[-year-]{+day+}"), (("-", "old.md"), "[-day-]{+year+}")):
        done = subprocess.run(
            [sys.executable, "-m", "archivepolicy", "diff", *texts],
            cwd=tmp_path,
            input="We keep it for a day.\n",
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert shown in done.stdout
    both = run("-", "-", cwd=tmp_path)
    assert (both.returncode, both.stdout, both.stderr.count("\n")) == (2, "", 1)
