"""What an archive makes a run wait for: its pause, or its limit on one kind of request. Read where its pace is written down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from archivepolicy.archives.limits import Request, archive_address, limits_of, state_file
from archivepolicy.archives.pacebook import opened_book
from archivepolicy.archives.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archivepolicy.archives.archive import Archive

_FRESH_S = 0.5
_QUEUE_SLOTS = 3.0  # so many requests waiting for their turn make a queue


def members_of(source: Archive) -> tuple[Archive, ...]:
    """The archives that are asked."""
    return source.members if isinstance(source, Together) else (source,)


def rates_of(source: Archive) -> Mapping[Request, float] | None:
    """Requests a second of each kind that the slowest archive allows; None where no limit is set."""
    rates = [
        limits.rate_per_s
        for member in members_of(source)
        if not member.is_local and (limits := limits_of(member.key)).rate_per_s is not None
    ]
    return {kind: min(one[kind] for one in rates if one) for kind in Request} if rates else None


def waits_for(source: Archive, clock: Callable[[], float] = time.time) -> Callable[[], str]:
    """A function that says, in a few words, what holds requests up now; empty where nothing does."""
    told: list[tuple[float, str]] = []

    def waits() -> str:
        now = clock()
        if not told or now - told[-1][0] > _FRESH_S:
            said = [text for member in members_of(source) if not member.is_local and (text := _said(member, now))]
            told[:] = [(now, "; ".join(said))]
        return told[-1][1]

    return waits


def _said(archive: Archive, now: float) -> str:
    pace = opened_book(state_file()).read(archive_address(archive.key))
    if pace.pause.until > now:
        return (
            f"{archive.name} {pace.pause.reason.removeprefix('it ')}: cooling down for {pace.pause.until - now:.0f} s"
        )
    rates = limits_of(archive.key).rate_per_s
    if rates is None:
        return ""
    kinds = [kind for kind in Request if (pace.slots.get(kind.value, 0.0) - now) * rates[kind] > _QUEUE_SLOTS]
    return ", ".join(f"the {kind.value} limit of {archive.name} ({rates[kind] * 60:g} a minute)" for kind in kinds)
