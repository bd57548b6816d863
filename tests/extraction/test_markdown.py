"""One fragment, one Markdown: what the converter makes of what authors write."""

from __future__ import annotations

import pytest

from archivepolicy.extraction import extract

URL = "http://meadow.example/dir/privacy.html"


def markdown(fragment: str) -> str:
    return extract(f"<html><body>{fragment}</body></html>".encode(), url=URL).markdown.rstrip("\n")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # Paragraphs and breaks follow, then one kind after another.
        ("<p>one\n  line\nof text</p>", "one line of text"),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<p>a<br></p><br><br><p>b</p>", "a\n\nb"),
        ("<div>loose<p>block</p>loose again</div>", "loose\n\nblock\n\nloose again"),
        ("<font>a<br><br>b</font>", "a\n\nb"),
        ("<p>a&nbsp;&nbsp;b&shy;c</p>", "a bc"),
        ("<p>a</p><hr><p>b</p><hr>", "a\n\n---\n\nb"),
        # emphasis
        ("<p><b> a </b>b</p>", "**a** b"),
        ("<p>x<b></b>y<i> </i>z</p>", "xy z"),
        ("<p><b>Note:</b>text</p>", "**Note**:text"),
        ("<p><b><strong>a</strong></b></p>", "**a**"),
        ("<p><b>a</b><b>b</b> <b>c</b> d</p>", "**ab c** d"),
        ("<p>a\\<br>b</p>", "a\\\\\\\nb"),
        ("<p><b>a<br><br>b</b></p>", "**a**\n\n**b**"),
        ("<b><p>a</p><p>b</p></b>", "a\n\nb"),
        # headings
        ("<h2><b>A</b> title</h2><p>word</p>", "## A title\n\nword"),
        ("<h2></h2><p>word</p>", "word"),
        ("<h3><button>A</button></h3><p>word</p>", "### A\n\nword"),
        ("<h2><div>a</div></h2><p>word</p>", "## a\n\nword"),
        ("<h2>1. Scope</h2><p>word</p>", "## 1. Scope\n\nword"),
        # lists
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
        ("<ol><li>a<ol><li>b</ol></ol>", "1. a\n   1. b"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ol type=a><li>one<li>two</ol>", "- a. one\n- b. two"),
        ("<ol type=I start=4><li>one</ol>", "- IV. one"),
        ("<ul><li></li><li>a</li></ul>", "- a"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
        ("<ul><p>indented</p></ul>", "indented"),
        ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", "**Term**\n\nMeaning"),
        # tables
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td><td></td></tr></table>", "| A | B |\n| --- | --- |\n| 1\\|2 | |"),
        ("<table><tr><td colspan=2>A</td></tr><tr><td>1</td><td>2</td></tr></table>", "| A | |\n| --- | --- |\n| 1 | 2 |"),
        ("<table><tr><td><p>a</p><h2>b</h2></td></tr></table>", "a\n\n## b"),
        ("<table><caption>C</caption><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
         "C\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |"),
        ("<table><tr><td><b>A</b></td><td>B</td></tr><tr><td><b>1</b></td><td><code>a|b</code></td></tr></table>",
         "| A | B |\n| --- | --- |\n| **1** | `a\\|b` |"),
        ("<ul><li>a<br><ul><li>b</ul></ul>", "- a\n  - b"),
        ("<ol><li>a<ol start=2><li>b</ol></ol>", "1. a\n\n   2. b"),
        ("<ol type=a><li>- x<li>y</ol>", "- a. - x\n- b. y"),
        ("<ul><li>a<br>- b<br>---<ul><li>c</ul></ul>", "- a\\\n  \\- b\\\n  \\---\n  - c"),
        # links
        ("<p><a href=x.html>a</a></p>", "[a](http://meadow.example/dir/x.html)"),
        ("<p><a href=x.html></a>b</p>", "b"),
        ("<p><a href='javascript:x()'>a</a> <a name=n>b</a></p>", "a b"),
        ("<p><a href=#n>a</a></p>", "[a](#n)"),
        ("<p>s<a href=/x> a </a>e</p>", "s [a](http://meadow.example/x) e"),
        ("<a href=/x><div><h3>A</h3><p>b</p></div></a>", "### [A](http://meadow.example/x)\n\n[b](http://meadow.example/x)"),
        ("<p><a href=/x>a [1</a></p>", "[a \\[1](http://meadow.example/x)"),
        # escapes
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>- no list</p>", "\\- no list"),
        ("<p># no heading</p>", "\\# no heading"),
        ("<p>*a* _b_ a_b `c` &lt;d&gt; R&amp;D &amp;amp;</p>", "\\*a\\* \\_b\\_ a_b \\`c\\` \\<d> R&D \\&amp;"),
        ("<p>[a](b) [1] (c)</p>", "[a\\](b) [1] (c)"),
        ("<p>a<br>2. b</p>", "a\\\n2\\. b"),
        # the rest
        ("<blockquote>a<br><br>b</blockquote><p>c</p>", "> a\n>\n> b\n\nc"),
        ("<pre><code>x = 1\n  y</code></pre><p>a</p>", "```\nx = 1\n  y\n```\n\na"),
        ("<p>a</p><img src=x alt=y><p>b</p>", "a\n\nb"),
        ("<custom-box>a</custom-box><custom-box>b</custom-box>", "a\n\nb"),
    ],
)  # fmt: skip
def test_fragment(html: str, expected: str) -> None:
    assert markdown(html) == expected
