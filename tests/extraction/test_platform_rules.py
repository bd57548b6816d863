"""Each platform file has its four fixtures, and what comes of them is what they say."""

from __future__ import annotations

import html
import re
from importlib import resources
from pathlib import Path

import pytest

from archivepolicy.extraction import extract, platform_rules
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.platform_rules import detected, platform_of, platforms
from archivepolicy.extraction.tree import parsed_page

FIXTURES = Path(__file__).parent / "fixtures" / "platforms"
IDS = [platform.id for platform in platforms()]
URL = "http://meadow.example/privacy"


def text_of(name: str, page: str) -> str:
    return extract((FIXTURES / name / page).read_bytes(), url=URL).text


def test_every_file_is_read_under_its_own_name() -> None:
    folder = resources.files("archivepolicy.extraction") / "platforms"
    assert sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")) == IDS


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("file", ["page.html", "golden.md", "negative.html", "negative.md"])
def test_a_platform_without_fixtures_fails(name: str, file: str) -> None:
    assert (FIXTURES / name / file).is_file(), f"platforms/README.md says what {name}/{file} must hold"


@pytest.mark.parametrize("name", IDS)
def test_the_platforms_lines_go(name: str) -> None:
    assert text_of(name, "page.html") == (FIXTURES / name / "golden.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", IDS)
def test_a_policy_that_speaks_of_the_platform_keeps_its_words(name: str) -> None:
    assert text_of(name, "negative.html") == (FIXTURES / name / "negative.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("page", ["page.html", "negative.html"])
def test_both_pages_are_the_platforms(name: str, page: str) -> None:
    html = (FIXTURES / name / page).read_text(encoding="utf-8")
    assert name in [platform.id for platform in detected(html.encode())]


RULES = [rule.id for platform in platforms() for rule in platform.rules]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_without_effect_on_its_platforms_page_fails(rule: str) -> None:
    document = extract((FIXTURES / rule.partition("/")[0] / "page.html").read_bytes(), url=URL)
    assert rule in {removal.rule for removal in document.removed}


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize(("page", "text"), [("page.html", "golden.md"), ("negative.html", "negative.md")])
def test_rules_of_other_platforms_take_nothing_of_a_policy(
    name: str, page: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform_rules, "detected", lambda _: platforms())
    assert text_of(name, page) == (FIXTURES / name / text).read_text(encoding="utf-8")


def test_the_platforms_that_the_issue_asks_for_are_there() -> None:
    assert len(IDS) >= 32


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*/*.html")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_detection_in_one_pass_finds_what_one_search_a_marker_finds(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    begins = r"""(?:/|=["']?)(?:www\.)?"""
    slow = [
        platform.id
        for platform in platforms()
        if any(re.search(begins + re.escape(marker), html, re.IGNORECASE | re.ASCII) for marker in platform.markers)
    ]
    assert [platform.id for platform in detected(html.encode())] == slow


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Our forum runs vBulletin, phpBB or XenForo; copy it to the clipboard with Shopify.</p>", []),
        ("<link href='/WP-Content/themes/a.css'>", ["wordpress"]),
        ("<link href=wp-content/themes/a.css>", ["wordpress"]),
        ('<a href="https://www.phpBB.com/">', ["phpbb"]),
        ('<script src="/js/tablestate.js">', []),
        ("", []),
        ("=", []),
        ("/www.", []),
    ],
)
def test_a_marker_counts_where_a_value_or_a_segment_begins(html: str, found: list[str]) -> None:
    assert [platform.id for platform in detected(html.encode())] == found


def takers(line: str, name: str | None = None) -> list[str]:
    """The rules by text alone, of one platform or all, that would take a whole block at the content's edges."""
    return [
        rule.id
        for platform in platforms()
        if name in (None, platform.id)
        for rule in platform.rules
        if rule.region != "page" and rule.select is None and rule.text is not None
        if rule.text.fullmatch(line) and len(line) <= (rule.max_chars or len(line))
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("vbulletin", "Powered by vBulletin® Version 3.8.4 Copyright ©2000 - 2010, Jelsoft Enterprises Ltd."),
        ("vbulletin", "Powered by vBulletin Version 3.5.0 Beta 2"),
        ("vbulletin", "Powered by: vBulletin Version 3.0.7 Copyright ©2000 - 2005, Jelsoft Enterprises Ltd."),
        ("vbulletin", "Copyright © 2018 vBulletin Solutions, Inc. All rights reserved."),
        ("vbulletin", "All times are GMT -5. The time now is 10:21 PM."),
        ("vbulletin", "All times are GMT +5:30. The time now is 22:21."),
        ("phpbb", "Powered by phpBB © 2000, 2002, 2005, 2007 phpBB Group"),
        ("phpbb", "Powered by phpBB © 2001, 2005 phpBB Group"),
        ("phpbb", "Powered by phpBB 2.0.22 © 2001, 2002 phpBB Group"),
        ("phpbb", "Powered by phpBB® Forum Software © phpBB Limited"),
        ("phpbb", "All times are UTC + 1 hour [ DST ]"),
        ("xenforo", "Forum software by XenForo™ ©2010-2014 XenForo Ltd."),
        ("xenforo", "Community platform by XenForo® © 2010-2021 XenForo Ltd."),
        ("smf", "SMF 2.0.4 | SMF © 2013, Simple Machines"),
        ("smf", "Powered by SMF 1.1.21 | SMF © 2006-2011, Simple Machines LLC"),
        ("smf", "SMF 2.0 RC2 | SMF © 2006-2009, Simple Machines LLC"),
        ("mybb", "Powered By MyBB, © 2002-2014 MyBB Group."),
        ("mybb", "Powered by MyBB 1.4.11, © 2002-10 MyBB Group"),
        ("discuz", "Powered by Discuz! X2.5 © 2001-2012 Comsenz Inc."),
        ("discuz", "Powered by Discuz! 7.2 Licensed © 2001-2009 Comsenz Inc."),
        ("ipboard", "Community Forum Software by IP.Board 3.4.6"),
        ("ipboard", "Powered by IP.Board 2.3.6 © 2009 IPS, Inc."),
        ("wordpress", "Proudly powered by WordPress"),
        ("wordpress", "The Daily Heron is proudly powered by WordPress"),
        ("wordpress", "Proudly powered by WordPress | Theme: Twenty Ten by the team."),
        ("wordpress", "Blog at WordPress.com."),
        ("blogger", "Powered by Blogger."),
        ("blogger", "Simple theme. Theme images by luoman. Powered by Blogger."),
        ("weebly", "Powered by Weebly"),
        ("weebly", "Create a free website with Weebly"),
        ("magento", "Powered by Magento"),
        ("magento", "Help Us to Keep Magento Healthy - Report All Bugs (ver. 1.3.2.4)"),
        ("prestashop", "E-Commerce Solution by PrestaShop"),
        ("prestashop", "© 2016 - Ecommerce software by PrestaShop™"),
        ("opencart", "Powered By OpenCart"),
        ("opencart", "Powered By OpenCart Your Store © 2013"),
        ("oscommerce", "Copyright © 2012 Your Store Powered by osCommerce"),
        ("zencart", "Copyright © 2014 Your Store. Powered by Zen Cart"),
        ("shopify", "Powered by Shopify"),
        ("shopify", "© 2021, Your Store. Powered by Shopify"),
        ("squarespace", "Powered by Squarespace."),
        ("drupal", "Powered by Drupal, an open source content management system"),
        ("joomla", "Powered by Joomla!®"),
        ("typo3", "Powered by TYPO3 CMS"),
        ("ghost", "Published with Ghost"),
        ("discourse", "Powered by Discourse, best viewed with JavaScript enabled"),
        ("blesta", "Powered by Blesta, © Phillips Data, Inc."),
        ("hostbill", "Powered by HostBill"),
        ("clientexec", "Powered by ClientExec"),
        ("plesk", "Powered by Plesk"),
        ("plesk", "Powered by Parallels Plesk Panel 11.0.9"),
        ("cpanel", "cPanel, Inc."),
        ("cpanel", "Copyright© 2021 cPanel, L.L.C."),
    ],
)
def test_a_line_goes_in_each_of_its_variants(name: str, line: str) -> None:
    assert takers(line, name)


@pytest.mark.parametrize(
    "line",
    [
        "Powered by vBulletin, our forum stores a cookie named bb_session.",
        "All times are GMT in our log files, which we keep for a month.",
        "Powered by Shopify, this shop stores your orders in Canada.",
        "Our shop is powered by Shopify.",
        "We use WordPress, and WordPress stores your comments.",
        "Copyright 2010 Example Ltd is the data controller.",
        "Powered by Discourse, the site collects how long you read.",
        "cPanel, Inc. receives the licence number of our machines.",
        "Comments are closed to guests because we do not store their addresses.",
        "Your IP Address is: stored with every order.",
        "Posted letters are answered within a month.",
        "Submitted by post, your request is answered on the day that it arrives and not one day later than that.",
        "This page was last modified on 5 May 2012, at 10:21.",
        "Last updated: 1 March 2013",
        "Phillips Data, Inc.",
        "We had 1,204,771 requests since 2009.",
    ],
)
def test_no_rule_by_text_takes_a_sentence_of_a_policy(line: str) -> None:
    assert not takers(line)


@pytest.mark.parametrize(
    "markers",
    [[], ["WordPress"], ["wp"], ["größe"], [" wordpress"]],
    ids=["none", "upper", "short", "letters", "space"],
)
def test_bad_markers_are_refused(markers: list[str]) -> None:
    rule = {"id": "x", "evidence": "assumed", "selector": "p"}
    with pytest.raises(ValueError, match="markers"):
        platform_of({"id": "x", "name": "X", "markers": markers, "rules": [rule]})


@pytest.mark.parametrize(
    "rule",
    [
        {"id": "evidence-of-no-kind", "evidence": "everybody knows", "text": "x", "region": "end"},
        {"id": "no-evidence", "text": "x", "region": "end"},
        {"id": "no-pattern", "evidence": "seen: here", "region": "end"},
        {"id": "text-on-the-whole-page", "evidence": "seen: here", "text": "x"},
        {"id": "unknown-region", "evidence": "seen: here", "selector": "p", "region": "middle"},
        {"id": "no-css", "evidence": "seen: here", "selector": "p["},
    ],
)
def test_a_bad_rule_is_refused(rule: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"needs evidence|not a selector"):
        platform_of({"id": "x", "name": "X", "markers": ["xyz"], "rules": [rule]})


def test_a_selector_narrowed_to_the_names_of_a_page_finds_what_it_finds() -> None:
    compared = 0
    for page in sorted(FIXTURES.glob("*/*.html")):
        source = decoded_text(page.read_bytes()).utf8
        body = parsed_page(source).body
        for rule in (rule for platform in platforms() for rule in platform.rules if rule.select is not None):
            assert rule.select is not None
            found, narrowed = rule.select(body), rule.narrowed(source)
            assert (narrowed(body) if narrowed else []) == found, (page, rule.id)
            compared += bool(found)
    assert compared > 40


def test_a_rule_reaches_into_a_document_that_stands_in_a_frames_own_attribute() -> None:
    notice = '<div class="note cf-email-notice">Turn scripts on to read the addresses.</div>'
    policy = f"<p>{'We keep your address for as long as you want our letter. ' * 20}</p>"
    frame = f'<iframe srcdoc="{html.escape(notice + policy)}"></iframe>'
    for within in (notice, notice.replace("note ", "")):
        page = f'<h1>Privacy</h1><a href="/cdn-cgi/x">x</a>{frame.replace(html.escape(notice), html.escape(within))}'
        document = extract(page.encode(), url=URL)
        assert "We keep your address" in document.text
        assert "Turn scripts on" not in document.text
        assert "cloudflare/email-notice" in {removal.rule for removal in document.removed}
