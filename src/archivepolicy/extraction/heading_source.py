"""Headings that hold a paragraph, made whole before the page is parsed.

In: a page's source. Out: the same, `<h1><p>Privacy</p></h1>` as `<h1><span>Privacy</span></h1>`. Browsers keep such a
paragraph inside its heading (HTML, 13.2.6.4.7 "in body", read 2026-11-24); libxml2 2.14 ends the heading before it, so that
the title would be an empty heading and a paragraph like any other. Only a heading that holds one paragraph and nothing else
is touched.
"""

from __future__ import annotations

import re

from archivepolicy.extraction.literals import Literals

_HEADINGS = Literals([b"<%s%d" % (name, level) for name in (b"h", b"H") for level in range(1, 7)])
# what such a heading begins with: nine pages in ten have none
_BEGINNING = re.compile(rb"<[hH][1-6][^<>]*+>\s*+<[pP][\s>]")
_MAX_CHARS = 600  # between the tags
# in lower or in upper case: a pattern that begins with a letter is looked for much faster than one that begins with either
_PATTERNS = tuple(
    re.compile(
        rb"<%(h)s([1-6])((?:\s[^<>]{0,400})?)>(\s{0,99})<%(p)s((?:\s[^<>]{0,400})?)>"
        rb"((?:(?!</?(?:[hH][1-6]|[pP])[\s>]).){0,%(most)d}?)"
        rb"(?:</%(p)s\s{0,9}>)?(\s{0,99})</%(h)s\1\s{0,9}>" % {b"h": h, b"p": p, b"most": _MAX_CHARS},
        re.DOTALL,
    )
    for h, p in ((b"h", b"p"), (b"H", b"P"))
)


def with_whole_headings(source: bytes) -> bytes:
    """Write the paragraph that is all of a heading as a part of its line.

    >>> with_whole_headings(b'<h1 class="a"><p>Your <b>privacy</b></p></h1><p>Text.</p>')
    b'<h1 class="a"><span>Your <b>privacy</b></span></h1><p>Text.</p>'
    """
    if not any(_BEGINNING.match(source, place) for _, place in _HEADINGS.places(source)):
        return source
    for pattern in _PATTERNS:
        source = pattern.sub(rb"<h\1\2>\3<span\4>\5</span>\6</h\1>", source)
    return source
