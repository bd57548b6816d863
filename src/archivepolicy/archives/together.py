"""Several archives asked as one.

In: archives in the order in which the user named them. Out: their captures merged in time order, each naming its archive,
and mementos replayed by the archive that listed them. What two archives hold of one second stays two captures, even with
equal bytes: each is a witness of its own.

An archive that fails is left out from then on, with a warning that names it: the rest answer. Only where they have no answer
is its failure the caller's (exit code 4): the captures that were not seen might have held one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archivepolicy.archives.archive import PrefixArchive
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError, NotReplayableError
from archivepolicy.records import Listing
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Capture, Memento


class Together:
    """Several archives as one.

    Args:
        members: At least one; captures of one second stand in their order.

    Attributes:
        members: The same.
        failures: What went wrong with those that were left out, by their place among the members.
    """

    def __init__(self, members: Sequence[Archive]) -> None:
        self.members = tuple(members)
        self.failures: dict[int, ArchiveUnavailableError] = {}
        self._labels = _labels(self.members)
        # the capture as it is listed here: its archive, and the capture as that archive lists it
        self._origins: dict[Capture, tuple[int, Capture]] = {}
        self._listed: dict[tuple[int, Capture], Capture] = {}

    @property
    def name(self) -> str:
        """Their names."""
        return " + ".join(self._labels)

    @property
    def key(self) -> str:
        """Their keys in order. What is kept in a store is kept under each one's own."""
        return " ".join(member.key for member in self.members)

    @property
    def is_local(self) -> bool:
        """Whether all of them are."""
        return all(member.is_local for member in self.members)

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; one listing of each archive that has not failed.

        Raises:
            ArchiveUnavailableError: No archive could be asked, or one could not and the others hold no capture.
            ExcludedError: All of them exclude the site.
        """
        merged = self.merged(url, lambda member: member.listing(url))
        if self.failures and not merged.captures:
            failure = next(iter(self.failures.values()))
            raise ArchiveUnavailableError(
                f"no other archive holds a capture of {url}; {' '.join(self.failure_warnings())}",
                archive=failure.archive,
                retry_after_s=failure.retry_after_s,
            )
        return merged

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; asks those that can be asked so, and names the others in a warning."""
        return self.merged_prefixes(
            url, lambda member: member.prefix_listing(url, words=words, limit=limit), limit=limit
        )

    def merged_prefixes(self, url: str, ask: Callable[[PrefixArchive], Listing], *, limit: int) -> Listing:
        """The prefix listings of all archives that give such as one, each URL once; raises as `merged` does.

        Args:
            url: Normalised original URL.
            ask: Gives one archive's prefix listing: a kept one, or a new one.
            limit: At most so many URLs.
        """
        listing = self.merged(f"{url}*", lambda member: ask(member) if isinstance(member, PrefixArchive) else None)
        first: dict[str, Capture] = {}
        for capture in listing.captures:
            first.setdefault(index_key(capture.url), capture)
        warnings = [
            f"{label}: not asked for paths, its index lists no prefixes."
            for label, member in zip(self._labels, self.members, strict=True)
            if not isinstance(member, PrefixArchive)
        ]
        if len(first) > limit:
            warnings.append(f"More than {limit} URLs match; the others were left out.")
        return replace(listing, captures=tuple(first.values())[:limit], warnings=(*listing.warnings, *warnings))

    def merged(self, url: str, ask: Callable[[Archive], Listing | None]) -> Listing:
        """The listings of all archives that have not failed as one; without a capture, where only others have failed.

        Args:
            url: Normalised original URL.
            ask: Gives one archive's listing: a kept one, or a new one; None where it is passed over.

        Raises:
            ArchiveUnavailableError: No archive could be asked.
            ExcludedError: All of those that could be asked exclude the site.
        """
        listings: list[tuple[int, Listing]] = []
        exclusions: list[ExcludedError] = []
        for place, member in enumerate(self.members):
            if place in self.failures:
                continue
            try:
                listing = ask(member)
            except ArchiveUnavailableError as failure:
                self.failures[place] = failure
            except ExcludedError as failure:
                exclusions.append(failure)
            else:
                if listing is not None:
                    listings.append((place, listing))
        captures = [self._named(place, capture) for place, listing in listings for capture in listing.captures]
        if not listings and (exclusions or self.failures):
            raise exclusions[0] if exclusions else next(iter(self.failures.values()))
        asked = [listing.retrieved_at for _, listing in listings if listing.retrieved_at]
        of_members = [(self._labels[place], text) for place, listing in listings for text in listing.warnings]
        return Listing(
            url=url,
            captures=tuple(sorted(captures, key=lambda capture: capture.timestamp)),
            retrieved_at=min(asked, default=None),
            warnings=(
                *(text if label in text else f"{label}: {text}" for label, text in of_members),
                *(f"{failure}: its captures are not among those of the other archives." for failure in exclusions),
                *self.failure_warnings(),
            ),
        )

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; asks the archive that listed the capture."""
        member, own = self.origin(capture)
        return member.replay(own)

    def origin(self, capture: Capture) -> tuple[Archive, Capture]:
        """The archive that listed a capture, and the capture as that archive lists it.

        Raises:
            NotReplayableError: None of them lists it.
        """
        if capture not in self._origins:
            self._look_for(capture)
        if capture not in self._origins:
            why = (
                f"neither {self.name} lists this capture" if len(self.members) > 1 else f"{self.name} does not list it"
            )
            raise NotReplayableError(why, url=capture.url, timestamp=capture.timestamp, reasons=(why,))
        place, own = self._origins[capture]
        return self.members[place], own

    def leave_out(self, member: Archive, failure: ArchiveUnavailableError) -> bool:
        """Ask an archive no more; whether any is left."""
        self.failures[self.members.index(member)] = failure
        return len(self.failures) < len(self.members)

    def failure_warnings(self) -> tuple[str, ...]:
        """A sentence on each archive that was left out; may be empty."""
        return tuple(
            f"{self._labels[place]} could not be asked ({failure}): captures that only it holds are missing."
            for place, failure in sorted(self.failures.items())
        )

    def _look_for(self, capture: Capture) -> None:
        """List the URL of a capture that another run listed, in the archives of its name before all others."""
        order = sorted(range(len(self.members)), key=lambda place: self.members[place].name != capture.archive)
        for place in order:
            if place not in self.failures and capture in self.members[place].listing(capture.url).captures:
                self._origins[capture] = place, capture
                return

    def _named(self, place: int, own: Capture) -> Capture:
        """A member's capture under a name that no other member's has."""
        if (place, own) in self._listed:
            return self._listed[place, own]
        member, label = self.members[place], self._labels[place]
        listed = own if label == member.name else replace(own, archive=label)
        if self._origins.get(listed, (place, own)) != (place, own):
            listed = replace(own, archive=f"{own.archive} ({label})")
        self._origins[listed] = place, own
        self._listed[place, own] = listed
        return listed


def _labels(members: Sequence[Archive]) -> list[str]:
    """What each archive is called here: its name, or where two have the same, its address, or its number."""
    names = [member.name for member in members]
    addresses = [member.key.partition("://")[2] or member.key for member in members]
    labels = []
    for place, (name, address) in enumerate(zip(names, addresses, strict=True)):
        if names.count(name) == 1:
            labels.append(name)
        elif addresses.count(address) == 1:
            labels.append(address)
        else:
            labels.append(f"{name} ({place + 1})")
    return labels
