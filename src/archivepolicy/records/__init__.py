"""Records: what the rooms hand to each other. Frozen dataclasses and their JSON; no I/O, no third-party code."""

from archivepolicy.records.answer import Answer, Hop, Neighbours, Relation, Select, Site, Skipped
from archivepolicy.records.candidate import Candidate, Discovery, Finding, PageLink, PageLinks, Place, PolicyKind
from archivepolicy.records.capture import Capture
from archivepolicy.records.change import Change, Cls, Diff, Op, Repeat, Segment, Side, Span
from archivepolicy.records.document import Document, Kind, Link, Removal, StatedDate, TitleSource, Verdict
from archivepolicy.records.listing import Listing
from archivepolicy.records.memento import Memento
from archivepolicy.records.section import Section
from archivepolicy.records.snapshot import Snapshot

__all__ = [
    "Answer",
    "Candidate",
    "Capture",
    "Change",
    "Cls",
    "Diff",
    "Discovery",
    "Document",
    "Finding",
    "Hop",
    "Kind",
    "Link",
    "Listing",
    "Memento",
    "Neighbours",
    "Op",
    "PageLink",
    "PageLinks",
    "Place",
    "PolicyKind",
    "Relation",
    "Removal",
    "Repeat",
    "Section",
    "Segment",
    "Select",
    "Side",
    "Site",
    "Skipped",
    "Snapshot",
    "Span",
    "StatedDate",
    "TitleSource",
    "Verdict",
]
