"""kept: what a store holds of one policy -> archives that `history` can be asked of. Nothing is fetched.

The captures are those of the products, and those that a kept listing says have the same bytes as one of them. A product
that cannot be read is passed over, and so is its capture.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import InputError, NotReplayableError, StoreError
from archivepolicy.extraction import EXTRACTOR_VERSION
from archivepolicy.records import Listing
from archivepolicy.records.dataset import PassedOver
from archivepolicy.records.provenance import frame_key, framed_capture
from archivepolicy.urls import normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records import Capture, Memento, Snapshot
    from archivepolicy.records.dataset import Policy, Product
    from archivepolicy.records.history import History
    from archivepolicy.records.version import Version
    from archivepolicy.store import Store


@dataclass(slots=True, kw_only=True, eq=False)
class KeptArchive:
    """What a store holds of one archive's captures of one policy, as an archive.

    Attributes:
        key: The archive's own.
        name: The archive's own.
        url: The policy's URL, normalised.
        texts: Captures of the policy that have a product.
        damaged: Timestamp and URL of captures whose product cannot be read.
        digests: Of all captures of the policy that have a product, in any archive.
        listed: What the archive's listing says of a URL; None where none is at hand.
    """

    key: str
    name: str
    url: str
    texts: list[Capture] = field(default_factory=list)
    damaged: set[tuple[str, str]] = field(default_factory=set)
    digests: set[str]
    listed: Callable[[str], Listing | None]
    is_local: bool = True  # asking it costs no one anything

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; of the policy's own URL only the captures whose text the store holds."""
        listing = self.listed(url)
        captures = listing.captures if listing else ()
        if url == self.url:
            rows = [one for one in captures if one.digest in self.digests and _place(one) not in self.damaged]
            there = {identity(one) for one in rows}
            captures = (*rows, *(one for one in self.texts if identity(one) not in there))
        return Listing(url=url, captures=tuple(sorted(captures, key=_place)), retrieved_at=None)

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; what the store holds was looked for there already."""
        reason = "the store does not hold it"
        raise NotReplayableError(reason, url=capture.url, timestamp=capture.timestamp, reasons=(reason,))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPolicy:
    """What a store holds of one policy.

    Attributes:
        policy: Which.
        url: Its URL as the newest product has it, normalised; empty where no product can be read.
        snapshots: Its products, in the order in which they were given.
        archives: What `history` is to be asked of.
        passed_over: What cannot be read; a frame's listing may join it later.
    """

    policy: Policy
    url: str
    snapshots: tuple[Snapshot, ...]
    archives: tuple[KeptArchive, ...]
    passed_over: list[PassedOver]

    def unread_before(self, history: History) -> Callable[[Version], int | None]:
        """Count the listed captures in the gap before a version of which no text is known; None where none is listed."""
        listings = [listing for archive in self.archives if (listing := archive.listed(self.url))]
        seen = {_place(one.capture) for one in history.sightings}
        unread = sorted(one.timestamp for listing in listings for one in listing.captures if _place(one) not in seen)

        def counted(version: Version) -> int | None:
            if not listings or version.last_without is None:
                return None
            return bisect_left(unread, version.first_seen) - bisect_right(unread, version.last_without)

        return counted


def read_policy(
    kept: Store, policy: Policy, products: Iterable[Product], local: Mapping[str, Archive] | None = None
) -> KeptPolicy:
    """Read all products of one policy.

    Args:
        kept: The store.
        policy: Which.
        products: Its products, ascending by time.
        local: Archives on this machine's disk by their keys: they are asked for their listings, which no store keeps.
    """
    whole: list[tuple[Product, Snapshot]] = []
    failures: list[PassedOver] = []
    damaged: set[tuple[str, str]] = set()
    for product in products:
        snapshot = _loaded(kept, product)
        if isinstance(snapshot, PassedOver):
            failures.append(snapshot)
            damaged.add((product.timestamp, product.url))
        else:
            whole.append((product, snapshot))
    url = normalise_url(whole[-1][1].capture.url) if whole else ""
    listings = _Listings(kept=kept, url=url, local=local or {}, failures=failures)
    archives: dict[str, KeptArchive] = {}
    digests = {snapshot.capture.digest for _, snapshot in whole if snapshot.capture.digest}
    for product, snapshot in whole:
        key = product.archive_key
        if key not in archives:
            archives[key] = KeptArchive(
                key=key,
                name=snapshot.capture.archive,
                url=url,
                damaged=damaged,
                digests=digests,
                listed=listings.of(key),
            )
        archives[key].texts.append(snapshot.capture)
    return KeptPolicy(
        policy=policy,
        url=url,
        snapshots=tuple(snapshot for _, snapshot in whole),
        archives=tuple(archives.values()),
        passed_over=failures,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listings:
    """The listings of one policy's archives, each read once; a damaged one counts as none, and is told."""

    kept: Store
    url: str
    local: Mapping[str, Archive]
    failures: list[PassedOver]

    def of(self, key: str) -> Callable[[str], Listing | None]:
        own = self._read(key, self.url)
        return lambda url: own if url == self.url else self._read(key, url)

    def _read(self, key: str, url: str) -> Listing | None:
        if key in self.local:
            return self.local[key].listing(url)
        try:
            return self.kept.listing(key, url)
        except StoreError as failure:
            path = self.kept.listing_file(key, url).relative_to(self.kept.root).as_posix()
            self.failures.append(PassedOver(path=path, reason=str(failure)))
            return None


def _loaded(kept: Store, product: Product) -> Snapshot | PassedOver:
    """A product, or why it cannot be read; of one that is to be extracted anew the evidence is tried too."""
    path = f"{product.path}.md"
    try:
        snapshot = kept.load(product.path)
        if snapshot is None:
            return PassedOver(path=path, reason="the product or its provenance is missing")
        if snapshot.provenance["extractor_version"] != EXTRACTOR_VERSION:
            kept.memento(product.archive_key, snapshot.capture)
            if framed := framed_capture(snapshot.provenance):
                kept.memento(frame_key(snapshot.provenance), framed)
        normalise_url(snapshot.capture.url)
        _check(snapshot.provenance)
    except (StoreError, InputError) as failure:
        return PassedOver(path=path, reason=str(failure))
    except (KeyError, TypeError) as cause:
        return PassedOver(path=path, reason=f"its provenance is damaged ({type(cause).__name__}: {cause})")
    return snapshot


def _check(provenance: Mapping[str, Any]) -> None:
    """Find out whether a provenance without seal (schema version 1) says all that history and rows ask it for.

    Raises:
        KeyError: It does not.
        TypeError: It does not.
    """
    _ = provenance["http"]["status"], provenance["http"]["headers"], provenance["product"]["sha256"]
    _ = [provenance["payload"][key] for key in ("bytes", "sha256", "digest_verdict")]
    _ = provenance["requested_url"], len(provenance["redirects"]), " ".join(provenance["warnings"])
    _ = provenance["retrieved_at"], provenance["archive_key"]


def identity(capture: Capture) -> tuple[str, str, str | None]:
    """What a capture is known by, whichever archive lists it and whatever else its row says."""
    return capture.timestamp, capture.url, capture.digest


def _place(capture: Capture) -> tuple[str, str]:
    return capture.timestamp, capture.url
