"""Dataset: what a store holds as tables, and the files that they were written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.digests import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a dataset takes for one policy: one URL, or one section of its page, in all archives.

    Attributes:
        url_key: The URL as an index knows it, `http`, `https` and `www` forms alike (SURT).
        section: The part of the page (`Section.identity`); empty for the whole page.
    """

    url_key: str
    section: str = ""

    @property
    def id(self) -> str:
        """A `p` (so that no reader of CSV takes it for a number) and 16 hexadecimal digits; the same in every export."""
        identity = f"{self.url_key}\n{self.section}"
        return f"p{sha256_hex(identity.encode('utf-8', 'surrogatepass'))[:_ID_DIGITS]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product as the catalogue knows it.

    Attributes:
        policy: Whose it is.
        archive_key: What tells its archive apart in the store.
        url: The original URL of its capture.
        timestamp: When it was captured, 14 digits.
        path: Its file relative to the store's folder, without its ending.
    """

    policy: Policy
    archive_key: str
    url: str
    timestamp: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A product that is not in a dataset, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """One file of a dataset.

    Attributes:
        name: Relative to the folder that the dataset lies in, `/` between the parts.
        tables: The tables that it holds; empty for one that holds none.
        rows: How many rows (for a packed tree: products) it holds.
        size_bytes: How long it is.
        sha256: Of its content, hexadecimal.
    """

    name: str
    tables: tuple[str, ...]
    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What was exported.

    Attributes:
        files: In the order of their names, the manifest and the list of digests not among them.
        rows: How many rows each table has, or how many `products` a zip file holds.
        policies: How many policies it tells of.
        passed_over: Products that could not be read, in the order of the store; at most the first thousand.
        passed_over_count: How many there are in all.
        sums: The file of digests that `sha256sum -c` reads, as it was named.
    """

    files: tuple[DatasetFile, ...]
    rows: Mapping[str, int]
    policies: int
    passed_over: tuple[PassedOver, ...]
    passed_over_count: int
    sums: str
