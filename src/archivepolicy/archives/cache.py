"""The user's cache folder: what can be made again, and is kept so that it need not be.

`ARCHIVEPOLICY_CACHE` names it; else it is where the system keeps such things (XDG Base Directory 0.8, Apple's and
Microsoft's guidelines, read 2026-11-23). It is never made here: whoever writes in it makes it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

CACHE_VARIABLE = "ARCHIVEPOLICY_CACHE"


def cache_folder() -> Path:
    """The folder of this program in the user's cache; it need not exist."""
    if own := os.environ.get(CACHE_VARIABLE):
        return Path(own)
    if sys.platform == "darwin":
        place = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        place = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return place / "archivepolicy"
