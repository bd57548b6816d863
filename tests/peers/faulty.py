"""A web server on this machine that answers as a test tells it to, wrongly too, and remembers what it was asked."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Fault = Literal["hang", "reset", "truncated", "reset midway", "stall midway", "drip"]
_DRIP_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked: the path includes the query; header names are as sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Give a header's value, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer.

    Attributes:
        status: The status code.
        headers: Sent as they stand, doubles and blanks included; Content-Length is added when there is none.
        body: The bytes of the body, as they travel.
        fault: `hang` (nothing is sent until the server closes), `reset` (the connection is reset at once), or
            `truncated` (Content-Length promises 1000 bytes more than come before the connection closes), `reset midway`
            and `stall midway` (the head and half of the body come, then the connection is reset, or nothing more comes),
            or `drip` (the body comes byte by byte, fifty a second).
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain; charset=utf-8"),)
    body: bytes = b""
    fault: Fault | None = None


Script = Answer | Fault | Callable[[Request], Answer]


@dataclass(slots=True, kw_only=True)
class FaultyServer:
    """A running server.

    `route("/cdx", Answer(status=503), Answer(body=b"..."))` scripts the answers for paths that begin so, one per
    request; the last is repeated. The longest prefix wins. Paths without a route are answered 404.
    """

    url: str
    requests: list[Request] = field(default_factory=list)
    _routes: dict[str, list[Script]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)

    def route(self, prefix: str, *script: Script) -> None:
        """Set the answers, one after the other, for the paths that begin with the prefix."""
        with self._lock:
            self._routes[prefix] = list(script)

    def clear(self) -> None:
        """Forget the requests so far; the routes stay."""
        with self._lock:
            self.requests.clear()

    def answer(self, request: Request) -> Answer:
        """Note a request down and choose its answer."""
        with self._lock:
            self.requests.append(request)
            fitting = [prefix for prefix in self._routes if request.path.startswith(prefix)]
            if not fitting:
                return Answer(status=404, body=b"no route\n")
            script = self._routes[max(fitting, key=len)]
            step = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(step, str):
            return Answer(fault=step)
        return step(request) if callable(step) else step

    def wait_until_closing(self) -> None:
        """Block until the server closes."""
        self._closing.wait()

    def wait(self, seconds: float) -> bool:
        """Wait a while; whether the server closes."""
        return self._closing.wait(seconds)

    def close(self) -> None:
        """Let go of the clients that were left hanging."""
        self._closing.set()


class _Server(ThreadingHTTPServer):
    faulty: FaultyServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client goes away early."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- named so by the standard library
        """Keep quiet; the requests are recorded."""

    def do_GET(self) -> None:
        faulty = self.server.faulty
        request = Request(method=self.command, path=self.path, headers=tuple(self.headers.items()))
        answer = faulty.answer(request)
        if answer.fault == "hang":
            faulty.wait_until_closing()
            self.close_connection = True
        elif answer.fault == "reset":
            self._reset()
        else:
            self._send(answer)

    do_HEAD = do_POST = do_GET  # noqa: N815 -- named so by the standard library

    def _send(self, answer: Answer) -> None:
        headers = list(answer.headers)
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            missing = 1000 if answer.fault == "truncated" else 0
            headers.append(("Content-Length", str(len(answer.body) + missing)))
        if answer.fault == "truncated":
            headers.append(("Connection", "close"))
            self.close_connection = True
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        body = b"" if self.command == "HEAD" else answer.body
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if answer.fault == "drip":
            self._drip(head, body)
        elif answer.fault in ("reset midway", "stall midway"):
            self.wfile.write(head + body[: len(body) // 2])
            if answer.fault == "stall midway":
                self.server.faulty.wait_until_closing()
            else:
                self.server.faulty.wait(_DRIP_S)  # a reset overtakes what is not read yet
            self._reset()
        else:
            self.wfile.write(head + body)

    def _drip(self, head: bytes, body: bytes) -> None:
        self.wfile.write(head)
        for at in range(len(body)):
            if self.server.faulty.wait(_DRIP_S):
                break
            self.wfile.write(body[at : at + 1])

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@contextmanager
def faulty_server(tls: ssl.SSLContext | None = None) -> Iterator[FaultyServer]:
    """Run a server on a free local port until the block ends; with a certificate, over TLS."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.faulty = FaultyServer(url=f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.faulty
        finally:
            server.faulty.close()
            server.shutdown()
            thread.join()
