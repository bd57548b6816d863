"""Comparison: two texts -> what changed between them.

words:      text -> words with keys, byte-exact
blocks:     text -> headings, paragraphs, items, rows, byte-exact
normal:     text -> the text where only its words count
sequences:  two rows -> what they have in common, in bounded memory
alignment:  blocks of two texts -> which answer to which
sentences, rewording:  words of two blocks -> which answer to which
furniture:  blocks that are the page's, not the policy's
classes, spans, repeats, sections:  what a difference means, where it stands and how often it recurs
compare:    all of it, in order
"""

from archivepolicy.comparison.compare import compare, word_count
from archivepolicy.comparison.normal import block_keys, comparable, text_key

__all__ = ["block_keys", "comparable", "compare", "text_key", "word_count"]
