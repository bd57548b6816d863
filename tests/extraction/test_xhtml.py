"""XHTML that was served as XML."""

import pytest

from archivepolicy.extraction import explained, extract
from archivepolicy.extraction.xhtml import html_of

TEXT = "We keep the address that you give us for as long as you have an account with us, and not any longer"
PAGE = f"""<?xml version="1.0" encoding="{{charset}}"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<x:html xmlns:x="http://www.w3.org/1999/xhtml" xml:lang="de"><x:head><x:title>Datenschutz</x:title>
<x:script type="text/javascript" src="a.js"/></x:head><x:body><x:div id="top"/><x:h1>Datenschutz f&uuml;r Gäste</x:h1>
<x:p>{TEXT}&nbsp;&mdash; <![CDATA[more than <30> days & no end]]>.</x:p></x:body></x:html>"""
MARKDOWN = f"# Datenschutz für Gäste\n\n{TEXT} — more than <30> days & no end.\n"


@pytest.mark.parametrize("media_type", ["application/xhtml+xml", "text/xml", "application/xml; charset=iso-8859-1"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_page_of_xml_is_read_as_xml(media_type: str, charset: str) -> None:
    payload = PAGE.format(charset=charset).encode(charset)
    document = extract(payload, url="http://a.example/", content_type=media_type)
    assert document.markdown.replace("\\", "") == MARKDOWN
    assert (document.title, document.language) == ("Datenschutz für Gäste", "de")
    assert all(part.rule is None for part in explained(payload, document, content_type=media_type).parts)


@pytest.mark.parametrize(
    "text",
    ["", "<p>not closed", "<rss><channel/></rss>", "<html><p>&unknown;</p></html>x", "<html>" + "<div>" * 3000, "\x00"],
)
def test_what_is_no_xhtml_is_left_to_html(text: str) -> None:
    assert html_of(text) is None
    extract(text.encode(), content_type="application/xhtml+xml")


def test_entities_of_a_page_s_own_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><html><body><p>&b; text</p></body></html>'
    assert "aaaa" not in str(html_of(bomb)).partition("<body>")[2]
    outside = '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]><html><body><p>&f; text</p></body></html>'
    assert "root:" not in str(html_of(outside))
