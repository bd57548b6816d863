"""Headings that hold a paragraph."""

from __future__ import annotations

import pytest

from archivepolicy.extraction import extract
from archivepolicy.extraction.heading_source import with_whole_headings

PROSE = (
    "<p>We write down the name and the street that you give us with an order, and nothing that you did not tell us.</p>"
)


@pytest.mark.parametrize(
    "heading",
    [
        "<h1><p>Your privacy</p></h1>",
        "<h1 class='a b'>\n  <p dir=ltr>Your <b>privacy</b></p>\n</h1>",
        "<H1><P ALIGN=CENTER>Your privacy</H1>",
    ],
)
def test_a_paragraph_that_is_all_of_a_heading_is_its_words(heading: str) -> None:
    document = extract(f"<body><div>{heading}</div><div>{PROSE * 4}</div></body>".encode(), url="http://a.example/p")
    assert document.title == "Your privacy"
    assert document.markdown.startswith("# Your ")


@pytest.mark.parametrize(
    "source",
    [
        "<h2></h2><p>Text.</p>",
        "<h2>Title</h2><p>Text.</p>",
        "<h2><p>One.</p><p>Two.</p></h2>",
        "<h2><p>One.</p> more</h2>",
        "<h2><p>One.<h3>Two</h3>",
        "<h2><pre>One.</pre></h2>",
        f"<h2><p>{'long ' * 200}</p></h2>",
    ],
)
def test_other_headings_stay_as_they_are(source: str) -> None:
    assert with_whole_headings(source.encode()) == source.encode()
