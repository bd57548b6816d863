"""What every step begins with: the archive opened, the store opened, a listing or a memento read from whichever has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from archivepolicy.archives import ArchiveChoice, open_archive
from archivepolicy.archives.together import Together
from archivepolicy.errors import ArchiveUnavailableError, InputError, NoCaptureError, UnusableCaptureError
from archivepolicy.store import Store
from archivepolicy.timestamps import Period, from_datetime, iso_time, parse_period, seconds_between

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Capture, Listing, Memento

T = TypeVar("T")

# An index gains captures every day; a listing of yesterday may lack the newest.
LISTING_FRESH_S = 24 * 60 * 60


def opened_archive(archive: ArchiveChoice, max_wait_s: float | None, now: Callable[[], str]) -> Archive:
    """The archive itself, or the one of that name; several as one that asks them all."""
    return open_archive(archive, max_wait_s=max_wait_s, now=now)


def answered(source: Archive, ask: Callable[[], T]) -> T:
    """Ask an archive as `outlasted` does, where what the rest do not have may lie in one that failed.

    Raises:
        ArchiveUnavailableError: It, or all of them, failed; or some did, and the rest hold nothing that answers: those might.
    """
    try:
        return outlasted(source, ask)
    except (NoCaptureError, UnusableCaptureError) as nothing:
        if isinstance(source, Together) and source.failures:
            raise missing(source, str(nothing)) from nothing
        raise


def outlasted(source: Archive, ask: Callable[[], T]) -> T:
    """Ask an archive; of several asked together, those that are left where one fails on the way.

    Args:
        source: The archive, or several as one.
        ask: Asks it. Where one of several fails, it is called again, and the rest answer.

    Raises:
        ArchiveUnavailableError: It, or all of them, failed.
    """
    asked_again: list[ArchiveUnavailableError] = []
    while True:
        try:
            return ask()
        except ArchiveUnavailableError as failure:
            if not isinstance(source, Together) or failure not in source.failures.values():
                raise
            if len(source.failures) == len(source.members) or failure in asked_again:
                raise
            asked_again.append(failure)


def missing(source: Together, what: str) -> ArchiveUnavailableError:
    """The error of an answer that might be another if an archive had not failed."""
    failure = next(iter(source.failures.values()))
    said = " ".join(source.failure_warnings())
    return ArchiveUnavailableError(f"{what}; {said}", archive=failure.archive, retry_after_s=failure.retry_after_s)


def origin_of(source: Archive, capture: Capture) -> tuple[Archive, Capture]:
    """The very archive that holds a capture, and the capture as it lists it: of several asked together, one."""
    return source.origin(capture) if isinstance(source, Together) else (source, capture)


def opened_store(store: str | Path | Store | None) -> Store | None:
    """The store of that name; None keeps nothing."""
    return store if isinstance(store, Store) or store is None else Store(store)


def period_of(moment: str | date | Period | None, now: Callable[[], str]) -> Period:
    """The time that a date of any precision names; now for None."""
    if moment is None:
        return parse_period(now())
    if isinstance(moment, Period):
        return moment
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise InputError(f"a time without a zone: {moment} (pass an aware datetime, or a text)")
        return parse_period(from_datetime(moment))
    return parse_period(moment.isoformat() if isinstance(moment, date) else moment)


def listing_of(source: Archive, kept: Store | None, url: str, *, refresh: bool, now: Callable[[], str]) -> Listing:
    """An archive's captures of a URL, from the store where they are fresh there."""
    if isinstance(source, Together):
        return source.merged(url, lambda member: listing_of(member, kept, url, refresh=refresh, now=now))
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
    if isinstance(source, Together):
        member, own = source.origin(capture)
        try:
            return memento_of(member, kept, own)
        except ArchiveUnavailableError as failure:
            source.leave_out(member, failure)
            raise
    if kept is None:
        return source.replay(capture)
    known = kept.memento(source.key, capture)
    if known is not None:
        return known
    kept.check_writable()
    memento = source.replay(capture)
    kept.keep_memento(source.key, memento)
    return memento
