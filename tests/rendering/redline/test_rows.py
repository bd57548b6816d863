"""Rows: what of a diff is shown line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivepolicy as ap
from archivepolicy.rendering.redline.rows import Mark, Row, rows
from archivepolicy.rendering.redline.terminal import View, redline_as_text

WORDS = "We keep what you write for as long as the law wants it and tell nobody"


def side(row: Row, mark: Mark) -> str:
    return "".join(piece.text for piece in row.pieces if piece.mark in (mark, Mark.BOTH))


def test_headings_have_a_level_and_no_underline() -> None:
    old = f"Terms\n=====\n\n{WORDS}.\n\nWhat we keep of you\n----------\n\n### Aims\n\n{WORDS}.\n"
    new = old.replace("of you", "of children")
    shown = rows(ap.diff(old, new))
    assert [row.level for row in shown] == [1, 0, 2, 3, 0]
    assert (side(shown[2], Mark.OLD), side(shown[2], Mark.NEW)) == ("What we keep of you", "What we keep of children")


def test_rules_of_tables_and_blank_ends_are_not_shown() -> None:
    table = "| Data | Use |\n| --- | --- |\n| Name | Mail |\n"
    shown = rows(ap.diff(f"{WORDS}.\n", f"{WORDS}.\n\n  \n{table}    \n"))
    assert [side(row, Mark.NEW) for row in shown] == [f"{WORDS}.", "| Data | Use |", "| Name | Mail |"]


@pytest.mark.parametrize("end", ["", "\n", "  \n\n", "\r\n", "\n---\n\n", "\n\n| --- |\n"])
def test_only_the_end_without_words_is_taken_off(end: str) -> None:
    shown = rows(ap.diff(f"{WORDS} **now**{end}", f"{WORDS} **then**{end}"))
    assert [(side(row, Mark.OLD), side(row, Mark.NEW)) for row in shown] == [(f"{WORDS} **now**", f"{WORDS} **then**")]


@given(
    st.lists(st.sampled_from(["a b", "=", "-", "\n", "| ", "c", "**", " ", "\r\n", "# d"]), max_size=14).map("".join),
    st.data(),
)
def test_rows_hold_every_word_of_both_sides(old: str, data: st.DataObject) -> None:
    new = data.draw(st.lists(st.sampled_from(["a b", "=", "-", "\n", "| ", "e", "\r\n"]), max_size=14).map("".join))
    shown = rows(ap.diff(old, new))
    for text, mark in ((old, Mark.OLD), (new, Mark.NEW)):
        moved = [row for row in shown if row.change is None or row.change.op is not ap.Op.MOVE or row.place != "came"]
        kept = shown if mark is Mark.NEW else moved
        letters = [
            sign for row in kept for piece in row.pieces if piece.mark in (mark, Mark.BOTH) for sign in piece.text
        ]
        assert sorted(filter(str.isalpha, letters)) == sorted(filter(str.isalpha, text))


def test_a_section_is_not_named_again_where_one_side_lacks_the_title() -> None:
    section = "## Aims\n\n" + "\n\n".join(f"{WORDS} of {name}." for name in ("Ann", "Bea", "Cid"))
    old, new = section.replace("of Ann", "of no person at all"), f"# Terms\n\n{section}\n\nA last word on all of it.\n"
    text = redline_as_text(ap.diff(old.replace("\n\nWe keep what you write for as long as the law wants it and tell nobody of Bea.", ""), new),
                           View(changes_only=True))  # fmt: skip
    assert [line for line in text.splitlines() if line.startswith("§")] == ["§ Terms › Aims"]


def test_a_deletion_stands_under_the_new_name_of_its_heading() -> None:
    old = f"# Terms of 2020\n\n{WORDS}.\n\nNobody else reads what you wrote to us before.\n"
    (gone,) = [one for one in ap.diff(old, f"# Terms of 2021\n\n{WORDS}.\n").changes if one.op is ap.Op.DELETE]
    assert (gone.section, gone.old_section) == (("Terms of 2021",), ("Terms of 2020",))


def test_every_heading_that_came_is_shown_and_a_substitution_once() -> None:
    parts = [f"{WORDS} at Acorn in the {name} of the year." for name in ("spring", "summer", "autumn")]
    old = "\n\n".join(parts)
    new = "\n\n".join(f"### How we do it\n\n{part}" for part in parts).replace("Acorn", "Oakline")
    text = redline_as_text(ap.diff(old, new), View(changes_only=True))
    assert text.count("{+### How we do it+}") == 3
    assert text.count("[-Acorn-]{+Oakline+}") == 1
    assert "(and 2 more like it: “Acorn” → “Oakline” ×3)" in text
    assert "Recurs: “How we do it” put in ×3" in text
