"""Stated dates: on made-up lines, on any text, and measured on the corpus."""

from __future__ import annotations

import time
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivepolicy.extraction.date_words import fold
from archivepolicy.extraction.stated_dates import find_stated_dates

if TYPE_CHECKING:
    from pathlib import Path


def dates(text: str, language: str | None = None) -> list[tuple[str, str | None]]:
    return [(stated.label, stated.date) for stated in find_stated_dates(text, language)]


@pytest.mark.parametrize(
    ("text", "label", "date"),
    [
        ("Last updated: June 8, 2013", "updated", "2013-06-08"),
        ("**Last Updated:** June 8, 2013", "updated", "2013-06-08"),
        ("Last Updated **June 8th**, 2013", "updated", "2013-06-08"),
        ("# Last updated\n\nJune 8, 2013\n\nText.", "updated", "2013-06-08"),
        ("| Last updated | June 8, 2013 |", "updated", "2013-06-08"),
        ("[Last updated](https://example.org/2012/): June 8, 2013", "updated", "2013-06-08"),
        ("Effective date: 8 June 2013", "effective", "2013-06-08"),
        ("Effective June 8, 2013", "effective", "2013-06-08"),
        ("Effective date outside Europe: 8 June 2013", "effective", "2013-06-08"),
        ("These Terms take effect on 8 June 2013.", "effective", "2013-06-08"),
        ("This policy was last modified on 2013-06-08.", "updated", "2013-06-08"),
        ("We last updated these Example Cloud Terms on 8 June 2013.", "updated", "2013-06-08"),
        ("This Privacy Policy is effective as of   \nJune 8, 2013.", "effective", "2013-06-08"),
        ("This policy replaces all prior versions and is effective 8 June 2013.", "effective", "2013-06-08"),
        ("Version of 8 Jun. 2013", "updated", "2013-06-08"),
        ("Version 2.1, June 2013", "updated", "2013-06"),
        ("Stand: Juni 2018", "updated", "2018-06"),
        ("Stand: 05/2018", "updated", "2018-05"),
        ("Zuletzt aktualisiert am 1. März 2018", "updated", "2018-03-01"),
        ("Diese Erklärung wurde zuletzt am 25. Mai 2018 geändert.", "updated", "2018-05-25"),
        ("Gültig ab 25.05.2018", "effective", "2018-05-25"),
        ("Dernière mise à jour : 25 mai 2018", "updated", "2018-05-25"),
        ("DERNIÈRE MISE À JOUR LE 1er août 2018", "updated", "2018-08-01"),
        ("Les présentes conditions sont entrées en vigueur le 25 mai 2018.", "effective", "2018-05-25"),
        ("Última actualización: 25 de mayo de 2018", "updated", "2018-05-25"),
        ("Ultimo aggiornamento: 1° giugno 2018", "updated", "2018-06-01"),
        ("Laatst bijgewerkt op 25 mei 2018", "updated", "2018-05-25"),
        ("Última atualização: 25 de maio de 2018", "updated", "2018-05-25"),
        ("Senast uppdaterad: 25 maj 2018", "updated", "2018-05-25"),
        ("Sidst opdateret d. 25. maj 2018", "updated", "2018-05-25"),
        ("Sist oppdatert 25. mai 2018", "updated", "2018-05-25"),
        ("Ostatnia aktualizacja: 25 maja 2018 r.", "updated", "2018-05-25"),
        ("Viimeksi päivitetty 25. toukokuuta 2018", "updated", "2018-05-25"),
        ("Последнее обновление: 25 мая 2018 г.", "updated", "2018-05-25"),
        ("本方針の最終更新日：2018年5月25日", "updated", "2018-05-25"),
        ("生效日期：2018年5月25日", "effective", "2018-05-25"),
    ],
)
def test_a_stated_date_is_found(text: str, label: str, date: str) -> None:
    assert dates(text) == [(label, date)]


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("Last updated: 03/04/2013", "en", None),
        ("Last updated: 03/04/2013", "en-GB", None),
        ("Last updated: 03/04/2013", "fr", None),
        ("Last updated: 04/04/2013", "en", "2013-04-04"),
        ("Last updated: 13/04/2013", "en", "2013-04-13"),
        ("Last updated: 4-13-2013", "en", "2013-04-13"),
        ("Last updated: 03.04.2013", "en", "2013-04-03"),
        ("Dernière mise à jour : 03/04/2013", "en", "2013-04-03"),
        ("Dernière mise à jour : 03/04/2013", "fr-CA", None),
        ("Última actualización: 03/04/2013", "es-US", None),
        ("Stand: 31.12.18", "de", "2018-12-31"),
        ("Last updated: 6/8/13", "en", None),
        ("Last updated: 6/30/99", "en", "1999-06-30"),
        ("Last updated: February 30, 2013", "en", None),
        ("Last updated: 31.04.2013", "en", None),
        ("Last updated: 2013-13-01", "en", None),
    ],
)
def test_a_numeric_date_is_read_only_where_it_is_certain(text: str, language: str, date: str | None) -> None:
    found = find_stated_dates(text, language)
    assert [stated.date for stated in found] == [date]
    assert found[0].text == text


@pytest.mark.parametrize(
    "text",
    [
        "We collected data since January 5, 2010.",
        "We comply with the GDPR, effective 25 May 2018.",
        "Directive 95/46/EC of 24 October 1995 applies.",
        "The California Act, effective January 1, 2020, gives you rights.",
        "Effective January 1, 2020, we will charge more.",
        "Our list of subprocessors was last updated on June 8, 2013.",
        "The previous version was last updated on June 8, 2013.",
        "The previous version of this policy was last updated on June 8, 2013.",
        "An update to our Terms will be effective on June 8, 2013.",
        "Versions: [8 June 2013](https://example.org/?version=20130608)",
        "## Change log\n\n* June 8, 2013: updated the list",
        "You can see when it was last updated. On June 8, 2013 we moved.",
        "When last updated\n\nOn June 8, 2013 we moved.",
        "Copyright 2013 Example. All rights reserved.",
        "https://example.org/effective/2013-06-08/",
        "",
    ],
)
def test_a_date_of_something_else_is_not_the_policys(text: str) -> None:
    assert dates(text) == []


def test_text_holds_label_and_date_without_marks() -> None:
    (stated,) = find_stated_dates("**[Last\nUpdated:](https://example.org/x_(y))**  _June 8,  2013_", None)
    assert stated.text == "Last Updated: June 8, 2013"


def test_dates_stand_in_the_order_of_the_text_once_each() -> None:
    text = "Effective: July 1, 2013. Last Revised: May 26, 2013.\n\nText.\n\nEffective: July 1, 2013."
    assert dates(text) == [("effective", "2013-07-01"), ("updated", "2013-05-26")]


def test_no_month_name_stands_for_two_months() -> None:
    text = (files("archivepolicy.extraction") / "dates" / "months.toml").read_text(encoding="utf-8")
    numbers: dict[str, int] = {}
    for language, months in tomllib.loads(text).items():
        assert len(months) == 12, language
        for number, names in enumerate(months, start=1):
            assert all(numbers.setdefault(fold(name), number) == number for name in names), (language, names)


@given(
    st.text()
    | st.lists(st.sampled_from(["Last updated", ": ", "June", " 8", ", 2013", "\n", "|", "](", "*", "年"])).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    assert all(stated.text for stated in find_stated_dates(text, "en"))


def test_a_long_text_is_read_quickly() -> None:
    text = "The data of the service is kept as the law of 24 October 1995 asks. " * 4_000 + "Last updated: June 8, 2013"
    assert dates("Last updated: June 8, 2013")
    began = time.perf_counter()
    assert dates(text) == [("updated", "2013-06-08")]
    assert time.perf_counter() - began < 5  # measured 2026-11-23: 11 ms for 50,000 words of real policies


@pytest.mark.corpus
def test_most_gold_policies_state_a_date(corpus: Path) -> None:
    golds = sorted((corpus / "extraction" / "gold").glob("*.md"))
    found = sum(bool(find_stated_dates(path.read_text(encoding="utf-8"), None)) for path in golds)
    assert found / len(golds) > 0.6
