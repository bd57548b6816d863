"""What stands within a line of Markdown, as HTML: links and emphasis, those that a difference parts among them.

In: pieces of a row. Out: markup, everything else escaped. A link or a bold run that begins in one shared piece and ends in
another is drawn as one around the differences in it; a link whose address alone differs keeps its words, and both addresses
stand behind them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from archivepolicy.rendering.redline.rows import Mark, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

_ADDRESS = r"<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*"
_TITLE = r"(?:[ \t]+\"[^\"\n]*\")?"
# a whole link, whole emphasis, an escaped sign or a line break; anything else stays as it is written
_INLINE = re.compile(
    rf"!?\[(?P<label>[^\[\]\n]*)\]\((?P<target>{_ADDRESS}){_TITLE}\)"
    r"|\*\*(?P<strong>[^*\n]+)\*\*|(?<![*\w])\*(?P<em>[^*\n]+)\*(?![*\w])|(?<![_\w])_(?P<em_>[^_\n]+)_(?![_\w])"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<br><br ?/?>)"
)
_OPENED_LINK = re.compile(r"(?<![!\\])\[(?P<inside>[^\[\]\n]*)\Z")
_ADDRESSED_LINK = re.compile(r"(?<![!\\])\[(?P<inside>[^\[\]\n]*)\]\(\Z")
_CLOSED_LINK = re.compile(rf"(?P<inside>[^\[\]\n]*)\]\((?:(?P<target>{_ADDRESS}){_TITLE}\)|\Z)")
_OPENED_BOLD = re.compile(r"(?<!\\)\*\*(?P<inside>[^*\s][^*\n]*)?\Z")
_CLOSED_BOLD = re.compile(r"(?P<inside>[^*\n]*)\*\*")
SAFE_TARGET = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tie:
    """Pieces drawn as one: what opens it, what is in it, what closes it, and the first piece behind it."""

    before: str
    opening: Markup
    inside: tuple[Piece, ...]
    closing: Markup
    behind: str
    end: int


def inline_markdown(text: str) -> Markup:
    """Links, emphasis and breaks that stand whole in a text, as HTML; everything else escaped."""
    made, at = [], 0
    for found in _INLINE.finditer(text):
        made.append(escape(text[at : found.start()]))
        at = found.end()
        if found["escaped"] is not None:
            made.append(escape(found["escaped"]))
        elif found["br"]:
            made.append(Markup("<br>"))
        elif found["strong"] is not None:
            made.append(Markup("<strong>{}</strong>").format(inline_markdown(found["strong"])))
        elif (emphasised := found["em"] or found["em_"]) is not None:
            made.append(Markup("<em>{}</em>").format(inline_markdown(emphasised)))
        else:
            made.append(_link(found["label"], found["target"].strip("<>"), found[0]))
    made.append(escape(text[at:]))
    return Markup("").join(made)


def marked(piece: Piece, inside: Markup) -> Markup:
    """What a piece holds, struck or underlined where one side alone has it."""
    if piece.mark is Mark.BOTH:
        return inside
    name = "del" if piece.mark is Mark.OLD else "ins"
    classes = Markup(' class="c"') if piece.cosmetic else Markup("")
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), classes, inside)  # noqa: S704


def tied(pieces: Sequence[Piece]) -> list[Piece | Markup]:
    """The pieces, and between them what opens and closes a link or a bold run that differences part."""
    left = list(pieces)
    made: list[Piece | Markup] = []
    at = 0
    while at < len(left):
        tie = _tie(left, at) if left[at].mark is Mark.BOTH else None
        if tie is None:
            made.append(left[at])
            at += 1
            continue
        made += [Piece(text=tie.before), tie.opening, *tie.inside, tie.closing]
        at = tie.end
        if tie.behind:
            left[at - 1] = Piece(text=tie.behind)
            at -= 1
    return [one for one in made if isinstance(one, Markup) or one.text]


def _tie(pieces: Sequence[Piece], at: int) -> _Tie | None:
    text = pieces[at].text
    if opened := _ADDRESSED_LINK.search(text):
        return _readdressed(text[: opened.start()], (Piece(text=opened["inside"]),), pieces, at + 1)
    if opened := _OPENED_LINK.search(text):
        return _parted_link(text[: opened.start()], opened["inside"], pieces, at + 1)
    whole = 0  # where the last whole emphasis ends
    for found in _INLINE.finditer(text):
        whole = found.end()
    if opened := _OPENED_BOLD.search(text, whole):
        return _parted_bold(text[: opened.start()], opened["inside"] or "", pieces, at + 1)
    return None


def _parted_link(before: str, first: str, pieces: Sequence[Piece], at: int) -> _Tie | None:
    inside = [Piece(text=first)]
    for place in range(at, len(pieces)):
        piece = pieces[place]
        closed = _CLOSED_LINK.match(piece.text) if piece.mark is Mark.BOTH else None
        if closed:
            inside.append(Piece(text=closed["inside"]))
            if closed["target"] is None:
                return _readdressed(before, tuple(inside), pieces, place + 1)
            target = closed["target"].strip("<>")
            after = Markup('</a><span class="target"> ({})</span>').format(target)
            return _Tie(before, _anchor(target), tuple(inside), after, piece.text[closed.end() :], place + 1)
        if any(sign in piece.text for sign in "[]\n"):
            return None
        inside.append(piece)
    return None


def _readdressed(before: str, inside: tuple[Piece, ...], pieces: Sequence[Piece], at: int) -> _Tie | None:
    """A link whose address differs: to the new one, with both behind it."""
    addresses = []
    while at < len(pieces) and pieces[at].mark is not Mark.BOTH:
        addresses.append(pieces[at])
        at += 1
    if not addresses or at == len(pieces) or not pieces[at].text.startswith(")"):
        return None
    target = addresses[-1].text.strip("<>")
    if any(not one.cosmetic for one in addresses):
        return None
    shown = Markup(" → ").join(marked(one, escape(one.text)) for one in addresses)
    after = Markup('</a><span class="target c"> ({})</span>').format(shown)
    return _Tie(before, _anchor(target), inside, after, pieces[at].text[1:], at + 1)


def _parted_bold(before: str, first: str, pieces: Sequence[Piece], at: int) -> _Tie | None:
    inside = [Piece(text=first)]
    for place in range(at, len(pieces)):
        piece = pieces[place]
        if piece.mark is Mark.BOTH and (closed := _CLOSED_BOLD.match(piece.text)):
            inside.append(replace(piece, text=closed["inside"]))
            behind = piece.text[closed.end() :]
            return _Tie(before, Markup("<strong>"), tuple(inside), Markup("</strong>"), behind, place + 1)
        if "*" in piece.text or "\n" in piece.text:
            return None
        inside.append(piece)
    return None


def _anchor(target: str) -> Markup:
    """What opens a link; one to a place of its own page, or that cannot be followed, only looks like one."""
    if SAFE_TARGET.match(target):
        return Markup('<a href="{}" rel="noreferrer">').format(target)
    return Markup("<a>")


def _link(label: str, target: str, written: str) -> Markup:
    if not label.strip():
        return escape(written)
    return Markup('{0}{1}</a><span class="target"> ({2})</span>').format(
        _anchor(target), inline_markdown(label), target
    )
