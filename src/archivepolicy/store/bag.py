"""Bag: files in the layout of BagIt 1.0 (RFC 8493), packed as one zip file whose bytes depend on the files alone.

In: the payload's files and what is said of them. Out: the bytes of a zip file with one folder in it: `bagit.txt`,
`bag-info.txt`, `manifest-sha256.txt`, `tagmanifest-sha256.txt` and `data/`. Nothing is compressed once more (evidence is
already) and no time of today is in it. A `Bagging-Date` is left out for that reason; it is optional (§2.2.2).
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from archivepolicy.digests import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say
_PLAIN_FILE = 0o100644 << 16
_MADE_ON_UNIX = 3
# §2.1.3 wants `%` and line ends in a manifest encoded, and readers disagree on how: no such name is used
_UNSAFE = re.compile(r"[^\w./=+,@~-]")


def bag_name(text: str) -> str:
    """A name for a bag, or for a file in one, that every manifest can hold.

    >>> bag_name("www.a.example%3A80-2013.warc.gz")
    'www.a.example_3A80-2013.warc.gz'
    """
    return _UNSAFE.sub("_", text)


def packed_bag(name: str, payload: Mapping[str, bytes], info: Mapping[str, str]) -> bytes:
    """Pack files as a bag.

    Args:
        name: The folder in the zip file.
        payload: Content by path below `data/`, `/` between the parts.
        info: What `bag-info.txt` says, in its order; `Payload-Oxum` is added.
    """
    files = {f"data/{path}": payload[path] for path in sorted(payload)}
    oxum = f"{sum(map(len, files.values()))}.{len(files)}"
    labels = {**info, "Payload-Oxum": oxum}
    tags = {
        "bagit.txt": _DECLARATION.encode(),
        "bag-info.txt": "".join(f"{label}: {' '.join(said.split())}\n" for label, said in labels.items()).encode(),
        "manifest-sha256.txt": _manifest(files),
    }
    everything = {**tags, "tagmanifest-sha256.txt": _manifest(tags), **files}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in everything.items():
            entry = zipfile.ZipInfo(f"{name}/{path}", date_time=_FIRST_ZIP_DAY)
            entry.external_attr, entry.create_system = _PLAIN_FILE, _MADE_ON_UNIX
            archive.writestr(entry, content)
    return buffer.getvalue()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256_hex(content)}  {path}\n" for path, content in sorted(files.items())).encode()
