"""Listings kept: what an archive's index said about a URL, and when.

One JSON file an archive and URL, so that a second question needs no request and an answer can be checked later. Local
archives are not kept: they are at hand.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from archivepolicy.errors import StoreError
from archivepolicy.records import Listing
from archivepolicy.records.provenance import capture_from_dict
from archivepolicy.store.names import listing_name
from archivepolicy.store.writing import read_file, write_file
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1


def listing_path(folder: Path, archive_key: str, url: str) -> Path:
    """Where an archive's listing of a URL is kept."""
    return folder / listing_name(archive_key, index_key(url), url)


def keep_listing(path: Path, archive_key: str, listing: Listing) -> None:
    """Write a listing, whole or not at all.

    Raises:
        StoreError: It cannot be written.
    """
    values = {"schema_version": SCHEMA_VERSION, "archive_key": archive_key, **asdict(listing)}
    write_file(path, json.dumps(values, ensure_ascii=False, indent=0).encode() + b"\n")


def load_listing(path: Path) -> Listing | None:
    """Read a listing back; None where there is none.

    Raises:
        StoreError: The file is there and is damaged.
    """
    content = read_file(path)
    if content is None:
        return None
    try:
        values = json.loads(content)
        return Listing(
            url=values["url"],
            captures=tuple(capture_from_dict(row) for row in values["captures"]),
            retrieved_at=values["retrieved_at"],
            warnings=tuple(values["warnings"]),
        )
    except (ValueError, KeyError, TypeError) as cause:
        raise StoreError(
            f"a kept listing is damaged (delete it to ask the archive again): {path}", path=str(path)
        ) from cause
