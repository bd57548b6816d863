"""The limiter, its pace and its book: the contract of politeness, over hours that pass in no time."""

import itertools
import logging
import math
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.archives.limiter import Allowance, Limiter
from archivepolicy.archives.limits import RATE_PER_S, Limits, Request, archive_address, limits_of, state_file
from archivepolicy.archives.pace import Pace, Pause, as_of_now, calmed, interval_s, paused, reserved
from archivepolicy.archives.pacebook import PaceBook
from archivepolicy.errors import ArchiveUnavailableError, InputError, RateLimitedError
from peers.clock import Clock

LIMITS = Limits(rate_per_s=RATE_PER_S)
NONE = Limits(rate_per_s=None)


def limiter(clock: Clock, book: PaceBook | None = None, limits: Limits = LIMITS) -> Limiter:
    return Limiter(
        "a.example", name="a.example", limits=limits, book=book or PaceBook(None), now=clock.now, sleep=clock.sleep
    )


def endless(clock: Clock) -> Allowance:
    return Allowance(math.inf, clock.now)


def limit(one: Limiter, *, told_s: float | None = None, sent_at: float) -> None:
    one.pause(told_s=told_s, sent_at=sent_at, reason="it limits requests (429)", is_limit=True)


class TestRate:
    @pytest.mark.parametrize(("kind", "allowed_per_s"), [(Request.INDEX, 0.4), (Request.REPLAY, 8.0)])
    def test_an_hour_keeps_the_wayback_machine_s_rate_and_uses_it(self, kind: Request, allowed_per_s: float) -> None:
        clock = Clock()
        here, start = limiter(clock), clock.now()
        sent = []
        while clock.now() < start + 3600:
            sent.append(here.acquire(kind, endless(clock)))
        assert 0.95 <= len(sent) / 3600 / allowed_per_s <= 1
        gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
        assert max(gaps) - min(gaps) < 0.001  # smooth

    @given(
        rate=st.sampled_from([0.2, 0.4, 1.0, 5.0, 8.0]),
        pauses=st.lists(st.floats(0, 3) | st.just(0.0), min_size=30, max_size=120),
        jitter=st.lists(st.floats(0, 0.25), min_size=30, max_size=30),
        window_s=st.floats(10, 60),
    )
    def test_no_window_of_ten_seconds_holds_more_than_its_share(
        self, rate: float, pauses: list[float], jitter: list[float], window_s: float
    ) -> None:
        """However requests come, idle times in between, and each sent up to a quarter of a second late."""
        pace, now, sent = Pace(), 1000.0, []
        for at, pause_s in enumerate(pauses):
            now += pause_s
            pace, slot = reserved(pace, "replay", interval_s(rate), now)
            now = max(now, slot)
            sent.append(slot + jitter[at % len(jitter)])
        for start in sent:
            assert sum(start <= one < start + window_s for one in sent) <= math.ceil(rate * window_s)

    def test_kinds_have_rates_of_their_own_and_first_come_is_first_served(self) -> None:
        clock = Clock()
        pace, first = reserved(Pace(), "index", 2.5, clock.now())
        pace, second = reserved(pace, "index", 2.5, clock.now())
        pace, other = reserved(pace, "replay", 0.125, clock.now())
        assert (first, second, other) == (clock.now(), clock.now() + 2.5, clock.now())

    def test_a_slot_used_too_late_is_given_up(self) -> None:
        clock = Clock(oversleep_s=1.0)
        here = limiter(clock)
        first = here.acquire(Request.REPLAY, endless(clock))
        second = here.acquire(Request.REPLAY, endless(clock))  # slept a second too long, and could go at once then
        assert second >= first + interval_s(8)

    def test_without_a_limit_nothing_waits_and_no_file_is_made(self, tmp_path: Path) -> None:
        clock, book = Clock(), PaceBook(tmp_path / "state" / "x.sqlite")
        here = limiter(clock, book, NONE)
        for _ in range(100):
            here.acquire(Request.INDEX, Allowance(0, clock.now))
        assert clock.sleeps == []
        assert list(tmp_path.iterdir()) == []


class TestPause:
    @pytest.mark.parametrize(("told_s", "seconds"), [(7.0, 7), (None, 60), (3 * 86400.0, 86400)])
    def test_it_lasts_as_long_as_told_or_a_minute(self, told_s: float | None, seconds: int) -> None:
        clock = Clock()
        here = limiter(clock)
        start = clock.now()
        limit(here, told_s=told_s, sent_at=start)
        assert here.acquire(Request.REPLAY, endless(clock)) == start + seconds

    def test_it_holds_for_both_kinds_and_every_limiter_of_the_archive(self) -> None:
        clock, book = Clock(), PaceBook(None)
        one, other = limiter(clock, book), limiter(clock, book)
        sent_at = one.acquire(Request.REPLAY, endless(clock))
        limit(one, sent_at=sent_at)
        assert other.acquire(Request.INDEX, endless(clock)) >= sent_at + 60
        elsewhere = Limiter("b.example", name="b", limits=LIMITS, book=book, now=clock.now, sleep=clock.sleep)
        before = clock.now()
        assert elsewhere.acquire(Request.INDEX, endless(clock)) == before

    def test_it_grows_on_repetition_to_an_hour_and_is_forgotten_when_the_archive_answers(self) -> None:
        clock = Clock()
        here = limiter(clock)
        lengths = []
        for _ in range(9):
            sent_at = here.acquire(Request.REPLAY, endless(clock))
            limit(here, sent_at=sent_at)
            lengths.append(round(here.acquire(Request.REPLAY, endless(clock)) - sent_at))
        assert lengths == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
        here.calm(clock.now())
        sent_at = here.acquire(Request.REPLAY, endless(clock))
        limit(here, sent_at=sent_at)
        assert here.acquire(Request.REPLAY, endless(clock)) == sent_at + 60

    def test_a_time_told_is_kept_to_on_repetition_unless_it_is_none(self) -> None:
        pace, lengths = Pace(), []
        now = 1000.0
        for told_s in (50.0, 50.0, 1.0, 1.0, 1.0, 1.0):
            pace = paused(pace, told_s=told_s, sent_at=now, now=now, reason="", is_limit=True)
            lengths.append(pace.pause.until - now)
            now = pace.pause.until
        assert lengths == [50, 50, 4, 8, 16, 32]

    def test_answers_to_requests_under_way_count_as_one(self) -> None:
        pace = Pace()
        for at in range(16):  # sixteen threads sent at 1000 and are answered one after the other
            pace = paused(pace, told_s=None, sent_at=1000.0, now=1001.0 + at / 10, reason="", is_limit=True)
        assert pace.pause.count == 1
        assert pace.pause.until == pytest.approx(1001 + 1.5 + 60)

    def test_a_success_from_before_the_pause_says_nothing(self) -> None:
        clock, book = Clock(), PaceBook(None)
        here = limiter(clock, book)
        limit(here, sent_at=clock.now())
        here.calm(clock.now() - 1)
        assert book.read("a.example").pause.count == 1

    def test_a_pause_that_begins_while_others_wait_holds_them(self) -> None:
        clock, book = Clock(), PaceBook(None)
        here, other = limiter(clock, book), limiter(clock, book)
        start = here.acquire(Request.INDEX, endless(clock))
        plain_sleep, begun = clock.sleep, []

        def sleep(seconds: float) -> None:
            plain_sleep(seconds)
            if not begun:
                begun.append(clock.now())
                limit(other, sent_at=start)

        here._sleep = sleep
        assert here.acquire(Request.INDEX, endless(clock)) == begun[0] + 60

    @given(st.lists(st.tuples(st.sampled_from(["reserve", "limit", "calm"]), st.floats(0, 300)), max_size=40))
    def test_no_slot_lies_inside_a_pause(self, steps: list[tuple[str, float]]) -> None:
        pace, now = Pace(), 1000.0
        for step, passed_s in steps:
            now += passed_s
            if step == "limit":
                pace = paused(pace, told_s=None, sent_at=now, now=now, reason="", is_limit=True)
            elif step == "calm":
                pace = calmed(pace, now)
            else:
                pace, slot = reserved(pace, "index", 2.5, now)
                assert slot >= max(now, pace.pause.until)

    def test_a_clock_set_back_makes_nobody_wait_for_the_hour_to_come_again(self) -> None:
        pace, _ = reserved(Pace(), "index", 2.5, 10_000.0)
        pace = replace(pace, pause=Pause(until=10_060.0, since=10_000.0, count=1))
        now = as_of_now(pace, 6_400.0)
        assert now.pause.until == 6_460
        assert now.slots["index"] == 6_402.5
        assert as_of_now(pace, 9_999.0) == pace  # a thread that looked at the clock a little earlier


class TestAllowance:
    def test_what_does_not_fit_is_refused_at_once_with_the_way_on(self) -> None:
        clock = Clock()
        here = limiter(clock)
        limit(here, told_s=300, sent_at=clock.now())
        with pytest.raises(RateLimitedError, match="try again in 300 s or allow a longer --max-wait") as caught:
            here.acquire(Request.REPLAY, Allowance(180, clock.now))
        assert (caught.value.retry_after_s, clock.sleeps) == (300, [])

    def test_a_refusal_is_not_called_a_limit(self) -> None:
        clock = Clock()
        here = limiter(clock)
        here.pause(told_s=None, sent_at=clock.now(), reason="connection refused", is_limit=False)
        with pytest.raises(ArchiveUnavailableError, match="connection refused") as caught:
            here.acquire(Request.REPLAY, Allowance(10, clock.now))
        assert not isinstance(caught.value, RateLimitedError)

    def test_its_own_pace_costs_nothing_and_a_queue_before_it_does(self) -> None:
        clock, book = Clock(), PaceBook(None)
        here = limiter(clock, book)
        for _ in range(100):
            here.acquire(Request.INDEX, Allowance(0, clock.now))
        for _ in range(10):  # ten others wait already
            book.change("a.example", lambda pace: reserved(pace, "index", interval_s(0.4), clock.now()))
        with pytest.raises(RateLimitedError, match="other requests of this machine"):
            here.acquire(Request.INDEX, Allowance(20, clock.now))
        before = book.read("a.example").slots
        with pytest.raises(RateLimitedError):
            here.acquire(Request.INDEX, Allowance(20, clock.now))
        assert book.read("a.example").slots == before  # who does not wait takes no place

    def test_threads_that_wait_at_the_same_time_count_once(self) -> None:
        clock = Clock()
        allowance = Allowance(180, clock.now)
        assert all(allowance.take(60) for _ in range(16))
        clock.sleep(60)
        assert allowance.left_s == 120
        since = clock.now()
        clock.sleep(50)
        allowance.spend(since)
        assert allowance.left_s == 70
        assert not allowance.take(71)

    def test_what_makes_us_wait_is_said_once(self, caplog: pytest.LogCaptureFixture) -> None:
        clock, book = Clock(), PaceBook(None)
        limit(limiter(clock, book), sent_at=clock.now())
        with caplog.at_level(logging.WARNING):
            limiter(clock, book)._say(book.read("a.example").pause, 60)
            limiter(clock, book).acquire(Request.REPLAY, endless(clock))
        assert [record.getMessage() for record in caplog.records] == [
            "a.example: it limits requests (429); waiting 60 s"
        ]


# what a process of its own does: wait until all are there, send as fast as it may, and say when
ASK_AND_SAY = """
import math, sys, time
from pathlib import Path
from archivepolicy.archives.limiter import Allowance, Limiter
from archivepolicy.archives.limits import Limits, Request
from archivepolicy.archives.pacebook import PaceBook
limits, book = Limits(rate_per_s={Request.REPLAY: 50.0}), PaceBook(Path(sys.argv[1]) / "pace.sqlite")
here = Limiter("a.example", name="a", limits=limits, book=book, now=time.time, sleep=time.sleep)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(15):
    print(here.acquire(Request.REPLAY, Allowance(math.inf, time.time)))
"""


class TestBook:
    def test_processes_share_it(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", ASK_AND_SAY, str(tmp_path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:  # type: ignore[call-overload]
            for worker in (one, other):
                assert worker.stdout.readline() == "ready\n"
            for worker in (one, other):
                worker.stdin.write("go\n")
                worker.stdin.flush()
            each = [[float(line) for line in worker.communicate()[0].split()] for worker in (one, other)]
        times = sorted(each[0] + each[1])
        assert len(times) == 30
        assert len(times) - 1 <= (times[-1] - times[0] + 0.3) * 50

    def test_a_killed_process_leaves_it_whole(self, tmp_path: Path) -> None:
        code = (
            "import time; from pathlib import Path; from archivepolicy.archives.pacebook import PaceBook\n"
            "def change(pace):\n    print('inside', flush=True); time.sleep(60)\n"
            f"PaceBook(Path({str(tmp_path / 'x.sqlite')!r})).change('a', change)"
        )
        book = PaceBook(tmp_path / "x.sqlite")
        book.change("a", lambda pace: (replace(pace, slots={"index": 5.0}), None))
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        assert book.read("a").slots == {"index": 5.0}
        book.change("a", lambda pace: (replace(pace, slots={"index": 6.0}), None))
        assert book.read("a").slots == {"index": 6.0}

    def test_what_a_change_that_raises_did_is_undone(self, tmp_path: Path) -> None:
        for book in (PaceBook(tmp_path / "x.sqlite"), PaceBook(None)):
            book.change("a", lambda pace: (replace(pace, slots={"index": 5.0}), None))
            with pytest.raises(ZeroDivisionError):
                book.change("a", lambda pace: (pace, 1 // 0))
            assert book.read("a").slots == {"index": 5.0}

    @pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 20, b""])
    def test_a_damaged_file_is_begun_anew(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "x.sqlite"
        file.write_bytes(content)
        book = PaceBook(file)
        assert book.read("a") == Pace()
        book.change("a", lambda pace: (replace(pace, slots={"index": 5.0}), None))
        assert PaceBook(file).read("a").slots == {"index": 5.0}

    def test_a_row_of_another_release_is_forgotten(self, tmp_path: Path) -> None:
        file = tmp_path / "x.sqlite"
        PaceBook(file).change("a", lambda pace: (pace, None))
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE pace_1 SET pace = '{\"other\": 1}'")
        connection.close()
        assert PaceBook(file).read("a") == Pace()

    def test_where_it_cannot_be_written_this_process_keeps_it_alone_and_says_so(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "file").write_text("not a folder")
        book = PaceBook(tmp_path / "file" / "x.sqlite")
        clock = Clock()
        here = limiter(clock, book)
        with caplog.at_level(logging.WARNING):
            first = here.acquire(Request.INDEX, endless(clock))
            second = here.acquire(Request.INDEX, endless(clock))
        assert second - first == pytest.approx(interval_s(0.4))
        (record,) = caplog.records
        assert "cannot be used" in record.getMessage()
        assert not book.is_shared

    def test_threads_share_it(self, tmp_path: Path) -> None:
        book = PaceBook(tmp_path / "x.sqlite")
        slots: list[float] = []

        def reserve() -> None:
            for _ in range(5):
                slots.append(book.change("a", lambda pace: reserved(pace, "index", 1.0, 1000.0)))  # noqa: PERF401 -- one by one is what is tested

        threads = [threading.Thread(target=reserve) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(slots) == [1000.0 + n for n in range(80)]


class TestLimits:
    def test_the_wayback_machine_has_its_own_and_loopback_none(self) -> None:
        assert limits_of("https://web.archive.org", {}).rate_per_s == {Request.INDEX: 0.4, Request.REPLAY: 8.0}
        assert limits_of("http://pywb.example:8080/web", {}).rate_per_s == RATE_PER_S
        for host in ("localhost", "127.0.0.1", "[::1]"):
            assert limits_of(f"http://{host}:8080", {}) == Limits(rate_per_s=None, waits_when_refused=False)

    @pytest.mark.parametrize(
        ("base_url", "text", "rates"),
        [
            ("http://127.0.0.1:1", "5", (5, 5)),
            ("http://127.0.0.1:1", "0.4, 8", (0.4, 8)),
            ("http://pywb.example", "50,100", (50, 100)),
            ("https://web.archive.org", "50,1", (0.4, 1)),  # what an archive asks for is lowered, never raised
        ],
    )
    def test_a_rate_can_be_set(self, base_url: str, text: str, rates: tuple[float, float]) -> None:
        found = limits_of(base_url, {"ARCHIVEPOLICY_RATE": text}).rate_per_s
        assert found is not None
        assert (found[Request.INDEX], found[Request.REPLAY]) == rates

    @pytest.mark.parametrize("text", ["fast", "0", "-1", "inf", "nan", "1,2,3", ","])
    def test_what_is_no_rate_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="ARCHIVEPOLICY_RATE"):
            limits_of("http://127.0.0.1:1", {"ARCHIVEPOLICY_RATE": text})

    def test_an_archive_is_told_by_host_and_port(self) -> None:
        assert archive_address("http://A.example:80/x") == archive_address("https://a.example/y") == "a.example"
        assert archive_address("http://a.example:8080") == "a.example:8080"

    def test_the_file_lies_in_the_user_s_state_folder_or_where_it_is_set(self, tmp_path: Path) -> None:
        assert state_file({"ARCHIVEPOLICY_STATE": str(tmp_path)}).parent == tmp_path
        if sys.platform != "win32":
            assert state_file({"XDG_STATE_HOME": str(tmp_path)}).parent == tmp_path / "archivepolicy"
            assert state_file({"XDG_STATE_HOME": "relative"}).parent == Path.home() / ".local/state/archivepolicy"
