"""Python's garbage collector, held back while one page is worked on.

A page becomes some thousand objects that all live until its Markdown stands. The collector, which wakes whenever 700 more
were made than freed, reads them again and again and finds nothing to free. docs/decisions/0009 says what that costs and what
holding it back may cost others.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold the collector back, unless somebody else did already; it is on again at the end, whatever happens.

    Where threads overlap, the first to end switches it on for all: the others are slower then, and nothing else.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
