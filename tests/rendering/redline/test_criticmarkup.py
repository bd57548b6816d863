"""CriticMarkup: accepted it is the new text, refused the old one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivepolicy.errors import InputError
from archivepolicy.rendering.redline.criticmarkup import criticmarkup
from rendering.redline.made_diffs import made_diff

TEXT = st.text(alphabet="ab-+~>{}= \n", max_size=8)
PARTS = st.lists(st.one_of(TEXT.map(lambda text: (text, text)), st.tuples(TEXT, TEXT)), max_size=5)
MARK = re.compile(r"\{--(.*?)--\}|\{\+\+(.*?)\+\+\}|\{~~(.*?)~>(.*?)~~\}|\{>>(.*?)<<\}", re.DOTALL)


def refused(text: str) -> str:
    return MARK.sub(lambda mark: (mark[1] or "") + (mark[3] or ""), text)


def accepted(text: str) -> str:
    return MARK.sub(lambda mark: (mark[2] or "") + (mark[4] or ""), text)


@settings(max_examples=300)
@given(PARTS)
def test_both_texts_can_be_had_back(parts: list[tuple[str, str]]) -> None:
    try:
        written = criticmarkup(made_diff(parts))
    except InputError:
        return
    assert refused(written) == "".join(old for old, _ in parts)
    assert accepted(written) == "".join(new for _, new in parts)


def test_marks_stay_within_a_line() -> None:
    written = criticmarkup(made_diff([("# Data\n", "# Data\n"), ("one\n\n", "two\n\n"), ("", "three\n")]))
    assert written == "# Data\n{--one--}{--\n--}{--\n--}{++two++}{++\n++}{++\n++}{++three++}{++\n++}"


def test_a_text_that_holds_its_marks_is_refused() -> None:
    with pytest.raises(InputError, match="CriticMarkup"):
        criticmarkup(made_diff([("a {++ b", "a {++ b")]))
