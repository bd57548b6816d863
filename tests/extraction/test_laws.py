"""Laws of the Markdown, whatever the page: it reads back as itself, and nothing in it is left over from a tag."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archivepolicy.extraction import extract
from archivepolicy.extraction.links import LinkBase
from archivepolicy.extraction.markdown import markdown_of
from archivepolicy.extraction.normalise import normalise
from archivepolicy.extraction.tree import parsed_page

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://meadow.example/dir/privacy.html"
# what reads as one paragraph more than a bound of the pruning, so that no law depends on what is dropped
OPENING = "<h1>Privacy Policy</h1><p>We collect the personal data that you give us, and we use it as this policy says, no more and no less.</p>"
# so that no law depends on what is trimmed off the edges
PARTS = "".join(
    f"<p>We keep what is said in part {part}, and we use it as the law allows us to, not otherwise.</p>"
    for part in range(9)
)
OPENING, CLOSING = OPENING + PARTS, PARTS
RENDER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
WORDS = st.sampled_from(
    ["data", "We use it.", "1. First", "- no list", "# none", "a_b", "*star*", "R&amp;D", "&lt;b&gt;", "[1]", "(c)", "a|b", "x\\y",
     "é à", "隐私", "2018", "e.g.", "~~", "> more", "+1", "a`b", "![x]", "=", "---", "&amp;amp;", "!", "1)", "+ plus", "===",
     "~~~", "| a | b |", "|---|", ":--", "&lt;div&gt;", "&lt;!-- no", "_ga", "ga_", "__x__", "[a](b)", "[a]: b", "]", "[", "(",
     "http://a.example/b_c_d?e=f*g", "a@b.example", "“so”", "«a»", "\\", "a\\", "*", "**", "_", "`", "```", "#", "...", "1.", "&nbsp;",
     "12. of May", "- - -", "* * *", "• one", "1) one", "2. Second", "– so", "2) two", "a &amp; b", "&amp;copy;", "\u00ad", "&#8203;", "© 2013", "§ 4", "100%", "'"]
)  # fmt: skip
MARKS = st.sampled_from(
    ["<b>{}</b>", "<i>{}</i>", "<span>{}</span>", "<code>{}</code>", "<a href='/x.html'>{}</a>", "<s>{}</s>", "<u>{}</u>",
     "<strong>{}</strong>", "<em>{}</em>", "<a name=x>{}</a>", "<a href='/a_(b)[c]*d'>{}</a>", "<sup>{}</sup>", "<font>{}</font>",
     "<a href='javascript:x()'>{}</a>", "<q>{}</q>", "<b>{} </b>", "<i> {}</i>", "{}<img src=x.gif alt=x>", "<a href='#fn1'>{}</a>"]
)  # fmt: skip


def inline(depth: int = 2) -> st.SearchStrategy[str]:
    """A run of words, some of them emphasised or linked, with spaces between or none."""
    plain = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
    marked = st.tuples(MARKS, plain).map(lambda made: made[0].format(made[1]))
    if depth > 1:
        marked = st.one_of(
            marked, st.tuples(MARKS, st.deferred(lambda: inline(depth - 1))).map(lambda made: made[0].format(made[1]))
        )
    broken = plain.map(lambda words: f"{words}<br>")
    pieces = st.lists(st.one_of(plain, plain, marked, broken), min_size=1, max_size=1 + depth)
    return st.tuples(st.sampled_from([" ", " ", ""]), pieces).map(lambda made: made[0].join(made[1]))


def listing(depth: int) -> st.SearchStrategy[str]:
    """A list, its items maybe holding lists, paragraphs and other blocks."""
    item = inline(1)
    if depth:
        inner = st.deferred(lambda: listing(depth - 1))
        item = st.one_of(
            item,
            st.tuples(item, inner).map("".join),
            st.tuples(item, item).map(lambda made: f"<p>{made[0]}</p><p>{made[1]}</p>"),
            st.tuples(item, inner, item).map("".join),
            st.tuples(item, inner).map(lambda made: f"<p>{made[0]}</p>{made[1]}"),
            inner,
            item.map(lambda words: f"<div>{words}</div>"),
            item.map(lambda words: f"<h3>{words}</h3>"),
            item.map(lambda words: f"{words}<blockquote>{words}</blockquote>"),
            table(),
            item.map(lambda words: f"{words}<hr>{words}"),
        )
    opened = st.sampled_from(["<li>", "<li>", "<li>", "<li value=7>", ""])
    items = st.lists(
        st.tuples(opened, item).map(lambda made: f"{made[0]}{made[1]}</li>" if made[0] else made[1]),
        min_size=1,
        max_size=3,
    )
    opening = st.sampled_from(["ul", "ol", "ol start=3", "ol type=a", "ol type=I"])
    return st.tuples(opening, items).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0][:2]}>")


def table() -> st.SearchStrategy[str]:
    """A data table with two columns."""
    row = st.tuples(WORDS, inline(1)).map(lambda cells: f"<tr><td>{cells[0]}</td><td>{cells[1]}</td></tr>")
    return st.lists(row, min_size=2, max_size=3).map(lambda rows: f"<table>{''.join(rows)}</table>")


BLOCK = st.one_of(
    inline().map(lambda words: f"<p>{words}</p>"),
    inline().map(lambda words: f"<div>{words}</div>"),
    inline(),
    st.tuples(st.integers(2, 6), inline(1)).map(lambda made: f"<h{made[0]}>{made[1]}</h{made[0]}>"),
    listing(2),
    listing(2).map(lambda made: f"<div>{made}</div>"),
    table(),
    inline().map(lambda words: f"<blockquote>{words}</blockquote>"),
    st.tuples(inline(), listing(1)).map(lambda made: f"<blockquote><p>{made[0]}</p>{made[1]}</blockquote>"),
    st.tuples(WORDS, inline()).map(lambda made: f"<dl><dt>{made[0]}</dt><dd>{made[1]}</dd></dl>"),
    WORDS.map(lambda words: f"<pre><code>{words}\n\n{words}</code></pre>"),
    WORDS.map(lambda words: f"<pre>{words}\n\n{words}</pre>"),
    st.sampled_from(
        [
            "<hr>",
            "<p></p>",
            "<h2> </h2>",
            "<b></b>",
            "<ul><li></li></ul>",
            "<br><br>",
            "<p>&nbsp;</p>",
            "<table></table>",
        ]
    ),
)
PAGES = st.lists(BLOCK, max_size=5).map(lambda blocks: OPENING + "".join(blocks) + CLOSING)


def markdown(html: str) -> str:
    return extract(
        f"<html><body><main>{html}</main></body></html>".encode(), url=URL, content_type="text/html; charset=utf-8"
    ).markdown


@given(PAGES)
@settings(deadline=None, max_examples=100)
def test_markdown_reads_back_as_itself(html: str) -> None:
    once = markdown(html)
    assert markdown(RENDER.render(once)) == once


@given(PAGES)
@settings(deadline=None, max_examples=100)
def test_nothing_is_left_over(html: str) -> None:
    text = markdown(html)
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for line in text.split("\n"):
        assert line == line.rstrip()
        assert not re.fullmatch(r"[\s>]*(?:#{1,6}|[-*+]|\d+\.|\*{2,}|_{2,}|\|[\s|]*)", line), line
        assert "****" not in line.replace("\\*", "")


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_headings_keep_their_number_and_level(levels: list[int]) -> None:
    html = "".join(
        f"<h{level}>Part {at}</h{level}><p>We say what part {at} says.</p>" for at, level in enumerate(levels)
    )
    found = re.findall(r"^(#+) Part (\d+)$", markdown(OPENING + html), re.MULTILINE)
    assert [(len(signs), int(number)) for signs, number in found] == [(level, at) for at, level in enumerate(levels)]


@pytest.mark.parametrize("depth", [1, 5, 12])
def test_lists_nest_by_indentation(depth: int) -> None:
    html = "".join(f"<ul><li>item {at}" for at in range(depth)) + "</ul>" * depth
    assert [line for line in markdown(OPENING + html).split("\n") if "item" in line] == [
        f"{'  ' * at}- item {at}" for at in range(depth)
    ]


def converted(html: str) -> str:
    """The Markdown of a page's whole body: nothing of it is chrome."""
    page = parsed_page(f"<html><body>{html}</body></html>".encode())
    normalise(page.body)
    page.body.tag = "div"
    return markdown_of(page.body, LinkBase(url=URL, is_replayed=False))[0]


@pytest.mark.corpus
def test_real_pages_read_back_as_themselves(corpus: Path) -> None:
    with (corpus / "extraction" / "index.jsonl").open(encoding="utf-8") as index:
        paths = [corpus / "extraction" / json.loads(line)["page"] for line in index][::5]
    paths += sorted((corpus / "pages" / "html").glob("*.html"))[::5]
    assert len(paths) > 40
    unstable = []
    for path in paths:
        payload = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        once = extract(payload, url=URL, content_type="text/html").markdown
        if converted(RENDER.render(once)) != once:
            unstable.append(path.name)
    assert not unstable


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('see <b>"this."</b>now', 'see **"this**."now'),
        ("<i>a <b>b</b></i>", "*a **b***"),
        ("<b>a.</b><i>b</i>", "**a**.*b*"),
        ("<b><a href='/x'>a</a></b>b", "[a](http://meadow.example/x)b"),
        ("<b>-</b> no item", "\\- no item"),
        ("<b>a</b> <i> </i><b>b</b>", "**a b**"),
        ("<i>so “<b>it</b>” is</i>", "*so “**it**” is*"),
        ("[1]", "[1]"),
        ("[1]<a>(2)</a>", "[1\\](2)"),
        ("so!<a href='/x'>a</a>", "so\\![a](http://meadow.example/x)"),
        ("a &amp; b; R&amp;D &amp;amp;", "a & b; R&D \\&amp;"),
    ],
)
def test_signs_say_what_was_meant(html: str, text: str) -> None:
    assert converted(f"<p>{html}</p>") == f"{text}\n"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n- b"),
        ("<ol><li>a</ol><div><ol start=2><li>b</ol></div>", "1. a\n2. b"),
        ("<ol><li>a</ol><ol><li>b</ol>", "1. a\n\n1) b"),
        ("<ol><li>a<li value=7>b</ol>", "1. a\n\n7) b"),
        ("<ul><li><p>a</p><ul><li>b</ul></ul>", "- a\n  - b"),
        ("<ul><li>a<ol start=3><li>b</ol><li>c</ul>", "- a\n\n  3. b\n\n- c"),
        ("<ul><li>a<p>b<li>c</ul>", "- a\n\n  b\n\n- c"),
        ("<ul><li>a</li>loose</ul>", "- a\n\n  loose"),
        ("<ol type=a><li><h3>A</h3><li><table><tr><td>x<td>y<tr><td>1<td>2</table></ol>", "- ### a. A\n\n- b.\n\n  | x | y |\n  | --- | --- |\n  | 1 | 2 |"),
        ("<li>a<li>b", "- a\n- b"),
        ("<blockquote><ul><li>a<ul><li>b</ul></ul></blockquote>", "> - a\n>   - b"),
        ("<ul><li>a<hr>b</ul>", "- a\n\n  b"),
        ("<h2>Rule #</h2>", "## Rule \\#"),
        ("<pre><code>```\n\na  b</code></pre>", "````\n```\n\na  b\n````"),
        ("<p><code>a</code><code>b</code>", "`ab`"),
    ],
)  # fmt: skip
def test_blocks_are_read_as_they_stood(html: str, text: str) -> None:
    once = converted(html)
    assert once == f"{text}\n"
    assert converted(RENDER.render(once)) == once
