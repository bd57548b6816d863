"""Datasets of a store: what `history` and `diff` tell of it, whole, the same each time, and nothing that is not there."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import archivepolicy as ap
from archivepolicy.digests import sha256_hex
from archivepolicy.pipeline import datasets, drafting
from archivepolicy.pipeline.datasets import FORMS
from archivepolicy.rendering.datasets.columns import TABLES
from archivepolicy.rendering.history import version_to_dict
from archivepolicy.store import Store
from archivepolicy.timestamps import iso_time
from archivepolicy.versions import compared_pairs
from peers.made_archive import PARAGRAPHS, URL, Made, MadeArchive, page

POLICY = "www.fernhollow.example/privacy.php"
NOW = "20250101000500"
Table = list[dict[str, Any]]
ENDINGS = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet", "sqlite": ".sqlite", "zip": ".zip"}


@pytest.fixture(scope="module")
def demo_store(tmp_path_factory: pytest.TempPathFactory, demo_warc: Path) -> Path:
    """A store with what `history` makes of the demo archive, and one more product of another page."""
    store = tmp_path_factory.mktemp("demo") / "store"
    ap.history(POLICY, archive=demo_warc, store=store)
    ap.get("www.fernhollow.example/gdpr.php", as_of="2018-12", archive=demo_warc, store=store, accept=["any"])
    return store


@pytest.fixture(scope="module")
def long_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one policy of 300 kB that hardly compresses."""
    numbers = random.Random(1)
    clauses = [f"We keep {numbers.getrandbits(4000):x} for as long as it is needed." for _ in range(300)]
    archive = MadeArchive([Made(timestamp="20100101000000", body=page(*PARAGRAPHS, *clauses))])
    store = tmp_path_factory.mktemp("long") / "store"
    ap.get(URL, archive=archive, store=store, now=lambda: NOW)
    return store


def exported(store: Path | Store, folder: Path, **options: Any) -> tuple[ap.Dataset, dict[str, Table]]:
    """The tables as JSON lines tell them."""
    dataset = ap.export_dataset(folder, "jsonl", store=store, now=lambda: NOW, **options)
    files = {table: folder / f"{table}.jsonl" for table in TABLES}
    return dataset, {
        table: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for table, file in files.items()
    }


def made_store(tmp_path: Path, *made: Made, store: str = "store") -> tuple[Path, MadeArchive]:
    archive = MadeArchive(list(made))
    ap.history(URL, archive=archive, store=tmp_path / store, now=lambda: NOW)
    return tmp_path / store, archive


FIRST, SECOND = page("Edition one.", *PARAGRAPHS), page("Edition two.", *PARAGRAPHS[1:])
MADE = (
    Made(timestamp="20100101000000", body=FIRST),
    Made(timestamp="20110101000000", body=FIRST, revisits=True),
    Made(timestamp="20120101000000", body=SECOND),
    Made(timestamp="20130101000000", body=b"gone", status=404),
    Made(timestamp="20140101000000", body=FIRST),
    Made(timestamp="20150101000000", body=FIRST, url=URL.replace("http:", "https:")),
)


def test_versions_are_those_that_history_tells(demo_store: Path, demo_warc: Path, tmp_path: Path) -> None:
    dataset, tables = exported(demo_store, tmp_path / "all", url=POLICY, archive=demo_warc)
    told = ap.history(POLICY, archive=demo_warc, store=demo_store)
    assert dataset.rows == {"snapshots": 8, "versions": 5, "changes": 70}
    for row, version in zip(tables["versions"], told.versions, strict=True):
        values = version_to_dict(version)
        for name in ("first_seen", "last_seen", "last_without", "next_without", "read_from"):
            assert row[name] == (values[name] and iso_time(values[name]))
        same = ("number", "gap_before_days", "gap_after_days", "transient_of", "returns_to", "words", "words_added")
        for name in (*same, "words_removed", "title", "url", "memento_url", "path", "extractor_version", "text_sha256"):
            assert row[name] == values[name], name
        assert (row["captures"], row["runs"]) == (len(values["captures"]), len(values["runs"]))
        assert (row["is_silent"], row["is_transient"]) == (values["silent"], values["transient"])
        assert (row["text"], row["text_key"]) == (version.markdown, version.key)
        assert sha256_hex(row["text"].encode()) == row["text_sha256"]
    # the captures between that were no usable policy: the 404 of 2015, the redirect of 2016
    assert [row["gap_captures"] for row in tables["versions"]] == [None, 0, 2, 0, 0]


def test_changes_are_those_that_diff_tells(demo_store: Path, tmp_path: Path) -> None:
    _, tables = exported(demo_store, tmp_path / "all", url=POLICY)
    texts = {row["number"]: row["text"] for row in tables["versions"]}
    told = [
        (old, new, change)
        for old, new in zip(list(texts)[:-1], list(texts)[1:], strict=True)
        for change in ap.diff(texts[old], texts[new]).changes
    ]
    for row, (old, new, change) in zip(tables["changes"], told, strict=True):
        assert (row["old_version"], row["new_version"], row["change"]) == (old, new, change.id)
        assert (row["op"], row["cls"], row["kind"]) == (change.op, change.cls, change.kind)
        assert (row["old"], row["new"]) == (change.old, change.new)
        assert texts[old][row["old_start"] : row["old_end"]] == (row["old"] or "")
        assert texts[new][row["new_start"] : row["new_end"]] == (row["new"] or "")
        assert row["section"] == (" > ".join(change.section) or None)


def test_every_product_is_a_snapshot_of_its_version(demo_store: Path, tmp_path: Path) -> None:
    dataset, tables = exported(demo_store, tmp_path / "all")
    assert dataset.policies == 2
    paths = sorted(file.relative_to(demo_store).as_posix() for file in demo_store.rglob("*.md"))
    assert sorted(row["path"] for row in tables["snapshots"]) == paths
    for row in tables["snapshots"]:
        product = (demo_store / row["path"]).read_text(encoding="utf-8")
        assert sha256_hex(product.encode()) == row["product_sha256"]
        assert product.endswith(row["text"])
        assert row["policy_id"] in {one["policy_id"] for one in tables["versions"]} or row["version"] is None
        assert (row["domain"], row["archive_key"]) == ("fernhollow.example", "demo.warc.gz")
    for table, keys in (("snapshots", ("url_key", "captured_at")), ("versions", ("url_key", "number"))):
        places = [tuple(row[key] for key in keys) for row in tables[table]]
        assert places == sorted(places)
    # what was accepted although it is no usable policy is a snapshot without a version
    unusable = [row for row in tables["snapshots"] if row["url"].endswith("gdpr.php")]
    assert [(row["version"], row["words"]) for row in unusable] == [(None, None)]
    assert unusable[0]["verdict"] != "ok"


def test_a_kept_listing_counts_captures_with_the_same_bytes(tmp_path: Path) -> None:
    store, archive = made_store(tmp_path, *MADE)
    asked = len(archive.listed), len(archive.replayed)
    told = ap.history(URL, archive=archive, store=store, now=lambda: NOW)
    dataset, tables = exported(store, tmp_path / "all")
    assert (len(archive.listed), len(archive.replayed)) == asked
    assert dataset.rows == {"snapshots": 2, "versions": len(told.versions), "changes": len(tables["changes"])}
    assert [row["captures"] for row in tables["versions"]] == [len(one.captures) for one in told.versions] == [4, 1]
    assert [row["last_seen"] for row in tables["versions"]] == ["2015-01-01T00:00:00Z", "2012-01-01T00:00:00Z"]
    assert [row["transient_of"] for row in tables["versions"]] == [None, 1]
    # a transient is compared with what it interrupts
    assert {(row["old_version"], row["new_version"]) for row in tables["changes"]} == {(1, 2)}
    # without the listing the products are all that is known
    shutil.rmtree(store / ".archivepolicy" / "listings")
    _, alone = exported(store, tmp_path / "alone")
    assert [row["captures"] for row in alone["versions"]] == [1, 1]
    assert [row["gap_captures"] for row in alone["versions"]] == [None, None]


def test_archives_are_told_apart_and_tell_one_policy_together(tmp_path: Path) -> None:
    store, _ = made_store(tmp_path, *MADE[:2])
    other = MadeArchive(
        [replace(MADE[2], timestamp="20110601000000")], name="other.example", key="http://other.example/"
    )
    ap.history(URL, archive=other, store=store, now=lambda: NOW)
    dataset, tables = exported(store, tmp_path / "all")
    assert dataset.policies == 1
    assert [row["archive_key"] for row in tables["snapshots"]] == ["http://made.example/web", "http://other.example/"]
    assert [(row["number"], row["last_without"]) for row in tables["versions"]] == [
        (1, None),
        (2, "2011-01-01T00:00:00Z"),
    ]
    _, one = exported(store, tmp_path / "one", archive=other)
    assert [row["archive"] for row in one["snapshots"]] == ["made.example"]  # as the captures of that peer name it
    assert [row["captured_at"] for row in one["snapshots"]] == ["2011-06-01T00:00:00Z"]


def test_windows_and_sections(demo_store: Path, demo_warc: Path, tmp_path: Path) -> None:
    _, tables = exported(demo_store, tmp_path / "window", from_="2014", to="2017")
    assert [row["captured_at"][:4] for row in tables["snapshots"]] == ["2014", "2016", "2017"]
    assert [row["number"] for row in tables["versions"]] == [1, 2]
    store = tmp_path / "store"
    part = ap.Section(from_heading="Cookies")
    for date in ("2013", "2018-12"):
        ap.get(POLICY, as_of=date, archive=demo_warc, store=store, section=part)
        ap.get(POLICY, as_of=date, archive=demo_warc, store=store)
    dataset, tables = exported(store, tmp_path / "sections")
    assert dataset.policies == 2
    assert len({row["policy_id"] for row in tables["snapshots"]}) == 2
    sections = [(row["page_section"], row["number"]) for row in tables["versions"]]
    assert sections == [(None, 1), (None, 2), (part.identity, 1), (part.identity, 2)]
    assert all(row["text"].startswith("#") and "ookies" in row["text"][:40] for row in tables["versions"][2:])


def test_texts_of_an_earlier_extractor_are_made_anew_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(drafting, "MAKER", replace(drafting.MAKER, extractor_version="0"))
        store, _ = made_store(tmp_path, *MADE[:3])
    before = sorted((file.relative_to(store), file.read_bytes()) for file in store.rglob("*.md"))
    _, tables = exported(store, tmp_path / "all")
    assert {row["extractor_version"] for row in tables["snapshots"]} == {"0"}
    assert [row["version"] for row in tables["snapshots"]] == [1, 2]
    assert all(row["extractor_version"] != "0" and row["path"] is None for row in tables["versions"])
    assert sorted((file.relative_to(store), file.read_bytes()) for file in store.rglob("*.md")) == before
    # where the evidence is gone, there is no text to compare, and a damaged one is told
    evidence = sorted((store / ".archivepolicy" / "warc").iterdir())
    evidence[0].unlink()
    evidence[1].write_bytes(b"damaged")
    dataset, tables = exported(store, tmp_path / "without")
    assert [row["version"] for row in tables["snapshots"]] == [None]
    assert (dataset.passed_over_count, tables["versions"]) == (1, [])


@pytest.mark.parametrize("form", FORMS)
def test_the_same_store_gives_the_same_bytes(demo_store: Path, form: str, tmp_path: Path) -> None:
    def made(name: str) -> dict[str, bytes]:
        (tmp_path / name).mkdir()
        ap.export_dataset(
            tmp_path / name / f"all{ENDINGS[form]}", form, store=demo_store, now=lambda: f"20{len(name)}0101000000"
        )
        return {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}

    first = made("one")
    assert made("other") == first
    assert len(first) == (5 if form in ("csv", "jsonl", "parquet") else 3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_folder", [True, False])
def test_sha256sum_and_the_manifest_agree_with_the_files(
    demo_store: Path, form: str, is_folder: bool, tmp_path: Path
) -> None:
    if is_folder and form in ("sqlite", "zip"):
        target = tmp_path / "made" / "all.file"
        target.parent.mkdir()
    else:
        target = tmp_path / ("made" if is_folder else f"made{ENDINGS[form]}")
    dataset = ap.export_dataset(target, form, store=demo_store, now=lambda: NOW)
    sums = Path(dataset.sums)
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", sums.name], cwd=sums.parent, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(": OK\n") == len(dataset.files) + 1
    there = {file.relative_to(sums.parent).as_posix() for file in sums.parent.rglob("*") if file.is_file()}
    there -= {
        file.relative_to(sums.parent).as_posix()
        for file in demo_store.rglob("*")
        if demo_store.is_relative_to(sums.parent)
    }
    manifest_name = next(name for name in there if name.endswith("manifest.json"))
    assert there == {one.name for one in dataset.files} | {sums.name, manifest_name}
    manifest = json.loads((sums.parent / manifest_name).read_text(encoding="utf-8"))
    assert [(one["file"], one["rows"], one["sha256"], one["bytes"]) for one in manifest["files"]] == [
        (one.name, one.rows, one.sha256, one.size_bytes) for one in dataset.files
    ]
    assert (
        manifest["rows"]
        == dataset.rows
        == ({"products": 9} if form == "zip" else {"snapshots": 9, "versions": 5, "changes": 70})
    )
    assert sum(one.rows for one in dataset.files) == sum(dataset.rows.values())
    assert list(manifest["columns"]) == ([] if form == "zip" else list(TABLES))


def test_the_zip_holds_the_tree_and_can_be_checked(demo_store: Path, tmp_path: Path) -> None:
    ap.export_dataset(tmp_path / "all.zip", "zip", store=demo_store)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    products = [
        file for file in demo_store.rglob("*") if file.suffix in (".md", ".json") and "/." not in file.as_posix()
    ]
    assert (checked.returncode, checked.stdout.count(": OK\n")) == (0, len(products) + 1), (
        checked.stdout + checked.stderr
    )
    for file in products:
        assert (folder / file.relative_to(demo_store)).read_bytes() == file.read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (len(manifest["products"]), manifest["rows"]) == (9, {"products": 9})
    # a store again: unpacked it answers as the first one does
    assert ap.export_dataset(tmp_path / "again.zip", "zip", store=folder).rows == {"products": 9}


def test_damaged_products_are_passed_over_and_told(demo_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(demo_store, store)
    folder = store / "www.fernhollow.example" / "privacy.php"
    changed, broken, absent = sorted(folder.glob("*.md"))[:3]
    changed.write_text("changed")
    broken.with_suffix(".json").write_text("{")
    absent.unlink()
    for form in ("jsonl", "zip"):
        dataset = ap.export_dataset(tmp_path / f"all.{form}", form, store=store)
        assert dataset.passed_over_count == 3
        assert [one.path for one in dataset.passed_over] == [
            file.relative_to(store).as_posix() for file in (changed, broken, absent)
        ]
        assert dataset.rows.get("snapshots", dataset.rows.get("products")) == 6
    # a catalogue made anew does not know the one that cannot be read: it is told all the same
    (store / ".archivepolicy" / "catalogue.sqlite").unlink()
    dataset, tables = exported(store, tmp_path / "anew")
    assert sorted(one.path for one in dataset.passed_over) == sorted(
        file.relative_to(store).as_posix() for file in (changed, broken, absent)
    )
    assert sum(row["version"] is not None for row in tables["snapshots"]) == 5


def test_a_product_of_the_first_schema_is_read_or_told(demo_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(demo_store, store)
    for number, file in enumerate(sorted((store / "www.fernhollow.example" / "privacy.php").glob("*.json"))[:2]):
        values = json.loads(file.read_text(encoding="utf-8"))
        left_out = {"seal", "requested_url", "other_ways", *(["http"] if number else [])}
        values = {key: value for key, value in values.items() if key not in left_out} | {"schema_version": 1}
        file.write_text(json.dumps(values), encoding="utf-8")
    dataset, tables = exported(store, tmp_path / "all", url=POLICY)
    assert [one.reason for one in dataset.passed_over] == ["its provenance is damaged (KeyError: 'http')"]
    assert (tables["snapshots"][0]["requested_url"], len(tables["snapshots"])) == (None, 7)


def test_a_damaged_listing_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    store, _ = made_store(tmp_path, *MADE)
    (listing,) = (store / ".archivepolicy" / "listings").iterdir()
    listing.write_bytes(b"[")
    dataset, tables = exported(store, tmp_path / "all")
    assert [one.path for one in dataset.passed_over] == [listing.relative_to(store).as_posix()]
    assert [row["captures"] for row in tables["versions"]] == [1, 1]


def test_a_single_version_has_no_changes_and_their_table_is_there(tmp_path: Path) -> None:
    store, _ = made_store(tmp_path, MADE[0])
    dataset, tables = exported(store, tmp_path / "all")
    assert dataset.rows == {"snapshots": 1, "versions": 1, "changes": 0}
    assert tables["changes"] == []
    assert tables["versions"][0]["last_without"] is None


def state(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ["all", "all.csv"])
def test_whole_or_not_at_all(demo_store: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out" / name
    target.parent.mkdir()
    ap.export_dataset(target, "csv", store=demo_store, url=POLICY)
    before = state(target.parent)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as failing:
        failing.setattr(datasets, "version_row", fail)
        with pytest.raises(ap.StoreError, match="No space left"):
            ap.export_dataset(target, "csv", store=demo_store, force=True)
    assert state(target.parent) == before
    # nor where the last of several files cannot be put in its place
    replaced = Path.replace

    def fail_late(self: Path, target: Path) -> Path:
        return (
            fail() or self
            if self.name in ("made", "all.csv.sha256") and "made" in str(self)
            else replaced(self, target)
        )

    with monkeypatch.context() as failing:
        failing.setattr(Path, "replace", fail_late)
        with pytest.raises(ap.StoreError, match="No space left"):
            ap.export_dataset(target, "csv", store=demo_store, force=True)
    assert state(target.parent) == before
    ap.export_dataset(target, "csv", store=demo_store, force=True)
    assert state(target.parent) != before


@pytest.mark.skipif(shutil.which("bash") is None, reason="a shell limits the size of files")
@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_one_line_and_leaves_nothing(long_store: Path, form: str, tmp_path: Path) -> None:
    limited = (
        f'ulimit -f 64; exec "$0" -m archivepolicy export --store "$1" --{form} all{ENDINGS[form]}'  # 64 kB a file
    )
    command = ["bash", "-c", limited, sys.executable, long_store]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (6, "", 1), done.stderr
    assert "cannot write" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_when_told(demo_store: Path, tmp_path: Path) -> None:
    for form, name in (("csv", "all.csv"), ("csv", "folder"), ("sqlite", "all.db"), ("zip", "all.zip")):
        ap.export_dataset(tmp_path / name, form, store=demo_store)
        with pytest.raises(ap.InputError, match="--force replaces it"):
            ap.export_dataset(tmp_path / name, form, store=demo_store)
        ap.export_dataset(tmp_path / name, form, store=demo_store, force=True)
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    with pytest.raises(ap.InputError, match="no earlier export"):
        ap.export_dataset(tmp_path / "folder", "csv", store=demo_store, force=True)
    (tmp_path / "empty").mkdir()
    assert ap.export_dataset(tmp_path / "empty", "parquet", store=demo_store).rows["snapshots"] == 9


def test_bad_input(demo_store: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    with pytest.raises(ap.StoreError, match="no such store"):
        ap.export_dataset(target, "csv", store=tmp_path / "none")
    with pytest.raises(ap.InputError, match="no such format"):
        ap.export_dataset(target, "xlsx", store=demo_store)
    with pytest.raises(ap.InputError, match="no such folder"):
        ap.export_dataset(tmp_path / "no" / "all.csv", "csv", store=demo_store)
    with pytest.raises(ap.InputError, match="not a date"):
        ap.export_dataset(target, "csv", store=demo_store, to="x")
    for options in ({"url": "nothing.example"}, {"from_": "2030"}, {"archive": "wayback"}):
        with pytest.raises(ap.NoCaptureError, match="holds no product"):
            ap.export_dataset(target, "csv", store=demo_store, **options)  # type: ignore[arg-type]
    (tmp_path / "hollow").mkdir()
    with pytest.raises(ap.NoCaptureError, match="holds no product"):
        ap.export_dataset(target, "csv", store=tmp_path / "hollow")
    assert list(tmp_path.iterdir()) == [tmp_path / "hollow"]


def test_without_pyarrow_parquet_says_what_to_install(
    demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ap.InputError, match=r"pip install 'archivepolicy\[parquet\]'"):
        ap.export_dataset(tmp_path / "all.parquet", "parquet", store=demo_store)
    assert list(tmp_path.iterdir()) == []
    ap.export_dataset(tmp_path / "all.sqlite", "sqlite", store=demo_store)


AS_NOBODY = """
import os, sys
import archivepolicy as ap
store, beside, target = sys.argv[1:]
ap.export_dataset(target + "/first.sqlite", "sqlite", store=beside)  # all modules: the interpreter may be root's alone
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write everywhere
print(ap.export_dataset(target + "/all.sqlite", "sqlite", store=store).rows)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of a POSIX system")
@pytest.mark.parametrize("with_catalogue", [True, False])
def test_a_store_in_which_nothing_may_be_written_is_exported(demo_store: Path, with_catalogue: bool) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others, again and again where several run
        folder = Path(name)
        folder.chmod(0o755)
        store, target = folder / "store", folder / "out"
        shutil.copytree(demo_store, store)
        target.mkdir()
        target.chmod(0o777)
        if not with_catalogue:
            (store / ".archivepolicy" / "catalogue.sqlite").unlink()
        for path in [store, *store.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222 | (0o555 if path.is_dir() else 0o444))
        try:
            command = [sys.executable, "-c", AS_NOBODY, store, demo_store, target]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
        finally:
            for path in [store, *store.rglob("*")]:
                path.chmod(path.stat().st_mode | 0o200)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "{'snapshots': 9, 'versions': 5, 'changes': 70}\n"
        assert (target / "all.sqlite").read_bytes() == (target / "first.sqlite").read_bytes()


def test_a_version_is_compared_with_what_its_word_counts_say(tmp_path: Path) -> None:
    bodies = [page(f"Edition {word}.", *PARAGRAPHS) for word in ("one", "two", "three")]
    order = [0, 1, 0, 2, 1]
    made = [Made(timestamp=f"20{year}0101000000", body=bodies[at]) for year, at in enumerate(order, start=10)]
    history = ap.history(URL, archive=MadeArchive(made))
    for old, new in compared_pairs(history.versions):
        found = ap.diff(old, new)
        assert (found.words_added, found.words_removed) == (new.words_added, new.words_removed) == (1, 1)


def test_the_database_answers_joins(demo_store: Path, tmp_path: Path) -> None:
    ap.export_dataset(tmp_path / "all.sqlite", "sqlite", store=demo_store)
    database = sqlite3.connect(tmp_path / "all.sqlite")
    query = (
        "SELECT count(*) FROM changes AS c JOIN versions AS v ON v.policy_id = c.policy_id AND v.number = c.new_version"
        " JOIN snapshots AS s ON s.policy_id = v.policy_id AND s.version = v.number AND s.captured_at = v.first_seen"
    )
    assert database.execute(query).fetchone()[0] == 70
    database.close()
