"""Faults of archives, one table: what goes wrong -> what the user sees -> exit code.

Each row is asked for by the command line, from a server that answers over real sockets. The clock is the test's, so that a
minute of cool-down is over at once. Beyond its own line each row is held to this: an error is one line without a traceback, and
nothing stands on standard output then; nothing that the faulty answer held is printed or kept; no file is left half-written;
the live web is never asked (the suite's guard) and the wait in all stays within `--max-wait`.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from archivepolicy.archives import session as session_module
from archivepolicy.archives.session import DEFAULT_MAX_WAIT_S, Session
from archivepolicy.cli import main
from archivepolicy.digests import sha1_base32
from peers.clock import Clock
from peers.faulty import Answer, Fault, FaultyServer, Script, faulty_server

URL = "http://a.example/privacy"
WORDS = "We collect your name and your e-mail address, and we keep both for as long as you have an account with us."
NEW_PAGE = f"<html><title>Privacy</title><h1>Privacy policy</h1><p>The new text. {WORDS}</p></html>".encode()
OLD_PAGE = f"<html><title>Privacy</title><h1>Privacy policy</h1><p>The old text. {WORDS}</p></html>".encode()
WRONG_PAGE = f"<html><title>WRONG</title><h1>WRONG</h1><p>WRONG: no policy of that day. {WORDS * 9}</p></html>".encode()
NEW, OLD, ALIEN = "20130608222501", "20130101000000", "20130702000000"
TIMES = {
    NEW: "Sat, 08 Jun 2013 22:25:01 GMT",
    OLD: "Tue, 01 Jan 2013 00:00:00 GMT",
    ALIEN: "Tue, 02 Jul 2013 00:00:00 GMT",
}
HTML = ("Content-Type", "text/html")
START = Clock().time_s


def row(timestamp: str, page: bytes, status: str = "200") -> str:
    return f"example,a)/privacy {timestamp} {URL} text/html {status} {sha1_base32(page)} 1234\n"


ROWS = row(OLD, OLD_PAGE) + row(NEW, NEW_PAGE)
LISTED = Answer(body=ROWS.encode())


def says(status: int, *headers: tuple[str, str], body: bytes = WRONG_PAGE, fault: Fault | None = None) -> Answer:
    """The archive's own word."""
    return Answer(status=status, headers=(HTML, *headers), body=body, fault=fault)


def capture(
    page: bytes, *headers: tuple[str, str], at: str = NEW, status: int = 200, fault: Fault | None = None
) -> Answer:
    """A capture, as the Wayback Machine replays it."""
    told = (HTML, ("Memento-Datetime", TIMES[at]), *headers)
    return Answer(status=status, headers=told, body=page, fault=fault)


def leads_to(path: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status=302, headers=(HTML, ("Location", path), *headers), body=WRONG_PAGE)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row of the table.

    Attributes:
        fault: What goes wrong.
        index: The index's answers, one after the other.
        new: The answers to a replay of the capture that fits best; the older one is always in order.
        old: The answers to a replay of that one.
        code: The exit code.
        product: Whose text is printed: that of the `new` capture or of the `old` one; None for none.
        sees: Words that the user sees on standard error, as error, note or warning.
        options: More of the command line.
        asked: How many requests the archive gets, where it matters.
        is_silent: Whether the server leaves us waiting: we give up after part of a second then.
    """

    fault: str
    index: tuple[Script, ...] = (LISTED,)
    new: tuple[Script, ...] = (capture(NEW_PAGE),)
    old: tuple[Script, ...] = (capture(OLD_PAGE, at=OLD),)
    code: int = 0
    product: str | None = None
    sees: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    asked: int | None = None
    is_silent: bool = False


TOLD = ("Retry-After", "3600")
DATED = ("Retry-After", formatdate(START + 3600, usegmt=True))
WAY_ON = "or allow a longer --max-wait"
GZIP = ("Content-Encoding", "gzip")
LENGTH = ("X-Archive-Orig-Content-Length", str(len(NEW_PAGE)))
SELF = f"/web/{NEW}id_/{URL}"
FOUND = ("X-Archive-Redirect-Reason", f"found capture at {ALIEN}")
EXCLUDED = b"<title>Wayback Machine</title><p>WRONG: This URL has been excluded from the Wayback Machine.</p>"
BLOCKED = b"org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error WRONG"
LOOP_ROWS = "".join(row(at, b"moved", "301") for at in (OLD, NEW)).encode()
HALF_ROW = b"example,a)/privacy 20130501"
CUT_GZIP = gzip.compress(ROWS.encode() * 50)[:-40]

CASES = [
    # --- the index
    Case(fault="429 with seconds", index=(says(429, TOLD),), code=4, sees=("it limits requests (429); try again in 3600 s " + WAY_ON,), asked=1),
    Case(fault="429 with a date", index=(says(429, DATED),), code=4, sees=("it limits requests (429); try again in 3600 s " + WAY_ON,), asked=1),
    Case(fault="429 with a date, once", index=(says(429, ("Retry-After", formatdate(START + 100, usegmt=True))), LISTED), product="new", sees=("it limits requests (429); waiting 100 s",), asked=3),
    Case(fault="429 without a time, once", index=(says(429), LISTED), product="new", sees=("it limits requests (429); waiting 60 s",), asked=3),
    Case(fault="429 without a time, for ever", index=(says(429),), code=4, sees=("waiting 60 s", "waiting 120 s", "try again in 240 s " + WAY_ON), asked=3),
    Case(fault="429, and no time to wait", index=(says(429),), code=4, sees=("try again in 60 s " + WAY_ON,), options=("--max-wait", "30"), asked=1),
    Case(fault="503 with a page", index=(says(503),), code=4, sees=("the index answered 503; try again later",), asked=6),
    Case(fault="503 that tells the time", index=(says(503, ("Retry-After", "20")), LISTED), product="new", sees=("it answered 503; waiting 20 s",), asked=3),
    Case(fault="504 with a page", index=(says(504),), code=4, sees=("the index answered 504; try again later",), asked=6),
    Case(fault="503, once", index=(says(503), LISTED), product="new", sees=("it answered 503; waiting 2 s",)),
    Case(fault="a page instead of rows", index=(says(200),), code=4, sees=("a page instead of rows",)),
    Case(fault="index: redirected away", index=(leads_to("https://live.example/"),), code=4, sees=("the index answered 302",), asked=1),
    Case(fault="index: reset", index=("reset",), code=4, sees=("cannot be reached: the connection was reset",)),
    Case(fault="index: reset midway", index=(Answer(body=LISTED.body, fault="reset midway"),), code=4, sees=("the connection was reset after 111 bytes",)),
    Case(fault="index: reset midway, once", index=(Answer(body=LISTED.body, fault="reset midway"), LISTED), product="new", sees=("the connection was reset; waiting 2 s",)),
    Case(fault="index: truncated", index=(Answer(body=LISTED.body, fault="truncated"),), code=4, sees=("the answer broke off after 222 bytes",)),
    Case(fault="index: chunks that break off", index=(Answer(headers=(("Transfer-Encoding", "chunked"),), body=b"de\r\n" + LISTED.body[:111], fault="truncated"),), code=4, sees=("the answer broke off after 111 bytes",)),
    Case(fault="index: a page of one endless line", index=(Answer(body=b"WRONG " * 200_000),), code=4, sees=("something other than rows",)),
    Case(fault="index: truncated gzip of the right length", index=(Answer(headers=(GZIP,), body=CUT_GZIP),), code=4, sees=("the compressed body is cut short",)),
    Case(fault="index: slow drip", is_silent=True, index=(Answer(body=LISTED.body, fault="drip"),), code=4, sees=("the answer comes too slowly",)),
    Case(fault="index: hangs", is_silent=True, index=("hang",), code=4, sees=("no answer in time",), options=("--max-wait", "5")),
    Case(fault="index: falsely labelled gzip", index=(Answer(headers=(GZIP,), body=LISTED.body),), product="new"),
    Case(fault="index: gzip twice", index=(Answer(headers=(GZIP,), body=gzip.compress(gzip.compress(LISTED.body))),), product="new"),
    Case(fault="index: rows that cannot be read", index=(Answer(body=LISTED.body + b"WRONG row\n" + HALF_ROW),), product="new", sees=("2 rows of the index could not be read and were left out",)),
    Case(fault="index: resume keys", index=(Answer(body=(row(OLD, OLD_PAGE) + "\nkey+1\n").encode()), Answer(body=row(NEW, NEW_PAGE).encode())), product="new", asked=3),
    Case(fault="index: excluded", index=(says(403, body=BLOCKED),), code=5, sees=(f"excludes {URL}",)),
    Case(fault="index: nothing", index=(Answer(body=b""),), code=3, sees=("holds no capture of",)),
    # --- the replay
    Case(fault="replay: 429", new=(says(429, TOLD),), code=4, sees=("it limits requests (429); try again in 3600 s",)),
    Case(fault="archived 429", new=(capture(WRONG_PAGE, TOLD, status=429),), product="old", sees=("Passed over  2013-06-08T22:25:01Z: error page (the page answered 429)",), asked=3),
    Case(fault="archived 404", new=(capture(WRONG_PAGE, status=404),), product="old", sees=("Passed over  2013-06-08T22:25:01Z: error page (the page answered 404)",), asked=3),
    Case(fault="archived 503", new=(capture(WRONG_PAGE, TOLD, status=503),), product="old", sees=("Passed over  2013-06-08T22:25:01Z: error page (the page answered 503)",), asked=3),
    Case(fault="replay: 503 with a page", new=(says(503),), code=4, sees=("answered 503 to a replay",)),
    Case(fault="replay: reset midway", new=(capture(WRONG_PAGE, fault="reset midway"),), product="old", sees=("Passed over  2013-06-08T22:25:01Z: 127.0.0.1: the connection was reset after",), asked=4),
    Case(fault="replay: truncated", new=(capture(WRONG_PAGE, fault="truncated"),), product="old", sees=("the answer broke off after", "bytes, 2 times"), asked=4),
    Case(fault="replay: truncated, once", new=(capture(WRONG_PAGE, fault="truncated"), capture(NEW_PAGE)), product="new", sees=("the answer broke off; waiting 2 s",)),
    Case(fault="replay: everything truncated", new=(capture(WRONG_PAGE, fault="truncated"),), old=(capture(WRONG_PAGE, at=OLD, fault="truncated"),), code=4, sees=("the answer broke off after", "try again later")),
    Case(fault="replay: stops midway", is_silent=True, new=(capture(WRONG_PAGE, fault="stall midway"),), product="old", sees=("no answer in time after",)),
    Case(fault="replay: slow drip", is_silent=True, new=(capture(WRONG_PAGE, fault="drip"),), product="old", sees=("the answer comes too slowly after",)),
    Case(fault="replay: hangs", is_silent=True, new=("hang",), code=4, sees=("no answer in time",), options=("--max-wait", "5")),
    Case(fault="replay: Content-Length too small, once", new=(capture(NEW_PAGE, LENGTH, ("Content-Length", "60")), capture(NEW_PAGE, LENGTH)), product="new", asked=3),
    Case(fault="replay: Content-Length too small", new=(capture(NEW_PAGE, LENGTH, ("Content-Length", "150")),), product="new", sees=("The archived body has 150 bytes; its header announced",), asked=3),
    Case(fault="replay: Content-Length too large", is_silent=True, new=(capture(WRONG_PAGE, ("Content-Length", "5000"), ("Connection", "close")),), product="old", sees=("Passed over",)),
    Case(fault="replay: falsely labelled gzip", new=(capture(NEW_PAGE, GZIP),), product="new", sees=("labelled gzip and is not compressed",)),
    Case(fault="replay: gzip without a label", new=(capture(gzip.compress(NEW_PAGE)),), product="new"),
    Case(fault="replay: gzip twice", new=(capture(gzip.compress(gzip.compress(NEW_PAGE)), GZIP),), product="new"),
    Case(fault="replay: gzip cut short, once", new=(capture(gzip.compress(NEW_PAGE)[:-30], GZIP), capture(gzip.compress(NEW_PAGE), GZIP)), product="new", asked=3),
    Case(fault="replay: gzip cut short", new=(capture(gzip.compress(NEW_PAGE)[:-20], GZIP),), product="new", sees=("compressed body is cut short",), asked=3),
    Case(fault="replay: gzip cut short after the text", new=(capture(gzip.compress(NEW_PAGE)[:-4], GZIP),), product="new", sees=("compressed body is cut short",), asked=2),
    Case(fault="replay: redirected to itself for ever", new=(leads_to(SELF),), product="old", sees=("redirects its own address again and again",), asked=5),
    Case(fault="replay: redirected to the live web", new=(leads_to("https://live.example/privacy"),), product="old", sees=("it leads elsewhere",), asked=3),
    Case(fault="found capture outside the window", new=(leads_to(f"/web/{ALIEN}id_/{URL}", FOUND),), product="old", sees=("it offers the one of 2013-07-02T00:00:00Z",), asked=3),
    Case(fault="another date's capture", new=(capture(WRONG_PAGE, at=ALIEN),), product="old", sees=("gave the capture of 2013-07-02T00:00:00Z instead",), asked=3),
    Case(fault="listed and not replayed", new=(says(404),), product="old", sees=("answered 404 without a capture",), asked=3),
    Case(fault="a notice instead of a redirect", new=(says(200, body=b"<title>WRONG</title>Got an HTTP 302 response at crawl time"),), product="old", sees=("answered 200 without a capture",)),
    Case(fault="exclusion served as 200", new=(says(200, body=EXCLUDED),), code=5, sees=(f"excludes {URL}",)),
    Case(fault="archived redirects in a circle", index=(Answer(body=LOOP_ROWS),), new=(capture(b"", ("Location", f"/web/{NEW}id_/{URL}"), status=301),), old=(capture(b"", ("Location", f"/web/{OLD}id_/{URL}"), at=OLD, status=301),), code=5, sees=("no usable capture", "redirected to")),
    Case(fault="archived redirect to a page not held", index=(Answer(body=row(NEW, b"moved", "301").encode()), Answer(body=b"")), new=(capture(b"", ("Location", "https://live.example/moved"), status=301),), code=5, sees=("redirected to https://live.example/moved, which the archive does not hold",)),
]  # fmt: skip


INTRODUCTION = """# Faults of archives, and what you see

Made from the table in `tests/archives/test_faults.py`, each row of which is a test against a server over real sockets. The archive
holds two captures, a newer one that fits best and an older one that is in order. An exit code other than 0 comes with one
line on standard error and nothing on standard output; nothing of a faulty answer is ever printed or kept (an archived error page
is kept, as evidence of why it was passed over).

| what goes wrong | what you see on standard error | text printed | exit code |
|---|---|---|---|
"""


def page() -> str:
    """The table for people: `PYTHONPATH=tests python tests/archives/test_faults.py > docs/faults.md`."""
    lines = [
        f"| {case.fault}{f' (`{chr(32).join(case.options)}`)' if case.options else ''} "
        f"| {' ... '.join(case.sees) or 'nothing unusual'} "
        f"| {f'the {case.product} capture' if case.product else 'none'} | {case.code} |\n"
        for case in CASES
    ]
    return INTRODUCTION + "".join(lines)


def test_the_table_for_people_is_this_one() -> None:
    file = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
    assert file.read_text(encoding="utf-8") == page()


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


@pytest.fixture
def clock(case: Case, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every session that the command opens."""
    clock = Clock()
    for name in ("sleep", "now"):
        monkeypatch.setitem(Session.__init__.__kwdefaults__, name, getattr(clock, name))
    if case.is_silent:
        for name in ("_SILENCE_S", "_LEAST_TIMEOUT_S"):
            monkeypatch.setattr(session_module, name, 0.3)
    return clock


def kept(store: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of a store, with what is in it."""
    for file in store.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            yield str(file), gzip.decompress(content) if file.suffix == ".gz" else content


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_what_the_user_sees(
    case: Case,
    server: FaultyServer,
    clock: Clock,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.route("/cdx/search/cdx", *case.index)
    server.route(f"/web/{NEW}id_/", *case.new)
    server.route(f"/web/{OLD}id_/", *case.old)
    arguments = ["get", URL, "--as-of", "2013", "--archive", f"wayback:{server.url}", "--store", str(tmp_path)]
    with pytest.raises(SystemExit) as ending:
        main([*arguments, *case.options])
    streams = capfdbinary.readouterr()
    said = streams.err.decode() + "".join(f"archivepolicy: {record.getMessage()}\n" for record in caplog.records)
    assert ending.value.code == case.code, said
    for words in case.sees:
        assert words in said
    if case.code:
        assert streams.out == b""
        assert streams.err.startswith(b"archivepolicy: ")
        assert streams.err.count(b"\n") == 1
        assert not list(tmp_path.rglob("*.md"))
    else:
        assert f"The {case.product} text.".encode() in streams.out
    assert b"WRONG" not in streams.out
    # what the page itself answered is evidence of why it was passed over
    is_archived_error = case.fault.startswith("archived ")
    for name, content in kept(tmp_path):
        assert ".writing-" not in name
        assert is_archived_error or b"WRONG" not in content, name
    assert clock.now() - START <= (float(case.options[1]) if case.options else DEFAULT_MAX_WAIT_S) + 1
    assert case.asked in (None, len(server.requests))


def test_a_listing_says_what_could_not_be_read(
    server: FaultyServer, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    server.route("/cdx/search/cdx", Answer(body=LISTED.body + b"not a row\n"))
    for _ in range(2):  # the second time from the store
        with pytest.raises(SystemExit):
            main(["captures", URL, "--archive", f"wayback:{server.url}", "--store", str(tmp_path), "--json"])
        streams = capfdbinary.readouterr()
        assert len(json.loads(streams.out)["captures"]) == 2
        assert streams.err == b"archivepolicy: 1 row of the index could not be read and was left out.\n"
    assert len(server.requests) == 1


if __name__ == "__main__":
    sys.stdout.write(page())
