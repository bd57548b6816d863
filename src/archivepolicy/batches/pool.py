"""Extraction in worker processes, called by many threads.

In: a page's bytes. Out: its document, as `extract` gives it, or the error that it raises. A worker that dies (a fault of the
parser's native code, no memory left) takes its pool with it; then the pool is made anew, and the pages that were under way
are read one at a time in a process of their own, so that the one that kills again is known, and alone fails.

Workers are spawned, never forked: threads hold locks. They end when their parent does, even by `kill -9`, and leave Ctrl-C
to it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from archivepolicy.errors import ArchivePolicyError, InputError
from archivepolicy.extraction import extract
from archivepolicy.records.section import WHOLE_PAGE

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from archivepolicy.records import Document
    from archivepolicy.records.section import Section


class ExtractionCrashedError(ArchivePolicyError):
    """A page on which the extraction's process died, twice."""


class ExtractionPool:
    """Worker processes that extract.

    Args:
        workers: How many.

    Raises:
        InputError: They cannot be started: the calling script runs anew in each of them.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._changing = threading.Lock()
        self._one_by_one = threading.Lock()
        self._alone: ProcessPoolExecutor | None = None
        self._pool = _pool(workers)
        try:
            self._pool.submit(os.getpid).result()
        except BrokenProcessPool as cause:
            raise InputError(
                "worker processes cannot be started (a script that calls this needs `if __name__ == '__main__':` around "
                "it; or choose workers=0)"
            ) from cause

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; what is under way is given up."""
        for pool in filter(None, (self._pool, self._alone)):
            pool.shutdown(wait=False, cancel_futures=True)

    def extract(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        """As `extraction.extract`; called in any thread.

        Raises:
            ExtractionCrashedError: The process that read this page died, also when it read nothing else.
        """
        pool = self._pool
        try:
            return _submitted(pool, payload, url, content_type, section)
        except BrokenProcessPool:
            self._renew(pool)
        return self._suspect(payload, url, content_type, section)

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        """A new pool in the place of a broken one; the first of the threads that met it does it."""
        with self._changing:
            if self._pool is broken:
                self._pool = _pool(self._workers)
                broken.shutdown(wait=False)

    def _suspect(self, payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
        """Read a page that was under way when a worker died, alone."""
        with self._one_by_one:
            if self._alone is None:
                self._alone = _pool(1)
            try:
                return _submitted(self._alone, payload, url, content_type, section)
            except BrokenProcessPool as cause:
                self._alone = None
                raise ExtractionCrashedError("the process that read this page died, twice") from cause


def _submitted(  # noqa: PLR0917 - what `_extracted` takes, as a worker gets it
    pool: ProcessPoolExecutor, payload: bytes, url: str | None, content_type: str | None, section: Section
) -> Document:
    try:
        future = pool.submit(_extracted, payload, url, content_type, section)
    except RuntimeError as cause:  # it was shut down between our look at it and now
        raise BrokenProcessPool(str(cause)) from cause
    return future.result()


def _extracted(payload: bytes, url: str | None, content_type: str | None, section: Section) -> Document:
    return extract(payload, url=url, content_type=content_type, section=section)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_worker)


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
