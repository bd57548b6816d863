"""`archivepolicy export` of datasets as a user meets it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

import archivepolicy as ap
from archivepolicy import cli

POLICY = "www.fernhollow.example/privacy.php"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def demo_store(demo_warc: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("demo") / "store"
    ap.history(POLICY, archive=demo_warc, store=store)
    return store


@pytest.fixture
def run(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process, in a folder with a store; what it prints and the code that it leaves with."""
    shutil.copytree(demo_store, tmp_path / "snapshots")
    monkeypatch.setattr(cli, "_show_waiting", lambda: None)  # it would bind the log to this test's standard error

    def in_process(*arguments: str | Path) -> Done:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as left:
            cli.main(["export", *map(str, arguments)])
        printed = capfd.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    return in_process


def counted(source: str) -> int:
    ((count,),) = duckdb.sql(f"SELECT count(*) FROM {source}").fetchall()  # noqa: S608 - our own files
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_file_and_its_two_neighbours_or_a_folder(run: Run, form: str, tmp_path: Path) -> None:
    done = run(f"--{form}", f"all.{form}")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        f"Exported     all.{form}: 8 snapshots, 5 versions, 70 changes of 1 policy\n"
        f"Check with   sha256sum -c all.{form}.sha256\n"
    )
    names = {"snapshots": f"all.{form}", "versions": f"all.versions.{form}", "changes": f"all.changes.{form}"}
    for table, count in {"snapshots": 8, "versions": 5, "changes": 70}.items():
        assert counted(f"'{tmp_path}/{names[table]}'") == count
    assert run(f"--{form}", "folder", POLICY).returncode == 0
    inside = "*/*" if form == "parquet" else "*"
    assert sorted(
        file.relative_to(tmp_path / "folder").parts[0] for file in tmp_path.glob(f"folder/{inside}.{form}")
    ) == sorted(table if form == "parquet" else f"{table}.{form}" for table in names)
    (tmp_path / f"all.{form}").write_text("altered")
    checked = subprocess.run(["sha256sum", "-c", f"all.{form}.sha256"], cwd=tmp_path, capture_output=True, check=False)
    assert checked.returncode == 1


def test_one_file_for_sqlite_and_zip(run: Run, tmp_path: Path) -> None:
    assert run("--sqlite", "all.db", "--from", "2014", "--to", "2016").stderr.startswith(
        "Exported     all.db: 2 snapshots, 2 versions, "
    )
    done = run("--zip", "tree.zip", "--archive", "snapshots/.archivepolicy/warc")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)  # no product is of an archive of that name
    done = run("--zip", "tree.zip")
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "Exported     tree.zip: 8 products of 1 policy")
    assert {file.name for file in tmp_path.iterdir()} == {
        "snapshots", "all.db", "all.db.manifest.json", "all.db.sha256",
        "tree.zip", "tree.zip.manifest.json", "tree.zip.sha256",
    }  # fmt: skip


def test_damaged_products_are_told_and_the_code_says_so(run: Run, tmp_path: Path) -> None:
    for product in sorted((tmp_path / "snapshots").rglob("*.md"))[:2]:
        product.write_text("altered")
    done = run("--jsonl", "all.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.partition("  ")[0] for line in lines] == ["Passed over", "Passed over", "Exported", "Check with"]
    assert "was changed after it was made" in lines[0]
    assert lines[2].startswith("Exported     all.jsonl: 6 snapshots, ")
    assert json.loads((tmp_path / "all.jsonl.manifest.json").read_text())["passed_over"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--csv", "no/all.csv"), 2, "no such folder"),
        (("--csv", "snapshots"), 2, "no earlier export"),
        (("--csv", "all.csv", "--from", "x"), 2, "not a date"),
        (("--csv", "all.csv", "--store", "nothing"), 6, "no such store"),
        (("--csv", "all.csv", "nothing.example"), 3, "holds no product of http://nothing.example/"),
        (("--csv", "all.csv", "--from", "2030"), 3, "holds no product that fits"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(
    run: Run, arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert words in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["snapshots"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((POLICY,), "name one target: --evidence, --git, --csv"),
        (("--csv", "all.csv", "--sqlite", "all.db"), "name one target"),
        (("--git", "repository"), "--git needs a URL"),
        (("--csv", "all.csv", "--as-of", "2013"), "--as-of does not go with --csv"),
        (("--zip", "all.zip", "--no-store"), "--no-store does not go with --zip"),
        ((POLICY, "--evidence", "a.zip", "--to", "2013"), "--to does not go with --evidence"),
        ((POLICY, "--git", "repository", "--force"), "--force does not go with --git"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    run: Run, arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["snapshots"]


def test_replaced_only_when_told(run: Run, tmp_path: Path) -> None:
    assert run("--sqlite", "all.db").returncode == 0
    refused = run("--sqlite", "all.db")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    first = (tmp_path / "all.db").read_bytes()
    assert run("--sqlite", "all.db", "--force").returncode == 0
    assert (tmp_path / "all.db").read_bytes() == first
