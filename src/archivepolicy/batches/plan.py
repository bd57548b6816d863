"""The plan of a run: sites x dates -> items.

In: the rows of a list, and what the run asks of every site. Out: items, each with a key that is a digest of everything that
decides its product, so that the same question of the same site is the same item in every run. A row's own columns win over
the run's options. Nothing is held but the row at hand.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from archivepolicy.batches.dates import DateQuestion, Pick, dates_as_of, dates_every
from archivepolicy.errors import InputError
from archivepolicy.extraction import selector
from archivepolicy.pipeline.assessment import language_code
from archivepolicy.records import Select
from archivepolicy.records.batch import Mode
from archivepolicy.records.candidate import PolicyKind
from archivepolicy.records.section import WHOLE_PAGE, Section, section_from_dict
from archivepolicy.timestamps import Period, parse_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archivepolicy.batches.sites import Site

_KEY_CHARS = 32  # 128 bits: no two of any number of items meet


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is wanted of one site.

    Attributes:
        site: As it stands in the list.
        url: Normalised: the policy's address, or the site's where only a domain is given.
        is_domain: The policy's address is to be found.
        mode: A product for a date, or a history.
        question: The date; of a history the range, from `within` (None for all time).
        kind: Which document is looked for where only a domain is given.
        language: The language that is wanted, or None.
        section: The part of the page that is wanted.
    """

    site: str
    url: str
    is_domain: bool
    mode: Mode
    question: DateQuestion
    kind: PolicyKind
    language: str | None
    section: Section

    def key(self, archive_key: str) -> str:
        """What tells it apart from every other item: a digest of all that decides its product."""
        question = self.question
        decides: list[Any] = [
            archive_key,
            self.url,
            # a URL is read whatever the kind of its document
            self.kind.value if self.is_domain else None,
            self.mode.value,
            question.period.start,
            question.period.end,
            question.select.value,
            [question.within.start, question.within.end] if question.within else None,
            self.language,
            self.section.identity,
        ]
        return hashlib.sha256(json.dumps(decides).encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_CHARS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run asks of every site whose row does not say otherwise.

    Attributes:
        questions: The dates; of a history one, whose `within` is its range.
        mode: Products for dates, or histories.
        history: What a row is asked for that wants a history in a run of products; None for one of all time.
        day: What a row is asked for that wants a product in a run of histories.
        kind: Which document is looked for where only a domain is given.
        language: The language that is wanted, or None.
        section: The part of the page that is wanted.
    """

    questions: tuple[DateQuestion, ...]
    mode: Mode = Mode.AS_OF
    history: DateQuestion | None = None
    day: DateQuestion | None = None
    kind: PolicyKind = PolicyKind.PRIVACY
    language: str | None = None
    section: Section = WHOLE_PAGE

    def items_of(self, site: Site) -> Iterator[Item]:
        """What is wanted of one site, in the order of the dates; a row's dates ask for products even in a run of histories."""
        mode = Mode.AS_OF if site.dates else site.mode or self.mode
        questions: Iterable[DateQuestion | None] = self.questions
        if site.dates:
            questions = dates_as_of(site.dates)
        elif mode is not self.mode:
            questions = (self.history if mode is Mode.HISTORY else self.day,)
        own = Section(css=site.css, from_heading=site.from_heading, to_heading=site.to_heading)
        for question in filter(None, questions):
            yield Item(
                site=site.text,
                url=site.url,
                is_domain=site.is_domain,
                mode=mode,
                question=question,
                kind=site.kind or self.kind,
                language=site.language or self.language,
                section=own if own.bounds else self.section,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks of every site of a run.

    Attributes:
        as_of: Dates; one product each.
        every: The step of a range, or None.
        from_: The range's beginning; needed with `every`, free with `history`.
        to: The range's end; today where `every` is given without.
        pick: Which capture of each interval, with `every`; None for the last.
        history: Whether whole histories are wanted.
    """

    as_of: tuple[str, ...] = ()
    every: str | None = None
    from_: str | None = None
    to: str | None = None
    pick: str | None = None
    history: bool = False

    @property
    def is_undated(self) -> bool:
        """Whether it ends today, whenever that is."""
        return not self.as_of and self.to is None


def wanted_of(
    asked: Asked,
    *,
    today: str,
    kind: PolicyKind = PolicyKind.PRIVACY,
    language: str | None = None,
    section: Section = WHOLE_PAGE,
) -> Wanted:
    """What a run asks of every site, from what a person asks for.

    Args:
        asked: The dates.
        today: The date that is asked for where none is named, `YYYY-MM-DD`.
        kind: Which document is looked for where only a domain is given.
        language: The language that is wanted, or None.
        section: The part of the page that is wanted.

    Raises:
        InputError: A date, language or selector that cannot be understood, or choices that exclude each other.
    """
    if sum((bool(asked.as_of), asked.every is not None, asked.history)) > 1:
        raise InputError("choose one: dates (--as-of), a step (--every), or histories (--history)")
    if asked.every is not None and asked.from_ is None:
        raise InputError("a step (--every) needs the range's beginning (--from)")
    if not (asked.every or asked.history) and (asked.from_ is not None or asked.to is not None):
        raise InputError("a range (--from, --to) goes with --every or --history")
    if asked.pick is not None and asked.every is None:
        raise InputError("which capture of an interval is wanted (--pick) goes with a step (--every)")
    language_code(language)
    if section.css:
        selector(section.css)
    (day,) = dates_as_of((today,))
    history = _history_question(asked.from_, asked.to, today)
    questions = dates_as_of(asked.as_of or (today,))
    if asked.every is not None:
        questions = dates_every(asked.every, asked.from_ or today, asked.to or today, asked.pick or Pick.LAST)
    return Wanted(
        questions=(history,) if asked.history else questions,
        mode=Mode.HISTORY if asked.history else Mode.AS_OF,
        history=history,
        day=day,
        kind=kind,
        language=language,
        section=section,
    )


def _history_question(from_: str | None, to: str | None, today: str) -> DateQuestion:
    """All of a range; where only a domain is given, the policy's address is looked for as of its end."""
    within = None
    if from_ is not None or to is not None:
        start = parse_period(from_).start if from_ else "00010101000000"
        end = parse_period(to).end if to else "99991231235959"
        if start > end:
            raise InputError(f"a range that ends before it begins: {from_} to {to}")
        within = Period(text=f"{from_ or ''}..{to or ''}", start=start, end=end)
    return DateQuestion(label="history", period=parse_period(to or today), select=Select.AS_OF, within=within)


def item_to_json(item: Item) -> str:
    """An item as the ledger keeps it."""
    return json.dumps(asdict(item), ensure_ascii=False)


def item_from_json(text: str) -> Item:
    """Read an item back."""
    values = json.loads(text)
    question = values["question"]
    return Item(
        site=values["site"],
        url=values["url"],
        is_domain=values["is_domain"],
        mode=Mode(values["mode"]),
        question=DateQuestion(
            label=question["label"],
            period=Period(**question["period"]),
            select=Select(question["select"]),
            within=Period(**question["within"]) if question["within"] else None,
        ),
        kind=PolicyKind(values["kind"]),
        language=values["language"],
        section=section_from_dict(values["section"]),
    )
