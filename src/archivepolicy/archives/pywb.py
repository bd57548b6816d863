"""Any pywb or OpenWayback with a capture index: national web archives, and one's own.

Index: `COLLECTION/cdx`, asked for JSON and read by its shape; where a pywb is set to another address (`cdx_api_endpoint`),
the next usual one is tried. `allowFuzzy=0` is always sent: without it a filter that matches nothing, and an unknown URL, may
bring other URLs' rows (pywb 2.10, measured 2026-11-22). Everything is checked and ordered here; its own nearest-capture look-up
ignores statuses and is not used. Replay: `COLLECTION/TSid_/URL`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from archivepolicy.archives.cdx import capture_from_row, in_order, lines, skipped_rows_warning
from archivepolicy.archives.cdx_shapes import Row, parsed_rows
from archivepolicy.archives.playback import Playback
from archivepolicy.archives.prefix import ROWS_A_URL, prefix_rows, words_pattern
from archivepolicy.archives.session import Download, Request, Session
from archivepolicy.codings import CodingError
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError
from archivepolicy.records import Listing
from archivepolicy.urls import host_of, index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        self._index_limit = index_limit
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
        key_of = lru_cache(maxsize=1000)(index_key)  # most rows have one address, and a key costs more than a row
        captures: list[Capture] = []
        unread = row_count = 0
        for row in self._rows(url):
            row_count += 1
            capture = capture_from_row(row, self.name) if row is not None else None
            if capture is None:
                unread += 1
            elif key_of(capture.url) == wanted:  # a look-alike that the index offers is another page
                captures.append(capture)
        warnings = skipped_rows_warning(unread)
        if self._index_limit and row_count >= self._index_limit:
            warnings += (f"{self.name} lists at most {row_count} captures of a URL; there may be more.",)
        return Listing(url=url, captures=in_order(captures), retrieved_at=asked_at, warnings=warnings)

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; one request. pywb filters by regular expression and does not collapse."""
        asked_at = self._now()
        asked = {"matchType": "prefix", "filter": f"~urlkey:{words_pattern(words)}"}
        row_limit = limit * ROWS_A_URL + 1  # one more tells whether the answer is whole
        rows = self._rows(url, asked, min(row_limit, self._index_limit or row_limit))
        captures = (capture_from_row(row, self.name) if row is not None else None for row in rows)
        return prefix_rows(captures, url, words=words, limit=limit, asked_at=asked_at)

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request."""
        return self._playback.replay(capture, self._session, self._now)

    def _rows(
        self, url: str, further: Mapping[str, str] | None = None, limit: int | None = None
    ) -> Iterator[Row | None]:
        limit = limit or self._index_limit
        bound = {"limit": str(limit)} if limit else {}
        query = urlencode({"url": url, "output": "json", "allowFuzzy": "0", **bound, **(further or {})})
        for address in self._index_urls:
            with self._session.download(f"{address}?{query}", Request.INDEX) as answer:
                text = self._lines(answer)
                start = next((line for line in text if line.strip()), "")
                is_page = answer.status == 200 and start.lstrip().startswith("<")
                # no index at this address: pywb takes the path for a URL to replay, and redirects or does not know it
                if answer.status == 404 or 300 <= answer.status < 400 or is_page:
                    continue
                self._index_urls = (address,)
                self._check(answer, url)
                yield from parsed_rows(chain((start,), text))
                return
        raise ArchiveUnavailableError(
            f"no capture index found at {self._collection_url} (tried {' and '.join(self._index_urls)})",
            archive=self.name,
        )

    def _lines(self, answer: Download) -> Iterator[str]:
        try:
            yield from lines(answer)
        except CodingError as cause:
            raise ArchiveUnavailableError(f"{self.name}: {cause}; try again later", archive=self.name) from cause

    def _check(self, answer: Download, url: str) -> None:
        """Take only an answer that is an index's."""
        if answer.status in (403, 451):
            raise ExcludedError(f"{self.name} excludes {url} from its archive", url=url)
        if answer.status == 400:
            raise InputError(f"{self.name}: the index cannot read the URL {url!r}")
        if answer.status != 200:
            raise ArchiveUnavailableError(
                f"{self.name}: the index answered {answer.status}; try again later", archive=self.name
            )
