"""WARC, ARC and WACZ files as an archive: one file, or a folder of them.

In: `*.warc`, `*.warc.gz`, `*.arc`, `*.arc.gz`, `*.wacz`. Out: captures and mementos like any other archive's. They are
read once for an index, which is kept in the user's cache folder; nothing is written beside the files. A file that breaks
off in the middle gives what stands before the break, and a warning.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.archives.cache import cache_folder
from archivepolicy.archives.cdx import in_order
from archivepolicy.archives.prefix import prefix_rows, words_pattern
from archivepolicy.archives.warc_files import WarcFile, warc_files
from archivepolicy.archives.warc_index import WarcIndex
from archivepolicy.archives.warc_records import UNREADABLE, Entry, not_replayable, read_memento, revisited
from archivepolicy.errors import ArchiveFileError, NotReplayableError
from archivepolicy.records import Listing
from archivepolicy.urls import index_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.records import Capture, Memento

_INDEX_FOLDER = "warc-index"


class WarcArchive:
    """An archive made of local files.

    Args:
        path: A WARC, ARC or WACZ file, or a folder that holds some, at any depth.
        cache: Where its index is kept; None for the user's cache folder.

    Raises:
        ArchiveFileError: It is not there, holds no such file, or is not one.
    """

    is_local = True

    def __init__(self, path: Path | str, *, cache: Path | None = None) -> None:
        self._root = Path(path)
        files = warc_files(self._root)
        self._index = WarcIndex(self._root, files, (cache or cache_folder()) / _INDEX_FOLDER)

    @property
    def name(self) -> str:
        """The file's or the folder's name."""
        return self._root.name or str(self._root)

    @property
    def key(self) -> str:
        """The same: a store must not depend on where the file lay."""
        return self.name

    def listing(self, url: str) -> Listing:
        """See `Archive.listing`; the first one reads every file that the kept index does not know."""
        found = self._index.of_url(url)
        captures = in_order(entry.capture for entry, _ in found)
        return Listing(url=url, captures=captures, retrieved_at=None, warnings=self._index.warnings())

    def prefix_listing(self, url: str, *, words: Sequence[str], limit: int) -> Listing:
        """See `PrefixArchive.prefix_listing`; asks the kept index as `listing` does."""
        pattern = re.compile(words_pattern(words))
        keys = [key for key in self._index.keys_of_prefix(index_key(url)) if pattern.fullmatch(key)]
        found = (entry.capture for key in keys for entry, _ in self._index.first_of_key(key))
        listing = prefix_rows(found, url, words=words, limit=limit, asked_at=None)
        return replace(listing, warnings=(*self._index.warnings(), *listing.warnings))

    def replay(self, capture: Capture) -> Memento:
        """See `Archive.replay`; reads one record, and for a revisit the one that it refers to."""
        try:
            return self._replay(capture)
        except NotReplayableError:
            # the files may have changed since they were indexed
            if not self._index.refresh():
                raise
        return self._replay(capture)

    def _replay(self, capture: Capture) -> Memento:
        entry, file = self._place(capture)
        own = _read(entry, file)
        if not capture.is_revisit:
            return own
        body = self._body(entry)
        if body is None:
            raise not_replayable(capture, f"{self.name} lacks the record whose body this revisit repeats")
        return revisited(capture, own, _read(*body))

    def _place(self, capture: Capture) -> tuple[Entry, WarcFile]:
        for entry, file in self._index.at(capture.url, capture.timestamp):
            if entry.capture == capture:
                return entry, file
        raise not_replayable(capture, f"{self.name} holds no such record")

    def _body(self, revisit: Entry) -> tuple[Entry, WarcFile] | None:
        """The record whose body a revisit repeats: by URL and date, else by digest."""
        url, timestamp = revisit.refers_to_url, revisit.refers_to_timestamp
        for entry, file in self._index.at(url, timestamp) if url and timestamp else ():
            if entry.capture.url == url and not entry.capture.is_revisit:
                return entry, file
        capture = revisit.capture
        same = self._index.of_digest(capture.digest) if capture.digest else []
        return _last_before(same, capture.timestamp)


def _last_before(entries: Iterable[tuple[Entry, WarcFile]], timestamp: str) -> tuple[Entry, WarcFile] | None:
    """Of entries ascending by time the last at or before a timestamp, else the first; None of none."""
    found = None
    for one in entries:
        if found is not None and one[0].capture.timestamp > timestamp:
            break
        found = one
    return found


def _read(entry: Entry, file: WarcFile) -> Memento:
    """Read the record at its place."""
    try:
        with file.open() as stream:
            stream.seek(entry.offset)
            stored = stream.read(entry.size_bytes)
        return read_memento(entry.capture, stored)
    except OSError as cause:
        raise ArchiveFileError(f"cannot read {file.path}: {cause.strerror or cause}", path=str(file.path)) from cause
    except UNREADABLE as cause:
        raise not_replayable(entry.capture, f"the record in {file.name} cannot be read") from cause
