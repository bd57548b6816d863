"""Framesets: the policy is in a frame, and the frame's own capture is read."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archivepolicy as ap
from archivepolicy.extraction import content_frame
from archivepolicy.pipeline.page import explain
from peers.pywb_peer import PywbPeer

SITE = "http://frames.example"
FRAMESET = (
    b"<html><head><title>A Ltd</title></head><frameset rows='80,*'><frame src='top.html' name='top'><frameset cols='150,*'>"
    b"<frame src='menu.html' name='menu'><frame src='text/privacy.html' name='right'></frameset></frameset></html>"
)
POLICY = (
    "<html><head><title>Privacy</title></head><body><h1>Privacy Policy</h1><p>In {year} we keep your name and your address "
    "for as long as you have an account with us, and <a href='terms.html'>the terms</a> say how to close it.</p></body></html>"
)


def write(path: Path, *captures: tuple[str, str, bytes]) -> Path:
    """Write captures; a body that begins with `->` is a redirect."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for date, url, body in captures:
            headers = [("Content-Type", "text/html")]
            if body.startswith(b"->"):
                headers.append(("Location", body[2:].decode()))
            status = "302 Found" if body.startswith(b"->") else "200 OK"
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            fields = {"WARC-Date": date}
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=fields
            )
            writer.write_record(record)
    return path


@pytest.fixture(scope="module")
def frames_warc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inner = f"{SITE}/legal/text/privacy.html"
    return write(
        tmp_path_factory.mktemp("frames") / "frames.warc.gz",
        ("2001-02-01T10:00:00Z", f"{SITE}/legal/", FRAMESET),
        ("1999-01-01T10:00:00Z", inner, POLICY.format(year=1999).encode()),
        ("2001-02-01T23:00:00Z", inner, POLICY.format(year=2001).encode()),
        ("2001-01-31T23:30:00Z", inner, POLICY.format(year=2000).encode()),  # nearer by hours, of another day
        ("2001-02-01T10:00:01Z", f"{SITE}/legal/menu.html", b"<a href=/>Home</a>"),
        ("2002-02-01T10:00:00Z", f"{SITE}/lost/", FRAMESET),
        ("2004-02-01T10:00:00Z", f"{SITE}/moved/", FRAMESET),
        ("2004-02-01T10:00:01Z", f"{SITE}/moved/text/privacy.html", b"->/new/one.html"),
        ("2004-02-01T10:00:02Z", f"{SITE}/new/one.html", b"->/new/two.html"),
        ("2001-02-01T10:00:03Z", f"{SITE}/new/two.html", POLICY.format(year=2002).encode()),
        ("2004-02-01T10:00:03Z", f"{SITE}/new/two.html", POLICY.format(year=2004).encode()),
        ("2005-02-01T10:00:00Z", f"{SITE}/circle/", FRAMESET),
        ("2005-02-01T10:00:01Z", f"{SITE}/circle/text/privacy.html", b"->/circle/text/privacy.html"),
        ("2006-02-01T10:00:00Z", f"{SITE}/gone/", FRAMESET),
        ("2006-02-01T10:00:01Z", f"{SITE}/gone/text/privacy.html", b"->/"),
        ("2006-02-01T10:00:02Z", f"{SITE}/", POLICY.format(year=2006).encode()),
        ("2003-02-01T10:00:00Z", f"{SITE}/outer/", b"<frameset cols=*><frame src='/legal/' name=main></frameset>"),
    )


@pytest.fixture(params=["file", "pywb"])
def archive(request: pytest.FixtureRequest, frames_warc: Path) -> str | Path:
    if request.param == "file":
        return frames_warc
    start: Callable[..., PywbPeer] = request.getfixturevalue("start_pywb")
    return f"pywb:{start([frames_warc], '--dialect', 'bare').collection_url}"


def test_the_frame_of_the_same_day_is_read_and_named(archive: str | Path, tmp_path: Path) -> None:
    snapshot = ap.get(f"{SITE}/legal/", as_of="2001", archive=archive, store=tmp_path)
    assert "In 2001 we keep" in snapshot.markdown
    assert f"[the terms]({SITE}/legal/text/terms.html)" in snapshot.markdown
    assert "from the frames.example privacy policy that was archived on 2001-02-01" in snapshot.markdown
    assert (snapshot.capture.url, snapshot.capture.timestamp) == (f"{SITE}/legal/", "20010201100000")
    (frame,) = snapshot.provenance["frames"]
    assert (frame["url"], frame["timestamp"]) == (f"{SITE}/legal/text/privacy.html", "20010201230000")
    assert any("captured 2001-02-01T23:00:00Z" in warning for warning in snapshot.warnings)
    again = ap.get(f"{SITE}/legal/", as_of="2001", archive=archive, store=tmp_path)
    assert (again.markdown, again.provenance) == (snapshot.markdown, snapshot.provenance)
    shown = explain(snapshot, archive=archive, store=tmp_path)
    assert next(part.text for part in shown.parts if part.rule is None) == "Privacy Policy"


def test_a_frameset_costs_one_listing_and_one_replay_more_and_nothing_when_kept(
    start_pywb: Callable[..., PywbPeer], frames_warc: Path, tmp_path: Path
) -> None:
    running = start_pywb([frames_warc], "--dialect", "bare")
    name = f"pywb:{running.collection_url}"
    ap.get(f"{SITE}/legal/", archive=name, store=tmp_path)
    assert len(running.requests()) == 4
    running.clear()
    ap.get(f"{SITE}/legal/", archive=name, store=tmp_path)
    assert running.requests() == []


def test_frames_within_frames_are_followed(frames_warc: Path) -> None:
    assert "In 2001 we keep" in ap.get(f"{SITE}/outer/", archive=frames_warc).markdown


def test_redirects_of_a_frame_are_followed(archive: str | Path) -> None:
    snapshot = ap.get(f"{SITE}/moved/", archive=archive)
    assert "In 2004 we keep" in snapshot.markdown
    assert snapshot.provenance["frames"][0]["url"] == f"{SITE}/new/two.html"


@pytest.mark.parametrize("path", ["circle", "gone"])
def test_redirects_that_lead_nowhere_or_home_are_not_followed(frames_warc: Path, path: str) -> None:
    with pytest.raises(ap.UnusableCaptureError):
        ap.get(f"{SITE}/{path}/", archive=frames_warc)


def test_a_frame_that_was_not_archived_leaves_the_page_unusable(frames_warc: Path) -> None:
    with pytest.raises(ap.UnusableCaptureError):
        ap.get(f"{SITE}/lost/", archive=frames_warc)


@pytest.mark.parametrize(
    ("markup", "frame"),
    [
        ("<frameset cols='20%,*'><frame src=menu.html><frame src=a.html></frameset>", "a.html"),
        ("<frameset cols='*,3*,*'><frame src=a.html><frame src=b.html><frame src=c.html></frameset>", "b.html"),
        ("<frameset cols='80%,20%'><frame src=a.html><frame src=b.html name=Main></frameset>", "b.html"),
        ("<frameset rows='100,300'><frame src=a.html><frame src=b.html></frameset>", "b.html"),
        ("<frameset rows='x,,%'><frame src=a.html><frame src=b.html></frameset>", "a.html"),
        ("<frameset><frame src='javascript:x()' name=body></frameset>", None),
        ("<frameset><frame></frameset>", None),
        ("<p>The word &lt;frame and no <b>frame</b></p>", None),
        ("<frame src=a.html>", None),
    ],
)
def test_the_content_frame_is_named_or_the_largest(markup: str, frame: str | None) -> None:
    found = content_frame(markup.encode(), url=f"{SITE}/x/index.html")
    assert found == (frame and f"{SITE}/x/{frame}")
