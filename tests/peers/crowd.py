"""An archive of a crowd of small sites on this machine, in the Wayback Machine's dialect; it remembers what it was asked.

Site N is `siteN.example`, with one policy page and some captures. Everything follows from the numbers, so that nothing is
held for a site that nobody asks for.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from archivepolicy.digests import sha1_base32

YEARS = (2012, 2014, 2016)
_REPLAY = re.compile(r"/web/(\d{14})id_/(.*)")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?site(\d+)\.example(?::80)?(/[^?]*)?.*")


def url_of(number: int) -> str:
    """The policy of a site."""
    return f"http://www.site{number}.example/privacy.html"


def timestamp_of(year: int) -> str:
    """When each site was captured in a year."""
    return f"{year}0601120000"


def policy_page(number: int, year: int) -> bytes:
    """A site's policy in a year."""
    paragraphs = "".join(
        f"<p>Workshop {number} keeps what you tell it for {days} days, since the law of {year} asks for no more.</p>"
        for days in range(10, 60, 10)
    )
    return (
        f"<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1>{paragraphs}"
        f"<p>Last updated: 1 May {year}</p></body></html>"
    ).encode()


def parked_page(_number: int, _year: int) -> bytes:
    """The same page on every site."""
    return (
        b"<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1>"
        + b"<p>We keep what you tell us for as long as the law asks for it, and give it to nobody else at all.</p>" * 6
        + b"</body></html>"
    )


@dataclass(slots=True)
class Crowd:
    """A running archive.

    Attributes:
        url: Its address.
        requests: The paths that were asked for, in order.
        page: Gives the page of a site and year.
        broken: Whether it answers 503 to everything.
        on_request: Is called with each path before it is answered.
    """

    url: str
    requests: list[str] = field(default_factory=list)
    page: Callable[[int, int], bytes] = policy_page
    years: tuple[int, ...] = YEARS
    broken: bool = False
    on_request: Callable[[str], None] = lambda _path: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def archive(self) -> str:
        """Its name."""
        return f"wayback:{self.url}"

    def index(self, url: str) -> bytes:
        """What the index says of a URL; sites with a number that ends in 9 have no captures."""
        match = _SITE.fullmatch(unquote(url))
        if match is None or match[2] != "/privacy.html" or match[1].endswith("9"):
            return b""
        number = int(match[1])
        rows = []
        for year in self.years:
            digest = sha1_base32(self.page(number, year))
            key = f"example,site{number})/privacy.html"
            rows.append(f"{key} {timestamp_of(year)} {url_of(number)} text/html 200 {digest} 1000\n")
        return "".join(rows).encode()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a path."""
        with self.lock:
            self.requests.append(path)
        self.on_request(path)
        if self.broken:
            return 503, {}, b"down\n"
        parts = urlsplit(path)
        if parts.path == "/cdx/search/cdx":
            return 200, {"Content-Type": "text/plain"}, self.index(parse_qs(parts.query)["url"][0])
        if match := _REPLAY.fullmatch(path):
            site = _SITE.fullmatch(unquote(match[2]))
            if site and int(match[1][:4]) in self.years:
                moment = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
                headers = {
                    "Content-Type": "text/html; charset=utf-8",
                    "Memento-Datetime": format_datetime(moment, usegmt=True),
                    "Link": f'<{url_of(int(site[1]))}>; rel="original"',
                }
                return 200, headers, self.page(int(site[1]), int(match[1][:4]))
        return 404, {"Content-Type": "text/html"}, b"<html><body>not archived</body></html>"


@contextmanager
def running_crowd() -> Iterator[Crowd]:
    """Start one; it ends with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, headers, body = crowd.answer(self.path)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the client was killed
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:  # a client that is killed breaks off
            pass

    server = Server(("127.0.0.1", 0), Handler)
    crowd = Crowd(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield crowd
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
