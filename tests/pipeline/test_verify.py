"""Checking a store: what is whole passes, and everything that can be off is named."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archivepolicy as ap
from archivepolicy.extraction import EXTRACTOR_VERSION
from archivepolicy.pipeline.verify import make_again, verify
from archivepolicy.records.finding import Checked, Matter
from archivepolicy.records.provenance import sealed
from archivepolicy.store import Store
from archivepolicy.store.evidence import load_memento
from archivepolicy.store.writing import write_file

POLICY = "www.fernhollow.example/privacy.php"
FOLDER = "www.fernhollow.example/privacy.php"
NAME = "20180525091133"
MOVED_TO = "fernhollow.example/privacy.php/20140926073015.md"
MOVED = "fernhollow.example/legal.php"


@pytest.fixture
def store(demo_warc: Path, tmp_path: Path) -> Path:
    """A store with two products: a plain one, and one that an archived redirect led to."""
    folder = tmp_path / "store"
    ap.get(POLICY, as_of="2018-12-31", archive=demo_warc, store=folder)
    ap.get(MOVED, as_of="2014-12", archive=demo_warc, store=folder)
    return folder


def matters(store: Path) -> list[tuple[Matter, str]]:
    return [(finding.matter, finding.path) for finding in verify(store)]


def evidence_of(store: Path, name: str) -> Path:
    (file,) = (store / ".archivepolicy" / "warc").glob(f"*-{name}-*.warc.gz")
    return file


def changed(file: Path, **values: object) -> None:
    """Change a provenance as one who knows about the seal would."""
    read = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(sealed({**read, **values})), encoding="utf-8")


def test_a_store_that_is_whole(store: Path) -> None:
    checked = Checked()
    assert list(verify(store, checked)) == []
    assert checked == Checked(products=2, extracted_again=2, evidence=3, listings=0)
    assert sorted(file.name for file in (store / ".archivepolicy").iterdir()) == ["catalogue.sqlite", "warc"]


def test_a_framed_page_and_a_section_and_an_accepted_page_are_made_again(demo_warc: Path, tmp_path: Path) -> None:
    ap.get(POLICY, as_of="2018", archive=demo_warc, store=tmp_path, section=ap.Section(from_heading="cookies"))
    ap.get(POLICY, as_of="20170219041009", archive=demo_warc, store=tmp_path, accept=["soft-404"])
    ap.get(POLICY, as_of="20150312120431", archive=demo_warc, store=tmp_path, accept="any")
    checked = Checked()
    assert list(verify(tmp_path, checked)) == []
    assert checked.extracted_again == 3


def delete_evidence(store: Path) -> None:
    evidence_of(store, NAME).unlink()


def delete_evidence_of_redirect(store: Path) -> None:
    evidence_of(store, "20140926073012").unlink()


def change_product(store: Path) -> None:
    file = store / FOLDER / f"{NAME}.md"
    file.write_bytes(file.read_bytes() + b" ")


def change_provenance(store: Path) -> None:
    file = store / FOLDER / f"{NAME}.json"
    file.write_bytes(file.read_bytes().replace(b'"encoding": "utf-8"', b'"encoding": "ascii"'))


def change_provenance_and_seal(store: Path) -> None:
    changed(store / FOLDER / f"{NAME}.json", http={"status": 200, "headers": []})


def change_redirect_and_seal(store: Path) -> None:
    file = store / "fernhollow.example" / "privacy.php" / "20140926073015.json"
    (hop,) = json.loads(file.read_text(encoding="utf-8"))["redirects"]
    changed(file, redirects=[{**hop, "location": "http://elsewhere.example/"}])


def change_product_and_seal(store: Path) -> None:
    import hashlib

    file = store / FOLDER / f"{NAME}.md"
    file.write_bytes(file.read_bytes().replace(b"Fernhollow", b"Fernhallow"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    changed(file.with_suffix(".json"), product={"file": file.name, "sha256": digest})


def damage_provenance(store: Path) -> None:
    (store / FOLDER / f"{NAME}.json").write_text("{}", encoding="utf-8")


def delete_product(store: Path) -> None:
    (store / FOLDER / f"{NAME}.md").unlink()


def delete_provenance(store: Path) -> None:
    (store / FOLDER / f"{NAME}.json").unlink()


def flip_a_byte(store: Path) -> None:
    file = evidence_of(store, NAME)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate(store: Path) -> None:
    file = evidence_of(store, NAME)
    file.write_bytes(file.read_bytes()[:-100])


def forget_a_row(store: Path) -> None:
    with contextlib.closing(sqlite3.connect(store / ".archivepolicy" / "catalogue.sqlite")) as database, database:
        database.execute("DELETE FROM snapshots WHERE path LIKE ?", (f"%{NAME}",))


def invent_a_row(store: Path) -> None:
    with contextlib.closing(sqlite3.connect(store / ".archivepolicy" / "catalogue.sqlite")) as database, database:
        database.execute("INSERT INTO snapshots SELECT 'x/20000101000000', archive_key, index_key, url, timestamp,"
                         " digest, section, sha256, is_again FROM snapshots LIMIT 1")  # fmt: skip


def damage_catalogue(store: Path) -> None:
    (store / ".archivepolicy" / "catalogue.sqlite").write_bytes(b"no database" * 500)


def damage_a_listing(store: Path) -> None:
    write_file(store / ".archivepolicy" / "listings" / "a.example-00000000.json", b"[]")


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (change_product, {Matter.PRODUCT_CHANGED, Matter.EXTRACTION_DIFFERS}),
        (change_product_and_seal, {Matter.EXTRACTION_DIFFERS}),
        (change_provenance, {Matter.PROVENANCE_CHANGED}),
        (change_provenance_and_seal, {Matter.PROVENANCE_CHANGED}),
        (change_redirect_and_seal, {Matter.PROVENANCE_CHANGED}),
        (damage_provenance, {Matter.PROVENANCE_DAMAGED}),
        (delete_product, {Matter.PRODUCT_MISSING, Matter.CATALOGUE}),
        (delete_provenance, {Matter.PROVENANCE_MISSING}),
        (delete_evidence, {Matter.EVIDENCE_MISSING}),
        (delete_evidence_of_redirect, {Matter.EVIDENCE_MISSING}),
        (flip_a_byte, {Matter.EVIDENCE_DAMAGED}),
        (truncate, {Matter.EVIDENCE_DAMAGED}),
        (forget_a_row, {Matter.CATALOGUE}),
        (invent_a_row, {Matter.CATALOGUE}),
        (damage_catalogue, {Matter.CATALOGUE}),
        (damage_a_listing, {Matter.LISTING_DAMAGED}),
    ],
)
def test_what_is_off_is_named(store: Path, harm: Callable[[Path], None], found: set[Matter]) -> None:
    harm(store)
    assert {matter for matter, _ in matters(store)} == found
    assert all(matter.is_fault for matter in found)


def test_a_provenance_of_another_release_is_refused_and_named(store: Path) -> None:
    changed(store / FOLDER / f"{NAME}.json", schema_version=99)
    assert [finding.said for finding in verify(store)] == [
        "it cannot be read (ValueError: schema version 99, where this release knows 1 to 2)"
    ]
    with pytest.raises(ap.StoreError, match="schema version 99"):
        Store(store).load(f"{FOLDER}/{NAME}")


def test_a_half_written_file_is_a_note(store: Path) -> None:
    (store / FOLDER / ".writing-abc").write_bytes(b"half")
    assert matters(store) == [(Matter.TEMPORARY_FILE, f"{FOLDER}/.writing-abc")]
    assert not Matter.TEMPORARY_FILE.is_fault


@given(at=st.integers(min_value=0, max_value=10**9), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=150, deadline=None)
def test_no_flipped_bit_of_the_evidence_goes_unseen(
    at: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole, file = evidence_bytes(tmp_path_factory)
    content = bytearray(whole)
    content[at % len(content)] ^= 1 << bit
    file.write_bytes(content)
    with pytest.raises(ap.StoreError):
        load_memento(file)


@given(length=st.integers(min_value=0, max_value=10**9))
@settings(max_examples=60, deadline=None)
def test_no_lost_end_of_the_evidence_goes_unseen(length: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole, file = evidence_bytes(tmp_path_factory)
    file.write_bytes(whole[: length % len(whole)])
    with pytest.raises(ap.StoreError):
        load_memento(file)


_EVIDENCE: dict[str, tuple[bytes, Path]] = {}


def evidence_bytes(factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    if "it" not in _EVIDENCE:
        folder = factory.mktemp("evidence")
        demo = Path(__file__).resolve().parents[2] / "snapshots" / "demo.warc.gz"
        ap.get(POLICY, as_of="2018-12-31", archive=demo, store=folder)
        file = evidence_of(folder, NAME)
        _EVIDENCE["it"] = file.read_bytes(), folder / "harmed.warc.gz"
    return _EVIDENCE["it"]


def as_made_by_an_older_release(store: Path) -> None:
    """Bring a store to the form of provenance schema 1, extractor 2 and catalogue schema 2."""
    for file in store.glob("*/**/*.json"):
        values = json.loads(file.read_text(encoding="utf-8"))
        for key in ("requested_url", "other_ways", "seal"):
            del values[key]
        for hop in values["redirects"]:
            del hop["digest"]
        values.update(schema_version=1, extractor_version="2")
        file.write_text(json.dumps(values), encoding="utf-8")
    database_file = store / ".archivepolicy" / "catalogue.sqlite"
    database_file.unlink()
    with contextlib.closing(sqlite3.connect(database_file)) as database, database:
        database.execute(
            "CREATE TABLE snapshots (path TEXT PRIMARY KEY, archive_key TEXT, index_key TEXT, url TEXT, timestamp TEXT,"
            " digest TEXT, section TEXT, sha256 TEXT) WITHOUT ROWID"
        )
        database.execute("PRAGMA user_version = 2")


def test_a_store_of_an_older_release_opens_and_stays_as_it_is(store: Path, demo_warc: Path) -> None:
    as_made_by_an_older_release(store)
    before = {
        file: file.read_bytes() for file in store.glob("*/**/*.*") if file.is_file() and file.suffix in (".md", ".json")
    }
    assert {matter for matter, _ in matters(store)} == {Matter.OLDER_EXTRACTOR, Matter.CATALOGUE}
    snapshot = ap.get(POLICY, as_of="2018-12-31", archive=demo_warc, store=store)
    again = ap.get(MOVED, as_of="2014-12", archive=demo_warc, store=store)
    assert snapshot.provenance["extractor_version"] == "2"
    assert (snapshot.provenance["requested_url"], again.provenance["other_ways"]) == (None, [])
    assert {file: file.read_bytes() for file in before} == before
    assert [matter for matter, _ in matters(store)] == [Matter.OLDER_EXTRACTOR] * 2


def test_older_products_are_made_again_beside_and_stay(store: Path, demo_warc: Path) -> None:
    as_made_by_an_older_release(store)
    old = (store / FOLDER / f"{NAME}.md").read_bytes()
    made = list(make_again(store))
    assert [one.path for one in made] == ["fernhollow.example/privacy.php/20140926073015.md", f"{FOLDER}/{NAME}.md"]
    assert all(one.is_same for one in made)
    file = store / FOLDER / f"{NAME}.x{EXTRACTOR_VERSION}.md"
    assert file.read_bytes() == old
    provenance = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert provenance["re_extraction_of"]["file"] == f"{NAME}.md"
    assert provenance["re_extraction_of"]["extractor_version"] == "2"
    assert provenance["extractor_version"] == EXTRACTOR_VERSION
    assert list(make_again(store)) == []
    served = ap.get(POLICY, as_of="2018-12-31", archive=demo_warc, store=store)
    assert served.path == f"{FOLDER}/{NAME}.md"
    for rest in (store / ".archivepolicy").glob("catalogue.sqlite*"):
        rest.unlink()
    assert ap.get(POLICY, as_of="2018-12-31", archive=demo_warc, store=store).path == served.path
    assert [matter for matter, _ in matters(store)] == [Matter.OLDER_EXTRACTOR] * 2


def test_an_older_product_without_evidence_is_said_not_to_be_made_again(store: Path) -> None:
    as_made_by_an_older_release(store)
    evidence_of(store, NAME).unlink()
    failures = [one.failure for one in make_again(store) if one.snapshot is None]
    assert failures == ["its evidence is missing"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archivepolicy", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_commands(store: Path) -> None:
    fine = run("verify", "--store", store)
    assert (fine.returncode, fine.stdout) == (0, "")
    assert (
        fine.stderr
        == "Checked 2 products, 2 of them extracted again, 3 evidence files, 0 listings: 0 faults, 0 notes.\n"
    )
    forget_a_row(store)
    change_product(store)
    off = run("verify", "--store", store)
    assert off.returncode == 6
    assert [line.split()[0] for line in off.stdout.splitlines()] == ["fault"] * 3
    assert off.stderr.endswith(f"archivepolicy: 3 things are off in the store {store}\n")
    as_json = run("verify", "--store", store, "--json", "--rebuild")
    assert as_json.returncode == 6
    values = json.loads(as_json.stdout)
    assert values["checked"]["faults"] == 2
    assert {one["matter"] for one in values["findings"]} == {"product changed", "extraction differs"}
    nothing = run("verify", "--store", store / "nothing")
    assert (nothing.returncode, nothing.stdout) == (6, "")
    assert "no such store" in nothing.stderr
    assert not (store / "nothing").exists()


def test_convert_again(store: Path) -> None:
    as_made_by_an_older_release(store)
    done = run("convert", "--again", "--store", store)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == f"{FOLDER}/{NAME}.x{EXTRACTOR_VERSION}.md  same text"
    assert done.stderr == "2 made again, 0 not.\n"
    assert run("convert", "--again", "--store", store, "page.html").returncode == 2
    assert run("convert").returncode == 2


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and all in it."""
    everything = [folder, *folder.rglob("*")]
    modes = [(path, path.stat().st_mode) for path in everything]
    for path, mode in modes:
        path.chmod(mode & ~0o222 | 0o444)
    try:
        yield
    finally:
        for path, mode in modes:
            path.chmod(mode)


READ_ALONE = """
import os, sys
import archivepolicy as ap
folder, archive, *rest = sys.argv[1:]
ap.get(rest[0], as_of="2013", archive=archive, store=folder + "-beside")  # all modules: the interpreter may be root's alone
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write everywhere
for url, date in zip(rest[::2], rest[1::2]):
    try:
        print(ap.get(url, as_of=date, archive=archive, store=folder).path)
    except ap.StoreError as failure:
        print(type(failure).__name__)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of a POSIX system")
@pytest.mark.parametrize("with_catalogue", [True, False])
def test_a_store_in_which_nothing_may_be_written_serves_what_it_holds(
    demo_warc: Path, tmp_path: Path, with_catalogue: bool
) -> None:
    archive = tmp_path / "demo.warc.gz"
    archive.write_bytes(demo_warc.read_bytes())
    store = tmp_path / "store"
    ap.get(POLICY, as_of="2018-12-31", archive=archive, store=store)
    ap.get(MOVED, as_of="2014-12", archive=archive, store=store)
    if not with_catalogue:
        (store / ".archivepolicy" / "catalogue.sqlite").unlink()
    for folder in [store, *store.parents]:
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    questions = [
        POLICY,
        "2018-12-31",
        "https://fernhollow.example/privacy.php",
        "2018-12-31",
        POLICY,
        "2012-12-31",
        POLICY,
        "2014-12",
    ]
    with read_only(store):
        done = subprocess.run(
            [sys.executable, "-c", READ_ALONE, store, archive, *questions],
            capture_output=True, text=True, timeout=60, check=False, cwd="/",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{FOLDER}/{NAME}.md", f"{FOLDER}/{NAME}.md", "StoreError", MOVED_TO]


def test_every_way_to_a_capture_is_noted_once(store: Path, demo_warc: Path) -> None:
    file = store / "fernhollow.example" / "privacy.php" / "20140926073015.json"
    first = json.loads(file.read_text(encoding="utf-8"))
    assert first["requested_url"] == "http://fernhollow.example/legal.php"
    assert len(first["redirects"]) == 1
    for _ in range(2):
        ap.get(POLICY, as_of="2014-12", archive=demo_warc, store=store)
        ap.get(f"https://{POLICY}", as_of="2014-12", archive=demo_warc, store=store)
    ap.get(MOVED, as_of="2014-12", archive=demo_warc, store=store)
    then = json.loads(file.read_text(encoding="utf-8"))
    assert then["redirects"] == first["redirects"]
    assert then["other_ways"] == [{"requested_url": f"http://{POLICY}", "redirects": []}]
    assert matters(store) == []
