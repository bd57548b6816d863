"""Recorded exchanges with web.archive.org, answered again from disk by a server on this machine.

The cassettes (VCR format, YAML) lie in the corpus, `exchanges/`. Bodies go out byte for byte as they were recorded,
still compressed where they were, and so do headers: blank and doubled ones included. What differs: the host in Location
headers is this server (else a client would leave it), and a body is sent whole instead of in chunks.

A client asks in its own words, so index requests are matched by the `url` they ask for alone (with or without scheme,
`www.` and last slash), in the order of recording; all others by path and query, quoted or not. A request that is made
more often than it was recorded gets the last answer again.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import yaml

from peers.faulty import Answer, FaultyServer, Request, faulty_server

RECORDED_HOSTS = ("https://web.archive.org", "http://web.archive.org")
INDEX_PATH = "/cdx/search/cdx"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@contextmanager
def replayed(cassette: Path) -> Iterator[FaultyServer]:
    """Serve the exchanges of a cassette until the block ends; `wayback:URL` of the server addresses it.

    A request that is not in the cassette is answered 599: no archive says that.
    """
    exchanges = read_cassette(cassette)
    with faulty_server() as server:
        queues: dict[str, list[Answer]] = {}
        for path, answer in exchanges:
            queues.setdefault(_key(path), []).append(_at_home(answer, server.url))

        def next_answer(request: Request) -> Answer:
            queue = queues.get(_key(request.path))
            if queue is None:
                return Answer(status=599, body=f"not in {cassette.name}: {request.path}\n".encode())
            return queue.pop(0) if len(queue) > 1 else queue[0]

        server.route("/", next_answer)
        yield server


def read_cassette(cassette: Path) -> list[tuple[str, Answer]]:
    """Read a cassette: path with query and recorded answer, in the order of recording."""
    with cassette.open("rb") as stream:
        recorded = yaml.load(stream, Loader=_LOADER)  # noqa: S506 -- a safe loader, in C where there is one
    return [(_path(exchange["request"]["uri"]), _answer(exchange["response"])) for exchange in recorded["interactions"]]


def _answer(response: dict[str, Any]) -> Answer:
    body = response["body"].get("string") or b""
    payload = body.encode("utf-8") if isinstance(body, str) else body
    headers = [
        (name, value)
        for name, values in response["headers"].items()
        for value in values
        if name.lower() not in ("transfer-encoding", "content-length", "connection")
    ]
    return Answer(status=response["status"]["code"], headers=tuple(headers), body=payload)


def _path(uri: str) -> str:
    for host in RECORDED_HOSTS:
        if uri.startswith(host):
            return uri.removeprefix(host)
    raise ValueError(f"a cassette of another host: {uri}")


def _key(path: str) -> str:
    bare, _, query = path.partition("?")
    if bare != INDEX_PATH:
        return unquote(path)
    asked = parse_qs(query).get("url", [""])[0].lower()
    return f"{bare}?url={re.sub(r'^https?://', '', asked).removeprefix('www.').rstrip('/')}"


def _at_home(answer: Answer, base: str) -> Answer:
    headers = []
    for name, value in answer.headers:
        host = next((host for host in RECORDED_HOSTS if value.startswith(host)), None)
        moved = name.lower() == "location" and host is not None
        headers.append((name, base + value.removeprefix(host or "")) if moved else (name, value))
    return Answer(status=answer.status, headers=tuple(headers), body=answer.body)
