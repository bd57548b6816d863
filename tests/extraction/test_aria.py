"""Roles are taken at their word only where their place bears them out."""

from __future__ import annotations

import pytest
from lxml import etree, html

from archivepolicy.extraction.aria import apply_roles


def named(source: str) -> str:
    body = html.fragment_fromstring(source, create_parent="body")
    apply_roles(body)
    for element in body.iter():
        element.attrib.clear()
    return etree.tostring(body, encoding="unicode")[len("<body>") : -len("</body>")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<div role=heading aria-level=3>Names</div>", "<h3>Names</h3>"),
        ("<span role=HEADING>Names</span>", "<h2>Names</h2>"),
        ("<p role=heading aria-level=9>Names</p>", "<h2>Names</h2>"),
        ("<h4 role=heading aria-level=2>Names</h4>", "<h4>Names</h4>"),
        ("<div role=heading><h2>Names</h2></div>", "<div><h2>Names</h2></div>"),
        ("<h2><span role=heading>Names</span></h2>", "<h2><span>Names</span></h2>"),
        ("<div role=heading><p>Names</p></div>", "<div><p>Names</p></div>"),
        ("<div role=heading></div>", "<div/>"),
        (f"<div role=heading>{'words ' * 60}</div>", f"<div>{'words ' * 60}</div>"),
    ],
)
def test_headings(source: str, expected: str) -> None:
    assert named(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<div role=list><div role=listitem>a</div></div>", "<ul><li>a</li></ul>"),
        ("<div role=list><div role=listitem>a</div><div>b</div></div>", "<div><div>a</div><div>b</div></div>"),
        ("<div role=list>a<div role=listitem>b</div></div>", "<div>a<div>b</div></div>"),
        ("<div role=list><div role=listitem><h2>a</h2>b</div></div>", "<div><div><h2>a</h2>b</div></div>"),
        ("<ul role=list><li role=listitem>a</li></ul>", "<ul><li>a</li></ul>"),
        ("<div role=list></div>", "<div/>"),
    ],
)
def test_lists(source: str, expected: str) -> None:
    assert named(source) == expected


ROW = "<div role=row><div role=cell>a</div><div role=cell>b</div></div>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            f"<div role=table><div role=rowgroup>{ROW}</div>{ROW}</div>",
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody><tr><td>a</td><td>b</td></tr></table>",
        ),
        (f"<div role=table>{ROW}</div>", "<div><div><div>a</div><div>b</div></div></div>"),
        (
            f"<div role=table>{ROW}<div role=row><div role=cell>a</div></div></div>",
            "<div><div><div>a</div><div>b</div></div><div><div>a</div></div></div>",
        ),
        (
            f"<div role=grid>{ROW}words{ROW}</div>",
            "<div><div><div>a</div><div>b</div></div>words<div><div>a</div><div>b</div></div></div>",
        ),
    ],
)
def test_tables(source: str, expected: str) -> None:
    assert named(source) == expected
