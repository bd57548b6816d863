"""Common Crawl: an index for each crawl in pywb's dialect, and the records themselves by byte range of a WARC file.

`BASE/collinfo.json` lists the crawls with the address of each index; a row names file, offset and length, and there is no
replay. "No captures" is a 404 that says so; a 429 or 5xx means to slow down (cocrawler/cdx_toolkit, read 2026-11-22). An
answer comes in pages; one that is not full is the last. There are over a hundred crawls, and each is asked with one request.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from archivepolicy.archives.cdx import capture_from_row, in_order, skipped_rows_warning
from archivepolicy.archives.cdx_shapes import Row, parsed_rows
from archivepolicy.archives.limits import Request, limits_of
from archivepolicy.archives.warc_records import UNREADABLE, not_replayable, read_memento, revisited
from archivepolicy.codings import CodingError, decoded_body
from archivepolicy.errors import ArchiveUnavailableError, InputError
from archivepolicy.records import Listing
from archivepolicy.urls import host_of, index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archivepolicy.archives.session import Reply, Session
    from archivepolicy.records import Capture, Memento

log = logging.getLogger(__name__)

INDEX_URL = "https://index.commoncrawl.org"
DATA_URL = "https://data.commoncrawl.org"
# a page holds whole blocks of the index, 3,000 rows each; one with fewer rows has no page after it
_FULL_PAGE_ROWS = 3000
_MAX_PAGES = 100
_MAX_RECORD_BYTES = 100_000_000  # Common Crawl cuts bodies at 1 MiB; what claims to be larger is no record of its
_MANY_CRAWLS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """Where a record lies."""

    filename: str
    offset: int
    size_bytes: int


class CommonCrawlArchive:
    """Common Crawl, or what answers like it.

    Args:
        open_session: Opens the one session to a host's address.
        now: Tells the time, 14 digits.
        index_url: Where `collinfo.json` is.
        data_url: Where the WARC files are.
        crawls: The crawls to ask: identifiers (`CC-MAIN-2018-22`) or years; empty for all.
        full_page_rows: A page of the index with fewer rows is the last.
    """

    is_local = False

    def __init__(
        self,
        *,
        open_session: Callable[[str], Session],
        now: Callable[[], str],
        index_url: str = INDEX_URL,
        data_url: str = DATA_URL,
        crawls: Sequence[str] = (),
        full_page_rows: int = _FULL_PAGE_ROWS,
    ) -> None:
        self._index_url, self._data_url = index_url.rstrip("/"), data_url.rstrip("/")
        self._index = open_session(self._index_url)
        self._data = self._index if self._data_url == self._index_url else open_session(self._data_url)
        self._now = now
        self._wanted = tuple(crawls)
        self._full_page_rows = full_page_rows
        self._crawls: dict[str, str] | None = None
        self._ranges: dict[Capture, _Range] = {}

    @property
    def name(self) -> str:
        """The host of its index; each capture names its crawl."""
        return host_of(self._index_url)

    @property
    def key(self) -> str:
        """The address of its index, with the crawls that are asked where these are not all."""
        return self._index_url + (f"#{','.join(self._wanted)}" if self._wanted else "")

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; one request for each crawl."""
        asked_at = self._now()
        crawls = self._known_crawls()
        rate_per_s = limits_of(self._index_url).rate_per_s
        if len(crawls) > _MANY_CRAWLS and rate_per_s:
            minutes = len(crawls) / rate_per_s[Request.INDEX] / 60
            log.warning(
                "%s: asking %d indexes takes about %.0f minutes (commoncrawl:2018 asks those of one year)",
                self.name, len(crawls), minutes,
            )  # fmt: skip
        captures: list[Capture] = []
        failures: list[ArchiveUnavailableError] = []
        unread = 0
        for crawl, address in crawls.items():
            try:
                found, bad = self._of_crawl(crawl, address, url)
            except ArchiveUnavailableError as failure:
                failures.append(failure)
                continue
            captures += found
            unread += bad
        if failures and not captures:
            raise failures[0]
        return Listing(
            url=url,
            captures=in_order(captures),
            retrieved_at=asked_at,
            warnings=(*skipped_rows_warning(unread), *_failure_warning(failures, len(crawls))),
        )

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request, two for a revisit."""
        own = self._read(capture)
        if not capture.is_revisit:
            return own
        same = [one for one in self._ranges if one.digest == capture.digest and not one.is_revisit]
        if not same or capture.digest is None:
            raise not_replayable(capture, f"{self.name} lists no record whose body this revisit repeats")
        earlier = [one for one in same if one.timestamp <= capture.timestamp]
        body = max(earlier or same, key=lambda one: (one in earlier, one.timestamp))
        return revisited(capture, own, self._read(body))

    def _known_crawls(self) -> dict[str, str]:
        """The wanted crawls' indexes by their identifiers, newest first."""
        if self._crawls is None:
            address = f"{self._index_url}/collinfo.json"
            reply = self._index.get(address, Request.INDEX)
            listed = _crawls(_text(reply))
            if not listed:
                raise ArchiveUnavailableError(
                    f"{self.name}: no list of crawls at {address} (answered {reply.status})", archive=self.name
                )
            wanted = {crawl: index for crawl, index in listed.items() if self._is_wanted(crawl)}
            if not wanted:
                some = ", ".join(list(listed)[:3])
                raise InputError(f"{self.name} has no crawl {', '.join(self._wanted)} (it has {some}, ...)")
            self._crawls = wanted
        return self._crawls

    def _is_wanted(self, crawl: str) -> bool:
        # identifiers are CC-MAIN-YEAR-WEEK, and CC-MAIN-YEAR or CC-MAIN-YEAR-YEAR for the first three
        return not self._wanted or crawl in self._wanted or any(part in self._wanted for part in crawl.split("-"))

    def _of_crawl(self, crawl: str, address: str, url: str) -> tuple[list[Capture], int]:
        """The captures of one crawl, and how many rows could not be read."""
        captures: list[Capture] = []
        unread = 0
        wanted = index_key(url)
        for number in range(_MAX_PAGES):
            rows = self._page(crawl, address, url, number)
            for row in rows:
                capture = capture_from_row(row, crawl) if row is not None else None
                place = _range(row or {})
                if capture is None or place is None:
                    unread += 1
                elif index_key(capture.url) == wanted:
                    captures.append(capture)
                    self._ranges.setdefault(capture, place)
            if len(rows) < self._full_page_rows:
                break
        return captures, unread

    def _page(self, crawl: str, address: str, url: str, number: int) -> list[Row | None]:
        query = urlencode({"url": url, "output": "json", "page": number})
        reply = self._index.get(f"{address}?{query}", Request.INDEX)
        text = _text(reply)
        if reply.status == 404 and "No Captures" in text:
            return []
        if reply.status == 400:
            if number:
                return []  # past the last page
            raise InputError(f"{self.name}: the index cannot read the URL {url!r}")
        if reply.status != 200 or text.lstrip().startswith("<"):
            raise ArchiveUnavailableError(
                f"{self.name}: the index of {crawl} answered {reply.status}; try again later", archive=self.name
            )
        return list(parsed_rows(text.split("\n")))

    def _read(self, capture: Capture) -> Memento:
        """Fetch a record and read it."""
        place = self._place(capture)
        if not 0 < place.size_bytes <= _MAX_RECORD_BYTES:
            raise not_replayable(capture, f"the index gives a record of {place.size_bytes} bytes")
        end = place.offset + place.size_bytes
        address = f"{self._data_url}/{quote(place.filename)}"
        reply = self._data.get(address, Request.REPLAY, headers={"Range": f"bytes={place.offset}-{end - 1}"})
        if reply.status >= 500:
            raise ArchiveUnavailableError(
                f"{host_of(self._data_url)} answered {reply.status}; try again later", archive=self.name
            )
        if reply.status not in (200, 206):
            raise not_replayable(capture, f"{host_of(self._data_url)} answered {reply.status} for the record")
        # a server that knows no ranges sends the whole file
        stored = reply.body if reply.status == 206 else reply.body[place.offset : end]
        try:
            return replace(read_memento(capture, stored), retrieved_at=self._now())
        except UNREADABLE as cause:
            raise not_replayable(capture, f"the record in {place.filename} cannot be read") from cause

    def _place(self, capture: Capture) -> _Range:
        if capture not in self._ranges:  # the listing was kept from another day: the capture's own crawl is asked
            address = self._known_crawls().get(capture.archive)
            if address:
                self._of_crawl(capture.archive, address, capture.url)
        if capture not in self._ranges:
            raise not_replayable(capture, f"{self.name} lists no such record")
        return self._ranges[capture]


def _crawls(text: str) -> dict[str, str]:
    """Each crawl's index by its identifier; empty where the text is no list of crawls."""
    try:
        return {str(one["id"]): str(one["cdx-api"]) for one in json.loads(text)}
    except (ValueError, TypeError, KeyError):
        return {}


def _range(row: Row) -> _Range | None:
    try:
        filename = row["filename"]
        return _Range(filename=str(filename), offset=int(row["offset"]), size_bytes=int(row["length"]))
    except (KeyError, TypeError, ValueError):
        return None


def _failure_warning(failures: list[ArchiveUnavailableError], count: int) -> tuple[str, ...]:
    if not failures:
        return ()
    return (f"{len(failures)} of {count} indexes could not be asked ({failures[0]}); captures may be missing.",)


def _text(reply: Reply) -> str:
    try:
        return decoded_body(reply.body, reply.header("content-encoding"))[0].decode("utf-8", "replace")
    except CodingError:
        return ""
