"""The run: items handed to threads, their results written into the ledger, until all are settled or the archive is gone.

Threads fetch (an archive's limiter keeps the pace), worker processes extract, and only this thread writes the ledger. No more
items are under way than there are threads, so that memory does not grow with the list.

When an archive cannot be asked, the items stay as they are: that says nothing about what it holds. If anything has come of
asking it since the item failed first, the item itself is at fault and fails, to be tried again later; if nothing has, the run
asks with one item at a time, ever more slowly, and after some time without any success it stops.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archivepolicy.archives.together import Together
from archivepolicy.batches.pool import ExtractionCrashedError
from archivepolicy.batches.work import worked
from archivepolicy.errors import ArchivePolicyError, ArchiveUnavailableError, StoreError
from archivepolicy.records.batch import Outcome, Result, Tally
from archivepolicy.timestamps import shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archivepolicy.batches.ledger import Ledger
    from archivepolicy.batches.plan import Item
    from archivepolicy.batches.work import Means

DEFAULT_PATIENCE_S = 1800.0
_GRACE_S = 5.0  # how long what is under way may take to arrive after the run was stopped; threads end with the process
_TICK_S = 0.25
_RETRY_AFTER_S = 600  # and twice as long after each further try
_MAX_RETRY_AFTER_S = 7 * 86400
_MAX_PROBE_S = 60.0


class _StoppedError(Exception):
    """The run was stopped while this item was under way."""


@dataclass(slots=True, kw_only=True)
class _Trouble:
    """What is known of an archive that does not answer.

    Attributes:
        count: How many items have met it since anything came of asking.
        message: What the last of them met.
        not_before: When the next item may ask.
        first_failures: When each item met it first.
    """

    count: int = 0
    message: str = ""
    not_before: float = 0.0
    first_failures: dict[int, float] = field(default_factory=dict)


class Run:
    """One run over the ledger's list.

    Args:
        ledger: Where items come from and results go.
        means: What items are worked on with.
        threads: How many items are under way at once.
        patience_s: After how long without any success the run stops.
        progress: Is told how the run stands, some times a second.
        waits: Says what an archive makes us wait for; empty where nothing does.
        clock: Seconds, from anywhere.
    """

    def __init__(  # noqa: PLR0913 - a run is what brings these together
        self,
        ledger: Ledger,
        means: Means,
        *,
        threads: int,
        patience_s: float = DEFAULT_PATIENCE_S,
        progress: Callable[[Tally], None] = lambda _tally: None,
        waits: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._means = replace(means, alive=self._alive)
        self._threads = threads
        self._patience_s = patience_s
        self._progress = progress
        self._waits = waits
        self._clock = clock
        self._todo: queue.SimpleQueue[tuple[int, Item] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[int, Item, Result | BaseException]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._under_way: dict[int, Item] = {}
        self._back: deque[tuple[int, Item]] = deque()
        self._trouble = _Trouble()
        self._counts: Counter[Outcome] = ledger.counts()
        self._bad_rows = ledger.bad_row_count()
        self._settled_now = 0
        self._began = self._last_success = self._last_told = clock()

    @property
    def tally(self) -> Tally:
        """How it stands."""
        return Tally(
            counts=dict(self._counts),
            bad_rows=self._bad_rows,
            settled_now=self._settled_now,
            seconds=self._clock() - self._began,
            waits=self._waits(),
        )

    def go(self) -> str | None:
        """Settle all items.

        Returns:
            Why it stopped before its time, or None.

        Raises:
            StoreError: The store fails.
        """
        threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        try:
            self._progress(self.tally)
            return self._loop(self._items())
        finally:
            self._stop.set()
            for _ in threads:
                self._todo.put(None)
            self._await_last()
            self._progress(self.tally)

    def _items(self) -> Iterator[tuple[int, Item]]:
        """The items that are not settled; each once."""
        after = 0
        while chunk := self._ledger.pending(after):
            yield from chunk
            after = chunk[-1][0]

    def _loop(self, items: Iterator[tuple[int, Item]]) -> str | None:
        while True:
            self._hand_out(items)
            if not self._under_way and not self._back:
                return None
            try:
                identity, item, result = self._done.get(timeout=_TICK_S)
            except queue.Empty:
                pass
            else:
                self._take(identity, item, result)
            if self._clock() - self._last_told >= _TICK_S:
                self._last_told = self._clock()
                self._progress(self.tally)
            if reason := self._out_of_patience():
                return reason

    def _hand_out(self, items: Iterator[tuple[int, Item]]) -> None:
        """Give threads something to do: as much as they take, or in trouble one item when it is time."""
        while len(self._under_way) < (1 if self._trouble.count else self._threads):
            if self._trouble.count and self._clock() < self._trouble.not_before:
                return
            one = next(items, None)
            if one is None:
                if not self._back:
                    return
                one = self._back.popleft()
            self._under_way[one[0]] = one[1]
            self._todo.put(one)

    def _serve(self) -> None:
        while (task := self._todo.get()) is not None and not self._stop.is_set():
            identity, item = task
            try:
                result: Result | BaseException = worked(item, self._means_for_one())
            except BaseException as failure:  # whatever it is, it is this item's
                result = failure
            self._done.put((identity, item, result))

    def _means_for_one(self) -> Means:
        """Of several archives one that fails is left out for one item, not for the rest of the run."""
        source = self._means.source
        return replace(self._means, source=Together(source.members)) if isinstance(source, Together) else self._means

    def _alive(self) -> None:
        """Something came of asking the archive; called by threads."""
        if self._stop.is_set():
            raise _StoppedError
        self._last_success = self._clock()

    def _take(self, identity: int, item: Item, result: Result | BaseException) -> None:
        """Write down what became of an item, or put it back."""
        del self._under_way[identity]
        if isinstance(result, _StoppedError):
            return
        if isinstance(result, StoreError) and isinstance(result.__cause__, OSError | sqlite3.Error):
            raise result
        if isinstance(result, ArchiveUnavailableError):
            if not self._is_of_item(identity, result):
                self._back.append((identity, item))
                return
        else:
            self._last_success = self._clock()
            self._trouble.count = 0
        self._trouble.first_failures.pop(identity, None)
        if isinstance(result, BaseException):
            result = self._failure(identity, result)
        self._ledger.settle(identity, result, self._means.now())
        self._counts[Outcome.PENDING] -= 1
        self._counts[result.outcome] += 1
        self._settled_now += 1

    def _is_of_item(self, identity: int, failure: ArchiveUnavailableError) -> bool:
        """Whether an archive that could not be asked for this item answers others; else it is noted as trouble."""
        trouble = self._trouble
        first = trouble.first_failures.setdefault(identity, self._clock())
        if self._last_success > first:
            return True
        trouble.message = str(failure)
        if not trouble.count or self._clock() >= trouble.not_before:  # else it was under way with the one before
            trouble.count += 1
            trouble.not_before = self._clock() + min(2.0 ** (trouble.count - 1), _MAX_PROBE_S, self._patience_s)
        return False

    def _failure(self, identity: int, failure: BaseException) -> Result:
        """An item that failed: why, and when to try again where that may help."""
        if not isinstance(failure, ArchivePolicyError):
            return Result(
                outcome=Outcome.FAILED, reason=f"a fault of this program: {type(failure).__name__}: {failure}"
            )
        retry_at = None
        if isinstance(failure, ArchiveUnavailableError | ExtractionCrashedError):
            wait_s = min(_RETRY_AFTER_S * 2 ** min(self._ledger.tries(identity), 16), _MAX_RETRY_AFTER_S)
            retry_at = shifted(self._means.now(), wait_s)
        return Result(outcome=Outcome.FAILED, reason=str(failure), retry_at=retry_at)

    def _out_of_patience(self) -> str | None:
        silent_s = self._clock() - self._last_success
        if silent_s < self._patience_s or (not self._trouble.count and not self._waits()):
            return None
        said = self._trouble.message or self._waits()
        left = self._counts[Outcome.PENDING]
        of = "1 item is" if left == 1 else f"{left:,} items are"
        return f"nothing came of asking the archive for {silent_s / 60:.0f} min ({said}); {of} left"

    def _await_last(self) -> None:
        """Take what is under way, for some seconds; what does not arrive is asked for by the next run."""
        limit = time.monotonic() + _GRACE_S
        while self._under_way and (left_s := limit - time.monotonic()) > 0:
            try:
                self._take(*self._done.get(timeout=left_s))
            except (queue.Empty, StoreError):
                return
