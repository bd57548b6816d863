"""Comparison: two texts -> what changed between them.

words:   text -> words with keys, byte-exact
blocks:  text -> headings, paragraphs, items, rows, byte-exact
normal:  text -> the text where only its words count
"""

from archivepolicy.comparison.normal import block_keys, comparable, text_key

__all__ = ["block_keys", "comparable", "text_key"]
