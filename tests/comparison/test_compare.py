"""What a diff says of the changes that policies really undergo."""

import json

import pytest

import archivepolicy as ap
from archivepolicy.records import Change, Cls, Diff, Op

POLICY = """# Privacy policy

Last updated: 3 March 2020

## 1. What we collect

We collect your name, your address and the pages that you visit while you are signed in to our service.

* Your name
* Your [address](https://www.fernhollow.example/help?ref=policy)

## 2. How long we keep it

We keep your data for 30 days after you close your account, unless the law asks us to keep it longer than that.

## 3. Whom to ask

Write to the data officer of Fernhollow at the address in section 2 if you have any question about these rules.
"""


def only(diff: Diff) -> Change:
    assert len(diff.changes) == 1, diff.changes
    return diff.changes[0]


def changed(*edits: tuple[str, str]) -> Diff:
    new = POLICY
    for old_words, new_words in edits:
        assert old_words in new
        new = new.replace(old_words, new_words)
    diff = ap.diff(POLICY, new)
    assert diff.apply(POLICY) == new
    return diff


def edits(change: Change) -> list[tuple[str, str, str]]:
    return [(span.old, span.new, str(span.cls)) for span in change.spans if span.cls is not None]


def test_a_changed_number_in_a_long_paragraph_is_one_edit_of_one_word() -> None:
    diff = changed(("30 days", "60 days"))
    change = only(diff)
    assert (change.op, change.cls, change.kind) == (Op.MODIFY, Cls.SUBSTANTIVE, "paragraph")
    assert edits(change) == [("30", "60", "substantive")]
    assert change.section == ("Privacy policy", "2. How long we keep it")
    assert (change.words_removed, change.words_added) == (1, 1)
    assert change.similarity > 0.9
    assert diff.is_substantive
    assert diff.is_silent


@pytest.mark.parametrize(
    ("old", "new", "op", "cls"),
    [
        ("policy)", "footer)", Op.LINK, Cls.LINK),
        ("[address](https://www.fernhollow.example/help?ref=policy)", "address", Op.LINK, Cls.LINK),
        ("* Your name", "* **Your name**", Op.FORMAT, Cls.FORMAT),
        ("name, your address", "name; your address", Op.FORMAT, Cls.TYPOGRAPHY),
        ("We keep your", "WE KEEP your", Op.FORMAT, Cls.TYPOGRAPHY),
        ("signed in to", "signed  in\nto", Op.FORMAT, Cls.FORMAT),
        ("3 March 2020", "4 May 2021", Op.MODIFY, Cls.DATE),
        ("## 2. How", "## 4. How", Op.RENUMBER, Cls.NUMBER),
        ("section 2", "section 12", Op.MODIFY, Cls.NUMBER),
        ("unless the law", "even if the law", Op.MODIFY, Cls.SUBSTANTIVE),
        ("\n\n## 3.", "\n\n\n\n## 3.", Op.FORMAT, Cls.FORMAT),
    ],
)
def test_classes(old: str, new: str, op: Op, cls: Cls) -> None:
    diff = changed((old, new))
    change = only(diff)
    assert (change.op, change.cls) == (op, cls)
    assert diff.is_substantive == (cls is Cls.SUBSTANTIVE)


def test_a_new_number_stands_in_the_labels() -> None:
    change = only(changed(("## 2. How", "## 4.1 How")))
    assert (change.op, change.old_label, change.new_label) == (Op.RENUMBER, "2", "4.1")
    assert change.words_removed == change.words_added == 0


def test_a_new_number_and_new_words_are_two_edits() -> None:
    change = only(changed(("## 2. How", "## 4. Why")))
    assert (change.op, change.cls) == (Op.MODIFY, Cls.SUBSTANTIVE)
    assert edits(change) == [("## 2. ", "## 4. ", "number"), ("How", "Why", "substantive")]


def test_a_changed_date_makes_a_change_not_silent() -> None:
    diff = changed(("3 March 2020", "4 May 2021"), ("30 days", "60 days"))
    assert [change.cls for change in diff.changes] == [Cls.DATE, Cls.SUBSTANTIVE]
    assert diff.is_substantive
    assert diff.dates_changed
    assert not diff.is_silent
    assert [stated.date for stated in diff.new.stated_dates] == ["2021-05-04"]


def test_paragraphs_come_and_go_with_their_section() -> None:
    inserted = changed(("\n## 3.", "\nWe never sell your data to anyone.\n\n## 3."))
    change = only(inserted)
    assert (change.op, change.old, change.new) == (Op.INSERT, None, "We never sell your data to anyone.\n\n")
    assert change.section == ("Privacy policy", "2. How long we keep it")
    removed = only(ap.diff(inserted.apply(POLICY), POLICY))
    assert (removed.op, removed.old, removed.new) == (Op.DELETE, change.new, None)


def test_an_added_last_paragraph_takes_the_white_space_before_it() -> None:
    change = only(ap.diff("One rule.\n", "One rule.\n\nAnother rule.\n"))
    assert (change.op, change.new) == (Op.INSERT, "\nAnother rule.\n")


def test_a_moved_section_is_one_move_and_says_nothing_new() -> None:
    head, one, two, three = POLICY.split("\n## ")
    new = "\n## ".join([head, two, one, three])
    diff = ap.diff(POLICY, new)
    assert diff.apply(POLICY) == new
    assert [(change.op, change.cls) for change in diff.changes if change.op is Op.MOVE] == [(Op.MOVE, Cls.REORDER)]
    assert not diff.is_substantive
    move = next(change for change in diff.changes if change.op is Op.MOVE)
    places = [segment for segment in diff.segments if segment.change == move.id]
    assert sorted((bool(place.old), bool(place.new)) for place in places) == [(False, True), (True, False)]


def test_a_paragraph_that_moved_and_changed_shows_its_words() -> None:
    text = "We keep your data for 30 days after you close your account, unless the law asks us to keep it longer than that."
    fill = [
        f"Paragraph {n} is about {word} and about nothing else at all.\n\n"
        for n, word in enumerate(("cats", "dogs", "hens", "owls"))
    ]
    old = "".join([f"{text}\n\n", *fill])
    new = "".join([*fill, f"{text.replace('30', '90')}\n\n"])
    diff = ap.diff(old, new)
    move = only(diff)
    assert (move.op, move.cls) == (Op.MOVE, Cls.SUBSTANTIVE)
    assert edits(move) == [("30", "90", "substantive")]


def test_a_split_paragraph_is_a_matter_of_form() -> None:
    change = only(changed(("visit while", "visit\n\nwhile")))
    assert (change.op, change.cls, change.old_blocks, change.new_blocks) == (Op.FORMAT, Cls.FORMAT, 1, 2)


def test_identical_substitutions_are_one_repeat() -> None:
    old = "".join(f"Fernhollow keeps record {n} of every visitor for as long as needed.\n\n" for n in range(20))
    diff = ap.diff(old, old.replace("Fernhollow", "Mossbank"))
    assert len(diff.changes) == 20
    (repeat,) = diff.repeats
    assert (repeat.old, repeat.new, repeat.count, len(repeat.changes)) == ("Fernhollow", "Mossbank", 20, 20)
    assert {change.repeat for change in diff.changes} == {repeat.id}


def test_no_shreds_are_left_between_edits() -> None:
    diff = ap.diff(
        "You may use the old portal of our firm at any time of the day if you have first asked the office for it.",
        "You may use a new site of this company at any time of the day if you have first asked the office for it.",
    )
    assert edits(only(diff)) == [("the old portal of our firm", "a new site of this company", "substantive")]


def test_an_error_page_is_no_new_policy() -> None:
    policy = "".join(f"Rule {n} says that nobody may take what is not theirs to take.\n\n" for n in range(60))
    diff = ap.diff(policy, "Something went wrong\n\nTry again later.\n")
    assert diff.is_stub
    assert not diff.is_substantive
    assert "only 6 words" in diff.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "cls"),
    [
        ("Updated 2 days ago\n", "Updated 3 days ago\n", Cls.DATE),
        ("Rules\n\nMar 1, 2024\n", "Rules\n\nFeb 29, 2024\n", Cls.DATE),
        ("Rules\n\n2022-12-19T19:21:34Z\n", "Rules\n\n2023-03-22T23:01:34Z\n", Cls.DATE),
        ("0:00 / 1:00\n", "0:00 / 2:30\n", Cls.FORMAT),
        ("© 2019 Fernhollow\n", "© 2019-2021 Fernhollow\n", Cls.DATE),
        ("Mail us: [email protected] today\n", "Mail us: desk@fernhollow.example today\n", Cls.LINK),
        ("Mail us: boss@fernhollow.example today\n", "Mail us: desk@fernhollow.example today\n", Cls.SUBSTANTIVE),
        ("See our data base rules\n", "See our database rules\n", Cls.TYPOGRAPHY),
        ("[Home](/) [Help](/help) [Jobs](/jobs)\n", "[Home](/) [Help](/help) [Jobs](/jobs) [News](/n)\n", Cls.LINK),
        ("You pay $5 a month\n", "You pay €5 a month\n", Cls.SUBSTANTIVE),
        ("We do share data\n", "We do not share data\n", Cls.SUBSTANTIVE),
        ("कर दो\n", "कर दी\n", Cls.SUBSTANTIVE),
        ("個人情報を守る\n", "個人情報を売る\n", Cls.SUBSTANTIVE),
    ],
)
def test_classes_of_small_texts(old: str, new: str, cls: Cls) -> None:
    assert ap.diff(old, new).cls is cls


def test_a_removed_item_is_substantive_although_another_list_has_it() -> None:
    item = "* What you write in public places of our service, and whatever others write there\n"
    old = f"## To sell\n\n{item}* Your name\n\n## To help\n\n{item}* Your age\n"
    new = f"## To sell\n\n{item}* Your name\n\n## To help\n\n* Your age\n"
    change = only(ap.diff(old, new))
    assert (change.op, change.cls, change.old_section) == (Op.DELETE, Cls.SUBSTANTIVE, ("To help",))


def test_json_has_the_schema_and_every_change() -> None:
    diff = changed(("30 days", "60 days"), ("3 March 2020", "4 May 2021"))
    given = json.loads(json.dumps(diff.to_dict()))
    assert given["schema_version"] == 1
    assert [(one["op"], one["cls"]) for one in given["changes"]] == [("modify", "date"), ("modify", "substantive")]
    (first, last) = given["changes"][1]["old_range"]
    assert POLICY[first:last] == given["changes"][1]["old"]
    assert given["silent"] is False
    assert given["counts"] == {"substantive": 1, "date": 1}
