"""blame: history -> the version of a date -> since when each part of it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivepolicy.comparison.blame import blame_spans
from archivepolicy.errors import NoCaptureError
from archivepolicy.pipeline.sources import period_of
from archivepolicy.records.history import Blame
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from archivepolicy.comparison.pieces import Reader
    from archivepolicy.records.history import History


def blamed(reader: Reader, now: Callable[[], str], history: History, as_of: str | date | None) -> Blame:
    """Tell since when each part of a version stands.

    Args:
        reader: What has read the history's texts.
        now: Tells the time, 14 digits.
        history: The history.
        as_of: A date; the version seen last at or before its end. None for the newest.

    Raises:
        InputError: The date cannot be understood.
        NoCaptureError: No usable capture at or before it.
    """
    at = place_as_of(history, as_of, now)
    sightings = history.sightings
    texts = [sighting.snapshot.document.text for sighting in sightings]
    spans, notes = blame_spans(texts, [sighting.capture.timestamp for sighting in sightings], at, reader)
    capture = sightings[at].capture
    version = next(version for version in history.versions if capture in version.captures)
    return Blame(url=history.url, version=version, capture=capture, spans=spans, notes=(*history.notes, *notes))


def place_as_of(history: History, as_of: str | date | None, now: Callable[[], str]) -> int:
    """Index of the last usable capture at or before a date."""
    sightings = history.sightings
    if as_of is None:
        return len(sightings) - 1
    period = period_of(as_of, now)
    places = [place for place, one in enumerate(sightings) if one.capture.timestamp <= period.end]
    if not places:
        first, last = sightings[0].capture.timestamp, sightings[-1].capture.timestamp
        raise NoCaptureError(
            f"no usable capture of {history.url} at or before {period.text}; the first is of {iso_time(first)}",
            url=history.url,
            first_timestamp=first,
            last_timestamp=last,
        )
    return places[-1]
