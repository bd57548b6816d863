"""Verdict: whether an extracted page is a usable policy, or what else stands in its place.

In: a page's title, first heading and text. Out: a `Verdict` with what on the page says so. The words of an error page also
occur in policies ("access denied", "404", "log in to"), so a phrase counts only in the title, in the first heading or in
a short text, and only as long as the text does not speak like a policy itself.

The phrases are data: one file a kind in `verdicts/`, and the policies' own vocabulary in `verdicts/words.toml`. This
module looks at words alone; HTTP status, headers, final host and digests are judged elsewhere.
"""

from __future__ import annotations

import itertools
import operator
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archivepolicy.extraction.language import language_of
from archivepolicy.extraction.literals import Literals
from archivepolicy.extraction.unmarked import unmarked
from archivepolicy.records.document import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

# Kubicek et al. 2025, as read in a catalogue of page chrome collected by 2026-11-22 on 2026-11-23.
_EMPTY_BELOW_CHARACTERS = 60
# A page with only headings, a date and a link is empty too, as long as it is this short [seen: Microsoft Copilot 2025].
_HEADINGS_ONLY_BELOW_CHARACTERS = 150
# a catalogue of page chrome collected by 2026-11-22: the words of error pages count in a text under about 150 words.
_SHORT_BELOW_WORDS = 150
# A decisive title outweighs a consent wall's own talk of data, up to this length [assumed].
_DECISIVE_BELOW_WORDS = 400
# How many different policy terms make a text speak like a policy. Measured on 2026-11-23 on the 1,351 different texts of
# the corpora: the figures stand in tests/extraction/test_verdict.py.
# The first number is for a page whose title or first heading names a policy.
_TERMS_OF_A_SHORT_POLICY = (2, 3)
_TERMS_OF_A_LONG_POLICY = (3, 5)
_TERMS_WITHIN_CHARACTERS = 12_000
# Shortcut for the usual page: so many words in its beginning, link targets apart, and no phrase in its names.
_LONG_TEXT_CHARACTERS = 8_000
_LONG_FROM_SPACED_WORDS = 300
_WIDE_PER_WORD = 2  # Chinese and Japanese: about two characters a word
_MAX_QUOTE_CHARACTERS = 100
# A page that no name calls a policy and that uses fewer policy terms than this is none: the first number for a short text,
# the second for a long one. Measured on 2026-11-23: see benchmarks/README.md.
_TERMS_OF_AN_UNNAMED_PAGE = (1, 3)

# The order in which kinds are asked; the archive's own pages first, because they may quote the site's.
_KINDS = (Kind.EXCLUDED, Kind.CHALLENGE, Kind.PARKED, Kind.SOFT_404, Kind.ERROR, Kind.LOGIN, Kind.EMPTY)

_HEADING = re.compile(r"^(?:#{1,6} .*|.*\n(?:=+|-{3,})[ \t]*)$", re.MULTILINE)
_SPACED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+[,.;:]?\s")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TITLE_PART = re.compile(r"\s+[|–—·•»«:~-]+\s+|\s*[|»«]\s*|:\s+|\.\s+")
# put in by `replace`, which takes a hundredth of the time of `translate` where a text is not ASCII
_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " "}
_EDGE = " \t.,:;!?¡¿…。！？\"'()-–—=#*_"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """The phrases of one kind, compiled; a pattern is None where the kind has no such phrases."""

    decisive: re.Pattern[str] | None
    whole: frozenset[str]
    within: re.Pattern[str] | None
    text: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    title: str
    heading: str
    lines: tuple[str, ...]  # of the plain text
    prose: str  # the plain text as one line
    words: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    kind: Kind
    is_decisive: bool
    reasons: tuple[str, ...]


def judge(*, page_title: str, first_heading: str, text: str, language: str | None) -> Verdict:
    """Judge whether a page is a usable policy, from its words alone.

    Args:
        page_title: The page's `<title>`; may be empty.
        first_heading: The page's first heading; may be empty.
        text: The extracted text, Markdown or plain; may be empty.
        language: The page's declared language (BCP 47), or None. Phrases of every language are tried whatever it says;
            it only tells where the policies' vocabulary is unknown and a long text must be believed.

    Returns:
        The verdict; its reasons quote the page.
    """
    if is_plain_text(page_title=page_title, first_heading=first_heading, beginning=text):
        return Verdict(kind=Kind.POLICY)
    title, heading = _one_line(page_title), _one_line(first_heading)
    by_name = _hits_by_name(title, heading)
    page = _page(title, heading, text, language)
    for hit in (*by_name, *_hits_in_short_text(page)):
        if not _speaks_like_a_policy(page, hit):
            return Verdict(kind=hit.kind, reasons=hit.reasons)
    if emptiness := _emptiness(page, text):
        return Verdict(kind=Kind.EMPTY, reasons=(emptiness,))
    if strangeness := _strangeness(page):
        return Verdict(kind=Kind.NOT_POLICY, reasons=(strangeness,))
    return Verdict(kind=Kind.POLICY)


def is_plain_text(*, page_title: str, first_heading: str, beginning: str) -> bool:
    """Whether the beginning of a text is enough to judge it: the usual page, long, and a policy by its name or its words.

    Args:
        page_title: As for `judge`.
        first_heading: As for `judge`.
        beginning: The text or its first part; more of it may make it a plain text, never the other way round.
    """
    title, heading = _one_line(page_title), _one_line(first_heading)
    beginning = beginning[:_LONG_TEXT_CHARACTERS]
    if _hits_by_name(title, heading) or not _is_long(beginning):
        return False
    if _is_called_a_policy(title, heading):
        return True
    return _has_terms(_page(title, heading, beginning, None), _TERMS_OF_AN_UNNAMED_PAGE[True])


def _is_long(text: str) -> bool:
    """Whether a text has so many words with white space behind them; most show it by words of nothing but letters."""
    words = text.split()
    if len(words) < _LONG_FROM_SPACED_WORDS:
        return False
    plain = len([word for word in words[:-1] if word.isalpha() and len(word) > 1])
    return plain >= _LONG_FROM_SPACED_WORDS or len(_SPACED_WORD.findall(text)) >= _LONG_FROM_SPACED_WORDS


def _page(title: str, heading: str, text: str, language: str | None) -> _Page:
    plain = unmarked(text)
    lines = tuple(line for line in map(_one_line, plain.split("\n")) if line)
    prose = " ".join(lines)
    wide = len(_WIDE.findall(prose))
    words = len(_WIDE.sub(" ", prose).split()) + wide // _WIDE_PER_WORD if wide else len(prose.split())
    declared = (language or "").replace("_", "-").split("-", maxsplit=1)[0].casefold()
    return _Page(title=title, heading=heading, lines=lines, prose=prose, words=words, language=declared)


def _hits_by_name(title: str, heading: str) -> list[_Hit]:
    """Look in the title and the first heading, kind by kind."""
    if not _may_hold_a_phrase(f"{title}\n{heading}", (title, heading)):  # as nearly all
        return []
    places = [
        (place, words)
        for place, words in (("title", title), ("first heading", heading))
        if _may_hold_a_phrase(words, [words])
    ]
    hits = []
    for kind in _KINDS:
        phrases = _phrases(kind)
        reasons, is_decisive = [], False
        for place, words in places:
            match = phrases.decisive.search(words) if phrases.decisive else None
            is_decisive = is_decisive or match is not None
            quote = match.group() if match else _whole_part(phrases, words) or _found(phrases.within, words)
            if quote:
                reasons.append(f"the {place} says {_quoted(quote)}")
        if reasons:
            hits.append(_Hit(kind=kind, is_decisive=is_decisive, reasons=tuple(reasons)))
    return hits


def _may_hold_a_phrase(words: str, lines: Iterable[str], *, within_text: bool = False) -> bool:
    """Whether words could hold a phrase of any kind; most hold none, and to look for plain strings takes a tenth."""
    within, whole = _every_phrase(within_text=within_text)
    if within.are_in(_key(words)):
        return True
    return any(part in whole for line in lines for part in _parts(line))


def _key(words: str) -> bytes:
    """Words in a form in which all are equal that a pattern takes for equal regardless of case, in UTF-8."""
    return words.replace("İ", "i").replace("ı", "i").casefold().encode("utf-8", "surrogatepass")


def _hits_in_short_text(page: _Page) -> list[_Hit]:
    if page.words >= _SHORT_BELOW_WORDS or not _may_hold_a_phrase(page.prose, page.lines, within_text=True):
        return []
    hits = []
    for kind in _KINDS:
        phrases = _phrases(kind)
        decisive = _found(phrases.decisive, page.prose)
        line = next((line for line in page.lines if _whole_part(phrases, line) == line), None)
        quote = decisive or _found(phrases.within, page.prose) or _found(phrases.text, page.prose) or line
        if quote:
            reason = f"the text of {page.words} words says {_quoted(quote)}"
            hits.append(_Hit(kind=kind, is_decisive=decisive is not None, reasons=(reason,)))
    return sorted(hits, key=lambda hit: not hit.is_decisive)


def _speaks_like_a_policy(page: _Page, hit: _Hit) -> bool:
    """Whether the text outweighs the hit: it is a policy that holds the words of an error page."""
    if hit.is_decisive and page.words < (_DECISIVE_BELOW_WORDS if "title" in hit.reasons[0] else _SHORT_BELOW_WORDS):
        return False
    is_long = page.words >= _SHORT_BELOW_WORDS
    if is_long and page.language and page.language not in _vocabulary("terms"):
        return True
    is_named = _is_named("names", page.title, page.heading)
    named, unnamed = _TERMS_OF_A_LONG_POLICY if is_long else _TERMS_OF_A_SHORT_POLICY
    return _has_terms(page, named if is_named else unnamed)


def _has_terms(page: _Page, wanted: int) -> bool:
    """Whether the text's beginning has that many different policy terms of one language."""
    beginning = page.prose[:_TERMS_WITHIN_CHARACTERS]
    vocabulary = _vocabulary("terms")
    declared_first = sorted(vocabulary, key=lambda language: language != page.language)
    terms, languages = _every_term()
    counts = Counter(languages[term] for term in {term for term, _ in terms.places(_key(beginning))})
    # two spellings of one term count as two only where they differ in these
    least = 1 if any(letter in beginning for letter in "İı") else wanted
    for language in declared_first:
        if counts[language] < least:  # as in most languages but the text's own
            continue
        different = set()
        for match in vocabulary[language].finditer(beginning):
            different.add(match.group().casefold())
            if len(different) >= wanted:
                return True
    return False


def _emptiness(page: _Page, text: str) -> str | None:
    characters = _size(page.prose)
    if characters < _EMPTY_BELOW_CHARACTERS:
        return f"the text has {characters} characters"
    if characters < _HEADINGS_ONLY_BELOW_CHARACTERS:
        below = _size(_one_line(unmarked(_HEADING.sub("", text))))
        if below < _EMPTY_BELOW_CHARACTERS and below < characters:
            return f"the text below its headings has {below} characters"
    return None


def _strangeness(page: _Page) -> str | None:
    """Why a page that has a text is no policy of any kind; None where it may be one.

    Neither its title nor its first heading calls it one, and its words are not a policy's. A language whose vocabulary is
    not known must be believed.
    """
    if _is_called_a_policy(page.title, page.heading):
        return None
    wanted = _TERMS_OF_AN_UNNAMED_PAGE[page.words >= _SHORT_BELOW_WORDS]
    if _has_terms(page, wanted):
        return None
    language = language_of(page.prose)
    if language is None or language not in _vocabulary("terms"):
        return None
    return "neither title nor heading calls it a policy, and it has hardly a word of one"


def _is_called_a_policy(title: str, heading: str) -> bool:
    """Whether a title or first heading names a policy, or another document of the kind that sites publish."""
    return _is_named("names", title, heading) or _is_named("documents", title, heading)


def _is_named(section: str, title: str, heading: str) -> bool:
    return any(_found(names, f"{title} {heading}") for names in _vocabulary(section).values())


def _size(prose: str) -> int:
    """Count characters, those of Chinese, Japanese and Korean as two: they say as much."""
    return len(prose) + len(_WIDE.findall(prose))


def _whole_part(phrases: _Phrases, words: str) -> str | None:
    """Find a part of a title, or the whole line, that is one of the kind's whole phrases and nothing else."""
    return next((part for key, part in _parts(words).items() if key in phrases.whole), None)


def _parts(words: str) -> dict[str, str]:
    """A line and the parts of it, by what they are looked up by; of two that are the same the first."""
    parts: dict[str, str] = {}
    for part in (words, *_TITLE_PART.split(words)):
        parts.setdefault(part.strip(_EDGE).casefold(), part)
    return parts


def _found(pattern: re.Pattern[str] | None, words: str) -> str | None:
    match = pattern.search(words) if pattern else None
    return match.group() if match else None


def _quoted(words: str) -> str:
    short = words if len(words) <= _MAX_QUOTE_CHARACTERS else words[: _MAX_QUOTE_CHARACTERS - 1] + "…"
    return f'"{short.strip()}"'


def _one_line(words: str) -> str:
    return " ".join(_with_plain_quotes(words).split())


def _with_plain_quotes(words: str) -> str:
    for sign, plain in _QUOTES.items():
        words = words.replace(sign, plain)
    return words


@cache
def _phrases(kind: Kind) -> _Phrases:
    data = _load(f"{kind.name.lower()}.toml")
    return _Phrases(
        decisive=_pattern(data.get("decisive", ())),
        whole=frozenset(phrase.strip(_EDGE).casefold() for phrase in data.get("whole", ())),
        within=_pattern(data.get("within", ())),
        text=_pattern(data.get("text", ())),
    )


@cache
def _every_phrase(*, within_text: bool) -> tuple[Literals, frozenset[str]]:
    """The phrases of all kinds, for names or for a text: those that stand anywhere, and those that are a whole part."""
    loaded = [_load(f"{kind.name.lower()}.toml") for kind in _KINDS]
    sections = ("decisive", "within", "text") if within_text else ("decisive", "within")
    within = {phrase for data in loaded for section in sections for phrase in data.get(section, ())}
    whole = frozenset().union(*(_phrases(kind).whole for kind in _KINDS))
    return Literals(sorted(_key(_with_plain_quotes(phrase)) for phrase in within)), whole


@cache
def _vocabulary(section: str) -> dict[str, re.Pattern[str]]:
    """Patterns by language; a term matches wherever a word begins with it."""
    patterns = {}
    for language, terms in _load("words.toml")[section].items():
        pattern = _pattern(terms, is_stem=True)
        if pattern is not None:
            patterns[language] = pattern
    return patterns


@cache
def _every_term() -> tuple[Literals, tuple[str, ...]]:
    """The policy terms of all languages, as they are looked for before their patterns are, and the language of each."""
    terms = [
        (_key(_with_plain_quotes(term)), lang) for lang, own in _load("words.toml")["terms"].items() for term in own
    ]
    return Literals([term for term, _ in terms]), tuple(language for _, language in terms)


def _pattern(phrases: list[str] | tuple[str, ...], *, is_stem: bool = False) -> re.Pattern[str] | None:
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    bounded = [_bounded(phrase, is_stem=is_stem) for phrase in longest_first]
    # what stands before them is asked once for all neighbours that ask the same
    runs = itertools.groupby(bounded, key=operator.itemgetter(0))
    branches = (f"{before}(?:{'|'.join(rest for _, rest in run)})" for before, run in runs)
    return re.compile("|".join(branches), re.IGNORECASE)


def _bounded(phrase: str, *, is_stem: bool) -> tuple[str, str]:
    """Bind a phrase to word boundaries where its script has any: what stands before it, and the rest."""
    pattern = re.escape(_with_plain_quotes(phrase))
    if _WIDE.search(phrase):
        return "", pattern
    before = r"(?<!\w)" if phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isalnum() and not is_stem else ""
    return before, f"{pattern}{after}"


@cache
def _load(name: str) -> dict[str, Any]:
    text = (files("archivepolicy.extraction") / "verdicts" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)
