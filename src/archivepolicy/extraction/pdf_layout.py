"""Lines of a PDF to the same small tree that HTML is brought to.

In: lines with their places and fonts (`pdf`). Out: a `div` of headings, paragraphs and lists, and what was left out: page
numbers and running heads, by name. Lines are joined to paragraphs across columns and pages; a word divided at a line's end
is made whole. A line is a heading where its font says so, or its number as one of a series
(`pdf_series`), and only there.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.extraction import pdf_series
from archivepolicy.extraction.elements import append_text
from archivepolicy.extraction.pdf_tables import is_continued
from archivepolicy.records.document import Removal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.extraction.pdf import Line, PdfText

# the part of a page at its top and at its foot in which running lines stand
_MARGIN_SHARE = 0.12
_PAGE_NUMBER = re.compile(
    r"[-–—\[( ]*(?:(?:page|seite|pagina|página|p\.|стр\.?|str\.?)\s*)?\d{1,4}"
    r"(?:\s*(?:/|of|sur|von|de|di|van|из|-)\s*\d{1,4})?[-–—\]) ]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"(?:[•●○◦▪■□◆►➢➤✓❖·∙\uf0b7\uf0a7\uf0d8\uf076]|[-–—*]|o(?= ))\s+")
_NUMBERED = re.compile(
    r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})\)|(?:\d{1,2}\.){1,4}(?:\d{1,2})?|[A-Za-z]\.|§\s?\d+|(?:article|section)\s+\d+)\s",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
_HYPHENATED = re.compile(r"([^\W\d_]{2,})[-\u2010\u00ad]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_HEADING_SIZE = 1.12  # of the size of the running text; producers write superscripts at .6 and titles from 1.2
_HEADING_CHARS = 200
_MAX_BOLD_SHARE = 0.4  # a document set in bold throughout has no bold headings
# in sizes of the letter: a step down that is more than this begins a paragraph where the document's own is not known
_USUAL_STEP = 1.5
_STEP_SLACK = 1.25
# a line that ends this far (of its column's width) from the right edge was ended by its author
_SHORT_SHARE = 0.22


@dataclass(slots=True, kw_only=True)
class _Block:
    """Lines that belong together."""

    kind: str  # "p", "li", "heading" or "table"
    lines: list[Line] = field(default_factory=list)
    depth: int = 0  # of a heading that its number alone tells


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measures:
    """What is usual in a document: the size of its letters, the step from line to line, and where each column ends."""

    size: float
    step: float
    bold_tells: bool
    right_edges: dict[tuple[int, int], float]

    def is_heading(self, line: Line) -> bool:
        """Whether a line's font says that it is a heading."""
        if len(line.text) > _HEADING_CHARS or not _FIRST_PART.search(line.text):
            return False
        if line.size >= _HEADING_SIZE * self.size:
            return True
        is_said = self.bold_tells and line.is_bold and line.size >= 0.95 * self.size
        return is_said and not line.text.endswith((".", ";", ","))

    def is_short(self, line: Line) -> bool:
        """Whether a line ends well before its column does."""
        right = self.right_edges[_column(line)]
        return right - line.x1 > _SHORT_SHARE * max(right - line.x0, 1.0)


def content_of(read: PdfText) -> tuple[etree._Element, list[Removal]]:
    """Build the tree of a PDF's text.

    Returns:
        A `div`, and what of the PDF is not in it.
    """
    removed = [Removal(rule="pdf/rotated", text=text[:200], where="across the page") for text in read.rotated]
    lines, running = _without_running_lines(_with_tables_whole(read.lines))
    removed += running
    content = etree.Element("div")
    if lines:
        measures = _measured([line for line in lines if line.grid is None] or lines)
        blocks = _with_numbered_headings(_blocks(lines, measures), measures)
        words = Counter(itertools.chain.from_iterable(_WORD.findall(line.text.casefold()) for line in lines))
        _write(content, blocks, words)
    return content, removed


def _with_tables_whole(lines: Sequence[Line]) -> list[Line]:
    """The lines, those of a ruled table together where its first stands, cell after cell.

    A grid with words in one row or one column alone is a frame, and no table.
    """
    tables: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.grid is not None:
            tables[id(line.grid)].append(line)
    for inner in tables.values():
        rows, columns = {line.cell[0] for line in inner}, {line.cell[1] for line in inner}
        if len(rows) < 2 or len(columns) < 2:
            for line in inner:
                line.grid = None
        else:
            inner.sort(key=lambda line: (line.cell, round(line.y / 2), line.x0))
    ordered: list[Line] = []
    for line in lines:
        ordered += [line] if line.grid is None else tables.pop(id(line.grid), [])
    return ordered


def _is_same_table(last: Line, line: Line) -> bool:
    """Whether a line's table is that of the line before, or goes on with it on the next page."""
    if last.grid is line.grid:
        return True
    return (
        line.page == last.page + 1
        and last.grid is not None
        and line.grid is not None
        and is_continued(last.grid, line.grid)
    )


def _without_running_lines(lines: Sequence[Line]) -> tuple[list[Line], list[Removal]]:
    """The lines without page numbers and the heads and feet that pages repeat."""
    margin = [line for line in lines if _in_margin(line)]
    texts_of: defaultdict[tuple[str, int, int], dict[int, str]] = defaultdict(dict)
    for line in margin:
        texts_of[_look(line)][line.page] = line.text
    page_count = len({line.page for line in lines})
    kept: list[Line] = []
    removed: list[Removal] = []
    inside = {id(line) for line in margin}
    for line in lines:
        rule = None
        if id(line) in inside:
            texts = texts_of[_look(line)].values()
            if _PAGE_NUMBER.fullmatch(line.text):
                rule = "pdf/page-number"
            elif len(texts) >= max(2, page_count // 3):  # left and right pages, and a title page without any
                rule = "pdf/page-number" if len(set(texts)) == len(texts) else "pdf/running-head"
        if rule is None:
            kept.append(line)
        else:
            where = f"page {line.page + 1}, {'head' if line.y < line.height / 2 else 'foot'}"
            removed.append(Removal(rule=rule, text=line.text[:200], where=where))
    return (kept, removed) if kept else (list(lines), [])


def _in_margin(line: Line) -> bool:
    return line.grid is None and (line.y < _MARGIN_SHARE * line.height or line.y > (1 - _MARGIN_SHARE) * line.height)


def _look(line: Line) -> tuple[str, int, int]:
    """What two running lines have in common: their words without numbers, their height on the page, their size."""
    return _DIGITS.sub("#", line.text), round(line.y / 4), round(line.size)


def _measured(lines: Sequence[Line]) -> _Measures:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += line.chars
    size = sizes.most_common(1)[0][0] or 1.0
    steps = Counter(
        round((after.y - before.y) / size, 1)
        for before, after in itertools.pairwise(lines)
        if before.page == after.page and 0.8 <= (after.y - before.y) / size <= 2.5 and abs(before.size - size) <= 0.5
    )
    bold = sum(line.chars for line in lines if line.is_bold)
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        edges[_column(line)] = max(edges.get(_column(line), 0.0), line.x1)
    return _Measures(
        size=size,
        # the usual step is the smallest of the frequent ones: of a text of many one-line paragraphs the gaps are many too
        step=min((step for step, count in steps.items() if count >= 0.25 * max(steps.values())), default=_USUAL_STEP),
        bold_tells=bold <= _MAX_BOLD_SHARE * sum(line.chars for line in lines),
        right_edges=edges,
    )


def _column(line: Line) -> tuple[int, int]:
    """The column of a line: its page, and which half of it the line begins in."""
    return line.page, int(line.x0 // 200)


def _blocks(lines: Sequence[Line], measures: _Measures) -> list[_Block]:
    """Lines gathered to headings, paragraphs and items."""
    blocks: list[_Block] = []
    for line in lines:
        kind = (
            "table"
            if line.grid is not None
            else "heading"
            if measures.is_heading(line)
            else "li"
            if _BULLET.match(line.text)
            else "p"
        )
        if kind == "table":
            is_next = bool(blocks) and _is_same_table(blocks[-1].lines[-1], line)
        else:
            is_next = bool(blocks) and _belongs(blocks[-1], line, kind, measures)
        if is_next:
            blocks[-1].lines.append(line)
        else:
            blocks.append(_Block(kind=kind, lines=[line]))
    return blocks


def _with_numbered_headings(blocks: list[_Block], measures: _Measures) -> list[_Block]:
    """The blocks, headings in the body's own font among them where their numbers make a series."""
    candidates = [
        pdf_series.Candidate(at=at, text=block.lines[0].text, left=block.lines[0].x0, is_alone=len(block.lines) == 1)
        for at, block in enumerate(blocks)
        if block.kind == "p" and _stands_like_a_heading(block, blocks[at - 1] if at else None, measures)
    ]
    depths = pdf_series.series(candidates)
    made: list[_Block] = []
    for at, block in enumerate(blocks):
        if at in depths:
            made.append(_Block(kind="heading", lines=block.lines[:1], depth=depths[at]))
            block.lines = block.lines[1:]
        if block.lines:
            made.append(block)
    return made


def _stands_like_a_heading(block: _Block, before: _Block | None, measures: _Measures) -> bool:
    """Whether a block's first line is short, with space above, and what follows it begins anew."""
    first = block.lines[0]
    if not measures.is_short(first) or (len(block.lines) > 1 and not block.lines[1].text[:1].isupper()):
        return False
    last = before.lines[-1] if before else None
    if last is None or last.page != first.page or last.y > first.y or before is None or before.kind == "heading":
        return True
    return first.y - last.y > _STEP_SLACK * measures.step * measures.size


def _belongs(block: _Block, line: Line, kind: str, measures: _Measures) -> bool:
    """Whether a line goes on with a block."""
    if (kind == "heading") != (block.kind == "heading") or kind == "li" or block.kind == "table":
        return False
    last = block.lines[-1]
    step = line.y - last.y
    if last.page == line.page and abs(step) < 0.5 * measures.size:  # the same row, past a gap
        return kind != "heading" or _style(line) == _style(last)
    if kind == "heading":
        is_near = 0 < step < 1.7 * line.size and last.page == line.page
        return is_near and _style(line) == _style(last) and not _NUMBERED.match(line.text)
    is_end = _SENTENCE_END.search(last.text) is not None
    if (is_end or measures.is_short(last)) and _NUMBERED.match(line.text):
        return False
    if last.page != line.page or step < 0:
        return _runs_on(last, line, measures)
    is_paragraph_gap = step > _STEP_SLACK * measures.step * measures.size
    return not is_paragraph_gap and not (is_end and measures.is_short(last))


def _runs_on(last: Line, line: Line, measures: _Measures) -> bool:
    """Whether a sentence goes on in the next column or on the next page."""
    if _SENTENCE_END.search(last.text):
        return False
    return line.text[:1].islower() or not measures.is_short(last)


def _style(line: Line) -> tuple[float, bool]:
    return round(line.size * 2) / 2, line.is_bold


def _write(content: etree._Element, blocks: Sequence[_Block], words: Counter[str]) -> None:
    """Write blocks as elements: the heading before all text is `h1`, the others rank by size and weight from `h2`."""
    styles = sorted({_style(block.lines[0]) for block in blocks if block.kind == "heading"}, reverse=True)
    title = blocks[0] if blocks[0].kind == "heading" else None
    if title is not None and _style(title.lines[0]) in styles:
        others = {_style(block.lines[0]) for block in blocks[1:] if block.kind == "heading"}
        styles = [style for style in styles if style in others]
    listing: etree._Element | None = None
    for block in blocks:
        if block.kind == "li":
            if listing is None:
                listing = etree.SubElement(content, "ul")
            element = etree.SubElement(listing, "li")
        else:
            listing = None
            if block.kind == "table":
                _write_table(content, block, words)
                continue
            level = (
                1
                if block is title
                else min(6, styles.index(_style(block.lines[0])) + 2 + max(0, block.depth - 1))
                if block.kind == "heading"
                else 0
            )
            element = etree.SubElement(content, f"h{level}" if level else "p")
        _fill(element, _joined(block, words))


def _write_table(content: etree._Element, block: _Block, words: Counter[str]) -> None:
    """Write a ruled table, its first row as its head; the head that the next page repeats is left out."""
    grid = block.lines[0].grid
    width = len(grid.xs) - 1 if grid is not None else 1
    rows: dict[tuple[int, int], dict[int, list[Line]]] = {}
    for line in block.lines:
        rows.setdefault((line.page, line.cell[0]), {}).setdefault(line.cell[1], []).append(line)
    used = [column for column in range(width) if any(column in row for row in rows.values())]
    head = _words_of_row(next(iter(rows.values())))
    table = etree.SubElement(content, "table")
    for (page, number), row in rows.items():
        is_first = (page, number) == next(iter(rows))
        if not is_first and page > block.lines[0].page and _words_of_row(row) == head:
            continue
        written = etree.SubElement(table, "tr")
        for column in used:
            cell = etree.SubElement(written, "th" if is_first else "td")
            _fill(cell, _joined(_Block(kind="p", lines=row.get(column, [])), words))


def _words_of_row(row: dict[int, list[Line]]) -> dict[int, str]:
    return {column: " ".join(line.text for line in lines) for column, lines in row.items()}


def _joined(block: _Block, words: Counter[str]) -> list[tuple[str, str | None]]:
    """The spans of a block's lines as one run, divided words made whole."""
    spans: list[tuple[str, str | None]] = []
    for line in block.lines:
        pieces = list(line.spans)
        if spans:
            text, href = spans[-1]
            text = text.rstrip()
            match = _HYPHENATED.search(text)
            next_part = _FIRST_PART.match(line.text)
            if match and next_part and next_part[0][0].islower():
                text = text if _keeps_hyphen(match[1], next_part[0], text[-1], words) else text[:-1]
                spans[-1] = (text, href)
            else:
                glue = "" if text.endswith(("-", "/")) and not text.endswith((" -", "--")) else " "
                spans[-1] = (text, href)
                spans.append((glue, href if href == pieces[0][1] else None))
        spans += pieces
    if block.kind == "li" and spans:
        whole = "".join(text for text, _ in spans[:2])
        mark = _BULLET.match(whole)
        spans = _cut(spans, mark.end() if mark else 0)
    return spans


def _cut(spans: list[tuple[str, str | None]], count: int) -> list[tuple[str, str | None]]:
    """Spans without their first characters."""
    rest = []
    for text, href in spans:
        rest.append((text[count:], href))
        count = max(0, count - len(text))
    return rest


def _keeps_hyphen(left: str, right: str, mark: str, words: Counter[str]) -> bool:
    """Whether a hyphen at a line's end belongs to the word: what the rest of the document writes decides."""
    if mark == "\u00ad":
        return False
    left, right = left.casefold(), right.casefold()
    whole, compound = words[f"{left}{right}"], words[f"{left}-{right}"]
    if whole != compound:
        return compound > whole
    return words[left] > 0 and words[right] > 1  # the part on the next line was counted itself


def _fill(element: etree._Element, spans: Iterable[tuple[str, str | None]]) -> None:
    """Write spans into an element; what leads somewhere as a link."""
    for href, group in itertools.groupby(spans, key=lambda span: span[1]):
        text = "".join(text for text, _ in group).replace("\u00ad", "")
        if href is None or not text.strip():
            append_text(element, text)
            continue
        link = etree.SubElement(element, "a", href="".join(c for c in href if c.isprintable()))
        link.text = text.rstrip()
        link.tail = " " if text.endswith(" ") else ""
