"""Names of archives: presets as data, and what is said of a name that is none."""

import datetime
import json
from urllib.parse import urlsplit

import pytest

from archivepolicy.archives import KINDS, open_archive
from archivepolicy.archives.names import archive_names
from archivepolicy.archives.presets import near_names, presets
from archivepolicy.archives.pywb import PywbArchive
from archivepolicy.cli import main
from archivepolicy.errors import InputError
from peers.faulty import Answer, faulty_server


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_is_whole_and_opens(name: str) -> None:
    preset = presets()[name]
    for address in (preset.collection, preset.index):
        parts = urlsplit(address)
        assert (parts.scheme, bool(parts.hostname), parts.query) == ("https", True, "")
        assert not address.endswith("/")
    assert preset.index.startswith(preset.collection)
    assert preset.source
    assert isinstance(preset.read, datetime.date)
    archive = open_archive(name)
    assert isinstance(archive, PywbArchive)
    assert (archive.key, archive.name) == (preset.collection, urlsplit(preset.collection).hostname)
    assert name not in KINDS


@pytest.mark.parametrize(
    ("written", "meant"), [("arqivo", "arquivo"), ("UKWA", "ukwa"), ("waybck", "wayback"), ("zealand", "nzwa"), ("momento", "memento")]
)  # fmt: skip
def test_near_names_are_offered(written: str, meant: str) -> None:
    assert meant in near_names(written, KINDS)
    with pytest.raises(InputError, match=f"did you mean .*{meant}"):
        open_archive(written)


@pytest.mark.parametrize("kind", ["pywb", "memento"])
def test_a_kind_without_an_address_is_told_to_need_one(kind: str) -> None:
    with pytest.raises(InputError, match=f"{kind}:https"):
        open_archive(kind)


def test_a_name_like_no_other_is_told_where_the_names_are() -> None:
    with pytest.raises(InputError, match="archivepolicy archives"):
        open_archive("qqqqqqqq")


@pytest.mark.parametrize(
    "name", ["pywb:", "memento:", "memento:x", "wayback:", "pywb:http://", "pywb:http://[", "wayback:http://a:99999"]
)
def test_an_address_that_is_none(name: str) -> None:
    with pytest.raises(InputError, match="not an archive's address"):
        open_archive(name)


def test_the_limit_of_an_index_is_asked_for_and_told() -> None:
    from archivepolicy.archives.session import Session

    row = {"url": "http://a.example/", "timestamp": "20130101000000", "status": "200"}
    with faulty_server() as server:
        server.route(
            "/c/index",
            Answer(body="\n".join(json.dumps(row | {"timestamp": f"201{n}0101000000"}) for n in (1, 2)).encode()),
        )
        archive = PywbArchive(
            f"{server.url}/c", session=Session(server.url), now=lambda: "20261123000000",
            index_url=f"{server.url}/c/index", index_limit=2,
        )  # fmt: skip
        listing = archive.listing("http://a.example/")
        assert "limit=2" in server.requests[0].path
    assert len(listing.captures) == 2
    assert "at most 2" in listing.warnings[0]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    return int(leaving.value.code or 0)


def test_the_command_lists_them(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("archives") == 0
    table = capfdbinary.readouterr().out.decode()
    assert all(one.name in table for one in archive_names())
    assert run("archives", "--json") == 0
    values = json.loads(capfdbinary.readouterr().out)
    assert values["schema_version"] == 1
    names = {one["name"]: one for one in values["archives"]}
    assert {"wayback", "commoncrawl", *presets()} <= names.keys()
    assert names["arquivo"]["index"] == "https://arquivo.pt/wayback/cdx"
    assert names["arquivo"]["read"] == "2026-11-22"


def test_an_unknown_name_is_one_line_and_exit_code_2(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("captures", "a.example", "--archive", "arqivo") == 2
    out, err = capfdbinary.readouterr()
    assert (out, err.count(b"\n")) == (b"", 1)
    assert b"arquivo" in err
