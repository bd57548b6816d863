"""Where WARC records lie on this machine: plain files, folders of them, and WACZ files.

In: a path. Out: the files that hold records, each opened as one stream of bytes in which a record is found by its offset.
A WACZ (WACZ 1.1.1, specs.webrecorder.net, read 2026-11-22) is a zip whose WARC files lie uncompressed under `archive/`:
they are read where they lie, nothing is unpacked. Its own index is not used: it says nothing of what revisits refer to,
and a wrong one would go unnoticed.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from archivepolicy.errors import ArchiveFileError

if TYPE_CHECKING:
    from pathlib import Path

WARC_SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz")
WACZ_SUFFIX = ".wacz"
_ZIP_MAGIC = b"PK\x03\x04"
# APPNOTE.TXT 6.3.10 §4.3.7: the local header's fixed part, and in it the lengths of the name and the extra field
_LOCAL_HEADER_BYTES = 30
_LOCAL_LENGTHS_AT = 26
_UNREADABLE_ZIP = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcFile:
    """One run of records.

    Attributes:
        path: The file on disk.
        member: Its name inside a WACZ; empty where the file itself is the WARC.
        start: First byte inside a WACZ's file where it lies there uncompressed; None where it must be unpacked as a stream.
        size_bytes: How many bytes lie there; 0 where the file itself is the WARC.
    """

    path: Path
    member: str = ""
    start: int | None = None
    size_bytes: int = 0

    @property
    def name(self) -> str:
        """The name of the file on disk."""
        return self.path.name

    def stamp(self) -> tuple[int, int]:
        """Size and time of change, in nanoseconds: a file with others holds other records."""
        facts = self.path.stat()
        return facts.st_size, facts.st_mtime_ns

    def open(self) -> BinaryIO:
        """Open the records' bytes; the caller closes.

        Raises:
            OSError: The file cannot be read.
            ArchiveFileError: The WACZ is damaged.
        """
        if not self.member:
            return self.path.open("rb")
        if self.start is not None:
            return cast("BinaryIO", io.BufferedReader(_Stretch(self.path, self.start, self.size_bytes)))
        try:
            with zipfile.ZipFile(self.path) as container:
                return cast("BinaryIO", container.open(self.member))  # keeps the file open until it is closed itself
        except _UNREADABLE_ZIP as cause:
            raise ArchiveFileError(f"cannot read {self.member} in {self.path}: {cause}", path=str(self.path)) from cause


class _Stretch(io.RawIOBase):
    """A stretch of a file as a file of its own, read-only."""

    def __init__(self, path: Path, start: int, size_bytes: int) -> None:
        self._stream = path.open("rb", buffering=0)
        self._start, self._size, self._at = start, size_bytes, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(origin + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        wanted = max(min(len(view), self._size - self._at), 0)
        self._stream.seek(self._start + self._at)
        count = self._stream.readinto(view[:wanted])
        self._at += count or 0
        return count or 0

    def close(self) -> None:
        self._stream.close()
        super().close()


def warc_files(root: Path) -> tuple[WarcFile, ...]:
    """The files that hold records, in the order of their names.

    Args:
        root: A WARC, ARC or WACZ file, or a folder that holds some at any depth.

    Raises:
        ArchiveFileError: It is not there, the folder holds none, or a WACZ is none.
    """
    try:
        if root.is_dir():
            paths = [path for path in sorted(root.rglob("*")) if _is_archive_file(path)]
            if not paths:
                raise ArchiveFileError(f"no WARC, ARC or WACZ file in the folder {root}", path=str(root))
        elif root.exists():
            paths = [root]
        else:
            raise ArchiveFileError(f"no such archive file: {root}", path=str(root))
        return tuple(file for path in paths for file in _files_in(path))
    except OSError as cause:
        raise ArchiveFileError(f"cannot read {root}: {cause.strerror or cause}", path=str(root)) from cause


def _is_archive_file(path: Path) -> bool:
    return path.name.lower().endswith((*WARC_SUFFIXES, WACZ_SUFFIX)) and path.is_file()


def _files_in(path: Path) -> list[WarcFile]:
    if path.name.lower().endswith(WARC_SUFFIXES):  # a folder may hold thousands: none is opened before it is read
        return [WarcFile(path=path)]
    with path.open("rb") as stream:
        is_zip = stream.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
        if not is_zip and not path.name.lower().endswith(WACZ_SUFFIX):
            return [WarcFile(path=path)]
        try:
            with zipfile.ZipFile(stream) as container:
                members = [one for one in container.infolist() if one.filename.lower().endswith(WARC_SUFFIXES)]
            found = [_member(path, stream, one) for one in members]
        except _UNREADABLE_ZIP as cause:
            raise ArchiveFileError(f"not a WACZ file, or a broken one: {path} ({cause})", path=str(path)) from cause
    if not found:
        raise ArchiveFileError(f"not a WACZ file: {path} (a zip without any WARC in it)", path=str(path))
    return sorted(found, key=lambda file: file.member)


def _member(path: Path, stream: BinaryIO, entry: zipfile.ZipInfo) -> WarcFile:
    """A WARC inside a WACZ; where it is stored as it is, with its place in the file."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        return WarcFile(path=path, member=entry.filename)
    stream.seek(entry.header_offset + _LOCAL_LENGTHS_AT)
    name_bytes, extra_bytes = struct.unpack("<HH", stream.read(4))
    start = entry.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    if start + entry.file_size > path.stat().st_size:
        raise zipfile.BadZipFile(f"{entry.filename} is cut short")
    return WarcFile(path=path, member=entry.filename, start=start, size_bytes=entry.file_size)
