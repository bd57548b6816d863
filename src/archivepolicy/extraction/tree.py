"""Source of a page to its parsed tree.

In: decoded text, in UTF-8. Out: a `Page`: the body as an lxml tree whose depth is bounded, and what the head says. Scripts,
styles, images and form fields are gone from the body, the text after each kept. Nothing is judged here.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree

from archivepolicy.extraction.elements import MANY, append_text, folded, strip_wide, words_of
from archivepolicy.extraction.flattening import flattened, is_too_deep
from archivepolicy.extraction.heading_source import with_whole_headings
from archivepolicy.extraction.literals import Literals

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_HEAD_TAGS = ("title", "meta", "link", "script", "style", "base", "noscript", "template", "object", "head")
_WITH_COLON = etree.XPath("descendant-or-self::*[contains(name(), ':')]")
_PREFIXED_TAG = re.compile(r"[A-Za-z][\w.-]*:[A-Za-z]")
# `&#30;` and its like: characters that no text holds, and that lxml refuses to write
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)(?!\d)|x0*(?:[0-8bcef]|1[0-9a-f]|7f|fff[ef]|d[89a-f][0-9a-f]{2})(?![0-9a-f]));?",
    re.IGNORECASE,
)
_REFERENCES = Literals([b"&#"])
# what is read of a page, in one walk
_READ = (*_WORDLESS, "img", "h1", "frame", "base", "body", "noframes")
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
    root = parsed_whole(source)
    if root is None:
        return Page(body=etree.Element("body"), title="", base_href=None, language=None, frames=())
    found = _by_tag(root)
    frames = tuple(src for frame in found["frame"] if (src := frame.get("src")))
    title, language = _title(found["title"]), _language(root, found["meta"])
    base_href = next((href for base in found["base"] if (href := base.get("href"))), None)
    body = _body(root, found, is_frameset=bool(frames))
    _strip_wordless(body, found if body in found["body"] else _by_tag(body))
    return Page(body=body, title=title, base_href=base_href, language=language, frames=frames)


def inline_prefixed(body: etree._Element) -> bool:
    """Rename the elements of Word's and advertisers' own (`o:p`), which stand inside lines; gives whether there were any.

    They are looked for one by one; `Weights`, which sees each element anyway, tells whether there is anything to find.
    """
    prefixed = [one for one in cast("list[etree._Element]", _WITH_COLON(body)) if _PREFIXED_TAG.match(one.tag)]
    for element in prefixed:
        element.tag = "span"
    return bool(prefixed)


def _strip_wordless(body: etree._Element, found: dict[str, list[etree._Element]]) -> None:
    """Take out what holds no words of the page; what only seems to hold none stays as a block."""
    image_headings(found["h1"])
    for textarea in [one for one in found["textarea"] if len((one.text or "").split()) >= _DOCUMENT_WORDS]:
        _paragraphs_of(textarea)
    for frame in [one for one in found["iframe"] if one.get("srcdoc")][:_FRAMES]:
        _unfold_frame(frame)
    if found["iframe"]:
        found = _by_tag(body)  # what they hold among them
    for template in found["template"]:
        # a browser shows it in place of the element around it (HTML, declarative shadow roots)
        if template.get("shadowrootmode") or template.get("shadowroot"):
            template.tag = "div"
    if sum(map(len, found.values())) >= MANY:
        strip_wide(body, (*_WORDLESS, "img"), with_text=False)
    noscripts = [one for one in found["noscript"] if body in one.iterancestors()]  # and not in the head
    etree.strip_elements(body, *_WORDLESS, "img", with_tail=False)
    if noscripts and len(words_of(body, limit=_SHELL_CHARS)) < _SHELL_CHARS:
        # all that the page says to a reader without scripts, as an archive's crawler is
        least = _NO_SCRIPT_WORDS if words_of(body, limit=1) else 1
        for noscript in [one for one in noscripts if len(words_of(one).split()) >= least]:
            noscript.tag = "div"
            body.append(noscript)


def _by_tag(root: etree._Element) -> dict[str, list[etree._Element]]:
    """The elements that are read of a page or a part of it, itself included, by their names, in order."""
    found: dict[str, list[etree._Element]] = {tag: [] for tag in _READ}
    for element in root.iter(*_READ):
        found[element.tag].append(element)
    return found


def parsed_whole(source: bytes) -> etree._Element | None:
    """Parse a page's source, without what no parser reads as it was meant; None where there is no markup and no text."""
    if any(_CONTROL_REFERENCE.match(source, place) for _, place in _REFERENCES.places(source)):
        source = _CONTROL_REFERENCE.sub(b"", source)
    return _parsed(with_whole_headings(source))


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
    if is_too_deep(frame.getroottree().getroot()):
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
    if root is None or is_too_deep(root):
        return flattened(source)
    return root


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
    return _body(root, _by_tag(root), is_frameset=False)


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
