"""The normalised text: what is left of a policy where only its words count.

In: Markdown. Out: its words, without link targets, formatting, clause numbers and list marks, case, punctuation and white
space. Two texts with one normalised text say the same in the same order.
"""

from __future__ import annotations

from archivepolicy.comparison.blocks import blocks_of, key_of
from archivepolicy.digests import sha256_hex


def comparable(markdown: str) -> str:
    r"""Normalise a text: one line a block, words parted by single spaces; empty where there is no word.

    >>> comparable("## 6\\. Your *Data*\n\nSee [here](https://a.example/?ref=1).\n")
    'your data\nsee here'
    """
    return "\n".join(key for key in block_keys(markdown) if key)


def block_keys(markdown: str) -> tuple[str, ...]:
    """The normalised text of each block, in order; a block without words has an empty one."""
    return tuple(key_of(block.raw) for block in blocks_of(markdown))


def text_key(markdown: str) -> str:
    r"""A digest of the normalised text: equal keys mean that no word changed, wherever the blocks are broken.

    >>> text_key("One\n\ntwo.") == text_key("**one** two") != text_key("two one")
    True
    """
    return sha256_hex(comparable(markdown).replace("\n", " ").encode("utf-8", "surrogatepass"))
