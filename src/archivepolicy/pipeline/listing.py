"""captures: URL -> listing -> window."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.archives.together import Together
from archivepolicy.pipeline.sources import answered, listing_of, missing, opened_archive, opened_store, period_of
from archivepolicy.urls import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from archivepolicy.records import Capture, Listing
    from archivepolicy.store import Store

log = logging.getLogger(__name__)


def captures(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    *,
    archive: ArchiveChoice = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> list[Capture]:
    """List an archive's captures of a URL, redirects, errors and revisits included.

    Args:
        url: The original URL. Its http, https, `www` and port forms count as one, as in every index.
        archive: As for `get`.
        from_: Only captures since the beginning of this date; None for all.
        to: Only captures until the end of this date; None for all.
        store: Where listings are kept for a day; None keeps nothing.
        max_wait_s: As for `get`.
        refresh: As for `get`.
        now: As for `get`.

    Returns:
        Ascending by timestamp; empty where the archive holds none.

    Raises:
        InputError: The URL, a date or the archive cannot be understood.
        ExcludedError: The archive does not show this site.
        ArchiveUnavailableError: The archive cannot be asked now.
        StoreError: The store cannot be read or written.
    """
    listing = listed(
        url, archive=archive, from_=from_, to=to, store=store, max_wait_s=max_wait_s, refresh=refresh, now=now
    )
    for warning in listing.warnings:
        log.warning("%s", warning)
    return list(listing.captures)


def listed(  # noqa: PLR0913 - as `captures`
    url: str,
    *,
    archive: ArchiveChoice = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> Listing:
    """List captures as `captures` does, with what was odd about the index's answer."""
    source = opened_archive(archive, max_wait_s, now)
    kept = opened_store(store)
    start = period_of(from_, now).start if from_ is not None else ""
    end = period_of(to, now).end if to is not None else "9"
    listing = answered(source, lambda: listing_of(source, kept, normalise_url(url), refresh=refresh, now=now))
    found = tuple(capture for capture in listing.captures if start <= capture.timestamp <= end)
    if not found and isinstance(source, Together) and source.failures:
        raise missing(source, f"no capture of {url} was found in that time")
    return replace(listing, captures=found)
