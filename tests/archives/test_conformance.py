"""What every archive must do alike, tried on the same captures in each kind of archive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.archives import open_archive
from archivepolicy.archives.archive import Archive
from archivepolicy.archives.commoncrawl import CommonCrawlArchive
from archivepolicy.archives.session import Session
from archivepolicy.errors import ExcludedError, NoCaptureError, NotReplayableError
from archivepolicy.records import Capture
from archivepolicy.store import Store
from archivepolicy.urls import normalise_url
from peers.faulty import faulty_server
from peers.meadow import (
    EXCLUDED_HOST,
    HELD,
    POLICY,
    SITE,
    Held,
    page,
    route_crawls,
    write_arc,
    write_wacz,
    write_warc,
)
from peers.pywb_peer import PywbPeer

# of the twins of one second pywb replays the http one for both
TWIN = (POLICY.replace("http:", "https:"), "20160101000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An archive, and in what it may differ.

    Attributes:
        archive: The archive.
        says_status: Its index knows statuses.
        says_digest: Its index knows digests.
        says_revisits: It keeps revisits apart.
        unreachable: Captures (URL, timestamp) that the software behind it lists and never replays: it must say so.
    """

    archive: Archive
    says_status: bool = True
    says_digest: bool = True
    says_revisits: bool = True
    unreachable: frozenset[tuple[str, str]] = frozenset()


@pytest.fixture(scope="session")
def meadow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warc(tmp_path_factory.mktemp("meadow") / "meadow.warc.gz")


@pytest.fixture(scope="session")
def meadow_front(start_pywb: Callable[..., PywbPeer], meadow: Path) -> PywbPeer:
    return start_pywb([meadow], "--dialect", "wayback", "--exclude", EXCLUDED_HOST)


@pytest.fixture(scope="session")
def meadow_pywb(start_pywb: Callable[..., PywbPeer], meadow: Path) -> PywbPeer:
    return start_pywb([meadow], "--dialect", "bare")


def of_store(folder: Path, meadow: Path) -> Archive:
    """The evidence of a store that fetched every capture."""
    source, store = open_archive(meadow), Store(folder)
    for url in {one.url for one in HELD}:
        for capture in source.listing(url).captures:
            store.keep_memento(source.key, source.replay(capture))
    return open_archive(folder / ".archivepolicy" / "warc")


KINDS = (
    "wayback",
    "pywb",
    "memento",
    "commoncrawl",
    "warc.gz",
    "warc",
    "arc",
    "wacz",
    "folder",
    "evidence",
    "together",
)


@pytest.fixture(params=KINDS)
def tried(request: pytest.FixtureRequest, tmp_path: Path, meadow: Path) -> Iterator[Tried]:
    kind = request.param
    if kind == "wayback":
        peer = request.getfixturevalue("meadow_front")
        yield Tried(archive=open_archive(f"wayback:{peer.url}"))
    elif kind == "pywb":
        peer = request.getfixturevalue("meadow_pywb")
        yield Tried(archive=open_archive(f"pywb:{peer.collection_url}"), unreachable=frozenset({TWIN}))
    elif kind == "memento":
        peer = request.getfixturevalue("meadow_pywb")
        yield Tried(
            archive=open_archive(f"memento:{peer.collection_url}"), says_status=False, says_digest=False,
            says_revisits=False, unreachable=frozenset({TWIN}),
        )  # fmt: skip
    elif kind == "commoncrawl":
        with faulty_server() as server:
            route_crawls(server, meadow)
            yield Tried(
                archive=CommonCrawlArchive(
                    open_session=Session, now=lambda: "20261123000000", index_url=server.url, data_url=server.url,
                    full_page_rows=2,
                )
            )  # fmt: skip
    elif kind == "together":
        write_warc(tmp_path / "new.warc.gz", [one for one in HELD if one.timestamp >= "2014"])
        write_warc(tmp_path / "old.warc.gz", [one for one in HELD if one.timestamp < "2014"])
        # a revisit whose body lies in another archive cannot be read from its own
        gap = frozenset({(POLICY, "20140101000000")})
        yield Tried(archive=open_archive([tmp_path / "new.warc.gz", str(tmp_path / "old.warc.gz")]), unreachable=gap)
    else:
        yield local(kind, tmp_path, meadow)


def local(kind: str, folder: Path, meadow: Path) -> Tried:
    """An archive of files."""
    if kind == "arc":
        return Tried(archive=open_archive(write_arc(folder / "meadow.arc")), says_revisits=False)
    if kind == "evidence":
        return Tried(archive=of_store(folder, meadow), says_revisits=False)
    if kind == "wacz":
        return Tried(archive=open_archive(write_wacz(folder / "meadow.wacz", [meadow])))
    if kind == "folder":
        (folder / "deep").mkdir()
        write_warc(folder / "deep" / "b.warc.gz", HELD[::2])
        write_wacz(folder / "a.wacz", [write_warc(folder / "c.warc", HELD[1::2])])
        (folder / "c.warc").unlink()
        return Tried(archive=open_archive(folder))
    return Tried(archive=open_archive(write_warc(folder / f"meadow.{kind}")))


def held_of(url: str) -> list[Held]:
    return [one for one in HELD if one.url.partition("://")[2] == url.partition("://")[2]]


def test_captures_come_in_order_each_once(tried: Tried) -> None:
    captures = tried.archive.listing(POLICY).captures
    assert [one.timestamp for one in captures] == [one.timestamp for one in held_of(POLICY)]
    assert len(set(captures)) == 7
    assert all(one.archive for one in captures)
    assert tried.archive.listing(POLICY).captures == captures


def test_the_forms_of_a_url_are_one(tried: Tried) -> None:
    count = len(held_of(POLICY))
    for form in (
        "https://www.meadow.example/privacy",
        "http://meadow.example/privacy",
        "http://www.meadow.example:80/privacy",
    ):
        assert len(tried.archive.listing(normalise_url(form)).captures) == count


def test_statuses_digests_and_revisits_are_told_as_far_as_they_are_known(tried: Tried) -> None:
    for capture, held in zip(tried.archive.listing(POLICY).captures, held_of(POLICY), strict=True):
        is_revisit = bool(held.repeats) and tried.says_revisits
        assert capture.is_revisit == is_revisit
        assert capture.status == (held.status if tried.says_status and not is_revisit else None)
    if tried.says_digest:
        digests = [one.digest for one in tried.archive.listing(POLICY).captures]
        assert digests[0] == digests[2]
        assert len(set(digests)) == 6


def test_a_window_is_cut_out(tried: Tried) -> None:
    found = ap.captures(POLICY, archive=tried.archive, from_="2013", to="2015-01-01")
    assert [one.timestamp[:4] for one in found] == ["2013", "2014", "2015"]
    assert ap.captures(POLICY, archive=tried.archive, from_="2018") == []


def test_every_capture_is_replayed_as_it_is_or_not_at_all(tried: Tried) -> None:
    replayed = 0
    for url in sorted({one.url for one in HELD if EXCLUDED_HOST not in one.url}):
        for capture in tried.archive.listing(url).captures:
            (held,) = (one for one in HELD if (one.url, one.timestamp) == (capture.url, capture.timestamp))
            if (held.url, held.timestamp) in tried.unreachable:
                with pytest.raises(NotReplayableError):
                    tried.archive.replay(capture)
                continue
            memento = tried.archive.replay(capture)
            assert (memento.payload, memento.status, memento.timestamp) == (held.body, held.status, held.timestamp)
            assert memento.content_type == "text/html; charset=utf-8"
            assert memento.digest_verdict == ("match" if tried.says_digest else "unknown")
            replayed += 1
    assert replayed >= len(HELD) - 2 - len(tried.unreachable)


def test_a_redirect_tells_its_original_target(tried: Tried) -> None:
    redirect = tried.archive.listing(POLICY).captures[3]
    assert tried.archive.replay(redirect).location == f"{SITE}/moved"


def test_twins_of_one_second_are_both_listed(tried: Tried) -> None:
    twins = [one.url for one in tried.archive.listing(POLICY).captures if one.timestamp == "20160101000000"]
    assert sorted(twins) == [POLICY, POLICY.replace("http:", "https:")]


def test_an_absent_page_is_an_answer(tried: Tried) -> None:
    listing = tried.archive.listing(f"{SITE}/absent")
    assert listing.captures == ()
    with pytest.raises(NoCaptureError):
        ap.get(f"{SITE}/absent", archive=tried.archive)


def test_a_capture_that_it_does_not_hold_is_not_replayable(tried: Tried) -> None:
    other = Capture(url=POLICY, timestamp="20110101000000", status=200, archive=tried.archive.name)
    with pytest.raises(NotReplayableError):
        tried.archive.replay(other)


@pytest.mark.parametrize(
    ("written", "days"),
    [("www.meadow.example/a b", 31), ("www.meadow.example/page?b=2&a=1", 32), ("www.meadow.example/datenschutz-ä", 33)],
)
def test_urls_with_spaces_queries_and_other_letters(tried: Tried, written: str, days: int) -> None:
    (capture,) = tried.archive.listing(normalise_url(written)).captures
    assert tried.archive.replay(capture).payload == page(days)


def test_a_date_is_answered_past_an_archived_error_and_through_an_archived_redirect(tried: Tried) -> None:
    early = ap.get(POLICY, as_of="2013-06", archive=tried.archive)
    assert "10 days" in early.markdown
    assert early.capture.timestamp == "20120101000000"
    moved = ap.get(POLICY, as_of="2015-06", archive=tried.archive)
    assert (moved.capture.url, "15 days" in moved.markdown) == (f"{SITE}/moved", True)
    assert moved.answer is not None
    assert [hop.capture.timestamp for hop in moved.answer.hops] == ["20150101000000"]


def test_it_says_what_it_is(tried: Tried) -> None:
    assert tried.archive.name
    assert tried.archive.key
    assert isinstance(tried.archive.is_local, bool)


def test_an_excluded_site_is_said_to_be_one(meadow_front: PywbPeer) -> None:
    archive = open_archive(f"wayback:{meadow_front.url}")
    with pytest.raises(ExcludedError):
        archive.listing(f"http://{EXCLUDED_HOST}/privacy")
    with pytest.raises(ExcludedError):
        archive.replay(Capture(url=f"http://{EXCLUDED_HOST}/privacy", timestamp="20120505000000", archive="x"))
