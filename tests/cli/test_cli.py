"""The command line as a user meets it: a real process, its two streams, its exit code."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import archivepolicy
from archivepolicy.cli import COMMANDS
from peers.faulty import Answer, faulty_server
from peers.pywb_peer import PywbPeer

POLICY = "www.fernhollow.example/privacy.php"


def run(*arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "archivepolicy", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_get_prints_the_product_alone_and_the_rest_to_standard_error(demo_warc: Path, tmp_path: Path) -> None:
    done = run("get", POLICY, "--as-of", "2013-12-31", "--archive", demo_warc, cwd=tmp_path)
    assert done.returncode == 0
    product = tmp_path / "snapshots" / "www.fernhollow.example" / "privacy.php" / "20131102194710.md"
    assert done.stdout == product.read_bytes()
    assert done.stdout.startswith(b"> *The following text is extracted and transformed from the fernhollow.example")
    said = done.stderr.decode()
    for words in (
        "http://www.fernhollow.example/privacy.php as of 2013-12-31",
        "2013-11-02T19:47:10Z, 58 days before the time asked for, by demo.warc.gz",
        "in every capture from 2013-06-11T08:15:44Z to 2013-11-02T19:47:10Z",
        "last capture with other bytes: 2012-04-17T10:30:22Z (gap of 419 days)",
        "first capture with other bytes: 2014-09-26T07:30:15Z (gap of 327 days)",
        "Last updated: 2 April 2012",
        "snapshots/www.fernhollow.example/privacy.php/20131102194710.md",
    ):
        assert words in said


def test_quiet_json_and_no_store(demo_warc: Path, tmp_path: Path) -> None:
    quiet = run("get", POLICY, "--as-of", "2013", "--archive", demo_warc, "--quiet", "--no-store", cwd=tmp_path)
    assert (quiet.returncode, quiet.stderr) == (0, b"")
    assert list(tmp_path.iterdir()) == []
    done = run(
        "get", POLICY, "--as-of", "2013", "--archive", demo_warc, "--json", "--store", tmp_path / "s", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, b"")
    values = json.loads(done.stdout)
    assert values["schema_version"] == 1
    assert values["markdown"].encode() == quiet.stdout
    assert values["answer"]["captured"] == "20131102194710"
    assert values["answer"]["neighbours"]["other_before"] == "20120417103022"
    assert (tmp_path / "s" / values["path"]).read_bytes() == quiet.stdout


def test_the_same_over_http(pywb_wayback: PywbPeer, demo_warc: Path, tmp_path: Path) -> None:
    local = run("get", POLICY, "--as-of", "2016", "--archive", demo_warc, "-q", "--no-store")
    remote = run(
        "get", POLICY, "--as-of", "2016", "--archive", f"wayback:{pywb_wayback.url}", "--store", tmp_path, "-q"
    )
    assert remote.returncode == 0
    assert local.stdout.partition(b"\n")[2] == remote.stdout.partition(b"\n")[2]
    assert b"[original snapshot in 127.0.0.1](http://127.0.0.1:" in remote.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("get", "a b c", "--archive", "{demo}"), 2, "not a web address"),
        (("get", POLICY, "--as-of", "2013-13", "--archive", "{demo}"), 2, "no such date"),
        (("get", POLICY, "--as-of", "last week", "--archive", "{demo}"), 2, "not a date"),
        (("get", POLICY, "--archive", "{tmp}/nothing.warc.gz"), 2, "no such archive file"),
        (("get", POLICY, "--archive", "{tmp}/broken.warc.gz"), 2, "not a readable WARC"),
        (("get", POLICY, "--archive", "somewhere"), 2, "unknown archive"),
        (("get", "unknown.example", "--archive", "{demo}"), 3, "holds no capture of http://unknown.example/"),
        (("get", POLICY, "--as-of", "2011", "--archive", "{demo}"), 3, "the first is of 2012-04-17T10:30:22Z"),
        (("get", POLICY, "--as-of", "2022", "--select", "after", "--archive", "{demo}"), 3, "the last of 2021-03-09"),
        (("get", POLICY, "--as-of", "2015-05", "--select", "exact", "--archive", "{demo}"), 3, "of 2015-05 exactly"),
        (("get", POLICY, "--archive", "pywb:http://127.0.0.1:9/web"), 4, "connection refused"),
        (("get", POLICY, "--archive", "wayback:http://127.0.0.1:9"), 4, "connection refused"),
        (("get", "www.fernhollow.example/gdpr.php", "--archive", "{demo}"), 5, "the page answered 404"),
        (("get", "www.fernhollow.example/privacy-policy.php", "--archive", "{demo}"), 5, "soft 404"),
        (("get", POLICY, "--archive", "{demo}", "--store", "{tmp}/broken.warc.gz"), 6, "the store failed"),
        (("captures", "unknown.example", "--archive", "{demo}"), 3, "no capture of unknown.example"),
        (("captures", POLICY, "--from", "x", "--archive", "{demo}"), 2, "not a date"),
    ],
)
def test_errors_are_one_line_with_their_exit_code(
    arguments: tuple[str, ...], code: int, words: str, demo_warc: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.warc.gz").write_bytes(b"no archive")
    filled = [argument.format(demo=demo_warc, tmp=tmp_path) for argument in arguments]
    done = run(*filled, cwd=tmp_path)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (code, b""), said
    assert said.startswith("archivepolicy: ")
    assert said.count("\n") == 1
    assert words in said
    assert not list(tmp_path.glob("**/*.md"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("get",),
        ("nothing",),
        ("get", POLICY, "--select", "x"),
        ("get", POLICY, "--select", "as-off"),
        ("get", POLICY, "--max-wait", "-1"),
        ("get", POLICY, "--max-wait", "nan", "--archive", "wayback:http://127.0.0.1:9"),
        ("captures", POLICY, "--from", "2020", "--to", "2010", "--archive", "wayback:http://127.0.0.1:9"),
        ("convert", "/nothing/there.html"),
        ("convert", __file__, "--explain-html", "/nothing/there.html"),
        ("convert", __file__, "--explain-html", "."),
        ("diff", __file__, __file__, "-o", "nowhere/there.html"),
        ("diff", __file__, __file__, "-o", "."),
        ("diff", POLICY, "2013", "2014", "-o", "nowhere/x", "--archive", "wayback:http://127.0.0.1:9"),
        ("export", POLICY, "--evidence", "nowhere/x.zip", "--archive", "wayback:http://127.0.0.1:9"),
        ("--x",),
    ],
)
def test_wrong_usage_ends_with_2_and_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"archivepolicy: ")
    assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_is_shown() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Usage:" in done.stderr
    assert b"Exit codes:" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("get", POLICY),
        ("captures", POLICY),
        ("history", POLICY),
        ("find", "fernhollow.example"),
        ("diff", POLICY, "2013", "2014"),
    ],
)
def test_what_fails_before_anything_is_kept_leaves_no_folders(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*command, "--archive", "wayback:http://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 4
    assert list(tmp_path.iterdir()) == []


def test_verify_names_the_store_that_is_not_there(tmp_path: Path) -> None:
    done = run("verify", "--store", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (6, b"archivepolicy: no such store: nowhere\n")


def redirected(where: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Run with standard output led elsewhere, by a shell."""
    command = ["sh", "-c", f'exec "$@" {where}', "sh", sys.executable, "-m", "archivepolicy", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that Linux has")
def test_output_that_cannot_be_written_is_one_line(demo_warc: Path) -> None:
    options = (POLICY, "--archive", demo_warc, "--no-store")
    for where, why in ((">/dev/full", b"No space left on device"), (">&-", b"it is closed")):
        for command in (("get", *options), ("get", *options, "--json"), ("captures", *options, "--csv")):
            done = redirected(where, *command)
            assert (done.returncode, done.stdout) == (1, b"")
            assert done.stderr == b"archivepolicy: cannot write to standard output: " + why + b"\n"
    for command in (("--help",), ("--version",), ("get", "--help")):
        done = redirected(">/dev/full", *command)
        assert (done.returncode, done.stdout) == (1, b"")
        assert done.stderr == b"archivepolicy: cannot write to standard output: No space left on device\n"


DEMO = (POLICY, "--archive", "{demo}", "--no-store")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a POSIX system")
@pytest.mark.parametrize(
    ("stream", "command"),
    [
        ("stdout", ("get", *DEMO)),
        ("stdout", ("captures", *DEMO)),
        ("stdout", ("history", *DEMO)),
        ("stdout", ("blame", *DEMO)),
        ("stdout", ("grep", "data", *DEMO)),
        ("stdout", ("diff", POLICY, "2013", "2018", "--exit-code", *DEMO[1:])),
        ("stdout", ("find", "fernhollow.example", *DEMO[1:])),
        ("stdout", ("batch", "-", "--dry-run", "--archive", "{demo}", "--json")),
        ("stdout", ("archives",)),
        ("stdout", ("--help",)),
        ("stdout", ("diff", "--help")),
        ("stderr", ("get", *DEMO)),
        ("stderr", ("get", "unknown.example", *DEMO[1:])),
        ("stderr", ("batch", "-", "--archive", "{demo}", "--workers", "0")),
        ("stderr", ("get",)),
    ],
)
def test_a_reader_that_leaves_is_no_error(
    stream: str, command: tuple[str, ...], demo_warc: Path, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "archivepolicy", *(word.format(demo=demo_warc) for word in command)],
        cwd=tmp_path, input=b"www.fernhollow.example/privacy.php\n", timeout=60, check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing},
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 141
    assert not done.stderr


def test_a_date_in_the_future_is_said_to_be_one(demo_warc: Path, tmp_path: Path) -> None:
    done = run("get", POLICY, "--as-of", "9999", "--archive", demo_warc, "--no-store", cwd=tmp_path)
    assert done.returncode == 0
    assert b"The date asked for lies in the future" in done.stderr
    assert b"future" not in run("get", POLICY, "--archive", demo_warc, "--no-store", cwd=tmp_path).stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are any bytes on Linux alone")
def test_names_that_are_no_text_do_no_harm(demo_warc: Path, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/latin \xed"))
    folder.mkdir()
    archive = folder / os.fsdecode(b"d\xe9mo.warc.gz")
    archive.write_bytes(demo_warc.read_bytes())
    for _ in range(2):  # the second time by the kept index and the store
        for given in (archive, folder):
            done = run("get", POLICY, "--as-of", "2012", "--archive", given, "--store", folder / "store")
            assert done.returncode == 0, done.stderr
            assert rb"d\xe9mo.warc.gz".replace(b"\\", b"\\\\") in done.stdout
    assert run("verify", "--store", folder / "store").returncode == 0


def test_an_archive_that_limits_ends_with_4_and_says_when_to_come_back(tmp_path: Path) -> None:
    with faulty_server() as server:
        server.route("/", Answer(status=429, headers=(("Retry-After", "3600"),)))
        done = run("get", POLICY, "--archive", f"wayback:{server.url}", "--max-wait", "1", cwd=tmp_path)
    assert done.returncode == 4
    assert b"try again in 3600 s" in done.stderr
    assert not list(tmp_path.glob("**/*.md"))


def test_an_excluded_site_ends_with_5(pywb_wayback: PywbPeer, tmp_path: Path) -> None:
    done = run("get", "www.excluded.example", "--archive", f"wayback:{pywb_wayback.url}", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (5, b"")
    assert b"excludes" in done.stderr


def test_debug_shows_the_traceback() -> None:
    done = run("--debug", "get", "http://")
    assert done.returncode == 1
    assert b"Traceback" in done.stderr
    assert b"InputError" in done.stderr


def test_captures_as_table_json_and_csv(demo_warc: Path, tmp_path: Path) -> None:
    table = run("captures", POLICY, "--archive", demo_warc, cwd=tmp_path).stdout.decode().splitlines()
    assert len(table) == 13
    assert table[0].split()[:3] == ["Captured", "(UTC)", "Status"]
    assert "revisit" in table[3]
    assert "=" in table[3]
    rows = json.loads(run("captures", POLICY, "--archive", demo_warc, "--json", cwd=tmp_path).stdout)["captures"]
    assert [row["timestamp"] for row in rows][:2] == ["20120417103022", "20130611081544"]
    lines = list(
        csv.DictReader(
            io.StringIO(run("captures", POLICY, "--archive", demo_warc, "--csv", cwd=tmp_path).stdout.decode())
        )
    )
    assert [line["timestamp"] for line in lines] == [row["timestamp"] for row in rows]
    assert lines[2]["status"] == ""
    assert lines[2]["is_revisit"] == "true"
    windowed = run("captures", POLICY, "--archive", demo_warc, "--json", "--from", "2016", "--to", "2017", cwd=tmp_path)
    assert len(json.loads(windowed.stdout)["captures"]) == 4
    empty = run("captures", "x.example", "--archive", demo_warc, "--json", cwd=tmp_path)
    assert (json.loads(empty.stdout)["captures"], empty.returncode) == ([], 3)


def test_the_environment_names_archive_and_store(
    demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVEPOLICY_ARCHIVE", str(demo_warc))
    monkeypatch.setenv("ARCHIVEPOLICY_STORE", str(tmp_path / "elsewhere"))
    assert run("get", POLICY, "--as-of", "2013", cwd=tmp_path).returncode == 0
    assert list((tmp_path / "elsewhere").glob("**/20131102194710.md"))


PAGE = (
    b"<html><head><title>Privacy - A</title></head><body><nav><a href='/'>Home</a> <a href='/b'>Blog</a></nav><main><h1>Privacy"
    b"</h1><p>We collect your name and your e-mail address, and we keep both for as long as you have an account with us.</p>"
    b"<p>See our <a href='/terms'>terms</a>.</p></main></body></html>"
)


def test_convert_needs_no_archive(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    done = run("convert", tmp_path / "page.html", "--url", "https://a.example/privacy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == (
        "# Privacy\n\nWe collect your name and your e-mail address, and we keep both for as long as you have an account with "
        "us.\n\nSee our [terms](https://a.example/terms).\n"
    )
    piped = run("convert", "-", "--url", "a.example/privacy", "--json", stdin=PAGE, cwd=tmp_path)
    values = json.loads(piped.stdout)
    assert (values["title"], values["verdict"]["kind"]) == ("Privacy", "ok")
    assert any("Home" in removal["text"] for removal in values["removed"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["page.html"]


@pytest.mark.parametrize(
    ("options", "code", "out"),
    [
        (("--from-heading", "privacy"), 0, "# Privacy\n\nWe collect"),
        (("--css", "main p:last-child"), 0, "# Privacy - A\n\nSee our"),
        (("--select", "main p:last-child"), 0, "# Privacy - A\n\nSee our"),
        (("--from-heading", "Terms"), 2, "archivepolicy: no heading 'Terms' there; the headings: Privacy\n"),
        (
            ("--css", "aside"),
            2,
            "archivepolicy: nothing on the page matches the selector 'aside'; the headings: Privacy\n",
        ),
    ],
)
def test_convert_cuts_a_section_out(options: tuple[str, ...], code: int, out: str) -> None:
    done = run("convert", "-", *options, stdin=PAGE)
    assert done.returncode == code, done.stderr
    assert (done.stderr if code else done.stdout).decode().startswith(out)
    assert code == 0 or done.stdout == b""


def test_get_takes_a_selector_in_two_ways(demo_warc: Path, tmp_path: Path) -> None:
    asked = ("get", POLICY, "--as-of", "2013", "--archive", demo_warc, "-q")
    whole, cut, same = (run(*asked, *more, cwd=tmp_path) for more in ((), ("--css", "h3 + p"), ("--select", "h3 + p")))
    assert cut.returncode == 0, cut.stderr
    assert cut.stdout == same.stdout != whole.stdout
    assert len(list(tmp_path.glob("snapshots/**/*.md"))) == 2
    both = run(*asked, "--css", "main", "--select", "h3 + p", cwd=tmp_path)
    assert (both.returncode, b"two selectors" in both.stderr) == (2, True)
    missing = run(*asked, "--to-heading", "Refunds", cwd=tmp_path)
    assert (missing.returncode, missing.stderr.count(b"\n")) == (2, 1)


def test_explain_shows_what_was_removed(demo_warc: Path, tmp_path: Path) -> None:
    done = run("convert", "-", "--explain", "--explain-html", tmp_path / "page.html", stdin=PAGE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("[-prune/nav: Home Blog-]\n# Privacy\n")
    assert "<del>Home Blog</del> <code>prune/nav</code>" in (tmp_path / "page.html").read_text(encoding="utf-8")
    asked = ("get", POLICY, "--as-of", "2013", "--archive", demo_warc, "-q")
    for more in ((), ("--no-store",)):
        done = run(*asked, "--explain", *more, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert b"# Privacy Policy\n" in done.stdout
        assert b"Powered by" in done.stdout.partition(b"[-whmcs/")[2]
    product = run(*asked, "--explain-html", "answer.html", cwd=tmp_path)
    assert product.stdout.startswith(b"> *The following text")
    assert (tmp_path / "answer.html").exists()
    for wrong in (("--explain", "--json"), ("--explain-html", tmp_path / "nowhere" / "x.html")):
        failed = run(*asked, *wrong, cwd=tmp_path)
        assert failed.returncode in (1, 2)
        assert b"Traceback" not in failed.stderr


def test_convert_refuses_what_is_no_policy(tmp_path: Path) -> None:
    done = run(
        "convert", "-", stdin=b"<title>404 Not Found</title><h1>Not Found</h1><p>The requested URL was not found.</p>"
    )
    assert (done.returncode, done.stdout) == (5, b"")
    assert b"not a usable policy" in done.stderr
    assert run("convert", "-", stdin=b"%PDF-1.4 x").returncode == 5
    assert run("convert", tmp_path / "nothing.html").returncode == 2


def test_help_lists_every_command_and_loads_none() -> None:
    done = run("--help")
    assert done.returncode == 0
    unfolded = " ".join(done.stdout.decode().split())
    for name, line in COMMANDS.items():
        assert f" {name} {line}" in unfolded
        own = run(name, "--help").stdout.decode()
        assert line.rstrip(".") in " ".join(own.split())
    code = "import sys; from archivepolicy.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("'requests'", "'lxml'", "'bs4'", "'rich'", "'sqlite3'", "'warcio'", "'archivepolicy.pipeline'"):
        assert heavy not in loaded


def test_version() -> None:
    assert run("--version").stdout.decode().strip() == f"archivepolicy, version {archivepolicy.__version__}"


def test_a_reader_that_leaves_early_is_no_error(demo_warc: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m archivepolicy captures {POLICY} --archive {demo_warc} --store {tmp_path} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S602
    assert done.stdout.startswith("Captured")
    assert "Traceback" not in done.stderr
