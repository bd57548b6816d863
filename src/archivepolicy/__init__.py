"""archivepolicy: what did this policy say on that day?

    import archivepolicy as ap
    snapshot = ap.get("monovm.com/privacy.php", as_of="2013-06-08")
    print(snapshot.markdown)

`get` finds the capture of a policy page that answers a date, replays it raw and makes clean Markdown of it; `captures`
lists what an archive holds; `history` tells a policy's versions, and since when each paragraph stands; `diff` compares two
texts; `convert` extracts a page's bytes without any archive. Records and errors are found here too.

Names are loaded on first use (PEP 562): importing the package costs nothing, and converting a file needs no network code.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archivepolicy.version import __version__

if TYPE_CHECKING:
    from archivepolicy.archives import open_archive as open_archive
    from archivepolicy.batches.batch import batch as batch
    from archivepolicy.errors import ArchiveFileError as ArchiveFileError
    from archivepolicy.errors import ArchivePolicyError as ArchivePolicyError
    from archivepolicy.errors import ArchiveUnavailableError as ArchiveUnavailableError
    from archivepolicy.errors import ExcludedError as ExcludedError
    from archivepolicy.errors import InputError as InputError
    from archivepolicy.errors import MissingSectionError as MissingSectionError
    from archivepolicy.errors import NoCaptureError as NoCaptureError
    from archivepolicy.errors import NotReplayableError as NotReplayableError
    from archivepolicy.errors import RateLimitedError as RateLimitedError
    from archivepolicy.errors import StoreError as StoreError
    from archivepolicy.errors import UnusableCaptureError as UnusableCaptureError
    from archivepolicy.pipeline.comparison import diff as diff
    from archivepolicy.pipeline.datasets import export_dataset as export_dataset
    from archivepolicy.pipeline.discovery import find as find
    from archivepolicy.pipeline.export import export_evidence as export_evidence
    from archivepolicy.pipeline.history import history as history
    from archivepolicy.pipeline.listing import captures as captures
    from archivepolicy.pipeline.page import convert as convert
    from archivepolicy.pipeline.snapshot import get as get
    from archivepolicy.pipeline.verify import verify as verify
    from archivepolicy.records import Answer as Answer
    from archivepolicy.records import Candidate as Candidate
    from archivepolicy.records import Capture as Capture
    from archivepolicy.records import Change as Change
    from archivepolicy.records import Cls as Cls
    from archivepolicy.records import Diff as Diff
    from archivepolicy.records import Discovery as Discovery
    from archivepolicy.records import Document as Document
    from archivepolicy.records import Memento as Memento
    from archivepolicy.records import Op as Op
    from archivepolicy.records import Section as Section
    from archivepolicy.records import Select as Select
    from archivepolicy.records import Snapshot as Snapshot
    from archivepolicy.records.dataset import Dataset as Dataset
    from archivepolicy.records.history import Blame as Blame
    from archivepolicy.records.history import History as History
    from archivepolicy.records.version import Version as Version

_PLACES = {
    "archivepolicy.batches.batch": ("batch",),
    "archivepolicy.pipeline.datasets": ("export_dataset",),
    "archivepolicy.pipeline.discovery": ("find",),
    "archivepolicy.pipeline.export": ("export_evidence",),
    "archivepolicy.pipeline.verify": ("verify",),
    "archivepolicy.pipeline.comparison": ("diff",),
    "archivepolicy.pipeline.history": ("history",),
    "archivepolicy.pipeline.listing": ("captures",),
    "archivepolicy.pipeline.page": ("convert",),
    "archivepolicy.pipeline.snapshot": ("get",),
    "archivepolicy.archives": ("open_archive",),
    "archivepolicy.records": (
        "Answer",
        "Candidate",
        "Capture",
        "Change",
        "Cls",
        "Diff",
        "Discovery",
        "Document",
        "Memento",
        "Op",
        "Section",
        "Select",
        "Snapshot",
    ),
    "archivepolicy.records.dataset": ("Dataset",),
    "archivepolicy.records.history": ("Blame", "History"),
    "archivepolicy.records.version": ("Version",),
    "archivepolicy.errors": (
        "ArchiveFileError",
        "ArchivePolicyError",
        "ArchiveUnavailableError",
        "ExcludedError",
        "InputError",
        "MissingSectionError",
        "NoCaptureError",
        "NotReplayableError",
        "RateLimitedError",
        "StoreError",
        "UnusableCaptureError",
    ),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = ["__version__", *sorted(_PLACE_OF)]  # noqa: PLE0604 - every name is a string; the table says where it lives


def __getattr__(name: str) -> Any:
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(place), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
