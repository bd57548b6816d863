"""A redline as one HTML page: in one text or side by side, cosmetic changes folded, changes reached by keys.

It fetches nothing (its own content policy forbids it), reads whole without scripts (the views are switched by CSS), follows
the reader's light or dark setting, and prints. Words that went are struck through, words that came are underlined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from archivepolicy.records.change import Cls, Op
from archivepolicy.rendering.redline.rows import Mark, Piece, Place, Row, rows
from archivepolicy.rendering.redline.summary import (
    change_words,
    cosmetic_line,
    repeat_lines,
    section_line,
    side_line,
    verdict_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records.change import Change, Diff, Side

_NEAR_ROWS = 2  # equal blocks that stay beside a change while only changes are shown
_BLOCK = re.compile(r"(?P<indent>\s*)(?:(?P<heading>#{1,6})[ \t]+|(?P<item>[-*+]|\d{1,9}[.)])[ \t]+|(?P<row>\|))?")
# a whole link, whole emphasis, or an escaped sign; anything cut in two by a change stays as it is written
_INLINE = re.compile(
    r"!?\[(?P<label>[^\[\]\n]*)\]\((?P<target><[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:[ \t]+\"[^\"\n]*\")?\)"
    r"|\*\*(?P<strong>[^*\n]+)\*\*|(?<![*\w])\*(?P<em>[^*\n]+)\*(?![*\w])|\\(?P<escaped>[!-/:-@\[-`{-~])"
)
_SAFE_TARGET = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


def redline_as_html(diff: Diff, *, title: str) -> str:
    """Write the page.

    Args:
        diff: What to show.
        title: The page's heading, such as the policy's URL.
    """
    shown = rows(diff)
    far = _far(shown)
    said = verdict_lines(diff)
    ids: set[int] = set()
    template = Environment(
        loader=PackageLoader("archivepolicy.rendering"), autoescape=True, undefined=StrictUndefined
    ).get_template("redline.html.jinja")
    return template.render(
        title=title,
        old=_side(diff.old),
        new=_side(diff.new),
        said=said,
        notices=set(range(1, len(said))),
        cosmetic=cosmetic_line(diff),
        repeats=repeat_lines(diff),
        contents=[_entry(change) for change in diff.changes],
        inline=[_inline(row, ids, is_far=is_far) for row, is_far in zip(shown, far, strict=True)],
        beside=[_pair(row, is_far=is_far) for row, is_far in zip(shown, far, strict=True)],
    )


def _side(side: Side) -> dict[str, str]:
    href = side.memento_url or ""
    return {"line": side_line(side), "href": href if _SAFE_TARGET.match(href) else ""}


def _entry(change: Change) -> dict[str, Any]:
    words = change_words(change)
    return {"id": change.id, "section": section_line(change), "words": words, "cosmetic": change.is_cosmetic}


def _far(shown: Sequence[Row]) -> list[bool]:
    """For each row, whether no change is near it."""
    near = [False] * len(shown)
    for index, row in enumerate(shown):
        if row.change is not None:
            for beside in range(max(index - _NEAR_ROWS, 0), min(index + _NEAR_ROWS + 1, len(shown))):
                near[beside] = True
    return [not one for one in near]


def _inline(row: Row, ids: set[int], *, is_far: bool) -> Markup:
    attributes = ""
    change = row.change
    if change is not None and row.place is not Place.LEFT and change.id not in ids:
        ids.add(change.id)
        attributes = f' id="c{change.id}"'
    return _row(row, row.pieces, attributes=attributes, classes=["far"] if is_far else [])


def _pair(row: Row, *, is_far: bool) -> tuple[Markup, Markup, str]:
    """The row's old side, its new side, and the classes of the pair."""
    sides = []
    for mark in (Mark.OLD, Mark.NEW):
        pieces = tuple(piece for piece in row.pieces if piece.mark in (mark, Mark.BOTH))
        absent = not pieces or (row.place is Place.CAME and mark is Mark.OLD)
        sides.append(Markup("") if absent else _row(row, pieces, attributes="", classes=[]))
    return sides[0], sides[1], " far" if is_far else ""


def _row(row: Row, pieces: Sequence[Piece], *, attributes: str, classes: list[str]) -> Markup:
    first = next((piece for piece in pieces if piece.mark is not Mark.OLD), pieces[0])
    block = _BLOCK.match(first.text)
    names = ["row", *classes, *_kind(block)]
    depth = len(block["indent"].expandtabs(4)) // 2 if block and block["item"] else 0
    style = f' style="--depth:{depth}"' if depth else ""
    if row.change is not None:
        names.append("changed")
        if row.is_folded:
            names += ["c", "gone"] if all(piece.mark is Mark.OLD for piece in pieces) else ["c"]
        if row.place is not Place.HERE:
            names.append("moved")
    inside = Markup("").join([_tag(row), *_written(pieces)])
    return Markup('<div class="{}"{}{}>{}</div>').format(" ".join(names), Markup(attributes), Markup(style), inside)  # noqa: S704


def _kind(block: re.Match[str] | None) -> list[str]:
    if block is None:
        return []
    if block["heading"]:
        return ["heading", f"h{len(block['heading'])}"]
    return ["item"] if block["item"] else ["table"] if block["row"] else []


def _tag(row: Row) -> Markup:
    """The line above a changed block that says what became of it, in words."""
    change = row.change
    if change is None:
        return Markup("")
    words = "" if _says_itself(change) else change_words(change)
    if row.place is Place.LEFT:
        words = f"moved away, to {section_line(change)}"
    elif row.place is Place.CAME:
        words = f"moved here, from {' › '.join(change.old_section) or '(before the first heading)'}"
    if not words:
        return Markup("")
    link = Markup(' · <a href="#c{}">there</a>').format(change.id) if row.place is Place.LEFT else Markup("")
    return Markup('<span class="tag">{}{}</span>').format(words, link)


def _says_itself(change: Change) -> bool:
    """Whether the marks in the text say all there is to say: words went or came in one block."""
    plain = change.op in (Op.INSERT, Op.DELETE, Op.MODIFY) and change.cls is Cls.SUBSTANTIVE
    return plain and change.old_blocks <= 1 and change.new_blocks <= 1


def _written(pieces: Sequence[Piece]) -> Iterator[Markup]:
    """The pieces as HTML; on each side the block's own mark in front is dimmed, a heading's is left out."""
    fresh = {Mark.OLD, Mark.NEW}
    for piece in pieces:
        sides = {Mark.OLD, Mark.NEW} if piece.mark is Mark.BOTH else {piece.mark}
        text, mark = piece.text, Markup("")
        if sides & fresh and (block := _BLOCK.match(text)):
            mark = Markup("") if block["heading"] else _shown_mark(block[0])
            text = text[block.end() :] if block["heading"] or block["item"] else text
        fresh -= sides
        yield _marked(piece, mark + _inline_markdown(text))


def _shown_mark(mark: str) -> Markup:
    shown = re.sub(r"^[-*+](?=\s)", "•", mark.lstrip())
    return Markup('<span class="mark">{}</span>').format(shown) if shown.strip("| ") else Markup("")


def _marked(piece: Piece, inside: Markup) -> Markup:
    if piece.mark is Mark.BOTH:
        return inside
    name = "del" if piece.mark is Mark.OLD else "ins"
    classes = Markup(' class="c"') if piece.cosmetic else Markup("")
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), classes, inside)  # noqa: S704


def _inline_markdown(text: str) -> Markup:
    """Links and emphasis that stand whole in the text, as HTML; everything else escaped."""
    made, at = [], 0
    for found in _INLINE.finditer(text):
        made.append(escape(text[at : found.start()]))
        at = found.end()
        if found["escaped"] is not None:
            made.append(escape(found["escaped"]))
        elif found["strong"] is not None:
            made.append(Markup("<strong>{}</strong>").format(found["strong"]))
        elif found["em"] is not None:
            made.append(Markup("<em>{}</em>").format(found["em"]))
        else:
            made.append(_link(found["label"], found["target"].strip("<>"), found[0]))
    made.append(escape(text[at:]))
    return Markup("").join(made)


def _link(label: str, target: str, written: str) -> Markup:
    if not _SAFE_TARGET.match(target) or not label.strip():
        return escape(written)
    return Markup('<a href="{0}" rel="noreferrer">{1}</a><span class="target"> ({0})</span>').format(target, label)
