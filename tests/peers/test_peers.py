"""The peers answer as the facts about their originals say: so that a client tested on them is tested on the truth."""

import gzip
import json
from base64 import b32encode
from collections.abc import Callable, Mapping
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
import requests
import urllib3

from peers.exchanges import read_cassette, replayed
from peers.faulty import Answer, faulty_server
from peers.pywb_peer import PywbPeer

POLICY = "http://www.fernhollow.example/privacy.php"
POLICY_HTTPS = "https://www.fernhollow.example/privacy.php"
OLD_ADDRESS = "http://fernhollow.example/legal.php"
COMPRESSED = "20180525091133"
REVISIT = "20131102194710"
TIMEOUT_S = 10


class Response(NamedTuple):
    status_code: int
    headers: Mapping[str, str]
    content: bytes


def fetch(url: str, *, accept_encoding: str = "gzip, deflate") -> Response:
    """Get an address without following redirects; the body stays as it travelled."""
    with urllib3.PoolManager(timeout=TIMEOUT_S, retries=False) as pool:
        headers = {"Accept-Encoding": accept_encoding}
        got = pool.request("GET", url, headers=headers, redirect=False, decode_content=False)
        return Response(status_code=got.status, headers=got.headers, content=got.data)


def gunzipped(response: Response) -> bytes:
    """Undo the compression for transport, if there was any."""
    compressed = "gzip" in response.headers.get("Content-Encoding", "")
    return gzip.decompress(response.content) if compressed else response.content


def is_capture(response: Response) -> bool:
    return "Memento-Datetime" in response.headers


def index(peer: PywbPeer, query: str) -> list[list[str]]:
    """Ask the Wayback Machine's index; give the fields of each line, an empty list for a blank one."""
    response = fetch(f"{peer.url}/cdx/search/cdx?{query}", accept_encoding="identity")
    assert response.status_code == 200
    return [line.split(" ") if line else [] for line in response.content.decode().splitlines()]


class TestBare:
    def test_index_has_its_own_field_names_and_no_status_for_revisits(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/cdx?url={POLICY}&output=json")
        rows = [json.loads(line) for line in gunzipped(response).splitlines()]
        assert len(rows) == 12
        assert {"urlkey", "timestamp", "url", "mime", "digest", "length"} <= rows[0].keys()
        assert [row["timestamp"] for row in rows if "status" not in row] == [REVISIT]

    def test_default_output_is_cdxj(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/cdx?url={POLICY}&limit=1")
        key, timestamp, rest = gunzipped(response).decode().split(" ", 2)
        assert (key, timestamp) == ("example,fernhollow)/privacy.php", "20120417103022")
        assert json.loads(rest)["url"] == POLICY

    def test_replays_raw(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/20130611081544id_/{POLICY}")
        assert (response.status_code, is_capture(response)) == (200, True)
        assert b"\x93Fernhollow\x94" in response.content

    def test_knows_the_content_encoding(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/{COMPRESSED}id_/{POLICY_HTTPS}")
        assert response.headers["Content-Encoding"] == "gzip"
        assert b"Data protection officer" in gzip.decompress(response.content)

    def test_location_of_an_archived_redirect_is_raw(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/20140926073012id_/{OLD_ADDRESS}")
        assert (response.status_code, is_capture(response)) == (302, True)
        assert response.headers["Location"] == "/privacy.php"

    def test_skips_a_redirect_to_the_same_page_under_https(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/20160218154500id_/{POLICY}")
        assert (response.status_code, is_capture(response)) == (307, False)
        assert response.headers["Location"].endswith(f"/web/20160218154502id_/{POLICY_HTTPS}")

    def test_inexact_time_is_sent_on(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/20130601000000id_/{POLICY}")
        assert (response.status_code, is_capture(response)) == (307, False)
        assert "/20130611081544id_/" in response.headers["Location"]

    def test_archived_error_is_a_capture_and_the_unknown_is_not(self, pywb_bare: PywbPeer) -> None:
        archived = fetch(f"{pywb_bare.collection_url}/20150312120431id_/{POLICY}")
        unknown = fetch(f"{pywb_bare.collection_url}/2015id_/http://unknown.example/")
        assert (archived.status_code, is_capture(archived)) == (404, True)
        assert (unknown.status_code, is_capture(unknown)) == (404, False)

    def test_timemap_lists_the_captures(self, pywb_bare: PywbPeer) -> None:
        response = fetch(f"{pywb_bare.collection_url}/timemap/link/{POLICY}")
        assert gunzipped(response).count(b'rel="memento"') == 12

    def test_index_can_be_elsewhere(self, start_pywb: Callable[..., PywbPeer], demo_warc: Path) -> None:
        peer = start_pywb([demo_warc], "--cdx-endpoint", "/search/cdx")
        response = fetch(f"{peer.collection_url}/search/cdx?url={POLICY}&limit=1")
        assert gunzipped(response).startswith(b"example,fernhollow)")


class TestWaybackIndex:
    def test_rows_have_seven_columns(self, pywb_wayback: PywbPeer) -> None:
        rows = index(pywb_wayback, f"url={POLICY}")
        assert [len(row) for row in rows] == [7] * 12
        assert rows[0] == [
            "example,fernhollow)/privacy.php",
            "20120417103022",
            POLICY,
            "text/html",
            "200",
            "NPVNUE2GWSFGD2FBSR37OAURO24WZP6P",
            rows[0][6],
        ]

    def test_keys_merge_scheme_and_www_but_originals_stay(self, pywb_wayback: PywbPeer) -> None:
        originals = {row[2] for row in index(pywb_wayback, "url=fernhollow.example/privacy.php")}
        assert originals == {POLICY, POLICY_HTTPS, "http://fernhollow.example/privacy.php"}

    def test_revisit_has_no_status(self, pywb_wayback: PywbPeer) -> None:
        rows = index(pywb_wayback, f"url={POLICY}&filter=mimetype:warc/revisit")
        assert [(row[1], row[4]) for row in rows] == [(REVISIT, "-")]

    def test_json_is_an_array_of_arrays(self, pywb_wayback: PywbPeer) -> None:
        url = f"{pywb_wayback.url}/cdx/search/cdx?url={POLICY}&output=json&fl=timestamp,statuscode&to=2013&limit=1"
        assert json.loads(gunzipped(fetch(url))) == [["timestamp", "statuscode"], ["20120417103022", "200"]]
        assert json.loads(gunzipped(fetch(url.replace("to=2013", "to=2001")))) == []

    @pytest.mark.parametrize(
        ("condition", "count"),
        [("statuscode:200", 9), ("statuscode:2", 0), ("statuscode:2..", 9), ("!statuscode:200", 3)],
    )
    def test_filters_match_the_whole_value(self, pywb_wayback: PywbPeer, condition: str, count: int) -> None:
        assert len(index(pywb_wayback, f"url={POLICY}&filter={quote(condition)}")) == count

    def test_filters_add_up(self, pywb_wayback: PywbPeer) -> None:
        assert len(index(pywb_wayback, f"url={POLICY}&filter=statuscode:200&filter=original:https.*")) == 6

    def test_from_and_to_are_inclusive(self, pywb_wayback: PywbPeer) -> None:
        rows = index(pywb_wayback, f"url={POLICY}&from=20130611081544&to=2014")
        assert [row[1] for row in rows] == ["20130611081544", REVISIT, "20140926073015"]

    def test_negative_limit_gives_the_last(self, pywb_wayback: PywbPeer) -> None:
        assert [row[1] for row in index(pywb_wayback, f"url={POLICY}&to=20150101000000&limit=-1")] == ["20140926073015"]

    def test_collapse_drops_adjacent_rows(self, pywb_wayback: PywbPeer) -> None:
        by_digest = index(pywb_wayback, f"url={POLICY}&collapse=digest")
        assert REVISIT not in [row[1] for row in by_digest]
        assert len(by_digest) == 11
        by_year = index(pywb_wayback, f"url={POLICY}&collapse=timestamp:4")
        assert [row[1][:4] for row in by_year] == [str(year) for year in range(2012, 2020)] + ["2021"]

    def test_resume_key_leads_through_all_pages(self, pywb_wayback: PywbPeer) -> None:
        seen, resume = [], ""
        for _ in range(4):
            lines = index(pywb_wayback, f"url={POLICY}&limit=5&showResumeKey=true{resume}")
            if [] in lines:
                assert lines[-2] == []
                resume = f"&resumeKey={quote(lines[-1][0], safe='')}"
                lines = lines[:-2]
            seen += [row[1] for row in lines]
        assert seen[:12] == [row[1] for row in index(pywb_wayback, f"url={POLICY}")]

    def test_resume_key_moves_the_last_character(self, pywb_wayback: PywbPeer) -> None:
        *_, blank, (key,) = index(pywb_wayback, f"url={POLICY}&limit=1&from=20170219&showResumeKey=true")
        assert blank == []
        assert key == "example%2Cfernhollow%29%2Fprivacy.php+2017021904100%3A"  # 2017-02-19 04:10:09

    def test_resume_key_may_lead_to_an_empty_page(self, pywb_wayback: PywbPeer) -> None:
        *_, (key,) = index(pywb_wayback, f"url={POLICY}&limit=12&showResumeKey=true")
        assert index(pywb_wayback, f"url={POLICY}&limit=12&showResumeKey=true&resumeKey={quote(key, safe='')}") == []

    def test_match_types(self, pywb_wayback: PywbPeer) -> None:
        assert len(index(pywb_wayback, "url=fernhollow.example&matchType=host")) == 16
        assert len(index(pywb_wayback, "url=fernhollow.example/privacy&matchType=prefix")) == 13
        assert len(index(pywb_wayback, "url=example&matchType=domain")) == 16

    def test_nothing_captured_is_an_empty_answer(self, pywb_wayback: PywbPeer) -> None:
        assert index(pywb_wayback, "url=unknown.example") == []

    def test_excluded_host(self, pywb_wayback: PywbPeer) -> None:
        response = fetch(f"{pywb_wayback.url}/cdx/search/cdx?url=http://www.excluded.example/privacy")
        assert response.status_code == 403
        assert response.headers["Content-Type"].startswith("text/plain")
        assert "AdministrativeAccessControlException" in response.headers["X-Archive-Wayback-Runtime-Error"]
        assert b"AdministrativeAccessControlException: Blocked Site Error" in gunzipped(response)

    def test_malformed_request(self, pywb_wayback: PywbPeer) -> None:
        assert fetch(f"{pywb_wayback.url}/cdx/search/cdx").status_code == 400


class TestWaybackPlayback:
    def test_capture(self, pywb_wayback: PywbPeer) -> None:
        response = fetch(f"{pywb_wayback.collection_url}/20130611081544id_/{POLICY}")
        assert response.status_code == 200
        assert response.headers["Memento-Datetime"] == "Tue, 11 Jun 2013 08:15:44 GMT"
        assert response.headers["X-Archive-Orig-Server"] == "Apache"
        assert response.headers["X-Archive-Orig-Set-Cookie"].startswith("WHMCSfern=")
        assert "Set-Cookie" not in response.headers
        assert len(gunzipped(response)) == int(response.headers["X-Archive-Orig-Content-Length"])
        relations = requests.utils.parse_header_links(response.headers["Link"])
        assert {link["rel"] for link in relations} == {
            "original",
            "timemap",
            "timegate",
            "memento",
            "first memento",
            "last memento",
            "prev memento",
            "next memento",
        }

    def test_bodies_are_the_recorded_ones(self, pywb_wayback: PywbPeer) -> None:
        for _, timestamp, original, _, status, digest, _ in index(pywb_wayback, f"url={POLICY}"):
            response = fetch(f"{pywb_wayback.collection_url}/{timestamp}id_/{original}")
            assert is_capture(response)
            assert status in ("-", str(response.status_code))
            body = gunzipped(response)
            if timestamp != COMPRESSED:  # its digest is that of the compressed bytes
                assert b32encode(sha1(body, usedforsecurity=False).digest()).decode() == digest

    def test_content_encoding_of_the_site_is_lost(self, pywb_wayback: PywbPeer) -> None:
        url = f"{pywb_wayback.collection_url}/{COMPRESSED}id_/{POLICY_HTTPS}"
        asked, unasked = fetch(url), fetch(url, accept_encoding="identity")
        assert asked.headers["Content-Encoding"] == "gzip"
        assert "X-Archive-Orig-Content-Encoding" not in asked.headers
        assert "Content-Encoding" not in unasked.headers
        assert gunzipped(asked) == unasked.content
        assert unasked.content.startswith(b"<!DOCTYPE html>")

    def test_revisit_borrows_the_earlier_body(self, pywb_wayback: PywbPeer) -> None:
        revisit = fetch(f"{pywb_wayback.collection_url}/{REVISIT}id_/{POLICY}")
        earlier = fetch(f"{pywb_wayback.collection_url}/20130611081544id_/{POLICY}")
        assert revisit.headers["Memento-Datetime"] == "Sat, 02 Nov 2013 19:47:10 GMT"
        assert gunzipped(revisit) == gunzipped(earlier)

    def test_archived_redirects_stay_in_the_archive(self, pywb_wayback: PywbPeer) -> None:
        base = pywb_wayback.collection_url
        moved = fetch(f"{base}/20160218154500id_/{POLICY}")
        assert (moved.status_code, is_capture(moved)) == (301, True)
        assert moved.headers["Location"] == f"{base}/20160218154500id_/{POLICY_HTTPS}"
        found = fetch(f"{base}/20140926073012id_/{OLD_ADDRESS}")
        assert (found.status_code, is_capture(found)) == (302, True)
        assert found.headers["Location"] == f"{base}/20140926073012id_/http://fernhollow.example/privacy.php"

    def test_inexact_time_is_sent_to_the_nearest_capture(self, pywb_wayback: PywbPeer) -> None:
        base = pywb_wayback.collection_url
        response = fetch(f"{base}/20140926073012id_/http://fernhollow.example/privacy.php")
        assert (response.status_code, is_capture(response), response.content) == (302, False, b"")
        assert response.headers["X-Archive-Redirect-Reason"] == "found capture at 20140926073015"
        assert response.headers["Location"] == f"{base}/20140926073015id_/http://fernhollow.example/privacy.php"

    def test_quoted_and_bare_addresses_mean_the_same(self, pywb_wayback: PywbPeer) -> None:
        base = f"{pywb_wayback.collection_url}/20130611081544id_"
        quoted = fetch(f"{base}/http%3A//www.fernhollow.example/privacy.php")
        bare = fetch(f"{base}/fernhollow.example/privacy.php")
        assert gunzipped(quoted) == gunzipped(bare) != b""

    def test_archived_error_is_a_capture_and_the_unknown_is_not(self, pywb_wayback: PywbPeer) -> None:
        archived = fetch(f"{pywb_wayback.collection_url}/20150312120431id_/{POLICY}")
        unknown = fetch(f"{pywb_wayback.collection_url}/20150312120431id_/http://unknown.example/")
        assert (archived.status_code, is_capture(archived)) == (404, True)
        assert (unknown.status_code, is_capture(unknown)) == (404, False)

    def test_excluded_host_answers_200(self, pywb_wayback: PywbPeer) -> None:
        response = fetch(f"{pywb_wayback.collection_url}/2015id_/http://www.excluded.example/privacy")
        assert (response.status_code, is_capture(response)) == (200, False)
        assert b"<title>Wayback Machine</title>" in gunzipped(response)
        assert b"URL has been excluded" in gunzipped(response)

    def test_view_mode_rewrites(self, pywb_wayback: PywbPeer) -> None:
        page = fetch(f"{pywb_wayback.collection_url}/20130611081544/{POLICY}")
        assert is_capture(page)
        assert b"/web/20130611081544" in gunzipped(page)
        redirect = fetch(f"{pywb_wayback.collection_url}/20160218154500/{POLICY}")
        assert (redirect.status_code, is_capture(redirect)) == (200, False)
        assert b"Got an HTTP 301 response at crawl time" in gunzipped(redirect)

    def test_requests_are_counted(self, pywb_wayback: PywbPeer) -> None:
        assert pywb_wayback.requests() == []
        fetch(f"{pywb_wayback.collection_url}/2001id_/http://unknown.example/?a=%20b")
        assert pywb_wayback.requests() == [("GET", "/web/2001id_/http://unknown.example/?a=%20b")]
        assert pywb_wayback.exchanges()[0][2] == 404


class TestFaultyServer:
    def test_answers_in_turn_and_repeats_the_last(self) -> None:
        with faulty_server() as server:
            server.route("/cdx", Answer(status=429, headers=(("Retry-After", "7"),)), Answer(body=b"rows"))
            server.route("/cdx/search", lambda request: Answer(body=request.path.encode()))
            first = fetch(f"{server.url}/cdx?a=1")
            assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
            assert [fetch(f"{server.url}/cdx").content for _ in range(2)] == [b"rows", b"rows"]
            assert fetch(f"{server.url}/cdx/search?b=2").content == b"/cdx/search?b=2"
            assert fetch(f"{server.url}/elsewhere").status_code == 404
            assert [request.path for request in server.requests][:2] == ["/cdx?a=1", "/cdx"]
            assert server.requests[0].header("accept-encoding") == "gzip, deflate"

    def test_headers_go_out_as_they_stand(self) -> None:
        with faulty_server() as server:
            encodings = (("content-encoding", ""), ("Content-Encoding", "gzip"))
            server.route("/", Answer(headers=encodings, body=gzip.compress(b"text")))
            response = fetch(server.url)
            assert response.headers["Content-Encoding"] == ", gzip"  # two lines, the first one blank
            assert gzip.decompress(response.content) == b"text"

    def test_reset(self) -> None:
        with faulty_server() as server:
            server.route("/", "reset")
            with pytest.raises(requests.ConnectionError):
                requests.get(server.url, timeout=TIMEOUT_S)

    def test_truncated(self) -> None:
        with faulty_server() as server:
            server.route("/", Answer(body=b"half of", fault="truncated"))
            with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
                requests.get(server.url, timeout=TIMEOUT_S)

    def test_hang(self) -> None:
        with faulty_server() as server:
            server.route("/", "hang")
            with pytest.raises(requests.ReadTimeout):
                requests.get(server.url, timeout=(TIMEOUT_S, 0.05))


@pytest.mark.corpus
class TestReplayedExchanges:
    def test_every_cassette_can_be_read(self, corpus: Path) -> None:
        cassettes = sorted((corpus / "exchanges").glob("*.yaml"))
        exchanges = [exchange for cassette in cassettes for exchange in read_cassette(cassette)]
        assert len(exchanges) == 100

    def test_bodies_come_as_recorded_and_redirects_stay_here(self, corpus: Path) -> None:
        cassette = corpus / "exchanges" / "test_get_memento_with_path_based_redirects.yaml"
        with replayed(cassette) as server:
            for path, answer in read_cassette(cassette):
                response = fetch(server.url + path)
                assert (response.status_code, response.content) == (answer.status, answer.body)
                assert "web.archive.org" not in response.headers.get("Location", "")
            assert fetch(f"{server.url}/web/2001id_/http://unknown.example/").status_code == 599

    def test_index_is_matched_by_its_url_in_order(self, corpus: Path) -> None:
        cassette = corpus / "exchanges" / "test_search_multipage.yaml"
        recorded = [answer for _, answer in read_cassette(cassette)]
        with replayed(cassette) as server:
            answers = [
                fetch(f"{server.url}/cdx/search/cdx?url=http://www.cnn.com/&page={n}") for n in range(len(recorded))
            ]
        assert [answer.content for answer in answers] == [answer.body for answer in recorded]
