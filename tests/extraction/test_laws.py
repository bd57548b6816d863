"""Laws of the Markdown, whatever the page: it reads back as itself, and nothing in it is left over from a tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archivepolicy.extraction import extract

URL = "http://meadow.example/dir/privacy.html"
# what reads as one paragraph more than a bound of the pruning, so that no law depends on what is dropped
OPENING = "<h1>Privacy Policy</h1><p>We collect the personal data that you give us, and we use it as this policy says, no more and no less.</p>"
RENDER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
WORDS = st.sampled_from(
    ["data", "We use it.", "1. First", "- no list", "# none", "a_b", "*star*", "R&amp;D", "&lt;b&gt;", "[1]", "(c)", "a|b", "x\\y",
     "é à", "隐私", "2018", "e.g.", "~~", "> more", "+1", "a`b", "![x]", "=", "---", "&amp;amp;", "!"]
)  # fmt: skip


def inline(depth: int = 2) -> st.SearchStrategy[str]:
    """A run of words, some of them emphasised or linked; emphasis in emphasis has more than one way to be written."""
    plain = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
    marks = st.sampled_from(
        ["<b>{}</b>", "<i>{}</i>", "<span>{}</span>", "<code>{}</code>", "<a href='/x.html'>{}</a>"]
    )
    marked = st.tuples(marks, plain).map(lambda made: made[0].format(made[1]))
    broken = plain.map(lambda words: f"{words}<br>")
    return st.lists(st.one_of(plain, plain, marked, broken), min_size=1, max_size=1 + depth).map(" ".join)


def listing(depth: int, *openings: str) -> st.SearchStrategy[str]:
    """A list, its items maybe holding lists; one that starts at 3 in another makes Markdown read both with paragraphs."""
    item = inline(1)
    if depth:
        item = st.one_of(
            item, st.tuples(inline(1), listing(depth - 1, "ul", "ol", "ol type=a", "ol type=I")).map("".join)
        )
    items = st.lists(item.map(lambda words: f"<li>{words}</li>"), min_size=1, max_size=3).map("".join)
    opening = st.sampled_from(openings or ["ul", "ol", "ol start=3", "ol type=a", "ol type=I"])
    return st.tuples(opening, items).map(lambda made: f"<{made[0]}>{made[1]}</{made[0][:2]}>")


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
    table(),
    inline().map(lambda words: f"<blockquote>{words}</blockquote>"),
    st.tuples(WORDS, inline()).map(lambda made: f"<dl><dt>{made[0]}</dt><dd>{made[1]}</dd></dl>"),
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
# a paragraph parts the blocks: two lists, or two quotations, that follow each other are one in Markdown
PAGES = st.lists(BLOCK, max_size=5).map(
    lambda blocks: OPENING + "".join(f"{block}<p>So it is.</p>" for block in blocks)
)


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
