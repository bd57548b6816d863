"""XHTML that was served as XML to the HTML that the other steps read.

In: the text of a page whose Content-Type is XML. Out: the same page as HTML: elements closed the XML way closed, CDATA
sections as text, namespace prefixes gone. A page that is not well-formed is none a browser would have shown; it is read
as HTML, as are XML documents that are no pages. No DTD is loaded and no entity of a page's own is expanded.
"""

from __future__ import annotations

import re
from html.entities import html5

from lxml import etree

MEDIA_TYPES = frozenset({"application/xhtml+xml", "application/xml", "text/xml"})
_XHTML = "{http://www.w3.org/1999/xhtml}"
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def html_of(text: str) -> str | None:
    """A page's HTML, or None where the text is no well-formed XHTML."""
    text = _ENTITY.sub(_resolved, _DECLARATION.sub("", text, count=1)).lstrip("\ufeff \t\r\n")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if etree.QName(root).localname != "html":
        return None
    for element in root.iter("*"):
        name = str(element.tag)
        if name.startswith(_XHTML):
            element.tag = name.removeprefix(_XHTML)
    etree.cleanup_namespaces(root)
    html: str = etree.tostring(root, method="html", encoding="unicode")
    return html


def _resolved(match: re.Match[str]) -> str:
    """A named character of HTML as itself; what XML knows too stays."""
    return match[0] if match[1] in _OF_XML else html5.get(f"{match[1]};", match[0])
