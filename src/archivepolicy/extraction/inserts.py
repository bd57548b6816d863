"""What a web archive adds to a page that it replays, taken out again.

In: the page's source in UTF-8, and later its links. Out: the source without toolbars and injected scripts, and links that
name the original. Marker pairs go first; a BEGIN without its END removes nothing by itself (the site's own content may
follow), then the toolbar's known ids are left to the tree. Raw (`id_`) captures pass through unchanged.

Sources: 58 pages saved from Wayback playback, saved 2011 to 2025; pywb 2.10.0; OpenWayback's Toolbar.jsp (read 2026-11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archivepolicy.extraction.literals import Literals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

# (BEGIN, END) comments; the text between them is the archive's
_MARKER_PAIRS = (
    (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"<!-- END WAYBACK TOOLBAR INSERT -->"),
    (b"<!-- WB Insert -->", b"<!-- End WB Insert -->"),
)
# a toolbar is some 15 to 40 kB; farther than this the END belongs to something else
_MAX_INSERT_BYTES = 200_000
_SIGNS = (
    b"WAYBACK TOOLBAR INSERT", b"End Wayback Rewrite JS Include", b"WB Insert -->", b"AND RETRIEVED FROM THE INTERNET ARCHIVE",
    b"AND RETRIEVED FROM AN OPENWAYBACK INSTANCE", b"JAVASCRIPT APPENDED BY", b"archive_analytics.values", b"__wm.init",
    b"WB_wombat_Init", b'id="wm-ipp"',
)  # fmt: skip
_ENDS_LOOKED_FOR = Literals([end for _, end in _MARKER_PAIRS])
_SIGNS_LOOKED_FOR = Literals(_SIGNS)
TOOLBAR_IDS = frozenset({
    "wm-ipp", "wm-ipp-base", "wm-ipp-inside", "wm-ipp-minimized", "wm-ipp-print", "wm-ipp-sparkline", "wmtb", "wm_tb_options",
    "wm-logo", "wm-graph-anchor", "wm-btns", "wm-capinfo", "wm-capresources", "wm-expand", "donato",
    "wm-save-snapshot-open", "wm-save-snapshot-in-progress", "wm-save-snapshot-success", "wm-save-snapshot-fail",
    "_wb_frame_top_banner", "_wb_plain_banner",
})  # fmt: skip
# PLC's saved pages open with this comment (seen: monovm.com)
_PREFACE = re.compile(rb"\s*<!--\s*The following is the downloaded HTML source of the .{0,2000}?-->", re.DOTALL)

_MODIFIER = r"(?:\d{1,14}\*?|\*)(?:[a-z]{2}_)?"
_WRAPPED = re.compile(
    rf"(?:(?:https?:)?//[^/]+)?/(?:[\w.-]+/){{0,3}}?{_MODIFIER}/+(?P<url>(?:https?(?::|%3a)/*|ftp://|mailto:|tel:|javascript:|www\.).*)",
    re.IGNORECASE | re.DOTALL,
)
# an original without its scheme; only behind a whole timestamp, else `/2013/page.html` would read like one
_WRAPPED_HOST = re.compile(
    r"(?:(?:https?:)?//[^/]+)?/(?:[\w.-]+/){0,3}?\d{14}(?:[a-z]{2}_)?/+(?P<url>(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#].*)?)",
    re.IGNORECASE | re.DOTALL,
)
# what one of the two holds in any case
_WRAPPING = re.compile(
    rf"/(?:{_MODIFIER}/+(?:https?(?::|%3a)|ftp:|mailto:|tel:|javascript:|www\.)|\d{{14}}(?:[a-z]{{2}}_)?/)",
    re.IGNORECASE,
)
_ROOT_RELATIVE = re.compile(rf"/web/{_MODIFIER}/", re.IGNORECASE)
_SCHEME = re.compile(r"(https?):/*", re.IGNORECASE)
# a link wrapped more often than this is a loop of the archive's
_MAX_LAYERS = 5


def without_inserts(source: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Cut the archive's marked inserts out of a page's source.

    Returns:
        The source, and the names of the inserts that were cut; may be empty.
    """
    cut: list[str] = []
    if preface := _PREFACE.match(source):
        source = source[preface.end() :]
    if not _ENDS_LOOKED_FOR.are_in(source):  # as in nearly all
        return source, ()
    for begin, end in _MARKER_PAIRS:
        pieces: list[bytes] = []
        at = 0
        while (start := source.find(begin, at)) >= 0:
            stop = source.find(end, start)
            if stop < 0 or stop - start > _MAX_INSERT_BYTES:
                break
            pieces.append(source[at:start])
            at = stop + len(end)
            cut.append(begin.decode("ascii").strip("<!- >").lower())
        source = b"".join([*pieces, source[at:]]) if pieces else source
    return source, tuple(cut)


def may_be_wrapped(addresses: Iterable[str]) -> bool:
    """Whether any of some addresses could be an archive's; where none is, it is all the same who wrote the page."""
    joined = " ".join(addresses).replace("\t", "").replace("\r", "").replace("\n", "")
    return _WRAPPING.search(joined) is not None


def is_replayed(source: bytes, body: etree._Element) -> bool:
    """Whether a page was rewritten by an archive, so that its archive links are the archive's and not the author's."""
    if _SIGNS_LOOKED_FOR.are_in(source):
        return True
    links = [href for link in body.iter("a") if (href := (link.get("href") or "").strip())]
    outward = [href for href in links if not href.startswith(("#", "javascript:", "mailto:"))]
    if any(_ROOT_RELATIVE.match(href) for href in outward):
        return True
    wrapped = sum(_WRAPPED.fullmatch(href) is not None for href in outward)
    return wrapped > len(outward) / 2


def unwrapped(href: str) -> str:
    """The original address in an archive's, however often it is wrapped; others come back as they are.

    >>> unwrapped("/web/20200204212008/http://a.example/x")
    'http://a.example/x'
    >>> unwrapped("//archive.example/coll/20200204212008js_///www.a.example/x.js")
    'http://www.a.example/x.js'
    """
    for _ in range(_MAX_LAYERS):
        if match := _WRAPPED.fullmatch(href):
            href = _with_scheme(match["url"])
        elif match := _WRAPPED_HOST.fullmatch(href):
            href = f"http://{match['url']}"
        else:
            break
    return href


def _with_scheme(url: str) -> str:
    if re.match(r"https?%3a", url, re.IGNORECASE):
        url = unquote(url)
    return f"http://{url}" if url.lower().startswith("www.") else _SCHEME.sub(r"\1://", url, count=1)
