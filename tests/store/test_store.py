"""The store: names that stay inside it, files that are whole, products that are what their provenance says."""

import json
import sqlite3
import threading
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivepolicy as ap
from archivepolicy.errors import StoreError
from archivepolicy.store import Store, catalogue
from archivepolicy.store.names import listing_name, snapshot_folder
from archivepolicy.store.writing import read_file, write_file
from archivepolicy.urls import normalise_url

POLICY = "www.fernhollow.example/privacy.php"


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("http://www.monovm.com/privacy.php", "www.monovm.com/privacy.php"),
        ("https://a.example/", "a.example"),
        ("https://a.example:8443/x", "a.example%3A8443/x"),
        ("https://a.example/index.php?page=privacy&l=en", "a.example/index.php%3Fpage=privacy%26l=en"),
        ("https://a.example/legal/?a=1", "a.example/legal/%3Fa=1"),
        ("https://a.example/../../etc/passwd", "a.example/%2E%2E/%2E%2E/etc/passwd"),
        ("https://a.example/.archivepolicy/x", "a.example/%2Earchivepolicy/x"),
        ("https://a.example/CON/aux.txt", "a.example/%43ON/%61ux.txt"),
        ("https://a.example/20130608222501.md", "a.example/%320130608222501.md"),
        ("https://a.example/ends.", "a.example/ends%2E"),
        ("https://a.example/%2e%2e%2f", "a.example/%2e%2e%2f"),
    ],
)
def test_a_url_s_folder_can_be_read_by_eye(url: str, folder: str) -> None:
    assert snapshot_folder(url) == folder


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_url_s_folder_leaves_the_store(path: str, query: str) -> None:
    try:
        url = normalise_url(f"http://a.example/{path}?{query}")
    except ap.InputError:
        return
    folder = PurePosixPath(snapshot_folder(url))
    assert not folder.is_absolute()
    for part in folder.parts:
        assert part not in ("", ".", "..")
        assert not part.startswith(".")
        assert not part.endswith((".", " "))
        assert not set(part) & set('\\/:*?"<>|')
        assert part.isprintable()
        assert len(part.encode()) <= 120
    assert folder.parts[0] == "a.example"


def test_forms_of_one_url_share_a_listing_and_archives_do_not() -> None:
    names = {listing_name(key, "example,a)/", "http://a.example/") for key in ("one", "two")}
    assert len(names) == 2


def test_a_written_file_is_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_file(path, b"first")
    write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert [file.name for file in path.parent.iterdir()] == ["file"]
    assert read_file(tmp_path / "nothing") is None


@pytest.mark.parametrize("inside", ["file/x", "file"])
def test_what_cannot_be_written_is_a_store_error_and_leaves_nothing(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    target = tmp_path / inside if inside != "file" else tmp_path / "folder"
    if inside == "file":
        target.mkdir()
    with pytest.raises(StoreError):
        write_file(target, b"x")
    assert {file.name for file in tmp_path.iterdir()} <= {"file", "folder"}
    assert (tmp_path / "file").read_bytes() == b"in the way"


def test_a_store_that_cannot_be_written_is_found_out_before_anything_is_read(demo_warc: Path, tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"a file")
    with pytest.raises(StoreError, match="store"):
        ap.get(POLICY, as_of="2013", archive=demo_warc, store=tmp_path / "store")
    assert (tmp_path / "store").read_bytes() == b"a file"


def test_a_product_that_was_changed_is_refused(demo_warc: Path, tmp_path: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)
    product = tmp_path / str(snapshot.path)
    product.write_text(snapshot.markdown.replace("30 days", "3 days"), encoding="utf-8")
    with pytest.raises(StoreError, match="was changed after it was made"):
        ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)
    product.unlink()
    assert ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path).markdown == snapshot.markdown


def test_evidence_that_was_changed_is_refused(demo_warc: Path, tmp_path: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)
    (tmp_path / str(snapshot.path)).unlink()
    evidence = tmp_path / snapshot.provenance["evidence"]
    evidence.write_bytes(evidence.read_bytes()[:-200])
    with pytest.raises(StoreError, match="evidence"):
        ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)


def test_damaged_provenance_is_refused_in_one_line(demo_warc: Path, tmp_path: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)
    (tmp_path / str(snapshot.path)).with_suffix(".json").write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        ap.get(POLICY, as_of="2012", archive=demo_warc, store=tmp_path)


def test_the_same_second_in_two_archives_is_two_products(demo_warc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.warc.gz"
    copy.write_bytes(demo_warc.read_bytes())
    store = tmp_path / "store"
    one = ap.get(POLICY, as_of="2012", archive=demo_warc, store=store)
    two = ap.get(POLICY, as_of="2012", archive=copy, store=store)
    assert one.path != two.path
    assert "demo.warc.gz" in one.markdown
    assert "copy.warc.gz" in two.markdown
    for first in (one, two):
        assert (store / str(first.path)).read_text(encoding="utf-8") == first.markdown
    again = ap.get(POLICY, as_of="2012", archive=copy, store=store)
    assert (again.path, again.markdown) == (two.path, two.markdown)
    assert len(list(store.glob("**/2012*.md"))) == 2


def test_many_threads_on_one_store_keep_everything(demo_warc: Path, tmp_path: Path) -> None:
    failures = []

    def run(year: int) -> None:
        try:
            ap.get(POLICY, as_of=str(year), archive=demo_warc, store=tmp_path)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(year,)) for year in (2012, 2013, 2014, 2016, 2018, 2019, 2021, 2012)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    database = sqlite3.connect(tmp_path / ".archivepolicy" / "catalogue.sqlite")
    kept = {row[0] for row in database.execute("SELECT path FROM snapshots")}
    database.close()
    assert kept == {file.relative_to(tmp_path).as_posix().removesuffix(".md") for file in tmp_path.glob("**/*.md")}
    assert len(kept) == 7


def test_nothing_is_kept_without_a_store(demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = ap.get(POLICY, as_of="2012", archive=demo_warc)
    assert snapshot.path is None
    assert list(tmp_path.iterdir()) == []


def test_the_listing_is_kept_as_the_archive_gave_it(tmp_path: Path) -> None:
    capture = ap.Capture(url="http://a.example/", timestamp="20130101000000", status=200, archive="x")
    from archivepolicy.records import Listing

    listing = Listing(url="http://a.example/", captures=(capture,), retrieved_at="20260101000000", warnings=("odd",))
    store = Store(tmp_path)
    store.keep_listing("https://archive.example/web", listing)
    assert store.listing("https://archive.example/web", "https://www.a.example/") == listing
    assert store.listing("https://other.example/web", "http://a.example/") is None
    (file,) = (tmp_path / ".archivepolicy" / "listings").iterdir()
    assert json.loads(file.read_text(encoding="utf-8"))["archive_key"] == "https://archive.example/web"
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        store.listing("https://archive.example/web", "http://a.example/")


def test_a_full_disk_leaves_no_catalogue_that_lacks_a_product(
    demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ap.get(POLICY, as_of="2013", archive=demo_warc, store=tmp_path)

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "_insert", full)
        with pytest.raises(StoreError, match="full"):
            ap.get(POLICY, as_of="2016", archive=demo_warc, store=tmp_path)
    assert len(list(tmp_path.glob("www*/**/*.md"))) == 2
    assert not list(ap.verify(tmp_path))
    ap.get(POLICY, as_of="2021", archive=demo_warc, store=tmp_path)
    assert not list(ap.verify(tmp_path))


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_full_disk_leaves_no_half_made_catalogue(
    demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    real = catalogue._connect

    def small(path: Path) -> sqlite3.Connection:
        database = real(path)
        database.execute(f"PRAGMA max_page_count = {pages}")  # SQLite says then that the disk is full
        return database

    monkeypatch.setattr(catalogue, "_connect", small)
    with pytest.raises(StoreError, match="full"):
        ap.get(POLICY, as_of="2013", archive=demo_warc, store=tmp_path)
    assert not (tmp_path / ".archivepolicy" / "catalogue.sqlite").exists()


def test_a_product_that_cannot_be_written_leaves_no_provenance(
    demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archivepolicy.store import store as store_module

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".md":
            raise StoreError("the store failed: No space left on device", path=str(path))
        write_file(path, content)

    monkeypatch.setattr(store_module, "write_file", full)
    with pytest.raises(StoreError):
        ap.get(POLICY, as_of="2013", archive=demo_warc, store=tmp_path)
    assert not list(tmp_path.glob("www*/**/*.json"))
    assert not list(ap.verify(tmp_path))
