"""Write the demo archive: a small WARC file of an invented web host's privacy policy, 2012 to 2021.

Run it from anywhere, in the package's environment (it needs warcio)::

    python snapshots/make_demo.py            # writes snapshots/demo.warc.gz
    python snapshots/make_demo.py -o FILE    # writes another file

Fernhollow Hosting, its site and its policy are made up; `.example` is a reserved domain (RFC 2606), so nothing here can
be fetched from the live web. Texts and markup lie in `demo/`: five policy texts, two other pages, and the two themes
they are shown in, shaped like the client area of WHMCS. What each capture is for stands in `README.md` beside this.

Running it again gives the same bytes: dates are fixed, record ids are UUIDs of version 5 made from URL and date, gzip
headers carry no time. Other releases of zlib may compress to other bytes; the records inside stay the same, except the
digests and the length of the one capture that the site itself sent compressed.

The file follows WARC 1.1 (ISO 28500:2017), one gzip member per record. There are no request records.
"""

import argparse
import gzip
import io
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha1
from pathlib import Path
from string import Template

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HERE = Path(__file__).resolve().parent
PAGES = HERE / "demo"
DEFAULT_OUTPUT = HERE / "demo.warc.gz"
MADE_AT = "20211201000000"
HTTP_SITE = "http://www.fernhollow.example"
BARE_SITE = "http://fernhollow.example"  # the same site without www: another original URL, the same index key
HTTPS_SITE = "https://www.fernhollow.example"
ID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://www.fernhollow.example/demo.warc.gz")
REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One response of the site: what was asked, when, and what came back."""

    url: str
    timestamp: str
    status: str = "200 OK"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page source in `demo/` and the theme and encoding it is shown in."""

    source: str
    theme: str
    site: str
    path: str = "/privacy.php"
    title: str = "Privacy Policy"
    encoding: str = "utf-8"
    declared: str = "utf-8"

    def render(self, timestamp: str) -> bytes:
        """Give the page's bytes as the site would have sent them at that moment, with a token of its own."""
        values = {
            "title": self.title,
            "content": (PAGES / self.source).read_text(encoding="utf-8"),
            "charset": self.declared,
            "base": f"{self.site}/",
            "path": self.path,
            "year": timestamp[:4],
            "token": sha1(f"token {timestamp}".encode(), usedforsecurity=False).hexdigest(),
            "build": sha1(f"build {timestamp[:4]}".encode(), usedforsecurity=False).hexdigest()[:6],
        }
        theme = (PAGES / self.theme).read_text(encoding="utf-8")
        return Template(theme).substitute(values).encode(self.encoding)

    def capture(
        self, timestamp: str, *, site: str | None = None, status: str = "200 OK", typed: bool = True
    ) -> Capture:
        """Make the capture of this page at that moment; without `typed` the Content-Type names no charset."""
        content_type = f"text/html; charset={self.declared}" if typed else "text/html"
        return Capture(
            url=f"{site or self.site}{self.path}",
            timestamp=timestamp,
            status=status,
            body=self.render(timestamp),
            headers=(
                ("X-Powered-By", "PHP/5.3.28" if timestamp < "2016" else "PHP/7.2.5"),
                ("Set-Cookie", f"WHMCSfern={sha1(timestamp.encode(), usedforsecurity=False).hexdigest()[:26]}; path=/"),
                ("Cache-Control", "no-store, no-cache, must-revalidate"),
                ("Content-Type", content_type),
            ),
        )


# The first theme declares iso-8859-1 but sends what browsers take that for: windows-1252, with curly quotes.
OLD_PAGE = Page(
    source="policy-2012.html",
    theme="theme-classic.html",
    site=HTTP_SITE,
    encoding="windows-1252",
    declared="iso-8859-1",
)


def captures() -> list[Capture]:
    """List the captures in the order they were made; the revisit is not among them."""
    page_2014 = Page(source="policy-2014.html", theme="theme-classic.html", site=HTTP_SITE)
    page_2016 = Page(source="policy-2016.html", theme="theme-classic.html", site=HTTPS_SITE)
    page_2018 = Page(source="policy-2018.html", theme="theme-six.html", site=HTTPS_SITE)
    page_2021 = Page(source="policy-2021.html", theme="theme-six.html", site=HTTPS_SITE)
    return [
        OLD_PAGE.capture("20120417103022", typed=False),
        OLD_PAGE.capture("20130611081544", typed=False),
        missing_page("/privacy-policy.php", HTTP_SITE).capture("20130611081702"),
        redirect(f"{BARE_SITE}/legal.php", "20140926073012", "302 Found", "/privacy.php"),
        page_2014.capture("20140926073015", site=BARE_SITE),
        missing_page("/privacy.php", HTTP_SITE).capture("20150312120431", status="404 Not Found"),
        home_page().capture("20160218154410"),
        redirect(f"{HTTP_SITE}/privacy.php", "20160218154500", "301 Moved Permanently", f"{HTTPS_SITE}/privacy.php"),
        page_2016.capture("20160218154502"),
        missing_page("/privacy.php", HTTPS_SITE).capture("20170219041009"),
        page_2016.capture("20170523182217"),
        compressed(page_2018.capture("20180525091133")),
        missing_page("/gdpr.php", HTTPS_SITE, theme="theme-six.html").capture("20180525091502", status="404 Not Found"),
        page_2018.capture("20190714001250"),
        page_2021.capture("20210309173846"),
    ]


def home_page() -> Page:
    """Give the site's home page, which links the policy in its footer."""
    return Page(source="home.html", theme="theme-classic.html", site=HTTPS_SITE, path="/", title="Welcome")


def missing_page(path: str, site: str, theme: str = "theme-classic.html") -> Page:
    """Give the page the site shows for a path it does not have; with status 200 it is a soft 404."""
    return Page(source="not-found.html", theme=theme, site=site, path=path, title="Page Not Found")


def redirect(url: str, timestamp: str, status: str, location: str) -> Capture:
    """Make the capture of a redirect, with the short body that Apache writes."""
    body = f'<html><head><title>{status}</title></head><body><p>See <a href="{location}">here</a>.</p></body></html>\n'
    headers = (("Location", location), ("Content-Type", "text/html; charset=iso-8859-1"))
    return Capture(url=url, timestamp=timestamp, status=status, body=body.encode("ascii"), headers=headers)


def compressed(capture: Capture) -> Capture:
    """Give the same capture as a server with mod_deflate would have sent it."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(capture.body)
    headers = (*capture.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return Capture(url=capture.url, timestamp=capture.timestamp, body=buffer.getvalue(), headers=headers)


def moment(timestamp: str) -> datetime:
    """Turn 14 digits into the instant they name, in UTC."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def warc_date(timestamp: str) -> str:
    """Write 14 digits as WARC-Date wants them."""
    return moment(timestamp).strftime("%Y-%m-%dT%H:%M:%SZ")


def record_id(*parts: str) -> str:
    """Make a record id that is the same on every run."""
    return f"<urn:uuid:{uuid.uuid5(ID_NAMESPACE, ' '.join(parts))}>"


def http_head(capture: Capture) -> StatusAndHeaders:
    """Write the status line and headers of a capture."""
    date = format_datetime(moment(capture.timestamp), usegmt=True)
    headers = [("Date", date), ("Server", "Apache"), *capture.headers, ("Content-Length", str(len(capture.body)))]
    return StatusAndHeaders(capture.status, headers, protocol="HTTP/1.1")


def info_record(writer: WARCWriter, name: str) -> ArcWarcRecord:
    """Make the warcinfo record that opens the file."""
    fields = {
        "software": "archivepolicy snapshots/make_demo.py",
        "format": "WARC File Format 1.1",
        "description": "An invented site, written for archivepolicy's demo and tests; nothing here was crawled.",
    }
    record = writer.create_warcinfo_record(name, fields)
    record.rec_headers.replace_header("WARC-Date", warc_date(MADE_AT))
    record.rec_headers.replace_header("WARC-Record-ID", record_id("warcinfo"))
    return record


def response_record(writer: WARCWriter, capture: Capture) -> ArcWarcRecord:
    """Make the response record of a capture."""
    return writer.create_warc_record(
        capture.url,
        "response",
        payload=io.BytesIO(capture.body),
        length=len(capture.body),
        http_headers=http_head(capture),
        warc_headers_dict={
            "WARC-Date": warc_date(capture.timestamp),
            "WARC-Record-ID": record_id("response", capture.url, capture.timestamp),
        },
    )


def revisit_record(writer: WARCWriter, capture: Capture, timestamp: str, digest: str) -> ArcWarcRecord:
    """Make the record of a later visit that found the same bytes as `capture`, whose payload digest is given."""
    again = Capture(url=capture.url, timestamp=timestamp, body=capture.body, headers=capture.headers)
    return writer.create_warc_record(
        capture.url,
        "revisit",
        http_headers=http_head(again),
        warc_headers_dict={
            "WARC-Date": warc_date(timestamp),
            "WARC-Record-ID": record_id("revisit", capture.url, timestamp),
            "WARC-Profile": REVISIT_PROFILE,
            "WARC-Refers-To": record_id("response", capture.url, capture.timestamp),
            "WARC-Refers-To-Target-URI": capture.url,
            "WARC-Refers-To-Date": warc_date(capture.timestamp),
            "WARC-Payload-Digest": digest,
        },
    )


def write_demo(output: Path) -> None:
    """Write the demo archive to that file, over whatever was there."""
    revisited_at, revisit_timestamp = "20130611081544", "20131102194710"
    with output.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="1.1")
        writer.write_record(info_record(writer, DEFAULT_OUTPUT.name))
        revisited, digest = None, ""
        for capture in captures():
            if revisited and capture.timestamp > revisit_timestamp:
                writer.write_record(revisit_record(writer, revisited, revisit_timestamp, digest))
                revisited = None
            record = response_record(writer, capture)
            writer.write_record(record)
            if capture.timestamp == revisited_at:
                revisited, digest = capture, record.rec_headers.get_header("WARC-Payload-Digest")


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Write the demo archive of archivepolicy.")
    parser.add_argument("-o", "--output", type=Path, default=DEFAULT_OUTPUT, metavar="FILE")
    output = parser.parse_args().output
    write_demo(output)
    print(f"{output}: {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
