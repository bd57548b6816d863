"""A diff as CriticMarkup: the text once, with `{--taken out--}`, `{++put in++}` and `{~~old~>new~~}` in it.

Accepting every mark gives the new text, refusing every mark the old one, to the byte (criticmarkup.com, read 2026-11-23). The
format has no way to quote its own marks, so a text that holds one cannot be written in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError
from archivepolicy.records.change import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archivepolicy.records.change import Diff

_OWN_MARKS = re.compile(r"\{(?:--|\+\+|~~|==|>>)|(?:--|\+\+|~~|==|<<)\}|~>")
_LINE_END = re.compile(r"(\r?\n)")


def criticmarkup(diff: Diff) -> str:
    """Write both texts as one.

    Marks never run over a line end, since a block of Markdown may not begin inside one; a line end that is on one side only
    has marks of its own.

    Raises:
        InputError: A text holds CriticMarkup itself.
    """
    for text in ("".join(segment.old for segment in diff.segments), "".join(segment.new for segment in diff.segments)):
        if found := _OWN_MARKS.search(text):
            raise InputError(f"the text holds a CriticMarkup mark itself ({found[0]}): choose another format")
    return "".join(
        part for segment in diff.segments for part in _written(segment.old, segment.new, segment.change, diff)
    )


def _written(old: str, new: str, index: int | None, diff: Diff) -> Iterator[str]:
    if index is None:
        yield new
        return
    change = diff.changes[index]
    if change.op is Op.MOVE and not (old and new):
        text = old or new
        end = len(text.rstrip("\r\n"))
        yield from _marked(old[:end], new[:end])
        yield f"{{>>change {change.id + 1}: moved {'here' if new else 'away'}<<}}"
        yield from _marked(old[end:], new[end:])
        return
    if not (old and new) or not change.spans:
        yield from _marked(old, new)
        return
    for span in change.spans:
        if span.old == span.new:
            yield span.new
        else:
            yield from _marked(span.old, span.new)


def _marked(old: str, new: str) -> Iterator[str]:
    if old and new and "\n" not in old and "\n" not in new:
        yield f"{{~~{old}~>{new}~~}}"
        return
    for text, start, end in ((old, "{--", "--}"), (new, "{++", "++}")):
        for part in _LINE_END.split(text):
            if part:
                yield f"{start}{part}{end}"
