"""What a process that died left behind: files under temporary names, which hold its number.

Only those of processes that are gone are removed; a number that another process has by now keeps its file until the next time.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from archivepolicy.store.writing import disk_errors

if TYPE_CHECKING:
    from pathlib import Path

_TEMPORARY = re.compile(r"\.writing-(\d+)-.*", re.DOTALL)


def remove_leftovers(root: Path) -> int:
    """Remove the half-written files of dead processes from a store.

    Args:
        root: The store's folder; need not exist.

    Returns:
        How many there were.

    Raises:
        StoreError: One cannot be removed.
    """
    count = 0
    for folder, _, names in os.walk(root):
        for name in names:
            match = _TEMPORARY.fullmatch(name)
            if match and not _is_running(int(match[1])):
                path = os.path.join(folder, name)  # noqa: PTH118 - a walk over a whole store is long enough as it is
                with disk_errors(root):
                    os.remove(path)  # noqa: PTH107
                count += 1
    return count


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return True
    if sys.platform == "win32":  # a signal 0 would end it there
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
