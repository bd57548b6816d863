"""pywb's dialect, and that nothing but a listing is ever taken for one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.archives.pywb import PywbArchive
from archivepolicy.archives.session import Session
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError
from peers.faulty import Answer, FaultyServer, faulty_server
from peers.pywb_peer import PywbPeer

URL = "http://a.example/privacy"
DIGEST = "JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def archive(server: FaultyServer) -> PywbArchive:
    session = Session(server.url, max_wait_s=0, sleep=lambda seconds: None)
    return PywbArchive(f"{server.url}/coll/", session=session, now=lambda: "20261123000000")


def rows(*values: dict[str, str]) -> Answer:
    return Answer(body=b"".join(json.dumps(value).encode() + b"\n" for value in values))


def row(timestamp: str, **fields: str) -> dict[str, str]:
    return {"url": URL, "timestamp": timestamp, "mime": "text/html", "status": "200", "digest": DIGEST} | fields


def test_rows_become_captures_in_order(server: FaultyServer) -> None:
    server.route(
        "/coll/cdx",
        rows(
            row("20140101000000", digest=f"sha1:{DIGEST}"),
            row("20130101000000", mime="warc/revisit"),
            row("20120101000000", status="-"),
        ),
    )
    captures = archive(server).listing(URL).captures
    assert [(one.timestamp[:4], one.status, one.is_revisit) for one in captures] == [
        ("2012", None, False),
        ("2013", None, True),
        ("2014", 200, False),
    ]
    assert {one.digest for one in captures} == {DIGEST}
    assert "allowFuzzy=0" in server.requests[0].path


def test_rows_of_other_urls_and_unreadable_ones_are_left_out(server: FaultyServer) -> None:
    answer = rows(row("20120101000000"), row("20130101000000", url="http://b.example/"), row("2013"))
    server.route("/coll/cdx", Answer(body=answer.body + b"not json\n[1, 2]\n"))
    listing = archive(server).listing(URL)
    assert len(listing.captures) == 1
    assert listing.warnings == ("3 rows of the index could not be read and were left out.",)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=500, body=b"<html>"), ArchiveUnavailableError),
        (Answer(status=503, body=b"{}"), ArchiveUnavailableError),
        (Answer(status=200, body=b"<html>a page</html>"), ArchiveUnavailableError),
        (Answer(status=404, body=b"nothing"), ArchiveUnavailableError),
        (Answer(status=403), ExcludedError),
        (Answer(status=451), ExcludedError),
        (Answer(status=400, body=b'{"message": "bad"}'), InputError),
    ],
)
def test_what_is_no_listing_is_an_error(server: FaultyServer, answer: Answer, error: type[Exception]) -> None:
    server.route("/coll/", answer)
    with pytest.raises(error):
        archive(server).listing(URL)


def test_an_index_at_another_address_is_found(start_pywb: Callable[..., PywbPeer], demo_warc: Path) -> None:
    peer = start_pywb([demo_warc], "--dialect", "bare", "--cdx-endpoint", "/search/cdx")
    assert len(ap.captures("www.fernhollow.example/privacy.php", archive=f"pywb:{peer.collection_url}")) == 12


def test_pywb_serves_a_store_s_evidence(
    start_pywb: Callable[..., PywbPeer], pywb_wayback: PywbPeer, tmp_path: Path
) -> None:
    first = ap.get(
        "fernhollow.example/legal.php", as_of="2014-12", archive=f"wayback:{pywb_wayback.url}", store=tmp_path
    )
    evidence = sorted((tmp_path / ".archivepolicy" / "warc").glob("*.warc.gz"))
    assert len(evidence) == 2
    peer = start_pywb(evidence, "--dialect", "bare")
    again = ap.get("fernhollow.example/legal.php", as_of="2014-12", archive=f"pywb:{peer.collection_url}")
    assert again.document == first.document
    assert again.capture.digest == first.capture.digest
    assert again.answer is not None
    assert len(again.answer.hops) == 1
