"""The captures of an invented site on which every kind of archive is tried, and files that hold them."""

import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archivepolicy.digests import sha1_base32
from archivepolicy.urls import index_key
from peers.faulty import Answer, FaultyServer, Request

SITE = "http://www.meadow.example"
POLICY = f"{SITE}/privacy"
EXCLUDED_HOST = "www.excluded.example"


def page(days: int) -> bytes:
    """A policy that differs from another by one number."""
    return (
        "<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1>"
        "<p>Meadow Hosting rents out web space. This policy explains which personal data we collect when you visit our site "
        "or buy from us, why we need it, and how long it stays with us.</p>"
        f"<p>We keep the log files of our servers for {days} days, and the data of your account for as long as you are our "
        "customer. We share personal data with nobody but the bank that carries out your payment.</p>"
        "<p>You may ask us at any time which personal data we hold about you, and have it corrected or deleted.</p>"
        "</body></html>"
    ).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One capture of the site."""

    url: str
    timestamp: str
    body: bytes
    status: int = 200
    location: str | None = None
    repeats: str | None = None  # a revisit: the timestamp of the capture of the same URL that holds the body

    @property
    def date(self) -> str:
        """As a WARC writes it."""
        t = self.timestamp
        return f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:]}Z"

    @property
    def http(self) -> StatusAndHeaders:
        """Status line and headers."""
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(self.body)))]
        if self.location:
            headers.append(("Location", self.location))
        return StatusAndHeaders(f"{self.status} Said", headers, protocol="HTTP/1.1")


ERROR = b"<html><title>Not Found</title><body>Not Found</body></html>"
HELD = (
    Held(url=POLICY, timestamp="20120101000000", body=page(10)),
    Held(url=POLICY, timestamp="20130101000000", body=ERROR, status=404),
    Held(url=POLICY, timestamp="20140101000000", body=page(10), repeats="20120101000000"),
    Held(url=POLICY, timestamp="20150101000000", body=b"<p>moved</p>", status=302, location=f"{SITE}/moved"),
    Held(url=POLICY, timestamp="20160101000000", body=page(20)),
    Held(url=POLICY.replace("http:", "https:"), timestamp="20160101000000", body=page(21)),
    Held(url=POLICY, timestamp="20170101000000", body=b"<p>busy</p>", status=503),
    Held(url=f"{SITE}/moved", timestamp="20150101000003", body=page(15)),
    Held(url=f"{SITE}/a%20b", timestamp="20120202000000", body=page(31)),
    Held(url=f"{SITE}/page?b=2&a=1", timestamp="20120303000000", body=page(32)),
    Held(url=f"{SITE}/datenschutz-%C3%A4", timestamp="20120404000000", body=page(33)),
    Held(url=f"http://{EXCLUDED_HOST}/privacy", timestamp="20120505000000", body=page(34)),
)


def write_warc(path: Path, held: Iterable[Held] = HELD) -> Path:
    """Write captures as a WARC file, compressed where its name says so."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=path.name.endswith(".gz"))
        for one in held:
            fields = {"WARC-Date": one.date}
            if one.repeats:
                at = Held(url=one.url, timestamp=one.repeats, body=b"").date
                record = writer.create_revisit_record(
                    one.url, sha1_base32(one.body), one.url, at, http_headers=one.http, warc_headers_dict=fields
                )
            else:
                record = writer.create_warc_record(
                    one.url, "response", payload=BytesIO(one.body), length=len(one.body), http_headers=one.http,
                    warc_headers_dict=fields,
                )  # fmt: skip
            writer.write_record(record)
    return path


def write_arc(path: Path, held: Iterable[Held] = HELD) -> Path:
    """Write captures as an ARC file, which knows no revisits: each has its body."""
    header = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    content = b"filedesc://old.arc 0.0.0.0 19990101000000 text/plain %d\n%s\n" % (len(header), header)
    for one in held:
        http = one.http.to_bytes() + one.body
        row = f"{one.url} 192.0.2.1 {one.timestamp} text/html {len(http)}\n"
        content += row.encode() + http + b"\n"
    path.write_bytes(content)
    return path


def write_wacz(path: Path, warcs: Sequence[Path], *, compression: int = zipfile.ZIP_STORED) -> Path:
    """Put WARC files into a WACZ."""
    with zipfile.ZipFile(path, "w") as container:
        for warc in warcs:
            container.write(warc, f"archive/{warc.name}", compress_type=compression)
        container.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
    return path


def route_crawls(server: FaultyServer, warc: Path, *, page_rows: int = 2) -> None:
    """Let a server answer as Common Crawl does: a list of crawls, a paged index for each, files by byte range."""
    rows = list(_index_rows(warc))
    crawls = {"CC-MAIN-2016-22": [row for row in rows if row["timestamp"] >= "2016"]}
    crawls["CC-MAIN-2013-20"] = [row for row in rows if row not in crawls["CC-MAIN-2016-22"]]
    listed = [{"id": name, "name": name, "cdx-api": f"{server.url}/{name}-index"} for name in crawls]
    server.route("/collinfo.json", Answer(body=json.dumps(listed).encode()))
    for name, held in crawls.items():
        server.route(f"/{name}-index", lambda request, held=held: _index_answer(request, held, page_rows))
    content = warc.read_bytes()
    server.route(f"/crawl-data/{warc.name}", lambda request: _range_answer(request, content))


def _index_rows(warc: Path) -> Iterable[dict[str, str]]:
    with warc.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            if record.rec_type not in ("response", "revisit"):
                continue
            fields = record.rec_headers
            is_revisit = record.rec_type == "revisit"
            yield {
                "urlkey": index_key(fields.get_header("WARC-Target-URI")),
                "timestamp": "".join(filter(str.isdigit, fields.get_header("WARC-Date"))),
                "url": fields.get_header("WARC-Target-URI"),
                "mime": "warc/revisit" if is_revisit else "text/html",
                "status": record.http_headers.get_statuscode(),
                "digest": fields.get_header("WARC-Payload-Digest").removeprefix("sha1:"),
                "offset": str(records.get_record_offset()),
                "length": str(records.get_record_length()),
                "filename": f"crawl-data/{warc.name}",
            }


def _index_answer(request: Request, held: list[dict[str, str]], page_rows: int) -> Answer:
    query = parse_qs(urlsplit(request.path).query)
    found = [row for row in held if row["urlkey"] == index_key(query["url"][0])]
    if not found:
        return Answer(status=404, body=json.dumps({"error": "No Captures found for: that"}).encode())
    number = int(query.get("page", ["0"])[0])
    rows = found[number * page_rows : (number + 1) * page_rows]
    if not rows:
        return Answer(status=400, body=json.dumps({"error": f"Page {number} invalid"}).encode())
    return Answer(body=b"".join(json.dumps(row).encode() + b"\n" for row in rows))


def _range_answer(request: Request, content: bytes) -> Answer:
    unit, _, wanted = (request.header("Range") or "").partition("=")
    if unit != "bytes":
        return Answer(body=content)
    first, _, last = wanted.partition("-")
    return Answer(status=206, body=content[int(first) : int(last) + 1])
