import datetime

from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.records import Capture, Select
from archivepolicy.resolution.preference import in_preference, neighbours, targets_in_preference
from archivepolicy.timestamps import from_datetime, parse_period

URL = "http://a.example/privacy"


def capture(timestamp: str, *, status: int | None = 200, digest: str | None = None, url: str = URL) -> Capture:
    is_revisit = status is None
    return Capture(url=url, timestamp=timestamp, status=status, digest=digest, is_revisit=is_revisit, archive="here")


def times(captures: list[Capture]) -> list[str]:
    return [one.timestamp for one in captures]


ROWS = [capture(f"{year}0601120000") for year in (2012, 2013, 2014, 2015)]


def test_each_selection_admits_its_side_and_orders_it() -> None:
    period = parse_period("2013")
    assert times(in_preference(ROWS, period, Select.AS_OF)) == ["20130601120000", "20120601120000"]
    assert times(in_preference(ROWS, period, Select.BEFORE)) == ["20120601120000"]
    assert times(in_preference(ROWS, period, Select.AFTER)) == ["20140601120000", "20150601120000"]
    assert times(in_preference(ROWS, period, Select.EXACT)) == ["20130601120000"]
    nearest = in_preference(ROWS, period, Select.NEAREST)
    assert times(nearest) == ["20130601120000", "20140601120000", "20120601120000", "20150601120000"]


def test_of_two_equally_near_the_earlier_is_taken() -> None:
    rows = [capture("20130101000000"), capture("20130103000000")]
    nearest = in_preference(rows, parse_period("20130102000000"), Select.NEAREST)
    assert times(nearest) == ["20130101000000", "20130103000000"]


def test_of_twins_of_one_second_the_one_with_a_text_comes_first() -> None:
    twins = [capture("20130101000000"), capture("20130101000000", status=301)]
    for rows in (twins, twins[::-1]):
        for select in (Select.AS_OF, Select.NEAREST, Select.EXACT):
            assert in_preference(rows, parse_period("2013"), select)[0].status == 200
        assert in_preference(rows, parse_period("2012"), Select.AFTER)[0].status == 200


def test_of_equal_captures_the_one_that_came_first_answers() -> None:
    rows = [capture("20130101000000", url=url) for url in ("http://a.example/1", "http://a.example/2")]
    for select, date in ((Select.AS_OF, "2013"), (Select.BEFORE, "2014"), (Select.AFTER, "2012"), (Select.NEAREST, "2013"),
                         (Select.EXACT, "2013")):  # fmt: skip
        assert in_preference(rows, parse_period(date), select) == rows
        assert in_preference(rows[::-1], parse_period(date), select) == rows[::-1]


def test_only_digests_tell_that_bytes_are_others() -> None:
    rows = [capture(f"201{year}0101000000", digest=digest) for year, digest in enumerate(("A", "B", None))]
    near = neighbours(rows, rows[1])
    assert near.other_before is not None
    assert near.other_after is not None
    assert [near.has_other_bytes(one) for one in (near.other_before, near.other_after)] == [True, False]
    assert not neighbours(rows, rows[2]).has_other_bytes(rows[1])


CAPTURES = st.lists(
    st.builds(
        capture,
        st.datetimes(min_value=datetime.datetime(2000, 1, 1), max_value=datetime.datetime(2030, 1, 1),
                     timezones=st.just(datetime.UTC)).map(from_datetime),
        status=st.sampled_from([200, 301, 404, None]),
        digest=st.sampled_from(["A", "B", None]),
    ),
    max_size=12,
)  # fmt: skip


@given(CAPTURES, st.sampled_from(["2005", "201306", "20200101000000"]))
def test_laws_of_preference(rows: list[Capture], date: str) -> None:
    period = parse_period(date)
    as_of, before, after = (
        in_preference(rows, period, select) for select in (Select.AS_OF, Select.BEFORE, Select.AFTER)
    )
    exact = in_preference(rows, period, Select.EXACT)
    assert sorted(times(as_of + after)) == sorted(times(rows))
    assert sorted(times(before + exact)) == sorted(times(as_of))
    assert times(as_of) == sorted(times(as_of), reverse=True)
    assert times(after) == sorted(times(after))
    nearest = in_preference(rows, period, Select.NEAREST)
    distances = [abs(period.distance_s(one.timestamp)) for one in nearest]
    assert distances == sorted(distances)
    # the order of the index does not matter to the order of times
    assert times(in_preference(rows[::-1], period, Select.NEAREST)) == times(nearest)


def test_a_target_captured_since_the_redirect_and_in_time_is_vouched_for() -> None:
    redirect = capture("20150101000000", status=301)
    rows = [
        capture(f"{day}000000", url="http://a.example/new") for day in ("20140101", "20150201", "20150301", "20160101")
    ]
    vouched, older = targets_in_preference(rows, redirect, parse_period("2015"), Select.AS_OF)
    assert times(vouched) == ["20150301000000", "20150201000000"]
    assert times(older) == ["20140101000000"]


def test_a_target_some_seconds_past_the_date_is_vouched_for_and_one_past_a_day_is_not() -> None:
    redirect = capture("20150101235959", status=301)
    rows = [capture(stamp, url="http://a.example/new") for stamp in ("20150102000003", "20150103000000")]
    vouched, older = targets_in_preference(rows, redirect, parse_period("2015-01-01"), Select.AS_OF)
    assert (times(vouched), older) == (["20150102000003"], [])


def test_neighbours_are_the_first_that_may_differ() -> None:
    rows = [
        capture("20120101000000", digest="A"),
        capture("20130101000000", digest="B"),
        capture("20130201000000", status=404, digest="E"),
        capture("20130301000000", status=None, digest="B"),
        capture("20140101000000", digest="X"),
        capture("20150101000000", digest="C"),
    ]
    near = neighbours(rows, rows[1], unusable={rows[4]})
    assert (near.same_from, near.same_until) == (rows[1], rows[3])
    assert (near.other_before, near.other_after) == (rows[0], rows[5])
    assert (near.first, near.last, near.count) == (rows[0], rows[5], 6)


def test_a_text_that_comes_back_does_not_join_its_runs() -> None:
    rows = [capture(f"{year}0101000000", digest=digest) for year, digest in ((2012, "A"), (2013, "B"), (2014, "A"))]
    near = neighbours(rows, rows[0])
    assert near.same_until == rows[0]
    assert near.other_after == rows[1]


def test_without_a_digest_nothing_is_known_to_be_the_same() -> None:
    rows = [capture("20120101000000"), capture("20130101000000"), capture("20140101000000")]
    near = neighbours(rows, rows[1])
    assert (near.same_from, near.same_until) == (rows[1], rows[1])
    assert (near.other_before, near.other_after) == (rows[0], rows[2])
