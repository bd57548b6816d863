"""Common Crawl: which crawls are asked, and what its faults look like."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivepolicy.archives import open_archive
from archivepolicy.archives.commoncrawl import CommonCrawlArchive
from archivepolicy.archives.session import Session
from archivepolicy.errors import ArchiveUnavailableError, InputError, NotReplayableError
from peers.faulty import Answer, FaultyServer, faulty_server
from peers.meadow import POLICY, SITE, page, route_crawls, write_warc

OLD, NEW = "/CC-MAIN-2013-20-index", "/CC-MAIN-2016-22-index"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with faulty_server() as running:
        route_crawls(running, write_warc(tmp_path / "meadow.warc.gz"))
        yield running


def archive(server: FaultyServer, *crawls: str) -> CommonCrawlArchive:
    return CommonCrawlArchive(
        open_session=lambda address: Session(address, max_wait_s=0, sleep=lambda seconds: None),
        now=lambda: "20261123000000",
        index_url=server.url,
        data_url=server.url,
        crawls=crawls,
        full_page_rows=2,
    )


def test_each_capture_names_its_crawl_and_every_page_is_read(server: FaultyServer) -> None:
    captures = archive(server).listing(POLICY).captures
    assert [one.archive for one in captures] == ["CC-MAIN-2013-20"] * 4 + ["CC-MAIN-2016-22"] * 3
    pages = [request.path.rpartition("page=")[2] for request in server.requests[1:]]
    assert pages == ["0", "1", "0", "1", "2"]


@pytest.mark.parametrize("wanted", ["2016", "CC-MAIN-2016-22"])
def test_some_crawls_alone(server: FaultyServer, wanted: str) -> None:
    here = archive(server, wanted)
    assert {one.archive for one in here.listing(POLICY).captures} == {"CC-MAIN-2016-22"}
    assert here.key == f"{server.url}#{wanted}"
    with pytest.raises(InputError, match="no crawl 1999"):
        archive(server, "1999").listing(POLICY)


def test_a_record_is_fetched_by_its_bytes(server: FaultyServer) -> None:
    here = archive(server)
    capture = here.listing(f"{SITE}/moved").captures[0]
    got = here.replay(capture)
    assert (got.payload, got.digest_verdict, got.retrieved_at) == (page(15), "match", "20261123000000")
    assert (server.requests[-1].header("Range") or "").startswith("bytes=")
    server.clear()
    assert archive(server).replay(capture).payload == page(15)  # listed by an earlier run: its crawl is asked again
    assert len(server.requests) == 3


def test_a_server_without_ranges_sends_the_whole_file(server: FaultyServer, tmp_path: Path) -> None:
    here = archive(server)
    capture = here.listing(POLICY).captures[4]
    server.route("/crawl-data/", Answer(body=(tmp_path / "meadow.warc.gz").read_bytes()))
    server.route("/crawl-data/meadow.warc.gz", Answer(body=(tmp_path / "meadow.warc.gz").read_bytes()))
    assert here.replay(capture).payload == page(20)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=404), NotReplayableError),
        (Answer(status=403), NotReplayableError),
        (Answer(status=206, body=b"\x1f\x8bnot a record"), NotReplayableError),
        (Answer(status=206), NotReplayableError),
        (Answer(status=503), ArchiveUnavailableError),
        (Answer(status=429), ArchiveUnavailableError),
    ],
)
def test_a_record_that_cannot_be_had(server: FaultyServer, answer: Answer, error: type[Exception]) -> None:
    here = archive(server)
    capture = here.listing(POLICY).captures[4]
    server.route("/crawl-data/meadow.warc.gz", answer)
    with pytest.raises(error):
        here.replay(capture)


def test_an_index_that_fails_is_named_and_the_others_answer(server: FaultyServer) -> None:
    server.route(OLD, Answer(status=503, body=b"<html>busy</html>"))
    listing = archive(server).listing(POLICY)
    assert len(listing.captures) == 3
    assert "1 of 2 indexes could not be asked" in listing.warnings[0]
    with pytest.raises(ArchiveUnavailableError):  # the one that failed may hold it
        archive(server).listing(f"{SITE}/moved")


@pytest.mark.parametrize("answer", [Answer(status=404, body=b"nothing"), Answer(body=b"<html>"), Answer(status=500)])
def test_only_a_404_that_says_so_means_no_captures(server: FaultyServer, answer: Answer) -> None:
    server.route(OLD, answer)
    server.route(NEW, answer)
    with pytest.raises(ArchiveUnavailableError):
        archive(server).listing(POLICY)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'[{"name": "x"}]', b"[1]"])
def test_without_a_list_of_crawls_nothing_is_known(server: FaultyServer, body: bytes) -> None:
    server.route("/collinfo.json", Answer(body=body))
    with pytest.raises(ArchiveUnavailableError, match="no list of crawls"):
        archive(server).listing(POLICY)


def test_rows_without_a_place_are_counted(server: FaultyServer) -> None:
    row = {"url": POLICY, "timestamp": "20130101000000", "status": "200", "mime": "text/html"}
    whole = row | {"filename": "x", "offset": "0", "length": "10"}
    server.route(OLD, Answer(body=b"\n".join(json.dumps(one).encode() for one in (row, whole))), Answer(status=400))
    server.route(NEW, Answer(status=404, body=b"No Captures found"))
    listing = archive(server).listing(POLICY)
    assert len(listing.captures) == 1
    assert listing.warnings == ("1 row of the index could not be read and was left out.",)


@pytest.mark.parametrize("name", ["commoncrawl:", "commoncrawl:,", "commoncrawl:ftp://x/y"])
def test_names_that_say_nothing(name: str) -> None:
    with pytest.raises(InputError):
        open_archive(name)


def test_its_own_addresses() -> None:
    assert open_archive("commoncrawl").key == "https://index.commoncrawl.org"
    assert open_archive("commoncrawl:2018,CC-MAIN-2019-04").key.endswith("#2018,CC-MAIN-2019-04")
    assert open_archive("commoncrawl:http://localhost:1/cc").key == "http://localhost:1/cc"
