"""Identical pages are extracted once: the documents of the last pages, by their bytes.

The same bytes from the same URL give the same document whatever the date. From another URL they do where the document cannot
depend on the URL, which shows in three places alone: addresses that are joined to it, a title made of the host's name, and a
heading that is not taken for the title because it is the host's name. Where any of these may be so, the page is read again.
"""

from __future__ import annotations

import hashlib
import html
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archivepolicy.records.document import TitleSource
from archivepolicy.records.section import WHOLE_PAGE
from archivepolicy.urls import domain_name, host_of

if TYPE_CHECKING:
    from archivepolicy.extraction.extract import Extractor
    from archivepolicy.records import Document
    from archivepolicy.records.section import Section

_KEPT = 256
_KEPT_CHARS = 64_000_000  # of all documents together
_TAGS = re.compile(rb"<!--.*?-->|<[^>]*>", re.DOTALL)
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Kept:
    url: str | None
    document: Document


class Reuse:
    """An extractor that remembers; called in any thread.

    Args:
        extractor: Who extracts what is not remembered.
        kept: How many pages are remembered.
    """

    def __init__(self, extractor: Extractor, kept: int = _KEPT) -> None:
        self._extractor = extractor
        self._limit = kept
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, str | None, str], _Kept] = OrderedDict()
        self._chars = 0
        self.reused = 0

    def extract(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        """As `extraction.extract`. Errors are not remembered."""
        key = (hashlib.sha256(payload).hexdigest(), content_type, section.identity)
        with self._lock:
            known = self._pages.get(key)
            if known is not None:
                self._pages.move_to_end(key)
        if known is not None and (known.url == url or is_free_of_url(payload, known.document, known.url, url)):
            self.reused += 1
            return known.document
        document = self._extractor(payload, url=url, content_type=content_type, section=section)
        self._keep(key, _Kept(url, document))
        return document

    def _keep(self, key: tuple[str, str | None, str], page: _Kept) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._chars += _chars(page) - (_chars(old) if old else 0)
            self._pages[key] = page
            while len(self._pages) > self._limit or self._chars > _KEPT_CHARS:
                _, gone = self._pages.popitem(last=False)
                self._chars -= _chars(gone)


def _chars(page: _Kept) -> int:
    document = page.document
    return len(document.markdown) + sum(len(one.text) for one in document.removed) + 1000


def is_free_of_url(payload: bytes, document: Document, own: str | None, other: str | None) -> bool:
    """Whether a page's document would be the same from another URL.

    Args:
        payload: The page.
        document: What was made of it.
        own: The URL that it was made with.
        other: The URL in question.
    """
    if own is None or other is None or urlsplit(own).scheme != urlsplit(other).scheme:
        return False
    if document.title_source is TitleSource.NONE:
        return False
    host = host_of(own)
    # an address that was joined to the URL lies on its host; in the text stand those of images, too
    if any(host_of(link.url) == host for link in document.links) or host in document.markdown:
        return False
    if b"\0" in payload:  # UTF-16: what follows reads ASCII
        return False
    letters = _letters(html.unescape(_TAGS.sub(b"", payload).decode("utf-8", "replace")))
    return not any(name in letters for url in (own, other) for name in _names(url))


def _names(url: str) -> tuple[str, str]:
    """How a heading would read that is the host's name, as `extraction.title` compares it."""
    host = domain_name(url).casefold().removeprefix("www.")
    return _letters(host), _letters(host.rpartition(".")[0] or host)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
