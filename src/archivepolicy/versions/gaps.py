"""Gaps: the stretches between neighbouring usable captures in which something happened, or nothing was looked at for long.

Gaps are reported and never filled: equal texts on both sides do not prove that nothing else stood in between.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archivepolicy.records.history import Gap
from archivepolicy.records.interval import days_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.records.version import Version

# Half a year without a capture is worth a line even where the text is the same on both sides [assumed].
LONG_DAYS = 180


def make_gaps(versions: Sequence[Version], unusable: Iterable[str]) -> tuple[Gap, ...]:
    """Find the gaps of a history.

    Args:
        versions: All of them.
        unusable: Timestamps of captures that could not be used, in any order.

    Returns:
        Ascending: every stretch over which the text changed, and every one of over `LONG_DAYS` over which it did not.
    """
    seen = sorted((one.timestamp, one.url, version.number) for version in versions for one in version.captures)
    failed = list(unusable)
    gaps = []
    for (start, _, before), (end, _, after) in pairwise(seen):
        days = days_between(start, end)
        if before != after or days > LONG_DAYS:
            lost = sum(start < timestamp < end for timestamp in failed)
            gaps.append(Gap(start=start, end=end, days=days, version_before=before, version_after=after, unusable=lost))
    return tuple(gaps)
