"""again: a kept product -> its evidence -> the snapshot once more, by today's rules. Nothing is fetched or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archivepolicy.errors import StoreError
from archivepolicy.extraction import extract
from archivepolicy.pipeline.drafting import draft
from archivepolicy.records.provenance import capture_from_dict, frame_key, framed_capture
from archivepolicy.records.section import section_from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Snapshot
    from archivepolicy.store import Store


class MissingEvidenceError(StoreError):
    """The evidence of a product is not there."""


def drafted_again(kept: Store, provenance: Mapping[str, Any], *, extractor: Extractor = extract) -> Snapshot:
    """Make a product's snapshot once more from its evidence, its frame's where it has one.

    Raises:
        MissingEvidenceError: It is not there.
        StoreError: It is damaged.
        InputError: The page is a usable policy without the product's section.
        UnusableCaptureError: A PDF that is damaged, encrypted or without text.
    """
    capture, key = capture_from_dict(provenance["capture"]), provenance["archive_key"]
    framed, of_frame = framed_capture(provenance), frame_key(provenance)
    memento = kept.memento(key, capture)
    frame = kept.memento(of_frame, framed) if framed else None
    if memento is None or (framed and frame is None):
        raise MissingEvidenceError(
            "" if memento is None else f" (of its frame {framed.url if framed else ''})", path=""
        )
    section = section_from_dict(provenance.get("section"))
    return draft(key, memento, section=section, frame=frame, frame_key=of_frame, extractor=extractor)
