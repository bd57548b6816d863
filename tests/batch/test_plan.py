import io
from dataclasses import replace

import pytest

from archivepolicy.batches.dates import dates_as_of
from archivepolicy.batches.plan import Wanted, item_from_json, item_to_json, questions_of
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
    questions, mode = questions_of(history=True, today="2026-01-01")
    run = Wanted(questions=questions, mode=mode)
    (dated,) = run.items_of(site("a.example/p,2010"))
    (other,) = run.items_of(site("a.example/p"))
    assert (dated.mode, other.mode) == (Mode.AS_OF, Mode.HISTORY)


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
        "dates": {"as_of": ("2014",)},
        "every": {"every": "year", "from_": "2014", "to": "2015", "pick": "nearest"},
        "history": {"history": True, "to": "2015"},
    }[mode]
    questions, how = questions_of(today="2026-01-01", **asked)  # type: ignore[arg-type]  # a table of options
    for item in Wanted(questions=questions, mode=how, section=Section(css="#p")).items_of(site("a.example")):
        assert item_from_json(item_to_json(item)) == item


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": ("2014",), "history": True},
        {"every": "year", "history": True, "from_": "2010"},
        {"every": "year"},
        {"from_": "2010"},
        {"history": True, "from_": "2015", "to": "2010"},
        {"as_of": ("soon",)},
    ],
)
def test_choices_that_exclude_each_other_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InputError):
        questions_of(today="2026-01-01", **asked)  # type: ignore[arg-type]  # a table of options


def test_without_dates_today_is_asked_for() -> None:
    (question,), mode = questions_of(today="2026-01-01")
    assert (question.label, mode) == ("2026-01-01", Mode.AS_OF)
