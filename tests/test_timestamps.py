import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.errors import InputError
from archivepolicy.timestamps import (
    from_datetime,
    is_timestamp,
    iso_time,
    parse_period,
    seconds_between,
    shifted,
    to_datetime,
)

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),
    max_value=datetime(2099, 1, 1),
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2013", "20130101000000", "20131231235959"),
        ("2013-02", "20130201000000", "20130228235959"),
        ("2012-02", "20120201000000", "20120229235959"),
        ("2013-06-08", "20130608000000", "20130608235959"),
        ("201306", "20130601000000", "20130630235959"),
        ("20130", "20130101000000", "20130930235959"),
        ("20131", "20131001000000", "20131231235959"),
        ("2013063", "20130630000000", "20130630235959"),
        ("2013060822", "20130608220000", "20130608225959"),
        ("20130608222501", "20130608222501", "20130608222501"),
        ("2013-06-08T22", "20130608220000", "20130608225959"),
        ("2013-06-08T22:25", "20130608222500", "20130608222559"),
        ("2013-06-08 22:25:01", "20130608222501", "20130608222501"),
        ("2013-06-08T22:25:01.75Z", "20130608222501", "20130608222501"),
        ("2013-06-08T00:25:01+02:00", "20130607222501", "20130607222501"),
        ("2013-06-08T00:25:01+02", "20130607222501", "20130607222501"),
        ("2013-06-08T00-02", "20130608020000", "20130608025959"),
        ("  2013  ", "20130101000000", "20131231235959"),
    ],
)
def test_a_date_is_the_period_it_names(text: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert (period.start, period.end, period.text) == (start, end, text.strip())


@pytest.mark.parametrize(
    "text",
    ["", "13", "201", "2013-6-8", "2013-13", "2013-02-30", "20130230", "08.06.2013", "yesterday", "0000", "2013-06-08T25",
     "2013-06-08T22:61", "201306082225011", "２０１３", "2013-06-08T22:25:01+99:00", "9999-12-31T23:59:59-10:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_period(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_an_input_error(text: str) -> None:
    try:
        period = parse_period(text)
    except InputError:
        return
    assert is_timestamp(period.start)
    assert is_timestamp(period.end)
    assert period.start <= period.end


@given(st.from_regex(re.compile(r"(199|200|201|202)\d{1,11}", re.ASCII), fullmatch=True))
def test_a_prefix_covers_exactly_the_timestamps_that_begin_so(digits: str) -> None:
    try:
        period = parse_period(digits)
    except InputError:
        return
    assert period.start.startswith(digits)
    assert period.end.startswith(digits)
    assert not shifted(period.start, -1).startswith(digits)
    assert not shifted(period.end, 1).startswith(digits)


@given(MOMENTS)
def test_timestamps_and_datetimes_are_the_same_to_the_second(moment: datetime) -> None:
    timestamp = from_datetime(moment)
    assert to_datetime(timestamp) == moment.replace(microsecond=0)
    assert parse_period(iso_time(timestamp)).start == timestamp
    assert from_datetime(moment.astimezone(timezone(timedelta(hours=5)))) == timestamp


@given(MOMENTS, st.integers(-(10**6), 10**6))
def test_distance_counts_from_the_near_edge(moment: datetime, seconds: int) -> None:
    timestamp = from_datetime(moment)
    assert seconds_between(timestamp, shifted(timestamp, seconds)) == seconds
    assert parse_period(timestamp).distance_s(shifted(timestamp, seconds)) == seconds
    assert parse_period(timestamp[:8]).distance_s(timestamp) == 0


@pytest.mark.parametrize(
    "text", ["20130631000000", "2013060822250", "2013060822250x", "00000101000000", "20130608246000"]
)
def test_what_is_no_second_is_no_timestamp(text: str) -> None:
    assert not is_timestamp(text)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        from_datetime(datetime(2013, 6, 8))
