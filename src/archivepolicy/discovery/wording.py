"""Words that name a kind of policy, and how well a text or a URL matches them.

In: a link's words, a URL. Out: a `Match` with a score of 0 to 100 and the reason. Compared without case, accents and
punctuation (Unicode NFKD, marks dropped), since sites drop them at will and URLs always do.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from archivepolicy.kinds import kind_words
from archivepolicy.records.candidate import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable

# what the extraction calls the kinds, in the words of an attribution
KIND_NAMES = {
    PolicyKind.PRIVACY: "privacy policy",
    PolicyKind.TERMS: "terms of service",
    PolicyKind.COOKIES: "cookie policy",
}
# scripts from Hebrew on write articles and particles as part of the word, or no spaces at all
_FIRST_UNSPACED = 0x0590
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_SHORT_WORDS = 6
_SHORT_CHARS = 45
_MIN_INNER_CHARS = 7  # a slug so long that it stands within a word for itself: `ourprivacypolicy`
_DATED = re.compile(
    r"/(?:19|20)\d\d/\d{1,2}(?:/|$)|/(?:blog|news|press|article|articles|archives|forum|threads?|posts?)/"
)

WHOLE_NAME, NAME, STEM, LONG_TEXT, HINT, BEFORE, SLUG_NAME, SLUG, INNER_SLUG = 90, 78, 58, 12, 24, 30, 42, 30, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well something matches: 0 where it does not, else with the words that did."""

    score: int
    reason: str = ""
    words: str = ""


NOTHING = Match(score=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    names: dict[str, str]  # folded: as written
    hints: dict[str, str]
    stems: tuple[str, ...]
    slugs: tuple[str, ...]
    settings: tuple[str, ...]
    reports: tuple[str, ...]


def folded(text: str) -> str:
    """Words without case, accents and punctuation, single spaces between.

    >>> folded("Politique de Confidentialité…"), folded("Terms & Conditions")
    ('politique de confidentialite', 'terms and conditions')
    """
    text = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("’", "'"))
    text = "".join(character for character in text if not unicodedata.combining(character)).translate(_LETTERS)
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


@functools.cache
def _words(kind: PolicyKind) -> _Words:
    data: dict[str, Any] = tomllib.loads(
        files(__package__).joinpath("words", f"{kind}.toml").read_text(encoding="utf-8")
    )
    names = {folded(name): name for words in data["names"].values() for name in words}
    hints = {folded(name): name for words in data["hints"].values() for name in words}
    return _Words(
        names=names,
        hints=hints,
        stems=_longest_first(kind_words(KIND_NAMES[kind])),
        slugs=_longest_first(data["slugs"]),
        settings=_longest_first(data["settings"]),
        reports=_longest_first(data["reports"]),
    )


def slugs(kind: PolicyKind) -> tuple[str, ...]:
    """The words that speak for an address, parted by spaces, the longest first."""
    return _words(kind).slugs


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({folded(word) for word in words}, key=lambda word: (-len(word), word)))


def match_text(kind: PolicyKind, text: str) -> Match:
    """How well a link's own words name a kind; the longest name wins."""
    plain, words = folded(text), _words(kind)
    if name := words.names.get(plain):
        return Match(score=WHOLE_NAME + min(10, len(plain) // 2), reason=f"its text is {name!r}", words=plain)
    is_short = len(plain.split()) <= _SHORT_WORDS and len(plain) <= _SHORT_CHARS
    named = max((name for name in words.names if _stands_in(name, plain, whole=True)), key=len, default=None)
    if named and is_short:
        return Match(
            score=NAME + min(10, len(named) // 2), reason=f"its text names {words.names[named]!r}", words=named
        )
    stem = next((stem for stem in words.stems if _stands_in(stem, plain)), None)
    if stem and is_short:
        return Match(score=STEM + min(6, len(stem) // 2), reason=f"its text speaks of {stem!r}", words=stem)
    if named or stem:
        return Match(score=LONG_TEXT, reason="its long text speaks of it", words=named or stem or "")
    hint = words.hints.get(plain)
    return Match(score=HINT, reason=f"{hint!r} often holds it", words=plain) if hint else NOTHING


def match_before(kind: PolicyKind, before: str, text: str) -> Match:
    """How well the words before a link name a kind, where the link's own are few ("privacy policy: click here")."""
    if len(text.split()) > 3:
        return NOTHING
    plain = folded(before)[-_SHORT_CHARS:]
    name = max((name for name in _words(kind).names if _stands_in(name, plain, whole=True)), key=len, default=None)
    return Match(score=BEFORE, reason=f"{name!r} stands before it", words=name) if name else NOTHING


def match_url(kind: PolicyKind, url: str) -> Match:
    """How well a URL's path and query name a kind: a folder's own name counts less than the page's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return NOTHING
    segments = [folded(unquote(one)) for one in parts.path.split("/") if one]
    last = " ".join([segments[-1] if segments else "", folded(unquote(parts.query))]).strip()
    words = slugs(kind)
    for whole, score in ((last, SLUG_NAME), (" ".join(segments), SLUG)):
        if slug := next((one for one in words if _stands_in(one, whole)), None):
            return Match(score=score + min(6, len(slug) // 3), reason=f"its address says {slug!r}", words=slug)
    squeezed = (last + " " + " ".join(segments)).replace(" ", "")
    inner = next((one for one in words if len(one) >= _MIN_INNER_CHARS and one.replace(" ", "") in squeezed), None)
    return Match(score=INNER_SLUG, reason=f"its address holds {inner!r}", words=inner) if inner else NOTHING


def objection(kind: PolicyKind, text: str, url: str) -> tuple[int, str] | None:
    """What speaks against a link in its words or address: its cost, and why; None for nothing."""
    plain = folded(text)
    words = _words(kind)
    for cost, phrases, why in (
        (90, words.settings, "settings or a product"),
        (90, words.reports, "about something else"),
    ):
        if phrase := next((one for one in phrases if _stands_in(one, plain)), None):
            return cost, f"{phrase!r} is {why}, not the policy"
    try:
        path = urlsplit(url).path.lower()
    except ValueError:
        return None
    if match := _DATED.search(path):
        return 30, f"{match[0].strip('/')!r} in its address is an article's"
    return None


def _stands_in(words: str, text: str, *, whole: bool = False) -> bool:
    """Whether words stand in a text at the beginning of a word (and, where `whole`, end at the end of one)."""
    if words and ord(words[0]) >= _FIRST_UNSPACED:
        return words in text
    return (f" {words} " if whole else f" {words}") in f" {text} "
