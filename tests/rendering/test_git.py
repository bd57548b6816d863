"""A history as a git repository: the same commits every time, and nothing of anybody's overwritten."""

import subprocess
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.rendering.git import FILE, export_git
from peers.made_archive import PARAGRAPHS, URL, Made, MadeArchive, page

MADE = [
    Made(timestamp="20100101000000", body=page()),
    Made(timestamp="20110101000000", body=page(*PARAGRAPHS[:2], "Something else for a day.")),
    Made(timestamp="20110102000000", body=page()),
    Made(timestamp="20130501120000", body=page(*PARAGRAPHS[:3])),
    Made(timestamp="20150101000000", body=page(*PARAGRAPHS[1:])),
]


def history(*made: Made, url: str = URL) -> ap.History:
    return ap.history(url, archive=MadeArchive(list(made or MADE)))


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def commits(folder: Path) -> list[str]:
    return git(folder, "log", "--reverse", "--format=%H").split()


def test_one_commit_a_version_dated_by_its_first_capture(tmp_path: Path) -> None:
    told = history()
    assert export_git(told, tmp_path / "out") == 4
    out = tmp_path / "out"
    log = git(
        out,
        "log",
        "--reverse",
        "--date=iso-strict",
        "--format=%ad %cd %(trailers:key=Capture,valueonly,separator=%x2C)",
    )
    assert log.split() == [
        "2010-01-01T00:00:00+00:00", "2010-01-01T00:00:00+00:00", "20100101000000",
        "2013-05-01T12:00:00+00:00", "2013-05-01T12:00:00+00:00", "20130501120000",
        "2015-01-01T00:00:00+00:00", "2015-01-01T00:00:00+00:00", "20150101000000",
    ]  # fmt: skip
    assert (out / FILE).read_text(encoding="utf-8") == told.versions[-1].markdown
    assert git(out, "show", f"HEAD~1:{FILE}") == told.versions[2].markdown
    (tag,) = git(out, "tag", "--list").split()
    assert tag == "transient/20110101000000-2"
    assert git(out, "show", f"{tag}:{FILE}") == told.versions[1].markdown
    assert git(out, "rev-parse", f"{tag}~1").strip() == commits(out)[0]
    body = git(out, "log", "-1", "--format=%B")
    assert "First seen in the capture of 2015-01-01; the last capture without it is that of 2013-05-01" in body
    for trailer in (
        "Extractor: ",
        "URL: ",
        "Memento: http://made.example/web/20150101000000id_/",
        "Last-Without: 20130501120000",
    ):
        assert f"\n{trailer}" in body
    assert git(out, "status", "--porcelain") == ""
    git(out, "fsck", "--strict")


def test_exported_again_anywhere_and_in_any_order_it_has_the_same_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_git(history(), tmp_path / "one")
    refs = git(tmp_path / "one", "show-ref")
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Somebody\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    (tmp_path / "two").mkdir()
    export_git(history(*reversed(MADE)), tmp_path / "two")
    export_git(history(), tmp_path / "one")
    monkeypatch.undo()
    assert git(tmp_path / "one", "show-ref") == git(tmp_path / "two", "show-ref") == refs


def test_a_longer_history_goes_on_from_the_shorter_one(tmp_path: Path) -> None:
    export_git(history(*MADE[:4]), tmp_path / "out")
    earlier = commits(tmp_path / "out")
    export_git(history(), tmp_path / "out")
    assert commits(tmp_path / "out")[: len(earlier)] == earlier
    assert len(commits(tmp_path / "out")) == 3
    # what was the last version turns out to be a transient, and back: no tag is left behind
    export_git(history(*MADE[:2]), tmp_path / "out")
    assert git(tmp_path / "out", "tag", "--list") == ""


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    told = history()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(ap.InputError, match="not empty, and no earlier export"):
        export_git(told, tmp_path / "full")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ap.InputError, match="not empty"):
        export_git(told, tmp_path / "file")
    (tmp_path / "repository").mkdir()
    git(tmp_path / "repository", "init", "--quiet")
    with pytest.raises(ap.InputError, match="a git repository of its own"):
        export_git(told, tmp_path / "repository")
    export_git(told, tmp_path / "out")
    other = "http://other.example/p"
    with pytest.raises(ap.InputError, match=f"an export of {URL}"):
        export_git(history(Made(timestamp="20100101000000", body=page(), url=other), url=other), tmp_path / "out")
    (tmp_path / "out" / FILE).write_text("mine")
    with pytest.raises(ap.InputError, match="was changed after it was exported"):
        export_git(told, tmp_path / "out")
    assert (tmp_path / "out" / FILE).read_text() == "mine"
    git(tmp_path / "out", "-c", "user.name=me", "-c", "user.email=me@a.example", "commit", "--quiet", "-am", "mine")
    with pytest.raises(ap.InputError, match="was changed"):
        export_git(told, tmp_path / "out")


def test_without_git_or_room_it_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = history(*MADE[:1])
    (tmp_path / "file").write_text("")
    with pytest.raises(ap.StoreError, match="cannot write"):
        export_git(told, tmp_path / "file" / "out")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ap.InputError, match="git is needed"):
        export_git(told, tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file"]
