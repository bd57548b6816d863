"""The store: one folder that holds products, their provenance, their evidence, and what archives said.

    <host>/<path...>/<timestamp>.md      attribution header and Markdown
    <host>/<path...>/<timestamp>.json    provenance
    .archivepolicy/warc/*.warc.gz        evidence: the raw mementos
    .archivepolicy/listings/*.json       what an archive's index said, and when
    .archivepolicy/catalogue.sqlite      index over the products; rebuilt where it is missing

`docs/store.md` describes the files. A product is written last, after its evidence and provenance, so that where there is
a product there is all of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.digests import sha256_hex
from archivepolicy.errors import StoreError
from archivepolicy.records import Snapshot
from archivepolicy.records.provenance import capture_from_dict, document_from_dict
from archivepolicy.records.section import WHOLE_PAGE, section_from_dict
from archivepolicy.store.catalogue import Catalogue
from archivepolicy.store.evidence import evidence_path, keep_memento, load_memento
from archivepolicy.store.listings import keep_listing, listing_path, load_listing
from archivepolicy.store.names import snapshot_folder, snapshot_name
from archivepolicy.store.writing import disk_errors, read_file, write_file
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archivepolicy.records import Capture, Document, Listing, Memento
    from archivepolicy.records.dataset import Product
    from archivepolicy.records.section import Section

_INSIDE = ".archivepolicy"


class Store:
    """A folder of snapshots.

    Args:
        root: The folder; it is made when something is kept.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._inside = self.root / _INSIDE
        self._catalogue = Catalogue(self._inside / "catalogue.sqlite", self.root)

    def check_writable(self) -> None:
        """Find out before any request is sent whether something can be kept.

        Raises:
            StoreError: Nothing can.
        """
        probe = self._inside / ".writable"
        write_file(probe, b"")
        with disk_errors(probe):
            probe.unlink(missing_ok=True)

    def listing(self, archive_key: str, url: str) -> Listing | None:
        """What an archive said about a URL, or None where it was not asked."""
        return load_listing(listing_path(self._inside / "listings", archive_key, url))

    def keep_listing(self, archive_key: str, listing: Listing) -> None:
        """Keep what an archive said about a URL, in the place of what it said before."""
        keep_listing(listing_path(self._inside / "listings", archive_key, listing.url), archive_key, listing)

    def memento(self, archive_key: str, capture: Capture) -> Memento | None:
        """The memento of a capture, or None where it was not fetched."""
        return load_memento(self._evidence(archive_key, capture))

    def keep_memento(self, archive_key: str, memento: Memento) -> None:
        """Keep a memento as evidence; one that is there already stays as it is."""
        path = self._evidence(archive_key, memento.capture)
        if read_file(path) is None:
            keep_memento(path, memento)

    def snapshot(self, archive_key: str, capture: Capture, section: Section = WHOLE_PAGE) -> Snapshot | None:
        """The product of a capture, or of a section of it, or None where none was made.

        Raises:
            StoreError: The product is not the one that its provenance describes.
        """
        if not self.root.is_dir():
            return None
        path = self._catalogue.find(archive_key, capture, section.identity)
        return None if path is None else self._load(path)

    def products(self, url: str | None = None) -> Iterator[Product]:
        """All products, or those of one URL: ordered by URL, archive, section, time and path; one after another.

        Raises:
            StoreError: The catalogue cannot be read.
        """
        if self.root.is_dir():
            yield from self._catalogue.products(None if url is None else index_key(url))

    def load(self, path: str) -> Snapshot | None:
        """The product at a path without its ending; None where it is not whole.

        Raises:
            StoreError: It is not the one that its provenance describes.
        """
        return self._load(path)

    def keep_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Write a product and its provenance, and enter it in the catalogue.

        Returns:
            The snapshot as kept, with its path.

        Raises:
            StoreError: It cannot be written.
        """
        product = snapshot.markdown.encode()
        path = self._free_path(snapshot)
        provenance = {
            **snapshot.provenance,
            "product": {"file": f"{Path(path).name}.md", "sha256": sha256_hex(product)},
            "evidence": self._evidence(snapshot.provenance["archive_key"], snapshot.capture)
            .relative_to(self.root)
            .as_posix(),
        }
        write_file(self.root / f"{path}.json", json.dumps(provenance, ensure_ascii=False, indent=2).encode() + b"\n")
        write_file(self.root / f"{path}.md", product)
        self._catalogue.add(path, provenance)
        return Snapshot(
            capture=snapshot.capture,
            memento_url=snapshot.memento_url,
            document=snapshot.document,
            markdown=snapshot.markdown,
            provenance=provenance,
            answer=snapshot.answer,
            path=f"{path}.md",
        )

    def _evidence(self, archive_key: str, capture: Capture) -> Path:
        return evidence_path(self._inside / "warc", archive_key, capture)

    def _free_path(self, snapshot: Snapshot) -> str:
        """The product's path; a section's, and where another capture of the same second stands there, has its own."""
        own = _identity(snapshot.provenance)
        folder = snapshot_folder(snapshot.capture.url)
        plain = f"{folder}/{snapshot_name(snapshot.capture.timestamp)}"
        standing = self._provenance(plain)
        is_section = bool(snapshot.provenance.get("section"))
        if not is_section and (standing is None or _identity(standing) == own):
            return plain
        return f"{folder}/{snapshot_name(snapshot.capture.timestamp, twin=' '.join(map(str, own)))}"

    def _provenance(self, path: str) -> dict[str, Any] | None:
        file = self.root / f"{path}.json"
        content = read_file(file)
        if content is None:
            return None
        try:
            values = json.loads(content)
        except ValueError as cause:
            raise StoreError(f"a product's provenance is damaged: {file}", path=str(file)) from cause
        if not isinstance(values, dict):
            raise StoreError(f"a product's provenance is damaged: {file}", path=str(file))
        return values

    def _load(self, path: str) -> Snapshot | None:
        provenance = self._provenance(path)
        product = read_file(self.root / f"{path}.md")
        if provenance is None or product is None:
            return None
        file = self.root / f"{path}.md"
        try:
            if sha256_hex(product) != provenance["product"]["sha256"]:
                raise StoreError(
                    f"a product was changed after it was made (move it away to make it again): {file}", path=str(file)
                )
            return Snapshot(
                capture=capture_from_dict(provenance["capture"]),
                memento_url=provenance["memento_url"],
                document=_document(provenance, product.decode()),
                markdown=product.decode(),
                provenance=provenance,
                path=f"{path}.md",
            )
        except (KeyError, TypeError, ValueError) as cause:
            raise StoreError(f"a product's provenance is damaged: {path}.json", path=f"{path}.json") from cause


def _identity(provenance: Any) -> tuple[Any, ...]:
    """What makes two products the same: archive, original URL, digest, section. The second is in the name."""
    section = section_from_dict(provenance.get("section")).identity
    digest = (provenance.get("capture") or {}).get("digest")
    return provenance.get("archive_key"), provenance.get("url"), digest, *([section] if section else [])


def _document(provenance: dict[str, Any], product: str) -> Document:
    """Read a document back from its product: below the header, and below the title where the page had no heading."""
    _, _, text = product.partition("\n\n")
    document = document_from_dict(provenance["document"], text)
    added = document.text.removesuffix(text)
    return document_from_dict(provenance["document"], text.removeprefix(added)) if added else document
