"""The Wayback Machine, and every archive that answers in its dialect.

Index: `BASE/cdx/search/cdx` through waybackpy's CDX API (its parameters, paging, parser, record and errors) over our own
session: waybackpy opens a connection of its own without timeout or limit, and reads an outage's page as "no captures"
(waybackpy 3.0.6, read 2026-11-22). Only its one networking method is replaced. Replay: `BASE/web/TSid_/URL`.

Not used, each for a reason in the archives' own issue trackers: the Availability API (`{}` does not mean "not archived"),
`closest` and negative limits (they scan one block of the index), `page` numbers (that index lags).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from waybackpy.cdx_api import WaybackMachineCDXServerAPI
from waybackpy.cdx_utils import full_url
from waybackpy.exceptions import BlockedSiteError, TooManyRequestsError, WaybackError

from archivepolicy.archives.cdx import capture_from_row, has_time, in_order, lines, skipped_rows_warning
from archivepolicy.archives.playback import Playback
from archivepolicy.archives.prefix import prefix_rows, words_pattern
from archivepolicy.archives.session import Request, Session
from archivepolicy.codings import CodingError
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, InputError, RateLimitedError
from archivepolicy.records import Listing
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from archivepolicy.archives.session import Download
    from archivepolicy.records import Capture, Memento

WAYBACK_MACHINE = "https://web.archive.org"
# rows an answer, not a cap: the server allows 150,000, and waybackpy asks for 25,000
_ROWS_A_PAGE = "25000"
_ROWS_AT_ONCE = 500
_LINES_LOOKED_AT = 30  # an error page says what it is near its beginning
_FIELD_COUNT = 7
# waybackpy drops shorter lines without a word: a timestamp and a digest alone are longer
_SHORTEST_ROW = 46
_EXCLUSIONS = ("AdministrativeAccessControlException", "RobotAccessControlException", "Blocked Site Error")


class _CDX(WaybackMachineCDXServerAPI):
    """waybackpy's CDX API with its one networking method replaced."""

    def __init__(self, url: str, *, endpoint: str, session: Session) -> None:
        super().__init__(url, limit=_ROWS_A_PAGE)
        self.endpoint = endpoint
        self.session = session
        self.malformed_count = 0

    def cdx_api_manager(self, payload: dict[str, str], headers: dict[str, str]) -> Generator[str, None, None]:
        """Yield the index's answer as texts of clean rows, following resume keys to the end."""
        del headers  # our session names itself
        payload = {**payload, "showResumeKey": "true", "limit": str(self.limit)}
        seen_keys = set()
        while True:
            self.last_api_request_url = full_url(self.endpoint, params=payload)
            key = yield from self._page(self.last_api_request_url)
            if key is None or key in seen_keys:  # a key that comes again would never end
                return
            seen_keys.add(key)
            # the server URL-decodes the key twice, and prints it encoded once: `full_url` quotes it again
            payload["resumeKey"] = key

    def _page(self, address: str) -> Generator[str, None, str | None]:
        """Yield the rows of one answer that can be read, some hundred at a time, and return the key to the next answer."""
        with self.session.download(address, Request.INDEX) as answer:
            self._check(answer)
            rows: list[str] = []
            key, is_after_blank, row_count = None, False, 0
            for line in self._lines(answer):
                if key is not None:  # a line after a blank one is a key only where it is the last
                    self.malformed_count += 1
                    key = None
                if not line.strip():
                    is_after_blank = row_count > 0
                elif is_after_blank:
                    key, is_after_blank = line.strip(), False
                elif self._is_row(line):
                    rows.append(line)
                row_count += bool(line.strip())
                if len(rows) >= _ROWS_AT_ONCE:
                    yield "\n".join(rows)
                    rows = []
            yield "\n".join(rows)
            return key

    def _is_row(self, line: str) -> bool:
        """Whether waybackpy's parser will not stumble over a line; else it is counted."""
        is_row = len(line) >= _SHORTEST_ROW and line.count(" ") == _FIELD_COUNT - 1 and _has_time(line)
        self.malformed_count += not is_row
        return is_row

    def _lines(self, answer: Download) -> Iterator[str]:
        try:
            yield from lines(answer)
        except CodingError as cause:
            raise WaybackError(str(cause)) from cause

    def _check(self, answer: Download) -> None:
        """Take only an answer that is an index's: everything else is an error, never "no captures"."""
        start = "\n".join(islice(self._lines(answer), _LINES_LOOKED_AT))
        if any(
            sign in start or sign in (answer.header("x-archive-wayback-runtime-error") or "") for sign in _EXCLUSIONS
        ):
            raise BlockedSiteError(f"{self.url} is excluded from the archive")
        if answer.status == 429:
            raise TooManyRequestsError(f"the index answered {answer.status}")
        if answer.status == 400:
            raise ValueError(f"the index cannot read the URL {self.url!r}")
        if answer.status != 200:
            raise WaybackError(f"the index answered {answer.status}")
        if start.lstrip().startswith("<"):
            raise WaybackError("the index answered with a page instead of rows")


def _has_time(row: str) -> bool:
    """Whether the row's second field is a timestamp that waybackpy's parser will not stumble over."""
    return has_time(row.split(" ", 2)[1])


class WaybackArchive:
    """An archive in the Wayback Machine's dialect.

    Args:
        base_url: Where it is: captures under `/web/`, the index at `/cdx/search/cdx`.
        session: The one session to it.
        now: Tells the time, 14 digits.
    """

    is_local = False

    def __init__(self, base_url: str, *, session: Session, now: Callable[[], str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._now = now
        self._playback = Playback(name=self.name, collection_url=f"{self._base_url}/web", recodes=True)

    @property
    def name(self) -> str:
        """The archive's host."""
        return host_of(self._base_url)

    @property
    def key(self) -> str:
        """The address of its captures."""
        return f"{self._base_url}/web"

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; one request for every 25,000 captures."""
        index = _CDX(url, endpoint=f"{self._base_url}/cdx/search/cdx", session=self._session)
        asked_at = self._now()
        rows = list(self._captures(index, url))
        captures = [row for row in rows if row is not None]
        unread = len(rows) - len(captures)
        return Listing(
            url=url,
            captures=in_order(captures),
            retrieved_at=asked_at,
            warnings=skipped_rows_warning(unread + index.malformed_count),
        )

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; mostly one request.

        The index filters by its own regular expressions, which match a whole value, and collapses by `urlkey`.
        """
        index = _CDX(url, endpoint=f"{self._base_url}/cdx/search/cdx", session=self._session)
        index.match_type = "prefix"
        index.limit = str(limit + 1)  # one more tells whether the answer is whole
        index.filters = [f"urlkey:{words_pattern(words)}", "!statuscode:[45].."]
        index.collapses = ["urlkey"]
        asked_at = self._now()
        return prefix_rows(self._captures(index, url), url, words=words, limit=limit, asked_at=asked_at)

    def _captures(self, index: _CDX, url: str) -> Iterator[Capture | None]:
        """The rows of an answer; None for one that cannot be read."""
        try:
            for row in index.snapshots():
                yield capture_from_row(vars(row), self.name)
        except BlockedSiteError as cause:
            raise ExcludedError(f"{self.name} excludes {url} from its archive", url=url) from cause
        except TooManyRequestsError as cause:
            raise RateLimitedError(f"{self.name}: {cause}; try again later", archive=self.name) from cause
        except WaybackError as cause:
            raise ArchiveUnavailableError(f"{self.name}: {cause}; try again later", archive=self.name) from cause
        except ValueError as cause:
            raise InputError(f"{self.name}: {cause}") from cause

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; one request."""
        return self._playback.replay(capture, self._session, self._now)
