"""Words of a Markdown text, each with everything up to the next one.

In: Markdown. Out: a lead (what stands before the first word) and words with their tails; joined again they are the text, to
the byte. A word's key is what two words are compared by: compatibility forms, case, curly apostrophes and invisible
characters do not count. Marks, punctuation, white space, link targets, images and tags are never words.

Deliberately absent: word boundaries of Thai, Lao and Khmer, which are written without spaces: a phrase is one word there.
Chinese and Japanese characters are one word each.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Vowel signs and accents are no letters to `\w`, but taking one away alters the word: combining accents, Hebrew, Arabic, the
# scripts of India, Thai and Lao, Burmese, Khmer (Unicode 15 block names).
_SIGNS = (
    r"\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0981-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece"
    r"\u102b-\u103e\u17b4-\u17d3"
)
_AMOUNT = r"$%§°£¥\u20a0-\u20bf"  # what makes 5 into another amount
_IDEOGRAPHS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_INVISIBLE = r"\u00ad\u200b-\u200d\u2060\ufeff"
_LETTERS = rf"(?:[^\W_]++|[{_SIGNS}]++)"
_SPELLED = rf"(?:[A-Za-z]++|[^\W_{_IDEOGRAPHS}]++|[{_SIGNS}]++)++(?:['’ʼ{_INVISIBLE}]{_LETTERS}++)*+"
# the first branch reads nothing that the others would not read alike: most words are plain, and it is the fastest
_PLAIN = rf"[A-Za-z]++(?!['\d\u0080-\U0010ffff])|\d++(?:[.,:/]\d++)++|[{_IDEOGRAPHS}]|{_SPELLED}|[{_AMOUNT}]"
_WEB_ADDRESS = r"https?://[^\s)\]>|\"“”]++"
_MAIL_ADDRESS = r"[\w.+-]{1,64}@[\w-]++(?:\.[\w-]++)++"  # 64: RFC 5321 §4.5.3.1.1
TARGET = r"\((?:data:[^()\n]*+|<[^<>\n]*+>|[^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?+\s*+)\)"
_TAG = r"/?[a-zA-Z][a-zA-Z0-9]*+(?:\s[^<>]*+)?+/?+>|!--(?:(?!-->)[^<]){0,2000}+-->"
_TAIL_UNITS = rf"|_|\](?:{TARGET})?+|!(?:\[[^\[\]\n]*+\]{TARGET})?+|<(?:{_TAG})?+|&(?:[a-zA-Z]{{2,8}};|#\d{{1,6}};)?+"
_TAIL = rf"(?:[^\w\]!<&{_AMOUNT}{_SIGNS}]++{_TAIL_UNITS})*+"
_AFTER = rf"( (?=[A-Za-z])|{_TAIL})"  # one space before a letter: the same, read at once

# the fewer kinds of addresses are looked for, the faster; each stands where no other could match
_TOKENS = re.compile(rf"({_WEB_ADDRESS}|{_MAIL_ADDRESS}|{_PLAIN}){_AFTER}")
_MAILLESS_TOKENS = re.compile(rf"({_WEB_ADDRESS}|{_PLAIN}){_AFTER}")
_UNADDRESSED_TOKENS = re.compile(rf"({_PLAIN}){_AFTER}")
_LEAD = re.compile(_TAIL)
_DROPPED = re.compile(rf"[{_INVISIBLE}]")
_APOSTROPHE = re.compile("[’ʼ]")
_CACHED_WORDS = 1 << 16


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut after each word's tail.

    Attributes:
        lead: What stands before the first word; the whole text where it has none.
        raw: The words as they stand.
        tails: What follows each word up to the next.
        keys: What each word is compared by.
    """

    lead: str
    raw: tuple[str, ...]
    tails: tuple[str, ...]
    keys: tuple[str, ...]


def words_of(text: str) -> Words:
    """Cut a text into words; joined again, lead, words and tails are the text.

    >>> words = words_of("*See* [our rules](https://a.example/r?x=1), don’t you?")
    >>> words.keys
    ('see', 'our', 'rules', "don't", 'you')
    >>> words.lead, words.tails
    ('*', ('* [', ' ', '](https://a.example/r?x=1), ', ' ', '?'))
    """
    match = _LEAD.match(text)
    lead = match.group() if match else ""
    pairs = _pattern_for(text).findall(text, len(lead))
    if not pairs:
        return Words(lead=text, raw=(), tails=(), keys=())
    raw, tails = zip(*pairs, strict=True)
    keys = tuple(" ".join(raw).lower().split(" ")) if text.isascii() else tuple(map(word_key, raw))
    return Words(lead=lead, raw=raw, tails=tails, keys=keys)


def _pattern_for(text: str) -> re.Pattern[str]:
    """The simplest pattern that reads this text as the whole one would."""
    if "@" in text:
        return _TOKENS
    return _MAILLESS_TOKENS if "://" in text else _UNADDRESSED_TOKENS


@lru_cache(maxsize=_CACHED_WORDS)
def word_key(word: str) -> str:
    r"""What a word is compared by.

    >>> word_key("ﬁle"), word_key("Don’t"), word_key("co\u00adoperate")
    ('file', "don't", 'cooperate')
    """
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", _APOSTROPHE.sub("'", _DROPPED.sub("", word))).casefold()
