"""The shapes in which indexes answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.archives.cdx import capture_from_row
from archivepolicy.archives.cdx_shapes import parsed_rows

DIGEST = "JYKUHMHBFTHR7EVPQBD5EXZUEQ6J44C4"
KEY = "example,a)/privacy"
URL = "http://a.example/privacy"
SEVEN = f"{KEY} 20130608222501 {URL} text/html 200 {DIGEST} 1234"
OBJECT = {"url": URL, "mime": "text/html", "status": "200", "digest": f"sha1:{DIGEST}", "length": "1234"}
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


@pytest.mark.parametrize(
    "text",
    [
        SEVEN,
        f"{KEY} 20130608222501 {URL} text/html 200 {DIGEST} - - 1234 77 a.warc.gz",
        json.dumps(OBJECT | {"urlkey": KEY, "timestamp": "20130608222501"}) + "\n",
        f"{KEY} 20130608222501 {json.dumps(OBJECT)}",
        json.dumps([NAMES, SEVEN.split(" ")]),
        f"[{json.dumps(NAMES)},\n{json.dumps(SEVEN.split(' '))}]\n",
        json.dumps([OBJECT | {"timestamp": "20130608222501"}]),
    ],
)
def test_every_shape_gives_the_same_capture(text: str) -> None:
    (row,) = parsed_rows(text)
    assert row is not None
    capture = capture_from_row(row, "x")
    assert capture is not None
    assert (capture.url, capture.timestamp, capture.status, capture.digest) == (URL, "20130608222501", 200, DIGEST)
    assert (capture.mime_type, capture.length) == ("text/html", 1234)


@pytest.mark.parametrize("text", ["", "\n", "[]", "  []\n"])
def test_no_rows(text: str) -> None:
    assert parsed_rows(text) == []


def test_a_table_that_is_cut_off_gives_the_rows_before() -> None:
    whole = f"[{json.dumps(NAMES)},\n{json.dumps(SEVEN.split(' '))},\n"
    assert [row is None for row in parsed_rows(whole + '["example,a)/pri')] == [False, True]
    assert parsed_rows(json.dumps([NAMES, ["too", "few"], SEVEN.split(" ")]))[0] is None


@given(st.text(alphabet='[]{},:" \nab0', max_size=60))
def test_any_text_is_read(text: str) -> None:
    parsed_rows(text)
