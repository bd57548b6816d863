"""The steps together: what a whole page comes to."""

from __future__ import annotations

import gzip
import random
import re

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivepolicy.codings import CodingError
from archivepolicy.errors import ArchivePolicyError, UnusableCaptureError
from archivepolicy.extraction import EXTRACTOR_VERSION, extract
from archivepolicy.records.document import Kind, TitleSource

URL = "http://www.meadow.example/privacy.html"
P = "We collect the name and e-mail address that you give us when you order, and keep them for as long as the contract runs."
PROSE = f"<p>{P}</p><p>We do not sell personal data. We share it with our payment provider only, who uses it for nothing else.</p>"

TAGS = st.sampled_from(
    [
        "a",
        "b",
        "i",
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "br",
        "hr",
        "span",
        "font",
        "pre",
        "code",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "button",
        "summary",
        "details",
        "form",
        "header",
        "nav",
        "footer",
        "center",
        "img",
        "noframes",
        "frameset",
        "frame",
        "title",
        "base",
        "script",
        "svg",
        "o:p",
        "q",
        "s",
        "caption",
        "custom-tag",
    ]
)
ATTRIBUTES = st.sampled_from(
    ["", "class=footer", "id=menu", "href=/x", "hidden", "start=5 type=a", "role=dialog", "colspan=9"]
)
TEXTS = st.sampled_from(
    [P, "text ", "1. ", "- ", "# x", "*x* _y_", "|", "[a](b)", "`c`", "&lt;b&gt;", "\x00\x1e", "é", "\n\n", "2013"]
)
PIECES = st.one_of(
    st.builds("<{} {}>".format, TAGS, ATTRIBUTES), st.builds("</{}>".format, TAGS), TEXTS, st.text(max_size=10)
)


def document(html: str, **known: str):  # type: ignore[no-untyped-def]  # a test's shorthand
    return extract(html.encode(), url=URL, **known)


def test_version_is_text() -> None:
    assert EXTRACTOR_VERSION


# ---------------------------------------------------------------------- any bytes


@given(st.binary(max_size=600), st.sampled_from([None, "text/plain", "text/html; charset=big5", "image/png", ""]))
def test_any_bytes_give_a_document_or_a_typed_error(payload: bytes, content_type: str | None) -> None:
    try:
        found = extract(payload, url=URL, content_type=content_type)
    except ArchivePolicyError:
        return
    assert 0 <= found.kept_share <= 1


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_any_markup_gives_clean_markdown(pieces: list[str]) -> None:
    markdown = document("".join(pieces)).markdown
    assert "\n\n\n" not in markdown
    assert not markdown or (markdown.endswith("\n") and not markdown.endswith("\n\n"))
    assert not any(mark in markdown for mark in "\x1c\x1d\x1e\x1f\x00")
    if "```" not in markdown:
        assert all(line == line.rstrip() for line in markdown.split("\n"))


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "font"])
@pytest.mark.parametrize("depth", [200, 4000])
def test_deep_nesting_keeps_the_words(tag: str, depth: int) -> None:
    markdown = document(f"<html><body><p>Before</p>{f'<{tag}>' * depth}{P}<p>after</p>").markdown
    assert P in markdown
    assert "after" in markdown


def test_empty_page() -> None:
    found = document("")
    assert (found.markdown, found.verdict.kind, found.title_source) == ("", Kind.EMPTY, TitleSource.NONE)
    assert found.title == "Privacy Policy meadow.example"


def test_compressed_body_without_a_label() -> None:
    assert P in extract(gzip.compress(PROSE.encode()), url=URL).markdown


def test_a_body_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(CodingError):
        extract(gzip.compress(bytes(201_000_000)), url=URL)


@pytest.mark.parametrize(("payload", "content_type"), [(b"%PDF-1.4 x", None), (b"x", "application/pdf")])
def test_pdf_is_refused_in_words(payload: bytes, content_type: str | None) -> None:
    with pytest.raises(UnusableCaptureError, match="PDF"):
        extract(payload, url=URL, content_type=content_type)


# ---------------------------------------------------------------------- title


def test_a_heading_in_the_content_is_the_title() -> None:
    found = document(f"<title>Meadow</title><div><h1>Our policy</h1>{PROSE}</div>")
    assert (found.title, found.title_source, found.page_title) == ("Our policy", TitleSource.CONTENT, "Meadow")
    assert found.text == found.markdown


def test_a_banners_heading_is_a_slogan() -> None:
    page = f"<title>Privacy Policy - Meadow</title><div class=topBanner><h1>Cheap hosting for all</h1></div><div class=main>{PROSE}</div>"
    found = document(page)
    assert (found.title, found.title_source) == ("Privacy Policy - Meadow", TitleSource.PAGE)
    assert found.text.startswith("# Privacy Policy - Meadow\n\nWe collect")
    assert "Cheap" not in found.markdown


def test_a_banners_heading_counts_where_it_alone_names_the_document() -> None:
    found = document(
        f"<title>Meadow</title><div class=banner><h1>Privacy policy</h1></div><div class=main>{PROSE}</div>"
    )
    assert (found.title, found.title_source) == ("Privacy policy", TitleSource.NEARBY)


@pytest.mark.parametrize(
    "hero",
    [
        "<header><a href=/>Home</a><h1>Privacy</h1></header>",
        "<div class=hero><h1>Privacy</h1></div>",
        "<h1>Privacy</h1>",
    ],
)
def test_a_heading_that_introduces_the_content_counts(hero: str) -> None:
    found = document(f"<title>Meadow</title>{hero}<nav><a href=/a>A</a></nav><main><div>{PROSE}</div></main>")
    assert found.title == "Privacy"
    assert found.markdown.startswith("# Privacy\n\nWe collect")


def test_the_sites_name_is_no_title() -> None:
    found = document(f"<title>Privacy</title><div id=top><h1>Meadow</h1></div><div class=main>{PROSE}</div>")
    assert found.title == "Privacy"


def test_an_image_heading_gives_its_words() -> None:
    assert document(f"<div><h1><img alt='Privacy policy'></h1>{PROSE}</div>").title == "Privacy policy"


# ---------------------------------------------------------------------- what stays and what goes


@pytest.mark.parametrize(
    "wrapped",
    [
        "<form action=x>{}</form>",
        "<div aria-hidden=true>{}</div>",
        "<div class='has-sidebar modal-open'>{}</div>",
        "<table><tr><td>{}</td></tr></table>",
        "<div class=cookie-notice>{}</div>",
        "<footer>{}</footer>",
        "<div style='display:none'>{}</div>",
        "<center><font>{}</font></center>",
    ],
)
def test_a_whole_policy_never_goes_whatever_holds_it(wrapped: str) -> None:
    assert P in document(f"<body>{wrapped.format(PROSE)}</body>").markdown


@pytest.mark.parametrize(
    ("chrome", "rule"),
    [
        ("<nav><a href=/a>Pricing</a></nav>", "prune/nav"),
        ("<div id=onetrust-banner>We use cookies. <button>Pricing</button></div>", "prune/name-consent"),
        ("<ul class=breadcrumbs><li>Pricing</li></ul>", "prune/name-strong"),
        ("<div class=left-sidebar><a href=/a>Pricing</a></div>", "prune/name-weak"),
        ("<div role=dialog>Pricing</div>", "prune/role-dialog"),
        ("<span hidden>Pricing</span>", "prune/hidden"),
        ("<button>Pricing</button>", "prune/button"),
    ],
)
def test_chrome_goes_and_is_logged(chrome: str, rule: str) -> None:
    found = document(f"<body>{chrome}<div>{PROSE}</div></body>")
    assert "Pricing" not in found.markdown
    assert rule in [removal.rule for removal in found.removed]


@pytest.mark.parametrize("id_", ["sharing", "advertisements", "search", "newsletter-use", "cookies", "comments"])
def test_a_section_named_like_chrome_stays(id_: str) -> None:
    section = f"<section id={id_}><h2>7. Title</h2><p>We may use this data to show you what you asked for, and for nothing else.</p></section>"
    assert "7. Title" in document(f"<main>{PROSE}{section}{PROSE}</main>").markdown


def test_accordion_titles_stay() -> None:
    page = f"<div>{PROSE}<h3><button>Cookies</button></h3><p>{P}</p><button aria-expanded=false>Logs</button><div aria-hidden=true>{PROSE}</div></div>"
    markdown = document(page).markdown
    assert "### Cookies" in markdown
    assert "Logs" in markdown


@pytest.mark.parametrize(
    "line",
    ["Powered by Anything 2.0", "Copyright © 2013 Meadow Ltd. All rights reserved.", "Back to top", "Print this page",
     "<a href=/a>Home</a> | <a href=/b>Terms</a> | <a href=/c>Contact</a>"],
)  # fmt: skip
def test_edge_lines_go(line: str) -> None:
    assert document(f"<div><h2>A</h2>{PROSE}<p>{line}</p></div>").markdown.endswith("nothing else.\n")


@pytest.mark.parametrize(
    "line",
    ["Copyright 2010 Meadow Ltd is the data controller.", "Last updated: 2 May 2013", "<b>Share</b> of data: none at all",
     "Powered by our own servers, we store nothing."],
)  # fmt: skip
def test_edge_lines_of_the_policy_stay(line: str) -> None:
    last = document(f"<div><h2>A</h2>{PROSE}<p>{line}</p></div>").markdown.rstrip("\n").rpartition("\n")[2]
    assert not last.endswith("nothing else.")


# ---------------------------------------------------------------------- other inputs


def test_plain_text_joins_wrapped_lines_and_takes_no_code_block() -> None:
    text = "Privacy\n\n    We collect your name and your address when you order,\n    and we keep them.\n\n* one *x*\n* two\n"
    found = extract(text.encode(), url=URL, content_type="text/plain")
    assert found.markdown == (
        "Privacy\n\nWe collect your name and your address when you order, and we keep them.\n\n- one \\*x\\*\n- two\n"
    )


def test_html_labelled_as_text_is_html() -> None:
    assert extract(f"<html><body>{PROSE}</body></html>".encode(), content_type="text/plain").markdown.startswith(
        "We collect"
    )


def test_preformatted_prose_becomes_paragraphs() -> None:
    assert document(f"<pre>{P}\n\n{P}</pre>").markdown == f"{P}\n\n{P}\n"


def test_frameset_names_its_frames_and_gives_noframes() -> None:
    page = f"<frameset cols='20%,*'><frame src=menu.html><frame src=main.html><noframes>{PROSE}</noframes></frameset>"
    found = document(page)
    assert P in found.markdown
    assert any("menu.html, main.html" in warning for warning in found.warnings)


def test_a_word_of_office_software_stays_in_its_line() -> None:
    assert "We collect names." in document(f"<p>We <st1:verb>collect</st1:verb> names<o:p>.</o:p></p>{PROSE}").markdown


def test_the_language_is_the_pages() -> None:
    assert document(f"<html lang=de_AT><body>{PROSE}").language == "de-AT"


def test_noscript_speaks_only_where_nothing_else_does() -> None:
    page = "<html><head></head>\n          \n<body>\n            <div>\n          {}</div><noscript><p>Please switch scripts on.</p></noscript>"
    assert "scripts on" not in document(page.format(PROSE)).markdown
    assert "scripts on" in document(page.format("")).markdown


@pytest.mark.parametrize("opened", ["svg", "main", "div", "o:p", "template", "noscript", "unknown"])
def test_a_body_inside_what_the_head_left_open_loses_nothing(opened: str) -> None:
    page = f"<html><head><title>A</title><{opened}><body><p>We keep your address.</p>"
    assert "We keep your address." in extract(page.encode()).markdown


def test_html5_without_a_body_tag_loses_nothing() -> None:
    assert document(f"<!doctype html><title>M</title><main>{P}<p>{P}</p></main>").markdown == f"{P}\n\n{P}\n"


@pytest.mark.parametrize("reference", ["&#30;", "&#x1e;", "&#12;", "&#xffff;", "&#0;"])
def test_control_characters_in_references_vanish(reference: str) -> None:
    assert document(f"<p>a{reference}b</p>").markdown.replace("\ufffd", "") == "ab\n"


def test_control_characters_in_a_document_within_a_frame_vanish() -> None:
    words = "We keep your address for a year. " * 20
    inner = f"<p>A&amp;#1;B&amp;#2;C {words}</p>"
    page = f"<h1>Privacy</h1><iframe srcdoc='{inner}'></iframe>"
    markdown = extract(page.encode()).markdown
    assert "ABC We keep" in markdown


SENTENCE = "We collect the personal data that you give us, and we use it as this policy says. "
ODD = {
    "empty": b"",
    "NULs": b"<p>a\0b</p>" * 1000 + b"\0" * 100_000,
    "binary": random.Random(1).randbytes(300_000),
    "broken UTF-8": b"<p>caf\xc3 \xe9t\xff\xe2\x82 we collect data. " * 3000,
    "UTF-16 without a mark": f"<html><body><p>{SENTENCE}".encode("utf-16-le") * 200,
    "odd UTF-16": b"\xff\xfe" + f"<p>{SENTENCE}".encode("utf-16-le") * 20 + b"x",
    "nothing closed": ("<table><tr><td><ul><li><a href=x><b><i><p>" + SENTENCE).encode() * 400,
    "only openings": b"<" * 200_000,
    "half a tag": b"<p>We collect data.<div class='x" + b"y" * 100_000,
    "half a comment": b"<p>We collect data.<!-- " + b"-" * 100_000,
    "half an entity": b"<p>" + b"&#x" * 60_000,
    "one long word": b"<p>" + b"a" * 300_000,
    "one attribute": b"<p class='" + b"menu footer " * 30_000 + b"'>We collect data.</p>",
    "many attributes": b"<p " + b"".join(b"a%d=1 " % at for at in range(20_000)) + b">We collect data.</p>",
    "half a gzip": gzip.compress(SENTENCE.encode() * 5000)[:400],
    "half a brotli": brotli.compress(SENTENCE.encode() * 5000)[:60],
    "control references": b"<p>" + b"&#1;&#x1f;&#30;a" * 20_000,
    "our own marks": "".join(f"<p>{chr(code)}a{chr(code)}</p>" for code in range(1, 32)).encode() * 50,
    "signs": b"<p>" + b"*_`[]()<>&|~\\!#+-=. " * 10_000,
    "lists in nothing": b"<li><dd><dt><td><tr><caption><option>a" * 3000,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("label", [None, "gzip", "br"])
def test_no_bytes_make_it_fail_or_leave_marks(name: str, label: str | None) -> None:
    markdown = extract(ODD[name], url="http://a.example/", content_type="text/html", content_encoding=label).markdown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", markdown)


def test_ten_megabytes_of_any_bytes_are_read() -> None:
    payload = b"<p>We collect data.</p>" + random.Random(2).randbytes(10_000_000)
    assert extract(payload, content_type="text/html").encoding


@pytest.mark.parametrize("depth", [3000, 50_000])
@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "blockquote", "table><tr><td", "a href=x", "font", "ol><li"])
def test_nesting_without_end_keeps_the_words(tag: str, depth: int) -> None:
    assert (
        "We collect" in extract(f"<{tag}>".encode() * depth + SENTENCE.encode() * 5, content_type="text/html").markdown
    )
