"""What an archive's answer to a replay request means.

In: the answer to a request for a raw capture (`TSid_/URL`). Out: a memento, or an error that says why there is none. The
rule is the same for the Wayback Machine, OpenWayback and pywb: `Memento-Datetime` stands exactly on answers that are
captures (RFC 7089 §4.1; 45 of 100 recorded exchanges with the Wayback Machine, and pywb 2.10, read 2026-11-22). Everything
else is the archive speaking for itself, and is never taken for a policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from archivepolicy.archives.link_format import parse_links
from archivepolicy.archives.session import BrokenAnswerError, Reply, Request
from archivepolicy.codings import CUT_SHORT, CodingError, decoded_body
from archivepolicy.digests import sha1_base32
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, NotReplayableError
from archivepolicy.records import Capture, Memento
from archivepolicy.timestamps import from_datetime, iso_time
from archivepolicy.urls import ReplayAddress, host_of, index_key, quote_once, split_replay_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.session import Session

_SENT_AS_IS = "!#$%&'()*+,/:;=?@[]~"
_ORIGINAL = "x-archive-orig-"
# headers that archives add of their own, beside those that they name `x-archive-*`
_OF_ARCHIVE = frozenset(
    {"memento-datetime", "link", "preference-applied", "connection", "transfer-encoding", "keep-alive"}
)
_MAX_ARCHIVE_REDIRECTS = 3
_EXCLUSION_SIGNS = (b"AccessControlException", b"URL has been excluded", b"Blocked Site Error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """How one archive replays.

    Attributes:
        name: The archive's name.
        collection_url: Address of the collection, without a slash at its end; captures lie at `/TSid_/URL` below it.
        recodes: Whether the archive compresses for transport itself and loses the original's content coding, as the
            Wayback Machine does, so that the body's digest cannot always be checked.
    """

    name: str
    collection_url: str
    recodes: bool

    def memento_url(self, capture: Capture) -> str:
        """The archive's address for a raw capture, in the form that an attribution header carries."""
        return f"{self.collection_url}/{capture.timestamp}id_/{quote_once(capture.url)}"

    def replay(
        self, capture: Capture, session: Session, now: Callable[[], str], *, address: str | None = None
    ) -> Memento:
        """Fetch a capture and judge the answer; see `Archive.replay` for what it raises.

        `address` is where it is asked for, where that is not the usual one.
        """
        address = address or f"{self.collection_url}/{capture.timestamp}id_/{quote(capture.url, safe=_SENT_AS_IS)}"
        for _ in range(_MAX_ARCHIVE_REDIRECTS):
            reply = self._reply(capture, address, session)
            if reply.is_memento:
                memento = self._memento(capture, reply, now())
                if not _is_cut(memento):
                    return memento
                # it came whole, and is shorter than the site announced or its compression ends too early: cut on its
                # way to the archive's server, or archived so
                again = self._memento(capture, self._reply(capture, address, session), now())
                return max(memento, again, key=lambda one: (one.digest_verdict == "match", len(one.stored_payload)))
            address = self._elsewhere(capture, reply)
        raise _not_replayable(capture, f"{self.name} redirects its own address again and again")

    def _reply(self, capture: Capture, address: str, session: Session) -> Reply:
        """The answer to a replay request; a capture whose body breaks off each time cannot be replayed."""
        try:
            return session.get(address, Request.REPLAY, max_tries=2 if capture.is_revisit else 4)
        except BrokenAnswerError as failure:
            if not failure.is_memento:
                raise
            raise _not_replayable(capture, str(failure)) from failure

    def _elsewhere(self, capture: Capture, reply: Reply) -> str:
        """Where the archive sends us for the same capture; raises for every answer that does not lead to it."""
        location = reply.header("location")
        if 300 <= reply.status < 400 and location:
            address = urljoin(reply.url, location)
            there = split_replay_address(address)
            if there and self._is_same_capture(address, there, capture):
                return address
            where = f"it offers the one of {iso_time(there.timestamp)}" if there else "it leads elsewhere"
            raise _not_replayable(
                capture, f"{self.name} does not give this capture; {where}", offered_url=there.url if there else None
            )
        text = _readable(reply)
        if any(sign in text for sign in _EXCLUSION_SIGNS) or reply.status in (403, 451):
            raise ExcludedError(
                f"{self.name} excludes {capture.url} from its archive", url=capture.url, timestamp=capture.timestamp
            )
        if reply.status >= 500 and not capture.is_revisit:
            raise ArchiveUnavailableError(f"{self.name} answered {reply.status} to a replay", archive=self.name)
        raise _not_replayable(capture, f"{self.name} answered {reply.status} without a capture")

    def _is_same_capture(self, address: str, there: ReplayAddress, capture: Capture) -> bool:
        """Whether the archive only leads to another spelling of the same capture's address."""
        is_here = host_of(address) == host_of(self.collection_url)
        return is_here and there.timestamp == capture.timestamp and index_key(there.url) == index_key(capture.url)

    def _memento(self, capture: Capture, reply: Reply, now: str) -> Memento:
        captured_at = _memento_timestamp(reply)
        if captured_at is None:
            raise _not_replayable(capture, f"{self.name} gives no readable capture time")
        if captured_at != capture.timestamp:
            raise _not_replayable(capture, f"{self.name} gave the capture of {iso_time(captured_at)} instead")
        coding = reply.header("content-encoding")
        try:
            payload, warnings = decoded_body(reply.body, coding)
        except CodingError as cause:
            raise _not_replayable(capture, str(cause)) from cause
        headers = _archived_headers(reply)
        stored, verdict = self._stored_form(capture, reply.body, payload, headers)
        if verdict != "match" and (twin := _other_original(capture, reply)):
            raise _not_replayable(capture, f"{self.name} gave the capture of {twin} of the same second instead")
        is_coded = stored is not payload and stored != payload
        location = self._archived_location(reply)
        kept = tuple(header for header in headers if header[0].lower() not in ("content-encoding", "location"))
        if is_coded and coding:
            kept = (*kept, ("Content-Encoding", coding))
        if location:
            kept = (*kept, ("Location", location))
        return Memento(
            capture=capture,
            timestamp=captured_at,
            memento_url=self.memento_url(capture),
            status=reply.status,
            headers=kept,
            payload=payload,
            stored_payload=stored,
            digest_verdict=verdict,
            location=urljoin(capture.url, location) if location else None,
            retrieved_at=now,
            warnings=(*warnings, *_length_warning(kept, stored)),
        )

    def _stored_form(
        self, capture: Capture, received: bytes, payload: bytes, headers: tuple[tuple[str, str], ...]
    ) -> tuple[bytes, str]:
        """The body as it was archived, and whether the index's digest says so."""
        if capture.digest:
            for form in (received, payload):
                if sha1_base32(form) == capture.digest:
                    return form, "match"
        if not capture.digest:
            return (payload if self.recodes else received), "unknown"
        if not self.recodes:
            return received, "mismatch"
        length = next((value for key, value in headers if key.lower() == "content-length"), "")
        return payload, "mismatch" if length == str(len(payload)) else "unknown"

    def _archived_location(self, reply: Reply) -> str | None:
        """An archived redirect's Location as it was archived, unwrapped where the archive rewrote it; else None."""
        location = reply.header(f"{_ORIGINAL}location") or reply.header("location")
        if not (300 <= reply.status < 400 and location):
            return None
        address = urljoin(reply.url, location)
        there = split_replay_address(address)
        return there.url if there and address.startswith(f"{self.collection_url}/") else location


def _archived_headers(reply: Reply) -> tuple[tuple[str, str], ...]:
    """The headers as they were archived, as far as the archive tells.

    The Wayback Machine prefixes them; where nothing is prefixed (pywb's raw replay) they stand as they are among the
    archive's own.
    """
    prefixed = [(key[len(_ORIGINAL) :], value) for key, value in reply.headers if key.lower().startswith(_ORIGINAL)]
    if prefixed:
        named = {key.lower() for key, _ in prefixed}
        plain = [
            (key, value)
            for key, value in reply.headers
            if key.lower() == "content-type" and "content-type" not in named
        ]
        return (*plain, *prefixed)
    return tuple(
        (key, value)
        for key, value in reply.headers
        if key.lower() not in _OF_ARCHIVE and not key.lower().startswith("x-archive-")
    )


def _memento_timestamp(reply: Reply) -> str | None:
    try:
        return from_datetime(parsedate_to_datetime(reply.header("memento-datetime") or ""))
    except (TypeError, ValueError):
        return None


def _other_original(capture: Capture, reply: Reply) -> str | None:
    """The original URL that the archive names where it is the capture's under another scheme or host; else None.

    Of twins of one second (http and https, with and without `www`) pywb replays one for both, and says so in its Link header.
    """
    values = [value for key, value in reply.headers if key.lower() == "link"]
    links = [link for value in values for link in parse_links(value)[0]]
    originals = [link.target for link in links if "original" in link.relations]
    same_page = [url for url in originals if host_of(url) and index_key(url) == index_key(capture.url)]
    if any(_place(url) == _place(capture.url) for url in same_page):
        return None
    return same_page[0] if same_page else None


def _place(url: str) -> tuple[str, str]:
    return url.partition(":")[0].lower(), host_of(url)


def _length_warning(headers: tuple[tuple[str, str], ...], stored: bytes) -> tuple[str, ...]:
    """Say where fewer bytes came than the archived answer announced: a truncated capture."""
    announced = _announced_bytes(headers)
    if announced is not None and len(stored) < announced:
        return (f"The archived body has {len(stored)} bytes; its header announced {announced}.",)
    return ()


def _announced_bytes(headers: tuple[tuple[str, str], ...]) -> int | None:
    """The body's length as the site announced it; None where it did not, or compressed the body."""
    length = next((value for key, value in headers if key.lower() == "content-length"), "").strip()
    if not (length.isascii() and length.isdigit()) or dict(headers).get("Content-Encoding"):
        return None
    return int(length)


def _is_cut(memento: Memento) -> bool:
    announced = _announced_bytes(memento.headers)
    is_short = announced is not None and 0 < len(memento.stored_payload) < announced
    return (is_short or CUT_SHORT in memento.warnings) and memento.digest_verdict != "match"


def _readable(reply: Reply) -> bytes:
    try:
        return decoded_body(reply.body, reply.header("content-encoding"))[0]
    except CodingError:
        return b""


def _not_replayable(capture: Capture, why: str, *, offered_url: str | None = None) -> NotReplayableError:
    return NotReplayableError(
        why, url=capture.url, timestamp=capture.timestamp, reasons=(why,), offered_url=offered_url
    )
