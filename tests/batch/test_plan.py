import io
from dataclasses import replace
from typing import Any

import pytest

from archivepolicy.batches.dates import dates_as_of
from archivepolicy.batches.plan import Asked, Wanted, item_from_json, item_to_json, wanted_of
from archivepolicy.batches.sites import Site, read_sites
from archivepolicy.errors import InputError
from archivepolicy.records.batch import Mode
from archivepolicy.records.candidate import PolicyKind
from archivepolicy.records.section import Section

KEY = "http://archive.example/web"


def site(row: str) -> Site:
    (found,) = read_sites(io.BytesIO(row.encode()))
    assert isinstance(found, Site)
    return found


def wanted(*dates: str, **options: object) -> Wanted:
    return replace(Wanted(questions=dates_as_of(dates or ("2014",))), **options)  # type: ignore[arg-type]  # a test's own


def test_a_site_is_asked_for_each_date_in_their_order() -> None:
    items = list(wanted("2014", "2012-03").items_of(site("a.example/privacy")))
    assert [(one.url, one.question.label, one.is_domain) for one in items] == [
        ("http://a.example/privacy", "2014", False),
        ("http://a.example/privacy", "2012-03", False),
    ]


def test_a_rows_own_columns_win() -> None:
    row = site("site,date,kind,language,css\na.example,2010,terms,de,#main")
    (item,) = wanted("2014", kind=PolicyKind.COOKIES, language="en", section=Section(css="body")).items_of(row)
    assert (item.question.label, item.kind, item.language, item.section.css) == (
        "2010",
        PolicyKind.TERMS,
        "de",
        "#main",
    )
    assert item.is_domain


def test_a_rows_date_asks_for_a_product_even_among_histories() -> None:
    run = wanted_of(Asked(history=True), today="2026-01-01")
    (dated,) = run.items_of(site("a.example/p,2010"))
    (other,) = run.items_of(site("a.example/p"))
    assert (dated.mode, other.mode) == (Mode.AS_OF, Mode.HISTORY)


def test_a_row_may_ask_for_a_history_among_products_and_for_a_product_among_histories() -> None:
    row = "site,mode\na.example/p,"
    (history,) = wanted_of(Asked(as_of=("2014", "2015")), today="2026-01-01").items_of(site(f"{row}history"))
    assert (history.mode, history.question.within) == (Mode.HISTORY, None)
    ranged = wanted_of(Asked(every="year", from_="2010", to="2012"), today="2026-01-01")
    (bounded,) = ranged.items_of(site(f"{row}history"))
    assert bounded.question.within is not None
    assert bounded.question.within.start == "20100101000000"
    (product,) = wanted_of(Asked(history=True), today="2026-01-01").items_of(site(f"{row}as-of"))
    assert (product.mode, product.question.label) == (Mode.AS_OF, "2026-01-01")


def test_a_history_until_today_is_another_one_tomorrow_and_one_with_an_end_is_not() -> None:
    def key(today: str, **asked: Any) -> str:
        (item,) = wanted_of(Asked(history=True, **asked), today=today).items_of(site("a.example/p"))
        return item.key(KEY)

    assert key("2026-01-01") != key("2026-01-02")
    assert key("2026-01-01", to="2025") == key("2026-01-02", to="2025")


def test_the_key_changes_with_all_that_decides_the_product_and_with_nothing_else() -> None:
    (item,) = wanted().items_of(site("a.example/privacy"))
    key = item.key(KEY)
    (again,) = wanted().items_of(site("http://a.example/privacy"))
    assert again.key(KEY) == key
    assert replace(item, site="written otherwise", kind=PolicyKind.TERMS).key(KEY) == key
    others = [
        replace(item, url="http://b.example/privacy"),
        replace(item, language="de"),
        replace(item, section=Section(css="main")),
        replace(item, question=dates_as_of(["2015"])[0]),
        replace(item, mode=Mode.HISTORY),
    ]
    keys = {one.key(KEY) for one in others} | {key, item.key("another archive")}
    assert len(keys) == len(others) + 2
    domain = replace(item, is_domain=True)
    assert replace(domain, kind=PolicyKind.TERMS).key(KEY) != domain.key(KEY) != key


@pytest.mark.parametrize("mode", ["dates", "every", "history"])
def test_an_item_reads_back(mode: str) -> None:
    asked = {
        "dates": Asked(as_of=("2014",)),
        "every": Asked(every="year", from_="2014", to="2015", pick="nearest"),
        "history": Asked(history=True, to="2015"),
    }[mode]
    for item in wanted_of(asked, today="2026-01-01", section=Section(css="#p")).items_of(site("a.example")):
        assert item_from_json(item_to_json(item)) == item


@pytest.mark.parametrize(
    "asked",
    [
        Asked(as_of=("2014",), history=True),
        Asked(every="year", history=True, from_="2010"),
        Asked(every="year"),
        Asked(from_="2010"),
        Asked(history=True, from_="2015", to="2010"),
        Asked(as_of=("soon",)),
    ],
)
def test_choices_that_exclude_each_other_are_refused(asked: Asked) -> None:
    with pytest.raises(InputError):
        wanted_of(asked, today="2026-01-01")


def test_without_dates_today_is_asked_for() -> None:
    wanted = wanted_of(Asked(), today="2026-01-01")
    assert ([one.label for one in wanted.questions], wanted.mode) == (["2026-01-01"], Mode.AS_OF)
