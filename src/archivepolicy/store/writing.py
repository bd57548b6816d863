"""Writing files so that a reader never meets half a one: temporary name, fsync, rename.

Every failure of the disk (no permission, no space, not a folder) leaves as a `StoreError`, with nothing half-written
behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


TEMPORARY_PREFIX = ".writing-"
_NOT_WRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()  # read once: reading sets it for a moment, for every thread of the process


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's errors about a path into store errors."""
    try:
        yield
    except OSError as cause:
        where = cause.filename or path
        raise StoreError(f"the store failed: {cause.strerror or cause}: {where}", path=str(where)) from cause


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; folders are made, an existing file is replaced.

    Raises:
        StoreError: It cannot be written; what stood there before still stands.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{TEMPORARY_PREFIX}{os.getpid()}-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(0o666 & ~_UMASK)  # mkstemp gives 0600: a store is shared like any other file
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def read_file(path: Path) -> bytes | None:
    """Read a file; None where there is none.

    Raises:
        StoreError: It is there and cannot be read.
    """
    with disk_errors(path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def probe_folder(folder: Path) -> None:
    """Find out whether files can be made in a folder, or in the nearest one above it while it is not there.

    Raises:
        StoreError: They cannot.
    """
    with disk_errors(folder), tempfile.TemporaryFile(prefix=TEMPORARY_PREFIX, dir=_nearest(folder)):
        pass


def is_read_only(path: Path) -> bool:
    """Whether a file can be read there and not written: the folder, or the nearest one above it, gives no leave."""
    folder = _nearest(path.parent)
    return not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK))


def _nearest(folder: Path) -> Path:
    """A folder, or while it is not there the nearest one above it that is."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def is_refusal(failure: StoreError) -> bool:
    """Whether a store failed because nothing may be written there, and not for want of space or a damaged disk."""
    return isinstance(failure.__cause__, OSError) and failure.__cause__.errno in _NOT_WRITABLE


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut; where folders cannot be opened (Windows), there is nothing to do."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
