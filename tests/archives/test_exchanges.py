"""Every recorded exchange with the Wayback Machine, answered again: what was a capture is one, and nothing else is."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from archivepolicy.archives.session import Session
from archivepolicy.archives.wayback import WaybackArchive
from archivepolicy.errors import ExcludedError, NotReplayableError
from archivepolicy.records import Capture
from archivepolicy.timestamps import from_datetime
from archivepolicy.urls import host_of
from peers.clock import Clock
from peers.exchanges import INDEX_PATH, read_cassette, replayed
from peers.faulty import Answer, FaultyServer

RAW = re.compile(r"/web/(\d{14})id_/(https?://.+)")
pytestmark = pytest.mark.corpus


def archive(server: FaultyServer) -> WaybackArchive:
    clock = Clock()
    session = Session(server.url, sleep=clock.sleep, now=clock.now)
    return WaybackArchive(server.url, session=session, now=lambda: "20261123000000")


def header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name and value), None)


def body(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if answer.body.startswith(b"\x1f\x8b") else answer.body


def place(url: str) -> tuple[str, str]:
    return url.partition(":")[0], host_of(url)


def cassettes(corpus: Path) -> Iterator[tuple[Path, list[tuple[str, Answer]]]]:
    for cassette in sorted((corpus / "exchanges").glob("*.yaml")):
        yield cassette, read_cassette(cassette)


def test_every_raw_playback(corpus: Path) -> None:
    mementos = others = 0
    for cassette, exchanges in cassettes(corpus):
        raw = {path: answer for path, answer in reversed(exchanges) if RAW.fullmatch(path)}  # the first answer of each
        with replayed(cassette) as server:
            for path, answer in raw.items():
                timestamp, url = RAW.fullmatch(path).groups()  # type: ignore[union-attr]
                capture = Capture(url=url, timestamp=timestamp, status=None, archive="x")
                captured = header(answer, "memento-datetime")
                if captured is None:
                    with pytest.raises((NotReplayableError, ExcludedError)):
                        archive(server).replay(capture)
                    others += 1
                    continue
                original = re.search(r'<([^>]+)>; rel="original"', header(answer, "link") or "")
                if original and place(original[1]) != place(url):  # no row of the index would name this URL
                    with pytest.raises(NotReplayableError, match="of the same second"):
                        archive(server).replay(capture)
                    others += 1
                    continue
                memento = archive(server).replay(capture)
                assert memento.status == answer.status
                assert memento.payload == body(answer)
                assert memento.timestamp == timestamp
                assert bool(memento.location) == (300 <= answer.status < 400)
                mementos += 1
    assert (mementos > 15, others > 10) == (True, True), (mementos, others)


def test_every_index_answer(corpus: Path) -> None:
    rows_read = 0
    for cassette, exchanges in cassettes(corpus):
        asked = [(path, answer) for path, answer in exchanges if path.startswith(INDEX_PATH) and answer.status == 200]
        if not asked or "with_filter" in cassette.name:  # those ask for all pages of a site, which no listing does
            continue
        expected: set[str] = set()
        for _, answer in asked:
            lines = body(answer).decode().rstrip("\n").split("\n")
            is_last = len(lines) < 3 or lines[-2].strip()
            expected.update(lines if is_last else lines[:-2])
            if is_last:
                break
        url = parse_qs(asked[0][0].partition("?")[2])["url"][0]
        with replayed(cassette) as server:
            listing = archive(server).listing(url)
        assert len(listing.captures) == len({tuple(line.split(" ")[1:]) for line in expected if line})
        assert listing.warnings == ()
        assert [one.timestamp for one in listing.captures] == sorted(line.split(" ")[1] for line in expected if line)
        assert all(from_datetime(one.datetime) == one.timestamp for one in listing.captures)
        rows_read += len(listing.captures)
    assert rows_read > 1000, rows_read
