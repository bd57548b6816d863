"""The Wayback Machine's dialect: the contract of waybackpy's one replaced method, and what no answer may be taken for."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivepolicy.archives import open_archive
from archivepolicy.archives.session import Session
from archivepolicy.archives.wayback import WaybackArchive
from archivepolicy.errors import (
    ArchiveUnavailableError,
    ExcludedError,
    InputError,
    NotReplayableError,
    RateLimitedError,
)
from archivepolicy.records import Capture
from peers.clock import Clock
from peers.exchanges import replayed
from peers.faulty import Answer, FaultyServer, faulty_server
from peers.pywb_peer import PywbPeer

URL = "http://a.example/privacy"
ROW = "example,a)/privacy {} http://a.example/privacy text/html {} {} 1234"
DIGEST = "JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4"
INDEX, REPLAY = "/cdx/search/cdx", "/web/"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def archive(server: FaultyServer, *, max_wait_s: float = 0) -> WaybackArchive:
    clock = Clock()
    session = Session(server.url, max_wait_s=max_wait_s, sleep=clock.sleep, now=clock.now)
    return WaybackArchive(server.url, session=session, now=lambda: "20261123000000")


def text(*lines: str) -> Answer:
    return Answer(body="".join(f"{line}\n" for line in lines).encode())


def capture(timestamp: str = "20130608222501", *, status: int | None = 200, is_revisit: bool = False) -> Capture:
    return Capture(
        url=URL, timestamp=timestamp, status=status, is_revisit=is_revisit, digest=DIGEST, archive="127.0.0.1"
    )


def memento(body: bytes = b"<p>policy</p>", *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    when = ("Memento-Datetime", "Sat, 08 Jun 2013 22:25:01 GMT")
    return Answer(status=status, headers=(("Content-Type", "text/html"), when, *headers), body=body)


def test_rows_become_captures_in_order(server: FaultyServer) -> None:
    server.route(
        INDEX,
        text(
            ROW.format("20140101000000", "301", DIGEST),
            ROW.format("20130608222501", "200", DIGEST),
            f"example,a)/privacy 20150101000000 http://a.example:80/privacy warc/revisit - {DIGEST} 500",
            f"example,a)/privacy 20160101000000 https://a.example/privacy unk - {DIGEST} -",
        ),
    )
    rows = archive(server).listing(URL).captures
    assert [row.timestamp[:4] for row in rows] == ["2013", "2014", "2015", "2016"]
    assert [row.status for row in rows] == [200, 301, None, None]
    assert [row.is_revisit for row in rows] == [False, False, True, False]
    assert rows[2].url == "http://a.example:80/privacy"
    assert rows[3].length is None
    (request,) = server.requests
    assert "url=http%3A%2F%2Fa.example%2Fprivacy" in request.path
    assert "closest" not in request.path
    assert "archivepolicy/" in str(request.header("User-Agent"))


def test_resume_keys_are_followed_to_the_end_quoted_again(server: FaultyServer) -> None:
    server.route(
        INDEX,
        text(ROW.format("20130608222501", "200", DIGEST), "", "example%2Ca%29%2Fprivacy+20130608222502"),
        text(ROW.format("20140608222501", "200", DIGEST)),
    )
    assert len(archive(server).listing(URL).captures) == 2
    assert "resumeKey=example%252Ca%2529%252Fprivacy%2B20130608222502" in server.requests[1].path


def test_a_resume_key_that_comes_again_ends_the_listing(server: FaultyServer) -> None:
    server.route(INDEX, text(ROW.format("20130608222501", "200", DIGEST), "", "same+key"))
    assert len(archive(server).listing(URL).captures) == 1
    assert len(server.requests) == 2


def test_rows_that_cannot_be_read_are_counted_and_reported(server: FaultyServer) -> None:
    server.route(
        INDEX,
        text(
            ROW.format("20130608222501", "200", DIGEST),
            ROW.format("20131308222501", "200", DIGEST),  # no such month
            ROW.format("20130708222501", "200", DIGEST) + " one more",
            "cut off",
        ),
    )
    listing = archive(server).listing(URL)
    assert len(listing.captures) == 1
    assert listing.warnings == ("3 rows of the index could not be read and were left out.",)


def test_no_rows_are_an_answer(server: FaultyServer) -> None:
    server.route(INDEX, Answer(body=b"\n"))
    assert archive(server).listing(URL).captures == ()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=503, body=b"<html>503 Service Unavailable</html>"),
        Answer(status=503, body=b"busy"),
        Answer(status=504, body=b"<html>gateway timeout</html>"),
        Answer(status=500),
        Answer(status=404, body=b"not here"),
        Answer(status=200, body=b"<html>We are down for maintenance</html>"),
        Answer(status=302, headers=(("Location", "https://elsewhere.example/"),)),
    ],
)
def test_an_outage_is_never_no_captures(server: FaultyServer, answer: Answer) -> None:
    server.route(INDEX, answer)
    with pytest.raises(ArchiveUnavailableError):
        archive(server).listing(URL)


def test_a_limit_is_said_to_be_one_with_the_time_to_wait(server: FaultyServer) -> None:
    server.route(INDEX, Answer(status=429, headers=(("Retry-After", "77"),)))
    with pytest.raises(RateLimitedError, match="429") as caught:
        archive(server).listing(URL)
    assert caught.value.retry_after_s == 77
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "kind", ["AdministrativeAccessControlException: Blocked Site Error", "RobotAccessControlException: x"]
)
def test_an_excluded_site_is_said_to_be_one(server: FaultyServer, kind: str) -> None:
    server.route(INDEX, Answer(status=403, body=f"org.archive.wayback.exception.{kind}".encode()))
    with pytest.raises(ExcludedError):
        archive(server).listing(URL)


def test_a_url_that_the_index_cannot_read_is_wrong_input(server: FaultyServer) -> None:
    server.route(INDEX, Answer(status=400))
    with pytest.raises(InputError):
        archive(server).listing(URL)


def test_a_memento_has_the_archived_bytes_headers_and_address(server: FaultyServer) -> None:
    page = b"<p>we keep logs</p>"
    server.route(
        REPLAY,
        memento(
            gzip.compress(page),
            headers=(
                ("Content-Encoding", "gzip"),
                ("X-Archive-Orig-Server", "Apache"),
                ("X-Archive-Orig-Content-Length", str(len(page))),
                ("Link", '<http://a.example/privacy>; rel="original"'),
                ("Set-Cookie", "tracker=1"),
            ),
        ),
    )
    here = archive(server)
    got = here.replay(capture())
    assert (got.payload, got.stored_payload, got.status) == (page, page, 200)
    assert dict(got.headers) == {"Content-Type": "text/html", "Server": "Apache", "Content-Length": str(len(page))}
    assert got.memento_url == f"{server.url}/web/20130608222501id_/http%3A//a.example/privacy"
    assert got.digest_verdict == "mismatch"
    assert got.retrieved_at == "20261123000000"
    assert server.requests[0].path == "/web/20130608222501id_/http://a.example/privacy"
    here.replay(capture())
    assert server.requests[1].header("Cookie") is None


def test_a_blank_content_encoding_beside_a_true_one_is_passed_over(server: FaultyServer) -> None:
    server.route(
        REPLAY, memento(gzip.compress(b"text"), headers=(("content-encoding", ""), ("Content-Encoding", "gzip")))
    )
    assert archive(server).replay(capture()).payload == b"text"


@pytest.mark.parametrize("status", [404, 429, 503])
def test_an_archived_error_is_an_answer_and_never_waited_for(server: FaultyServer, status: int) -> None:
    server.route(REPLAY, memento(status=status, headers=(("Retry-After", "3600"),)))
    assert archive(server).replay(capture()).status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/web/20130608222501id_/http://b.example/new?x=1", "http://b.example/new?x=1"),
        ("http://b.example/live", "http://b.example/live"),
        ("/relative", "http://a.example/relative"),
    ],
)
def test_an_archived_redirect_tells_the_original_target_and_is_not_followed(
    server: FaultyServer, location: str, target: str
) -> None:
    server.route(REPLAY, memento(status=301, headers=(("Location", location),)))
    assert archive(server).replay(capture(status=301)).location == target
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Answer(status=302, headers=(("Location", "/web/20130702000000id_/http://a.example/privacy"),
                                        ("X-Archive-Redirect-Reason", "found capture at 20130702000000"))),
            "offers the one of 2013-07-02",
        ),
        (Answer(status=302, headers=(("Location", "https://live.example/"),)), "leads elsewhere"),
        (Answer(status=404, body=b"never archived"), "404"),
        (Answer(status=200, body=b"<title>Wayback Machine</title> Got an HTTP 302 response at crawl time"), "without a capture"),
        (memento(headers=(("Memento-Datetime", "x"),)), ""),
    ],
)  # fmt: skip
def test_what_is_not_this_capture_is_never_taken_for_it(server: FaultyServer, answer: Answer, words: str) -> None:
    if not words:
        answer = Answer(headers=(("Memento-Datetime", "Tue, 02 Jul 2013 00:00:00 GMT"),), body=b"another date")
        words = "gave the capture of 2013-07-02"
    server.route(REPLAY, answer)
    with pytest.raises(NotReplayableError, match=words):
        archive(server).replay(capture())


def test_an_exclusion_page_served_as_200_is_never_a_policy(server: FaultyServer) -> None:
    body = b"<html><title>Wayback Machine</title><p>This URL has been excluded from the Wayback Machine.</p></html>"
    server.route(REPLAY, Answer(body=body))
    with pytest.raises(ExcludedError):
        archive(server).replay(capture())


def test_the_archive_s_own_redirect_within_the_same_second_is_followed(server: FaultyServer) -> None:
    server.route(
        REPLAY,
        Answer(status=302, headers=(("Location", "/web/20130608222501id_/http://a.example:80/privacy"),)),
        memento(b"here"),
    )
    assert archive(server).replay(capture()).payload == b"here"


def test_a_truncated_capture_is_read_with_a_warning(server: FaultyServer) -> None:
    server.route(REPLAY, memento(b"cut", headers=(("X-Archive-Orig-Content-Length", "5000"),)))
    (warning,) = archive(server).replay(capture()).warnings
    assert "3 bytes" in warning
    assert "5000" in warning


@pytest.mark.corpus
def test_recorded_listing_with_resume_keys(corpus: Path) -> None:
    with replayed(corpus / "exchanges" / "test_search_multipage.yaml") as server:
        rows = archive(server).listing("cnn.com").captures
    assert len(rows) == 96
    assert [row.timestamp for row in rows] == sorted(row.timestamp for row in rows)


@pytest.mark.corpus
def test_recorded_exclusions(corpus: Path) -> None:
    with (
        replayed(corpus / "exchanges" / "test_search_raises_for_blocked_urls.yaml") as server,
        pytest.raises(ExcludedError),
    ):
        archive(server).listing("https://nationalpost.com/health")
    blocked = Capture(url="https://nationalpost.com/health/", timestamp="20170929002712", status=200, archive="x")
    with (
        replayed(corpus / "exchanges" / "test_get_memento_raises_blocked_error.yaml") as server,
        pytest.raises(ExcludedError),
    ):
        archive(server).replay(blocked)


@pytest.mark.corpus
def test_recorded_mementos(corpus: Path) -> None:
    birds = Capture(url="https://www.fws.gov/birds/", timestamp="20171124151315", status=200, archive="x")
    with replayed(corpus / "exchanges" / "test_get_memento.yaml") as server:
        got = archive(server).replay(birds)
    assert got.payload.lstrip().lower().startswith(b"<!doctype html")
    assert got.header("content-type")
    limited = Capture(url="http://www.reddit.com/r/PokemonGiveaway", timestamp="20150129034904", archive="x")
    with replayed(corpus / "exchanges" / "test_get_memento_works_on_archived_rate_limit_responses.yaml") as server:
        assert archive(server).replay(limited).status == 429


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("cassette", "url", "timestamp"),
    [
        ("test_get_memento_raises_no_memento_error", "https://this-is-not-real-url.whatever/", "20170929002712"),
        (
            "test_get_memento_raises_when_memento_is_outside_target_window",
            "https://www.fws.gov/birds/",
            "20171101000000",
        ),
        ("test_get_memento_should_fail_for_non_playbackable_mementos", "https://www.fws.gov/birds/", "20150509080314"),
    ],
)
def test_recorded_answers_that_are_no_capture(corpus: Path, cassette: str, url: str, timestamp: str) -> None:
    with replayed(corpus / "exchanges" / f"{cassette}.yaml") as server, pytest.raises(NotReplayableError):
        archive(server).replay(Capture(url=url, timestamp=timestamp, status=200, archive="x"))


@pytest.mark.corpus
def test_recorded_redirect(corpus: Path) -> None:
    redirect = Capture(
        url="https://www.epa.gov/ghgreporting/san5779-factsheet", timestamp="20180808094144", status=301, archive="x"
    )
    with replayed(corpus / "exchanges" / "test_get_memento_with_redirects.yaml") as server:
        got = archive(server).replay(redirect)
        assert got.status == 301
        target = "https://www.epa.gov/ghgreporting/proposed-rule-fact-sheet-greenhouse-gas-reporting-program"
        assert str(got.location).startswith(target)
        # its target was captured an hour later: the archive's "found capture at" is never followed
        assert got.location is not None
        with pytest.raises(NotReplayableError, match="2018-08-08T10:45:00Z"):
            archive(server).replay(Capture(url=got.location, timestamp="20180808094144", archive="x"))


def test_the_front_pages_through_a_whole_listing(pywb_wayback: PywbPeer) -> None:
    here = open_archive(f"wayback:{pywb_wayback.url}")
    assert len(here.listing("http://www.fernhollow.example/privacy.php").captures) == 12
    assert here.listing("http://unknown.example/").captures == ()
