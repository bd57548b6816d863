"""Products and their provenance as one zip file, in the folders of the store, with a manifest and a list of digests in it.

The bytes depend on the products alone (and on the release of zlib): entries have the first time that the format knows, and
stand in the order in which they come. Only the two lists at its end wait, in a temporary file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any

from archivepolicy.digests import sha256_hex
from archivepolicy.rendering.datasets.columns import SCHEMA_VERSION
from archivepolicy.rendering.datasets.staging import KIND, MANIFEST, SUMS
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archivepolicy.records.snapshot import Snapshot

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_MADE_ON_UNIX = 3
_KEPT_IN_MEMORY_BYTES = 4_000_000


class TreeWriter:
    """Packs products as they come.

    Args:
        file: The zip file, which is not there yet.
    """

    def __init__(self, file: Path) -> None:
        with ExitStack() as stack:
            self._entries = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES))
            self._sums = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES))
            self._zip = stack.enter_context(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED))
            self._open = stack.pop_all()
        self.products = 0

    def add(self, snapshot: Snapshot, provenance: bytes) -> None:
        """Pack a product.

        Args:
            snapshot: As the store keeps it.
            provenance: The `.json` beside it, as it stands.
        """
        path = str(snapshot.path)
        product, beside = snapshot.markdown.encode(), f"{path.removesuffix('.md')}.json"
        entry = {
            "file": path,
            "url": snapshot.capture.url,
            "captured_at": iso_time(snapshot.capture.timestamp),
            "bytes": len(product),
            "sha256": self._pack(path, product),
            "provenance": beside,
            "provenance_sha256": self._pack(beside, provenance),
        }
        self._entries.write((",\n  " if self.products else "\n  ").encode())
        self._entries.write(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace"))
        self.products += 1

    def finish(self, about: Mapping[str, Any]) -> None:
        """Pack manifest and digests; the file is whole when it is closed then."""
        head = json.dumps({"schema_version": SCHEMA_VERSION, "kind": f"{KIND}: products", **about}, ensure_ascii=False)
        with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES) as manifest:
            manifest.write(head[:-1].encode("utf-8", "replace") + b', "products": [')
            self._entries.seek(0)
            shutil.copyfileobj(self._entries, manifest)
            manifest.write(b"\n]}\n")
            manifest.seek(0)
            digest = hashlib.file_digest(manifest, "sha256").hexdigest()
            self._sums.write(f"{digest}  {MANIFEST}\n".encode())
            self._copy(MANIFEST, manifest)
        self._copy(SUMS, self._sums)

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def _pack(self, name: str, content: bytes) -> str:
        self._zip.writestr(_entry(name), content)
        digest = sha256_hex(content)
        self._sums.write(f"{digest}  {name}\n".encode())
        return digest

    def _copy(self, name: str, source: IO[bytes]) -> None:
        source.seek(0)
        with self._zip.open(_entry(name), "w", force_zip64=True) as stream:
            shutil.copyfileobj(source, stream)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_FIRST_TIME)
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _PLAIN_FILE, _MADE_ON_UNIX
    return entry
