"""The demo archive is what snapshots/README.md says, and can be made again."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from warcio.archiveiterator import ArchiveIterator

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
README_ROW = re.compile(r"^\| `(\S+)` \| (\d{14}) \| (\w+) \|", re.MULTILINE)


class Record(NamedTuple):
    kind: str
    url: str
    timestamp: str
    status: str
    payload: bytes


def read(warc: Path) -> list[Record]:
    """Read all captures, checking every digest."""
    found = []
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            payload = record.content_stream().read()
            if record.rec_type != "warcinfo":
                found.append(
                    Record(
                        kind=record.rec_type,
                        url=record.rec_headers.get_header("WARC-Target-URI"),
                        timestamp=re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date")),
                        status=record.http_headers.get_statuscode(),
                        payload=payload,
                    )
                )
    return found


@pytest.fixture(scope="module")
def captures(demo_warc: Path) -> dict[str, Record]:
    return {record.timestamp: record for record in read(demo_warc)}


@pytest.fixture(scope="module")
def make_demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo", SNAPSHOTS / "make_demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_demo"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def text_of(name: str) -> str:
    return (SNAPSHOTS / "demo" / name).read_text(encoding="utf-8")


def test_making_it_again_gives_the_same_bytes(make_demo: ModuleType, tmp_path: Path) -> None:
    make_demo.write_demo(tmp_path / "one.warc.gz")
    make_demo.write_demo(tmp_path / "two.warc.gz")
    assert (tmp_path / "one.warc.gz").read_bytes() == (tmp_path / "two.warc.gz").read_bytes()


def test_the_command_makes_the_committed_records(demo_warc: Path, tmp_path: Path) -> None:
    # records and not bytes: another zlib may compress differently
    output = tmp_path / "again.warc.gz"
    subprocess.run([sys.executable, SNAPSHOTS / "make_demo.py", "-o", output], check=True, capture_output=True)
    assert read(output) == read(demo_warc)


def test_it_is_small(demo_warc: Path) -> None:
    assert demo_warc.stat().st_size < 200_000


def test_captures_are_those_of_the_readme(demo_warc: Path) -> None:
    readme = (SNAPSHOTS / "README.md").read_text(encoding="utf-8")
    listed = [
        (url.replace("www…", "www.fernhollow.example"), timestamp, status)
        for url, timestamp, status in README_ROW.findall(readme)
    ]
    held = [
        (record.url, record.timestamp, "revisit" if record.kind == "revisit" else record.status)
        for record in read(demo_warc)
    ]
    assert len(held) == 16
    assert listed == held


def test_every_response_has_both_digests(demo_warc: Path) -> None:
    with demo_warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            wanted = (
                {"WARC-Block-Digest"} if record.rec_type == "warcinfo" else {"WARC-Block-Digest", "WARC-Payload-Digest"}
            )
            assert all(re.fullmatch(r"sha1:[A-Z2-7]{32}", record.rec_headers.get_header(name)) for name in wanted)
            assert record.rec_headers.get_header("WARC-Source-URI") is None


@pytest.mark.parametrize(
    ("source", "encoding", "timestamps"),
    [
        ("policy-2012.html", "windows-1252", ("20120417103022", "20130611081544")),
        ("policy-2014.html", "utf-8", ("20140926073015",)),
        ("policy-2016.html", "utf-8", ("20160218154502", "20170523182217")),
        ("policy-2018.html", "utf-8", ("20180525091133", "20190714001250")),
        ("policy-2021.html", "utf-8", ("20210309173846",)),
    ],
)
def test_same_text_has_other_bytes_each_time(
    captures: dict[str, Record], source: str, encoding: str, timestamps: tuple[str, ...]
) -> None:
    pages = [captures[timestamp].payload.decode(encoding) for timestamp in timestamps]
    assert all(text_of(source) in page for page in pages)
    assert len(set(pages)) == len(pages)


def test_old_pages_declare_another_charset_than_they_use(captures: dict[str, Record]) -> None:
    page = captures["20120417103022"].payload
    assert b"charset=iso-8859-1" in page
    assert b"\x93Fernhollow\x94" in page  # curly quotes: windows-1252 only
    with pytest.raises(UnicodeDecodeError):
        page.decode("utf-8")


def test_revisit_refers_to_the_capture_with_its_digest(demo_warc: Path) -> None:
    digests: dict[tuple[str, str], str] = {}
    with demo_warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            head = record.rec_headers
            place = (head.get_header("WARC-Target-URI"), head.get_header("WARC-Date"))
            if record.rec_type == "revisit":
                earlier = (head.get_header("WARC-Refers-To-Target-URI"), head.get_header("WARC-Refers-To-Date"))
                assert head.get_header("WARC-Payload-Digest") == digests[earlier]
                break
            digests[place] = head.get_header("WARC-Payload-Digest")
        else:
            pytest.fail("no revisit")
