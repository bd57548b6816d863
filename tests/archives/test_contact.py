"""Whom an archive may write to: set in the environment, in Python and on the command line."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.cli import main
from archivepolicy.version import __version__
from peers.faulty import Answer, FaultyServer, faulty_server

URL = "http://a.example/privacy"
ROW = f"example,a)/privacy 20130608222501 {URL} text/html 200 JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4 1234\n".encode()
VARIABLE = "ARCHIVEPOLICY_CONTACT"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        running.route("/cdx/search/cdx", Answer(body=ROW))
        yield running


def captures(server: FaultyServer, *options: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(["captures", URL, "--archive", f"wayback:{server.url}", "--no-store", *options])
    return int(leaving.value.code or 0)


def sent(server: FaultyServer) -> list[str | None]:
    return [request.header("User-Agent") for request in server.requests]


def test_the_option_goes_before_the_environment(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "first@a.example")
    assert captures(server, "--contact", "second@a.example") == 0
    assert os.environ[VARIABLE] == "first@a.example"
    assert captures(server) == 0
    assert captures(server, "--contact", "") == 0
    name = f"archivepolicy/{__version__}"
    assert sent(server) == [f"{name} (second@a.example)", f"{name} (first@a.example)", name]
    monkeypatch.delenv(VARIABLE)
    assert captures(server, "--contact", "third@a.example") == 0
    assert VARIABLE not in os.environ
    assert sent(server)[3] == f"{name} (third@a.example)"
    capfd.readouterr()


@pytest.mark.parametrize("contact", ["two\nlines", "Имя"])
def test_one_that_cannot_be_sent_is_wrong_usage(
    server: FaultyServer, contact: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert captures(server, "--contact", contact) == 2
    assert capfd.readouterr().err.startswith("archivepolicy: the contact cannot be sent: ")
    assert server.requests == []
    with pytest.raises(ap.InputError, match="the contact cannot be sent"):
        ap.open_archive(f"wayback:{server.url}", contact=contact)


def test_an_archive_that_is_opened_with_a_contact_names_it(server: FaultyServer, tmp_path: Path) -> None:
    archive = ap.open_archive(f"wayback:{server.url}", contact="someone@a.example")
    assert len(ap.captures(URL, archive=archive, store=tmp_path)) == 1
    assert sent(server) == [f"archivepolicy/{__version__} (someone@a.example)"]
