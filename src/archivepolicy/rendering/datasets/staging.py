"""Staging: a dataset's files beside their place until all are whole, and what is said of them.

A folder, or a few files beside each other, come into being together or not at all. With them come a manifest (JSON) and a
list of SHA-256 digests in the form of coreutils, which `sha256sum -c` reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from archivepolicy.errors import InputError, StoreError
from archivepolicy.records.dataset import DatasetFile
from archivepolicy.rendering.datasets.columns import SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
KIND = "archivepolicy dataset"
_BLOCK_BYTES = 1 << 20

Written: TypeAlias = Mapping[str, tuple[tuple[str, ...], int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a dataset goes.

    Attributes:
        target: The file or folder as it was named.
        names: The file of each table, or its folder; relative to `folder`, the one of the target's name among them where the
            target is a file. Several tables may share one.
        is_folder: Whether the target is a folder that holds all files.
    """

    target: Path
    names: Mapping[str, str]
    is_folder: bool

    @property
    def folder(self) -> Path:
        """The folder that the dataset lies in."""
        return self.target if self.is_folder else self.target.parent

    @property
    def manifest(self) -> str:
        """The manifest's name."""
        return MANIFEST if self.is_folder else f"{self.target.name}.{MANIFEST}"

    @property
    def sums(self) -> str:
        """The name of the list of digests."""
        return SUMS if self.is_folder else f"{self.target.name}.sha256"

    @property
    def files(self) -> list[str]:
        """All files where the target is one, the list of digests last."""
        return [*dict.fromkeys([self.target.name, *self.names.values()]), self.manifest, self.sums]


def place_of(target: Path, endings: Sequence[str], *, in_parts: bool = False) -> Place:
    """The place of a form that has a file a table: beside each other, or in a folder.

    Args:
        target: As it was named. With one of the endings it is the file of the first table, and the others lie beside it;
            else it is a folder.
        endings: By which a file is known; the first one is given to the files in a folder.
        in_parts: Whether in a folder each table has a folder of its own.
    """
    first, *others = TABLES
    if target.suffix.lower() in endings:
        beside = {table: f"{target.stem}.{table}{target.suffix}" for table in others}
        return Place(target=target, names={first: target.name, **beside}, is_folder=False)
    ending = "" if in_parts else endings[0]
    return Place(target=target, names={table: f"{table}{ending}" for table in TABLES}, is_folder=True)


def check_place(place: Place, *, force: bool) -> None:
    """Find out before any work whether a dataset may be written there.

    Args:
        place: Where.
        force: Whether what is there may be replaced: files, or an earlier export's folder with nothing else in it.

    Raises:
        InputError: It may not.
    """
    target = place.target
    if not target.absolute().parent.is_dir():
        raise InputError(f"no such folder: {target.absolute().parent}")
    if not place.is_folder:
        for file in (place.folder / name for name in place.files):
            if file.is_dir():
                raise InputError(f"{file} is a folder")
            if file.exists() and not force:
                raise InputError(f"{file} is there already (--force replaces it)")
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
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
            scratch = Path(name)
            made = scratch / "made"
            made.mkdir()
            yield made
            if place.is_folder:
                _move([(made, target)], scratch)
            else:
                _move([(made / one, target.parent / one) for one in place.files], scratch)
    except OSError as cause:
        raise StoreError(f"cannot write {place.target}: {cause.strerror or cause}", path=str(place.target)) from cause


def _move(moves: Sequence[tuple[Path, Path]], scratch: Path) -> None:
    """Move all or none; what stood there goes to the scratch folder."""
    with ExitStack() as undo:
        for number, (source, destination) in enumerate(moves):
            if destination.exists():
                before = scratch / f"before-{number}"
                destination.replace(before)
                undo.callback(before.replace, destination)
            source.replace(destination)
            undo.callback(destination.replace, source)
        undo.pop_all()


def told(made: Path, place: Place, written: Written, about: Mapping[str, Any]) -> tuple[DatasetFile, ...]:
    """Write the manifest and the list of digests.

    Args:
        made: The folder with the files.
        place: Where they go.
        written: For each file its tables and how many rows it has.
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
        for name, (tables, count) in sorted(written.items())
    )
    values = {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        **about,
        "files": [
            {"file": one.name, "tables": one.tables, "rows": one.rows, "bytes": one.size_bytes, "sha256": one.sha256}
            for one in files
        ],
        "columns": {
            table: [{**asdict(column), "type": str(column.type)} for column in TABLES[table]] for table in place.names
        },
    }
    manifest = json.dumps(values, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
    (made / place.manifest).write_bytes(manifest)
    listed = {one.name: one.sha256 for one in files} | {place.manifest: synced_digest(made / place.manifest)}
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
    (made / place.sums).write_bytes(sums.encode("utf-8", "surrogateescape"))
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
