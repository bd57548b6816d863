"""An archive in memory, made of a few pages, that counts what is asked of it."""

import threading
from dataclasses import dataclass, field

from archivepolicy.digests import sha1_base32
from archivepolicy.errors import NotReplayableError
from archivepolicy.records import Capture, Listing, Memento
from archivepolicy.urls import index_key

URL = "http://www.quillmark.example/privacy.html"
PARAGRAPHS = (
    "Quillmark binds books to order, and keeps what you tell it only for as long as the binding takes.",
    "We ask for your name, your address and the size of the book, because we cannot bind or send it without them.",
    "Our carrier is told where you live. Nobody else is told anything, unless a court orders us to.",
    "You may ask at any time what we know of you, and we will write it down for you within thirty days.",
)


def page(*paragraphs: str, head: str = "") -> bytes:
    """A policy's page: its heading and paragraphs."""
    text = "".join(f"<p>{one}</p>\n" for one in paragraphs or PARAGRAPHS)
    return (
        f"<html><head><title>Privacy</title>{head}</head><body><h1>Privacy Policy</h1>\n{text}</body></html>".encode()
    )


@dataclass(kw_only=True)
class Made:
    """One capture to be made."""

    timestamp: str
    body: bytes = b""
    status: int = 200
    location: str | None = None
    url: str = URL
    revisits: bool = False
    broken: bool = False

    @property
    def capture(self) -> Capture:
        return Capture(
            url=self.url,
            timestamp=self.timestamp,
            status=None if self.revisits else self.status,
            mime_type="warc/revisit" if self.revisits else "text/html",
            digest=sha1_base32(self.body),
            length=len(self.body),
            is_revisit=self.revisits,
            archive="made.example",
        )


@dataclass
class MadeArchive:
    """Holds the captures that it is given; `replayed` and `listed` say what it was asked for."""

    made: list[Made]
    replayed: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    name: str = "made.example"
    key: str = "http://made.example/web"
    is_local: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def listing(self, url: str) -> Listing:
        self.listed.append(url)
        rows = [one.capture for one in self.made if index_key(one.url) == index_key(url)]
        rows.sort(key=lambda one: one.timestamp)
        return Listing(url=url, captures=tuple(rows), retrieved_at="20250101000000")

    def replay(self, capture: Capture) -> Memento:
        with self.lock:
            self.replayed.append(capture.timestamp)
        one = next(one for one in self.made if one.capture == capture)
        if one.broken:
            raise NotReplayableError("the replay gives nothing", url=capture.url, timestamp=capture.timestamp)
        return Memento(
            capture=capture,
            timestamp=capture.timestamp,
            memento_url=f"{self.key}/{capture.timestamp}id_/{capture.url}",
            status=one.status,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            payload=one.body,
            stored_payload=one.body,
            digest_verdict="match",
            location=one.location,
            retrieved_at="20250101000000",
        )
