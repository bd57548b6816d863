"""The Wayback Machine's dialect, as a WSGI layer around pywb; imported by `pywb_server` alone, in pywb's process.

It answers `/cdx/search/cdx` and raw playback (`/web/TSid_/URL`) itself, from pywb's index and the WARC files, because
pywb differs there: it never replays a redirect to the same page under https, and ignores the status in its own lookup.
All else (rewritten pages, TimeMaps) goes through to pywb. Shapes are those of recorded exchanges with web.archive.org:

* a capture has Memento-Datetime, Link and X-Archive-Orig-*; the archive's own answers have none of them;
* bodies are compressed for transport, and the site's own Content-Encoding is lost;
* the resume key ends in the last timestamp with its last *character* moved on by one, so `...59` becomes `...5:`, and
  it is given whenever the limit was reached, even if nothing follows.
"""

import gzip
import json
import re
from bisect import bisect_left
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, quote_plus, unquote, unquote_plus, urljoin, urlsplit

from pywb.utils.canonicalize import canonicalize
from warcio.archiveiterator import ArchiveIterator

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
EXCLUSION = (
    "org.archive.util.io.RuntimeIOException: "
    "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
)
PLAYBACK = re.compile(r"/web/(?P<timestamp>\d{1,14})?(?P<modifier>[a-z]{2}_)?/?(?P<url>[^/].*)")
NOT_RENAMED = {"content-type", "content-encoding", "transfer-encoding", "location"}
NOTICE = "<!DOCTYPE html>\n<html><head><title>Wayback Machine</title></head><body>{}</body></html>\n"


class WaybackFront:
    """WSGI application that answers like web.archive.org for what pywb's index holds.

    Args:
        app: pywb's own application, with the same captures in its collection `web`.
        index: pywb's CDXJ file, sorted.
        archive: The folder of the WARC files it names.
        excluded: Hosts whose owners are taken to have asked for exclusion.
    """

    def __init__(self, app, *, index, archive, excluded=()):
        self.app = app
        self.archive = archive
        self.excluded = set(excluded)
        self.rows = [cdx_row(line) for line in index.read_text(encoding="utf-8").splitlines() if "{" in line]
        self.rows.sort(key=lambda row: (row["urlkey"], row["timestamp"]))

    def __call__(self, environ, start_response):
        """Route a request: index, playback, or through to pywb."""
        path, _, query = environ["REQUEST_URI"].partition("?")
        if path == "/cdx/search/cdx":
            answer = self.search(parse_qs(query, keep_blank_values=True))
        else:
            match = PLAYBACK.fullmatch(environ["REQUEST_URI"])
            if match is None or match["url"].startswith("timemap/"):
                return self.app(environ, start_response)
            answer = self.play(environ, match["timestamp"], match["modifier"] or "", with_scheme(match["url"]))
            if answer is None:
                return self.app(environ, start_response)
        return send(answer, environ, start_response)

    def is_excluded(self, url):
        """Say whether the URL's host is on the list of exclusions."""
        return urlsplit(with_scheme(url)).hostname in self.excluded

    # --- the index -------------------------------------------------------------------------------------------------

    def search(self, query):
        """Answer an index query: status line, headers, body."""
        text = [("Content-Type", "text/plain;charset=UTF-8")]
        first = {name: values[0] for name, values in query.items()}
        url = first.get("url")
        if not url or first.get("matchType", "exact") not in ("exact", "prefix", "host", "domain"):
            return "400 Bad Request", text, b"The request is malformed: a url and a known matchType are needed\n"
        if self.is_excluded(url):
            return "403 Forbidden", [*text, ("X-Archive-Wayback-Runtime-Error", EXCLUSION)], (EXCLUSION + "\n").encode()
        rows = self.matching(url, first.get("matchType", "exact"))
        rows = [row for row in rows if first.get("from", "").ljust(14, "0") <= row["timestamp"]]
        rows = [row for row in rows if row["timestamp"] <= first.get("to", "").ljust(14, "9")]
        for condition in query.get("filter", []):
            rows = [row for row in rows if passes(row, condition)]
        for rule in query.get("collapse", []):
            rows = collapsed(rows, rule)
        rows, resume_key = page(rows, int(first.get("limit", 150000)), first.get("resumeKey"))
        resume_key = resume_key if first.get("showResumeKey") == "true" else None
        fields = first["fl"].split(",") if "fl" in first else FIELDS
        lines = [[row.get(field, "-") for field in fields] for row in rows]
        if first.get("output") == "json":
            return "200 OK", [("Content-Type", "application/json")], as_json(fields, lines, resume_key)
        body = "".join(" ".join(line) + "\n" for line in lines) + (f"\n{resume_key}\n" if resume_key else "")
        return "200 OK", text, body.encode()

    def matching(self, url, match_type="exact"):
        """List the rows of a URL (or of the prefix, host or domain it names), ascending."""
        if match_type == "exact":
            key = canonicalize(with_scheme(url))
            return [row for row in self.rows if row["urlkey"] == key]
        key = canonicalize(with_scheme(url))
        prefixes = (key,) if match_type == "prefix" else (f"{key.partition(')')[0]})",)
        if match_type == "domain":
            prefixes += (f"{key.partition(')')[0]},",)
        return [row for row in self.rows if row["urlkey"].startswith(prefixes)]

    # --- playback --------------------------------------------------------------------------------------------------

    def play(self, environ, timestamp, modifier, url):
        """Answer a playback request, or give None where pywb's rewriting shall answer."""
        html = [("Content-Type", "text/html; charset=utf-8")]
        if self.is_excluded(url):
            return "200 OK", html, NOTICE.format("<p>Sorry.</p><p>This URL has been excluded.</p>").encode()
        rows = self.matching(url)
        if not rows:
            return (
                "404 NOT FOUND",
                html,
                NOTICE.format("<p>The Wayback Machine has not archived that URL.</p>").encode(),
            )
        row = nearest(rows, timestamp or accepted_timestamp(environ), url)
        base = f"http://{environ['HTTP_HOST']}/web/"
        if row["timestamp"] != timestamp:
            found = [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Location", f"{base}{row['timestamp']}{modifier}/{row['original']}"),
                ("X-Archive-Redirect-Reason", f"found capture at {row['timestamp']}"),
            ]
            return "302 FOUND", found, b""
        if modifier == "id_":
            return self.memento(row, rows, base)
        if row["statuscode"].startswith("3"):
            said = f"<p>Got an HTTP {row['statuscode']} response at crawl time</p><p>Redirecting to...</p>"
            return "200 OK", html, NOTICE.format(said).encode()
        return None

    def memento(self, row, rows, base):
        """Replay a capture raw: its status, its decoded body, and its headers under the archive's names."""
        record_headers, body = self.read(row)
        headers = [
            (name if name.lower() == "content-type" else f"X-Archive-Orig-{name}", value)
            for name, value in record_headers.headers
            if name.lower() not in NOT_RENAMED - {"content-type"}
        ]
        location = record_headers.get_header("Location")
        if location:
            headers.append(("Location", f"{base}{row['timestamp']}id_/{urljoin(row['original'], location)}"))
        headers += [
            ("Memento-Datetime", http_date(row["timestamp"])),
            ("Link", link_header(row, rows, base)),
            ("X-Archive-Src", row["filename"]),
        ]
        return record_headers.statusline, headers, body

    def read(self, row):
        """Read a capture from its WARC file: HTTP headers and decoded body; a revisit borrows the earlier body."""
        with (self.archive / row["filename"]).open("rb") as stream:
            stream.seek(int(row["offset"]))
            record = next(iter(ArchiveIterator(stream)))
            if record.rec_type != "revisit":
                return record.http_headers, record.content_stream().read()
        same = (other for other in self.rows if other["digest"] == row["digest"])
        earlier = next(other for other in same if other["mimetype"] != "warc/revisit")
        headers, body = self.read(earlier)
        return record.http_headers or headers, body


def cdx_row(line):
    """Read a line of pywb's index into the seven fields, and the place of the record."""
    key, timestamp, rest = line.split(" ", 2)
    entry = json.loads(rest)
    return {
        "urlkey": key,
        "timestamp": timestamp,
        "original": entry["url"],
        "mimetype": entry.get("mime", "unk"),
        "statuscode": entry.get("status", "-") if entry.get("mime") != "warc/revisit" else "-",
        "digest": entry["digest"].removeprefix("sha1:"),
        "length": entry["length"],
        "offset": entry["offset"],
        "filename": entry["filename"],
    }


def passes(row, condition):
    """Apply a filter such as `!statuscode:3..`; the expression has to match the whole value."""
    field, _, pattern = condition.removeprefix("!").partition(":")
    return (re.fullmatch(pattern, row.get(field, "")) is not None) != condition.startswith("!")


def collapsed(rows, rule):
    """Drop the rows whose field (or its first N characters) equals that of the row before."""
    field, _, digits = rule.partition(":")
    values = [row.get(field, "")[: int(digits) if digits else None] for row in rows]
    return [row for at, row in enumerate(rows) if at == 0 or values[at] != values[at - 1]]


def page(rows, limit, resume_key):
    """Cut a page out of the rows: those from the resume key on, at most `limit`, or the last ones if it is negative."""
    if resume_key:
        start = tuple(unquote_plus(resume_key).split(" ", 1))
        rows = rows[bisect_left(rows, start, key=lambda row: (row["urlkey"], row["timestamp"])) :]
    if limit < 0:
        return rows[limit:], None
    rows = rows[:limit]
    if not rows or len(rows) < limit:
        return rows, None
    last = rows[-1]["timestamp"]
    return rows, quote_plus(f"{rows[-1]['urlkey']} {last[:-1]}{chr(ord(last[-1]) + 1)}")


def as_json(fields, lines, resume_key):
    """Write the answer as an array of arrays, header first; without rows it is an empty array."""
    table = [list(fields), *lines] if lines else []
    if resume_key:
        table += [[], [resume_key]]
    return ("[" + ",\n".join(json.dumps(line) for line in table) + "]\n").encode()


def nearest(rows, timestamp, url):
    """Choose the row nearest to the timestamp (the newest without one), of same-second twins the one with this URL."""
    if not timestamp:
        return rows[-1]
    full = timestamp + "20000101000000"[len(timestamp) :]
    return min(rows, key=lambda row: (abs(moment(row["timestamp"]) - moment(full)), row["original"] != url))


def accepted_timestamp(environ):
    """Read Accept-Datetime as a timestamp; None without one."""
    accepted = environ.get("HTTP_ACCEPT_DATETIME")
    return parsedate_to_datetime(accepted).strftime("%Y%m%d%H%M%S") if accepted else None


def link_header(row, rows, base):
    """Write the Link header: original, TimeMap, TimeGate, and the neighbouring captures, all in view form."""
    at = rows.index(row)
    url = row["original"]
    relations = {"memento": row, "first memento": rows[0], "last memento": rows[-1]}
    if at:
        relations["prev memento"] = rows[at - 1]
    if at + 1 < len(rows):
        relations["next memento"] = rows[at + 1]
    mementos = [
        f'<{base}{row["timestamp"]}/{row["original"]}>; rel="{relation}"; datetime="{http_date(row["timestamp"])}"'
        for relation, row in relations.items()
    ]
    timemap = f'<{base}timemap/link/{url}>; rel="timemap"; type="application/link-format"'
    return ", ".join([f'<{url}>; rel="original"', timemap, f'<{base}{url}>; rel="timegate"', *mementos])


def with_scheme(url):
    """Complete a URL as the Wayback Machine does: `example.org`, `http%3A//example.org`."""
    if re.match(r"https?%3a", url, re.IGNORECASE):
        url = unquote(url)
    return url if re.match(r"https?:", url, re.IGNORECASE) else f"http://{url}"


def moment(timestamp):
    """Turn 14 digits into the instant they name."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def http_date(timestamp):
    """Write 14 digits as an HTTP date."""
    return format_datetime(moment(timestamp), usegmt=True)


def send(answer, environ, start_response):
    """Send an answer (status line, headers, body), compressed for transport if the client takes that."""
    status, headers, body = answer
    headers = [*headers, ("Server", "nginx"), ("X-App-Server", "wwwb-app000"), ("X-ts", status[:3])]
    if body and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        start_response(status, [*headers, ("Content-Encoding", "gzip")])
        return iter([gzip.compress(body, mtime=0)])  # of unknown length to the server: it goes out in chunks, as there
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
