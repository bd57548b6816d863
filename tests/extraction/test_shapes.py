"""Pages in the shapes that sites of today and of old give a policy, each with the Markdown that a person would make of it.

`fixtures/shapes/NAME.html` holds the page, in our own words and markup, `NAME.md` what must come of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from archivepolicy.extraction import extract
from archivepolicy.records.document import Kind

SHAPES = Path(__file__).parent / "fixtures" / "shapes"
NAMES = sorted(file.stem for file in SHAPES.glob("*.html"))
URL = "https://lanternhill.example/legal/privacy"
RENDER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def markdown(page: bytes) -> str:
    return extract(page, url=URL, content_type="text/html; charset=utf-8").markdown


def test_there_are_many_shapes_and_each_has_its_text() -> None:
    assert len(NAMES) >= 50
    assert sorted(file.stem for file in SHAPES.glob("*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_each_shape_gives_the_policy_and_no_more(name: str) -> None:
    page = (SHAPES / f"{name}.html").read_bytes()
    assert markdown(page) == (SHAPES / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_line_that_went_is_logged(name: str) -> None:
    document = extract((SHAPES / f"{name}.html").read_bytes(), url=URL)
    assert document.verdict.kind is Kind.POLICY
    assert all(removal.rule and removal.text for removal in document.removed)
