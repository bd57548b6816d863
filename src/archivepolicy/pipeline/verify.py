"""verify: store -> every file -> digests, evidence, extraction once more -> findings. And: evidence -> products made again.

One file is held at a time, and every file is read once (a product's evidence twice), so the check is linear in the store's
size and its memory is bounded by its largest page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from archivepolicy.errors import ArchivePolicyError, StoreError
from archivepolicy.extraction import EXTRACTOR_VERSION
from archivepolicy.pipeline.again import MissingEvidenceError, drafted_again
from archivepolicy.pipeline.sources import opened_store
from archivepolicy.records.finding import Checked, Finding, Matter
from archivepolicy.records.provenance import capture_from_dict, is_seal_whole, upgraded
from archivepolicy.records.section import section_from_dict
from archivepolicy.store.evidence import load_memento
from archivepolicy.store.inventory import Item, Sort, items
from archivepolicy.store.listings import load_listing
from archivepolicy.store.names import again_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archivepolicy.records import Snapshot
    from archivepolicy.store import Store
    from archivepolicy.store.catalogue import Inspection

# What a provenance says of its making and of the questions that led to it; everything else follows from the evidence.
_OF_MAKING = frozenset(
    {
        "schema_version",
        "tool",
        "requested_url",
        "redirects",
        "other_ways",
        "product",
        "evidence",
        "seal",
        "re_extraction_of",
    }
)


def verify(store: str | Path | Store, checked: Checked | None = None) -> Iterator[Finding]:
    """Check a store: every file's digest, the evidence, and that extracting it again gives the same bytes.

    Args:
        store: The store, or its folder.
        checked: Where to count what was looked at.

    Yields:
        What was found, in the order of the files; nothing where all is as it should be. `Matter.is_fault` tells what is
        wrong from what is only worth knowing.

    Raises:
        StoreError: The folder is not there, or cannot be read.
    """
    kept, counts = _present(store), checked if checked is not None else Checked()
    with kept.catalogue.inspected() as catalogue:
        for finding in _findings(kept, counts, catalogue):
            counts.count(finding)
            yield finding


class Remade(NamedTuple):
    """A product of an older extractor, and what became of it now.

    Attributes:
        path: The older product's file, relative to the store's folder.
        snapshot: The product made beside it; None where none could be made.
        is_same: Whether its text is the older one's.
        failure: Why none could be made; empty where one was.
    """

    path: str
    snapshot: Snapshot | None
    is_same: bool
    failure: str


def make_again(store: str | Path | Store) -> Iterator[Remade]:
    """Make the products of older extractors again from their evidence, beside them.

    A product of which this extractor has made one already is passed over; so is a re-extraction.

    Args:
        store: The store, or its folder.

    Yields:
        Each older product with what became of it, in the order of the files; nothing where there is no older one.

    Raises:
        StoreError: The folder is not there, or cannot be read or written.
    """
    kept = _present(store)
    for item in items(kept):
        is_whole = item.sort is Sort.PRODUCT and item.endings == {"md", "json"}
        if not is_whole or (kept.root / f"{again_name(item.path, EXTRACTOR_VERSION)}.md").exists():
            continue
        try:
            product = kept.load(item.path)
            if product is None or "re_extraction_of" in product.provenance:
                continue
            if product.provenance["extractor_version"] == EXTRACTOR_VERSION:
                continue
            again = _drafted_again(kept, product.provenance)
        except MissingEvidenceError:
            yield Remade(f"{item.path}.md", None, is_same=False, failure="its evidence is missing")
        except StoreError as failure:
            yield Remade(f"{item.path}.md", None, is_same=False, failure=str(failure))
        else:
            is_same = again.document.text == product.document.text
            yield Remade(f"{item.path}.md", kept.keep_again(again, product), is_same=is_same, failure="")


def _present(store: str | Path | Store) -> Store:
    kept = opened_store(store)
    if kept is None or not kept.root.is_dir():
        named = store if kept is None else kept.root
        raise StoreError(f"no such store: {named}", path=str(named))
    return kept


def _findings(kept: Store, counts: Checked, catalogue: Inspection | None) -> Iterator[Finding]:
    for item in items(kept):
        if item.sort is Sort.PRODUCT:
            counts.products += 1
            yield from _of_product(kept, item, counts, catalogue)
        elif item.sort is Sort.EVIDENCE:
            counts.evidence += 1
            yield from _of_evidence(kept, item)
        elif item.sort is Sort.LISTING:
            counts.listings += 1
            yield from _of_listing(kept, item)
        else:
            said = "left by a process that was stopped while it wrote; it may be deleted"
            yield Finding(matter=Matter.TEMPORARY_FILE, path=item.path, said=said)
    yield from _of_catalogue(kept, counts, catalogue)


def _of_product(kept: Store, item: Item, counts: Checked, catalogue: Inspection | None) -> Iterator[Finding]:
    product, provenance = f"{item.path}.md", f"{item.path}.json"
    if "json" not in item.endings:
        said = "there is a product without it; delete the product to make both again"
        yield Finding(matter=Matter.PROVENANCE_MISSING, path=provenance, said=said)
        return
    values = _read_provenance(kept, provenance)
    if isinstance(values, Finding):
        yield values
        return
    if not is_seal_whole(values):
        said = "it is not what was written when the product was made"
        yield Finding(matter=Matter.PROVENANCE_CHANGED, path=provenance, said=said)
    if "md" not in item.endings:
        yield Finding(matter=Matter.PRODUCT_MISSING, path=product, said="its provenance is there; `get` makes it again")
        return
    digest = kept.digest_of(product)
    if digest != values["product"]["sha256"]:
        said = f"its SHA-256 is {digest}, its provenance says {values['product']['sha256']}"
        yield Finding(matter=Matter.PRODUCT_CHANGED, path=product, said=said)
    if values["payload"]["digest_verdict"] == "mismatch":
        said = "the archived body did not have the digest that the archive's index gave when it was fetched"
        yield Finding(matter=Matter.DIGEST, path=provenance, said=said)
    if catalogue is not None and not catalogue.is_entered(item.path, values):
        said = "it has no row or a false one; `verify --rebuild` makes the catalogue anew"
        yield Finding(matter=Matter.CATALOGUE, path=product, said=said)
    yield from _of_extraction(kept, item.path, values, counts)


def _read_provenance(kept: Store, path: str) -> dict[str, Any] | Finding:
    try:
        values = json.loads((kept.root / path).read_bytes())
        values = upgraded(values)
        section_from_dict(values.get("section"))
        capture_from_dict(values["capture"])
        _ = values["product"]["sha256"], values["payload"]["digest_verdict"], values["payload"]["sha256"]
        _ = values["archive_key"], values["extractor_version"], values["evidence"], values["url"], values["timestamp"]
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as cause:
        said = f"it cannot be read ({type(cause).__name__}: {cause})"
        return Finding(matter=Matter.PROVENANCE_DAMAGED, path=path, said=said)
    return values


def _of_extraction(kept: Store, path: str, values: Mapping[str, Any], counts: Checked) -> Iterator[Finding]:
    """Make the product again and compare; the evidence of its redirects is looked for too."""
    yield from _of_redirects(kept, path, values)
    is_older = values["extractor_version"] != EXTRACTOR_VERSION
    try:
        again = _drafted_again(kept, values)
    except MissingEvidenceError as failure:
        yield Finding(
            matter=Matter.EVIDENCE_MISSING, path=str(values["evidence"]), said=f"{path}.md was made of it{failure}"
        )
        return
    except StoreError as failure:
        yield Finding(
            matter=Matter.EVIDENCE_DAMAGED, path=str(values["evidence"]), said=f"{path}.md was made of it: {failure}"
        )
        return
    differing = _differing(values, again.provenance, without_document=is_older)
    if differing:
        said = f"the evidence says otherwise of: {', '.join(differing)}"
        yield Finding(matter=Matter.PROVENANCE_CHANGED, path=f"{path}.json", said=said)
    if is_older:
        said = (
            f"made by extractor {values['extractor_version']}, this is {EXTRACTOR_VERSION}: it cannot be made again to "
            f"compare; `convert --again` makes a new one beside it"
        )
        yield Finding(matter=Matter.OLDER_EXTRACTOR, path=f"{path}.md", said=said)
        return
    counts.extracted_again += 1
    if again.markdown.encode() != (kept.root / f"{path}.md").read_bytes():
        said = "extracting the evidence again gives other bytes"
        yield Finding(matter=Matter.EXTRACTION_DIFFERS, path=f"{path}.md", said=said)


def _of_redirects(kept: Store, path: str, values: Mapping[str, Any]) -> Iterator[Finding]:
    """Check that the archived redirects that led to a product are kept, and lead where its provenance says."""
    ways = [values, *values["other_ways"]]
    for hop in (hop for way in ways for hop in way["redirects"]):
        if "digest" not in hop:
            continue  # schema 1 does not say enough to find it
        try:
            memento = kept.memento_of_hop(hop.get("archive_key", values["archive_key"]), hop)
        except StoreError:
            continue  # the damaged file is named by itself
        if memento is None:
            said = f"the redirect of {hop['url']} of {hop['timestamp']}, which led to it, is not in the evidence"
            yield Finding(matter=Matter.EVIDENCE_MISSING, path=f"{path}.json", said=said)
        elif memento.location is not None and memento.location != hop["location"]:
            said = f"the redirect of {hop['url']} of {hop['timestamp']} leads to {memento.location} in the evidence"
            yield Finding(matter=Matter.PROVENANCE_CHANGED, path=f"{path}.json", said=said)


def _drafted_again(kept: Store, values: Mapping[str, Any]) -> Snapshot:
    """Make a product's snapshot once more from its evidence."""
    try:
        return drafted_again(kept, values)
    except StoreError:
        raise
    except ArchivePolicyError as failure:
        raise StoreError(f"it cannot be extracted again: {failure}", path=str(values["evidence"])) from failure


def _differing(values: Mapping[str, Any], again: Mapping[str, Any], *, without_document: bool) -> list[str]:
    """The keys of which a provenance and the evidence say different things."""
    left_out = _OF_MAKING | ({"document", "warnings", "extractor_version"} if without_document else set())
    keys = [key for key in values if key not in left_out and key in again]
    return [key for key in keys if values[key] != again[key]]


def _of_evidence(kept: Store, item: Item) -> Iterator[Finding]:
    try:
        memento = load_memento(kept.root / item.path)
    except StoreError as failure:
        yield Finding(matter=Matter.EVIDENCE_DAMAGED, path=item.path, said=f"{failure}; delete it to fetch it again")
        return
    if memento is None:  # another process has just deleted it
        yield Finding(matter=Matter.EVIDENCE_MISSING, path=item.path, said="it vanished during the check")


def _of_listing(kept: Store, item: Item) -> Iterator[Finding]:
    try:
        load_listing(kept.root / item.path)
    except StoreError:
        said = "it cannot be read; delete it to ask the archive again"
        yield Finding(matter=Matter.LISTING_DAMAGED, path=item.path, said=said)


def _of_catalogue(kept: Store, counts: Checked, catalogue: Inspection | None) -> Iterator[Finding]:
    path = kept.catalogue.path.relative_to(kept.root).as_posix()
    if catalogue is None:
        if counts.products and kept.catalogue.path.exists():
            is_other = kept.catalogue.is_of_other_release()
            matter, what = (Matter.OTHER_CATALOGUE, "of another release") if is_other else (Matter.CATALOGUE, "damaged")
            said = f"it is {what}; the next command makes it anew, and so does `verify --rebuild`"
            yield Finding(matter=matter, path=path, said=said)
        return
    for entered in catalogue.paths():
        if not (kept.root / f"{entered}.md").exists():
            said = f"it lists {entered}.md, which is not there; `verify --rebuild` makes it anew"
            yield Finding(matter=Matter.CATALOGUE, path=path, said=said)
