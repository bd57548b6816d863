"""Archives: where captures come from. `open_archive` turns a name into one, or several names into several as one.

| name | archive |
|---|---|
| `wayback` | the Wayback Machine |
| `wayback:BASE` | another host in its dialect: `BASE/cdx/search/cdx` and `BASE/web/` |
| `ukwa`, `arquivo`, ... | a preset: `archivepolicy archives` lists them |
| `pywb:COLLECTION-URL` | a pywb or OpenWayback collection, such as `pywb:http://localhost:8080/web` |
| `memento:PREFIX` | a Memento archive: its TimeMap is `PREFIX/timemap/link/URL`, its TimeGate `PREFIX/URL` |
| `commoncrawl` | Common Crawl; `commoncrawl:2018,CC-MAIN-2019-04` asks some crawls alone, `commoncrawl:BASE` another host |
| a path | a WARC, ARC or WACZ file, or a folder of them |
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from archivepolicy.errors import InputError
from archivepolicy.timestamps import from_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.archive import Archive
    from archivepolicy.archives.limiter import Allowance
    from archivepolicy.archives.session import Session

# an archive or its name; several are asked together
ArchiveChoice: TypeAlias = Union[str, Path, "Archive", Sequence[Union[str, Path, "Archive"]], None]

DEFAULT_ARCHIVE = "wayback"
ARCHIVE_VARIABLE = "ARCHIVEPOLICY_ARCHIVE"
KINDS = ("wayback", "pywb", "memento", "commoncrawl")


def current_timestamp() -> str:
    """Now, 14 digits of UTC."""
    return from_datetime(datetime.now(UTC))


def open_archive(
    name: ArchiveChoice = None, *, max_wait_s: float | None = None, now: Callable[[], str] = current_timestamp
) -> Archive:
    """Open an archive by its name (the table above). No request is sent yet; local files are looked for.

    Args:
        name: What stands in the table, an archive that is open already, or several of them, which are then asked together;
            None or nothing for what `ARCHIVEPOLICY_ARCHIVE` names (several: with spaces between them), or the Wayback
            Machine.
        max_wait_s: How long all requests may wait in all where the archive limits or fails; None for three minutes.
        now: Tells the time, 14 digits.

    Raises:
        InputError: No such kind of archive, or an address that is none.
        ArchiveFileError: No such file, or not an archive file.
    """
    if name is not None and not isinstance(name, str | Path | Sequence):
        return name
    names = [name] if isinstance(name, str | Path) else list(dict.fromkeys(name or _default_names()))
    open_session = _session_opener(max_wait_s)
    opened = [_opened(one, open_session, now) if isinstance(one, str | Path) else one for one in names]
    if len(opened) == 1:
        return opened[0]
    from archivepolicy.archives.together import Together

    return Together(opened)


def _default_names() -> list[str]:
    text = os.environ.get(ARCHIVE_VARIABLE, "").strip()
    if text and Path(text).exists():  # a path may have spaces in it
        return [text]
    return text.split() or [DEFAULT_ARCHIVE]


def _opened(name: str | Path, open_session: Callable[[str], Session], now: Callable[[], str]) -> Archive:
    text = str(name)
    kind, colon, rest = text.partition(":")
    if isinstance(name, Path) or (text and Path(text).exists()):
        return _warc(Path(name))
    if kind in KINDS and (colon or kind in ("wayback", "commoncrawl")):
        return _of_kind(kind, rest if colon else None, name=text, open_session=open_session, now=now)
    from archivepolicy.archives.presets import near_names, presets

    if preset := presets().get(text):
        from archivepolicy.archives.pywb import PywbArchive

        return PywbArchive(
            preset.collection,
            session=open_session(preset.index),
            now=now,
            index_url=preset.index,
            index_limit=preset.index_limit,
        )
    if "/" in text or "\\" in text or "." in text:
        return _warc(Path(text))
    if text in KINDS:
        raise InputError(f"{text!r} needs an address after a colon: {text}:https://...")
    near = near_names(text, KINDS)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(f"unknown archive: {text!r} ({meant}`archivepolicy archives` lists the names; or a WARC's path)")


def _of_kind(
    kind: str, rest: str | None, *, name: str, open_session: Callable[[str], Session], now: Callable[[], str]
) -> Archive:
    """The archive of a kind at an address; `rest` is what stands after the colon."""
    if kind == "wayback":
        from archivepolicy.archives.wayback import WAYBACK_MACHINE, WaybackArchive

        base_url = WAYBACK_MACHINE if rest is None else _address(rest, name)
        return WaybackArchive(base_url, session=open_session(base_url), now=now)
    if kind == "memento":
        from archivepolicy.archives.memento import MementoArchive

        return MementoArchive(_address(rest or "", name), open_session=open_session, now=now)
    if kind == "commoncrawl":
        from archivepolicy.archives.commoncrawl import CommonCrawlArchive

        if rest is None:
            return CommonCrawlArchive(open_session=open_session, now=now)
        if "/" not in rest:
            crawls = [part.strip() for part in rest.split(",") if part.strip()]
            if not crawls:
                raise InputError(
                    f"no crawl is named: {name!r} (write a year, or an identifier such as CC-MAIN-2018-22)"
                )
            return CommonCrawlArchive(open_session=open_session, now=now, crawls=crawls)
        base_url = _address(rest, name)
        return CommonCrawlArchive(open_session=open_session, now=now, index_url=base_url, data_url=base_url)
    from archivepolicy.archives.pywb import PywbArchive

    collection_url = _address(rest or "", name)
    return PywbArchive(collection_url, session=open_session(collection_url), now=now)


def _warc(path: Path) -> Archive:
    from archivepolicy.archives.warc import WarcArchive

    return WarcArchive(path)


def _session_opener(max_wait_s: float | None) -> Callable[[str], Session]:
    """What opens the session to an address; all sessions that it opens share one waiting time."""
    shared: list[Allowance] = []

    def opened(base_url: str) -> Session:
        from archivepolicy.archives.limiter import Allowance
        from archivepolicy.archives.session import DEFAULT_MAX_WAIT_S, Session

        if not shared:
            shared.append(Allowance(DEFAULT_MAX_WAIT_S if max_wait_s is None else max_wait_s, time.time))
        return Session(base_url, max_wait_s=shared[0])

    return opened


def _address(text: str, name: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise InputError(f"not an archive's address: {name!r} (a URL with http:// or https:// is needed)")
    return text.rstrip("/")
