"""How exactly the politeness contract is kept: against a server on this machine, with threads and with processes.

    python benchmarks/politeness.py [--seconds 40] [--short]

The server is a process of its own and notes when each request comes. Asked are both kinds at once, at the rates of the Wayback
Machine (0.4 index and 8 replay requests a second). Goals: at least 95 % of the allowed rate; in no window of 10 s or longer
more than its share (rate times length, rounded up, counted between any two requests); and none while a 429 has us wait,
be the time told in seconds, as a date, or not at all (a minute). What the server had not yet refused when a request left is
no offence: requests that come within 0.05 s of the refusal are counted apart.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RATES = {"index": 0.4, "replay": 8.0}
WINDOW_S = 10.0
UNDER_WAY_S = 0.05
TOLD_S = 6
REFUSALS = ("seconds", "date", "nothing")


class Counting(BaseHTTPRequestHandler):
    """Notes each request; after `/refuse/HOW` the next one is answered 429."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    arrivals: list[tuple[float, str, int]] = []  # noqa: RUF012 -- one list for the one server of this process
    refuse = ""
    lock = threading.Lock()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- named so by the standard library
        """Keep quiet."""

    def do_GET(self) -> None:
        """Answer."""
        now, kind = time.time(), self.path.split("/")[1]
        cls, status, headers = type(self), 200, ""
        with cls.lock:
            if kind == "refuse":
                cls.refuse = self.path.split("/")[2]
            elif kind in RATES:
                if cls.refuse:
                    status, headers, cls.refuse = 429, told(cls.refuse, now), ""
                cls.arrivals.append((now, kind, status))
        body = json.dumps(cls.arrivals).encode() if kind == "arrivals" else b"x"
        start = f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.wfile.write(start.encode() + body)


def told(how: str, now: float) -> str:
    """The header that says how long to wait."""
    return {
        "seconds": f"Retry-After: {TOLD_S}\r\n",
        "date": f"Retry-After: {formatdate(now + TOLD_S, usegmt=True)}\r\n",
    }.get(how, "")


class Server(ThreadingHTTPServer):
    """Says nothing when a client that is done goes away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet."""


def serve() -> None:
    """Run the server until its process is ended."""
    with Server(("127.0.0.1", 0), Counting) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


def ask(base: str, threads: int, seconds: float) -> None:
    """Send requests of both kinds, each from as many threads, until the time is over."""
    from archivepolicy.archives.session import Request, Session
    from archivepolicy.errors import ArchivePolicyError

    session = Session(base, max_wait_s=math.inf)
    end = time.monotonic() + seconds

    def work(kind: Request) -> None:
        while time.monotonic() < end:
            with contextlib.suppress(ArchivePolicyError):
                session.get(f"{base}/{kind}/x", kind)

    workers = [threading.Thread(target=work, args=(kind,), daemon=True) for kind in Request for _ in range(threads)]
    for worker in workers:
        worker.start()
    time.sleep(max(end - time.monotonic(), 0))  # who still waits for its slot then is let go


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server process; gives its address."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout  # noqa: S101 -- a pipe was asked for
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def fetched(url: str) -> bytes:
    """What the server says."""
    import requests

    return requests.get(url, timeout=10).content


def measured(
    processes: int, threads: int, seconds: float, refusals: tuple[str, ...] = ()
) -> list[tuple[float, str, int]]:
    """The arrivals while so many processes of so many threads ask."""
    with server() as base, tempfile.TemporaryDirectory() as state:
        rate = ",".join(str(RATES[kind]) for kind in ("index", "replay"))
        environment = {**os.environ, "ARCHIVEPOLICY_RATE": rate, "ARCHIVEPOLICY_STATE": state}
        command = [sys.executable, __file__, "--ask", base, "--threads", str(threads), "--seconds", str(seconds)]
        clients = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(processes)]
        for how in refusals:
            time.sleep(4)
            fetched(f"{base}/refuse/{how}")
            time.sleep(62 if how == "nothing" else TOLD_S + 1)
        for client in clients:
            client.wait()
        return [tuple(arrival) for arrival in json.loads(fetched(f"{base}/arrivals"))]


def rate_row(label: str, arrivals: list[tuple[float, str, int]]) -> bool:
    """Print what was achieved; whether the goals are met."""
    met = True
    for kind, rate in RATES.items():
        times = sorted(at for at, of, _ in arrivals if of == kind)
        achieved = (len(times) - 1) / (times[-1] - times[0]) / rate
        over = worst_window(times, rate)
        met &= achieved >= 0.95 and over <= 0
        print(f"| {label} | {kind} | {len(times)} | {achieved:.1%} | {over:+d} | {min_gap_ms(times):.0f} |", flush=True)
    return met


def worst_window(times: list[float], rate: float) -> int:
    """The most requests above its share that any window of 10 s or longer holds."""
    worst = -len(times)
    for first, start in enumerate(times):
        for last in range(first, len(times)):
            length_s = max(times[last] - start, WINDOW_S)
            worst = max(worst, last - first + 1 - math.ceil(rate * length_s - 1e-9))
    return worst


def min_gap_ms(times: list[float]) -> float:
    """The least time between two requests."""
    return min(later - earlier for earlier, later in itertools.pairwise(times)) * 1000


def pause_rows(label: str, arrivals: list[tuple[float, str, int]]) -> bool:
    """Print what came while we were told to wait; whether it was nothing."""
    met = True
    refused = [at for at, _, status in arrivals if status == 429]
    for how, at in zip(REFUSALS, refused, strict=True):
        length_s = {"seconds": TOLD_S, "date": math.floor(at + TOLD_S) - at, "nothing": 60}[how]
        inside = [when - at for when, _, _ in arrivals if 0 < when - at < length_s]
        under_way = sum(late_s <= UNDER_WAY_S for late_s in inside)
        resumed_s = min((when - at for when, _, _ in arrivals if when - at >= length_s), default=math.nan)
        met &= len(inside) == under_way and not math.isnan(resumed_s)
        print(
            f"| {label} | {how} | {length_s:.1f} | {len(inside) - under_way} | {under_way} | {resumed_s:.2f} |",
            flush=True,
        )
    return met


def main() -> int:
    """Measure and print; exit code 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=40.0, help="how long each rate is measured")
    parser.add_argument("--short", action="store_true", help="leave out the pauses (a minute and a half each)")
    given = parser.parse_args()
    if given.serve:
        serve()
    elif given.ask:
        ask(given.ask, given.threads, given.seconds)
    else:
        return measure(given.seconds, short=given.short)
    return 0


def measure(seconds: float, *, short: bool) -> int:
    """Print both tables."""
    met = True
    print("| | kind | requests | of the allowed rate | worst window | least gap, ms |\n|---|---|---|---|---|---|")
    for processes, threads in ((1, 1), (1, 4), (1, 16), (2, 4)):
        label = f"{processes} process{'es' if processes > 1 else ''}, {threads} thread{'s' if threads > 1 else ''}"
        met &= rate_row(label, measured(processes, threads, seconds))
    if not short:
        print("\n| | time told as | s | sent inside | under way | first after, s |\n|---|---|---|---|---|---|")
        for processes, threads in ((1, 16), (2, 4)):
            label = f"{processes} process{'es' if processes > 1 else ''}, {threads} threads"
            met &= pause_rows(label, measured(processes, threads, 2 * (4 + TOLD_S + 1) + 4 + 62 + 3, REFUSALS))
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
