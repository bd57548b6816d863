"""Sightings become versions, whatever order they come in."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.digests import sha256_hex
from archivepolicy.records import Capture, Document, Kind, Snapshot, StatedDate, TitleSource, Verdict
from archivepolicy.records.version import Sighting, Version
from archivepolicy.timestamps import shifted
from archivepolicy.versions import make_gaps, make_versions
from archivepolicy.versions.runs import BRIEF_DAYS

START = "20150101000000"
DAY_S = 86_400


def sighting(day: float, text: str, *, stated: str | None = None) -> Sighting:
    timestamp = shifted(START, round(day * DAY_S))
    dates = (StatedDate(label="updated", text=f"Last updated: {stated}", date=stated),) if stated else ()
    document = Document(
        title="Privacy",
        title_source=TitleSource.CONTENT,
        page_title="Privacy",
        markdown=f"# Privacy\n\n{text}\n",
        language=None,
        encoding="utf-8",
        links=(),
        stated_dates=dates,
        removed=(),
        warnings=(),
        kept_share=1.0,
        verdict=Verdict(kind=Kind.POLICY),
    )
    capture = Capture(url="http://a.example/p", timestamp=timestamp, status=200, digest=text, archive="here")
    snapshot = Snapshot(capture=capture, memento_url=None, document=document, markdown="", provenance={})
    return Sighting(capture=capture, key=sha256_hex(text.encode()), snapshot=snapshot, blocks=("privacy", text))


def history(*days: tuple[float, str]) -> tuple[Version, ...]:
    return make_versions([sighting(day, text) for day, text in days])


def told(versions: tuple[Version, ...]) -> list[tuple[str, int, int | None, int | None]]:
    return [
        (one.snapshot.document.markdown[11:-1], len(one.captures), one.transient_of, one.returns_to) for one in versions
    ]


def test_a_run_of_equal_texts_is_one_version_bound_by_captures() -> None:
    first, second, third = history((0, "a"), (10, "a"), (50, "b c"), (60, "b c"), (90, "d"))
    assert told((first, second, third)) == [("a", 2, None, None), ("b c", 2, None, None), ("d", 1, None, None)]
    assert (first.last_without, first.gap_before_days) == (None, None)
    assert (second.first_seen, second.last_seen) == (shifted(START, 50 * DAY_S), shifted(START, 60 * DAY_S))
    assert (second.last_without, second.gap_before_days) == (shifted(START, 10 * DAY_S), 40)
    assert (second.next_without, second.gap_after_days) == (shifted(START, 90 * DAY_S), 30)
    assert (second.word_count, second.words_added, second.words_removed) == (3, 2, 1)


def test_a_text_that_returns_after_a_brief_interlude_stays_one_version() -> None:
    versions = history((0, "a"), (10, "b"), (11, "a"), (300, "c"), (301, "a"), (302, "e"))
    assert told(versions) == [("a", 3, None, None), ("b", 1, 1, None), ("c", 1, 1, None), ("e", 1, None, None)]
    assert [run.captures for run in versions[0].runs] == [1, 1, 1]
    assert versions[0].last_seen == shifted(START, 301 * DAY_S)
    assert (versions[1].last_without, versions[1].next_without) == (START, shifted(START, 11 * DAY_S))
    assert (versions[3].words_added, versions[3].words_removed) == (1, 1)  # beside "a", not beside the transient


@pytest.mark.parametrize("days", [BRIEF_DAYS, BRIEF_DAYS + 1])
def test_a_text_that_returns_after_long_is_a_version_that_says_so(days: int) -> None:
    versions = history((0, "a"), (10, "b"), (10 + days, "b"), (200, "a"))
    if days <= BRIEF_DAYS:
        assert told(versions) == [("a", 2, None, None), ("b", 2, 1, None)]
    else:
        assert told(versions) == [("a", 1, None, None), ("b", 2, None, None), ("a", 1, None, 1)]


def test_a_new_text_that_flips_at_first_is_no_transient() -> None:
    versions = history((0, "a"), (1, "b"), (2, "a"), (3, "b"), (4, "b"))
    assert told(versions) == [("a", 2, None, None), ("b", 3, None, None)]
    assert versions[1].first_seen == shifted(START, DAY_S)


def test_a_change_under_the_same_stated_date_is_silent() -> None:
    days = [(0, "a", "2014-05-05"), (1, "b", "2014-05-05"), (2, "c", "2015-01-03"), (3, "d", None)]
    versions = make_versions([sighting(day, text, stated=stated) for day, text, stated in days])
    assert [one.is_silent for one in versions] == [None, True, False, None]


def test_gaps_are_changes_and_long_silences() -> None:
    versions = history((0, "a"), (100, "a"), (300, "a"), (310, "b"))
    gaps = make_gaps(versions, [shifted(START, 150 * DAY_S), shifted(START, 305 * DAY_S), shifted(START, 400 * DAY_S)])
    assert [(one.days, one.version_before, one.version_after, one.unusable) for one in gaps] == [
        (200, 1, 1, 1),
        (10, 1, 2, 1),
    ]


def test_no_sightings_are_no_versions() -> None:
    assert make_versions([]) == ()
    assert make_gaps((), []) == ()


DAYS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("abcd")), min_size=1, max_size=30, unique_by=lambda one: one[0]
)


@given(DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(days: list[tuple[int, str]], shuffler: random.Random) -> None:
    ordered = [sighting(day, text) for day, text in sorted(days)]
    mixed = list(ordered)
    shuffler.shuffle(mixed)
    assert make_versions(mixed) == make_versions(ordered)
    assert make_gaps(make_versions(mixed), []) == make_gaps(make_versions(ordered), [])


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=12), st.randoms(use_true_random=False))
def test_twins_of_one_second_do_not_depend_on_the_order_either(
    days: list[tuple[int, str]], shuffler: random.Random
) -> None:
    ordered = [sighting(day, text) for day, text in days]
    mixed = list(ordered)
    shuffler.shuffle(mixed)
    assert make_versions(mixed) == make_versions(ordered)


@given(DAYS)
def test_every_capture_is_in_one_version_between_its_bounds(days: list[tuple[int, str]]) -> None:
    sightings = [sighting(day, text) for day, text in days]
    versions = make_versions(sightings)
    assert sorted(one.timestamp for version in versions for one in version.captures) == sorted(
        one.capture.timestamp for one in sightings
    )
    assert [one.number for one in versions] == list(range(1, len(versions) + 1))
    assert [one.first_seen for one in versions] == sorted(one.first_seen for one in versions)
    by_time = {one.capture.timestamp: one.key for one in sightings}
    for version in versions:
        assert {by_time[one.timestamp] for one in version.captures} == {version.key}
        assert sum(run.captures for run in version.runs) == len(version.captures)
        host = versions[version.transient_of - 1] if version.transient_of else None
        if host:
            assert host.transient_of is None
            assert host.first_seen < version.first_seen
            assert version.last_seen < host.last_seen
        for run in version.runs:
            others = [run.last_without, run.next_without]
            assert all(by_time[other] != version.key for other in others if other is not None)
