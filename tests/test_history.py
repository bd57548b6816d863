"""history, blame and grep as a caller meets them: what is fetched, what is kept, what is told."""

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest

import archivepolicy as ap
from archivepolicy.extraction import EXTRACTOR_VERSION
from archivepolicy.pipeline import drafting
from archivepolicy.pipeline.grep import blocks_with, phrase_pattern, phrases_of
from archivepolicy.pipeline.threads import in_threads
from peers.made_archive import PARAGRAPHS, URL, Made, MadeArchive, page
from peers.pywb_peer import PywbPeer

POLICY = "www.fernhollow.example/privacy.php"
FIRST, SECOND = page(), page(*PARAGRAPHS[:3], "You may not ask what we know of you any more, whatever you write to us.")
NOT_FOUND = b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>No such page.</p></body></html>"
LINKED = page(*PARAGRAPHS[:3], f'<a href="/ask?token=1">{PARAGRAPHS[3]}</a>')
FLIP = [
    Made(timestamp="20100101000000", body=FIRST),
    Made(timestamp="20110101000000", body=FIRST),
    Made(timestamp="20110101000001", body=FIRST, revisits=True),
    Made(timestamp="20120101000000", body=NOT_FOUND),
    Made(timestamp="20130101000000", body=b"gone", status=404),
    Made(timestamp="20140101000000", body=SECOND),
    Made(timestamp="20140105000000", body=LINKED),
    Made(timestamp="20150101000000", body=FIRST),
]


def told(history: ap.History) -> list[tuple[str, str, int | None]]:
    return [(one.first_seen, one.last_seen, one.transient_of) for one in history.versions]


def test_one_replay_a_distinct_payload_and_then_none(tmp_path: Path) -> None:
    archive = MadeArchive(FLIP)
    history = ap.history(URL, archive=archive, store=tmp_path)
    assert len(archive.replayed) == len(set(archive.replayed)) == 4  # of 8 captures: four payloads that may hold a text
    assert len(archive.listed) == 1
    assert told(history) == [("20100101000000", "20150101000000", None), ("20140101000000", "20140101000000", 1)]
    assert [len(one.captures) for one in history.versions] == [5, 1]
    assert [one.capture.timestamp for one in history.unusable] == ["20120101000000", "20130101000000"]
    assert "soft 404" in history.unusable[0].reason
    assert history.unusable[1].reason == "the page answered 404"
    assert (history.versions[1].last_without, history.versions[1].gap_before_days) == ("20110101000001", 1095)
    again = ap.history(URL, archive=archive, store=tmp_path, now=lambda: "20250101000500")
    assert len(archive.replayed) == 4
    assert (told(again), again.unusable) == (told(history), history.unusable)
    assert [one.markdown for one in again.versions] == [one.markdown for one in history.versions]


def test_what_history_reads_is_kept_as_get_keeps_it(tmp_path: Path) -> None:
    archive = MadeArchive(FLIP)
    history = ap.history(URL, archive=archive, store=tmp_path / "one")
    snapshot = ap.get(URL, as_of="2014-01-02", archive=archive, store=tmp_path / "one", now=lambda: "20250101000500")
    assert len(archive.replayed) == 4
    assert snapshot.markdown == history.versions[1].snapshot.markdown
    other = ap.get(URL, as_of="2014-01-02", archive=archive, store=tmp_path / "two")
    assert (tmp_path / "one" / str(snapshot.path)).read_bytes() == (tmp_path / "two" / str(other.path)).read_bytes()
    # and what get has kept is not asked for by history: another capture of the same bytes will do
    archive.replayed.clear()
    ap.get(URL, as_of="2015", archive=archive, store=tmp_path / "three")
    ap.history(URL, archive=archive, store=tmp_path / "three", now=lambda: "20250101000500")
    assert len(archive.replayed) == 4


def test_a_changed_extractor_is_no_changed_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = MadeArchive(FLIP)
    old = replace(drafting.MAKER, extractor_version="0")
    with monkeypatch.context() as earlier:
        earlier.setattr(drafting, "MAKER", old)
        earlier.setattr(drafting, "attribution_header", lambda *_, **__: "> header of old")
        kept = ap.get(URL, as_of="2010-06", archive=archive, store=tmp_path)
    assert kept.provenance["extractor_version"] == "0"
    product = (tmp_path / str(kept.path)).read_bytes()
    history = ap.history(URL, archive=archive, store=tmp_path, now=lambda: "20250101000500")
    assert len(archive.replayed) == 4
    assert len(history.versions) == 2
    assert history.versions[0].snapshot.provenance["extractor_version"] == EXTRACTOR_VERSION
    assert len(history.notes) == 1
    assert "earlier extractor (version 0)" in history.notes[0]
    assert (tmp_path / str(kept.path)).read_bytes() == product


def test_the_first_capture_that_the_archive_gives_will_do() -> None:
    made = [replace(FLIP[0], broken=True), *FLIP[1:3]]
    archive = MadeArchive(made)
    assert [len(one.captures) for one in ap.history(URL, archive=archive).versions] == [3]
    assert archive.replayed == ["20100101000000", "20110101000000"]
    nothing = MadeArchive([replace(one, broken=True) for one in FLIP[:2]])
    with pytest.raises(ap.UnusableCaptureError, match="the replay gives nothing"):
        ap.history(URL, archive=nothing)


def test_a_redirected_policy_goes_on_where_it_moved_to(tmp_path: Path) -> None:
    new = "http://www.quillmark.example/legal/privacy"
    made = [
        Made(timestamp="20100101000000", body=FIRST),
        Made(timestamp="20120101000000", body=b"moved", status=301, location=new),
        Made(timestamp="20120101000001", body=FIRST, url=new),
        Made(timestamp="20130101000000", body=SECOND, url=new),
    ]
    archive = MadeArchive(made)
    history = ap.history(URL, archive=archive, store=tmp_path)
    assert told(history) == [("20100101000000", "20120101000001", None), ("20130101000000", "20130101000000", None)]
    assert [hop.location for hop in history.redirects] == [new]
    assert len(archive.replayed) == 3  # equal bytes are read once, wherever they lie
    assert history.versions[1].snapshot.provenance["redirects"][0]["location"] == new


def test_windows_and_what_is_not_there(demo_warc: Path) -> None:
    history = ap.history(POLICY, archive=demo_warc, from_=datetime.date(2014, 1, 1), to="2016")
    assert told(history) == [("20140926073015", "20140926073015", None), ("20160218154502", "20160218154502", None)]
    with pytest.raises(ap.NoCaptureError, match="in that time"):
        ap.history(POLICY, archive=demo_warc, to="2010")
    with pytest.raises(ap.NoCaptureError, match="holds no capture of"):
        ap.history("nothing.example", archive=demo_warc)
    with pytest.raises(ap.UnusableCaptureError, match="soft 404"):
        ap.history(POLICY, archive=demo_warc, from_="2017-02", to="2017-02")


def test_the_same_history_over_http(pywb_wayback: PywbPeer, demo_warc: Path, tmp_path: Path) -> None:
    name = f"wayback:{pywb_wayback.url}"
    local, remote = ap.history(POLICY, archive=demo_warc), ap.history(POLICY, archive=name, store=tmp_path)
    assert [one.key for one in remote.versions] == [one.key for one in local.versions]
    assert told(remote) == told(local)
    asked = [path for _, path in pywb_wayback.requests()]
    assert sum("cdx" in path for path in asked) == 1
    # 12 captures: one is a revisit, one a 404, the other 10 have payloads of their own, the redirect's among them
    assert len(asked) - 1 == 10
    pywb_wayback.clear()
    assert told(ap.history(POLICY, archive=name, store=tmp_path)) == told(local)
    assert pywb_wayback.requests() == []


def test_the_same_history_from_pywb_as_it_comes(pywb_bare: PywbPeer, demo_warc: Path) -> None:
    remote, local = (
        ap.history(POLICY, archive=f"pywb:{pywb_bare.collection_url}"),
        ap.history(POLICY, archive=demo_warc),
    )
    assert (told(remote), [one.key for one in remote.versions]) == (told(local), [one.key for one in local.versions])


def test_blame_of_the_newest_and_of_an_earlier_version(demo_warc: Path) -> None:
    history = ap.history(POLICY, archive=demo_warc)
    newest = history.blame()
    assert newest.version == history.versions[-1]
    spans = {span.text: span for span in newest.spans}
    assert spans["Privacy Policy"].first_seen == "20120417103022"
    stated = spans["Last updated: 1 February 2021"]
    assert (stated.first_seen, stated.last_without) == ("20210309173846", "20190714001250")
    assert stated.derived_from is not None
    assert stated.derived_from.text == "Last updated: 25 May 2018"
    earlier = history.blame("2015")
    assert (earlier.version.number, earlier.capture.timestamp) == (2, "20140926073015")
    assert earlier.spans[0].intervals[0].next_without is None
    with pytest.raises(ap.NoCaptureError, match="the first is of 2012-04-17"):
        history.blame("2011")
    with pytest.raises(ap.InputError):
        history.blame("yesterday")


def test_a_phrase_across_captures(demo_warc: Path) -> None:
    history = ap.history(POLICY, archive=demo_warc)
    (phrase,) = phrases_of(history, phrase_pattern("our bank's payment page", fixed=True))
    (life,) = phrase.intervals
    assert (life.first, life.last, life.next_without) == ("20120417103022", "20140926073015", "20160218154502")
    assert phrase.text == "our bank’s payment page"
    assert phrases_of(history, phrase_pattern("LARKPAY")) == ()
    assert phrases_of(history, phrase_pattern("LARKPAY", ignore_case=True)) != ()
    assert blocks_with(history.versions[0].snapshot, re.compile("third part(y|ies)")) == ()
    for text, words in (("a(", "not a regular expression"), ("  ", "is empty")):
        with pytest.raises(ap.InputError, match=words):
            phrase_pattern(text)


def test_threads_hand_on_everything_and_raise_what_fails() -> None:
    assert sorted(in_threads(range(20), lambda task: task * 2, count=4)) == [(task, task * 2) for task in range(20)]
    assert list(in_threads([], str, count=4)) == []

    def fail(task: int) -> int:
        if task == 3:
            raise ap.ArchiveUnavailableError("down", archive="here")
        return task

    with pytest.raises(ap.ArchiveUnavailableError):
        list(in_threads(range(50), fail, count=4))
