"""Archives: where captures come from. `open_archive` turns a name into one.

| name | archive |
|---|---|
| `wayback` | the Wayback Machine |
| `wayback:BASE` | another host in its dialect: `BASE/cdx/search/cdx` and `BASE/web/` |
| `pywb:COLLECTION-URL` | a pywb collection, such as `pywb:http://localhost:8080/web` |
| a path | a WARC or ARC file, or a folder of them |
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.timestamps import from_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.archive import Archive
    from archivepolicy.archives.session import Session

DEFAULT_ARCHIVE = "wayback"
ARCHIVE_VARIABLE = "ARCHIVEPOLICY_ARCHIVE"


def current_timestamp() -> str:
    """Now, 14 digits of UTC."""
    return from_datetime(datetime.now(UTC))


def open_archive(
    name: str | Path | None = None, *, max_wait_s: float | None = None, now: Callable[[], str] = current_timestamp
) -> Archive:
    """Open an archive by its name (the table above). No request is sent yet; local files are looked for.

    Args:
        name: What stands in the table; None for what `ARCHIVEPOLICY_ARCHIVE` names, or the Wayback Machine.
        max_wait_s: How long all requests may wait in all where the archive limits or fails; None for three minutes.
        now: Tells the time, 14 digits.

    Raises:
        InputError: No such kind of archive, or an address that is none.
        ArchiveFileError: No such file, or not an archive file.
    """
    name = name or os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE
    kind, colon, rest = str(name).partition(":")
    if isinstance(name, Path) or Path(name).exists():
        return _warc(Path(name))
    if kind == "wayback":
        from archivepolicy.archives.wayback import WAYBACK_MACHINE, WaybackArchive

        base_url = _address(rest, str(name)) if colon else WAYBACK_MACHINE
        return WaybackArchive(base_url, session=_session(base_url, max_wait_s), now=now)
    if kind == "pywb":
        from archivepolicy.archives.pywb import PywbArchive

        collection_url = _address(rest, str(name))
        return PywbArchive(collection_url, session=_session(collection_url, max_wait_s), now=now)
    if "/" in str(name) or "\\" in str(name) or "." in str(name):
        return _warc(Path(name))
    raise InputError(f"unknown archive: {str(name)!r} (wayback, wayback:BASE, pywb:COLLECTION-URL, or a WARC's path)")


def _warc(path: Path) -> Archive:
    from archivepolicy.archives.warc import WarcArchive

    return WarcArchive(path)


def _session(base_url: str, max_wait_s: float | None) -> Session:
    from archivepolicy.archives.session import DEFAULT_MAX_WAIT_S, Session

    return Session(base_url, max_wait_s=DEFAULT_MAX_WAIT_S if max_wait_s is None else max_wait_s)


def _address(text: str, name: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"not an archive's address: {name!r} (a URL with http:// or https:// is needed)")
    return text.rstrip("/")
