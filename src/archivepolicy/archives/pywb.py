"""Any pywb: national web archives, and one's own.

Index: `COLLECTION/cdx`, one JSON object a row; where a pywb is set to another address (`cdx_api_endpoint`), the next
usual one is tried. `allowFuzzy=0` is always sent: without it a filter that matches nothing, and an unknown URL, may bring
other URLs' rows (pywb 2.10, measured 2026-11-22). Everything is checked and ordered here; its own nearest-capture look-up
ignores statuses and is not used. Replay: `COLLECTION/TSid_/URL`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from archivepolicy.archives.cdx import capture_from_row, in_order, lines, skipped_rows_warning
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
    """A pywb collection.

    Args:
        collection_url: Its address, such as `http://localhost:8080/web`.
        session: The one session to it.
        now: Tells the time, 14 digits.
    """

    is_local = False

    def __init__(self, collection_url: str, *, session: Session, now: Callable[[], str]) -> None:
        self._collection_url = collection_url.rstrip("/")
        self._session = session
        self._now = now
        self._index_paths: tuple[str, ...] = _INDEX_PATHS
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
        unread = 0
        for row in self._rows(url):
            capture = capture_from_row(row, self.name) if isinstance(row, dict) else None
            if capture is None:
                unread += 1
            elif key_of(capture.url) == wanted:  # a look-alike that the index offers is another page
                captures.append(capture)
        return Listing(
            url=url, captures=in_order(captures), retrieved_at=asked_at, warnings=skipped_rows_warning(unread)
        )

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; one request. pywb filters by regular expression and does not collapse."""
        asked_at = self._now()
        asked = {
            "matchType": "prefix",
            "filter": f"~urlkey:{words_pattern(words)}",
            "limit": str(limit * ROWS_A_URL + 1),  # one more tells whether the answer is whole
        }
        rows = self._rows(url, asked)
        captures = (capture_from_row(row, self.name) if isinstance(row, dict) else None for row in rows)
        return prefix_rows(captures, url, words=words, limit=limit, asked_at=asked_at)

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request."""
        return self._playback.replay(capture, self._session, self._now)

    def _rows(self, url: str, further: Mapping[str, str] | None = None) -> Iterator[object]:
        query = urlencode({"url": url, "output": "json", "allowFuzzy": "0", **(further or {})})
        for path in self._index_paths:
            with self._session.download(f"{self._collection_url}{path}?{query}", Request.INDEX) as answer:
                text = self._lines(answer)
                start = next((line for line in text if line.strip()), "")
                is_page = answer.status == 200 and start.lstrip().startswith("<")
                # no index at this address: pywb takes the path for a URL to replay, and redirects or does not know it
                if answer.status == 404 or 300 <= answer.status < 400 or is_page:
                    continue
                self._index_paths = (path,)
                self._check(answer, url)
                yield from (_parsed(line) for line in chain((start,), text) if line.strip())
                return
        raise ArchiveUnavailableError(
            f"no capture index found at {self._collection_url} (tried {' and '.join(self._index_paths)})",
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


def _parsed(line: str) -> object:
    """A row, or None where it is none."""
    try:
        return json.loads(line)
    except ValueError:
        return None
