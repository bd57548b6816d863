"""The main job over real HTTP: pywb as it comes, and behind a front in the Wayback Machine's dialect."""

import datetime
import json
import re
import shutil
from pathlib import Path

import pytest
import requests

import archivepolicy as ap
from peers.pywb_peer import PywbPeer

POLICY = "www.fernhollow.example/privacy.php"


@pytest.fixture(params=["pywb", "wayback"])
def peer(request: pytest.FixtureRequest) -> tuple[PywbPeer, str]:
    """An archive over HTTP, and the name to open it by."""
    if request.param == "pywb":
        running = request.getfixturevalue("pywb_bare")
        return running, f"pywb:{running.collection_url}"
    running = request.getfixturevalue("pywb_wayback")
    return running, f"wayback:{running.url}"


def requests_by_kind(running: PywbPeer) -> dict[str, int]:
    paths = [path for _, path in running.requests()]
    index = sum("cdx" in path.partition("?")[0] for path in paths)
    return {"index": index, "replay": len(paths) - index}


def test_cold_get_asks_index_and_replay_once_each_and_warm_get_nothing(
    peer: tuple[PywbPeer, str], tmp_path: Path
) -> None:
    running, name = peer
    cold = ap.get(POLICY, as_of="2012-12-31", archive=name, store=tmp_path)
    assert requests_by_kind(running) == {"index": 1, "replay": 1}
    running.clear()
    warm = ap.get(POLICY, as_of="2012-12-31", archive=name, store=tmp_path)
    assert running.requests() == []
    assert warm.markdown == cold.markdown
    assert warm.capture == cold.capture
    assert warm.document == cold.document
    assert warm.provenance == cold.provenance
    assert warm.path == cold.path == "www.fernhollow.example/privacy.php/20120417103022.md"
    assert (tmp_path / cold.path).read_text(encoding="utf-8") == cold.markdown


@pytest.mark.parametrize(
    ("as_of", "select", "captured"),
    [
        ("2012", "as-of", "20120417103022"),
        ("2013-06-11", "as-of", "20130611081544"),
        ("2013-12-31", "as-of", "20131102194710"),  # a revisit
        ("2014-09-26", "as-of", "20140926073015"),  # archived without www
        ("2015-06", "as-of", "20140926073015"),  # past an archived 404
        ("2016-02-18", "as-of", "20160218154502"),  # http redirects to https in the same second's neighbourhood
        ("20160218154500", "as-of", "20160218154502"),  # the very redirect: followed two seconds on
        ("2017-03", "as-of", "20160218154502"),  # past a soft 404
        ("2018-06", "as-of", "20180525091133"),  # archived compressed
        ("2099", "as-of", "20210309173846"),
        ("2014-09-26", "before", "20131102194710"),
        ("2014-09-26", "after", "20160218154502"),
        ("2019-07-01", "nearest", "20190714001250"),
        ("2019-07-14", "exact", "20190714001250"),
    ],
)
def test_as_of(peer: tuple[PywbPeer, str], as_of: str, select: str, captured: str) -> None:
    snapshot = ap.get(POLICY, as_of=as_of, select=select, archive=peer[1])
    assert snapshot.capture.timestamp == captured
    assert snapshot.answer is not None
    assert snapshot.answer.capture == snapshot.capture
    day = f"{captured[:4]}-{captured[4:6]}-{captured[6:8]}"
    assert f"from the fernhollow.example privacy policy that was archived on {day}." in snapshot.markdown
    assert "WHMCompleteSolution" not in snapshot.markdown
    assert "# Privacy Policy" in snapshot.markdown


def test_every_archive_gives_the_same_text(pywb_bare: PywbPeer, pywb_wayback: PywbPeer, demo_warc: Path) -> None:
    names = (f"pywb:{pywb_bare.collection_url}", f"wayback:{pywb_wayback.url}", demo_warc)
    for year in ("2012", "2013", "2014", "2016", "2018", "2021"):
        texts = {ap.get(POLICY, as_of=year, archive=name).document.text for name in names}
        assert len(texts) == 1, year


def test_a_section_is_a_product_of_its_own(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    running, name = peer
    settings = {"as_of": "2013-12-31", "archive": name, "store": tmp_path}
    cookies = ap.Section(from_heading="cookies")
    cut = ap.get(POLICY, **settings, section=cookies)
    assert requests_by_kind(running) == {"index": 1, "replay": 1}
    assert cut.document.text.startswith("### Cookies\n\n")
    assert "How we use" not in cut.markdown
    assert cut.provenance["section"] == {"from_heading": "cookies"}
    running.clear()
    whole = ap.get(POLICY, **settings)
    others = ap.get(POLICY, **settings, section=ap.Section(css="h3"))
    again = ap.get(POLICY, **settings, section=cookies)
    assert running.requests() == []
    assert "section" not in whole.provenance
    assert (again.markdown, again.document, again.path) == (cut.markdown, cut.document, cut.path)
    folder, stem = "www.fernhollow.example/privacy.php", "20131102194710"
    assert whole.path == f"{folder}/{stem}.md"
    assert re.fullmatch(rf"{folder}/{stem}-[0-9a-f]{{8}}\.md", str(cut.path))
    assert len({whole.path, cut.path, others.path}) == 3
    for file in (tmp_path / ".archivepolicy").glob("catalogue.sqlite*"):
        file.unlink()
    assert ap.get(POLICY, **settings, section=cookies).path == cut.path
    assert ap.get(POLICY, **settings).path == whole.path


def test_a_section_that_the_capture_lacks_is_an_error_of_the_question(demo_warc: Path) -> None:
    with pytest.raises(ap.InputError, match=r"in the capture of 2013-11-02T19:47:10Z: no heading 'Refunds' there; the"):
        ap.get(POLICY, as_of="2013-12-31", archive=demo_warc, section=ap.Section(from_heading="Refunds"))


def test_the_address_in_the_header_exists(peer: tuple[PywbPeer, str]) -> None:
    snapshot = ap.get(POLICY, as_of="2014-09-26", archive=peer[1])
    assert snapshot.memento_url is not None
    assert snapshot.memento_url.endswith("/web/20140926073015id_/http%3A//fernhollow.example/privacy.php")
    assert f"[original snapshot in 127.0.0.1]({snapshot.memento_url})" in snapshot.markdown
    answer = requests.get(snapshot.memento_url, timeout=10, allow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["Memento-Datetime"] == "Fri, 26 Sep 2014 07:30:15 GMT"
    assert b"Fernhollow" in answer.content


def test_an_archived_redirect_to_another_path_is_followed_and_named(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    running, name = peer
    snapshot = ap.get("fernhollow.example/legal.php", as_of="2014-12", archive=name, store=tmp_path)
    assert snapshot.answer is not None
    (hop,) = snapshot.answer.hops
    assert (hop.capture.timestamp, hop.location) == ("20140926073012", "http://fernhollow.example/privacy.php")
    assert snapshot.capture.timestamp == "20140926073015"
    assert snapshot.provenance["redirects"][0]["location"] == hop.location
    running.clear()
    again = ap.get("fernhollow.example/legal.php", as_of="2014-12", archive=name, store=tmp_path)
    assert (again.markdown, running.requests()) == (snapshot.markdown, [])


def test_a_soft_404_is_skipped_with_its_reason_and_never_asked_for_again(
    peer: tuple[PywbPeer, str], tmp_path: Path
) -> None:
    running, name = peer
    first = ap.get(POLICY, as_of="2017-03", archive=name, store=tmp_path)
    assert first.answer is not None
    (skipped,) = first.answer.skipped
    assert skipped.capture.timestamp == "20170219041009"
    assert "404" in skipped.reason
    assert not list(tmp_path.glob("**/20170219041009*.md"))
    running.clear()
    ap.get(POLICY, as_of="2017-03", archive=name, store=tmp_path)
    assert running.requests() == []


def test_what_the_answer_says_of_the_neighbours(peer: tuple[PywbPeer, str]) -> None:
    answer = ap.get(POLICY, as_of="2013-07-01", archive=peer[1]).answer
    assert answer is not None
    near = answer.neighbours
    assert answer.distance_s == -(19 * 86400 + 15 * 3600 + 44 * 60 + 16)
    assert (near.same_from.timestamp, near.same_until.timestamp) == ("20130611081544", "20131102194710")
    assert near.other_before is not None
    assert near.other_before.timestamp == "20120417103022"
    assert near.other_after is not None
    assert near.other_after.timestamp == "20140926073015"


def test_stated_dates_are_read_beside_the_captured_one(demo_warc: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2013-12-31", archive=demo_warc)
    assert [date.date for date in snapshot.document.stated_dates] == ["2012-04-02"]


def test_deleting_the_catalogue_loses_nothing(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    running, name = peer
    first = ap.get(POLICY, as_of="2016-12-31", archive=name, store=tmp_path)
    for file in (tmp_path / ".archivepolicy").glob("catalogue.sqlite*"):
        file.unlink()
    running.clear()
    again = ap.get(POLICY, as_of="2016-12-31", archive=name, store=tmp_path)
    assert running.requests() == []
    assert again.markdown == first.markdown
    assert (tmp_path / ".archivepolicy" / "catalogue.sqlite").exists()


def test_a_damaged_catalogue_is_made_anew(demo_warc: Path, tmp_path: Path) -> None:
    first = ap.get(POLICY, as_of="2016-12-31", archive=demo_warc, store=tmp_path)
    (tmp_path / ".archivepolicy" / "catalogue.sqlite").write_bytes(b"not a database" * 100)
    assert ap.get(POLICY, as_of="2016-12-31", archive=demo_warc, store=tmp_path).provenance == first.provenance


def test_the_evidence_alone_makes_the_product_again(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    running, name = peer
    first = ap.get(POLICY, as_of="2018-12-31", archive=name, store=tmp_path)
    shutil.rmtree(tmp_path / "www.fernhollow.example")
    for file in (tmp_path / ".archivepolicy").glob("catalogue.sqlite*"):
        file.unlink()
    running.clear()
    again = ap.get(POLICY, as_of="2018-12-31", archive=name, store=tmp_path)
    assert running.requests() == []
    assert again.markdown == first.markdown
    assert again.provenance == first.provenance


def test_the_evidence_is_itself_an_archive(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    first = ap.get(POLICY, as_of="2018-12-31", archive=peer[1], store=tmp_path)
    evidence = tmp_path / ".archivepolicy" / "warc"
    again = ap.get(POLICY, as_of="2018-12-31", archive=evidence)
    assert again.document == first.document
    # the record names the archive it came from, so the product is the same to the letter
    assert again.markdown == first.markdown


def test_a_stale_listing_is_refreshed_and_serves_where_the_archive_is_down(pywb_bare: PywbPeer, tmp_path: Path) -> None:
    clock = ["20261123000000"]
    settings = {"as_of": "2013-01-01", "archive": f"pywb:{pywb_bare.collection_url}", "store": tmp_path}
    ap.get(POLICY, **settings, now=lambda: clock[0])
    pywb_bare.clear()
    clock[0] = "20261123235959"
    ap.get(POLICY, **settings, now=lambda: clock[0])
    assert pywb_bare.requests() == []
    clock[0] = "20261124000000"
    ap.get(POLICY, **settings, now=lambda: clock[0])
    assert requests_by_kind(pywb_bare) == {"index": 1, "replay": 0}
    pywb_bare.clear()
    ap.get(POLICY, **settings, refresh=True, now=lambda: clock[0])
    assert requests_by_kind(pywb_bare) == {"index": 1, "replay": 0}


def test_provenance_names_what_a_defence_needs(peer: tuple[PywbPeer, str], tmp_path: Path) -> None:
    snapshot = ap.get(POLICY, as_of="2016-12-31", archive=peer[1], store=tmp_path, now=lambda: "20261123010203")
    stored = json.loads((tmp_path / str(snapshot.path)).with_suffix(".json").read_text(encoding="utf-8"))
    assert stored == snapshot.provenance
    assert stored["payload"]["digest_verdict"] == "match"
    assert stored["retrieved_at"] == "20261123010203"
    assert stored["capture"]["url"] == "https://www.fernhollow.example/privacy.php"
    assert stored["extractor_version"]
    assert [header for header in stored["http"]["headers"] if header[0].lower() == "content-type"]
    assert any(removal["rule"].startswith("whmcs/") for removal in stored["document"]["removed"])
    assert (tmp_path / stored["evidence"]).exists()


def test_dates_may_be_objects(demo_warc: Path) -> None:
    day = ap.get(POLICY, as_of=datetime.date(2013, 7, 1), archive=demo_warc)
    moment = ap.get(POLICY, as_of=datetime.datetime(2013, 7, 1, tzinfo=datetime.UTC), archive=demo_warc)
    assert day.capture == moment.capture
    with pytest.raises(ap.InputError, match="zone"):
        ap.get(POLICY, as_of=datetime.datetime(2013, 7, 1), archive=demo_warc)


def test_captures_lists_everything_in_a_window(peer: tuple[PywbPeer, str], demo_warc: Path) -> None:
    rows = ap.captures(POLICY, archive=peer[1])
    assert [row.timestamp for row in rows] == sorted(row.timestamp for row in rows)
    local = ap.captures(POLICY, archive=demo_warc)
    facts = [(row.timestamp, row.url, row.digest) for row in rows]
    assert facts == [(row.timestamp, row.url, row.digest) for row in local]
    assert {row.status for row in rows if not row.is_revisit} == {200, 301, 404}
    assert [row.timestamp for row in rows if row.is_revisit] == ["20131102194710"]
    window = ap.captures(POLICY, archive=peer[1], from_="2016", to="2017")
    assert [row.timestamp[:4] for row in window] == ["2016", "2016", "2017", "2017"]
    assert ap.captures("nothing.example", archive=peer[1]) == []


def test_no_capture_before_the_date_names_the_first(peer: tuple[PywbPeer, str]) -> None:
    with pytest.raises(ap.NoCaptureError, match="first is of 2012-04-17T10:30:22Z") as caught:
        ap.get(POLICY, as_of="2011", archive=peer[1])
    assert caught.value.first_timestamp == "20120417103022"


def test_an_excluded_site_is_said_to_be_excluded(pywb_wayback: PywbPeer) -> None:
    with pytest.raises(ap.ExcludedError, match="excludes"):
        ap.get("http://www.excluded.example/privacy.php", archive=f"wayback:{pywb_wayback.url}")


def test_an_error_page_without_the_section_is_passed_over_and_a_policy_without_it_refused(demo_warc: Path) -> None:
    section = ap.Section(from_heading="Cookies")
    snapshot = ap.get(POLICY, as_of="2017-03", archive=demo_warc, section=section)
    assert snapshot.capture.timestamp == "20160218154502"
    assert snapshot.answer is not None
    assert [one.capture.timestamp for one in snapshot.answer.skipped] == ["20170219041009"]
    with pytest.raises(ap.InputError, match="2016-02-18"):
        ap.get(POLICY, as_of="2017-03", archive=demo_warc, section=ap.Section(from_heading="No such heading"))
