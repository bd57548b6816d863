"""One text of the content to Markdown.

In: a string of the tree, where it stands, and what is beside it. Out: its words with white space folded, what nobody sees left
out, and what Markdown would misread escaped; white space at an end only where it parts words. Says nothing of lines and blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bs4.element import NavigableString, Tag

from archivepolicy.extraction.escaping import escaped_text

if TYPE_CHECKING:
    from collections.abc import Callable

INLINE_NAMES = frozenset({"a", "b", "i", "s", "code", "q"})
_NOT_BLOCKS = INLINE_NAMES | {"br"}
_INVISIBLE = "\xad\u200b\u2060\ufeff"
# they join letters of some scripts and pictures; where nothing stands on one side of them there is nothing to join
_JOINERS = "\u200c\u200d"


class Nesting:
    """Where an element or a text stands: the names of the tags around it, and what follows from them.

    Attributes:
        tags: The names, and what markdownify adds to them.
        is_preformatted: Whether its white space is its author's.
        is_code: Whether nothing in it is escaped.
        is_cell: Whether a bar would end the cell of a table.
        within: The nesting inside an element of each name, what writes that element, and whether it is one of the inline
            ones; made once for all of them.
    """

    __slots__ = ("is_cell", "is_code", "is_preformatted", "tags", "within")

    def __init__(self, tags: frozenset[str]) -> None:
        self.tags = tags
        self.is_preformatted = "pre" in tags
        self.is_code = "_noformat" in tags
        self.is_cell = "td" in tags or "th" in tags
        self.within: dict[str, tuple[Nesting, Callable[..., str] | None, bool]] = {}


def written_text(el: Any, nesting: Nesting, before: Any, after: Any, is_inline: bool) -> str:  # noqa: C901, FBT001, PLR0917 -- one call a text
    """Write a text that stands between two nodes, or at an end of an element that is inline or not."""
    if nesting.is_preformatted:
        return str(el)
    text = str(el)  # whose methods are faster than a NavigableString's
    if text.isspace():
        return _written_space(before, after, is_inline)
    # no white space but spaces, and nothing that nobody sees; of ASCII these two are what decode.py leaves of it
    if text.isascii():
        text = text.replace("\n", " ")
        is_printable = not ("\r" in text or "\t" in text)
    elif not (is_printable := text.isprintable()):
        text = text.replace("\n", " ").replace("\xa0", " ")  # nearly always all it takes
        is_printable = text.isprintable()
    # two spaces within the words are cheaper left to tidied(); it keeps some after ">", and a bar may make a table of them
    if is_printable and not (("|" in text or ">" in text) and "  " in text):
        words = text.strip(" ")
    else:
        words = " ".join(text.split())
        if not is_printable and not words.isprintable():
            text = _visible(text)
            words = " ".join(text.split())
    is_bare = len(words) == len(text)  # no white space at either end
    if not nesting.is_code:
        words = escaped_text(words, in_cell=nesting.is_cell)
    if is_bare or (before is after is None and not is_inline):
        return words
    if text[:1].isspace() and not _is_block_edge(before, is_inline):
        words = f" {words}"
    if text[-1:].isspace() and words != " " and not _is_block_edge(after, is_inline):
        words = f"{words} "
    return words


def _written_space(before: Any, after: Any, is_inline: bool) -> str:  # noqa: FBT001 -- called for every third text
    """Write nothing but white space: a space where it parts words."""
    if _is_block(before) or _is_block(after):
        return ""
    return "" if _is_block_edge(before, is_inline) and _is_block_edge(after, is_inline) else " "


def _visible(text: str) -> str:
    """A text without soft hyphens and other characters that nobody sees."""
    for sign in _INVISIBLE:
        if sign in text:
            text = text.replace(sign, "")
    core = text.strip()
    return text.replace(core, core.strip(_JOINERS)) if core[:1] in _JOINERS or core[-1:] in _JOINERS else text


def _is_block(node: Any) -> bool:
    return node is not None and type(node) is not NavigableString and node.name not in _NOT_BLOCKS


def _is_block_edge(sibling: Any, is_inline: bool) -> bool:  # noqa: FBT001 -- called for most texts
    """Whether what stands beside a text is a block, or the end of the block around it."""
    if sibling is None:
        return not is_inline
    return isinstance(sibling, Tag) and sibling.name not in INLINE_NAMES
