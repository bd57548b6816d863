"""Stated dates: what a policy says of its own age ("Last updated: June 8, 2013", "Stand: Juni 2018").

In: a policy's Markdown. Out: the dates that it states of itself, each with the words it stands in. A date is read from
its end: a year is found first, the date around it next, and then the words before it are walked back over markup and
small words until a label ends there. Most years of a policy belong to laws and products; those have no label.

Deliberately absent: dates in running text that are not about the policy (a law's, a list's, an earlier version's), labels
after their date, and any guess where the words leave two readings (03/04/2013 on an English page).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archivepolicy.extraction.date_words import WrittenDate, date_at, fold, year_places
from archivepolicy.records.document import StatedDate

_WINDOW_CHARACTERS = 240  # how far back a label and its sentence are looked for; longer sentences lose their beginning
_WORDS_BETWEEN = 14  # "Last updated | date of this privacy policy and cookie notice is"
_STRANGERS_BETWEEN = 4  # names of people and products in "we last updated these Example Cloud Terms on"
_SUBJECT_WITHIN = 7  # how near the policy's name stands before a weak label ("this policy, as a whole, is effective")
_OPENING_WORDS = 3  # what may open a line before a full label ("Page last updated", "Example Inc. last updated")
_MAX_TEXT_CHARACTERS = 200
_DETERMINERS = frozenset({"this", "these", "our", "the"})

# Languages that put the day first in 03/04/2013 wherever they are spoken; regions that do not are excepted. English is
# not among them, and neither is a page that declares en-GB: it is the untouched default of site software (Joomla's)
# [assumed]. The language is the label's own, because templates declare languages that the text is not in.
_DAY_FIRST = frozenset({"de", "fr", "es", "it", "nl", "pt", "da", "nb", "pl", "fi", "cs", "ru"})
_NOT_DAY_FIRST_REGIONS = frozenset({"fr-ca", "es-us", "es-pr"})

_LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)")
_WORD = re.compile(r"[^\W\d_]+|v?\d+(?:\.\d+)*")
_VERSION = re.compile(r"v?\d{1,3}(?:\.\d+)*")
_SENTENCE_END = re.compile(r"(?<![\s.][^\W\d_])[.!?;](?=[\s*_\\)\]\"”]|$)|[。！？]")
_BLOCK_END = re.compile(r"\n[ \t]*\n|\||  \n|\\\n|<br")
_AFTER_A_STATEMENT = re.compile(r"[\s*_)\"”]*(?:$|[\n.;|(\[<>–—-])")
_COLON_AT_END = re.compile(r"[:：][\s*_|]*$")
_MARKS = re.compile(r"[*_`#|>\\]+|<[^<>]*>")
_SPACE = re.compile(r"\s+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    words: tuple[str, ...]
    label: str
    language: str
    weak: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lexicon:
    by_last_word: dict[str, tuple[_Phrase, ...]]
    wide: tuple[_Phrase, ...]
    between: frozenset[str]
    subject: frozenset[str]
    other: frozenset[str]
    earlier: frozenset[str]
    replacing: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    phrase: _Phrase
    first: int  # index of the label's first word
    after: int  # index of the first word after the label
    start: int  # where the label begins in the window
    strangers: int  # words between label and date that are in no list


def find_stated_dates(markdown: str, language: str | None) -> tuple[StatedDate, ...]:
    """Find the dates that a policy states of itself.

    Args:
        markdown: The policy, as Markdown or plain text.
        language: The page's declared language (BCP 47), or None. It only ever withholds a reading of a numeric date;
            labels of every language are known at once, because declared languages are often wrong.

    Returns:
        In the order of the text, without exact repetitions; may be empty.
    """
    found: dict[StatedDate, None] = {}
    reached = 0
    for place in year_places(markdown):
        if place < reached:
            continue
        written = date_at(markdown, place)
        if written is None:
            continue
        stated = _stated(markdown, written, reached, language)
        reached = written.end
        if stated is not None:
            found.setdefault(stated)
    return tuple(found)


def _stated(markdown: str, written: WrittenDate, reached: int, language: str | None) -> StatedDate | None:
    begin = max(reached, written.start - _WINDOW_CHARACTERS)
    window = _LINK_TARGET.sub(lambda match: "]" + " " * (len(match.group()) - 1), markdown[begin : written.start])
    words = list(_WORD.finditer(window))  # each is folded where it is looked at: most never are
    label = _label_before(window, words)
    if label is None or not _is_about_the_policy(window, words, label, markdown[written.end : written.end + 40]):
        return None
    text = _plain(window[label.start :] + markdown[written.start : written.end])
    return StatedDate(
        label=label.phrase.label, text=text[-_MAX_TEXT_CHARACTERS:], date=_certain(written, label, language)
    )


def _certain(written: WrittenDate, label: _Found, language: str | None) -> str | None:
    if written.day_first == written.month_first:
        return written.day_first
    declared = (language or "").replace("_", "-").casefold()
    is_day_first = label.phrase.language in _DAY_FIRST and declared not in _NOT_DAY_FIRST_REGIONS
    return written.day_first if is_day_first else None


def _label_before(window: str, words: list[re.Match[str]]) -> _Found | None:
    """Walk back from the window's end over small words to the label that ends there, full labels before weak ones."""
    lexicon = _lexicon()
    weak: _Found | None = None
    strangers = 0
    right = len(window)
    for index in range(len(words) - 1, max(-1, len(words) - 1 - _WORDS_BETWEEN), -1):
        word = words[index]
        if _is_parted(window, word.end(), right, has_words_after=index < len(words) - 1):
            break
        found = _phrase_ending_at(words, index, strangers)
        if found is not None and not found.phrase.weak:
            return _longest(words, found)
        weak = weak or found
        folded = fold(word[0])
        is_known = folded in lexicon.between or folded in lexicon.subject or _VERSION.fullmatch(folded)
        strangers += not is_known
        if (
            strangers > _STRANGERS_BETWEEN
            or (weak is not None and not is_known)
            or folded[-1].isdecimal() > bool(is_known)
        ):
            break
        right = word.start()
    return weak


def _longest(words: list[re.Match[str]], found: _Found) -> _Found:
    """Take `last updated` for the `updated on` that ends a word later."""
    for index in range(found.after - 2, found.first - 1, -1):
        wider = _phrase_ending_at(words, index, found.strangers)
        if wider is not None and wider.first < found.first:
            return _Found(
                phrase=wider.phrase, first=wider.first, after=found.after, start=wider.start, strangers=found.strangers
            )
    return found


def _is_parted(window: str, start: int, end: int, *, has_words_after: bool) -> bool:
    """Whether a sentence ends in between, or a block ends that the label would have to reach across with words."""
    if _SENTENCE_END.search(window, start, end):
        return True
    return has_words_after and _BLOCK_END.search(window, start, end) is not None


def _phrase_ending_at(words: list[re.Match[str]], index: int, strangers: int) -> _Found | None:
    lexicon, folded = _lexicon(), fold(words[index][0])
    for phrase in lexicon.by_last_word.get(folded, ()):
        first = index - len(phrase.words) + 1
        if first >= 0 and all(fold(words[first + n][0]) == wanted for n, wanted in enumerate(phrase.words)):
            return _Found(phrase=phrase, first=first, after=index + 1, start=words[first].start(), strangers=strangers)
    if _WIDE.search(folded):
        for phrase in lexicon.wide:
            if folded.endswith(phrase.words[0]):
                start = words[index].end() - len(phrase.words[0])
                return _Found(phrase=phrase, first=index, after=index + 1, start=start, strangers=strangers)
    return None


def _is_about_the_policy(window: str, words: list[re.Match[str]], found: _Found, after: str) -> bool:
    lexicon = _lexicon()
    between = [fold(word[0]) for word in words[found.after :]]
    before = _words_of_the_sentence(window, words, found)
    is_another_version = _nearest(lexicon.earlier, before) >= 0 and _nearest(lexicon.replacing, before) < 0
    is_strange = found.strangers > 0 and not _may_name_a_stranger(window, words, found)
    if is_another_version or is_strange or _nearest(lexicon.other, between) >= 0:
        return False
    if any(word in lexicon.subject for word in between):
        return True
    other, subject = _nearest(lexicon.other, before), _nearest(lexicon.subject, before)
    if other > subject:
        return False
    if not found.phrase.weak:
        return subject >= 0 or len(before) <= _OPENING_WORDS
    if before:
        return subject >= 0 and len(before) - subject <= _SUBJECT_WITHIN
    return ":" in window[found.start :] or _AFTER_A_STATEMENT.match(after) is not None


def _may_name_a_stranger(window: str, words: list[re.Match[str]], found: _Found) -> bool:
    """Whether unknown words between label and date only name what is dated.

    So it is in "last updated these Example Cloud Terms on" and in the line "Effective date outside Europe:".
    """
    if found.phrase.weak:
        return False
    if fold(words[found.after][0]) in _DETERMINERS:
        return True
    return _COLON_AT_END.search(window) is not None and not _words_of_the_sentence(window, words, found)


def _words_of_the_sentence(window: str, words: list[re.Match[str]], found: _Found) -> list[str]:
    """The folded words before the label in its own sentence and block, in the order of the text."""
    before: list[str] = []
    right = found.start
    for word in reversed(words[: found.first]):
        is_new_line = "\n" in window[word.end() : right] and window[found.start].isupper()
        if is_new_line or _is_parted(window, word.end(), right, has_words_after=True):
            break
        before.append(fold(word[0]))
        right = word.start()
    return before[::-1]


def _nearest(phrases: frozenset[str], words: list[str]) -> int:
    """Index of the last word that is, or begins, one of the phrases; -1 where there is none."""
    for index in range(len(words) - 1, -1, -1):
        if words[index] in phrases or any(" ".join(words[index : index + n]) in phrases for n in (2, 3)):
            return index
    return -1


def _plain(text: str) -> str:
    return _SPACE.sub(" ", _MARKS.sub(" ", text.replace("[", "").replace("]", ""))).strip()


@cache
def _lexicon() -> _Lexicon:
    text = (files("archivepolicy.extraction") / "dates" / "labels.toml").read_text(encoding="utf-8")
    languages: dict[str, dict[str, Any]] = tomllib.loads(text)
    phrases = [
        _Phrase(words=_folded_words(words), label=key.removesuffix("_weak"), language=language, weak="_" in key)
        for language, lists in languages.items()
        for key in ("updated", "updated_weak", "effective", "effective_weak")
        for words in lists.get(key, ())
    ]
    by_last_word: dict[str, list[_Phrase]] = {}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase.words), phrase.weak)):
        by_last_word.setdefault(phrase.words[-1], []).append(phrase)
    wide = [phrase for phrase in phrases if _WIDE.search(phrase.words[0])]
    return _Lexicon(
        by_last_word={word: tuple(group) for word, group in by_last_word.items()},
        wide=tuple(sorted(wide, key=lambda phrase: -len(phrase.words[0]))),
        between=_all_words(languages, "between"),
        subject=_all_words(languages, "subject"),
        other=_all_words(languages, "other"),
        earlier=_all_words(languages, "earlier"),
        replacing=_all_words(languages, "replacing"),
    )


def _all_words(languages: dict[str, dict[str, Any]], key: str) -> frozenset[str]:
    return frozenset(" ".join(_folded_words(words)) for lists in languages.values() for words in lists.get(key, ()))


def _folded_words(phrase: str) -> tuple[str, ...]:
    return tuple(fold(match.group()) for match in _WORD.finditer(phrase))
