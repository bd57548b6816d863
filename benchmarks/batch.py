"""What a run over many sites costs: memory, the archive's rate, cores.

    python benchmarks/batch.py memory           resident memory at 1,000 and 100,000 items, against a simulated archive
    python benchmarks/batch.py rate             share of a set limit that is used, against a local server
    python benchmarks/batch.py cores FOLDER     offline: wall and processor time of one process and of two workers

Each run is a process of its own. `cores` takes a folder of WARC files; without one it writes 2,000 captures of made pages.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from archivepolicy.batches.batch import batch
from archivepolicy.digests import sha1_base32
from archivepolicy.records import Capture, Listing, Memento
from archivepolicy.records.batch import Outcome
from archivepolicy.urls import host_of
from peers.crowd import policy_page, running_crowd, url_of

if TYPE_CHECKING:
    from collections.abc import Callable

PARAGRAPH = "<p>We keep {0} for {1} days, unless the law of our country asks us to keep it for longer than that. </p>"


def page(number: int, paragraphs: int) -> bytes:
    """A made policy page of a usual form: navigation, headings, lists, footer."""
    rows = "".join(
        f"<h2>{at}. Part {at} of {number}</h2>"
        + PARAGRAPH.format(f"<b>record {at}</b>", at * 7 + number % 90)
        + f'<ul><li>item {at}</li><li>a <a href="/p/{at}">link</a> of {number}</li></ul>'
        for at in range(paragraphs)
    )
    links = "".join(f'<li><a href="/n/{at}">Page {at}</a></li>' for at in range(40))
    return (
        f"<html><head><title>Privacy Policy</title></head><body><nav><ul>{links}</ul></nav>"
        f"<div id=main><h1>Privacy Policy</h1>{rows}</div><footer>Copyright</footer></body></html>"
    ).encode()


class Simulated:
    """An archive that makes up what it holds."""

    is_local = False
    name, key = "simulated.example", "http://simulated.example/web"

    def listing(self, url: str) -> Listing:
        """One capture of each URL."""
        capture = Capture(
            url=url,
            timestamp="20140601120000",
            status=200,
            mime_type="text/html",
            digest=sha1_base32(self._payload(url)),
            length=1000,
            archive=self.name,
        )
        return Listing(url=url, captures=(capture,), retrieved_at="20260101000000")

    def replay(self, capture: Capture) -> Memento:
        """Its page."""
        payload = self._payload(capture.url)
        return Memento(
            capture=capture,
            timestamp=capture.timestamp,
            memento_url=f"{self.key}/{capture.timestamp}id_/{capture.url}",
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            payload=payload,
            stored_payload=payload,
            digest_verdict="match",
            location=None,
            retrieved_at="20260101000000",
        )

    def _payload(self, url: str) -> bytes:
        return policy_page(int(host_of(url).split(".")[1].removeprefix("site")), 2014)


def memory_of(count: int, share_missing: float) -> None:
    """One run of so many items, most of which the archive does not hold; prints its own peak."""

    class Mostly(Simulated):
        def listing(self, url: str) -> Listing:
            number = int(host_of(url).split(".")[1].removeprefix("site"))
            if number % 100 < share_missing * 100:
                return Listing(url=url, captures=(), retrieved_at="20260101000000")
            return super().listing(url)

    # a listing of an archive that is_local is not kept: 100,000 synced files say nothing about memory
    Mostly.is_local = True
    with tempfile.TemporaryDirectory() as store:
        start = time.monotonic()
        summary = batch(
            (url_of(number) for number in range(count)),
            as_of=["2014"],
            archive=Mostly(),
            store=store,
            workers=0,
            now=lambda: "20260101000000",
        )
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told = {
            "items": count,
            "done": summary.tally.counts[Outcome.DONE],
            "seconds": round(time.monotonic() - start, 1),
            "peak_rss_mib": round(kib / 1024, 1),
        }
        print(json.dumps(told))


def memory() -> None:
    """Peaks at 1,000 and 100,000 items; 1,000 of each are held, so that both runs extract as much."""
    for count, missing in ((1_000, 0.0), (100_000, 0.99)):
        subprocess.run([sys.executable, __file__, "_memory", str(count), str(missing)], check=True)


def rate(limit_per_s: float = 20.0, count: int = 400) -> None:
    """Requests a second that the server sees in the steady part of a run, as a share of the limit."""
    os.environ["ARCHIVEPOLICY_RATE"] = str(limit_per_s)
    with running_crowd() as crowd, tempfile.TemporaryDirectory() as folder:
        os.environ["ARCHIVEPOLICY_STATE"] = folder
        crowd.page = lambda number, _year: page(number, 120)
        times: list[float] = []
        lock = threading.Lock()

        def note(path: str) -> None:
            if "id_/" in path:
                with lock:
                    times.append(time.monotonic())

        crowd.on_request = note
        rows = [url_of(number) for number in range(count) if number % 10 != 9]
        batch(rows, as_of=["2014"], archive=crowd.archive, store=f"{folder}/s")
    steady = sorted(times)[10:-10]
    found = (len(steady) - 1) / (steady[-1] - steady[0])
    print(
        json.dumps(
            {"limit_per_s": limit_per_s, "replays_per_s": round(found, 2), "share": round(found / limit_per_s, 3)}
        )
    )


def make_warcs(folder: Path, count: int) -> None:
    """Captures of made pages in four files."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    for part in range(4):
        with (folder / f"part-{part}.warc.gz").open("wb") as stream:
            writer = WARCWriter(stream, gzip=True)
            for number in range(part, count, 4):
                http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
                record = writer.create_warc_record(
                    url_of(number),
                    "response",
                    payload=BytesIO(page(number, 150)),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": "2014-06-01T12:00:00Z"},
                )
                writer.write_record(record)


def cores_of(folder: str, sites: str, workers: int) -> None:
    """One offline run, without workers held to one core; prints wall and processor seconds."""
    if not workers:
        os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as store:
        start, before = time.monotonic(), os.times()
        summary = batch(sites, as_of=["2014"], archive=folder, store=store, workers=workers)
        wall, after = time.monotonic() - start, os.times()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.user + after.system - before.user - before.system
    told = {
        "workers": workers,
        "done": summary.tally.counts[Outcome.DONE],
        "wall_s": round(wall, 1),
        "own_cpu_s": round(own, 1),
        "workers_cpu_s": round(children.ru_utime + children.ru_stime, 1),
    }
    print(json.dumps(told), flush=True)


def cores(folder: str | None, count: int = 1000) -> None:
    """One core (one process held to it) against two."""
    with tempfile.TemporaryDirectory() as made:
        warcs = Path(folder) if folder else Path(made) / "warcs"
        if not folder:
            warcs.mkdir()
            make_warcs(warcs, count)
        sites = Path(made) / "sites.txt"
        sites.write_text("".join(f"{url_of(number)}\n" for number in range(count)), encoding="utf-8")
        environment = {**os.environ, "XDG_CACHE_HOME": made}
        call = [sys.executable, __file__, "_cores", str(warcs), str(sites)]
        subprocess.run([*call, "0"], check=True, env=environment, stdout=subprocess.DEVNULL)  # the index is made once
        for workers in ("0", "2", "0", "2"):
            subprocess.run([*call, workers], check=True, env=environment)


COMMANDS: dict[str, Callable[..., None]] = {
    "memory": memory,
    "rate": rate,
    "cores": lambda folder=None: cores(folder),
    "_memory": lambda count, missing: memory_of(int(count), float(missing)),
    "_cores": lambda folder, sites, workers: cores_of(folder, sites, int(workers)),
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
