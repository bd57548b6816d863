"""Names of a store's files: readable, safe on every file system, unable to climb out of the store.

In: an original URL, a timestamp, a digest. Out: a relative path with `/` between its parts. A part keeps letters, digits
and `-._~=+,@` as they are; everything else is percent-encoded as UTF-8, so that the name can be read back by eye.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, urlsplit

from archivepolicy.urls import domain_name

# what Windows, macOS and Linux all take in a name, besides letters and digits
_SAFE = "-._~=+,@"
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)  # Windows device names
_PRODUCT_LIKE = re.compile(r"(\d{14}(?:-[0-9a-f]+)?(?:\.x\w+)?)\.(md|json)")
_MAX_PART_CHARS = 120  # file systems take 255 bytes; a name with its encoding stays far below
_HASH_CHARS = 8


def snapshot_folder(url: str) -> str:
    """The folder of a URL's products: host, then the path's parts, a query joined to the last.

    >>> snapshot_folder("http://www.monovm.com/privacy.php")
    'www.monovm.com/privacy.php'
    >>> snapshot_folder("https://a.example/../x/?p=1")
    'a.example/%2E%2E/x/%3Fp=1'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    names = [name for name in parts.path.split("/") if name]
    if parts.query:
        if parts.path.endswith("/") or not names:
            names.append(f"?{parts.query}")
        else:
            names[-1] += f"?{parts.query}"
    return "/".join(_safe(name) for name in (host + port, *names))


def snapshot_name(timestamp: str, twin: str | None = None) -> str:
    """The name of a product without its ending; `twin` tells a second capture of the same folder and second apart."""
    return timestamp if twin is None else f"{timestamp}-{short_hash(twin)}"


def again_name(name: str, extractor_version: str) -> str:
    """The name, beside a product's, of the one that a later extractor made of the same capture.

    >>> again_name("20130608222501", "3")
    '20130608222501.x3'
    """
    return f"{name}.x{extractor_version}"


def product_name(file_name: str) -> str | None:
    """A product's name without its ending, of its `.md` or its `.json`; None for any other file."""
    match = _PRODUCT_LIKE.fullmatch(file_name)
    return match[1] if match else None


def evidence_name(archive_key: str, url: str, timestamp: str, digest: str | None) -> str:
    """The name of the WARC file that holds one memento."""
    identity = short_hash(f"{archive_key} {url} {timestamp} {digest}")
    return f"{_safe(urlsplit(url).hostname or 'unknown')}-{timestamp}-{identity}.warc.gz"


def listing_name(archive_key: str, index_key: str, url: str) -> str:
    """The name of the file that holds an archive's listing of one URL (all its http, https and `www` forms)."""
    return f"{_safe(domain_name(url) or 'unknown')}-{short_hash(f'{archive_key} {index_key}')}.json"


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that tell two texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]


def _safe(part: str) -> str:
    """One part of a path, encoded."""
    # a `%` that already encodes something stays, or every encoded URL would read twice as badly
    name = quote(part, safe=_SAFE + "%", errors="surrogatepass")
    if name.startswith(".") or _RESERVED.match(name) or _PRODUCT_LIKE.fullmatch(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name.startswith("%2E."):  # `..` and the like: no dot stays at the front
        name = "%2E%2E" + name[4:]
    if name.endswith((".", " ")):  # Windows drops them silently
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    if len(name) > _MAX_PART_CHARS:
        name = f"{name[: _MAX_PART_CHARS - _HASH_CHARS - 1]}~{short_hash(part)}"
    return name
