"""The bundle: a valid bag, the same bytes each time, and evidence that other programs can serve again."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import bagit
import pytest

import archivepolicy as ap
from archivepolicy.digests import sha256_hex
from archivepolicy.pipeline.export import export_evidence
from peers.pywb_peer import PywbPeer

POLICY = "www.fernhollow.example/privacy.php"
MOVED = "fernhollow.example/legal.php"
NOW = "20261123010203"


def unpacked(file: Path, folder: Path) -> Path:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    (bag,) = folder.iterdir()
    return bag


def exported(url: str, as_of: str, archive: str | Path, folder: Path, name: str = "bundle.zip") -> Path:
    file = folder / name
    export_evidence(url, file, as_of=as_of, archive=archive, store=folder / "store", now=lambda: NOW)
    return file


def test_the_bundle_is_a_valid_bag_with_all_that_the_answer_rests_on(pywb_wayback: PywbPeer, tmp_path: Path) -> None:
    file = exported(MOVED, "2014-12", f"wayback:{pywb_wayback.url}", tmp_path)
    folder = unpacked(file, tmp_path / "unpacked")
    assert folder.name == "fernhollow.example-20140926073015"
    bag = bagit.Bag(str(folder))
    bag.validate(processes=1)
    assert bag.has_oxum()
    assert bag.info["External-Identifier"].endswith("/web/20140926073015id_/http%3A//fernhollow.example/privacy.php")
    names = {path.relative_to(folder / "data").as_posix() for path in (folder / "data").rglob("*") if path.is_file()}
    assert {name for name in names if "/" not in name} == {
        "answer.json", "headers.txt", "memento-urls.txt", "redirects.json", "report.html",
    }  # fmt: skip
    assert {"product/20140926073015.md", "product/20140926073015.json"} <= names
    assert len([name for name in names if name.startswith("warc/")]) == 2
    assert len([name for name in names if name.startswith("listings/")]) == 2
    (hop,) = json.loads((folder / "data" / "redirects.json").read_text(encoding="utf-8"))
    assert (hop["timestamp"], hop["location"]) == ("20140926073012", "http://fernhollow.example/privacy.php")
    addresses = (folder / "data" / "memento-urls.txt").read_text(encoding="utf-8").splitlines()
    prefix = f"{pywb_wayback.url}/web"
    assert f"{prefix}/20140926073015/http://fernhollow.example/privacy.php" in addresses
    assert f"{prefix}/20140926073012id_/http%3A//fernhollow.example/legal.php" in addresses


def test_the_same_answer_gives_the_same_bytes(demo_warc: Path, tmp_path: Path) -> None:
    one = exported(POLICY, "2017-03", demo_warc, tmp_path, "one.zip")
    two = exported(POLICY, "2017-03", demo_warc, tmp_path, "two.zip")
    assert one.read_bytes() == two.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert exported(POLICY, "2017-03", demo_warc, elsewhere).read_bytes() == one.read_bytes()


class Page(HTMLParser):
    """What of a page would be fetched or run, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "link", "iframe"):
            self.fetched.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_says_what_was_done_in_plain_words(demo_warc: Path, tmp_path: Path) -> None:
    folder = unpacked(exported(POLICY, "2017-03", demo_warc, tmp_path), tmp_path / "unpacked")
    page = Page()
    page.feed((folder / "data" / "report.html").read_text(encoding="utf-8"))
    assert page.fetched == []
    for words in (
        "archived at 2016-02-18T15:45:02Z (UTC; archive: demo.warc.gz)",
        "what http://www.fernhollow.example/privacy.php said as of 2017-03",
        "The capture of 2017-02-19T04:10:09Z was passed over: soft 404",
        "The two are equal: the body is the one that the archive indexed.",
        sha256_hex((folder / "data" / "product" / "20160218154502.md").read_bytes()),
    ):
        assert words in page.words
    # the page that was passed over is there too, so that the reason can be checked
    assert [file.name for file in (folder / "data" / "warc").glob("*-20170219041009-*")]


def test_the_bundle_s_evidence_gives_the_product_again(demo_warc: Path, tmp_path: Path) -> None:
    folder = unpacked(exported(POLICY, "2018-12-31", demo_warc, tmp_path), tmp_path / "unpacked")
    again = ap.get(POLICY, as_of="20180525091133", archive=folder / "data" / "warc")
    product = (folder / "data" / "product" / "20180525091133.md").read_text(encoding="utf-8")
    assert again.document.text in product


def test_pywb_serves_the_kept_evidence_and_the_text_is_the_same(
    start_pywb: Callable[..., PywbPeer], pywb_bare: PywbPeer, tmp_path: Path
) -> None:
    """A response, a revisit of it that has no body of its own, a compressed body, and a redirect."""
    archive = f"pywb:{pywb_bare.collection_url}"
    dates = ("2013-06-11", "2013-12-31", "2018-12-31", "2014-12")
    asked = [(MOVED if date == "2014-12" else POLICY, date) for date in dates]
    kept = [ap.get(url, as_of=date, archive=archive, store=tmp_path) for url, date in asked]
    files = sorted((tmp_path / ".archivepolicy" / "warc").glob("*.warc.gz"))
    revisit = next(file for file in files if "-20131102194710-" in file.name)
    original = next(file for file in files if "-20130611081544-" in file.name)
    assert revisit.stat().st_size < original.stat().st_size / 2
    served = start_pywb(files, "--dialect", "bare")
    for (url, date), first in zip(asked, kept, strict=True):
        again = ap.get(url, as_of=date, archive=f"pywb:{served.collection_url}")
        assert again.document == first.document
        assert again.capture.timestamp == first.capture.timestamp
    # and the store's own reader gives the body back, or says whose it lacks
    folder = tmp_path / "unpacked"
    export_evidence(POLICY, tmp_path / "revisit.zip", as_of="2013-12-31", archive=archive, store=tmp_path)
    bag = unpacked(tmp_path / "revisit.zip", folder)
    assert sorted(file.name for file in (bag / "data" / "warc").iterdir()) == sorted([original.name, revisit.name])
    original.unlink()
    (tmp_path / str(kept[1].path)).unlink()
    with pytest.raises(ap.StoreError, match="is missing"):
        ap.get(POLICY, as_of="2013-12-31", archive=archive, store=tmp_path)


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archivepolicy", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)


def test_the_command_never_replaces_a_file_unasked(demo_warc: Path, tmp_path: Path) -> None:
    question = ("export", "--evidence", "out.zip", POLICY, "--as-of", "2018", "--archive", demo_warc, "--no-store")
    first = run(*question, cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr.endswith("Exported     out.zip\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]
    (tmp_path / "out.zip").write_bytes(b"mine")
    refused = run(*question, cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--force" in refused.stderr
    assert (tmp_path / "out.zip").read_bytes() == b"mine"
    assert run(*question, "--force", cwd=tmp_path).returncode == 0
    assert zipfile.is_zipfile(tmp_path / "out.zip")
    nowhere = run(*(part if part != "out.zip" else "no/out.zip" for part in question), cwd=tmp_path)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (2, 1)


def test_nothing_is_written_where_there_is_no_answer(demo_warc: Path, tmp_path: Path) -> None:
    done = run("export", "--evidence", "out.zip", POLICY, "--as-of", "2011", "--archive", demo_warc, cwd=tmp_path)
    assert done.returncode == 3
    assert not list(tmp_path.glob("*.zip"))
