"""How fast an archive may be asked, and where what all processes know about that is kept.

In: an archive's address and the environment. Out: `Limits`, and the file that the processes of this machine share.

The Wayback Machine answers 30 index and 600 replay requests a minute and address, and asks clients to stay at 80 %
(edgi-govdata-archiving/wayback #137 and #153, read 2026-11-22). Other archives (national ones, Memento archives, the index and
the data of Common Crawl) publish no figures and get the same, each host for itself; a TimeGate's answers count as replays. A
server on this machine sets its own pace, unless a rate is set.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archivepolicy.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_VARIABLE = "ARCHIVEPOLICY_RATE"
STATE_VARIABLE = "ARCHIVEPOLICY_STATE"
_STATE_FILE = "politeness.sqlite"
_SHARE = 0.8  # of the stated limit
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
# archives that state a limit: a rate that is set may lower it, never raise it
_STATED = frozenset({"web.archive.org"})


class Request(StrEnum):
    """What is asked of an archive; each kind has its own limit."""

    INDEX = "index"
    REPLAY = "replay"


STATED_PER_MIN = {Request.INDEX: 30, Request.REPLAY: 600}
RATE_PER_S: Mapping[Request, float] = {kind: _SHARE * stated / 60 for kind, stated in STATED_PER_MIN.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How an archive may be asked.

    Attributes:
        rate_per_s: Requests a second of each kind; None sets no limit.
        waits_when_refused: Whether a refused connection may be a block that passes. On this machine it means that nothing
            listens there, and waiting does not start it.
    """

    rate_per_s: Mapping[Request, float] | None
    waits_when_refused: bool = True


def archive_address(base_url: str) -> str:
    """What tells archives apart for politeness: host, and port where it is not the scheme's own.

    >>> archive_address("https://Web.Archive.org:443/web"), archive_address("http://localhost:8080/coll")
    ('web.archive.org', 'localhost:8080')
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)):
        return host
    return f"{host}:{parts.port}"


def limits_of(base_url: str, environment: Mapping[str, str] = os.environ) -> Limits:
    """The limits of the archive at an address.

    Args:
        base_url: The archive's address.
        environment: May set `ARCHIVEPOLICY_RATE`: requests a second, one number for both kinds or `INDEX,REPLAY`. It may
            raise only the rate of an archive that states no limit.

    Raises:
        InputError: The rate that is set is none.
    """
    host = urlsplit(base_url).hostname or ""
    is_loopback = host in _LOOPBACK
    wanted = _wanted(environment.get(RATE_VARIABLE, "").strip())
    if wanted is None:
        return Limits(rate_per_s=None if is_loopback else RATE_PER_S, waits_when_refused=not is_loopback)
    if host in _STATED:
        wanted = {kind: min(rate, RATE_PER_S[kind]) for kind, rate in wanted.items()}
    return Limits(rate_per_s=wanted, waits_when_refused=not is_loopback)


def _wanted(text: str) -> Mapping[Request, float] | None:
    if not text:
        return None
    try:
        rates = [float(part) for part in text.split(",")]
    except ValueError:
        rates = []
    if len(rates) not in (1, 2) or not all(rate > 0 and math.isfinite(rate) for rate in rates):
        raise InputError(f"{RATE_VARIABLE}: not a rate: {text!r} (requests a second: one number, or INDEX,REPLAY)")
    return dict(zip(Request, (rates[0], rates[-1]), strict=True))


def state_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file through which processes share an archive's pace; the folder is `ARCHIVEPOLICY_STATE`, or the user's own."""
    named = environment.get(STATE_VARIABLE, "").strip()
    return (Path(named) if named else _user_folder(environment)) / _STATE_FILE


def _user_folder(environment: Mapping[str, str]) -> Path:
    """Where programs keep their state for a user (XDG Base Directory Specification 0.8, and its like elsewhere)."""
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA")
        return Path(base or Path.home() / "AppData" / "Local") / "archivepolicy"
    base = environment.get("XDG_STATE_HOME")
    if base and Path(base).is_absolute():  # the specification says to ignore a relative one
        return Path(base) / "archivepolicy"
    try:
        home = Path.home()
    except RuntimeError:  # no home at all: the file will not be writable, which is said where it is opened
        home = Path("/nonexistent")
    return home / ".local" / "state" / "archivepolicy"
