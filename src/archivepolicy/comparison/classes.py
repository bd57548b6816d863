"""Classes: what a difference means.

In: the two sides of a difference. Out: the least class that explains it: format, typography, link, date, number, or
substantive. Reorder is seen only where blocks are compared.

Deliberately absent: any judgement of what a policy's words mean. Words that differ are substantive, whatever they say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from archivepolicy.comparison.words import TARGET
from archivepolicy.records.change import Cls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.comparison.rewording import Run
    from archivepolicy.comparison.words import Words

_TARGETS = re.compile(rf"!\[[^\[\]]*+\]{TARGET}|\]{TARGET}")
_FORMATTING = re.compile(
    r"[\s*_#>|\\`~=+\ufeff\u200b-\u200d\u2060\u00ad]|</?[a-zA-Z][^<>]*>|(?:(?<=\s)|^)-+(?=\s|$)|-{3,}"
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HIDDEN_EMAIL = ("email", "protected")  # what Cloudflare writes in place of an address, read 2026-11 on captured pages
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)[^\n]{0,60}?((?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)\d\d)?)", re.IGNORECASE)
# Times that pages compute or stamp: an ISO time, an age.
_AGE = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"
    r"|\b\d+ (?:second|minute|hour|day|week|month|year)s? ago\b|\bvor \d+ (?:Minute|Stunde|Tag|Woche|Monat|Jahr)(?:e?n)?\b"
    r"|\bil y a \d+ (?:minute|heure|jour|semaine|mois|an)s?\b|\bhace \d+ (?:minuto|hora|día|semana|mes|año)(?:e?s)?\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,3}:\d\d(?::\d\d)?")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*\.?|[ivxlc]{1,6}|[a-z]")
# What a clause's number stands after, in the languages of the corpus.
_REFERENCES = frozenset(
    [
        "section",
        "sections",
        "clause",
        "clauses",
        "article",
        "articles",
        "art",
        "paragraph",
        "paragraphs",
        "part",
        "annex",
        "appendix",
        "schedule",
        "exhibit",
        "point",
        "§",
        "abschnitt",
        "abschnitte",
        "ziffer",
        "artikel",
        "punkt",
        "anlage",
        "absatz",
        "abs",
        "chapitre",
        "clausule",
        "annexe",
        "paragraphe",
        "sección",
        "secciones",
        "cláusula",
        "artículo",
        "anexo",
        "apartado",
        "sezione",
        "articolo",
        "allegato",
        "seção",
        "cláusulas",
        "artigo",
        "bijlage",
        "lid",
        "step",
    ]
)


class Dates(Protocol):
    """What is known of dates; it is handed in, because reading dates is another room's work."""

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where dates stand in a text: (begin, end) in characters, ascending, not overlapping."""
        ...

    def is_statement(self, text: str) -> bool:
        """Whether a text states the policy's own date."""
        ...


class NoDates:
    """Knows no date; every changed date is a changed word then."""

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """None."""
        del text
        return ()

    def is_statement(self, text: str) -> bool:
        """Never."""
        del text
        return False


def marks_class(old: str, new: str) -> Cls:
    """Class of a difference that touches no word: marks, punctuation, white space, link targets.

    >>> marks_class(" ", "** ").value, marks_class(", ", ". ").value, marks_class("](/a) ", "](/b) ").value
    ('format', 'typography', 'link')
    """
    if _TARGETS.findall(old) != _TARGETS.findall(new):
        return Cls.LINK
    one, other = _FORMATTING.sub("", old), _FORMATTING.sub("", new)
    if one == other:
        return Cls.FORMAT
    return Cls.LINK if one.strip("[]") == other.strip("[]") else Cls.TYPOGRAPHY


def dated_words(words: Words, dates: Dates) -> frozenset[int]:
    """Indices of the words that belong to a date, to the years of a copyright line, or to an age ("3 days ago")."""
    if not any(word[0].isdecimal() or word[-1].isdecimal() for word in words.raw):
        return frozenset()
    places = []
    at = len(words.lead)
    for word, tail in zip(words.raw, words.tails, strict=True):
        places.append(at)
        at += len(word) + len(tail)
    text = words.lead + "".join([part for pair in zip(words.raw, words.tails, strict=True) for part in pair])
    spans = [*dates.spans(text), *(match.span(1) for match in _COPYRIGHT.finditer(text))]
    spans += [match.span() for match in _AGE.finditer(text)]
    return frozenset(index for index, place in enumerate(places) if any(begin <= place < end for begin, end in spans))


class EditClassifier:
    """Says what edits between two blocks' words mean; reads dates once, and only where an edit asks for them."""

    def __init__(self, old: Words, new: Words, dates: Dates) -> None:
        """Take both blocks' words and what is known of dates."""
        self._old, self._new, self._dates = old, new, dates
        self._dated: tuple[frozenset[int], frozenset[int]] | None = None

    def class_of(self, run: Run) -> Cls:
        """Class of a run of words that differ; one side may be empty."""
        gone, come = self._old.keys[run.i0 : run.i1], self._new.keys[run.j0 : run.j1]
        if gone and come and _letters(gone) == _letters(come):
            return Cls.TYPOGRAPHY
        if (is_address(gone) and is_address(come)) or _is_hidden_email(gone, come) or _is_hidden_email(come, gone):
            return Cls.LINK
        if self._is_dated(run):
            return Cls.DATE
        if gone and come and _is_numbering(gone) and _is_numbering(come):
            before_old, before_new = self._old.keys[: run.i0], self._new.keys[: run.j0]
            if _refers(before_old) and _refers(before_new):
                return Cls.NUMBER
        return Cls.SUBSTANTIVE

    def _is_dated(self, run: Run) -> bool:
        if self._dated is None:
            old, new = self._old, self._new
            self._dated = dated_words(old, self._dates), dated_words(new, self._dates)
        gone, come = self._dated
        return gone.issuperset(range(run.i0, run.i1)) and come.issuperset(range(run.j0, run.j1))


def _letters(keys: Sequence[str]) -> str:
    return "".join(keys).replace("'", "")


def is_clock(keys: Sequence[str]) -> bool:
    """Whether words are a player's times and nothing else (`0:00 / 1:30`)."""
    return bool(keys) and all(_CLOCK.fullmatch(key) for key in keys)


def is_address(keys: Sequence[str]) -> bool:
    """Whether words are web addresses and nothing else."""
    return all(_ADDRESS.fullmatch(key) for key in keys)


def _is_hidden_email(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether an e-mail address and the words that a protection puts in its place answer to each other."""
    return tuple(gone) == _HIDDEN_EMAIL and len(come) == 1 and _EMAIL.fullmatch(come[0]) is not None


def _is_numbering(keys: Sequence[str]) -> bool:
    return len(keys) == 1 and _NUMBER.fullmatch(keys[0]) is not None


def _refers(before: Sequence[str]) -> bool:
    return bool(before) and before[-1] in _REFERENCES
