"""What the environment says and what a person does: proxy, certificates, contact, Ctrl-C, and an archive that refuses."""

import datetime as dt
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archivepolicy.archives.limits import RATE_PER_S, Limits, Request
from archivepolicy.archives.pacebook import PaceBook
from archivepolicy.archives.session import Session, user_agent
from archivepolicy.errors import ArchiveUnavailableError, InputError
from peers.clock import Clock
from peers.faulty import Answer, FaultyServer, faulty_server

URL = "http://a.example/privacy"
ROW = f"example,a)/privacy 20130608222501 {URL} text/html 200 JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4 1234\n".encode()
WORDS = b"We collect your name and your e-mail address, and we keep both for as long as you have an account with us."
PAGE = b"<html><title>Privacy</title><h1>Privacy policy</h1><p>" + WORDS + b"</p></html>"
CAPTURE = Answer(
    headers=(("Content-Type", "text/html"), ("Memento-Datetime", "Sat, 08 Jun 2013 22:25:01 GMT")), body=PAGE
)
COMMAND = [sys.executable, "-m", "archivepolicy"]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


def test_requests_go_through_the_proxy_that_the_environment_names(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.route("http://archive.example/cdx/search/cdx", Answer(body=ROW))
    server.route("http://archive.example/web/", CAPTURE)
    monkeypatch.setenv("http_proxy", server.url)
    arguments = ["get", URL, "--archive", "wayback:http://archive.example", "--store", str(tmp_path), "-q"]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert WORDS in done.stdout
    assert [request.path.split("?")[0] for request in server.requests] == [
        "http://archive.example/cdx/search/cdx",
        f"http://archive.example/web/20130608222501id_/{URL}",
    ]


def test_a_proxy_that_is_not_there_is_not_taken_for_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty_server() as gone:
        monkeypatch.setenv("http_proxy", gone.url)
    clock = Clock()
    here = Session("http://archive.example", sleep=clock.sleep, now=clock.now)
    with pytest.raises(ArchiveUnavailableError, match="the proxy that the environment names does not serve us"):
        here.get("http://archive.example/x", Request.INDEX)
    assert clock.sleeps == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of this machine with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own authority")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_are_those_that_the_environment_names(
    certificate: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    clock = Clock()
    with faulty_server(context) as server:
        server.route("/", Answer(body=b"there"))
        with pytest.raises(ArchiveUnavailableError, match="its certificate cannot be verified"):
            Session(server.url, sleep=clock.sleep, now=clock.now).get(f"{server.url}/x", Request.INDEX)
        assert clock.sleeps == []
        monkeypatch.setenv(variable, str(certificate))
        assert Session(server.url).get(f"{server.url}/x", Request.INDEX).body == b"there"


@pytest.mark.parametrize("contact", ["Имя", "two\nlines"])
def test_a_contact_that_cannot_be_sent_is_wrong_input(contact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVEPOLICY_CONTACT", contact)
    with pytest.raises(InputError, match="ARCHIVEPOLICY_CONTACT"):
        user_agent()


def test_a_refusal_is_waited_for_in_minutes_by_everybody_and_said_to_be_a_block() -> None:
    with faulty_server() as gone:
        address = gone.url
    clock, book = Clock(), PaceBook(None)
    limits = Limits(rate_per_s=RATE_PER_S)

    def session(max_wait_s: float) -> Session:
        return Session(address, max_wait_s=max_wait_s, sleep=clock.sleep, now=clock.now, limits=limits, book=book)

    words = r"connection refused \(it is down, or blocks our address\); try again in {} s or allow a longer --max-wait"
    with pytest.raises(ArchiveUnavailableError, match=words.format(120)):
        session(170).get(f"{address}/x", Request.INDEX)
    assert clock.sleeps == [60]
    with pytest.raises(ArchiveUnavailableError, match=words.format(120)):  # another one does not even ask
        session(100).get(f"{address}/x", Request.REPLAY)
    assert clock.sleeps == [60]
    with pytest.raises(ArchiveUnavailableError, match=r"cannot be reached: connection refused \(it is down"):
        session(3600).get(f"{address}/x", Request.INDEX, max_tries=3)
    assert clock.sleeps == [60, 120, 240, 480]


def interrupted(process: "subprocess.Popen[str]") -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    return process.returncode, said.lstrip("\n")  # a line end after the terminal's ^C


# a shell that starts tests in the background has them ignore the signal
INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from archivepolicy.cli import main; main()"


def started(server: FaultyServer, store: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", INTERRUPTIBLE, "get", URL, "--archive", f"wayback:{server.url}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*command, "--store", str(store)], **pipes)


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_while_waiting_ends_cleanly(server: FaultyServer, tmp_path: Path) -> None:
    server.route("/", Answer(status=429, headers=(("Retry-After", "100"),)))
    process = started(server, tmp_path)
    assert process.stderr is not None
    assert process.stderr.readline() == "archivepolicy: 127.0.0.1: it limits requests (429); waiting 100 s\n"
    assert interrupted(process) == (130, "archivepolicy: interrupted; what was fetched is kept\n")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_while_downloading_keeps_what_was_done(server: FaultyServer, tmp_path: Path) -> None:
    server.route("/cdx/search/cdx", Answer(body=ROW))
    server.route("/web/", Answer(headers=CAPTURE.headers, body=PAGE * 100, fault="drip"), CAPTURE)
    process = started(server, tmp_path)
    until = time.monotonic() + 30
    while len(server.requests) < 2 and time.monotonic() < until:
        server.wait(0.01)
    assert interrupted(process) == (130, "archivepolicy: interrupted; what was fetched is kept\n")
    kept = {file.suffix for file in tmp_path.rglob("*") if file.is_file()}
    assert kept - {".sqlite"} == {".json"}  # the listing, whole, and nothing of the page
    again = started(server, tmp_path)
    out, _ = again.communicate(timeout=30)
    assert (again.returncode, WORDS.decode() in out, len(server.requests)) == (0, True, 3)


LIST_AND_SAY = """
import re, sys
from pathlib import Path
from archivepolicy.archives import open_archive

def most_kib():  # not ru_maxrss: a process has that from the one that started it
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

here = open_archive(sys.argv[1])
here.listing("http://b.example/")  # everything is imported then
before = most_kib()
captures = here.listing("http://a.example/privacy").captures
print(len(captures), most_kib() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("dialect", ["wayback", "pywb"])
def test_a_listing_of_150_000_rows_is_streamed(server: FaultyServer, dialect: str) -> None:
    """The answer is 26 MB of text (and more as JSON); held are the captures, some 300 bytes each, and nothing of the text."""
    path = "/cdx/search/cdx" if dialect == "wayback" else "/cdx"
    server.route(path, lambda request: Answer(body=many(dialect) if "a.example" in request.path else b""))
    name = f"{dialect}:{server.url}"
    done = subprocess.run([sys.executable, "-c", LIST_AND_SAY, name], capture_output=True, text=True, check=True)
    count, grown_kib = map(int, done.stdout.split())
    assert count == 150_000
    assert grown_kib < 100_000, grown_kib


def many(dialect: str) -> bytes:
    """150,000 rows, a second apart, with bodies of their own, padded as addresses with long queries are."""
    lines = []
    for number in range(150_000):
        day, hour, minute, second = number // 86400, number // 3600 % 24, number // 60 % 60, number % 60
        timestamp = f"201301{day + 1:02d}{hour:02d}{minute:02d}{second:02d}"
        digest = f"{number:032d}"
        if dialect == "wayback":
            lines.append(f"example,a)/privacy?{'x' * 60} {timestamp} {URL} text/html 200 {digest} 1234")
        else:
            fields = f'"url": "{URL}", "mime": "text/html", "status": "200", "digest": "{digest}", "length": "1234"'
            lines.append(f'{{"urlkey": "example,a)/privacy", "timestamp": "{timestamp}", {fields}}}')
    return "\n".join(lines).encode()
