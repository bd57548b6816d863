"""The one limiter of an archive: all threads and, through a file, all processes of this machine wait at it.

In: the wish to send a request. Out: the moment at which it may go out, after a wait that an `Allowance` bounds. What decides
is `pace`; what is shared is `pacebook`. Nothing is sent while the archive's pause runs, except what was under way before the
pause was known.
"""

from __future__ import annotations

import logging
import math
import threading
from typing import TYPE_CHECKING

from archivepolicy.archives.pace import Pace, as_of_now, calmed, interval_s, paused, reserved
from archivepolicy.errors import ArchiveUnavailableError, RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.limits import Limits, Request
    from archivepolicy.archives.pace import Pause
    from archivepolicy.archives.pacebook import PaceBook

log = logging.getLogger(__name__)

# A machine so busy that a slot is used this late gives the slot up: requests that were held up must not go out together.
_LATE_S = 0.25
_NOTHING_S = 0.001  # sums of times are not exact
_MAX_LATE = 3  # on a machine that is always so late, it goes out after all
_SAID_S = 5.0  # a shorter wait needs no word
OWN_RATE = "other requests of this machine wait for it too"


class Allowance:
    """How long a session may wait in all; threads that wait at the same time count once.

    Args:
        max_wait_s: Seconds; infinity for no bound.
        now: Tells the time.
    """

    def __init__(self, max_wait_s: float, now: Callable[[], float]) -> None:
        self._max_wait_s = max_wait_s
        self._now = now
        self._spent_s = 0.0
        self._covered_until = 0.0
        self._lock = threading.Lock()

    @property
    def left_s(self) -> float:
        """How long may be waited from now on; never negative."""
        with self._lock:
            return self._left_s()

    def take(self, seconds: float) -> bool:
        """Take a wait that begins now from what is left; False where that does not suffice."""
        with self._lock:
            if seconds > self._left_s():
                return False
            self._cover(self._now(), seconds)
            return True

    def spend(self, since: float) -> None:
        """Count time that has passed in vain, even beyond what was left."""
        with self._lock:
            self._cover(since, self._now() - since)

    def _left_s(self) -> float:
        paid_s = max(self._covered_until - self._now(), 0.0)  # another thread waits until then already
        return max(self._max_wait_s - self._spent_s, 0.0) + paid_s

    def _cover(self, start: float, seconds: float) -> None:
        end = start + seconds
        self._spent_s += max(end - max(start, self._covered_until), 0.0)
        self._covered_until = max(self._covered_until, end)


class Limiter:
    """Lets requests to one archive through, one by one.

    Args:
        archive: What tells it apart: `limits.archive_address`.
        name: What a person calls it.
        limits: How fast it may be asked.
        book: Where its pace is written down.
        now: Tells the time, seconds since 1970.
        sleep: Waits seconds.
    """

    def __init__(
        self,
        archive: str,
        *,
        name: str,
        limits: Limits,
        book: PaceBook,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.archive = archive
        self.name = name
        self.limits = limits
        self._book = book
        self._now = now
        self._sleep = sleep

    def acquire(self, kind: Request, allowance: Allowance) -> float:
        """Wait until a request may go out, and give the time at which it does.

        The archive's own pace costs nothing: what is taken from the allowance is the wait beyond one interval.

        Raises:
            RateLimitedError: The archive limits us, or others of this machine keep it busy, for longer than is allowed.
            ArchiveUnavailableError: It refused us, and the pause after that is longer than is allowed.
        """
        late_count = 0
        while True:
            slot, pause = self._reserve(kind, allowance)
            wait_s = slot - self._now()
            if wait_s > 0:
                self._say(pause, wait_s)
                self._sleep(wait_s)
            now = self._now()
            if _span(as_of_now(self._book.read(self.archive), now).pause) != _span(pause):
                continue  # a pause has begun since: the slot is void
            if wait_s > 0 and now - slot > _LATE_S and late_count < _MAX_LATE:
                late_count += 1
                continue
            return now

    def pause(self, *, told_s: float | None, sent_at: float, reason: str, is_limit: bool) -> None:
        """Let nothing out to this archive for a time: as long as it says, else a minute and more on repetition."""

        def begun(pace: Pace) -> tuple[Pace, None]:
            now = self._now()
            pace = as_of_now(pace, now)
            return paused(pace, told_s=told_s, sent_at=sent_at, now=now, reason=reason, is_limit=is_limit), None

        self._book.change(self.archive, begun)

    def calm(self, sent_at: float) -> None:
        """Note that the archive answered a request properly that was sent then."""
        pause = self._book.read(self.archive).pause
        if pause.count and sent_at >= pause.since:
            self._book.change(self.archive, lambda pace: (calmed(pace, self._now()), None))

    def _reserve(self, kind: Request, allowance: Allowance) -> tuple[float, Pause]:
        """A slot, and the pause that it was reserved in the knowledge of."""
        apart_s = interval_s(self.limits.rate_per_s[kind]) if self.limits.rate_per_s else 0.0
        if not apart_s:
            now = self._now()
            pace = as_of_now(self._book.read(self.archive), now)
            slot = max(now, pace.pause.until)
            self._pay(slot - now, pace, allowance, now)
            return slot, pace.pause

        def change(pace: Pace) -> tuple[Pace, tuple[float, Pause]]:
            now = self._now()  # not before: others were first at the book
            pace = as_of_now(pace, now)
            after, slot = reserved(pace, kind.value, apart_s, now)
            self._pay(slot - now - apart_s, pace, allowance, now)
            return after, (slot, pace.pause)

        return self._book.change(self.archive, change)

    def _pay(self, wait_s: float, pace: Pace, allowance: Allowance, now: float) -> None:
        """Take a wait from the allowance, or raise; the slot is not taken then."""
        if wait_s <= _NOTHING_S or allowance.take(wait_s):
            return
        pause = pace.pause
        is_paused = pause.until > now
        error = RateLimitedError if pause.is_limit or not is_paused else ArchiveUnavailableError
        left_s = pause.until - now if is_paused else wait_s
        raise error(
            f"{self.name} is not available now: {pause.reason if is_paused else OWN_RATE}; "
            f"try again in {math.ceil(left_s)} s or allow a longer --max-wait",
            archive=self.name,
            retry_after_s=left_s,
        )

    def _say(self, pause: Pause, wait_s: float) -> None:
        """Tell a person why nothing happens: once for each pause, and once where we are not alone."""
        is_paused = pause.until > self._now()
        reason, until = (pause.reason, pause.until) if is_paused else (OWN_RATE, 0.0)
        if wait_s >= _SAID_S and self._book.is_news(f"{self.archive} {reason} {until}"):
            log.warning("%s: %s; waiting %.0f s", self.name, reason, wait_s)


def _span(pause: Pause) -> tuple[float, float]:
    return pause.since, pause.until
