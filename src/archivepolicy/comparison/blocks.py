"""Blocks of a Markdown text: headings, paragraphs, list items, table rows.

In: Markdown. Out: blocks that follow one another without a gap; joined they are the text, to the byte. A block takes the
wordless lines after it (blank lines, underlines of headings, rules of tables, images); those before the first words belong
to the first block. A paragraph's lines are one block, as in CommonMark, up to a hard line break.

Deliberately absent: nesting. A list item is a block wherever it hangs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from archivepolicy.comparison.words import TARGET, Words, words_of

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++")
_WORD = re.compile(r"[^\W_]")
_MAY_BE_WORDLESS = re.compile(rf"\s*+(?:!?\[[^\[\]]*+\]{TARGET}\s*+|<[^<>]*+>\s*+)++\s*+\Z")
_BEGINS = re.compile(r"#{1,6}\s|[>|]|[*+-]\s|\d{1,3}\\?[.)]\s")
_ROW = re.compile(r"\|")
_ITEM = re.compile(r"(?:[*+-]|\d{1,9}[.)])\s")
_HEADING = re.compile(r"(#{1,6})\s")
_UNDERLINE = re.compile(r"=+|-{2,}")
_HARD_BREAK = ("  \n", "\\\n", "  \r\n", "\\\r\n")
_BOLD_LINE = re.compile(r"(\*\*|__)(?!\s)(?:(?!\1).)+\1:?")
BOLD_LEVEL = 7  # a line in bold heads what follows it, below every real heading
_BOLD_CHARS = 120

# A clause number or list mark: `6.1`, `6\.`, `(a)`, `iv)`; after marks, and only where it clearly ends.
_LABEL = re.compile(
    r"[\s>#*_+\-\[]*"
    r"(?P<label>\(?(?:\d{1,3}(?:\\?\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,6})\\?[.)](?=[\s*_\]]|$)"
    r"|\d{1,3}(?:\\?\.\d{1,3})+(?=[\s*_\]\[]+[^\W\da-z_]))"
)
_CACHED_BLOCKS = 1 << 13  # about 5 kB each
_CACHED_PIECES = 1 << 15
_CACHED_KEYS = 1 << 16  # about 1 kB each; a history of hundreds of versions has tens of thousands of different blocks


@dataclass(frozen=True, slots=True)
class Block:
    """A block and where it stands.

    Attributes:
        raw: Its text with the wordless lines that follow it.
        kind: `heading`, `item`, `row` or `paragraph`.
        level: A heading's level, 1 to 6, or 7 for a line in bold; else 0.
    """

    raw: str
    kind: str
    level: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a block says.

    Attributes:
        label: Its clause number or list mark; None where it has none.
        words: Its words; `words.lead` holds the label and the marks before the first word.
        key: The keys of its words, joined; two blocks with one key say the same.
    """

    label: str | None
    words: Words
    key: str


def blocks_of(text: str) -> list[Block]:
    r"""Cut a text into blocks; joined again they are the text. Empty for an empty text.

    >>> [block.raw for block in blocks_of("Title\n=====\n\n* one\n* two\n  more\n")]
    ['Title\n=====\n\n', '* one\n', '* two\n  more\n']
    """
    blocks: list[Block] = []
    wordless: list[str] = []  # what came since the last block
    pieces = text.split("\n\n")
    for place, piece in enumerate(pieces, start=1):
        before, found = _blocks_between_blank_lines(piece if place == len(pieces) else f"{piece}\n\n")
        if before:
            wordless.append(before)
        if found:
            if wordless:
                found = _with_wordless(blocks, wordless, found)
                wordless = []
            blocks += found
    if wordless:
        blocks += _with_wordless(blocks, wordless, ()) or (_block(wordless, "", 0),) * (not blocks)
    return blocks


def _with_wordless(blocks: list[Block], wordless: list[str], found: tuple[Block, ...]) -> tuple[Block, ...]:
    """Give wordless lines to the last block, or where there is none yet to the first of those that were found."""
    target = blocks.pop() if blocks else None
    if target:
        blocks.append(Block("".join([target.raw, *wordless]), target.kind, target.level))
        return found
    return (Block("".join([*wordless, found[0].raw]), found[0].kind, found[0].level), *found[1:]) if found else ()


@lru_cache(maxsize=_CACHED_PIECES)
def _blocks_between_blank_lines(piece: str) -> tuple[str, tuple[Block, ...]]:
    """Cut a piece into the wordless lines that it begins with and its blocks; remembered as `content_of` is."""
    blocks: list[Block] = []
    before = ""
    lines: list[str] = []
    first = ""
    level = 0
    is_open = has_words = False
    for line in _LINE.findall(piece):
        bare = line.strip()
        if not bare:
            is_open = False
        elif not _has_words(line):
            if is_open and level == 0 and _UNDERLINE.fullmatch(bare):
                level = 1 if bare[0] == "=" else 2
        elif not (has_words and is_open and _BEGINS.match(bare) is None):
            if has_words:
                blocks.append(_block(lines, first, level))
            else:
                before = "".join(lines)
            lines, first, level = [], bare, 0
            has_words, is_open = True, not line.endswith(_HARD_BREAK)
        else:
            is_open = not line.endswith(_HARD_BREAK)
        lines.append(line)
    if not has_words:
        return "".join(lines), ()
    blocks.append(_block(lines, first, level))
    return before, tuple(blocks)


def _has_words(line: str) -> bool:
    if _WORD.search(line) is None:
        return bool(words_of(line).raw)
    return _MAY_BE_WORDLESS.match(line) is None or bool(words_of(line).raw)


def _block(lines: list[str], first: str, level: int) -> Block:
    raw = lines[0] if len(lines) == 1 else "".join(lines)
    if level:
        return Block(raw, "heading", level)
    if heading := _HEADING.match(first):
        return Block(raw, "heading", len(heading.group(1)))
    if _ROW.match(first):
        return Block(raw, "row", 0)
    if _ITEM.match(first):
        return Block(raw, "item", 0)
    if len(first) <= _BOLD_CHARS and len(raw.strip()) == len(first) and _BOLD_LINE.fullmatch(first):
        return Block(raw, "heading", BOLD_LEVEL)
    return Block(raw, "paragraph", 0)


@lru_cache(maxsize=_CACHED_BLOCKS)
def content_of(raw: str) -> Content:
    r"""Read what a block says; remembered, since most blocks of two versions are the same.

    >>> content = content_of("**6\\.1\\. Your Data**\n")
    >>> content.label, content.key
    ('6.1', 'your data')
    """
    return _read(raw)


@lru_cache(maxsize=_CACHED_KEYS)
def key_of(raw: str) -> str:
    """The keys of a block's words, joined; remembered without the words, so that histories fit."""
    return _read(raw).key


def _read(raw: str) -> Content:
    found = _label_of(raw)
    if found is None:
        words = words_of(raw)
        return Content(None, words, " ".join(words.keys))
    words = words_of(raw[found.end() :])
    words = Words(raw[: found.end()] + words.lead, words.raw, words.tails, words.keys)
    return Content(found.group("label").strip("()\\.").replace("\\", ""), words, " ".join(words.keys))


def _label_of(raw: str) -> re.Match[str] | None:
    """The label that a block begins with; in the first block of a text that may be after lines without words."""
    found = _LABEL.match(raw)
    if found is not None:
        return found
    at = 0
    for line in _LINE.finditer(raw):
        if _has_words(line.group()):
            break
        at = line.end()
    return _LABEL.match(raw, at) if at else None
