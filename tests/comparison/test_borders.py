"""Where differences begin and end: at sentences, words and links, as a reader expects."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archivepolicy as ap
from archivepolicy.records import Diff

LONG = "We send what you type to the provider that you chose and keep nothing of it"


def redline(diff: Diff) -> str:
    """The new text with what went and what came in brackets."""
    parts = []
    for segment in diff.segments:
        spans = diff.changes[segment.change].spans if segment.change is not None else ()
        if not spans:
            parts.append(segment.new)
        for span in spans:
            if span.is_equal:
                parts.append(span.new)
            else:
                parts += [f"[-{span.old}-]" if span.old else "", f"{{+{span.new}+}}" if span.new else ""]
    return "".join(parts)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            f"{LONG} in your browser. We keep them for a year.",
            f"{LONG} in your browser.",
            f"{LONG} in your browser.[- We keep them for a year.-]",
        ),
        (
            f"{LONG}. We keep them. We trade.",
            f"{LONG}. We trade.",
            f"{LONG}. [-We keep them. -]We trade.",
        ),
        (
            f"{LONG} (see below). We also send a copy (without your name).",
            f"{LONG} (see below).",
            f"{LONG} (see below).[- We also send a copy (without your name).-]",
        ),
        (
            f"{LONG}: Acorn Mail, Acorn Chat and others",
            f"{LONG}: Acorn Mail, Acorn for Clinics, Acorn Chat and others",
            f"{LONG}: Acorn Mail, {{+Acorn for Clinics, +}}Acorn Chat and others",
        ),
        (
            f"{LONG}. It is told [here](https://a.example/one).",
            f"{LONG}. It is told [here](https://a.example/one). For pupils it is told [here](https://a.example/two).",
            f"{LONG}. It is told [here](https://a.example/one).{{+ For pupils it is told [here](https://a.example/two).+}}",
        ),
        (
            f"{LONG}. Read our [terms](https://a.example/old) before.",
            f"{LONG}. Read our [terms](https://a.example/new) before.",
            f"{LONG}. Read our [terms]([-https://a.example/old-]{{+https://a.example/new+}}) before.",
        ),
        (
            f"{LONG}. Read our [old terms](https://a.example/t) before.",
            f"{LONG}. Read our [new terms](https://a.example/t), before.",
            f"{LONG}. Read our [[-old-]{{+new+}} terms](https://a.example/t){{+,+}} before.",
        ),
        (
            f"{LONG} in your [Account Settings](https://a.example/s) at any time.",
            f"{LONG} in your [Account](https://a.example/s) page at any time.",
            f"{LONG} in your [Account[- Settings-]](https://a.example/s) {{+page +}}at any time.",
        ),
        (
            f"{LONG}. ![seal](https://a.example/1.png) It is so.",
            f"{LONG}. ![seal](https://a.example/2.png) It is so.",
            f"{LONG}. ![seal]([-https://a.example/1.png-]{{+https://a.example/2.png+}}) It is so.",
        ),
        (
            "What we collect of you\n---------\n",
            "What we collect of children\n-------------\n",
            "What we collect of [-you-]{+children+}\n[-----------]{+-------------+}\n",
        ),
        (
            f"Rules of the house, last updated on 2 April 2012 by {LONG} Ann.",
            f"*Rules of the house, last updated on 2 April 2012 by {LONG} Bea*.",
            f"{{+*+}}Rules of the house, last updated on 2 April 2012 by {LONG} [-Ann-]{{+Bea+}}{{+*+}}.",
        ),
        (
            f"{LONG} where you **ask for it**.",
            f"{LONG} where you ask for it.",
            f"{LONG} where you [-**-]ask for it[-**-].",
        ),
        (
            f"{LONG} while `mode=on holds` is set.",
            f"{LONG} while `mode=on holds` or `mode=on keeps` is set.",
            f"{LONG} while `mode=on holds` {{+or `mode=on keeps` +}}is set.",
        ),
    ],
)
def test_a_difference_has_natural_borders(old: str, new: str, shown: str) -> None:
    there, back = ap.diff(old, new), ap.diff(new, old)
    assert redline(there) == shown
    assert there.apply(old) == new
    swapped = [(span.new, span.old) for change in back.changes for span in change.spans]
    assert swapped == [(span.old, span.new) for change in there.changes for span in change.spans]


def test_a_slid_edit_leaves_no_shred_behind() -> None:
    old = f"One of two parts. We share it. {LONG}."
    new = f"Three of two parts. We share it. We share it. {LONG}."
    edits = [(span.old, span.new) for change in ap.diff(old, new).changes for span in change.spans if not span.is_equal]
    assert edits == [("One", "Three"), ("", "We share it. ")]


def test_a_replaced_link_is_one_difference() -> None:
    old = f"{LONG} as the [handbook of old](https://a.example/h) says."
    new = f"{LONG} as it says in the second chapter of [the guide](https://a.example/g) says."
    edits = [(span.old, span.new) for change in ap.diff(old, new).changes for span in change.spans if not span.is_equal]
    assert edits[-1][0].endswith("(https://a.example/h)")
    assert edits[-1][1].endswith("(https://a.example/g)")


def test_an_address_between_edits_is_no_shred() -> None:
    old = f"{LONG}, see https://a.example/law, and more."
    new = f"{LONG}, read https://a.example/law, or less."
    spans = ap.diff(old, new).changes[0].spans
    assert any(span.is_equal and "https://a.example/law" in span.new for span in spans)


def test_a_moved_border_keeps_identical_substitutions_together() -> None:
    lines = [f"{LONG}, {name} at work. We rest." for name in ("Ann", "Bea", "Cid")]
    diff = ap.diff(
        "\n\n".join(lines), "\n\n".join(line.replace(" We rest.", " We trade it. We rest.") for line in lines)
    )
    assert [(repeat.new, repeat.count) for repeat in diff.repeats] == [("We trade it.", 3)]


PARTS = ["we", "share", "it.", "[our list](https://a.example/x)", "[a](https://a.example/yz)", "`x y`", "**bold words**", "https://b.example/q?x=1",
    "(see", "below).", "Then", "stop.", "“so”", "6.1", "don't", "\\*", ",", "<br>"]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), max_size=14).map(" ".join)


@settings(deadline=None)
@given(texts, texts)
def test_no_address_is_cut(old: str, new: str) -> None:
    diff = ap.diff(old, new)
    assert diff.apply(old) == new
    for change in diff.changes:
        for text, sides in (
            (change.old or "", [s.old for s in change.spans]),
            (change.new or "", [s.new for s in change.spans]),
        ):
            borders = {sum(map(len, sides[:n])) for n in range(len(sides) + 1)}
            for address in re.finditer(r"https?://[^\s)]+", text):
                assert not borders & set(range(address.start() + 1, address.end()))
    there = sorted((span.old, span.new, span.cls or "") for change in diff.changes for span in change.spans)
    back = sorted((span.new, span.old, span.cls or "") for change in ap.diff(new, old).changes for span in change.spans)
    assert there == back
