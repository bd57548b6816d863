"""Digests of payloads: SHA-1 as archives write it, SHA-256 as evidence.

An index's digest is the base32 SHA-1 of the body as the archive stored it (WARC 1.1 §5.8, CDX field `k`). Some write
`sha1:` before it, some hexadecimal; here it is always 32 base32 letters.
"""

from __future__ import annotations

import base64
import hashlib
import re

_HEX_SHA1 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)


def sha1_base32(payload: bytes) -> str:
    """SHA-1 of bytes as 32 base32 letters, the form of an index's digest.

    >>> sha1_base32(b"")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode("ascii")


def sha256_hex(payload: bytes) -> str:
    """SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(payload).hexdigest()


def normalise_digest(digest: str | None) -> str | None:
    """Bring an archive's digest to bare base32; None where there is none (`-` or empty).

    >>> normalise_digest("sha1:3i42h3s6nnfq2msvx7xzkyayscx5qbyj")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    if not digest or digest == "-":
        return None
    algorithm, colon, value = digest.rpartition(":")
    if colon and algorithm.lower() != "sha1":
        return digest
    if _HEX_SHA1.fullmatch(value):
        return base64.b32encode(bytes.fromhex(value)).decode("ascii")
    return value.upper()
