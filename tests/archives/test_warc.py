"""WARC files as an archive: what counts, what is believed, and what broken files give."""

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archivepolicy.archives import open_archive
from archivepolicy.digests import sha1_base32
from archivepolicy.errors import ArchiveFileError, InputError, NotReplayableError

URL = "http://a.example/privacy"
PAGE = b"<p>We keep logs for 30 days.</p>"


def write(
    path: Path,
    *records: tuple[str, dict[str, str], bytes],
    url: str = URL,
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),),
) -> Path:
    """Write a WARC of (type, WARC headers, body)."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=path.name.endswith(".gz"))
        for kind, fields, body in records:
            http = StatusAndHeaders("200 OK", list(headers), protocol="HTTP/1.1") if kind != "resource" else None
            record = writer.create_warc_record(
                url, kind, payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=fields,
                warc_content_type="text/html" if kind == "resource" else "",
            )  # fmt: skip
            writer.write_record(record)
    return path


def response(date: str, body: bytes = PAGE, **fields: str) -> tuple[str, dict[str, str], bytes]:
    return "response", {"WARC-Date": date, **{name.replace("_", "-"): value for name, value in fields.items()}}, body


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_file_is_an_archive(tmp_path: Path, name: str) -> None:
    archive = open_archive(write(tmp_path / name, response("2013-06-08T22:25:01Z"), response("2012-01-01T00:00:00.5Z")))
    rows = archive.listing(URL).captures
    assert [row.timestamp for row in rows] == ["20120101000000", "20130608222501"]
    assert (rows[0].status, rows[0].mime_type, rows[0].archive) == (200, "text/html", name)
    memento = archive.replay(rows[1])
    assert (memento.payload, memento.digest_verdict, memento.memento_url) == (PAGE, "match", None)
    assert memento.retrieved_at is None


def test_a_folder_is_one_archive_and_each_capture_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "b.warc.gz", response("2013-01-01T00:00:00Z"))
    write(tmp_path / "deep" / "a.warc", response("2012-01-01T00:00:00Z"))
    rows = open_archive(tmp_path).listing(URL).captures
    assert [(row.timestamp[:4], row.archive) for row in rows] == [("2012", "a.warc"), ("2013", "b.warc.gz")]


def test_forms_of_the_url_and_resources_count_and_other_urls_do_not(tmp_path: Path) -> None:
    write(tmp_path / "1.warc", response("2012-01-01T00:00:00Z"), url="https://www.a.example:443/privacy")
    write(tmp_path / "2.warc", response("2013-01-01T00:00:00Z"), url="http://a.example/privacy/other")
    write(tmp_path / "3.warc", ("resource", {"WARC-Date": "2014-01-01T00:00:00Z"}, PAGE))
    write(tmp_path / "4.warc", response("2015-01-01T00:00:00Z"), url="urn:x:a.example/privacy")
    archive = open_archive(tmp_path)
    rows = archive.listing(URL).captures
    assert [(row.timestamp[:4], row.status) for row in rows] == [("2012", 200), ("2014", 200)]
    assert archive.replay(rows[1]).content_type == "text/html"


@pytest.mark.parametrize("by", ["date", "digest"])
def test_a_revisit_has_the_body_that_it_refers_to(tmp_path: Path, by: str) -> None:
    fields = {"WARC-Date": "2014-01-01T00:00:00Z", "WARC-Payload-Digest": f"sha1:{sha1_base32(PAGE)}"}
    if by == "date":
        fields |= {"WARC-Refers-To-Target-URI": URL, "WARC-Refers-To-Date": "2012-01-01T00:00:00Z"}
    write(tmp_path / "a.warc", response("2012-01-01T00:00:00Z"), response("2013-01-01T00:00:00Z", b"other"))
    write(tmp_path / "b.warc", ("revisit", fields, b""))
    archive = open_archive(tmp_path)
    revisit = archive.listing(URL).captures[-1]
    assert (revisit.is_revisit, revisit.status) == (True, None)
    memento = archive.replay(revisit)
    assert (memento.payload, memento.timestamp, memento.digest_verdict) == (PAGE, "20140101000000", "match")
    assert "2012-01-01" in memento.warnings[-1]


def test_a_revisit_of_what_is_not_there_is_not_replayable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", ("revisit", {"WARC-Date": "2014-01-01T00:00:00Z"}, b""))
    archive = open_archive(path)
    with pytest.raises(NotReplayableError, match="lacks the record"):
        archive.replay(archive.listing(URL).captures[0])


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("https://web.archive.org/web/20130608222501id_/http://a.example/privacy",
         "https://web.archive.org/web/20130608222501id_/http%3A//a.example/privacy"),
        ("http://archive.example/coll/20130608222501/http://a.example/privacy",
         "http://archive.example/coll/20130608222501id_/http%3A//a.example/privacy"),
        ("https://web.archive.org/web/20130608222502id_/http://a.example/privacy", None),  # another second
        ("https://web.archive.org/web/20130608222501id_/http://a.example/other", None),  # another page
        ("https://web.archive.org/web/2013/http://a.example/privacy", None),
        ("https://a.example/privacy", None),
        ("ftp://somewhere/privacy.warc", None),
    ],
)  # fmt: skip
def test_a_source_is_believed_only_where_it_is_this_capture_s_address(
    tmp_path: Path, source: str, address: str | None
) -> None:
    path = write(tmp_path / "a.warc", response("2013-06-08T22:25:01Z", WARC_Source_URI=source))
    archive = open_archive(path)
    assert archive.replay(archive.listing(URL).captures[0]).memento_url == address


def test_codings_and_chunks_are_undone_and_digests_of_any_form_match(tmp_path: Path) -> None:
    body = gzip.compress(PAGE, mtime=0)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    for number, digest in enumerate((chunked, body, PAGE)):
        fields = {"WARC_Payload_Digest": f"sha1:{sha1_base32(digest)}"}
        path = write(
            tmp_path / f"{number}.warc.gz", response("2013-06-08T22:25:01Z", chunked, **fields), headers=headers
        )
        archive = open_archive(path)
        memento = archive.replay(archive.listing(URL).captures[0])
        assert (memento.payload, memento.stored_payload, memento.digest_verdict) == (PAGE, body, "match")


def test_a_wrong_digest_is_a_mismatch_and_never_fatal(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc", response("2013-06-08T22:25:01Z", WARC_Payload_Digest=f"sha1:{'A' * 32}"))
    archive = open_archive(path)
    assert archive.replay(archive.listing(URL).captures[0]).digest_verdict == "mismatch"


def test_a_file_that_breaks_off_gives_what_stands_before(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", response("2012-01-01T00:00:00Z"), response("2013-01-01T00:00:00Z", PAGE * 99))
    path.write_bytes(path.read_bytes()[:-60] + b"\x00garbage" * 10)
    listing = open_archive(path).listing(URL)
    assert listing.captures[0].timestamp == "20120101000000"


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8bbroken", gzip.compress(b"text"), b"\0" * 5000])
def test_what_is_no_archive_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveFileError, match="a.warc.gz"):
        open_archive(path).listing(URL)


def test_absent_files_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(ArchiveFileError, match="no such archive file"):
        open_archive(tmp_path / "nothing.warc")
    with pytest.raises(ArchiveFileError, match="no WARC, ARC or WACZ file in the folder"):
        open_archive(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "pywb:", "pywb:not-a-url", "wayback:ftp://x", "memento"])
def test_an_unknown_archive_is_wrong_input(name: str) -> None:
    with pytest.raises(InputError):
        open_archive(name)


def test_the_default_archive_is_the_variable_s_or_the_wayback_machine(
    monkeypatch: pytest.MonkeyPatch, demo_warc: Path
) -> None:
    assert open_archive().key == "https://web.archive.org/web"
    monkeypatch.setenv("ARCHIVEPOLICY_ARCHIVE", str(demo_warc))
    assert open_archive().name == "demo.warc.gz"


@pytest.mark.corpus
def test_real_archives_list_and_replay_with_matching_digests(corpus: Path) -> None:
    archive = open_archive(corpus / "archive" / "ota-genai-eu.warc.gz")
    import json

    with (corpus / "archive" / "index.jsonl").open(encoding="utf-8") as index:
        rows = [json.loads(line) for line in index]
    url = next(row["url"] for row in rows if "genai" in json.dumps(row))
    captures = archive.listing(url).captures
    assert captures
    assert {archive.replay(capture).digest_verdict for capture in captures} == {"match"}


def test_an_arc_file_is_read_like_a_warc(tmp_path: Path) -> None:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    header = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    version = b"filedesc://old.arc 0.0.0.0 19990101000000 text/plain %d\n%s" % (len(header), header)
    row = b"%s 192.0.2.1 19990608222501 text/html %d\n" % (URL.encode(), len(http))
    (tmp_path / "old.arc").write_bytes(version + b"\n" + row + http + b"\n")
    archive = open_archive(tmp_path / "old.arc")
    (capture,) = archive.listing(URL).captures
    assert (capture.timestamp, capture.status, capture.mime_type) == ("19990608222501", 200, "text/html")
    assert archive.replay(capture).payload == PAGE
