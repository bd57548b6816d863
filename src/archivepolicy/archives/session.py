"""One HTTP session to one archive: timeouts, waiting, retries, user agent.

In: a URL of the archive. Out: the archive's answer, whatever its status, with undecoded body. It knows one fact about
mementos, because retrying hangs on it: an answer with `Memento-Datetime` is a capture, so its 429 or 503 was archived and
is no reason to wait (RFC 7089 §4.1). It follows no redirect and keeps no cookie.

Each try, first or repeated, goes through the archive's limiter. A 429 pauses everybody, as does a refused connection, which
may be a block; other failures are tried again by the one that met them, with growing pauses. An answer is given out when it is
whole, never in part: a body that breaks off is fetched again.
"""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from archivepolicy.archives.limiter import Allowance, Limiter
from archivepolicy.archives.limits import Limits, Request, archive_address, limits_of, state_file
from archivepolicy.archives.pacebook import PaceBook, opened_book
from archivepolicy.errors import ArchiveUnavailableError, InputError
from archivepolicy.urls import host_of
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["DEFAULT_MAX_WAIT_S", "BrokenAnswerError", "Download", "Reply", "Request", "Session", "user_agent"]

log = logging.getLogger(__name__)

DEFAULT_MAX_WAIT_S = 180.0
CONTACT_VARIABLE = "ARCHIVEPOLICY_CONTACT"
_CONNECT_S = 10.0
_SILENCE_S = 60.0  # between two pieces of an answer
_LEAST_TIMEOUT_S = 5.0  # however little waiting is left, an answer gets this long
_FIRST_BACKOFF_S = 2.0
_SLOW_BYTES_PER_S = 1000  # an answer that comes more slowly than this for as long as a silence may last is given up
_MAX_BROKEN_TRIES = 2  # a capture whose body breaks off twice is broken in the archive
_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_UNRESOLVED = "its host name cannot be resolved"
_UNTRUSTED = "its certificate cannot be verified"
_REFUSED = "connection refused"
_POSSIBLE_BLOCK = "(it is down, or blocks our address)"
_MAX_ANSWER_BYTES = 500_000_000  # an index of 150,000 rows is about 20 MB
_IN_MEMORY_BYTES = 4_000_000
_CHUNK_BYTES = 1 << 16
_CONNECTIONS = 32  # kept open: one a thread
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
_HOPELESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.ProxyError,
)


class BrokenAnswerError(ArchiveUnavailableError):
    """An answer whose head came whole and whose body broke off each time.

    Attributes:
        is_memento: Whether the head said that it is a capture.
    """

    def __init__(self, message: str, *, archive: str, is_memento: bool) -> None:
        super().__init__(message, archive=archive)
        self.is_memento = is_memento


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """An answer without its body.

    Attributes:
        url: The address asked.
        status: HTTP status.
        headers: In order, repeated names repeated.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """First value of a header that is not blank; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted and value.strip()), None)

    @property
    def is_memento(self) -> bool:
        """Whether this is a capture rather than the archive's own word."""
        return self.header("memento-datetime") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(_Head):
    """An archive's answer.

    Attributes:
        body: Transfer coding undone, content coding not.
    """

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Download(_Head):
    """An archive's answer with its whole body in a temporary file, for answers that need not fit into memory.

    Attributes:
        stream: The body from its beginning, transfer coding undone, content coding not.
    """

    stream: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces."""
        self.stream.seek(0)
        while chunk := self.stream.read(_CHUNK_BYTES):
            yield chunk


class _BodyFailureError(Exception):
    """A body that broke off; its cause says why."""

    def __init__(self, head: _Head, received_bytes: int) -> None:
        super().__init__()
        self.is_memento = head.is_memento
        self.received_bytes = received_bytes


class _TooSlowError(OSError):
    """An answer that trickles in."""


class _TooLongError(OSError):
    """An answer longer than any index or page."""


class Session:
    """Talks to one archive, politely. May be used by several threads.

    Args:
        base_url: The archive's address; its host names the archive in messages and decides on limits.
        max_wait_s: How long all requests of this session may wait, in all, for an archive that limits or fails. An
            `Allowance` is shared by all sessions that get it.
        sleep: Waits seconds.
        now: Tells the time, seconds since 1970.
        limits: How fast the archive may be asked; None for what is known of it and set in the environment.
        book: Where its pace is written down; None for the file that all processes share.

    Raises:
        InputError: A setting of the environment that cannot be understood.
    """

    def __init__(
        self,
        base_url: str,
        *,
        max_wait_s: float | Allowance = DEFAULT_MAX_WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        limits: Limits | None = None,
        book: PaceBook | None = None,
    ) -> None:
        self.archive = host_of(base_url)
        self._sleep = sleep
        self._now = now
        self._allowance = max_wait_s if isinstance(max_wait_s, Allowance) else Allowance(max_wait_s, now)
        self._limiter = Limiter(
            archive_address(base_url),
            name=self.archive,
            limits=limits or limits_of(base_url),
            book=book or opened_book(state_file()),
            now=now,
            sleep=sleep,
        )
        self._http = requests.Session()
        self._http.headers["User-Agent"] = user_agent()
        self._http.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))

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
            BrokenAnswerError: Its answer breaks off each time.
            ArchiveUnavailableError: It cannot be reached.
        """
        with self.download(url, kind, max_tries=max_tries, headers=headers) as answer:
            body = b"".join(answer.chunks())
            return Reply(url=answer.url, status=answer.status, headers=answer.headers, body=body)

    @contextlib.contextmanager
    def download(
        self, url: str, kind: Request, *, max_tries: int = 6, headers: Mapping[str, str] | None = None
    ) -> Iterator[Download]:
        """Ask as `get` does, for an answer of any size; its stream is closed at the end of the block."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as stream:
            head = self._answer(url, kind, max_tries, stream=stream, headers=headers or {})
            yield Download(url=head.url, status=head.status, headers=head.headers, stream=stream)

    def _answer(
        self, url: str, kind: Request, max_tries: int, *, stream: IO[bytes], headers: Mapping[str, str]
    ) -> _Head:
        """Try until there is an answer; its body is in the stream."""
        tries = 0
        while True:
            sent_at = self._limiter.acquire(kind, self._allowance)
            tries += 1
            try:
                head = self._once(url, stream, headers)
            except (*_FAILURES, _BodyFailureError) as failure:
                self._allowance.spend(sent_at)
                self._after_failure(failure, tries, max_tries, sent_at)
                continue
            if head.is_memento or head.status not in _RETRIED_STATUSES:
                self._limiter.calm(sent_at)
                return head
            told_s = self._told_s(head)
            if head.status == requests.codes.too_many_requests:
                reason = "it limits requests (429)"
                self._limiter.pause(told_s=told_s, sent_at=sent_at, reason=reason, is_limit=True)
            elif tries >= max_tries:
                return head
            elif told_s:
                reason = f"it answered {head.status}"
                self._limiter.pause(told_s=told_s, sent_at=sent_at, reason=reason, is_limit=False)
            else:
                self._wait(_FIRST_BACKOFF_S * 2 ** (tries - 1), f"it answered {head.status}")

    def _once(self, url: str, stream: IO[bytes], sent: Mapping[str, str]) -> _Head:
        """Send one request; the answer's body replaces what is in the stream."""
        stream.seek(0)
        stream.truncate()
        request = self._http.prepare_request(requests.Request("GET", url, headers={"Accept-Encoding": "gzip", **sent}))
        request.url = url  # requests would unquote `%7E` and its like: the archive is to see what the index wrote
        left_s = self._allowance.left_s
        silence_s = min(_SILENCE_S, max(left_s, _LEAST_TIMEOUT_S))
        timeout_s = (min(_CONNECT_S, silence_s), silence_s)
        # by the adapter, since the session itself would read a redirect's body, decoded and unbounded, to follow it
        adapter = self._http.get_adapter(url)
        with adapter.send(request, timeout=timeout_s, **self._settings(url)) as response:
            headers = tuple(response.raw.headers.items())
            head = _Head(url=url, status=response.status_code, headers=headers)
            try:
                _receive(response.raw, stream, silence_s=silence_s, longest_s=max(left_s, silence_s))
            except _FAILURES as cause:
                raise _BodyFailureError(head, stream.tell()) from cause
            return head

    def _settings(self, url: str) -> dict[str, Any]:
        """Proxies and certificates as the environment names them (`https_proxy`, `REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE`)."""
        settings = dict(self._http.merge_environment_settings(url, {}, True, None, None))
        if settings["verify"] is True:  # OpenSSL's own names, which requests does not know
            settings["verify"] = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or True
        return settings

    def _told_s(self, head: _Head) -> float | None:
        """Seconds that the archive asks us to wait, by number or date (RFC 9110 §10.2.3); None where it does not."""
        value = (head.header("retry-after") or "").strip()
        if value.isascii() and value.isdigit():
            return float(value) or None
        try:
            return max(parsedate_to_datetime(value).timestamp() - self._now(), 0.0) or None
        except (TypeError, ValueError, OverflowError):
            return None

    def _after_failure(self, failure: Exception, tries: int, max_tries: int, sent_at: float) -> None:
        """Wait after a failure, or pause everybody, or give up."""
        cause = failure.__cause__ if isinstance(failure, _BodyFailureError) else failure
        reason = _described(cause or failure)
        if isinstance(failure, _BodyFailureError):
            if tries >= (_MAX_BROKEN_TRIES if failure.is_memento else max_tries) or isinstance(cause, _TooLongError):
                raise BrokenAnswerError(
                    f"{self.archive}: {reason} after {failure.received_bytes:,} bytes, {tries} times; try again later",
                    archive=self.archive,
                    is_memento=failure.is_memento,
                ) from cause
        elif self._is_hopeless(failure, reason):
            raise self._unreachable(reason) from failure
        # a name that is not known now is not known in a minute; one hiccup is forgiven
        elif tries >= (min(max_tries, 2) if reason == _UNRESOLVED else max_tries):
            raise self._unreachable(f"{reason} {_POSSIBLE_BLOCK}" if reason == _REFUSED else reason) from failure
        if reason == _REFUSED:
            reason = f"{reason} {_POSSIBLE_BLOCK}"
            self._limiter.pause(told_s=None, sent_at=sent_at, reason=reason, is_limit=False)
        else:
            self._wait(_FIRST_BACKOFF_S * 2 ** (tries - 1), reason)

    def _is_hopeless(self, failure: Exception, reason: str) -> bool:
        """Whether one more try would fail in the same way."""
        if reason == _REFUSED:
            return not self._limiter.limits.waits_when_refused
        return reason == _UNTRUSTED or isinstance(failure, _HOPELESS)

    def _unreachable(self, reason: str) -> ArchiveUnavailableError:
        return ArchiveUnavailableError(f"{self.archive} cannot be reached: {reason}", archive=self.archive)

    def _wait(self, seconds: float, reason: str) -> None:
        """Wait before one more try, or raise where that would pass what is left of the session's waiting time."""
        if not self._allowance.take(seconds):
            raise ArchiveUnavailableError(
                f"{self.archive} is not available now: {reason}; try again later or allow a longer --max-wait",
                archive=self.archive,
            )
        log.warning("%s: %s; waiting %.0f s", self.archive, reason, seconds)
        self._sleep(seconds)


def user_agent() -> str:
    """Name this program, its version and whom to ask about it (`ARCHIVEPOLICY_CONTACT`, where it is set).

    Raises:
        InputError: The contact cannot stand in a header.
    """
    contact = os.environ.get(CONTACT_VARIABLE, "").strip()
    if not (contact.isascii() and contact.isprintable()):
        raise InputError(
            f"{CONTACT_VARIABLE} cannot be sent: {contact!r} (plain letters of one line, such as an address)"
        )
    return f"archivepolicy/{__version__}" + (f" ({contact})" if contact else "")


def _receive(raw: urllib3.BaseHTTPResponse, stream: IO[bytes], *, silence_s: float, longest_s: float) -> None:
    """Write a body to a stream as it travels; raise where it is too long, or so slow that it would never end."""
    began = time.monotonic()
    received = 0
    # read1, not read: it gives what has come, so that a body that trickles byte by byte is noticed
    while chunk := raw.read1(_CHUNK_BYTES, decode_content=False):
        stream.write(chunk)
        received += len(chunk)
        if received > _MAX_ANSWER_BYTES:
            raise _TooLongError(f"an answer of over {_MAX_ANSWER_BYTES:,} bytes")
        elapsed_s = time.monotonic() - began
        if elapsed_s > longest_s or (elapsed_s > silence_s and received < elapsed_s * _SLOW_BYTES_PER_S):
            raise _TooSlowError("the answer comes too slowly")


def _described(failure: BaseException) -> str:
    """A failure in a few words, without the object addresses that urllib3 puts into them."""
    text = str(failure)
    if isinstance(failure, _TooSlowError | _TooLongError):
        return text
    if isinstance(failure, requests.exceptions.ProxyError):
        return "the proxy that the environment names does not serve us"
    for sign, words in (
        ("Connection refused", _REFUSED),
        ("NameResolutionError", _UNRESOLVED),
        ("Name or service not known", _UNRESOLVED),
        ("Failed to resolve", _UNRESOLVED),
        ("timed out", "no answer in time"),
        ("IncompleteRead", "the answer broke off"),
        ("Connection reset", "the connection was reset"),
        ("RemoteDisconnected", "the connection was closed without an answer"),
        ("CERTIFICATE_VERIFY_FAILED", _UNTRUSTED),
    ):
        if sign in text:
            return words
    return f"{type(failure).__name__}: {text}"[:200]
