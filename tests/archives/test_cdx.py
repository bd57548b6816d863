"""An index's answer, line by line, however it comes."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.archives.cdx import lines
from archivepolicy.archives.session import Download
from archivepolicy.codings import CodingError


def answer(body: bytes) -> Download:
    return Download(url="http://a.example/", status=200, headers=(), stream=io.BytesIO(body))


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=30),
    st.integers(0, 2),
)
def test_lines_come_out_as_they_went_in(texts: list[str], rounds: int) -> None:
    body = "".join(f"{text}\n" for text in texts).encode()
    for _ in range(rounds):
        body = gzip.compress(body)
    if not body.startswith(b"\x1f\x8b") or rounds:
        assert list(lines(answer(body))) == texts


def test_line_ends_of_windows_and_a_last_line_without_one() -> None:
    assert list(lines(answer(b"a\r\nb\r\n\r\nc"))) == ["a", "b", "", "c"]


def test_letters_that_stand_across_two_pieces_stay_whole() -> None:
    text = "x" * ((1 << 16) - 1) + "é"
    assert list(lines(answer(text.encode()))) == [text]


def test_what_has_no_lines_is_no_index() -> None:
    with pytest.raises(CodingError, match="something other than rows"):
        list(lines(answer(b"x" * 2_000_000)))
