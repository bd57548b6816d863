"""Any Memento archive, by its TimeMap or TimeGate (RFC 7089).

TimeMap: `PREFIX/timemap/link/URL`, in link format; further pages (`rel="timemap"`) are followed within bounds. Where there is
none, the TimeGate (`PREFIX/timegate/URL`, else `PREFIX/URL`) is asked for moments between the captures that it has named
already: that finds captures, and cannot prove that it found all of them. These paths are those of pywb, OpenWayback, the
Wayback Machine and MemGator; the RFC sets none.

An index of this kind says neither status nor digest. A memento whose address has the usual shape (14 digits, then the
original URL) is asked for raw (`id_`); any other is taken as it is given, with a warning that it may be rewritten.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from archivepolicy.archives.cdx import in_order, skipped_rows_warning
from archivepolicy.archives.link_format import LinkValue, parse_links
from archivepolicy.archives.playback import Playback
from archivepolicy.archives.session import Reply, Request, Session
from archivepolicy.archives.timegate import found_through_gate
from archivepolicy.codings import CodingError, decoded_body
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError, NotReplayableError
from archivepolicy.records import Capture, Listing
from archivepolicy.timestamps import iso_time
from archivepolicy.urls import host_of, index_key, split_replay_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archivepolicy.records import Memento

MAX_PAGES = 100
_MAX_REDIRECTS = 3
_SENT_AS_IS = "!#$%&'()*+,/:;=?@[]~"
_LINK_FORMAT = "application/link-format"
_REWRITTEN = "The archive was not seen to give this capture raw: what it gave may have been rewritten by it."


@dataclass(slots=True, kw_only=True)
class _Found:
    """The captures of one URL as they come in, and where each is."""

    url: str
    addresses: dict[Capture, str] = field(default_factory=dict)
    unread: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, links: Iterable[LinkValue], base: str) -> None:
        """Take the mementos among links; those of another page are none."""
        links = list(links)
        original = next((link.target for link in links if "original" in link.relations), self.url)
        wanted = index_key(self.url)
        for link in links:
            if "memento" not in link.relations:
                continue
            address = urljoin(base, link.target)
            there = split_replay_address(address)
            url = there.url if there else original
            timestamp = there.timestamp if there else link.timestamp
            if timestamp is None or not host_of(url):
                self.unread += 1
            elif index_key(url) == wanted:
                self.addresses.setdefault(Capture(url=url, timestamp=timestamp, archive=host_of(address)), address)


class MementoArchive:
    """An archive that is known by TimeMap and TimeGate alone.

    Args:
        prefix: What stands before `/timemap/link/URL`, such as `http://localhost:8080/web`.
        open_session: Opens the one session to an archive's address: an aggregator names captures of several.
        now: Tells the time, 14 digits.
    """

    is_local = False

    def __init__(self, prefix: str, *, open_session: Callable[[str], Session], now: Callable[[], str]) -> None:
        self._prefix = prefix.rstrip("/")
        self._open_session = open_session
        self._sessions: dict[str, Session] = {}
        self._now = now
        self._addresses: dict[Capture, str] = {}

    @property
    def name(self) -> str:
        """The archive's host."""
        return host_of(self._prefix)

    @property
    def key(self) -> str:
        """Its address, told apart from the same archive's by another index."""
        return f"memento:{self._prefix}"

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; one request for each page of the TimeMap. Statuses and digests are not known."""
        asked_at = self._now()
        found = _Found(url=url)
        if not self._read_timemap(found):
            self._ask_timegate(found)
        self._addresses |= found.addresses
        return Listing(
            url=url,
            captures=in_order(found.addresses),
            retrieved_at=asked_at,
            warnings=(*found.warnings, *skipped_rows_warning(found.unread)),
        )

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request, two where the archive gives nothing raw."""
        if capture not in self._addresses:
            self.listing(capture.url)
        address = self._addresses.get(capture)
        if address is None:
            why = f"{self.name} names no address for this capture"
            raise NotReplayableError(why, url=capture.url, timestamp=capture.timestamp, reasons=(why,))
        session = self._session(address)
        there = split_replay_address(address)
        parts = urlsplit(address)
        place = there.prefix if there else f"{parts.scheme}://{parts.netloc}"
        playback = Playback(name=host_of(address), collection_url=place, recodes=False)
        if there:
            try:
                return playback.replay(capture, session, self._now)
            except NotReplayableError as failure:
                if failure.offered_url:
                    raise
        memento = playback.replay(capture, session, self._now, address=address)
        return replace(memento, memento_url=address, warnings=(*memento.warnings, _REWRITTEN))

    def _read_timemap(self, found: _Found) -> bool:
        """Read all pages of the TimeMap; whether there is one."""
        first = f"{self._prefix}/timemap/link/{quote(found.url, safe=_SENT_AS_IS)}"
        pages, seen = deque([first]), {first}
        for number in range(MAX_PAGES):
            if not pages:
                return True
            address = pages.popleft()
            links = self._page(address, found, is_first=number == 0)
            if links is None:
                return False
            found.add(links, address)
            for target in (urljoin(address, link.target) for link in links if _is_timemap(link)):
                if target not in seen and host_of(target) == self.name:
                    seen.add(target)
                    pages.append(target)
        if pages:
            found.warnings.append(f"{self.name}'s TimeMap has more than {MAX_PAGES} pages; the rest was not read.")
        return True

    def _page(self, address: str, found: _Found, *, is_first: bool) -> list[LinkValue] | None:
        """The links of one page; None where there is no TimeMap at all."""
        reply = self._asked(address)
        text = _text(reply)
        if reply.status == 200 and not text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
            links, unread = parse_links(text)
            found.unread += unread
            if links or not text.strip():
                return links
        if is_first and reply.status not in (403, 451) and reply.status < 500:
            return None  # perhaps no such URL, perhaps no TimeMap: the TimeGate tells
        raise self._refused(reply, text, found.url)

    def _asked(self, address: str) -> Reply:
        """Ask for a TimeMap, led to another address on the same host at most a few times."""
        session = self._session(address)
        reply = session.get(address, Request.INDEX)
        for _ in range(_MAX_REDIRECTS):
            location = urljoin(reply.url, reply.header("location") or "")
            if not 300 <= reply.status < 400 or "/timemap/" not in location or host_of(location) != host_of(address):
                break
            reply = session.get(location, Request.INDEX)
        return reply

    def _refused(self, reply: Reply, text: str, url: str) -> Exception:
        if reply.status in (403, 451) or "AccessControlException" in text:
            return ExcludedError(f"{self.name} excludes {url} from its archive", url=url)
        if reply.status == 400:
            return InputError(f"{self.name}: the archive cannot read the URL {url!r}")
        return ArchiveUnavailableError(
            f"{self.name}: the TimeMap answered {reply.status}; try again later", archive=self.name
        )

    def _ask_timegate(self, found: _Found) -> None:
        session = self._session(self._prefix)
        address = quote(found.url, safe=_SENT_AS_IS)
        for gate in (f"{self._prefix}/timegate/{address}", f"{self._prefix}/{address}"):
            answers = found_through_gate(gate, session, self._now())
            if answers is None:
                continue
            for links, base in answers:
                found.add(links, base)
            found.warnings.append(
                f"{self.name} gives no TimeMap of this URL: {len(found.addresses)} captures were found by asking its "
                f"TimeGate for {len(answers)} moments up to {iso_time(self._now())}; others may be missing."
            )
            return

    def _session(self, address: str) -> Session:
        host = urlsplit(address).netloc
        if host not in self._sessions:
            self._sessions[host] = self._open_session(address)
        return self._sessions[host]


def _is_timemap(link: LinkValue) -> bool:
    return "timemap" in link.relations and link.parameters.get("type", _LINK_FORMAT).startswith(_LINK_FORMAT)


def _text(reply: Reply) -> str:
    try:
        return decoded_body(reply.body, reply.header("content-encoding"))[0].decode("utf-8", "replace")
    except CodingError:
        return ""
