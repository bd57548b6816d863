"""Finding a site's policy, over a WARC file and over HTTP in both dialects."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archivepolicy as ap
from archivepolicy.cli import main
from archivepolicy.records import Finding, Listing, Memento
from peers.pywb_peer import PywbPeer

SENTENCES = (
    "<p>We collect the address that you give us when you order, and we keep it for as long as the law asks us to.</p>"
    "<p>We share personal data with the carrier who brings your parcel, and with nobody else, unless a court orders it.</p>"
    "<p>You may ask us at any time which data about you we store, have it corrected, and have it deleted again.</p>"
    "<p>Our pages use cookies to remember what is in your basket; your browser can refuse them without any harm.</p>"
)


def page(title: str, body: str) -> tuple[str, str, str]:
    return "200 OK", "", f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


def moved(location: str) -> tuple[str, str, str]:
    return "301 Moved Permanently", location, ""


HOME = "<p>Kettles and tea, every day but Sunday, from our shop behind the old mill by the river.</p>"
PRIVACY, TERMS = page("Privacy Notice", SENTENCES), page("Terms of Service", SENTENCES.replace("data", "goods"))
PAGES = [
    ("http://larkmoor.example/", "20120101000000", page("Larkmoor", f'{HOME}<footer><a href="/legal/privacy">Privacy</a></footer>')),
    ("http://larkmoor.example/legal/privacy", "20120101000100", moved("/privacy-notice")),
    ("http://larkmoor.example/privacy-notice", "20120101000102", PRIVACY),
    ("http://bare.example/privacy.php", "20120201000000", PRIVACY),
    ("http://bare.example/privacy.css", "20120201000001", PRIVACY),
    ("http://bare.example/shop/privacy-curtains/1", "20120201000002", page("Curtains", HOME)),
    ("http://bare.example/old-privacy.html", "20120201000003", ("404 Not Found", "", "gone")),
    ("http://parked.example/", "20120301000000", page("Tea", f'{HOME}<a href="p.html">Privacy Policy</a>')),
    ("http://parked.example/p.html", "20120301000002", PRIVACY),
    ("http://parked.example/", "20130301000000", page("parked.example is for sale", "<p>This domain is for sale. Buy this domain.</p>")),
    ("http://soft.example/", "20120401000000", page("Tea", f'{HOME}<a href="/p">Privacy Policy</a>')),
    ("http://soft.example/p", "20120401000002", page("Page not found", "<p>The page you requested cannot be found.</p>")),
    ("http://soft.example/privacy-policy", "20120401000004", PRIVACY),
    ("http://frames.example/", "20120501000000", ("200 OK", "", '<html><frameset cols="20%,80%"><frame src="menu.html"><frame src="main.html"></frameset></html>')),
    ("http://frames.example/menu.html", "20120501000001", page("Menu", '<a href="priv.html">Privacy</a>')),
    ("http://frames.example/priv.html", "20120501000002", PRIVACY),
    ("http://wrong.example/", "20120601000000", page("Tea", f'{HOME}<a href="/rules">Privacy Policy</a>')),
    ("http://wrong.example/rules", "20120601000001", TERMS),
    ("http://host.example/~ann/", "20120701000000", page("Ann's tea", HOME)),
    ("http://host.example/~ann/privacy.html", "20120701000001", PRIVACY),
    ("http://host.example/~bob/privacy-policy", "20120701000002", PRIVACY),
    ("http://legal.example/", "20120801000000", page("Tea", f'{HOME}<footer><a href="/l">Legal</a></footer>')),
    ("http://legal.example/l", "20120801000001", page("Legal", f"{HOME}<h2>Privacy</h2>{SENTENCES}<h2>Imprint</h2>{HOME}")),
    ("http://oldname.example/", "20120901000000", moved("http://newname.example/")),
    ("http://newname.example/", "20120901000001", page("Tea", f'{HOME}<footer><a href="/doc">Privacy</a></footer>')),
    ("http://newname.example/doc", "20120901000002", PRIVACY),
    ("http://late.example/", "20150601000000", page("Tea", f'{HOME}<a href="/p">Privacy Policy</a>')),
    ("http://late.example/p", "20120601000001", PRIVACY),
]  # fmt: skip


@pytest.fixture(scope="session")
def sites_warc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sites") / "sites.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, timestamp, (status, location, body) in PAGES:
            headers = [("Content-Type", "text/html; charset=utf-8")] + ([("Location", location)] if location else [])
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            t = timestamp
            date = f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:]}Z"
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body.encode()),
                length=len(body.encode()),
                http_headers=http,
                warc_headers_dict={"WARC-Date": date},
            )
            writer.write_record(record)
    return file


@pytest.fixture(scope="session")
def _peers(start_pywb: Callable[..., PywbPeer], sites_warc: Path) -> dict[str, PywbPeer]:
    return {name: start_pywb([sites_warc], "--dialect", name) for name in ("bare", "wayback")}


@pytest.fixture(params=["warc", "bare", "wayback"])
def archive(request: pytest.FixtureRequest, sites_warc: Path) -> str:
    if request.param == "warc":
        return str(sites_warc)
    peer: PywbPeer = request.getfixturevalue("_peers")[request.param]
    return f"pywb:{peer.collection_url}" if request.param == "bare" else f"wayback:{peer.url}"


@pytest.mark.parametrize(
    ("domain", "found", "captured"),
    [
        ("larkmoor.example", "http://larkmoor.example/legal/privacy", "http://larkmoor.example/privacy-notice"),
        ("bare.example", "http://bare.example/privacy.php", None),
        ("parked.example", "http://parked.example/p.html", None),
        ("soft.example", "http://soft.example/privacy-policy", None),
        ("frames.example", "http://frames.example/priv.html", None),
        ("late.example", "http://late.example/p", None),
        ("host.example/~ann/", "http://host.example/~ann/privacy.html", None),
    ],
)
def test_the_policy_of_a_site(archive: str, domain: str, found: str, captured: str | None) -> None:
    discovery = ap.find(domain, as_of="2013-06", archive=archive)
    assert discovery.best is not None, discovery
    assert discovery.best.url == found
    assert discovery.best == discovery.candidates[0]
    assert discovery.best.capture is not None
    assert discovery.best.capture.url == (captured or found)
    assert discovery.best.kind == "privacy policy"
    assert bool(discovery.best.hops) == (captured is not None)


NOBODY = "wayback:http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.mark.parametrize("domain", ["larkmoor.example", "bare.example"])
def test_several_archives_are_asked_together(
    request: pytest.FixtureRequest, sites_warc: Path, domain: str, tmp_path: Path
) -> None:
    members = [f"pywb:{request.getfixturevalue('_peers')['bare'].collection_url}", NOBODY, sites_warc]
    for _ in range(2):  # the second time from the store
        discovery = ap.find(domain, as_of="2013-06", archive=members, store=tmp_path / "store")
        assert discovery.best is not None
        alone = ap.find(domain, as_of="2013-06", archive=members[0]).best
        assert alone is not None
        assert discovery.best.url == alone.url
        assert any("could not be asked" in line for line in discovery.looked_at)
        assert len(set(discovery.looked_at)) == len(discovery.looked_at)


def test_where_one_of_several_fails_it_might_have_held_the_policy(sites_warc: Path) -> None:
    with pytest.raises(ap.ArchiveUnavailableError, match=r"no privacy policy of .* was found"):
        ap.find("wrong.example", as_of="2013", archive=[sites_warc, NOBODY])
    assert ap.find("wrong.example", as_of="2013", archive=[sites_warc, sites_warc.parent]).best is None


def test_a_page_that_calls_itself_something_else_is_not_it(archive: str) -> None:
    discovery = ap.find("wrong.example", as_of="2013", archive=archive)
    assert discovery.best is None
    (candidate,) = discovery.candidates
    assert (candidate.verdict, candidate.kind) == (Finding.OTHER_KIND, "terms of service")
    assert ap.find("wrong.example", as_of="2013", kind="terms", archive=archive).best is None


def test_a_page_of_several_policies_is_it_where_a_heading_names_it(sites_warc: Path) -> None:
    best = ap.find("legal.example", as_of="2013", archive=sites_warc).best
    assert best is not None
    assert (best.url, best.kind) == ("http://legal.example/l", "policy")
    assert best.why == "its title names no kind, and a heading does: Privacy"
    assert ap.find("legal.example", as_of="2013", kind="terms", archive=sites_warc).best is None


def test_a_homepage_that_redirected_to_another_site_is_told(archive: str) -> None:
    best = ap.find("oldname.example", as_of="2013", archive=archive).best
    assert best is not None
    assert best.url == "http://newname.example/doc"
    assert best.label == "another site: newname.example, to which the homepage redirected"
    own = ap.find("newname.example", as_of="2013", archive=archive).best
    assert own is not None
    assert own.label is None


def test_what_was_passed_over_is_told(sites_warc: Path) -> None:
    discovery = ap.find("soft.example", as_of="2013", archive=sites_warc)
    assert [one.verdict for one in discovery.candidates] == [Finding.POLICY, Finding.UNUSABLE]
    assert "soft 404" in discovery.candidates[1].why
    parked = ap.find("parked.example", as_of="2013-06", archive=sites_warc)
    assert parked.homepage is not None
    assert parked.homepage.timestamp == "20120301000000"
    nothing = ap.find("nowhere.example", as_of="2013", archive=sites_warc)
    assert (nothing.best, nothing.candidates, nothing.homepage) == (None, (), None)
    assert nothing.looked_at[0].startswith("No homepage: sites.warc.gz holds no capture of")


@pytest.mark.parametrize("dialect", ["bare", "wayback"])
def test_requests_are_few_and_what_is_kept_costs_none(
    _peers: dict[str, PywbPeer],  # noqa: PT019 - its values are used
    dialect: str,
    tmp_path: Path,
) -> None:
    peer = _peers[dialect]
    name = f"pywb:{peer.collection_url}" if dialect == "bare" else f"wayback:{peer.url}"
    peer.clear()
    first = ap.find("bare.example", as_of="2013", archive=name, store=tmp_path)
    paths = [path for _, path in peer.requests()]
    assert sum("cdx" in path.partition("?")[0] for path in paths) == 3  # homepage, prefix, candidate
    assert len(paths) == 4
    assert sum("matchType=prefix" in path for path in paths) == 1
    peer.clear()
    again = ap.find("bare.example", as_of="2013", archive=name, store=tmp_path)
    later = ap.find("bare.example", as_of="2014", archive=name, store=tmp_path)
    assert peer.requests() == []
    assert again == first
    assert later.best is not None
    assert not list(tmp_path.glob("bare.example/**/*.md"))  # no product: nothing was asked for but the URL


@pytest.mark.parametrize("dialect", ["bare", "wayback"])
def test_a_prefix_listing_has_one_row_a_url_whatever_the_dialect(
    _peers: dict[str, PywbPeer],  # noqa: PT019 - its values are used
    dialect: str,
    sites_warc: Path,
) -> None:
    from archivepolicy.archives.archive import PrefixArchive

    peer = _peers[dialect]
    over_http = ap.open_archive(f"pywb:{peer.collection_url}" if dialect == "bare" else f"wayback:{peer.url}")
    local = ap.open_archive(sites_warc)
    for site in (over_http, local):
        assert isinstance(site, PrefixArchive)
        listing = site.prefix_listing("http://www.bare.example/", words=["privacy"], limit=100)
        assert [one.url.removeprefix("http://bare.example/") for one in listing.captures] == [
            "privacy.php", "privacy.css", "shop/privacy-curtains/1",
        ]  # fmt: skip
        assert (listing.url, listing.warnings) == ("http://www.bare.example/*", ())
        cut = site.prefix_listing("http://www.bare.example/", words=["privacy"], limit=1)
        assert (len(cut.captures), len(cut.warnings)) == (1, 1)
        assert site.prefix_listing("http://bare.example/", words=["nothing"], limit=9).captures == ()


class WithoutPrefixes:
    """An archive that can only list exact URLs."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self.name, self.key, self.is_local = archive.name, archive.key, True

    def listing(self, url: str) -> Listing:
        found: Listing = self._archive.listing(url)
        return found

    def replay(self, capture: ap.Capture) -> Memento:
        found: Memento = self._archive.replay(capture)
        return found


def test_an_archive_without_prefixes_is_told(sites_warc: Path) -> None:
    discovery = ap.find("bare.example", archive=WithoutPrefixes(ap.open_archive(sites_warc)))
    assert discovery.best is None
    assert "lists no prefixes" in discovery.looked_at[-1]


def test_what_cannot_be_understood() -> None:
    with pytest.raises(ap.InputError, match="no such kind"):
        ap.find("a.example", kind="recipes", archive="snapshots/demo.warc.gz")


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["find", *arguments, "--no-store"])
    said = capsys.readouterr()
    return int(leaving.value.code or 0), said.out, said.err


def test_the_command_prints_the_url_alone(sites_warc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = command(capsys, "larkmoor.example", "--as-of", "2013", "--archive", str(sites_warc))
    assert (code, out) == (0, "http://larkmoor.example/legal/privacy\n")
    assert "redirected to http://larkmoor.example/privacy-notice" in err
    code, out, err = command(capsys, "larkmoor.example", "-q", "--archive", str(sites_warc))
    assert (code, out, err) == (0, "http://larkmoor.example/legal/privacy\n", "")


def test_the_command_as_json(sites_warc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "soft.example", "--as-of", "2013", "--json", "--archive", str(sites_warc))
    values = json.loads(out)
    assert code == 0
    assert list(values) == ["schema_version", "domain", "as_of", "kind", "homepage", "candidates", "looked_at"]
    first = values["candidates"][0]
    assert (first["url"], first["verdict"], first["timestamp"]) == (
        "http://soft.example/privacy-policy", "ok", "20120401000004",
    )  # fmt: skip
    assert first["reasons"]
    assert first["score"] > 0


def test_the_command_ends_with_3_where_nothing_is_found(sites_warc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = command(capsys, "wrong.example", "--as-of", "2013", "--json", "--archive", str(sites_warc))
    assert code == 3
    assert json.loads(out)["candidates"][0]["verdict"] == "another document"
    assert "no privacy policy of http://wrong.example/ was found" in err
    code, out, _ = command(capsys, "wrong.example", "--as-of", "2013", "--archive", str(sites_warc))
    assert (code, out) == (3, "")
