from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archivepolicy.extraction import extract
from archivepolicy.extraction.inserts import is_replayed, unwrapped, without_inserts

if TYPE_CHECKING:
    from pathlib import Path

POLICY = (
    "<p>We collect your name and e-mail address and keep them for one year after the end of the contract, then delete them.</p>"
    * 3
)
TOOLBAR = (
    "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id='wm-ipp'><p>This page was captured 12 times and here is a graph.</p></div>"
    "<!-- END WAYBACK TOOLBAR INSERT -->"
)


@pytest.mark.parametrize(
    ("wrapped", "original"),
    [
        ("https://web.archive.org/web/20200204212008/http://a.example/x", "http://a.example/x"),
        ("/web/20200204212008/http://a.example/x?y=1#z", "http://a.example/x?y=1#z"),
        ("/web/20200204212008id_/http%3A//a.example/x", "http://a.example/x"),
        ("//host.example/coll/20200204212008js_///www.a.example/x.js", "http://www.a.example/x.js"),
        ("http://web.archive.org/web/2013*/http://a.example/", "http://a.example/"),
        (
            "https://web.archive.org/web/20200101/https://web.archive.org/web/20100101/http://a.example/",
            "http://a.example/",
        ),
        ("https://web.archive.org/web/20200204212008/mailto:me@a.example", "mailto:me@a.example"),
        ("/web/20200204212008/tel:+4930", "tel:+4930"),
        ("/web/20200204212008/javascript:void(0)", "javascript:void(0)"),
        ("/web/20200204212008mp_/a.example/x", "http://a.example/x"),
        ("https://web.archive.org/web/20200204212008///cdn.a.example/x", "http://cdn.a.example/x"),
        ("http://replay.archive.example/20200204212008/http:/a.example/x", "http://a.example/x"),
        ("/web/20200204212008id_/https%3A%2F%2Fa.example%2Fx%3Fy%3D1", "https://a.example/x?y=1"),
        ("http://a.example/2013/page.html", "http://a.example/2013/page.html"),
        ("https://web.archive.org/about/", "https://web.archive.org/about/"),
        ("http://a.example/web/design", "http://a.example/web/design"),
        ("#top", "#top"),
    ],
)
def test_unwrapped(wrapped: str, original: str) -> None:
    assert unwrapped(wrapped) == original


def test_the_toolbar_goes_and_is_logged() -> None:
    document = extract(f"<html><body>{TOOLBAR}{POLICY}</body></html>".encode(), url="http://a.example/")
    assert "captured" not in document.markdown
    assert document.removed[0].rule == "archive/insert"


def test_a_begin_without_its_end_takes_only_known_ids() -> None:
    broken = TOOLBAR.replace("<!-- END WAYBACK TOOLBAR INSERT -->", "")
    document = extract(f"<html><body>{broken}{POLICY}</body></html>".encode(), url="http://a.example/")
    assert "captured" not in document.markdown
    assert document.markdown.count("We collect") == 3


def test_the_preface_of_a_saved_page_goes() -> None:
    html, cut = without_inserts(b"<!-- The following is the downloaded HTML source of the page x --><p>Text</p>")
    assert (html, cut) == (b"<p>Text</p>", ())


def test_links_of_a_replayed_page_name_the_original() -> None:
    link = '<p>See <a href="/web/20200204212008/http://a.example/terms">terms</a> and <a href="/web/20200204212008/http://b.example/">b</a>.</p>'
    document = extract(f"<html><body>{TOOLBAR}{POLICY}{link}</body></html>".encode(), url="http://a.example/")
    assert [found.url for found in document.links] == ["http://a.example/terms", "http://b.example/"]


def test_an_authors_own_archive_link_stays() -> None:
    own = "https://web.archive.org/web/20120101000000/http://a.example/old"
    html = f'<p>Earlier <a href="{own}">version</a>, <a href="/x">x</a>, <a href="/y">y</a>.</p>{POLICY}'
    assert not is_replayed(html.encode(), etree.fromstring(f"<body>{html}</body>"))
    assert own in [link.url for link in extract(html.encode(), url="http://a.example/").links]


# ---------------------------------------------------------------------- each generation of playback

BEGIN, END = "<!-- BEGIN WAYBACK TOOLBAR INSERT -->", "<!-- END WAYBACK TOOLBAR INSERT -->"
REWRITE_END = "<!-- End Wayback Rewrite JS Include -->"
ARCHIVED_ON = (
    "<!--\n     FILE ARCHIVED ON 21:20:08 Feb 04, 2020 AND RETRIEVED FROM THE\n     INTERNET ARCHIVE ON 10:00:00 May 01, 2020.\n"
    "     JAVASCRIPT APPENDED BY WAYBACK MACHINE.\n-->\n<!--\nplayback timings (ms):\n  captures_list: 12\n-->"
)
GENERATIONS = {
    "2011": (
        "<script src='/static/js/graph.js'></script>",
        (
            f"{BEGIN}<div id='wm-ipp'><div id='wm-ipp-inside'><form id='wmtb' name='wmtb'><input id='wmtbURL'><input type=submit"
            f" value=Go></form><a href='/web/20110101000000*/http://a.example/'>12 captures</a></div>"
            f"<table><tr><td>Feb</td><td>4</td></tr></table></div>{END}"
        ),
    ),
    "2017": (
        "<script src='/static/js/analytics.js'></script><script>archive_analytics.values.server_name='w';</script>",
        (
            f"{BEGIN}<script src='/static/js/disclaim-element.js'></script><div id='wm-ipp'><table><tr><td><a id='wm-logo' href='/web/'>"
            "<img></a></td><td id='wm-graph-anchor'><div id='wm-ipp-sparkline'>Explore captures</div></td></tr></table>"
            f"<a href='#expand'>About this capture</a></div>{END}"
        ),
    ),
    "2020": (
        f"<script src='//archive.org/includes/analytics.js'></script><script>WB_wombat_Init('x');</script>{REWRITE_END}",
        (
            f"{BEGIN}<div id='donato'><div>Please give</div></div><div id='wm-ipp-base' lang=en><div id='wm-ipp'><div id='wm-btns'>"
            "<span id='wm-save-snapshot-success'>success</span><span id='wm-save-snapshot-fail'>fail</span></div>"
            f"<div id='wm-capinfo'><p>COLLECTED BY the crawl of all pages that this archive undertakes every year</p></div></div></div>{END}"
        ),
    ),
    "2022": (
        (
            "<script src='/_static/js/bundle-playback.js'></script><script>__wm.init('x');__wm.wombat('http://a.example/','20200204212008')"
            f"</script><link rel=stylesheet href='/_static/css/iconochive.css'>{REWRITE_END}"
        ),
        f"{BEGIN}<div id='wm-ipp-base'><div id='wm-ipp'>12 captures</div></div><div id='wm-ipp-print'>The archive - http://a.example/</div>{END}",
    ),
    "2025": (
        f"<script src='https://web-static.archive.org/_static/js/ruffle.js'></script><script>__wm.init('x')</script>{REWRITE_END}",
        "",
    ),
    "pywb": (
        "<!-- WB Insert --><script>wbinfo={url:'http://a.example/'}</script><script src='/static/wombat.js'></script><!-- End WB Insert -->",
        "",
    ),
}


@pytest.mark.parametrize("whole", [True, False], ids=["with END", "END lost"])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_nothing_of_a_replay_survives(generation: str, whole: bool) -> None:
    head, bar = GENERATIONS[generation]
    if not whole:
        bar = bar.replace(END, "")
    link = (
        "<p>See <a href='/web/20200204212008/http://a.example/terms'>our terms</a> and <a href=here.html>this</a>.</p>"
    )
    html = (
        f"<html><head>{head}<title>P</title></head><body>{bar}<h1>Privacy</h1>{POLICY}{link}</body></html>{ARCHIVED_ON}"
    )
    document = extract(html.encode(), url="http://a.example/dir/privacy.html")
    expected = extract(
        f"<h1>Privacy</h1>{POLICY}{link.replace('/web/20200204212008/', '')}".encode(),
        url="http://a.example/dir/privacy.html",
    )
    assert document.markdown == expected.markdown
    assert [found.url for found in document.links] == ["http://a.example/terms", "http://a.example/dir/here.html"]


@pytest.mark.corpus
def test_nothing_of_the_archive_survives_on_saved_pages(corpus: Path) -> None:
    folder = corpus / "pages"
    with (folder / "index.jsonl").open(encoding="utf-8") as index:
        rows = [row for line in index if (row := json.loads(line))["group"] == "wb"]
    assert rows
    left: list[str] = []
    for row in rows:
        payload = (folder / row["file"]).read_bytes()
        document = extract(payload, url=row["original_url"])
        written = {href.decode("utf-8", "replace") for href in re.findall(rb"href=[\"']?([^\"'> ]+)", payload)}
        replayed = any(f"/web/{row['capture_date'][:6]}" in href for href in written) if row["capture_date"] else False
        for link in document.links:
            is_archive = re.search(r"web\.archive\.org/web/|/web/\d{8,14}", link.url) is not None
            if is_archive and (replayed or link.url not in written):
                left.append(f"{row['file']}: {link.url}")
        said = re.search(
            r"wayback toolbar|about this capture|\d+ captures|FILE ARCHIVED ON|playback timings|web\.archive\.org/web/\d+[^)]*\)\(",
            document.markdown,
        )
        left += [f"{row['file']}: {said[0]}"] if said else []
    assert left == []
