"""The store: one folder that holds products, their provenance, their evidence, and what archives said.

    <host>/<path...>/<timestamp>.md      attribution header and Markdown
    <host>/<path...>/<timestamp>.json    provenance
    <host>/<path...>/<timestamp>.x3.md   what extractor version 3 makes of a capture whose product is older
    .archivepolicy/warc/*.warc.gz        evidence: the raw mementos
    .archivepolicy/listings/*.json       what an archive's index said, and when
    .archivepolicy/catalogue.sqlite      index over the products; rebuilt where it is missing

`docs/store.md` describes the files. A product is written last, after its evidence and provenance, so that where there is
a product there is all of it.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.digests import sha256_hex
from archivepolicy.errors import StoreError
from archivepolicy.records import Snapshot
from archivepolicy.records.provenance import (
    capture_from_dict,
    document_from_dict,
    is_seal_whole,
    sealed,
    upgraded,
    with_other_way,
)
from archivepolicy.records.section import WHOLE_PAGE, section_from_dict
from archivepolicy.store.catalogue import Catalogue
from archivepolicy.store.evidence import Original, evidence_files, evidence_path, keep_memento, load_memento
from archivepolicy.store.inventory import Sort, items
from archivepolicy.store.listings import keep_listing, listing_path, load_listing
from archivepolicy.store.names import again_name, evidence_name, snapshot_folder, snapshot_name
from archivepolicy.store.writing import is_read_only, is_refusal, probe_folder, read_file, write_file
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        self.warc_folder = self._inside / "warc"
        self.listings_folder = self._inside / "listings"
        self.catalogue = Catalogue(self._inside / "catalogue.sqlite", self.root)

    def close(self) -> None:
        """Let go of the catalogue's file, which otherwise stays open as long as this store is in use; it may be used again."""
        self.catalogue.close()

    @property
    def is_read_only(self) -> bool:
        """Whether things can be read from it and none be kept."""
        return is_read_only(self._inside / "catalogue.sqlite")

    def check_writable(self) -> None:
        """Find out before any request is sent whether something can be kept; what fails leaves no folders behind.

        Raises:
            StoreError: Nothing can.
        """
        probe_folder(self._inside)

    def listing(self, archive_key: str, url: str) -> Listing | None:
        """What an archive said about a URL, or None where it was not asked."""
        return load_listing(listing_path(self.listings_folder, archive_key, url))

    def keep_listing(self, archive_key: str, listing: Listing) -> None:
        """Keep what an archive said about a URL, in the place of what it said before."""
        keep_listing(listing_path(self.listings_folder, archive_key, listing.url), archive_key, listing)

    def memento(self, archive_key: str, capture: Capture) -> Memento | None:
        """The memento of a capture, or None where it was not fetched."""
        return load_memento(self._evidence(archive_key, capture))

    def keep_memento(self, archive_key: str, memento: Memento) -> None:
        """Keep a memento as evidence; one that is there already stays as it is."""
        path = self._evidence(archive_key, memento.capture)
        if read_file(path) is None:
            keep_memento(path, memento, self._original(archive_key, memento))

    def evidence_files(self, archive_key: str, capture: Capture) -> tuple[Path, ...]:
        """The files that a capture's memento is kept in, its own first; empty where it was not fetched."""
        return evidence_files(self._evidence(archive_key, capture))

    def memento_of_hop(self, archive_key: str, hop: Mapping[str, Any]) -> Memento | None:
        """The memento of a redirect as a provenance names it, or None where it was not kept."""
        name = evidence_name(archive_key, hop["url"], hop["timestamp"], hop["digest"])
        return load_memento(self.warc_folder / name)

    def digest_of(self, path: str) -> str | None:
        """SHA-256 of a file of the store, in hexadecimal digits; None where it is not there."""
        content = read_file(self.root / path)
        return None if content is None else sha256_hex(content)

    def listing_file(self, archive_key: str, url: str) -> Path:
        """Where an archive's listing of a URL is kept, whether it is there or not."""
        return listing_path(self.listings_folder, archive_key, url)

    def _original(self, archive_key: str, memento: Memento) -> Original | None:
        """The kept capture that a revisit may refer to for its body; None where the body must be kept with it."""
        capture = memento.capture
        if not capture.is_revisit or capture.digest is None:
            return None
        for twin in self.catalogue.twins(archive_key, capture.digest):
            path = self.warc_folder / evidence_name(archive_key, twin.url, twin.timestamp, twin.digest)
            kept = load_memento(path)
            is_other = kept is not None and kept.capture != capture and not kept.capture.is_revisit
            if kept and is_other and kept.stored_payload == memento.stored_payload:
                return Original(url=twin.url, timestamp=twin.timestamp, name=path.name)
        return None

    def snapshot(self, archive_key: str, capture: Capture, section: Section = WHOLE_PAGE) -> Snapshot | None:
        """The product of a capture, or of a section of it, or None where none was made.

        Raises:
            StoreError: The product is not the one that its provenance describes.
        """
        if not self.root.is_dir():
            return None
        path = self.catalogue.find(archive_key, capture, section.identity)
        return None if path is None else self._load(path)

    def products(self, url: str | None = None, *, again: bool = False) -> Iterator[Product]:
        """All products, or those of one URL: ordered by URL, section, time, archive and path; one after another.

        Args:
            url: Normalised, for all its forms that an index lists together; None for all.
            again: Whether re-extractions are among them.

        Raises:
            StoreError: The catalogue cannot be read.
        """
        if self.root.is_dir():
            yield from self.catalogue.products(None if url is None else index_key(url), again=again)

    def unentered(self) -> Iterator[str]:
        """Paths, without their endings, of products that the catalogue does not know; one after another.

        Their provenance cannot be read, or they were put there by hand; `Catalogue.rebuild` enters those that can be.

        Raises:
            StoreError: The store cannot be read.
        """
        return self.catalogue.unentered(item.path for item in items(self) if item.sort is Sort.PRODUCT)

    def load(self, path: str) -> Snapshot | None:
        """The product at a path without its ending, a re-extraction too; None where it is not whole.

        Raises:
            StoreError: It is not the one that its provenance describes, or of a later release.
        """
        return self._load(path)

    def keep_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Write a product and its provenance, and enter it in the catalogue.

        Returns:
            The snapshot as kept, with its path.

        Raises:
            StoreError: It cannot be written.
        """
        return self._keep(self._free_path(snapshot), snapshot)

    def keep_again(self, snapshot: Snapshot, of: Snapshot) -> Snapshot:
        """Write what a later extractor made of a capture beside its product, which stays.

        Args:
            snapshot: What was made now.
            of: The product as it was kept.

        Returns:
            The snapshot as kept, with its path.

        Raises:
            StoreError: It cannot be written.
        """
        first = str(of.path).removesuffix(".md")
        marked = {
            **snapshot.provenance,
            **{key: of.provenance[key] for key in ("requested_url", "redirects", "other_ways")},
            "re_extraction_of": {
                "file": f"{Path(first).name}.md",
                "sha256": of.provenance["product"]["sha256"],
                "extractor_version": of.provenance["extractor_version"],
            },
        }
        version = snapshot.provenance["extractor_version"]
        return self._keep(again_name(first, version), replace(snapshot, provenance=marked))

    def with_way(self, snapshot: Snapshot, way: Mapping[str, Any]) -> Snapshot:
        """Note in a kept product's provenance that another question led to it, where that is new.

        A product of an older schema stays as it is, and so does a store in which nothing may be written.
        """
        if snapshot.provenance["schema_version"] == 1:
            return snapshot
        added = with_other_way(snapshot.provenance, way)
        if added is None:
            return snapshot
        provenance = sealed(added)
        try:
            self._write_provenance(str(snapshot.path).removesuffix(".md"), provenance)
        except StoreError as failure:
            if not is_refusal(failure):
                raise
            return snapshot
        return replace(snapshot, provenance=provenance)

    def _keep(self, path: str, snapshot: Snapshot) -> Snapshot:
        product = snapshot.markdown.encode()
        evidence = self._evidence(snapshot.provenance["archive_key"], snapshot.capture)
        provenance = sealed(
            {
                **snapshot.provenance,
                "product": {"file": f"{Path(path).name}.md", "sha256": sha256_hex(product)},
                "evidence": evidence.relative_to(self.root).as_posix(),
            }
        )
        is_new = not (self.root / f"{path}.json").exists()
        self._write_provenance(path, provenance)
        try:
            write_file(self.root / f"{path}.md", product)
        except StoreError:
            if is_new:  # a full disk must leave no provenance without its product
                with contextlib.suppress(OSError):
                    (self.root / f"{path}.json").unlink()
            raise
        self.catalogue.add(path, provenance)
        return replace(snapshot, provenance=provenance, path=f"{path}.md")

    def _write_provenance(self, path: str, provenance: Mapping[str, Any]) -> None:
        content = json.dumps(provenance, ensure_ascii=False, indent=2).encode() + b"\n"
        write_file(self.root / f"{path}.json", content)

    def _evidence(self, archive_key: str, capture: Capture) -> Path:
        return evidence_path(self.warc_folder, archive_key, capture)

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
            if not is_seal_whole(provenance):
                raise StoreError(
                    f"a product's provenance was changed after it was made: {self.root / path}.json",
                    path=f"{path}.json",
                )
            provenance = upgraded(provenance)
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
            said = f" ({cause})" if isinstance(cause, ValueError) else ""
            raise StoreError(f"a product's provenance is damaged{said}: {path}.json", path=f"{path}.json") from cause


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
