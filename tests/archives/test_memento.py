"""Memento archives that are not pywb: paged TimeMaps, none at all, and mementos of every shape."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from archivepolicy.archives.memento import MAX_PAGES, MementoArchive
from archivepolicy.archives.session import Session
from archivepolicy.archives.timegate import MAX_QUESTIONS
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError, NotReplayableError
from archivepolicy.records import Capture
from archivepolicy.timestamps import from_datetime, to_datetime
from peers.faulty import Answer, FaultyServer, Request, faulty_server

URL = "http://a.example/privacy?x=1,2"
MAP = f"/m/timemap/link/{URL}"
LINKS = (("Content-Type", "application/link-format"),)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def archive(server: FaultyServer) -> MementoArchive:
    return MementoArchive(
        f"{server.url}/m/",
        open_session=lambda address: Session(address, max_wait_s=0, sleep=lambda seconds: None),
        now=lambda: "20261123000000",
    )


def http_date(timestamp: str) -> str:
    return format_datetime(to_datetime(timestamp), usegmt=True)


def memento(address: str, timestamp: str, relation: str = "memento") -> str:
    return f'<{address}>; rel="{relation}"; datetime="{http_date(timestamp)}"'


def usual(timestamp: str, url: str = URL, prefix: str = "/m") -> str:
    return memento(f"{prefix}/{timestamp}/{url}", timestamp)


def timemap(*links: str) -> Answer:
    return Answer(headers=LINKS, body=",\n".join([f'<{URL}>; rel="original"', *links]).encode())


def body(timestamp: str, content: bytes = b"<p>we keep logs</p>", status: int = 200, **headers: str) -> Answer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(
        status=status,
        headers=(("Memento-Datetime", http_date(timestamp)), ("Content-Type", "text/html"), *named),
        body=content,
    )


def test_a_timemap_is_read_over_all_its_pages(server: FaultyServer) -> None:
    following = f'<{server.url}{MAP}/2>; rel="timemap"; type="application/link-format"; from="x"'
    again = f'<{server.url}{MAP}>; rel="timemap self"; type="application/link-format"'
    other_form = f'<{server.url}/m/timemap/json/{URL}>; rel="timemap"; type="application/json"'
    server.route(MAP, timemap(usual("20140101000000"), again, following, other_form))
    server.route(f"{MAP}/2", timemap(usual("20120101000000"), usual("20140101000000"), again))
    captures = archive(server).listing(URL).captures
    assert [(one.url, one.timestamp, one.status) for one in captures] == [
        (URL, "20120101000000", None),
        (URL, "20140101000000", None),
    ]
    assert [request.path for request in server.requests] == [MAP, f"{MAP}/2"]


def test_pages_without_end_and_on_other_hosts_are_not_followed(server: FaultyServer) -> None:
    numbers = iter(range(10_000))

    def endless(request: Request) -> Answer:
        page = f'<{server.url}{MAP}/{next(numbers)}>; rel="timemap"'
        return timemap(usual("20140101000000"), page, '<http://elsewhere.example/timemap>; rel="timemap"')

    server.route(MAP, endless)
    listing = archive(server).listing(URL)
    assert len(server.requests) == MAX_PAGES
    assert "more than 100 pages" in listing.warnings[0]


def test_other_pages_and_mementos_without_a_time_are_left_out(server: FaultyServer) -> None:
    server.route(
        MAP, timemap(usual("20140101000000"), usual("20140101000000", "http://b.example/"), '</m/x>; rel="memento"')
    )
    listing = archive(server).listing(URL)
    assert len(listing.captures) == 1
    assert listing.warnings == ("1 row of the index could not be read and was left out.",)


def test_a_memento_is_asked_for_raw(server: FaultyServer) -> None:
    server.route(MAP, timemap(usual("20140101000000")))
    server.route("/m/20140101000000id_/", body("20140101000000"))
    here = archive(server)
    got = here.replay(here.listing(URL).captures[0])
    assert (got.payload, got.warnings, got.digest_verdict) == (b"<p>we keep logs</p>", (), "unknown")
    assert got.memento_url == f"{server.url}/m/20140101000000id_/http%3A//a.example/privacy%3Fx%3D1%2C2"
    assert archive(server).replay(got.capture).payload == got.payload  # listed by an earlier run


def test_where_nothing_is_given_raw_it_is_taken_as_it_is_with_a_warning(server: FaultyServer) -> None:
    server.route(MAP, timemap(usual("20140101000000"), memento("/captures/77", "20150101000000")))
    server.route("/m/20140101000000id_/", Answer(status=404))
    server.route("/m/20140101000000/", body("20140101000000"))
    server.route("/captures/77", body("20150101000000", status=301, Location="/m/20150101000000/http://a.example/new"))
    here = archive(server)
    first, second = (here.replay(one) for one in here.listing(URL).captures)
    assert first.memento_url == f"{server.url}/m/20140101000000/{URL}"
    assert second.location == "http://a.example/new"
    for got in (first, second):
        assert "may have been rewritten" in got.warnings[-1]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>no memento</html>"),
        Answer(status=404),
        Answer(status=302, headers=(("Location", "http://live.example/"),)),
        body("20140202000000"),
    ],
)
def test_what_is_not_this_capture_is_never_taken_for_it(server: FaultyServer, answer: Answer) -> None:
    server.route(MAP, timemap(usual("20140101000000"), memento("/captures/77", "20150101000000")))
    server.route("/m/2014", answer)
    server.route("/captures/77", answer)
    here = archive(server)
    for capture in here.listing(URL).captures:
        with pytest.raises(NotReplayableError):
            here.replay(capture)
    with pytest.raises(NotReplayableError, match="no address"):
        here.replay(Capture(url=URL, timestamp="20100101000000", archive="x"))


def test_an_aggregator_s_captures_name_the_archive_that_holds_them(server: FaultyServer) -> None:
    with faulty_server() as holder:
        address = holder.url.replace("127.0.0.1", "localhost")
        holder.route("/w/20140101000000id_/", body("20140101000000"))
        server.route(MAP, timemap(usual("20140101000000", prefix=f"{address}/w")))
        here = archive(server)
        (capture,) = here.listing(URL).captures
        assert capture.archive == "localhost"
        assert here.replay(capture).payload == b"<p>we keep logs</p>"


def gate(moments: list[str], requests: list[str]) -> Callable[[Request], Answer]:
    """A TimeGate that leads to the nearest of some captures and names no other."""

    def answer(request: Request) -> Answer:
        wanted = parsedate_to_datetime(request.header("Accept-Datetime") or "")
        requests.append(from_datetime(wanted))
        chosen = min(moments, key=lambda one: abs(to_datetime(one) - wanted))
        return Answer(status=302, headers=(("Location", f"/m/{chosen}/{URL}"), ("Vary", "accept-datetime")))

    return answer


def test_without_a_timemap_the_timegate_is_asked_until_it_names_nothing_new(server: FaultyServer) -> None:
    moments = ["20010101000000", "20130101000000", "20130102000000", "20200101000000"]
    requests: list[str] = []
    server.route(f"/m/{URL}", gate(moments, requests))
    listing = archive(server).listing(URL)
    assert [one.timestamp for one in listing.captures] == moments
    assert len(requests) < 12
    assert "others may be missing" in listing.warnings[0]


def test_a_timegate_is_asked_so_often_and_no_more(server: FaultyServer) -> None:
    moments = [from_datetime(datetime(2000 + number // 12, number % 12 + 1, 1, tzinfo=UTC)) for number in range(240)]
    requests: list[str] = []
    server.route(f"/m/timegate/{URL}", gate(moments, requests))
    assert len(archive(server).listing(URL).captures) > MAX_QUESTIONS // 3
    assert len(requests) == MAX_QUESTIONS


def test_a_timegate_that_answers_at_once_says_where_the_memento_lies(server: FaultyServer) -> None:
    link = usual("20140101000000"), memento(f"/m/20120101000000/{URL}", "20120101000000", "first memento")
    server.route(
        f"/m/{URL}",
        body("20130101000000", Content_Location=f"/m/20130101000000/{URL}", Link=", ".join(link)),
    )
    assert [one.timestamp[:4] for one in archive(server).listing(URL).captures] == ["2012", "2013", "2014"]


def test_neither_timemap_nor_timegate_knows_the_url(server: FaultyServer) -> None:
    listing = archive(server).listing(URL)
    assert (listing.captures, listing.warnings) == ((), ())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=503, body=b"<html>"), ArchiveUnavailableError),
        (Answer(status=500), ArchiveUnavailableError),
        (Answer(status=403), ExcludedError),
        (Answer(status=451), ExcludedError),
    ],
)
@pytest.mark.parametrize("place", [MAP, "/m/"])
def test_an_outage_is_never_no_captures(
    server: FaultyServer, answer: Answer, error: type[Exception], place: str
) -> None:
    server.route(place, answer)
    with pytest.raises(error):
        archive(server).listing(URL)


def test_a_page_in_the_place_of_a_timemap_is_none(server: FaultyServer) -> None:
    server.route(MAP, Answer(body=b"<!DOCTYPE html><html>Search our archive</html>"))
    server.route(f"/m/{URL}", gate(["20130101000000"], []))
    assert len(archive(server).listing(URL).captures) == 1


def test_a_later_page_that_fails_is_an_error(server: FaultyServer) -> None:
    server.route(MAP, timemap(usual("20140101000000"), f'<{server.url}{MAP}/2>; rel="timemap"'))
    server.route(f"{MAP}/2", Answer(status=400))
    with pytest.raises(InputError):
        archive(server).listing(URL)
    server.route(f"{MAP}/2", Answer(body=b"<html>"))
    with pytest.raises(ArchiveUnavailableError):
        archive(server).listing(URL)
