"""Source of a page to its parsed tree, and the few moves on lxml elements that every step needs.

In: decoded text, in UTF-8. Out: a `Page`: the body as an lxml tree whose depth is bounded, and what the head says. Scripts,
styles, images and form fields are gone from the body, the text after each kept. Nothing is judged here.
"""

from __future__ import annotations

import itertools
import operator
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.heading_source import with_whole_headings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

# Python's own recursion bound is 1,000 frames and markdownify takes three a level. No real page seen is deeper than 70.
MAX_DEPTH = 140
# elements that hold no words of the page
_WORDLESS = (
    "script", "style", "template", "svg", "noscript", "iframe", "object", "embed", "canvas", "audio", "video", "input",
    "select", "textarea", "dialog", "picture", "link", "meta", "map", "datalist", "applet", "basefont", "bgsound", "param",
    "math", "progress", "meter", "head", "title",
)  # fmt: skip
# a text field or a frame written in place with so many words holds a document, not what a visitor typed or an advert (assumed)
_DOCUMENT_WORDS = 100
_FRAMES = 20  # written in place that are read, since each is parsed by itself
# a body of fewer characters is the shell of a page that a script fills; a sentence that asks for scripts has fewer words
# than these (assumed)
_SHELL_CHARS = 200
_NO_SCRIPT_WORDS = 40
# elements that stand in a line of text; all others begin a new one
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
# white space, and signs that take no room
UNSEEN = " \t\r\n\f\v\xa0\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "frame", "basefont",
})  # fmt: skip
_HEAD_TAGS = ("title", "meta", "link", "script", "style", "base", "noscript", "template", "object", "head")
# Elements whose children are past counting. Where libxml2 takes many of them out, it leaves as many pieces of text side by
# side, and lxml joins those anew at each look, which takes the square of their number.
_WIDE = etree.XPath("descendant-or-self::*[*[1000]]")
_IS_MAYBE_WIDE = etree.XPath("boolean(descendant::*[1000])")
_WITH_COLON = etree.XPath("descendant-or-self::*[contains(name(), ':')]")
_AT_BOUND = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")
_PREFIXED_TAG = re.compile(r"[A-Za-z][\w.-]*:[A-Za-z]")
# the source of such a tag, control characters in it or not, or of a heading that begins with a paragraph: three pages in
# four have neither, and one search for both tells it
_ODD_TAG = re.compile(rb"<(?:[^\s<>/:]*+:|[hH][1-6][^<>]*+>\s*+<[pP][\s>])")
# `&#30;` and its like: characters that no text holds, and that lxml refuses to write; a pattern that begins with one
# literal sign is looked for three times as fast as one that begins with two
_CONTROL_REFERENCE = re.compile(
    rb"&(?=#)#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)(?!\d)|x0*(?:[0-8bcef]|1[0-9a-f]|7f|fff[ef]|d[89a-f][0-9a-f]{2})(?![0-9a-f]));?",
    re.IGNORECASE,
)
# what is read of a whole page and of its body, each in one walk
_READ_OF_PAGE = ("frame", "title", "meta", "base", "head", "body", "noframes")
_READ_OF_BODY = ("h1", "textarea", "iframe", "template", "noscript")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A parsed page.

    Attributes:
        body: The tree; changed in place by the steps that follow.
        title: `<title>`, white space folded; may be empty.
        base_href: `<base href>` as it stands, or None.
        language: BCP 47, or None.
        frames: Source addresses of a frameset's frames, in order; empty where there is none.
    """

    body: etree._Element
    title: str
    base_href: str | None
    language: str | None
    frames: tuple[str, ...]


def parsed_page(source: bytes) -> Page:
    """Parse a page's source in UTF-8; any text gives a page, maybe with an empty body."""
    has_odd_tags = _ODD_TAG.search(source) is not None
    root = _parsed_mended(source, has_odd_tags=has_odd_tags)
    if root is None:
        return Page(body=etree.Element("body"), title="", base_href=None, language=None, frames=())
    found = _by_tag(root, _READ_OF_PAGE)
    frames = tuple(src for frame in found["frame"] if (src := frame.get("src")))
    title, language = _title(found["title"]), _language(root, found["meta"])
    base_href = next((href for base in found["base"] if (href := base.get("href"))), None)
    body = _body(root, found, is_frameset=bool(frames))
    prefixed = cast("list[etree._Element]", _WITH_COLON(body)) if has_odd_tags else []
    for element in prefixed:
        if _PREFIXED_TAG.match(element.tag):  # Word's and advertisers' own elements, which stand inside lines
            element.tag = "span"
    _strip_wordless(body)
    return Page(body=body, title=title, base_href=base_href, language=language, frames=frames)


def _strip_wordless(body: etree._Element) -> None:
    """Take out what holds no words of the page; what only seems to hold none stays as a block."""
    found = _by_tag(body, _READ_OF_BODY)
    image_headings(found["h1"])
    for textarea in [one for one in found["textarea"] if len((one.text or "").split()) >= _DOCUMENT_WORDS]:
        _paragraphs_of(textarea)
    for frame in [one for one in found["iframe"] if one.get("srcdoc")][:_FRAMES]:
        _unfold_frame(frame)
    if found["iframe"]:
        found = _by_tag(body, _READ_OF_BODY)  # what they hold among them
    for template in found["template"]:
        if template.get("shadowrootmode") or template.get("shadowroot"):
            template.tag = (
                "div"  # what a browser shows in place of the element around it (HTML, declarative shadow roots)
            )
    strip_wide(body, (*_WORDLESS, "img"), with_text=False)
    etree.strip_elements(body, *_WORDLESS, "img", with_tail=False)
    if found["noscript"] and len(words_of(body, limit=_SHELL_CHARS)) < _SHELL_CHARS:
        # all that the page says to a reader without scripts, as an archive's crawler is
        least = _NO_SCRIPT_WORDS if words_of(body, limit=1) else 1
        for noscript in [one for one in found["noscript"] if len(words_of(one).split()) >= least]:
            noscript.tag = "div"
            body.append(noscript)


def _by_tag(root: etree._Element, tags: tuple[str, ...]) -> dict[str, list[etree._Element]]:
    """The elements of some names, itself included, in order; an empty list for a name that does not occur."""
    found: dict[str, list[etree._Element]] = {tag: [] for tag in tags}
    for element in root.iter(*tags):
        found[element.tag].append(element)
    return found


def parsed_whole(source: bytes) -> etree._Element | None:
    """Parse a page's source and leave all that is in it; None where there is no markup and no text."""
    return _parsed_mended(source, has_odd_tags=True)


def _parsed_mended(source: bytes, *, has_odd_tags: bool) -> etree._Element | None:
    """Parse a source without what no parser reads as it was meant."""
    source = _CONTROL_REFERENCE.sub(b"", source)
    return _parsed(with_whole_headings(source) if has_odd_tags else source)


def _paragraphs_of(textarea: etree._Element) -> None:
    """Make a block of a text field that holds a document ("I have read these terms"), a paragraph an empty line."""
    texts = re.split(r"\n\s*\n", (textarea.text or "").replace("\r\n", "\n"))
    textarea.tag, textarea.text = "div", None
    for text in filter(str.strip, texts):
        etree.SubElement(textarea, "p").text = text


def _unfold_frame(frame: etree._Element) -> None:
    """Make a block of a frame whose document stands in its own attribute, where it holds one worth reading."""
    inner = parsed_whole((frame.get("srcdoc") or "").encode())
    if inner is None:
        return
    body = _inner_body(inner)
    if len(words_of(body).split()) < _DOCUMENT_WORDS:
        return
    frame.text, frame[:] = body.text, list(body)
    if _is_too_deep(frame.getroottree().getroot()):
        frame[:] = []
        return
    frame.tag = "div"


def _parsed(source: bytes) -> etree._Element | None:
    """The root, or None where there is no markup and no text in it."""
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _is_too_deep(root):
        return _flattened(source)
    return root


def _is_too_deep(root: etree._Element) -> bool:
    """Whether some element lies below the bound; asked of libxml2, which answers without recursion."""
    return bool(_AT_BOUND(root))


class _FlatBuilder:
    """Builds a tree in which nothing lies below the bound: wrappers below it are passed over, their words kept."""

    def __init__(self) -> None:
        self._root = etree.Element("html")
        self._path: list[etree._Element] = [self._root]
        self._below: list[str] = []
        self._words: list[str] = []

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        """Open an element, or pass it over below the bound."""
        tag = _str(tag)
        if len(self._path) >= MAX_DEPTH and tag not in _VOID:
            self._below.append(tag)
            self._words.append("\n")
            return
        self._put_words()
        if tag == "html" and len(self._path) == 1:
            return
        element = etree.SubElement(
            self._path[-1], tag, {_str(name): _str(value or "") for name, value in attrib.items()}
        )
        if tag not in _VOID and not self._below:
            self._path.append(element)

    def end(self, tag: str | bytes) -> None:
        """Close an element."""
        tag = _str(tag)
        if self._below:
            self._below.pop()
        elif len(self._path) > 1 and self._path[-1].tag == tag:
            self._put_words()
            self._path.pop()

    def data(self, data: str | bytes) -> None:
        """Add text where it stands."""
        if not self._below or self._below[-1] not in ("script", "style"):
            self._words.append(_str(data))

    def _put_words(self) -> None:
        """Write what was read since the last element into the tree at once: piece by piece takes the square of it."""
        if self._words:
            append_text(self._path[-1], "".join(self._words))
            self._words.clear()

    def comment(self, text: str | bytes) -> None:
        """Pass a comment over."""

    def close(self) -> etree._Element:
        """Give the root."""
        self._put_words()
        return self._root


def _str(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _flattened(source: bytes) -> etree._Element | None:
    """Parse event by event, which no depth troubles; None where the page holds nothing at all."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, target=_FlatBuilder())
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if isinstance(root, etree._Element) and len(root) else None


def _body(root: etree._Element, found: dict[str, list[etree._Element]], *, is_frameset: bool) -> etree._Element:
    """The body; for a frameset what stands in `<noframes>`; where there is none, a new one with all there is."""
    if is_frameset and found["noframes"]:
        whole = etree.Element("body")
        for noframes in found["noframes"]:
            # libxml2 gives what stands in it as markup that was not read, unless it was closed too early
            markup = noframes.text or ""
            inner = parsed_whole(markup.encode()) if "<" in markup else None
            whole.extend([noframes] if inner is None else [*_inner_body(inner)])
            noframes.tag = "div"
        return whole
    body = found["body"][0] if found["body"] else etree.Element("body")
    if body.getparent() is None and root.tag == "html":
        root.append(body)
    if root.tag != "html":
        body.append(root)
        return body
    # libxml2 leaves what it does not know (`<main>`) in the head where no <body> is written, and puts what follows a
    # second </html> beside the body
    strays = [element for head in found["head"] for element in head if element.tag not in _HEAD_TAGS]
    late = [element for element in root if element.tag not in ("head", "body", "frameset")]
    around = [outer for outer in body.iterancestors() if outer.tag not in ("html", "head")]
    if any(outer in (*strays, *late) for outer in around):  # a body that was opened within something left open
        for outer in (body, *around):
            outer.tag = "div"
        body = etree.SubElement(root, "body")
    for at, stray in enumerate(strays):
        body.insert(at, stray)
    for stray in late:
        body.append(stray)
    return body


def _inner_body(root: etree._Element) -> etree._Element:
    """The body of a document that stands within another."""
    return _body(root, _by_tag(root, _READ_OF_PAGE), is_frameset=False)


def _title(titles: list[etree._Element]) -> str:
    for title in titles:
        if any(ancestor.tag == "svg" for ancestor in title.iterancestors()):
            continue
        if words := words_of(title):
            return words
    return ""


def _language(root: etree._Element, metas: list[etree._Element]) -> str | None:
    declared = [root.get("lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang"), root.get("xml:lang")]
    of_http = (meta for meta in metas if (meta.get("http-equiv") or "").lower() == "content-language")
    for value in itertools.chain(declared, (meta.get("content") for meta in of_http)):
        if match := _LANGUAGE.match((value or "").strip().replace("_", "-")):
            return match[0]
    return None


def image_headings(headings: Sequence[etree._Element]) -> None:
    """Give an `h1` that is only an image the image's alternative text."""
    for heading in headings:
        if not words_of(heading, limit=1):
            alternatives = [image.get("alt") or "" for image in heading.iter("img")]
            if text := folded(" ".join(alternatives)):
                append_text(heading, text)


# ---------------------------------------------------------------------- moves


def folded(text: str) -> str:
    """White space folded to single spaces, none at the ends."""
    return " ".join(text.split())


def words_of(element: etree._Element, *, limit: int | None = None) -> str:
    """Text of an element, white space folded, a space around every block; reading stops soon after `limit` characters."""
    pieces: list[str] = []
    _read(element, pieces, sys.maxsize if limit is None else limit)
    return folded("".join(pieces))[:limit]


def _read(element: etree._Element, pieces: list[str], left: int) -> int:
    """Add an element's text to the pieces while characters are left; gives how many still are, below 0 at the end."""
    if text := element.text:
        pieces.append(text)
        left -= len(text.strip())
    for child in children_of(element):
        if left < 0:
            break
        is_block = child.tag not in INLINE
        if is_block:
            pieces.append(" ")
        left = _read(child, pieces, left)
        if left < 0:
            break
        if is_block:
            pieces.append(" ")
        if text := child.tail:
            pieces.append(text)
            left -= len(text.strip())
    return left


def path_of(element: etree._Element) -> str:
    """An element as a reader would name it: `div#header`, `p.copyright`."""
    name = str(element.tag)
    if element.get("id"):
        return f"{name}#{folded(element.get('id') or '')}"[:80]
    classes = (element.get("class") or "").split()
    return f"{name}.{classes[0]}"[:80] if classes else name


def append_text(parent: etree._Element, text: str) -> None:
    """Add text after everything that an element holds."""
    last = next(parent.iterchildren(reversed=True), None)  # `len` and `[-1]` count the children first
    if last is not None:
        last.tail = (last.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def drop(element: etree._Element) -> None:
    """Remove an element and all it holds; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Remove an element and leave what it holds in its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    previous = element.getprevious()
    if element.text:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.text
        else:
            parent.text = (parent.text or "") + element.text
    children = list(element)
    tail, element.tail = element.tail, None
    parent[at : at + 1] = children
    if tail:
        last = children[-1] if children else previous
        if last is not None:
            last.tail = (last.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail


def strip_wide(root: etree._Element, tags: Collection[str], *, with_text: bool) -> None:
    """Take elements of some names out of every element with very many children, the text around them joined at once.

    Args:
        root: Where to look, itself included.
        tags: The names.
        with_text: Whether what they say stays; then only those that hold no element of another name go.
    """
    if not _IS_MAYBE_WIDE(root):  # as of most pages: none has so many elements in all
        return
    for parent in reversed(cast("list[etree._Element]", _WIDE(root))):
        last, pieces = None, [parent.text or ""]
        for child in list(parent):
            if child.tag not in tags or (
                with_text and any(inner.tag not in tags for inner in child.iterdescendants("*"))
            ):
                _put_text(parent, last, pieces)
                last, pieces = child, [child.tail or ""]
                continue
            if with_text:
                pieces.extend(str(text) for text in child.itertext())
            pieces.append(child.tail or "")
            parent.remove(child)
        _put_text(parent, last, pieces)


def _put_text(parent: etree._Element, last: etree._Element | None, pieces: list[str]) -> None:
    """Write the text that follows a child, or that stands before the first."""
    if len(pieces) == 1:
        return
    if last is None:
        parent.text = "".join(pieces)
    else:
        last.tail = "".join(pieces)


def says_something(element: etree._Element) -> bool:
    """Whether an element holds anything that can be seen."""
    if (text := element.text) and text.strip(UNSEEN):
        return True
    for child in element:  # noqa: SIM110 - `itertext` and `any` take several times as long to begin
        if says_something(child) or ((text := child.tail) and text.strip(UNSEEN)):
            return True
    return False


# An element's children, in less than half the time of `list`, and read faster than a loop over the element itself reads them.
# It is a slice, which the types of lxml do not know.
children_of = cast("Callable[[etree._Element], list[etree._Element]]", operator.itemgetter(slice(None)))
