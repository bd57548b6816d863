"""Several requests under way at once: what each gives is handed on as it comes, and an interruption loses none of it."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

# How long what is under way may take to arrive and be kept after an interruption; the threads end with the process.
GRACE_S = 5.0


def in_threads(tasks: Sequence[T], work: Callable[[T], R], *, count: int) -> Iterator[tuple[T, R]]:
    """Do tasks in some threads, and give each with its result, in the order in which they are done.

    Args:
        tasks: What is to be done; may be empty.
        work: Does one; called in several threads. What it raises ends everything and is raised here.
        count: How many at once; with one they are done here, one by one.

    An interruption or an error lets what is under way finish, for a few seconds, and begins nothing new.
    """
    if count == 1 or len(tasks) < 2:
        for task in tasks:
            yield task, work(task)
        return
    done: queue.SimpleQueue[tuple[T, R | None, BaseException | None]] = queue.SimpleQueue()
    stop = threading.Event()
    threads = _started(tasks, work, done.put, stop, count=min(count, len(tasks)))
    try:
        for _ in tasks:
            task, result, failure = done.get()
            if failure is not None:
                raise failure
            yield task, result  # type: ignore[misc]  # where nothing failed there is a result
    finally:
        stop.set()
        limit = time.monotonic() + GRACE_S
        for thread in threads:
            thread.join(max(limit - time.monotonic(), 0.0))


def _started(
    tasks: Sequence[T],
    work: Callable[[T], R],
    put: Callable[[tuple[T, R | None, BaseException | None]], None],
    stop: threading.Event,
    *,
    count: int,
) -> list[threading.Thread]:
    """Threads that do the tasks until all are done or they are told to stop; they end with the process."""
    todo = deque(tasks)

    def run() -> None:
        while not stop.is_set():
            try:
                task = todo.popleft()
            except IndexError:
                return
            try:
                put((task, work(task), None))
            except BaseException as failure:
                put((task, None, failure))

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads
