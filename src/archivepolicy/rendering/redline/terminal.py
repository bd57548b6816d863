"""A redline for a terminal: removed words struck through and red, added words underlined and blue, moves green.

Never colour alone: a terminal shows the strike and the underline as well, and plain output brackets the words as `wdiff` does,
`[-removed-]` and `{+added+}`. A sign at the start of each row says what became of the block: `+` put in, `-` taken out,
`~` altered, `>` moved here, `<` moved away.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.rendering.redline.rows import Mark, Piece, Place, Row, rows
from archivepolicy.rendering.redline.summary import (
    cosmetic_line,
    repeat_line,
    repeat_lines,
    section_line,
    side_line,
    verdict_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records.change import Diff

_CONTEXT_WORDS = 12
_SIGNS = {"insert": "+", "delete": "-", "move": ">"}
_BRACKETS = {Mark.OLD: ("[-", "-]"), Mark.NEW: ("{+", "+}"), Mark.BOTH: ("", "")}
_STYLES = {Mark.OLD: "red strike", Mark.NEW: "blue underline", Mark.BOTH: ""}
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How much of a diff to show.

    Attributes:
        changes_only: Leave equal blocks out, and of a changed one show a dozen words around each change.
        show_cosmetic: Show changes of format, link, typography and numbering too; otherwise they are only counted.
    """

    changes_only: bool = False
    show_cosmetic: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to write: an unstyled sign, then pieces; or a remark of ours."""

    sign: str = ""
    pieces: tuple[Piece, ...] = ()
    remark: str = ""
    moved: bool = False


def redline_as_text(diff: Diff, view: View) -> str:
    """The redline without colours, one line a block."""
    return "".join(f"{_plain(line)}\n" for line in _lines(diff, view))


def redline_as_ansi(diff: Diff, view: View, *, width: int) -> str:
    """The redline with colours, strike and underline, wrapped at the terminal's width in columns."""
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", highlight=False, width=max(width, 20))
    for line in _lines(diff, view):
        if line.remark:
            console.print(Text(line.remark, style="bold" if line.sign == "§" else "dim"))
            continue
        text = Text(f"{line.sign or ' '} ")
        for piece in line.pieces:
            text.append(
                piece.text, "green underline" if line.moved and piece.mark is Mark.BOTH else _STYLES[piece.mark]
            )
        console.print(text)
    return out.getvalue()


def _plain(line: _Line) -> str:
    if line.remark:
        return line.remark
    words = "".join(f"{_BRACKETS[piece.mark][0]}{piece.text}{_BRACKETS[piece.mark][1]}" for piece in line.pieces)
    return f"{line.sign or ' '} {words}".rstrip() if words.strip() else ""


def _lines(diff: Diff, view: View) -> Iterator[_Line]:
    yield _Line(remark=f"--- {side_line(diff.old)}")
    yield _Line(remark=f"+++ {side_line(diff.new)}")
    for said in verdict_lines(diff):
        yield _Line(remark=said)
    for said in repeat_lines(diff):
        yield _Line(remark=f"Recurs: {said}")
    folded = "" if view.show_cosmetic else cosmetic_line(diff)
    if folded:
        yield _Line(remark=f"Folded: {folded}; --show-cosmetic shows them.")
    if not diff.changes:
        return
    yield from _changed_rows(diff, view) if view.changes_only else _all_rows(diff, view)


def _shown(diff: Diff, view: View) -> Iterator[Row]:
    for row in rows(diff):
        shown = row if view.show_cosmetic else row.without_cosmetics()
        if shown is not None:
            yield shown


def _all_rows(diff: Diff, view: View) -> Iterator[_Line]:
    for row in _shown(diff, view):
        yield _Line()
        yield from _row_lines(row, row.pieces)


def _changed_rows(diff: Diff, view: View) -> Iterator[_Line]:
    section = None
    told: set[int] = set()
    for row in _shown(diff, view):
        change = row.change
        if change is None or row.is_folded:
            continue
        if change.repeat is not None:
            if change.repeat in told:
                continue
            told.add(change.repeat)
        if change.kind == "heading":  # it says itself where it stands
            yield _Line()
        elif (here := section_line(change)) != section:
            section = here
            yield _Line()
            yield _Line("§", remark=f"§ {section}")
        yield from _row_lines(row, _with_context(row.pieces))
        if change.repeat is not None and (more := len(diff.repeats[change.repeat].changes) - 1) > 0:
            yield _Line(remark=f"  (and {more} more like it: {repeat_line(diff.repeats[change.repeat])})")


def _row_lines(row: Row, pieces: Sequence[Piece]) -> Iterator[_Line]:
    change = row.change
    if change is None or row.is_folded:
        yield _Line(pieces=tuple(pieces))
        return
    if row.place is Place.LEFT:
        yield _Line(remark=f"< moved away, to {section_line(change)}:")
        yield _Line("<", tuple(pieces), moved=True)
        return
    if row.place is Place.CAME:
        whence = " › ".join(change.old_section) or "(before the first heading)"
        yield _Line(remark=f"> moved here, from {whence}:")
    yield _Line(_SIGNS.get(change.op, "~"), tuple(pieces), moved=row.place is Place.CAME)


def _with_context(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with long equal runs cut to a dozen words at each change."""
    if all(piece.mark is Mark.BOTH for piece in pieces):
        return tuple(pieces)
    cut: list[Piece] = []
    pieces = _joined(pieces)
    for index, piece in enumerate(pieces):
        if piece.mark is not Mark.BOTH:
            cut.append(piece)
            continue
        words = _WORD.findall(piece.text)
        head = words[:_CONTEXT_WORDS] if index else []
        tail = words[-_CONTEXT_WORDS:] if index < len(pieces) - 1 else []
        if len(words) > len(head) + len(tail):
            lead = piece.text[: len(piece.text) - len(piece.text.lstrip())] if index else ""
            cut.append(Piece(text=lead + "".join(head) + "… " + "".join(tail)))
        else:
            cut.append(piece)
    return tuple(cut)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with neighbouring equal runs as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.mark is joined[-1].mark is Mark.BOTH:
            joined[-1] = Piece(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
