"""Speed never changes the text: our tree and our conversion path against the stock ones of BeautifulSoup and markdownify.

The tree is made without BeautifulSoup's builder and walked without markdownify's `process_tag`; both must come out as if
they had been used, on fragments that nobody would write and on real pages.
"""

from __future__ import annotations

import gzip
import json
import sys
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from markdownify import MarkdownConverter

from archivepolicy.extraction.chrome import Pruner
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.elements import UNSEEN
from archivepolicy.extraction.links import LinkBase
from archivepolicy.extraction.markdown import PolicyConverter, markdown_of
from archivepolicy.extraction.normalise import normalise
from archivepolicy.extraction.soup import KEPT_ATTRIBUTES, linked, tag_tree
from archivepolicy.extraction.tidy import tidied
from archivepolicy.extraction.tree import parsed_page
from archivepolicy.extraction.weights import Weights
from archivepolicy.records.document import Link

if TYPE_CHECKING:
    from pathlib import Path

BASE = LinkBase(url="http://meadow.example/dir/privacy.html", is_replayed=False)
SAMPLE_PAGES = 24
LINKS_OF_AN_ELEMENT = ("parent", "next_element", "previous_element", "next_sibling", "previous_sibling")

TEXTS = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\t\n ",
        "\xa0",
        "word",
        " two words ",
        "a\nb",
        "*x*",
        "1. x",
        "- x",
        "a|b",
        "<d> &amp;",
        "é\xadt\u200bé",
        "`",
    ]
)
BLOCKS = ["div", "p", "h1", "h2", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "td", "th", "caption"]
TAGS = st.sampled_from([*BLOCKS, "hr", "br", "br", "a", "a", "b", "i", "s", "code", "q"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> etree._Element:
    """Any element in any other, as no parser would let them stand."""
    element = etree.Element(draw(TAGS))
    for name in KEPT_ATTRIBUTES.get(element.tag, ()):
        if draw(st.booleans()):
            element.set(
                name,
                draw(st.sampled_from(["", "2", "3.", "iv.", "x.html", "#n", "javascript:x", "http://a.example/ b(c)"])),
            )
    element.text = draw(TEXTS)
    if element.tag not in ("br", "hr") and depth:
        for child in draw(st.lists(elements(depth - 1), max_size=4)):
            child.tail = draw(TEXTS)
            element.append(child)
    return element


def stock_tree(content: etree._Element) -> Tag:
    """The tree as BeautifulSoup builds it when its own builder's interface is fed."""
    soup = BeautifulSoup("", "lxml")
    soup.reset()

    def feed(element: etree._Element) -> None:
        attributes = {
            name: element.get(name) for name in KEPT_ATTRIBUTES.get(element.tag, ()) if element.get(name) is not None
        }
        soup.handle_starttag(element.tag, None, None, attributes)
        if element.text:  # the builder makes a space of an empty text
            soup.handle_data(element.text)
        for child in element:
            feed(child)
            if child.tail:
                soup.handle_data(child.tail)
        soup.handle_endtag(element.tag)

    feed(content)
    soup.endData()
    root = soup.contents[0]
    assert isinstance(root, Tag)
    return root


class StockPath(PolicyConverter):
    """Our rules of writing, walked by markdownify's own `process_tag`."""

    def process_tag(self, node: Tag, parent_tags: frozenset[str] = frozenset()) -> str:
        return str(MarkdownConverter.process_tag(self, node, parent_tags=parent_tags))


def signature(node: PageElement | None, numbers: dict[int, int]) -> object:
    """What a neighbour is, by its place in the tree."""
    return None if node is None else numbers.get(id(node), "outside")


def described(root: Tag) -> list[object]:
    """Every node with its kind, its content and its neighbours."""
    nodes: list[PageElement] = [root, *root.descendants]
    numbers = {id(node): number for number, node in enumerate(nodes)}
    told: list[object] = []
    for node in nodes:
        around = [signature(getattr(node, name), numbers) for name in LINKS_OF_AN_ELEMENT]
        if isinstance(node, Tag):
            told.append(
                (
                    node.name,
                    dict(node.attrs),
                    node.can_be_empty_element,
                    [numbers[id(child)] for child in node.contents],
                    around,
                )
            )
        else:
            assert type(node) is NavigableString
            told.append((str(node), around))
    return told


def assert_same_tree(content: etree._Element) -> None:
    ours, stock = linked(tag_tree(content)), stock_tree(content)
    assert described(ours)[1:] == described(stock)[1:]
    assert str(ours) == str(stock)
    assert ours.get_text() == stock.get_text()
    assert len(ours.find_all(True)) == len(stock.find_all(True))


def assert_same_text(content: etree._Element) -> None:
    """Compare with the rules' own walk over the stock tree; only where it is markdownify's matter do the walks differ."""
    ours, stock = PolicyConverter(BASE), PolicyConverter(BASE)
    assert ours.process_tag(tag_tree(content)) == stock.process_tag(stock_tree(content))
    assert ours.links == stock.links


def assert_same_conversion(content: etree._Element) -> None:
    ours, stock = PolicyConverter(BASE), StockPath(BASE)
    assert tidied(ours.process_tag(tag_tree(content))) == tidied(stock.process_tag(stock_tree(content)))
    assert ours.links == stock.links


@given(elements())
@settings(deadline=None, max_examples=60)
def test_any_tree_is_the_stock_tree(content: etree._Element) -> None:
    assert_same_tree(content)
    assert_same_text(content)


@given(st.lists(elements(), max_size=4))
@settings(deadline=None, max_examples=60)
def test_normal_content_is_the_stock_conversion(children: list[etree._Element]) -> None:
    content = etree.Element("div")
    content.extend(children)
    normalise(content)
    assume(not content.xpath(".//pre/*"))  # white space between blocks in it is text to us and nothing to markdownify
    assert_same_conversion(content)


def test_a_tag_of_ours_is_a_full_tag() -> None:
    content = etree.fromstring("<div><p>a<a href='x'>b</a></p><br/></div>")
    root = linked(tag_tree(content))
    assert root.select_one("p > a") is root.p.a if root.p else False
    assert root.find_all("a", href=True)
    assert str(root) == '<div><p>a<a href="x">b</a></p><br/></div>'
    assert root.find("br").is_empty_element  # type: ignore[union-attr]


def test_a_tree_without_neighbours_says_so() -> None:
    root = tag_tree(etree.fromstring("<div><p>a</p></div>"))
    with pytest.raises(LookupError, match="linked"):
        _ = root.contents[0].parent


def test_a_converter_forgets_the_page_before() -> None:
    content = etree.fromstring("<div><p><a href='x'>b</a></p></div>")
    first = markdown_of(content, BASE)
    assert markdown_of(content, BASE) == first
    assert first[1]
    assert markdown_of(content, LinkBase(url=None, is_replayed=False)) == ("[b](x)\n", (Link(text="b", url="x"),))


def test_white_space_and_the_invisible_are_not_printable() -> None:
    """What is printable and has no two spaces together needs no folding."""
    spaces = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()]
    assert [sign for sign in (*spaces, *UNSEEN.strip(" ")) if sign.isprintable()] == [" "]


def sampled_pages(corpus: Path) -> list[bytes]:
    with (corpus / "extraction" / "index.jsonl").open(encoding="utf-8") as index:
        rows = [json.loads(line) for line in index]
    step = max(1, len(rows) // SAMPLE_PAGES)
    paths = [corpus / "extraction" / row["page"] for row in rows[::step]]
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]


@pytest.mark.corpus
def test_real_pages_are_the_stock_conversion(corpus: Path) -> None:
    for payload in sampled_pages(corpus):
        body = parsed_page(decoded_text(payload).utf8).body
        Pruner(body, Weights(body)).prune()
        content = etree.Element("div")
        content.extend(list(body))
        normalise(content)
        assert_same_tree(content)
        assert_same_conversion(content)
