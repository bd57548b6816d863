"""One HTTP session to one archive: timeouts, spacing of requests, waiting, retries, user agent.

In: a URL of the archive. Out: the archive's answer, whatever its status, with undecoded body. It knows one fact about
mementos, because retrying hangs on it: an answer with `Memento-Datetime` is a capture, so its 429 or 503 was archived and
is no reason to wait (RFC 7089 §4.1). It follows no redirect and keeps no cookie.

The limits are the Wayback Machine's own (30 index and 600 replay requests a minute and address, of which clients should
use 80 %: edgi-govdata-archiving/wayback #137 and #153, read 2026-11-22). Other archives publish none and get the same.
"""

from __future__ import annotations

import functools
import http.cookiejar
import logging
import os
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3
from pyrate_limiter import Limiter, Rate, StateBucket

from archivepolicy.errors import ArchiveUnavailableError, RateLimitedError
from archivepolicy.urls import host_of
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

DEFAULT_MAX_WAIT_S = 180.0
CONTACT_VARIABLE = "ARCHIVEPOLICY_CONTACT"
_TIMEOUT_S = (10.0, 60.0)  # to connect, and between two pieces of an answer
_COOL_DOWN_S = 60.0  # after a 429 that names no time; ignoring it for a minute brings a block (EDGI #153)
_FIRST_BACKOFF_S = 2.0
_REFUSED_BACKOFF_S = 60.0  # a refused connection may be a block of our address: back off for minutes
_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_UNRESOLVED = "its host name cannot be resolved"
_MAX_ANSWER_BYTES = 500_000_000  # an index of 150,000 rows is about 20 MB
_CHUNK_BYTES = 1 << 16


class Request(StrEnum):
    """What is asked of an archive; each kind has its own limit."""

    INDEX = "index"
    REPLAY = "replay"


# requests a second, smooth: 80 % of 30 and of 600 a minute
RATE_PER_S = {Request.INDEX: 0.4, Request.REPLAY: 8.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An archive's answer.

    Attributes:
        url: The address asked.
        status: HTTP status.
        headers: In order, repeated names repeated.
        body: Transfer coding undone, content coding not.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """First value of a header that is not blank; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted and value.strip()), None)

    @property
    def is_memento(self) -> bool:
        """Whether this is a capture rather than the archive's own word."""
        return self.header("memento-datetime") is not None


class _Http(requests.Session):
    """A session of requests that leaves redirects alone."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would look where an answer leads even if it does not follow, and read its body away for that."""
        del resp


class Session:
    """Talks to one archive, politely.

    Args:
        base_url: The archive's address; its host names the archive in messages and decides on limits.
        max_wait_s: How long all requests of this session may wait, in all, for an archive that limits or fails.
        sleep: Waits seconds.
    """

    def __init__(
        self,
        base_url: str,
        *,
        max_wait_s: float = DEFAULT_MAX_WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.archive = host_of(base_url)
        self._is_loopback = self.archive in _LOOPBACK
        self._left_s = max_wait_s
        self._sleep = sleep
        self._http = _Http()
        self._http.headers["User-Agent"] = user_agent()
        self._http.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._limiters = {kind: _limiter(urlsplit(base_url).netloc, kind) for kind in Request}

    def get(self, url: str, kind: Request, *, max_tries: int = 6, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask the archive, waiting and trying again where it limits or fails.

        Args:
            url: The address, sent as it is written (but for what urllib3 does: hexadecimal digits in upper case,
                characters that may not stand in a URL percent-encoded).
            kind: Which limit it falls under.
            max_tries: How often a server error or broken answer is tried in all; 429 is bound by waiting time only.
            headers: Sent beside the session's own.

        Returns:
            The answer; its status may be any but a 429 or server error of the archive itself, save where `max_tries`
            server errors came in a row: then the last of them.

        Raises:
            RateLimitedError: The archive limits us for longer than we may wait.
            ArchiveUnavailableError: It cannot be reached, or breaks off its answers.
        """
        tries = 0
        while True:
            self._space(kind)
            tries += 1
            try:
                reply = self._once(url, headers or {})
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as failure:
                self._after_failure(failure, tries, max_tries)
                continue
            if reply.is_memento or reply.status not in _RETRIED_STATUSES:
                return reply
            if reply.status == requests.codes.too_many_requests:
                self._wait(_retry_after_s(reply) or _COOL_DOWN_S, "it limits requests (429)", RateLimitedError)
            elif tries >= max_tries:
                return reply
            else:
                pause_s = _retry_after_s(reply) or _FIRST_BACKOFF_S * 2 ** (tries - 1)
                self._wait(pause_s, f"it answered {reply.status}", ArchiveUnavailableError)

    def _space(self, kind: Request) -> None:
        """Keep the archive's rate. A server on this machine sets its own."""
        if not self._is_loopback and not self._limiters[kind].try_acquire(kind.value, timeout=max(self._left_s, 0)):
            raise RateLimitedError(
                f"{self.archive}: waiting for our own rate limit would pass --max-wait", archive=self.archive
            )

    def _once(self, url: str, headers: Mapping[str, str]) -> Reply:
        request = self._http.prepare_request(
            requests.Request("GET", url, headers={"Accept-Encoding": "gzip", **headers})
        )
        request.url = url  # requests would unquote `%7E` and its like: the archive is to see what the index wrote
        settings = self._http.merge_environment_settings(url, {}, True, None, None)
        with self._http.send(request, timeout=_TIMEOUT_S, allow_redirects=False, **settings) as response:
            raw = response.raw
            body = bytearray()
            for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
                body += chunk
                if len(body) > _MAX_ANSWER_BYTES:
                    raise requests.exceptions.ContentDecodingError(f"an answer of over {_MAX_ANSWER_BYTES} bytes")
            return Reply(url=url, status=response.status_code, headers=tuple(raw.headers.items()), body=bytes(body))

    def _after_failure(self, failure: Exception, tries: int, max_tries: int) -> None:
        """Wait after a connection that failed, or give up."""
        reason = _described(failure)
        if isinstance(failure, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
            raise ArchiveUnavailableError(f"{self.archive}: {reason}", archive=self.archive) from failure
        if "refused" in reason:
            if self._is_loopback:  # nothing listens there; waiting does not start it
                raise ArchiveUnavailableError(f"{self.archive} cannot be reached: {reason}", archive=self.archive)
            reason += " (it is down, or blocks our address)"
            pause_s = _REFUSED_BACKOFF_S * tries
        else:
            pause_s = _FIRST_BACKOFF_S * 2 ** (tries - 1)
        if _UNRESOLVED in reason:  # a name that is not known now is not known in a minute; one hiccup is forgiven
            max_tries = min(max_tries, 2)
        if tries >= max_tries:
            raise ArchiveUnavailableError(
                f"{self.archive} cannot be reached: {reason}", archive=self.archive
            ) from failure
        self._wait(pause_s, reason, ArchiveUnavailableError)

    def _wait(self, seconds: float, reason: str, error: type[ArchiveUnavailableError]) -> None:
        """Wait, or raise where that would pass what is left of the session's waiting time."""
        if seconds > self._left_s:
            raise error(
                f"{self.archive} is not available now: {reason}; try again in {seconds:.0f} s or allow a longer --max-wait",
                archive=self.archive,
                retry_after_s=seconds,
            )
        log.warning("%s: %s; waiting %.0f s", self.archive, reason, seconds)
        self._left_s -= seconds
        self._sleep(seconds)


def user_agent() -> str:
    """Name this program, its version and whom to ask about it (`ARCHIVEPOLICY_CONTACT`, where it is set)."""
    contact = os.environ.get(CONTACT_VARIABLE, "").strip()
    return f"archivepolicy/{__version__}" + (f" ({contact})" if contact.isprintable() and contact else "")


@functools.cache
def _limiter(netloc: str, kind: Request) -> Limiter:
    """The one limiter of an archive and kind in this process."""
    del netloc  # it is the cache's key
    return Limiter(StateBucket([Rate(1, round(1000 / RATE_PER_S[kind]), burst=1)]))


def _retry_after_s(reply: Reply) -> float | None:
    """Seconds that the archive asks us to wait, by number or date (RFC 9110 §10.2.3)."""
    value = (reply.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return None


def _described(failure: Exception) -> str:
    """A failure in a few words, without the object addresses that urllib3 puts into them."""
    text = str(failure)
    for sign, words in (
        ("Connection refused", "connection refused"),
        ("NameResolutionError", _UNRESOLVED),
        ("Name or service not known", _UNRESOLVED),
        ("Failed to resolve", _UNRESOLVED),
        ("timed out", "no answer in time"),
        ("IncompleteRead", "the answer broke off"),
        ("Connection reset", "the connection was reset"),
        ("RemoteDisconnected", "the connection was closed without an answer"),
        ("CERTIFICATE_VERIFY_FAILED", "its certificate cannot be verified"),
    ):
        if sign in text:
            return words
    return f"{type(failure).__name__}: {text}"[:200]
