"""Which language a text is written in, as far as its letters and its small words tell.

In: a text. Out: a two-letter code (ISO 639-1), or None where it cannot be told for sure: a text that is too short, or one in
which two languages are as likely. What a page declares is not asked here: templates declare English above any text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

_READ_CHARACTERS = 12_000  # a language shows in far less; `verdict` reads as much
_MIN_HITS = 6
# In running text every third to second word is a small one; below this share it is a list of names.
_MIN_SHARE = 0.08
_MIN_LEAD = 1.15  # neighbours such as Danish and Norwegian share most small words
_MIN_SCRIPT_SHARE = 0.3
# not the parts of addresses and identifiers: `com` is a word in Portuguese
_WORD = re.compile(r"(?<![\w./@-])[^\W\d_]{2,}(?![\w/@-]|\.\w)")
# Letters of one language's script. Japanese mixes kana with Chinese characters, so a tenth of kana is enough.
_SCRIPTS = {
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "el": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
}
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LETTER = re.compile(r"[^\W\d_]")
# letters that only one of the languages of a script has
_OF_ARABIC = {"fa": "پچژگ"}
_OF_CYRILLIC = {"uk": "іїєґ", "sr": "ђјљњћџ", "ru": "ыэё"}


def language_of(text: str) -> str | None:
    """Tell the language of a text; None where it cannot be told.

    >>> language_of("We use your address to send you the letter, and for nothing that is not in this notice of ours.")
    'en'
    >>> language_of("OK")
    """
    text = text[:_READ_CHARACTERS]
    letters = len(_LETTER.findall(text))
    return _by_script(text, letters) or _by_words(text) if letters else None


def _by_script(text: str, letters: int) -> str | None:
    """The language of a script that few languages share."""
    for language, script in _SCRIPTS.items():
        if len(script.findall(text)) >= _MIN_SCRIPT_SHARE * letters:
            return language
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana + han >= _MIN_SCRIPT_SHARE * letters:
        return "ja" if kana * 10 >= kana + han else "zh"
    if len(_ARABIC.findall(text)) >= _MIN_SCRIPT_SHARE * letters:
        return _with_letters(text, _OF_ARABIC) or "ar"
    if len(_CYRILLIC.findall(text)) >= _MIN_SCRIPT_SHARE * letters:
        return _with_letters(text, _OF_CYRILLIC) or "bg"
    return None


def _with_letters(text: str, letters: dict[str, str]) -> str | None:
    counts = {language: sum(map(text.lower().count, own)) for language, own in letters.items()}
    language = max(counts, key=lambda one: counts[one])
    return language if counts[language] else None


def _by_words(text: str) -> str | None:
    words = _WORD.findall(text.lower())
    counts = Counter(words)
    hits = {language: sum(counts[word] for word in small) for language, small in _small_words().items()}
    best, second = sorted(hits, key=lambda one: (-hits[one], one))[:2]
    is_sure = hits[best] >= max(_MIN_HITS, _MIN_SHARE * len(words)) and hits[best] >= _MIN_LEAD * hits[second]
    return best if is_sure else None


@cache
def _small_words() -> dict[str, frozenset[str]]:
    text = (files("archivepolicy.extraction") / "verdicts" / "languages.toml").read_text(encoding="utf-8")
    return {language: frozenset(words) for language, words in tomllib.loads(text).items()}
