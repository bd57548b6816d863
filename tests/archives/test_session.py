"""Waiting, trying again and giving up, with an injected clock: hours pass in no time."""

from collections.abc import Iterator
from email.utils import formatdate
from itertools import pairwise

import pytest

import archivepolicy
from archivepolicy.archives.limiter import Allowance
from archivepolicy.archives.limits import Limits
from archivepolicy.archives.pacebook import PaceBook
from archivepolicy.archives.session import Request, Session
from archivepolicy.errors import ArchiveUnavailableError, RateLimitedError
from peers.clock import Clock
from peers.faulty import Answer, FaultyServer, faulty_server


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def session(server: FaultyServer, clock: Clock, max_wait_s: float = 600) -> Session:
    return Session(server.url, max_wait_s=max_wait_s, sleep=clock.sleep, now=clock.now)


def test_a_server_error_is_tried_again_with_growing_pauses(server: FaultyServer) -> None:
    server.route("/", Answer(status=503), Answer(status=502), Answer(body=b"there"))
    clock = Clock()
    assert session(server, clock).get(f"{server.url}/x", Request.INDEX).body == b"there"
    assert clock.sleeps == [2, 4]


def test_a_server_error_that_stays_is_given_back_after_all_tries(server: FaultyServer) -> None:
    server.route("/", Answer(status=503))
    clock = Clock()
    assert session(server, clock).get(f"{server.url}/x", Request.INDEX, max_tries=3).status == 503
    assert (len(server.requests), clock.sleeps) == (3, [2, 4])


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), (None, 60)])
def test_a_429_waits_as_long_as_it_says_or_a_minute(server: FaultyServer, header: str | None, seconds: int) -> None:
    headers = (("Retry-After", header),) if header else ()
    server.route("/", Answer(status=429, headers=headers), Answer(body=b"there"))
    clock = Clock()
    assert session(server, clock).get(f"{server.url}/x", Request.REPLAY).body == b"there"
    assert clock.sleeps == [seconds]


def test_a_429_may_name_a_date(server: FaultyServer) -> None:
    clock = Clock()
    until = formatdate(clock.now() + 100, usegmt=True)
    server.route("/", Answer(status=429, headers=(("Retry-After", until),)), Answer(body=b"there"))
    session(server, clock).get(f"{server.url}/x", Request.REPLAY)
    assert clock.sleeps == [100]


def test_nothing_waits_longer_in_all_than_allowed(server: FaultyServer) -> None:
    server.route("/", Answer(status=429, headers=(("Retry-After", "50"),)))
    clock = Clock()
    limited = session(server, clock, max_wait_s=120)
    with pytest.raises(RateLimitedError) as caught:
        limited.get(f"{server.url}/x", Request.REPLAY)
    assert clock.sleeps == [50, 50]
    assert caught.value.retry_after_s == 50
    with pytest.raises(RateLimitedError):  # the allowance is the session's, not the request's
        limited.get(f"{server.url}/x", Request.REPLAY)
    assert clock.sleeps == [50, 50]


def test_an_archived_error_is_no_reason_to_wait(server: FaultyServer) -> None:
    when = ("Memento-Datetime", "Sat, 08 Jun 2013 22:25:01 GMT")
    server.route("/", Answer(status=429, headers=(when, ("Retry-After", "3600"))))
    clock = Clock()
    assert session(server, clock).get(f"{server.url}/x", Request.REPLAY).is_memento
    assert clock.sleeps == []


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_a_broken_answer_is_tried_again_and_then_reported(server: FaultyServer, fault: str) -> None:
    broken = Answer(body=b"half", fault=fault)  # type: ignore[arg-type]
    server.route("/", broken, Answer(body=b"whole"))
    assert session(server, Clock()).get(f"{server.url}/x", Request.REPLAY).body == b"whole"
    server.route("/", broken)
    with pytest.raises(ArchiveUnavailableError, match="cannot be reached|broke off"):
        session(server, Clock()).get(f"{server.url}/x", Request.REPLAY, max_tries=2)


def test_nothing_listens() -> None:
    with faulty_server() as gone:
        address = gone.url
    clock = Clock()
    with pytest.raises(ArchiveUnavailableError, match="connection refused"):
        Session(address, sleep=clock.sleep, now=clock.now).get(f"{address}/x", Request.INDEX)
    assert clock.sleeps == []


def test_redirects_are_given_back_and_cookies_refused(server: FaultyServer) -> None:
    server.route("/", Answer(status=302, headers=(("Location", "https://live.example/"), ("Set-Cookie", "a=1"))))
    here = session(server, Clock())
    for _ in range(2):
        assert here.get(f"{server.url}/x", Request.REPLAY).status == 302
    assert [request.header("Cookie") for request in server.requests] == [None, None]


def test_the_address_is_sent_as_it_is_written(server: FaultyServer) -> None:
    server.route("/", Answer())
    path = "/web/2013id_/http://a.example/%7Euser/a%20b?x=(1)&y=%5B2%5D"
    session(server, Clock()).get(f"{server.url}{path}", Request.REPLAY)
    assert server.requests[0].path == path


def test_the_user_agent_names_tool_version_and_contact(server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.route("/", Answer())
    session(server, Clock()).get(f"{server.url}/x", Request.INDEX)
    monkeypatch.setenv("ARCHIVEPOLICY_CONTACT", "someone@a.example")
    session(server, Clock()).get(f"{server.url}/x", Request.INDEX)
    plain = f"archivepolicy/{archivepolicy.__version__}"
    assert [request.header("User-Agent") for request in server.requests] == [plain, f"{plain} (someone@a.example)"]


def test_every_try_counts_against_the_rate(server: FaultyServer) -> None:
    clock, sent = Clock(), []

    def busy(request: object) -> Answer:
        sent.append(clock.now())
        return Answer(status=503 if len(sent) < 4 else 200)

    server.route("/", busy)
    limits = Limits(rate_per_s={Request.INDEX: 0.1, Request.REPLAY: 0.1})
    here = Session(server.url, sleep=clock.sleep, now=clock.now, limits=limits, book=PaceBook(None))
    here.get(f"{server.url}/x", Request.INDEX)
    assert [round(later - earlier, 1) for earlier, later in pairwise(sent)] == [10.3, 10.3, 10.3]  # not 2, 4 and 8


def test_a_429_that_a_thread_met_holds_the_others(server: FaultyServer) -> None:
    clock, book = Clock(), PaceBook(None)
    limits = Limits(rate_per_s={Request.INDEX: 1000.0, Request.REPLAY: 1000.0})
    sent: list[float] = []

    def limited_once(request: object) -> Answer:
        sent.append(clock.now())
        return Answer(status=429 if len(sent) == 1 else 200)

    server.route("/", limited_once)
    sessions = [Session(server.url, sleep=clock.sleep, now=clock.now, limits=limits, book=book) for _ in range(2)]
    sessions[0].get(f"{server.url}/x", Request.INDEX)
    sessions[1].get(f"{server.url}/x", Request.REPLAY)
    assert [at - sent[0] >= 60 for at in sent] == [False, True, True]


def test_sessions_may_share_what_is_left_of_the_waiting_time(server: FaultyServer) -> None:
    clock = Clock()
    allowance = Allowance(100, clock.now)
    server.route("/", Answer(status=503), Answer(status=503), Answer(), Answer(status=429))
    for _ in range(2):
        here = Session(server.url, max_wait_s=allowance, sleep=clock.sleep, now=clock.now)
        if not clock.sleeps:
            here.get(f"{server.url}/x", Request.INDEX)
    assert allowance.left_s == 94
    with pytest.raises(RateLimitedError):
        here.get(f"{server.url}/x", Request.INDEX)
