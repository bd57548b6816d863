import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.batches.dates import DateQuestion, Every, Pick, dates_as_of, dates_every
from archivepolicy.errors import InputError
from archivepolicy.records import Capture, Select
from archivepolicy.resolution.preference import in_preference
from archivepolicy.timestamps import shifted


def labels(every: str, from_: str, to: str) -> list[str]:
    return [one.label for one in dates_every(every, from_, to)]


def test_dates_are_asked_in_their_order_and_once() -> None:
    found = dates_as_of(["2014", "2013-06-08", "20130608", "2014"])
    assert [(one.label, one.select, one.within) for one in found] == [
        ("2014", Select.AS_OF, None),
        ("2013-06-08", Select.AS_OF, None),
    ]
    with pytest.raises(InputError):
        dates_as_of(["yesterday"])


def test_intervals_of_the_calendar() -> None:
    assert labels("year", "2012-03", "2014") == ["2012", "2013", "2014"]
    assert labels("half-year", "2012-07", "2013-01") == ["2012-H2", "2013-H1"]
    assert labels("quarter", "2012-12", "2013-04") == ["2012-Q4", "2013-Q1", "2013-Q2"]
    assert labels("month", "2011-12-31", "2012-02") == ["2011-12", "2012-01", "2012-02"]


def test_the_ends_are_cut_at_the_range() -> None:
    first, last = dates_every(Every.YEAR, "2012-03-15", "2013-06")
    assert first.within is not None
    assert last.within is not None
    assert (first.within.start, first.within.end) == ("20120315000000", "20121231235959")
    assert (last.within.start, last.within.end) == ("20130101000000", "20130630235959")


@pytest.mark.parametrize(
    ("every", "from_", "to"), [("week", "2012", "2013"), ("year", "2013", "2012"), ("year", "x", "2012")]
)
def test_what_cannot_be_understood(every: str, from_: str, to: str) -> None:
    with pytest.raises(InputError):
        dates_every(every, from_, to)
    with pytest.raises(InputError):
        dates_every("year", "2012", "2013", pick="best")


def chosen(question: DateQuestion, times: list[str]) -> str | None:
    captures = [Capture(url="http://a.example/", timestamp=time, status=200, archive="here") for time in times]
    ordered = in_preference(captures, question.period, question.select)
    return ordered[0].timestamp if ordered and question.admits(ordered[0].timestamp) else None


def test_first_last_and_nearest_of_an_interval() -> None:
    times = ["20111231235959", "20120101000000", "20120630000000", "20121231235959", "20130101000000"]
    answers = {pick: chosen(dates_every("year", "2012", "2012", pick)[0], times) for pick in Pick}
    assert answers == {Pick.FIRST: times[1], Pick.NEAREST: times[2], Pick.LAST: times[3]}
    assert all(chosen(dates_every("year", "2014", "2014", pick)[0], times) is None for pick in Pick)


@given(st.integers(1996, 2030), st.integers(1, 12), st.integers(0, 60), st.sampled_from(Every), st.sampled_from(Pick))
def test_intervals_cover_the_range_without_gap_or_overlap(
    year: int, month: int, length: int, every: Every, pick: Pick
) -> None:
    at = year * 12 + month - 1 + length
    start, end = f"{year}-{month:02d}", f"{at // 12}-{at % 12 + 1:02d}"
    spans = [one.within for one in dates_every(every, start, end, pick)]
    assert spans[0] is not None
    assert spans[0].start == start.replace("-", "") + "01000000"
    assert spans[-1] is not None
    assert spans[-1].end.startswith(end.replace("-", ""))
    for one, other in itertools.pairwise(spans):
        assert one is not None
        assert other is not None
        assert shifted(one.end, 1) == other.start
