"""Lists that were typed: made real where two neighbours begin alike, and left alone where one stands by itself."""

from __future__ import annotations

import pytest

from archivepolicy.extraction import extract

BEFORE = (
    "<h1>Privacy</h1>"
    + "<p>We collect the personal data that you give us, and we use it as this policy says, no more.</p>" * 9
)
AFTER = "<p>We keep what is said here for as long as the law wants us to keep it, and not a day longer.</p>" * 9


def between(html: str) -> str:
    """The Markdown of some blocks in the middle of a policy."""
    text = extract(
        f"{BEFORE}<h2>Begin</h2>{html}<h2>End</h2>{AFTER}".encode(), content_type="text/html; charset=utf-8"
    ).markdown
    return text.partition("## Begin\n\n")[2].partition("\n\n## End")[0]


def word(level: int, sign: str, text: str, attributes: str = "class=MsoListParagraph") -> str:
    """An item as Word saves it."""
    mark = f"<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{sign}<span>&nbsp;&nbsp;</span></span></span><![endif]>"
    return f"<p {attributes} style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'>{mark}{text}</p>\n"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>We use:<br>- names<br>- dates<br>So it is.</p>", "We use:\n\n- names\n- dates\n\nSo it is."),
        ("<p>• one<br>• two</p>", "- one\n- two"),
        ("<p>•one<br>•<a href='http://a.example/x'>two</a></p>", "- one\n- [two](http://a.example/x)"),
        ("<p>1) one<br>2) two</p>", "1. one\n2. two"),
        ("<p>1. one</p><p>2. two</p><p>and so on</p>", "1. one\n2. two\n\nand so on"),
        ("<div><p>- one</p></div><div><p>- two</p></div>", "- one\n- two"),
        ("<p>– one</p>\n<p>– two <b>bold</b></p>", "- one\n- two **bold**"),
        ("<p><b>•</b> one</p><p><b>• Two:</b> it</p>", "- one\n- **Two:** it"),
        ("<p>- one<br>- two</p><p>- three</p>", "- one\n- two\n- three"),
        ("<ul><li>a:<br>- b<br>- c</li><li>d</li></ul>", "- a:\n  - b\n  - c\n- d"),
        ("<blockquote>* one<br>* two</blockquote>", "> - one\n> - two"),
        ("- one<br>\n- two<br>\n- three<br><br>text", "- one\n- two\n- three\n\ntext"),
    ],
)
def test_neighbours_that_begin_alike_are_a_list(html: str, text: str) -> None:
    assert between(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>- alone</p><p>text</p>", "\\- alone\n\ntext"),
        ("<p>- one<br>• two</p>", "\\- one\\\n• two"),
        ("<p>-5 degrees<br>-6 degrees</p>", "-5 degrees\\\n-6 degrees"),
        ("<p>1. one</p><p>3. three</p>", "1\\. one\n\n3\\. three"),
        ("<p>2. two</p><p>3. three</p>", "2\\. two\n\n3\\. three"),
        ("<p>1. Scope</p><p>2. Terms</p><p>Words.</p><p>3. End</p>", "1\\. Scope\n\n2\\. Terms\n\nWords.\n\n3\\. End"),
        ("<p><b>1. Scope</b></p><p><b>2. Terms</b></p>", "**1. Scope**\n\n**2. Terms**"),
        ("<p>a) one<br>b) two</p>", "a) one\\\nb) two"),
        ("<p>1995. one<br>1996. two</p>", "1995\\. one\\\n1996\\. two"),
        ("<table><tr><td>- one<br>- two<td>x<tr><td>1<td>2</table>", "| - one - two | x |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_what_is_not_certain_stays_as_it_was_typed(html: str, text: str) -> None:
    assert between(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (word(1, "·", "One") + word(2, "o", "In it") + word(1, "·", "Two"), "- One\n  - In it\n- Two"),
        (word(1, "3.", "Three") + word(1, "4.", "Four"), "3. Three\n4. Four"),
        (
            word(1, "1.", "One") + word(2, "a)", "First") + word(2, "b)", "Second"),
            "1. One\n   - a) First\n   - b) Second",
        ),
        (word(1, "·", "Alone") + "<p>text</p>", "· Alone\n\ntext"),
        (word(2, "o", "Deep", "") + word(1, "·", "High", "") + "<p>text</p>", "- Deep\n- High\n\ntext"),
    ],
)
def test_word_s_paragraphs_are_its_lists(html: str, text: str) -> None:
    assert between(html).replace("\xa0", " ") == text


def test_every_word_and_link_of_a_typed_list_is_there_once() -> None:
    html = "<p>Of you:<br>" + "<br>".join(f"- <i>part {at}</i> of <a href='/{at}'>it</a>" for at in range(50)) + "</p>"
    lines = between(html).split("\n")
    assert lines[2:] == [f"- *part {at}* of [it](/{at})" for at in range(50)]
