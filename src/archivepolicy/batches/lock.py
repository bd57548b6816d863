"""One run a store: a lock that the operating system lets go when its process dies, however it dies.

The lock file stays where it is; what counts is the lock on it, not the file. It holds the process's number, for people.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.store.writing import disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StoreInUseError(InputError):
    """Another run works on this store."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file.

    Raises:
        StoreInUseError: Another process, or another run of this one, holds it.
        StoreError: The file cannot be made.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        if not _taken(handle):
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            raise StoreInUseError(
                f"another batch runs on this store{f' (process {holder})' if holder else ''}: {path.parent.parent}"
            )
        with disk_errors(path):
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)  # which lets the lock go


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a locked byte cannot be read by others: lock one far beyond the number

    def _taken(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _taken(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
