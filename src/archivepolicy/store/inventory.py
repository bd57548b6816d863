"""Inventory: every file of a store, one after another, with what it is. Only one folder's names are held at a time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from archivepolicy.store.names import product_name
from archivepolicy.store.writing import TEMPORARY_PREFIX, disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archivepolicy.store.store import Store


class Sort(Enum):
    """What a file of a store is."""

    PRODUCT = auto()
    EVIDENCE = auto()
    LISTING = auto()
    TEMPORARY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file, or a product with its provenance.

    Attributes:
        sort: What it is.
        path: Relative to the store's folder, `/` between the parts; a product's without its ending.
        endings: Of a product, those that are there: `md`, `json`; else empty.
    """

    sort: Sort
    path: str
    endings: frozenset[str] = frozenset()


def items(store: Store) -> Iterator[Item]:
    """All that a store holds, in the order of the paths; files that are none of its own are passed over.

    Raises:
        StoreError: A folder cannot be read.
    """
    with disk_errors(store.root):
        yield from _items(store, store.root)


def _items(store: Store, folder: Path) -> Iterator[Item]:
    with os.scandir(folder) as entries:
        names = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    products: dict[str, set[str]] = {}
    for name, is_folder in names:
        path = folder / name
        if is_folder:
            yield from _items(store, path)
        elif name.startswith(TEMPORARY_PREFIX):
            yield Item(sort=Sort.TEMPORARY, path=_relative(store, path))
        elif folder == store.warc_folder and name.endswith(".warc.gz"):
            yield Item(sort=Sort.EVIDENCE, path=_relative(store, path))
        elif folder == store.listings_folder and name.endswith(".json"):
            yield Item(sort=Sort.LISTING, path=_relative(store, path))
        elif folder != store.root and (product := product_name(name)):
            products.setdefault(product, set()).add(name.rpartition(".")[2])
    for product, endings in products.items():
        yield Item(sort=Sort.PRODUCT, path=_relative(store, folder / product), endings=frozenset(endings))


def _relative(store: Store, path: Path) -> str:
    return path.relative_to(store.root).as_posix()
