"""Extraction in worker processes, called by many threads.

In: a page's bytes. Out: its document, as `extract` gives it, or the error that it raises. Each worker reads one page at a
time, so that it is known which page it was where a worker dies (a fault of the parser's native code, no memory left) or
takes longer than any page should: that page is read once more where its worker died, and fails; its worker is replaced.

Workers are spawned, never forked: threads hold locks. They end when their parent does, even by `kill -9`, and leave Ctrl-C
to it.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import ArchivePolicyError, InputError
from archivepolicy.extraction import extract
from archivepolicy.records.section import WHOLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from types import TracebackType
    from typing import Self

    from archivepolicy.records import Document
    from archivepolicy.records.section import Section

# Made pages of 10 MB take 6 to 12 s, those of 1 MB (the largest policy of the benchmarks has 0.9) at most 2 s (2026-11-24).
PAGE_LIMIT_S = 180.0
_START_LIMIT_S = 120.0  # a process begins in half a second; on a machine with other things to do, in some seconds
_TRIES = 2
_STARTING = threading.Lock()  # `multiprocessing` keeps account of its children without one


class ExtractionCrashedError(ArchivePolicyError):
    """A page on which the extraction's process died, twice."""


class ExtractionTimedOutError(ExtractionCrashedError):
    """A page on which the extraction's process worked for too long, and was ended."""


class _DiedError(Exception):
    """A worker's process is gone."""


class ExtractionPool:
    """Worker processes that extract.

    Args:
        workers: How many.
        page_limit_s: How long one may work on a page.
        work: What they do; a function of a module, with the arguments of `extract` in their order.

    Raises:
        InputError: They cannot be started: the calling script runs anew in each of them.
    """

    def __init__(
        self, workers: int, *, page_limit_s: float = PAGE_LIMIT_S, work: Callable[..., Document] | None = None
    ) -> None:
        self._page_limit_s = page_limit_s
        self._idle: queue.LifoQueue[_Place | None] = queue.LifoQueue()
        self._places = [_Place(work or _extracted) for _ in range(workers)]
        try:
            for place in self._places:
                place.start()
            for place in self._places:
                try:
                    place.await_start()
                except (
                    _DiedError
                ):  # it may have met a moment without memory; one that cannot start does not a second time
                    place.start()
                    place.await_start()
        except _DiedError as cause:
            self.close()
            raise InputError(
                "worker processes cannot be started (a script that calls this needs `if __name__ == '__main__':` around "
                "it; or choose workers=0)"
            ) from cause
        for place in self._places:
            self._idle.put(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; what is under way is given up."""
        for place in self._places:
            place.end()
        self._idle.put(None)

    def extract(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        """As `extraction.extract`; called in any thread.

        Raises:
            ExtractionCrashedError: The process that read this page died, twice.
            ExtractionTimedOutError: It took too long.
        """
        for _ in range(_TRIES):
            place = self._idle.get()
            if place is None:
                self._idle.put(None)  # for the next one that waits
                raise ExtractionCrashedError("the extraction was ended")
            try:
                return place.ask((payload, url, content_type, section), self._page_limit_s)
            except _DiedError:
                continue
            finally:
                self._idle.put(place)
        raise ExtractionCrashedError("the process that read this page died, twice")


class _Place:
    """A place for a worker: the process that is there now, or is started where there is none."""

    def __init__(self, work: Callable[..., Document]) -> None:
        self._work = work
        self._process: Any = None  # the spawn context's own process class
        self._pipe: Connection | None = None
        self._is_closed = False

    def start(self) -> Connection:
        """Start a process here."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        with _STARTING:
            if self._is_closed:
                raise _DiedError
            self._process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
            self._process.start()
        theirs.close()
        self._pipe = ours
        return ours

    def await_start(self) -> None:
        """Wait until the process that was started can work.

        Raises:
            _DiedError: It cannot.
        """
        if not self._pipe or not _answer(self._pipe, _START_LIMIT_S):
            self._discard()
            raise _DiedError

    def ask(self, task: tuple[Any, ...], limit_s: float) -> Document:
        """What the worker makes of a page, or the error that it raises.

        Raises:
            ExtractionTimedOutError: It took too long.
            _DiedError: It died.
        """
        if self._pipe is None:
            self.start()
            self.await_start()
        pipe = self._pipe
        assert pipe is not None  # noqa: S101 - it was just started
        try:
            pipe.send(task)
            answer = _answer(pipe, limit_s)
        except OSError as cause:
            self._discard()
            raise _DiedError from cause
        except BaseException:
            self._discard()  # what it still answers must not be taken for the next page's
            raise
        if answer is None:
            self._discard()
            raise ExtractionTimedOutError(f"reading this page took more than {limit_s:g} s, and was ended")
        document, failure = answer
        if failure is not None:
            raise failure
        return document  # type: ignore[no-any-return]  # it comes through a pipe

    def end(self) -> None:
        """End the process, and let none be started in its place."""
        with _STARTING:
            self._is_closed = True
            process = self._process
        if process is not None:
            process.kill()
            process.join()

    def _discard(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _answer(pipe: Connection, limit_s: float) -> tuple[Any, Any] | None:
    """What comes through a pipe; None where nothing does in time.

    Raises:
        _DiedError: The other end is gone.
    """
    try:
        return pipe.recv() if pipe.poll(limit_s) else None
    except (EOFError, OSError) as cause:
        raise _DiedError from cause


def _extracted(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    return extract(payload, url=url, content_type=content_type, section=section)


def _serve(pipe: Connection, work: Callable[..., Document]) -> None:
    """A worker: answers until its parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send((None, None))
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            sys.exit(0)
        try:
            answer: tuple[Document | None, BaseException | None] = work(*task), None
        except Exception as failure:
            answer = None, _sendable(failure)
        pipe.send(answer)


def _sendable(failure: Exception) -> Exception:
    """An error, or its words where it cannot pass between processes: not each of another's errors can."""
    try:
        pickle.loads(pickle.dumps(failure))  # noqa: S301 - what was written one call before
    except Exception:
        return RuntimeError(f"{type(failure).__name__}: {failure}")
    return failure


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
