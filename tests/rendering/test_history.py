"""A history as table, CSV and JSON; blame and phrases in words."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

import archivepolicy as ap
from archivepolicy.pipeline.grep import phrase_pattern, phrases_of
from archivepolicy.rendering.blame import blame_as_json, blame_as_text, phrases_as_json, phrases_as_text
from archivepolicy.rendering.history import COLUMNS, history_as_csv, history_as_json, history_as_table, sparkline
from peers.made_archive import PARAGRAPHS, URL, Made, MadeArchive, page

FIRST = page("Last updated: 3 March 2010", *PARAGRAPHS)
FLIPPED = page("Last updated: 3 March 2010", *PARAGRAPHS[:2], "[bold]Not[/bold] a mark of the table, and silent too.")
NEW = page("Last updated: 4 April 2013", *PARAGRAPHS[:3], "You may ask at any time what we know of you.")


@pytest.fixture(scope="module")
def history() -> ap.History:
    made = [
        Made(timestamp="20100101000000", body=FIRST),
        Made(timestamp="20110101000000", body=FLIPPED),
        Made(timestamp="20110103000000", body=FIRST),
        Made(timestamp="20120101000000", status=503),
        Made(timestamp="20130501000000", body=NEW),
    ]
    return ap.history(URL, archive=MadeArchive(made))


def test_the_table_tells_what_captures_show(history: ap.History) -> None:
    table = history_as_table(history)
    lines = table.splitlines()
    assert lines[0] == f"{URL} in made.example: 2 versions and 1 transient in 4 usable captures, 1 passed over"
    assert re.match(r" 1  2010-01-01  - +2011-01-03 +2 +88 +updated 2010-03-03  interrupted 1 time$", lines[3])
    assert re.search(r"^ 2  2011-01-01  2010-01-01 \(365 d\) .*transient: interrupts 1; silent", lines[4])
    assert re.search(r"^ 3  2013-05-01  2011-01-03 \(849 d\) .*[▁-█] \+\d+ -\d+ +updated 2013-04-04$", lines[5])
    assert (
        "Version 3: first seen in the capture of 2013-05-01; the last capture without it is that of 2011-01-03 "
        "(gap: 849 days); last seen in the capture of 2013-05-01; no later capture was read." in table
    )
    assert "Passed over: 2012-01-01T00:00:00Z: the page answered 503" in table
    assert not re.search(r"\b(added|deleted|removed) on\b", table)
    narrow = history_as_table(history, 80)
    assert max(map(len, narrow.splitlines())) <= 80
    assert "…" not in narrow


def test_json_and_csv_have_times_of_14_digits(history: ap.History) -> None:
    values = json.loads(history_as_json(history))
    assert values["schema_version"] == 1
    assert [(one["first_seen"], one["last_seen"], one["transient"]) for one in values["versions"]] == [
        ("20100101000000", "20110103000000", False),
        ("20110101000000", "20110101000000", True),
        ("20130501000000", "20130501000000", False),
    ]
    assert [one["stated_dates"][0]["date"] for one in values["versions"]] == ["2010-03-03", "2010-03-03", "2013-04-04"]
    assert [one["silent"] for one in values["versions"]] == [None, True, False]
    assert values["gaps"][-1] == {
        "start": "20110103000000",
        "end": "20130501000000",
        "days": 849,
        "version_before": 1,
        "version_after": 3,
        "unusable": 1,
    }
    assert values["unusable"] == [
        {"timestamp": "20120101000000", "url": URL, "status": 503, "reason": "the page answered 503"}
    ]
    rows = list(csv.DictReader(io.StringIO(history_as_csv(history))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["first_seen"], row["captures"], row["silent"], row["updated"]) for row in rows] == [
        ("20100101000000", "2", "", "2010-03-03"),
        ("20110101000000", "1", "true", "2010-03-03"),
        ("20130501000000", "1", "false", "2013-04-04"),
    ]


def test_blame_shows_sentences_that_are_older_and_what_was_edited(history: ap.History) -> None:
    blame = history.blame()
    text = blame_as_text(blame)
    assert re.search(
        r"^2013-05-01 +2011-01-03 \(gap: 849 days\) +You may ask at any time what we know of you\.$", text, re.M
    )
    assert "seen 2010-01-01 to 2011-01-03): You may ask at any time what we know of you, and we will" in text
    assert re.search(
        r"came back: seen until 2010-01-01, not in the captures of 2011-01-01 to 2011-01-01, seen again since 2011-01-03",
        text,
    )
    values = json.loads(blame_as_json(blame))
    spans = {one["text"]: one for one in values["spans"]}
    assert spans[PARAGRAPHS[0]]["first_seen"] == "20100101000000"
    assert len(spans[PARAGRAPHS[0]]["sentences"]) == 1
    assert len(spans[PARAGRAPHS[2]]["intervals"]) == 2
    assert spans["You may ask at any time what we know of you."]["derived_from"]["last_seen"] == "20110103000000"
    assert max(map(len, blame_as_text(blame, 90).splitlines()[3:])) <= 90


def test_phrases_tell_how_they_came_and_went(history: ap.History) -> None:
    phrases = phrases_of(history, phrase_pattern("thirty days"))
    assert phrases_as_text(phrases).splitlines() == [
        "thirty days",
        "    first seen in the capture of 2010-01-01; no earlier capture was read",
        "    last seen in the capture of 2010-01-01; the first capture without it is that of 2011-01-01 (gap: 365 days)",
        "    first seen in the capture of 2011-01-03; the last capture without it is that of 2011-01-01 (gap: 2 days)",
        "    last seen in the capture of 2011-01-03; the first capture without it is that of 2013-05-01 (gap: 849 days)",
    ]
    values = json.loads(phrases_as_json(URL, "thirty days", phrases))
    assert [one["first_seen"] for one in values["phrases"][0]["intervals"]] == ["20100101000000", "20110103000000"]


def test_bars_are_never_empty_where_something_changed() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "  "
    assert sparkline([1, 1_000_000]) == "▁█"


def test_the_document_on_json_names_every_key(history: ap.History) -> None:
    from pathlib import Path

    document = (Path(__file__).resolve().parents[2] / "docs" / "history.md").read_text(encoding="utf-8")

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    phrases = phrases_of(history, phrase_pattern("thirty days"))
    for text in (history_as_json(history), blame_as_json(history.blame()), phrases_as_json(URL, "x", phrases)):
        for key in keys(json.loads(text)):
            assert f"`{key}`" in document, key


def test_a_page_of_many_dates_states_the_first_two(history: ap.History) -> None:
    version = history.versions[0]
    dates = tuple(replace(version.stated_dates[0], date=f"2010-03-0{day}") for day in (3, 3, 4, 5))
    document = replace(version.snapshot.document, stated_dates=dates)
    many = replace(version, snapshot=replace(version.snapshot, document=document))
    table = history_as_table(replace(history, versions=(many, *history.versions[1:])))
    assert "updated 2010-03-03; updated 2010-03-04; 1 more" in table
