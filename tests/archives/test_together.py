"""Several archives asked as one: what is merged, who is asked, and what one that fails means."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.archives import open_archive
from archivepolicy.archives.archive import PrefixArchive
from archivepolicy.archives.together import Together
from archivepolicy.cli import main
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError, NoCaptureError, NotReplayableError
from archivepolicy.urls import index_key
from peers.faulty import Answer, FaultyServer, faulty_server
from peers.meadow import EXCLUDED_HOST, HELD, POLICY, page, write_warc
from peers.pywb_peer import PywbPeer

OLD = [one for one in HELD if one.timestamp < "2014"]
NEW = [one for one in HELD if one.timestamp >= "2015"]
NOBODY = "wayback:http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write_warc(tmp_path / "old.warc.gz", OLD), write_warc(tmp_path / "new.warc.gz", NEW)]


def rows(*timestamps: str) -> Answer:
    line = (
        "example,meadow)/privacy {} http://www.meadow.example/privacy text/html 200 JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4 9"
    )
    return Answer(body="".join(line.format(one) + "\n" for one in timestamps).encode())


def test_captures_merge_in_time_order_and_name_their_archive(files: list[Path]) -> None:
    found = ap.captures(POLICY, archive=list(reversed(files)))
    assert [one.timestamp for one in found] == sorted(one.timestamp for one in found)
    assert [one.archive for one in found] == ["old.warc.gz"] * 2 + ["new.warc.gz"] * 4


def test_replay_goes_to_the_archive_that_listed(files: list[Path], tmp_path: Path) -> None:
    for as_of, days, name in (("2012-06", "10 days", "old.warc.gz"), ("2016-06", "2", "new.warc.gz")):
        snapshot = ap.get(POLICY, as_of=as_of, archive=files, store=tmp_path / "store")
        assert days in snapshot.markdown
        assert snapshot.capture.archive == snapshot.provenance["archive_key"] == name
        again = ap.get(POLICY, as_of=as_of, archive=files, store=tmp_path / "store")
        assert again.path == snapshot.path
        alone = ap.get(POLICY, as_of=as_of, archive=tmp_path / name)
        assert alone.markdown == snapshot.markdown


def test_equal_captures_of_two_archives_are_two_witnesses(tmp_path: Path) -> None:
    first = write_warc(tmp_path / "a.warc.gz", OLD)
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    second, third = (Path(shutil.copy(first, tmp_path / name / "a.warc.gz")) for name in "bc")
    both = open_archive([first, Path(shutil.copy(first, tmp_path / "other.warc.gz"))])
    assert [one.archive for one in both.listing(POLICY).captures[:2]] == ["a.warc.gz", "other.warc.gz"]
    namesakes = open_archive([first, second, third])
    captures = namesakes.listing(POLICY).captures
    assert [one.archive for one in captures[:3]] == ["a.warc.gz (1)", "a.warc.gz (2)", "a.warc.gz (3)"]
    assert len(set(captures)) == 6
    assert namesakes.replay(captures[0]).payload == page(10)
    # a folder gives its files' names, which may be another archive's
    mixed = open_archive([first, tmp_path / "b"]).listing(POLICY).captures
    assert len(set(mixed)) == 4


def test_archives_of_one_host_are_told_apart(server: FaultyServer) -> None:
    server.route("/one/cdx/search/cdx", rows("20130101000000"))
    server.route("/two/cdx/search/cdx", rows("20130101000000"))
    names = [f"wayback:{server.url}/one", f"wayback:{server.url}/two"]
    port = server.url.rpartition(":")[2]
    found = ap.captures(POLICY, archive=names)
    assert [one.archive for one in found] == [f"127.0.0.1:{port}/one/web", f"127.0.0.1:{port}/two/web"]
    server.route("/two/web/", Answer(headers=(("Memento-Datetime", "Tue, 01 Jan 2013 00:00:00 GMT"),), body=page(7)))
    here = open_archive(names)
    assert here.replay(here.listing(POLICY).captures[1]).payload == page(7)
    with pytest.raises(NotReplayableError):
        here.replay(here.listing(POLICY).captures[0])


def test_where_one_cannot_be_asked_the_others_answer_with_a_warning(files: list[Path], tmp_path: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2012-06", archive=[NOBODY, *files], store=tmp_path / "store")
    assert "10 days" in snapshot.markdown
    assert any("127.0.0.1 could not be asked" in warning for warning in snapshot.warnings)
    assert len(ap.captures(POLICY, archive=[files[0], NOBODY])) == 2


def test_where_the_others_have_no_answer_the_one_that_failed_might(files: list[Path]) -> None:
    with pytest.raises(ArchiveUnavailableError, match=r"127\.0\.0\.1 could not be asked"):
        ap.get(POLICY, as_of="2011", archive=[files[0], NOBODY])
    with pytest.raises(ArchiveUnavailableError, match=r"127\.0\.0\.1 could not be asked"):
        ap.get("www.meadow.example/absent", archive=[files[0], NOBODY])
    with pytest.raises(ArchiveUnavailableError):
        ap.captures(POLICY, archive=[files[0], NOBODY], from_="2018")
    with pytest.raises(ArchiveUnavailableError, match="no other archive holds"):
        open_archive([files[0], NOBODY]).listing("http://absent.example/")
    with pytest.raises(ArchiveUnavailableError):
        ap.captures(POLICY, archive=[NOBODY, "pywb:http://127.0.0.1:9/x"])
    with pytest.raises(NoCaptureError):
        ap.get("www.meadow.example/absent", archive=files)


def test_one_that_fails_at_replay_is_left_out(server: FaultyServer, files: list[Path], tmp_path: Path) -> None:
    server.route("/cdx/search/cdx", rows("20121231000000"))
    server.route("/web/", Answer(status=429))
    archives = [files[0], f"wayback:{server.url}"]
    snapshot = ap.get(POLICY, as_of="2012", archive=archives, store=tmp_path / "s", max_wait_s=0)
    assert snapshot.capture.archive == "old.warc.gz"
    assert any("could not be asked" in warning for warning in snapshot.warnings)
    assert sum(request.path.startswith("/web/") for request in server.requests) == 1


def test_a_redirect_s_target_may_lie_in_another_archive(tmp_path: Path) -> None:
    redirect = [one for one in HELD if one.location]
    target = [one for one in HELD if one.url.endswith("/moved")]
    files = [write_warc(tmp_path / "a.warc", redirect), write_warc(tmp_path / "b.warc", target)]
    snapshot = ap.get(POLICY, as_of="2015-06", archive=files)
    assert (snapshot.capture.archive, "15 days" in snapshot.markdown) == ("b.warc", True)
    assert snapshot.answer is not None
    assert snapshot.answer.hops[0].capture.archive == "a.warc"


def test_evidence_of_several_archives_is_checked_and_exported(tmp_path: Path) -> None:
    redirect = [one for one in HELD if one.location]
    target = [one for one in HELD if one.url.endswith("/moved")]
    files = [write_warc(tmp_path / "a.warc", redirect), write_warc(tmp_path / "b.warc", target)]
    ap.export_evidence(POLICY, tmp_path / "bundle.zip", as_of="2015-06", archive=files, store=tmp_path / "store")
    snapshot = ap.get(POLICY, as_of="2015-06", archive=files, store=tmp_path / "store")
    assert snapshot.provenance["archive_key"] == "b.warc"
    assert [hop["archive_key"] for hop in snapshot.provenance["redirects"]] == ["a.warc"]
    assert [finding for finding in ap.verify(tmp_path / "store") if finding.matter.is_fault] == []
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert sum("/data/warc/" in name for name in bundle.namelist()) == 2
    kept = (tmp_path / "store").rglob("*.warc.gz")
    (evidence,) = (one for one in kept if not one.as_posix().endswith(snapshot.provenance["evidence"]))
    evidence.unlink()
    assert [finding.matter.value for finding in ap.verify(tmp_path / "store")] == ["evidence missing"]


def test_an_exclusion_is_said_and_the_others_answer(
    start_pywb: Callable[..., PywbPeer], pywb_wayback: PywbPeer, tmp_path: Path
) -> None:
    held = write_warc(tmp_path / "a.warc", [one for one in HELD if EXCLUDED_HOST in one.url])
    wayback = f"wayback:{pywb_wayback.url}"
    listing = open_archive([wayback, held]).listing(f"http://{EXCLUDED_HOST}/privacy")
    assert len(listing.captures) == 1
    assert "excludes" in listing.warnings[0]
    with pytest.raises(ExcludedError):
        open_archive([wayback, wayback + "/"]).listing(f"http://{EXCLUDED_HOST}/privacy")


def test_listings_are_kept_for_each_archive(server: FaultyServer, files: list[Path], tmp_path: Path) -> None:
    server.route("/cdx/search/cdx", rows("20121231000000"))
    archives = [files[0], f"wayback:{server.url}"]
    for _ in range(2):
        assert len(ap.captures(POLICY, archive=archives, store=tmp_path / "s")) == 3
    assert len(server.requests) == 1
    assert len(ap.captures(POLICY, archive=f"wayback:{server.url}", store=tmp_path / "s")) == 1
    assert len(server.requests) == 1


def test_a_snapshot_is_explained_by_a_later_run(files: list[Path], tmp_path: Path) -> None:
    from archivepolicy.pipeline.page import explain

    snapshot = ap.get(POLICY, as_of="2012-06", archive=files)
    assert explain(snapshot, archive=files) == explain(snapshot, archive=files[0])


def test_names_are_opened_once_and_one_alone_is_itself(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not isinstance(open_archive([files[0], files[0]]), Together)
    assert open_archive(files).name == "old.warc.gz + new.warc.gz"
    assert open_archive(files).key == "old.warc.gz new.warc.gz"
    monkeypatch.setenv("ARCHIVEPOLICY_ARCHIVE", f"{files[0]} {files[1]}")
    assert isinstance(open_archive(), Together)
    assert isinstance(open_archive([]), Together)
    with pytest.raises(InputError):
        open_archive([files[0], "nowhere"])


def test_they_share_one_waiting_time() -> None:
    shared = open_archive(["wayback", "memento:https://archive.example/web", "arquivo"], max_wait_s=60)
    assert isinstance(shared, Together)
    wayback, memento, arquivo = shared.members
    allowances = {id(one._session._allowance) for one in (wayback, arquivo)}
    allowances.add(id(memento._session("https://archive.example/web")._allowance))
    assert len(allowances) == 1


WORDS = ("privacy",)


def test_prefixes_of_all_that_list_them_come_once(files: list[Path], server: FaultyServer) -> None:
    server.route("/web/timemap/link/", Answer(status=404))
    here = open_archive([*files, f"memento:{server.url}/web", NOBODY])
    assert isinstance(here, PrefixArchive)
    listing = here.prefix_listing("http://www.meadow.example/", words=WORDS, limit=10)
    keys = [index_key(one.url) for one in listing.captures]
    assert len(keys) == len(set(keys))
    assert "example,meadow)/privacy" in keys
    assert listing.captures[keys.index("example,meadow)/privacy")].archive == "old.warc.gz"
    assert any("lists no prefixes" in warning for warning in listing.warnings)
    assert any("could not be asked" in warning for warning in listing.warnings)
    assert server.requests == []
    assert len(here.prefix_listing("http://www.meadow.example/", words=WORDS, limit=1).captures) == 1
    memento = open_archive([f"memento:{server.url}/web", f"memento:{server.url}/other"])
    assert isinstance(memento, Together)
    assert memento.prefix_listing("http://www.meadow.example/", words=WORDS, limit=1).captures == ()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    return int(leaving.value.code or 0)


def test_the_option_is_repeated(files: list[Path], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    options = [f"--archive={path}" for path in files]
    assert run("captures", POLICY, "--no-store", "--json", *options) == 0
    rows = json.loads(capfdbinary.readouterr().out)["captures"]
    assert {row["archive"] for row in rows} == {"old.warc.gz", "new.warc.gz"}
    assert run("captures", POLICY, "--no-store", *options, f"--archive={NOBODY}") == 0
    printed = capfdbinary.readouterr()
    assert b"Archive" in printed.out.splitlines()[0]
    assert b"127.0.0.1 could not be asked" in printed.err
    assert run("captures", POLICY, "--no-store", *options, f"--archive={NOBODY}", "--from", "2019") == 4
    assert run("get", POLICY, "--no-store", "--as-of", "2011", *options) == 3
    assert run("get", POLICY, "--no-store", "--as-of", "2016", "--archive", NOBODY, *options) == 0
    assert b"new.warc.gz" in capfdbinary.readouterr().out
