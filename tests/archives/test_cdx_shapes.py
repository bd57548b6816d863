"""The shapes in which indexes answer."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.archives.cdx import capture_from_row
from archivepolicy.archives.cdx_shapes import Row, parsed_rows

DIGEST = "JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4"
KEY = "example,a)/privacy"
URL = "http://a.example/privacy"
SEVEN = f"{KEY} 20130608222501 {URL} text/html 200 {DIGEST} 1234"
OBJECT = {"url": URL, "mime": "text/html", "status": "200", "digest": f"sha1:{DIGEST}", "length": "1234"}
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


def rows_of(text: str) -> list[Row | None]:
    return list(parsed_rows(text.split("\n")))


@pytest.mark.parametrize(
    "text",
    [
        SEVEN,
        f"{KEY} 20130608222501 {URL} text/html 200 {DIGEST} - - 1234 77 a.warc.gz",
        json.dumps(OBJECT | {"urlkey": KEY, "timestamp": "20130608222501"}) + "\n",
        f"{KEY} 20130608222501 {json.dumps(OBJECT)}",
        json.dumps([NAMES, SEVEN.split(" ")]),
        f"[{json.dumps(NAMES)},\n{json.dumps(SEVEN.split(' '))}]\n",
        json.dumps([NAMES, SEVEN.split(" ")], indent=1),
        json.dumps([OBJECT | {"timestamp": "20130608222501"}]),
    ],
)
def test_every_shape_gives_the_same_capture(text: str) -> None:
    (row,) = rows_of(text)
    assert row is not None
    capture = capture_from_row(row, "x")
    assert capture is not None
    assert (capture.url, capture.timestamp, capture.status, capture.digest) == (URL, "20130608222501", 200, DIGEST)
    assert (capture.mime_type, capture.length) == ("text/html", 1234)


@pytest.mark.parametrize("text", ["", "\n", "[]", "  []\n"])
def test_no_rows(text: str) -> None:
    assert rows_of(text) == []


def test_a_table_that_is_cut_off_gives_the_rows_before() -> None:
    whole = f"[{json.dumps(NAMES)},\n{json.dumps(SEVEN.split(' '))},\n"
    assert [row is None for row in rows_of(whole + '["example,a)/pri')] == [False, True]
    assert rows_of(json.dumps([NAMES, ["too", "few"], SEVEN.split(" ")]))[0] is None


@given(st.text(alphabet='[]{},:" \nab0', max_size=60))
def test_any_text_is_read(text: str) -> None:
    rows_of(text)


def test_brackets_in_brackets_are_no_rows() -> None:
    assert rows_of("[" * 100_000) == [None]


def test_a_damaged_row_among_many_lines_costs_itself_alone() -> None:
    good = json.dumps(SEVEN.split(" "))
    text = f'[{json.dumps(NAMES)},\n{good},\n["cut",\n{good},\n{{"a": 1}},\n{good}]'
    assert [row is None for row in rows_of(text)] == [False, True, False, True, False]


def test_rows_come_while_the_answer_is_read() -> None:
    read = []

    def lines() -> Iterator[str]:
        for line in (f"[{json.dumps(NAMES)},", *[json.dumps(SEVEN.split(" ")) + ","] * 3, "]"):
            read.append(line)
            yield line

    rows = parsed_rows(lines())
    assert next(rows) is not None
    assert len(read) == 2
    assert len(list(rows)) == 2
