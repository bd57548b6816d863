"""How much text, link text and prose every element holds.

In: a body. Out: a `Weight` for each element, filled in one pass from the leaves up. Prose is text outside links that
reads like sentences: a run of inline text counts fully from 60 characters, otherwise at a fifth (thresholds chosen on
162 policy pages of Open Terms Archive). A sign of Chinese, Japanese or Korean script counts as three characters, since it
says about as much. Nothing is removed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivepolicy.extraction.elements import INLINE, children_of

if TYPE_CHECKING:
    from lxml import etree

_FULL_RUN_CHARS = 60
_SHORT_RUN_SHARE = 0.2
_DENSE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# letters of Europe and the signs beside them, which is what nearly every text is of, told from the rest in half the time
_MAYBE_DENSE = re.compile("[^\0-\u10ff\u2000-\u2fff]")


@dataclass(slots=True)
class Weight:
    """What one element holds, all its descendants included; changed when a descendant is dropped."""

    chars: int = 0
    link_chars: int = 0
    prose: float = 0.0

    @property
    def link_density(self) -> float:
        """Link characters over characters; 0 for an element without text."""
        return self.link_chars / self.chars if self.chars else 0.0


_NOTHING = Weight()


class Weights:
    """The weights of a tree.

    Attributes:
        has_prefixed: Whether the name of an element has a colon, as only Word's and advertisers' own have.
    """

    def __init__(self, body: etree._Element) -> None:
        # Until somebody asks: of an element with children its three figures, of another only the characters, below zero
        # in a link.
        self._of: dict[etree._Element, Weight | tuple[int, int, float] | int] = {}
        self.has_prefixed = False
        self.add(body)

    def __getitem__(self, element: etree._Element) -> Weight:
        """The weight of an element; one without text, or added since the pass, weighs nothing."""
        found = self._of.get(element)
        if isinstance(found, Weight):
            return found
        if found is None:
            return _NOTHING
        if isinstance(found, int):
            found = (-found, -found, 0.0) if found < 0 else (found, 0, _run_prose(found))
        weight = self._of[element] = Weight(*found)
        return weight

    def add(self, element: etree._Element) -> None:
        """Weigh an element that was put into the tree from text that its ancestors already count."""
        in_link = element.tag == "a" and element.get("href") is not None
        chars, link_chars, prose, run = self._visit(element, children_of(element), in_link)
        self._of[element] = (chars, link_chars, prose + _run_prose(run))

    def subtract(self, element: etree._Element) -> None:
        """Take an element's weight off all its ancestors; call it before the element is dropped."""
        gone = self[element]
        for ancestor in element.iterancestors():
            if (weight := self[ancestor]) is not _NOTHING:
                weight.chars -= gone.chars
                weight.link_chars -= gone.link_chars
                weight.prose -= gone.prose

    def _visit(  # noqa: C901, PLR0912 -- a call for each element with children
        self,
        element: etree._Element,
        children: list[etree._Element],
        in_link: bool,  # noqa: FBT001
    ) -> tuple[int, int, float, int]:
        """Weigh what an element holds.

        Gives its characters, link characters and prose, and the characters of the open run of inline text at its end.
        """
        text = element.text
        chars = _char_count(text.strip()) if text else 0
        run, link_chars = (0, chars) if in_link else (chars, 0)
        prose = 0.0
        of = self._of
        for child in children:
            tag = child.tag
            is_inline = tag in INLINE
            in_child_link = in_link or (tag == "a" and child.get("href") is not None)
            if not is_inline:
                if run:
                    prose += _run_prose(run)
                    run = 0
                if ":" in tag:
                    self.has_prefixed = True
            if inner_children := children_of(child):
                child_chars, child_link_chars, inner, child_run = self._visit(child, inner_children, in_child_link)
                if child_chars:
                    chars += child_chars
                    link_chars += child_link_chars
                    whole = inner + _run_prose(child_run) if child_run else inner
                    of[child] = (child_chars, child_link_chars, whole)
                    if is_inline:
                        run += child_run
                        prose += inner
                    else:
                        prose += whole
            elif (text := child.text) and (words := text.strip()):  # the most of them: without a call
                count = len(words) if words.isascii() else _char_count(words)
                chars += count
                if in_child_link:
                    link_chars += count
                    of[child] = -count
                else:
                    of[child] = count
                    if is_inline:
                        run += count
                    else:
                        prose += _run_prose(count)
            text = child.tail
            if text and (words := text.strip()):
                count = len(words) if words.isascii() else _char_count(words)
                chars += count
                if in_link:
                    link_chars += count
                else:
                    run += count
        return chars, link_chars, prose, run


def _run_prose(count: int) -> float:
    return float(count) if count >= _FULL_RUN_CHARS else count * _SHORT_RUN_SHARE


def _char_count(words: str) -> int:
    if words.isascii() or not _MAYBE_DENSE.search(words):
        return len(words)
    return len(words) + 2 * len(_DENSE.findall(words))
