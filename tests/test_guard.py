"""No test leaves this machine, and none sees the user's own settings."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from peers.faulty import Answer, faulty_server
from peers.offline.loopback_only import ATTEMPTS_FILE, OutsideConnectionError, is_local

TESTS = Path(__file__).resolve().parent
OUTSIDE = "198.51.100.7"  # TEST-NET-2, RFC 5737: nobody's address


@pytest.fixture
def forgiven(isolated_environment: Path) -> Path:
    """Let this test try: its attempts go to a file that the guard does not look at."""
    attempts = isolated_environment / "attempts"
    os.environ[ATTEMPTS_FILE] = str(attempts)
    return attempts


def test_connecting_outside_fails(forgiven: Path) -> None:
    with socket.socket() as client, pytest.raises(OutsideConnectionError):
        client.connect((OUTSIDE, 80))
    with socket.socket() as client, pytest.raises(OutsideConnectionError):
        client.connect_ex((OUTSIDE, 80))
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(OutsideConnectionError):
        client.sendto(b"?", (OUTSIDE, 53))
    assert forgiven.read_text().split() == [OUTSIDE] * 3


def test_looking_up_an_outside_name_fails(forgiven: Path) -> None:
    with pytest.raises(OutsideConnectionError):
        socket.getaddrinfo("web.archive.example", 443)
    with pytest.raises(OutsideConnectionError):
        socket.gethostbyname("web.archive.example")
    with pytest.raises(requests.ConnectionError):
        requests.get("https://web.archive.example/", timeout=5)
    assert set(forgiven.read_text().split()) == {"web.archive.example"}


def test_child_processes_are_guarded(forgiven: Path) -> None:
    code = f"import socket; socket.socket().connect(({OUTSIDE!r}, 80))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 1
    assert "OutsideConnectionError" in child.stderr
    assert forgiven.read_text().split() == [OUTSIDE]


def test_an_attempt_fails_the_test_even_if_the_error_is_caught(tmp_path: Path) -> None:
    (tmp_path / "test_inner.py").write_text(
        "import contextlib, socket\n"
        "def test_swallows():\n"
        "    with contextlib.suppress(OSError):\n"
        f"        socket.create_connection(({OUTSIDE!r}, 80))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "peers.isolation", "-p", "no:cacheprovider", tmp_path]
    inner = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert inner.returncode == 1
    assert f"the test tried to reach {OUTSIDE}" in inner.stdout


def test_this_machine_can_be_reached() -> None:
    with faulty_server() as server:
        server.route("/", Answer(body=b"here"))
        assert requests.get(server.url, timeout=5).text == "here"
        assert requests.get(server.url.replace("127.0.0.1", "localhost"), timeout=5).text == "here"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", b"localhost", "", None, "0.0.0.0"])  # noqa: S104 -- not bound
def test_local(host: str | bytes | None) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "192.168.0.1", "2001:db8::1", "web.archive.org", b"example.org"])
def test_outside(host: str | bytes) -> None:
    assert not is_local(host)


def test_home_is_empty_and_settings_are_gone(isolated_environment: Path) -> None:
    assert Path.home() == isolated_environment
    assert not list(isolated_environment.iterdir())
    assert "ARCHIVEPOLICY_ARCHIVE" not in os.environ
    assert "ARCHIVEPOLICY_STORE" not in os.environ
    assert "HTTPS_PROXY" not in os.environ
