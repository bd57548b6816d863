"""Staging: a dataset's files beside their place until all are whole, and what is said of them.

A folder, or a few files beside each other, come into being together or not at all. With them come a manifest (JSON) and a list of
SHA-256 digests in the form of coreutils, which `sha256sum -c` reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import InputError, StoreError
from archivepolicy.records.dataset import DatasetFile
from archivepolicy.rendering.datasets.columns import SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
KIND = "archivepolicy dataset"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a dataset goes.

    Attributes:
        target: The file or folder as it was named.
        suffix: The ending of its files.
        tables: The tables that are wanted.
        is_folder: Whether the target is a folder that holds all files; else it is the first table's file, or the only one.
    """

    target: Path
    suffix: str
    tables: tuple[str, ...]
    is_folder: bool

    def name(self, table: str) -> str:
        """A table's file, relative to the folder that the dataset lies in."""
        if self.is_folder:
            return f"{table}{self.suffix}"
        return self.target.name if table == self.tables[0] else f"{self.target.stem}.{table}{self.target.suffix}"

    @property
    def manifest(self) -> str:
        """The manifest's name."""
        return MANIFEST if self.is_folder else f"{self.target.name}.{MANIFEST}"

    @property
    def sums(self) -> str:
        """The name of the list of digests."""
        return SUMS if self.is_folder else f"{self.target.name}.sha256"


def check_place(place: Place, names: Sequence[str], *, force: bool) -> None:
    """Find out before any work whether a dataset may be written there.

    Args:
        place: Where.
        names: The files that will be written, where it is no folder.
        force: Whether what is there may be replaced: files, or an earlier export's folder with nothing else in it.

    Raises:
        InputError: It may not.
    """
    target = place.target
    folder = target.absolute().parent
    if not folder.is_dir():
        raise InputError(f"no such folder: {folder}")
    if not place.is_folder:
        there = [folder / name for name in (*names, place.manifest, place.sums) if (folder / name).exists()]
        blocked = next((file for file in there if not force or file.is_dir()), None)
        if blocked:
            raise InputError(f"{blocked} is {'a folder' if blocked.is_dir() else 'there already (--force replaces it)'}")
    elif target.exists() and not _is_empty_folder(target):
        if not _is_export(target):
            raise InputError(f"{target} is not empty, and no earlier export: name an empty or new folder")
        if not force:
            raise InputError(f"{target} is there already (--force replaces it)")


@contextmanager
def staged(place: Place) -> Iterator[Path]:
    """A folder to write a dataset's files to; they are moved to their place when all went well.

    Raises:
        StoreError: They cannot be written; nothing is left behind then, and what stood there still stands.
    """
    target = place.target.absolute()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            yield made
            if place.is_folder:
                if target.exists():
                    target.replace(Path(scratch) / "before")
                made.replace(target)
            else:
                for file in sorted(made.iterdir()):
                    file.replace(target.parent / file.name)
    except OSError as cause:
        raise StoreError(f"cannot write {place.target}: {cause.strerror or cause}", path=str(place.target)) from cause


def told(made: Path, place: Place, rows: Mapping[str, tuple[tuple[str, ...], int]], about: Mapping[str, Any]) -> tuple[DatasetFile, ...]:
    """Write the manifest and the list of digests.

    Args:
        made: The folder with the files.
        place: Where they go.
        rows: For each file its tables and how many rows it has.
        about: What the manifest says besides.

    Returns:
        The files in the order of their names.
    """
    files = tuple(
        DatasetFile(
            name=name,
            tables=tables,
            rows=count,
            size_bytes=(made / name).stat().st_size,
            sha256=synced_digest(made / name),
        )
        for name, (tables, count) in sorted(rows.items())
    )
    values = {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        **about,
        "files": [
            {"file": one.name, "tables": list(one.tables), "rows": one.rows, "bytes": one.size_bytes, "sha256": one.sha256}
            for one in files
        ],
        "columns": {
            table: [{"name": column.name, "type": str(column.type), "may_be_null": column.may_be_null} for column in TABLES[table]]
            for table in place.tables
        },
    }
    (made / place.manifest).write_bytes(json.dumps(values, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")
    listed = sorted((*((one.name, one.sha256) for one in files), (place.manifest, synced_digest(made / place.manifest))))
    (made / place.sums).write_text("".join(f"{digest}  {name}\n" for name, digest in listed), encoding="utf-8")
    return files


def synced_digest(file: Path) -> str:
    """The SHA-256 of a file, which is on the disk then."""
    digest = hashlib.sha256()
    with file.open("r+b") as stream:  # Windows syncs only what may be written
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
        os.fsync(stream.fileno())
    return digest.hexdigest()


def _is_empty_folder(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _is_export(folder: Path) -> bool:
    """Whether a folder is an earlier export with nothing else in it."""
    try:
        if json.loads((folder / MANIFEST).read_bytes()).get("kind") != KIND:
            return False
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError, AttributeError):
        return False
    ours = {line.partition("  ")[2] for line in lines} | {SUMS}
    return all(file.relative_to(folder).as_posix() in ours for file in folder.rglob("*") if not file.is_dir())
