"""Which frame of a frameset holds the text.

In: the bytes of a page. Out: the original URL of its content frame, or None where it is no frameset. The frame that its
author named `main`, `content` or `body`; else the largest by the frameset's own rows and columns. Nothing is fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.codings import decoded_body
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.inserts import is_replayed, without_inserts
from archivepolicy.extraction.links import link_base, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAME = re.compile(rb"<frame\s", re.IGNORECASE)
_NAMES = frozenset({"main", "content", "body"})
_LENGTH = re.compile(r"\s*(\d*\.?\d*)\s*([*%]?)")
_WINDOW_PIXELS = 1000.0  # what a length in pixels is a share of
_MAX_DEPTH = 20


def content_frame(payload: bytes, *, url: str | None = None, content_type: str | None = None) -> str | None:
    """The address of the frame that holds a frameset's text.

    Args:
        payload: The body as archived.
        url: The page's original URL.
        content_type: The HTTP header's value, or None.

    Returns:
        An absolute original URL; None where the page has no frames, or where they lead to no web address.
    """
    body, _ = decoded_body(payload, None)
    if b"<frame" not in body[:200_000].replace(b"\0", b"").lower():  # the second: UTF-16
        return None
    source, inserts = without_inserts(decoded_text(body, content_type).utf8)
    if not _FRAME.search(source):
        return None
    try:
        root = etree.fromstring(source, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return None
    outer = next(root.iter("frameset"), None) if root is not None else None
    if outer is None:
        return None
    base_href = next((base.get("href") for base in root.iter("base") if base.get("href")), None)
    base = link_base(url, base_href, is_replayed=bool(inserts) or is_replayed(source, root))
    sized = [(share, frame) for share, frame in _frames(outer, 1.0, 0) if (frame.get("src") or "").strip()]
    # the first of equally good ones
    best = max(sized, key=lambda one: (_is_named(one[1]), one[0]), default=None)
    target = target_of(best[1].get("src") or "", base) if best else None
    return target if target and target.lower().startswith(("http://", "https://")) else None


def _is_named(frame: etree._Element) -> bool:
    return any((frame.get(key) or "").strip().casefold() in _NAMES for key in ("name", "id"))


def _frames(frameset: etree._Element, share: float, depth: int) -> Iterator[tuple[float, etree._Element]]:
    """The frames of a frameset and of those inside it, each with its share of the window."""
    rows, columns = _shares(frameset.get("rows")), _shares(frameset.get("cols"))
    cells = [row * column for row in rows for column in columns]
    inner = [element for element in frameset if element.tag in ("frame", "frameset")]
    for at, element in enumerate(inner):
        own = share * (cells[at] if at < len(cells) else 0.0)
        if element.tag == "frame":
            yield own, element
        elif depth < _MAX_DEPTH:
            yield from _frames(element, own, depth + 1)


def _shares(lengths: str | None) -> list[float]:
    """A list of lengths (`150,20%,*`) as shares of a window; stars share what the others leave (HTML 4.01 §6.6)."""
    fixed: list[float] = []
    stars: list[float] = []
    for length in (lengths or "*").split(",")[:100]:
        match = _LENGTH.match(length)
        number, unit = (match[1], match[2]) if match else ("", "*")
        value = float(number) if number not in ("", ".") else 1.0 if unit == "*" else 0.0
        fixed.append(0.0 if unit == "*" else value / (100.0 if unit == "%" else _WINDOW_PIXELS))
        stars.append(value if unit == "*" else 0.0)
    left = max(0.0, 1.0 - sum(fixed)) / (sum(stars) or 1.0)
    return [length + star * left for length, star in zip(fixed, stars, strict=True)]
