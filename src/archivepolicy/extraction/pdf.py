"""A PDF's bytes to lines of text: where each stands, how large, how heavy, and what it links to.

In: the body of an `application/pdf` capture. Out: a `PdfText`, its lines in the order in which the PDF draws them, which
is the reading order for every producer seen (columns too); a page drawn wildly is read from the top down. What the lines
mean is decided in `pdf_layout`. Deliberately not done: recognising letters in images, and reading the structure tags.

pdfminer.six reads the file: of the kept libraries it alone gives each letter's box and font, without which neither
columns nor headings can be told. It is loaded only here, when the first PDF comes.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import time
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from archivepolicy.errors import UnusableCaptureError
from archivepolicy.extraction.pdf_tables import Box, Grid, grids

if TYPE_CHECKING:
    from collections.abc import Iterator

# far above any policy seen (the longest has 60 pages); what lies beyond is named in a warning
MAX_PAGES = 400
MAX_CHARS = 2_000_000
# a file that takes longer than this is refused: half a text must not depend on the speed of a machine
MAX_SECONDS = 60.0
MAX_UNPACKED_BYTES = 200_000_000  # the library unpacks whatever a stream holds, to its end
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_UNKNOWN_GLYPH = re.compile(r"\(cid:\d+\)")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xa0": " "})
_INVISIBLE = str.maketrans(dict.fromkeys("\x00\u200b\ufeff"))
# in sizes of the letter: a gap that is a space, a step that ends a line, a step back that begins a new one
_SPACE_GAP = 0.15
_LINE_STEP = 0.5
_BACK_STEP = 0.5
# jumps up the page that columns and cells explain; a page with more is drawn in no order at all
_MAX_JUMPS_SHARE = 0.25


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a page, in points; `y` counts from the top of the page.

    Attributes:
        spans: Its text in pieces, each with the address that it links to, or None.
        height: The page's height.
        grid: The ruled table that it stands in, or None.
        cell: Row and column there.
    """

    page: int
    height: float
    x0: float
    x1: float
    y: float
    size: float
    bold_chars: int = 0
    chars: int = 0
    spans: list[tuple[str, str | None]] = field(default_factory=list)
    grid: Grid | None = None
    cell: tuple[int, int] = (0, 0)

    @property
    def text(self) -> str:
        """Its words, white space folded."""
        return " ".join("".join(text for text, _ in self.spans).split())

    @property
    def is_bold(self) -> bool:
        """Whether all of it is set in a bold font."""
        return self.chars > 0 and self.bold_chars >= 0.95 * self.chars


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """What a PDF says.

    Attributes:
        title: The title of its metadata; often a file's name, may be empty.
        lines: In reading order.
        page_count: How many pages were read.
        rotated: Text that stands across the page: watermarks.
        warnings: A sentence each.
    """

    title: str
    lines: list[Line]
    page_count: int
    rotated: tuple[str, ...]
    warnings: tuple[str, ...]


def pdf_text(body: bytes, *, url: str | None = None, max_seconds: float = MAX_SECONDS) -> PdfText:
    """Read the lines of a PDF.

    Raises:
        UnusableCaptureError: It is encrypted, damaged, without any text, or takes too much time or memory.
    """
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException

    logging.getLogger("pdfminer").setLevel(
        logging.CRITICAL
    )  # it tells every oddity of a file that it reads all the same
    if _unpacked_bytes(body) > MAX_UNPACKED_BYTES:
        raise _unusable(f"unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB", url)
    try:
        read = _read(body, time.monotonic() + max_seconds)
    except _TooLongError as cause:
        raise _unusable(f"takes more than {max_seconds:g} s to read", url) from cause
    except (PDFEncryptionError, PDFPasswordIncorrect) as cause:
        raise _unusable("is encrypted", url) from cause
    except PDFException as cause:
        raise _unusable("is damaged", url) from cause
    except Exception as cause:  # a damaged file makes the library fail in every way that Python has
        raise _unusable("is damaged", url) from cause
    if not read.lines:
        pages = f"{read.page_count} page{'' if read.page_count == 1 else 's'}"
        raise _unusable(f"has no text in it ({pages}; images are not read)", url)
    return read


def _unpacked_bytes(body: bytes) -> int:
    """What the deflated streams of a file come to, counted to the bound and no further."""
    total, place = 0, body.find(b"stream")
    while place >= 0 and total <= MAX_UNPACKED_BYTES:
        end = body.find(b"endstream", place)
        data = body[place + len(b"stream") : end if end >= 0 else len(body)].lstrip(b"\r\n")
        unpacker = zlib.decompressobj()
        with contextlib.suppress(zlib.error):  # packed in another way, or not at all
            while data and total <= MAX_UNPACKED_BYTES:
                total += len(unpacker.decompress(data, 1_000_000))
                data = unpacker.unconsumed_tail
        place = body.find(b"stream", end + len(b"endstream")) if end >= 0 else -1
    return total


class _TooLongError(Exception):
    """The file takes too long."""


def _unusable(what: str, url: str | None) -> UnusableCaptureError:
    return UnusableCaptureError(f"the capture is a PDF that {what}", url=url or "", reasons=(f"the PDF {what}",))


def _read(body: bytes, deadline: float) -> PdfText:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    class Device(PDFPageAggregator):
        """Gathers letters, and gives up at the deadline."""

        def render_char(self, *args: Any, **settings: Any) -> float:
            if time.monotonic() > deadline:
                raise _TooLongError
            return super().render_char(*args, **settings)

    document = PDFDocument(PDFParser(io.BytesIO(body)))
    resources = PDFResourceManager()
    device = Device(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    gathered = _Gathered()
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number >= MAX_PAGES or gathered.chars > MAX_CHARS:
            gathered.warnings.append(f"The PDF is long: only its first {number} pages were read.")
            break
        if time.monotonic() > deadline:
            raise _TooLongError
        interpreter.process_page(page)
        gathered.add(number, device.get_result(), _links(page))
    return gathered.text(_title(document))


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What was read so far."""

    lines: list[Line] = field(default_factory=list)
    rotated: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pages: int = 0
    chars: int = 0
    unknown: int = 0

    def add(self, number: int, layout: Any, links: list[_Link]) -> None:
        """Add a page."""
        self.pages += 1
        lines: list[Line] = []
        across: list[str] = []
        site = _Site(page=number, height=layout.height, links=links, grids=grids(_boxes(layout), layout.height))
        for char in _items(layout, "LTChar"):
            self.chars += 1
            if abs(char.matrix[1]) > 0.1 * abs(char.matrix[0]):
                across.append(char.get_text())
                continue
            text = char.get_text().translate(_LIGATURES).translate(_INVISIBLE)
            if _UNKNOWN_GLYPH.fullmatch(text):
                self.unknown += 1
                # a letter of a symbol font; at the start of a line it is the mark of a list's item
                text = "• " if not lines or not _continues(lines[-1], char, site) else ""
            if text:
                _place(lines, char, text, site)
        self.lines += _ordered([line for line in lines if line.text])
        if across:
            self.rotated.append(" ".join("".join(across).split()))

    def text(self, title: str) -> PdfText:
        """All that was read."""
        if self.unknown > 0.02 * self.chars:
            self.warnings.append(f"{self.unknown:,} of {self.chars:,} characters of the PDF cannot be read.")
        if self.unknown > 0.5 * self.chars:
            self.lines.clear()
        return PdfText(
            title=title,
            lines=self.lines,
            page_count=self.pages,
            rotated=tuple(text for text in self.rotated if text),
            warnings=tuple(self.warnings),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """An area of a page that leads somewhere, in the PDF's own coordinates."""

    x0: float
    y0: float
    x1: float
    y1: float
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """The page on which a letter stands."""

    page: int
    height: float
    links: list[_Link]
    grids: list[Grid]

    def cell(self, char: Any) -> tuple[Grid, tuple[int, int]] | None:
        """The ruled table in which the middle of a letter stands, with row and column; None outside of all."""
        x, y = (char.x0 + char.x1) / 2, self.height - (char.y0 + char.y1) / 2
        return next(((grid, cell) for grid in self.grids if (cell := grid.cell(x, y)) is not None), None)


def _items(container: Any, *names: str) -> Iterator[Any]:
    """The letters (or other kinds) of a page in the order in which they are drawn, those of its forms included."""
    from pdfminer import layout
    from pdfminer.layout import LTContainer

    kinds = tuple(getattr(layout, name) for name in names)

    waiting = [iter(container)]
    while waiting:
        item = next(waiting[-1], None)
        if item is None:
            waiting.pop()
        elif isinstance(item, kinds):
            yield item
        elif isinstance(item, LTContainer):
            waiting.append(iter(item))


def _boxes(container: Any) -> list[Box]:
    """The straight lines and rectangles of a page, in points from its top left."""
    height = container.height
    return [
        Box(drawn.x0, height - drawn.y1, drawn.x1, height - drawn.y0, bool(drawn.stroke))
        for drawn in _items(container, "LTLine", "LTRect")
    ]


def _continues(line: Line, char: Any, site: _Site) -> bool:
    """Whether a letter stands on the line that was drawn last, to the right of it and in the same cell."""
    size = max(line.size, char.size, 1.0)
    if abs(site.height - char.y0 - line.y) >= _LINE_STEP * size or char.x0 <= line.x1 - _BACK_STEP * size:
        return False
    if not site.grids or not char.get_text().strip():
        return True
    return site.cell(char) == ((line.grid, line.cell) if line.grid is not None else None)


def _place(lines: list[Line], char: Any, text: str, site: _Site) -> None:
    """Add a letter to the last line, or begin the next one with it."""
    if not lines or not _continues(lines[-1], char, site):
        if not text.strip():
            return
        grid, cell = (site.cell(char) if site.grids else None) or (None, (0, 0))
        lines.append(
            Line(
                page=site.page,
                height=site.height,
                x0=char.x0,
                x1=char.x0,
                y=site.height - char.y0,
                size=char.size,
                grid=grid,
                cell=cell,
            )
        )
    line = lines[-1]
    if char.x0 - line.x1 > _SPACE_GAP * char.size and line.spans and not line.spans[-1][0].endswith(" "):
        text = f" {text}"
    _append(line, text, _target(char, site.links) if site.links else None)
    if text.strip():
        line.x1 = max(line.x1, char.x1)
        line.size = max(line.size, char.size)
        line.chars += 1
        line.bold_chars += _BOLD.search(char.fontname) is not None


def _append(line: Line, text: str, href: str | None) -> None:
    if line.spans and line.spans[-1][1] == href:
        line.spans[-1] = (line.spans[-1][0] + text, href)
    elif line.spans and text.startswith(" ") and href is not None:  # the space before a link is not part of it
        line.spans[-1] = (line.spans[-1][0] + " ", line.spans[-1][1])
        line.spans.append((text[1:], href))
    else:
        line.spans.append((text, href))


def _target(char: Any, links: list[_Link]) -> str | None:
    """Where a letter leads to: asked of its middle, since areas overlap the lines beside them."""
    x, y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
    return next((link.href for link in links if link.x0 <= x <= link.x1 and link.y0 <= y <= link.y1), None)


def _links(page: Any) -> list[_Link]:
    """The areas of a page that lead to a web address."""
    from pdfminer.pdftypes import resolve1

    found = []
    for reference in resolve1(page.annots) or ():
        note = resolve1(reference)
        action = resolve1(note.get("A")) if isinstance(note, dict) else None
        target = resolve1(action.get("URI")) if isinstance(action, dict) else None
        box = resolve1(note.get("Rect")) if isinstance(note, dict) else None
        if isinstance(target, bytes) and isinstance(box, list) and len(box) == 4:
            (x0, y0, x1, y1) = (float(resolve1(side)) for side in box)
            left, bottom = page.mediabox[0], page.mediabox[1]
            x0, x1, y0, y1 = min(x0, x1) - left, max(x0, x1) - left, min(y0, y1) - bottom, max(y0, y1) - bottom
            found.append(_Link(x0=x0, y0=y0, x1=x1, y1=y1, href=target.decode("utf-8", "replace").strip()))
    return found


def _title(document: Any) -> str:
    """The metadata's title; UTF-16 where it has the mark, else Latin (PDFDocEncoding is near enough)."""
    from pdfminer.pdftypes import resolve1

    for information in document.info:
        title = resolve1(information.get("Title"))
        if isinstance(title, bytes):
            is_wide = title.startswith((b"\xfe\xff", b"\xff\xfe"))
            return " ".join(title.decode("utf-16" if is_wide else "latin-1", "replace").replace("\x00", "").split())
    return ""


def _ordered(lines: list[Line]) -> list[Line]:
    """Lines as drawn, unless they jump about; then from the top down."""
    jumps = sum(
        after.y < before.y - before.size
        for before, after in pairwise(lines)
        if after.grid is None or after.grid is not before.grid  # cells are drawn in any order
    )
    if jumps > 3 and jumps > _MAX_JUMPS_SHARE * len(lines):
        return sorted(lines, key=lambda line: (round(line.y / 2), line.x0))
    return lines
