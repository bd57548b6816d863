"""Any pywb or OpenWayback with a capture index: national web archives, and one's own.

Index: `COLLECTION/cdx`, asked for JSON and read by its shape; where a pywb is set to another address (`cdx_api_endpoint`),
the next usual one is tried. `allowFuzzy=0` is always sent: without it a filter that matches nothing, and an unknown URL, may
bring other URLs' rows (pywb 2.10, measured 2026-11-22). Everything is checked and ordered here; its own nearest-capture look-up
ignores statuses and is not used. Replay: `COLLECTION/TSid_/URL`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from archivepolicy.archives.cdx import capture_from_row, in_order, skipped_rows_warning
from archivepolicy.archives.cdx_shapes import Row, parsed_rows
from archivepolicy.archives.playback import Playback
from archivepolicy.archives.session import Reply, Request, Session
from archivepolicy.codings import CodingError, decoded_body
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError
from archivepolicy.records import Listing
from archivepolicy.urls import host_of, index_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.records import Capture, Memento

# pywb's default, and the one that its documentation shows for the Wayback Machine's path
_INDEX_PATHS = ("/cdx", "/search/cdx")


class PywbArchive:
    """A pywb or OpenWayback collection.

    Args:
        collection_url: Its address, such as `http://localhost:8080/web`.
        index_url: The address of its index; None for the usual ones below the collection.
        index_limit: How many rows to ask for, where the index gives fewer of its own accord; None where it gives all.
        session: The one session to it.
        now: Tells the time, 14 digits.
    """

    is_local = False

    def __init__(
        self,
        collection_url: str,
        *,
        session: Session,
        now: Callable[[], str],
        index_url: str | None = None,
        index_limit: int | None = None,
    ) -> None:
        self._collection_url = collection_url.rstrip("/")
        self._session = session
        self._now = now
        usual = tuple(f"{self._collection_url}{path}" for path in _INDEX_PATHS)
        self._index_urls = (index_url,) if index_url else usual
        self._limit = {"limit": str(index_limit)} if index_limit else {}
        self._playback = Playback(name=self.name, collection_url=self._collection_url, recodes=False)

    @property
    def name(self) -> str:
        """The archive's host."""
        return host_of(self._collection_url)

    @property
    def key(self) -> str:
        """The collection's address."""
        return self._collection_url

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; one request."""
        asked_at = self._now()
        wanted = index_key(url)
        captures: list[Capture] = []
        unread = 0
        rows = self._rows(url)
        for row in rows:
            capture = capture_from_row(row, self.name) if row is not None else None
            if capture is None:
                unread += 1
            elif index_key(capture.url) == wanted:  # a look-alike that the index offers is another page
                captures.append(capture)
        warnings = skipped_rows_warning(unread)
        if self._limit and len(rows) >= int(self._limit["limit"]):
            warnings += (f"{self.name} lists at most {len(rows)} captures of a URL; there may be more.",)
        return Listing(url=url, captures=in_order(captures), retrieved_at=asked_at, warnings=warnings)

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request."""
        return self._playback.replay(capture, self._session, self._now)

    def _rows(self, url: str) -> list[Row | None]:
        query = urlencode({"url": url, "output": "json", "allowFuzzy": "0", **self._limit})
        for address in self._index_urls:
            reply = self._session.get(f"{address}?{query}", Request.INDEX)
            text = self._text(reply)
            is_page = reply.status == 200 and text.lstrip().startswith("<")
            # no index at this address: pywb takes the path for a URL to replay, and redirects or does not know it
            if reply.status == 404 or 300 <= reply.status < 400 or is_page:
                continue
            self._index_urls = (address,)
            return self._parsed(reply, text, url)
        raise ArchiveUnavailableError(
            f"no capture index found at {self._collection_url} (tried {' and '.join(self._index_urls)})",
            archive=self.name,
        )

    def _text(self, reply: Reply) -> str:
        try:
            return decoded_body(reply.body, reply.header("content-encoding"))[0].decode("utf-8", "replace")
        except CodingError as cause:
            raise ArchiveUnavailableError(f"{self.name}: {cause}", archive=self.name) from cause

    def _parsed(self, reply: Reply, text: str, url: str) -> list[Row | None]:
        if reply.status in (403, 451):
            raise ExcludedError(f"{self.name} excludes {url} from its archive", url=url)
        if reply.status == 400:
            raise InputError(f"{self.name}: the index cannot read the URL {url!r}")
        if reply.status != 200:
            raise ArchiveUnavailableError(
                f"{self.name}: the index answered {reply.status}; try again later", archive=self.name
            )
        return parsed_rows(text)
