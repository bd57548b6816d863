"""The kept index of local files: made once, made anew where anything changed, and never in the way."""

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from archivepolicy.archives import open_archive
from archivepolicy.archives.warc import WarcArchive
from archivepolicy.archives.warc_index import WarcIndex
from archivepolicy.errors import ArchiveFileError, NotReplayableError
from archivepolicy.urls import index_key
from peers.meadow import HELD, POLICY, page, write_wacz, write_warc


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from beginning to end."""
    from archivepolicy.archives import warc_index

    read, names = warc_index.read_entries, []

    def noted(stream: object, name: str, counted: list[int]) -> object:
        names.append(name)
        return read(stream, name, counted)  # type: ignore[arg-type]

    monkeypatch.setattr(warc_index, "read_entries", noted)
    return names


def kept(cache: Path) -> Path:
    (file,) = (cache / "warc-index").iterdir()
    return file


def test_files_are_read_once_and_nothing_is_written_beside_them(tmp_path: Path, reads: list[str]) -> None:
    folder, cache = tmp_path / "crawls", tmp_path / "cache"
    folder.mkdir()
    write_warc(folder / "a.warc.gz")
    for _ in range(3):
        archive = WarcArchive(folder, cache=cache)
        assert len(archive.listing(POLICY).captures) == 7
        assert archive.replay(archive.listing(POLICY).captures[2]).payload == page(10)
    assert reads == ["a.warc.gz"]
    assert [path.name for path in folder.iterdir()] == ["a.warc.gz"]
    write_warc(folder / "b.warc", HELD[:1])
    assert len(WarcArchive(folder, cache=cache).listing(POLICY).captures) == 8
    assert reads == ["a.warc.gz", "b.warc"]
    (folder / "a.warc.gz").unlink()
    assert len(WarcArchive(folder, cache=cache).listing(POLICY).captures) == 1
    assert reads == ["a.warc.gz", "b.warc"]


def test_the_user_s_cache_folder_keeps_it(
    isolated_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_warc(tmp_path / "a.warc")
    open_archive(path).listing(POLICY)
    assert [file.suffix for file in (isolated_environment / ".cache" / "archivepolicy" / "warc-index").iterdir()] == [
        ".sqlite"
    ]
    monkeypatch.setenv("ARCHIVEPOLICY_CACHE", str(tmp_path / "mine"))
    open_archive(path).listing(POLICY)
    assert kept(tmp_path / "mine").name.startswith("a.warc-")


def test_a_file_that_changed_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    path = write_warc(tmp_path / "a.warc", HELD[:1])
    WarcArchive(path, cache=tmp_path / "c").listing(POLICY)
    write_warc(path, HELD[1:3])
    assert [one.timestamp[:4] for one in WarcArchive(path, cache=tmp_path / "c").listing(POLICY).captures] == [
        "2013",
        "2014",
    ]
    stamp = path.stat()
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1_000_000_000))
    WarcArchive(path, cache=tmp_path / "c").listing(POLICY)
    assert len(reads) == 3


def test_a_file_that_changes_while_it_is_open_is_noticed(tmp_path: Path) -> None:
    path = write_wacz(tmp_path / "a.wacz", [write_warc(tmp_path / "x.warc", HELD[:2])])
    archive = WarcArchive(path, cache=tmp_path / "c")
    first, second = archive.listing(POLICY).captures
    write_wacz(path, [write_warc(tmp_path / "longer-name.warc", (HELD[4], HELD[0]))])
    assert archive.replay(first).payload == page(10)
    with pytest.raises(NotReplayableError):
        archive.replay(second)


@pytest.mark.parametrize("damage", ["no database", "zeros in the middle", "another schema", "cut off"])
def test_a_damaged_index_is_made_anew(tmp_path: Path, reads: list[str], damage: str) -> None:
    path = write_warc(tmp_path / "a.warc")
    WarcArchive(path, cache=tmp_path / "c").listing(POLICY)
    file = kept(tmp_path / "c")
    content = file.read_bytes()
    if damage == "no database":
        file.write_bytes(b"not a database" * 1000)
    elif damage == "zeros in the middle":
        file.write_bytes(content[:4096] + b"\0" * (len(content) - 4096))
    elif damage == "cut off":
        file.write_bytes(content[: len(content) // 2])
    else:
        database = sqlite3.connect(file)
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
    archive = WarcArchive(path, cache=tmp_path / "c")
    assert archive.replay(archive.listing(POLICY).captures[0]).payload == page(10)
    assert reads == ["a.warc", "a.warc"]
    WarcArchive(path, cache=tmp_path / "c").listing(POLICY)
    assert len(reads) == 2


def test_where_nothing_can_be_kept_the_archive_is_read_all_the_same(tmp_path: Path, reads: list[str]) -> None:
    path = write_warc(tmp_path / "a.warc")
    (tmp_path / "c").write_bytes(b"a file where the folder should be")
    for _ in range(2):
        archive = WarcArchive(path, cache=tmp_path / "c")
        assert archive.replay(archive.listing(POLICY).captures[0]).payload == page(10)
    assert reads == ["a.warc", "a.warc"]


def test_a_kept_index_in_a_folder_that_cannot_be_written_serves(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_warc(tmp_path / "a.warc")
    WarcArchive(path, cache=tmp_path / "c").listing(POLICY)
    connect = sqlite3.connect

    def read_only(name: str, **options: object) -> sqlite3.Connection:
        is_kept = name != ":memory:"
        return connect(f"file:{name}?mode=ro" if is_kept else name, uri=is_kept, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr("archivepolicy.archives.warc_index.sqlite3.connect", read_only)
    assert len(WarcArchive(path, cache=tmp_path / "c").listing(POLICY).captures) == 7
    assert len(reads) == 1
    write_warc(path, HELD[:1])  # the kept one is of no use now, and cannot be mended
    assert len(WarcArchive(path, cache=tmp_path / "c").listing(POLICY).captures) == 1
    assert len(reads) == 2


def test_what_is_damaged_is_said_to_be(tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc")
    path.write_bytes(
        path.read_bytes().replace(b"log files of our servers for 10 days", b"log files of our servers for 11 days")
    )
    archive = WarcArchive(path, cache=tmp_path / "c")
    listing = archive.listing(POLICY)
    assert listing.warnings == ("1 record of a.warc does not hold the bytes that the digest was made of.",)
    assert archive.replay(listing.captures[0]).digest_verdict == "mismatch"


def test_the_last_record_at_a_time_is_found_without_the_others(tmp_path: Path) -> None:
    path = write_warc(tmp_path / "a.warc")
    index = WarcIndex(path, WarcArchive(path, cache=tmp_path / "c")._index._files, None)
    key = index_key(POLICY)
    found = index.last_at(key, "20140601000000")
    assert found is not None
    assert found[0].capture.timestamp == "20140101000000"
    assert index.last_at(key, "20110101000000") is None


def test_a_compressed_member_of_a_wacz_is_read_too(tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "x.warc")
    archive = open_archive(write_wacz(tmp_path / "a.wacz", [warc], compression=zipfile.ZIP_DEFLATED))
    captures = archive.listing(POLICY).captures
    assert {one.archive for one in captures} == {"a.wacz"}
    assert archive.replay(captures[-1]).status == 503


def test_two_warcs_of_one_wacz_are_one_archive(tmp_path: Path) -> None:
    warcs = [write_warc(tmp_path / "x.warc.gz", HELD[:1]), write_warc(tmp_path / "y.warc.gz", HELD[2:3])]
    archive = open_archive(write_wacz(tmp_path / "a.wacz", warcs))
    revisit = archive.listing(POLICY).captures[1]
    assert archive.replay(revisit).payload == page(10)


@pytest.mark.parametrize("fault", ["no zip", "broken zip", "no warc", "cut short", "empty", "no records"])
def test_what_is_no_wacz_is_said_to_be_none(tmp_path: Path, fault: str) -> None:
    path = write_wacz(tmp_path / "a.wacz", [write_warc(tmp_path / "x.warc.gz")])
    content = path.read_bytes()
    if fault == "no warc":
        write_wacz(path, [])
    elif fault == "no records":
        (tmp_path / "x.warc").write_bytes(b"nothing of the kind")
        write_wacz(path, [tmp_path / "x.warc"])
    else:
        path.write_bytes(
            {"no zip": b"text", "broken zip": content[:40], "cut short": content[:-30], "empty": b""}[fault]
        )
    with pytest.raises(ArchiveFileError, match=r"a\.wacz") as caught:
        open_archive(path).listing(POLICY)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
