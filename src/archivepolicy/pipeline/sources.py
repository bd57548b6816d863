"""What every step begins with: the archive opened, the store opened, a listing or a memento read from whichever has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives import open_archive
from archivepolicy.errors import ArchiveUnavailableError, InputError
from archivepolicy.store import Store
from archivepolicy.timestamps import Period, from_datetime, iso_time, parse_period, seconds_between

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Capture, Listing, Memento

# An index gains captures every day; a listing of yesterday may lack the newest.
LISTING_FRESH_S = 24 * 60 * 60


def opened_archive(archive: str | Path | Archive | None, max_wait_s: float | None, now: Callable[[], str]) -> Archive:
    """The archive itself, or the one of that name."""
    if archive is None or isinstance(archive, str | Path):
        return open_archive(archive, max_wait_s=max_wait_s, now=now)
    return archive


def opened_store(store: str | Path | Store | None) -> Store | None:
    """The store of that name; None keeps nothing."""
    return store if isinstance(store, Store) or store is None else Store(store)


def period_of(moment: str | date | None, now: Callable[[], str]) -> Period:
    """The time that a date of any precision names; now for None."""
    if moment is None:
        return parse_period(now())
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise InputError(f"a time without a zone: {moment} (pass an aware datetime, or a text)")
        return parse_period(from_datetime(moment))
    return parse_period(moment.isoformat() if isinstance(moment, date) else moment)


def listing_of(source: Archive, kept: Store | None, url: str, *, refresh: bool, now: Callable[[], str]) -> Listing:
    """An archive's captures of a URL, from the store where they are fresh there."""
    if kept is None or source.is_local:
        return source.listing(url)
    known = kept.listing(source.key, url)
    if known and known.retrieved_at and not refresh and seconds_between(known.retrieved_at, now()) < LISTING_FRESH_S:
        return known
    if known and not refresh and kept.is_read_only:
        note = "The store cannot be written, so the index was not asked again"
        return replace(known, warnings=(*known.warnings, f"{note}; its answer of {_asked_at(known)} was used."))
    kept.check_writable()
    try:
        listing = source.listing(url)
    except ArchiveUnavailableError as failure:
        if known is None or refresh:
            raise
        return replace(known, warnings=(*known.warnings, _stale(known, failure)))
    kept.keep_listing(source.key, listing)
    return listing


def _stale(known: Listing, failure: ArchiveUnavailableError) -> str:
    return f"The index could not be asked now ({failure}); its answer of {_asked_at(known)} was used."


def _asked_at(known: Listing) -> str:
    return iso_time(known.retrieved_at) if known.retrieved_at else "an unknown time"


def memento_of(source: Archive, kept: Store | None, capture: Capture) -> Memento:
    """The memento of a capture, from the evidence where it is there, else from the archive and then kept."""
    if kept is None:
        return source.replay(capture)
    known = kept.memento(source.key, capture)
    if known is not None:
        return known
    kept.check_writable()
    memento = source.replay(capture)
    kept.keep_memento(source.key, memento)
    return memento
