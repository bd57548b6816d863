"""Since when each part of a text stands, and when a phrase came and went."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.comparison import blame as blame_module
from archivepolicy.comparison.blame import blame_spans
from archivepolicy.comparison.normal import block_keys, text_key
from archivepolicy.comparison.phrases import matching_blocks, phrases_across, plain_text
from archivepolicy.comparison.pieces import Reader
from archivepolicy.records.history import BlameSpan

TIMES = [f"2015010{day}000000" for day in range(1, 10)]


def spans_of(*texts: str, at: int = -1) -> dict[str, BlameSpan]:
    spans, notes = blame_spans(texts, TIMES[: len(texts)], at % len(texts))
    assert notes == ()
    return {span.text: span for span in spans}


def test_a_block_is_dated_by_the_first_capture_that_holds_its_words() -> None:
    spans = spans_of(
        "# Privacy\n\nWe keep your name.\n",
        "# Privacy\n\nWe keep your name.\n\n1. We sell *nothing* to [others](http://a.example/x).\n",
        "## PRIVACY\n\n* We sell nothing to others.\n\nWe keep your name\n\nNew here.\n",
    )
    assert {text: span.first_seen for text, span in spans.items()} == {
        "PRIVACY": TIMES[0],
        "We sell nothing to others.": TIMES[1],
        "We keep your name": TIMES[0],
        "New here.": TIMES[2],
    }
    assert spans["New here."].last_without == TIMES[1]
    assert spans["PRIVACY"].last_without is None


def test_what_comes_and_goes_has_a_list_of_intervals() -> None:
    held = "Kept: we never share.\n\nAlways.\n"
    spans = spans_of(held, "Always.\n", held, held, "Always.\n", held)
    lived = spans["Kept: we never share."].intervals
    assert [(one.first, one.last, one.captures) for one in lived] == [
        (TIMES[0], TIMES[0], 1),
        (TIMES[2], TIMES[3], 2),
        (TIMES[5], TIMES[5], 1),
    ]
    assert [(one.last_without, one.next_without) for one in lived] == [
        (None, TIMES[1]),
        (TIMES[1], TIMES[4]),
        (TIMES[4], None),
    ]
    assert len(spans["Always."].intervals) == 1


def test_a_sentence_is_older_than_the_paragraph_that_took_it_in() -> None:
    spans = spans_of(
        "We bind books. We send them by carrier.\n", "We bind books. We burn some of them. We send them by carrier.\n"
    )
    (span,) = spans.values()
    assert span.first_seen == TIMES[1]
    assert [(one.text, one.first_seen) for one in span.sentences] == [
        ("We bind books.", TIMES[0]),
        ("We burn some of them.", TIMES[1]),
        ("We send them by carrier.", TIMES[0]),
    ]


def test_what_a_part_was_edited_from_and_that_from_what() -> None:
    spans = spans_of(
        "We keep your data for 30 days and then burn it.\n\nAnother thing altogether.\n",
        "We keep your data for 60 days and then burn it.\n\nAnother thing altogether.\n",
        "We keep all your data for 90 days and then burn it.\n\nOur carrier is called Pelham and rides a mule.\n",
    )
    kept = spans["We keep all your data for 90 days and then burn it."].derived_from
    assert kept is not None
    assert kept.text == "We keep your data for 60 days and then burn it."
    assert (kept.first_seen, kept.last_seen) == (TIMES[1], TIMES[1])
    assert kept.derived_from is not None
    assert kept.derived_from.text == "We keep your data for 30 days and then burn it."
    assert 60 < kept.similarity < 100
    assert spans["Our carrier is called Pelham and rides a mule."].derived_from is None


def test_texts_that_take_turns_have_no_endless_ancestry() -> None:
    first, second = "We keep your data for 30 days and then burn it.", "We keep your data for 60 days and then burn it."
    spans = spans_of(first, second, first, second)
    assert spans[second].derived_from is not None
    assert spans[second].derived_from.derived_from is None


def test_a_sentence_ends_after_quotes_and_links_and_not_after_abbreviations() -> None:
    text = 'Quill Inc. binds. See [rules](http://a.example/x.html). He said "never." Ask Mr. X. or us, e.g. by post. Ja！Nein'
    (span,) = spans_of(text).values()
    assert [one.text for one in span.sentences] == [
        "Quill Inc. binds.",
        "See rules.",
        'He said "never."',
        "Ask Mr.",  # no list of abbreviations is complete
        "X. or us, e.g. by post.",
        "Ja！",
        "Nein",
    ]


def test_an_older_version_can_be_asked_about() -> None:
    spans = spans_of("One thing.\n", "One thing.\n\nTwo things.\n", "Two things.\n", at=0)
    assert [(one.last, one.next_without) for one in spans["One thing."].intervals] == [(TIMES[1], TIMES[2])]


def test_it_says_where_the_comparisons_did_not_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blame_module, "MAX_COMPARISONS", 0)
    _, notes = blame_spans(["We keep it for 30 days.\n", "We keep it for 60 days.\n"], TIMES[:2], 1)
    assert len(notes) == 1
    assert "left out" in notes[0]


BLOCKS = (
    "We bind books.",
    "Names are kept. Sizes are too.",
    "* a list\n* of things",
    "## Carrier",
    "| a | b |\n| --- | --- |",
)
TEXTS = st.lists(st.lists(st.sampled_from(BLOCKS), max_size=5).map("\n\n".join), min_size=1, max_size=8)


@given(TEXTS, st.data())
def test_no_first_seen_is_later_than_the_first_text_that_holds_the_block(texts: list[str], data: st.DataObject) -> None:
    times = [f"201501{day:02}000000" for day in range(1, len(texts) + 1)]
    at = data.draw(st.integers(0, len(texts) - 1))
    spans, _ = blame_spans(texts, times, at)
    assert [span.key for span in spans] == [key for key in block_keys(texts[at]) if key]
    for span in spans:
        held = [time for time, text in zip(times, texts, strict=True) if span.key in block_keys(text)]
        assert span.first_seen == held[0]
        assert sum(one.captures for one in span.intervals) == len(held)
        assert all(one.first_seen <= span.first_seen for one in span.sentences)


@given(st.lists(st.text(alphabet="aB1.*_#[]()|\n -–’`!<>\\", max_size=60), min_size=1, max_size=3))
def test_a_text_read_in_pieces_has_the_key_of_the_whole(texts: list[str]) -> None:
    reader = Reader()
    for text in texts:
        assert reader.text_key(text) == text_key(text)
        assert plain_text(text) == plain_text(text).strip()


def test_a_phrase_has_intervals_for_each_wording() -> None:
    texts = [
        "Kept for *30* days.\n",
        "Kept for [60 days](http://a.example/30%20days).\n",
        "Kept.\n",
        "Kept for 30\ndays.\n",
    ]
    phrases = phrases_across(texts, TIMES[:4], re.compile(r"\d+ days"), Reader())
    assert [(one.text, [(life.first, life.last) for life in one.intervals]) for one in phrases] == [
        ("30 days", [(TIMES[0], TIMES[0]), (TIMES[3], TIMES[3])]),
        ("60 days", [(TIMES[1], TIMES[1])]),
    ]
    assert phrases_across(texts, TIMES[:4], re.compile("x*"), Reader()) == ()
    assert matching_blocks("# Kept\n\nkept\n\nelse\n", re.compile("(?i)kept")) == ("Kept", "kept")


@pytest.mark.corpus
def test_pieces_and_wholes_agree_on_real_histories(corpus: Path) -> None:
    import gzip
    import json

    reader = Reader()
    for file in sorted((corpus / "versions" / "histories").glob("*.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in list(lines)[::40]:
                text = json.loads(line)["markdown"]
                assert reader.text_key(text) == text_key(text)


@pytest.mark.corpus
def test_no_real_paragraph_is_dated_later_than_the_first_text_that_holds_it_as_it_stands(corpus: Path) -> None:
    import gzip
    import json

    for name in ("claude-ai-privacy-policy", "pinterest-privacy-policy"):
        with gzip.open(corpus / "versions" / "histories" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = sorted((json.loads(line) for line in lines), key=lambda row: row["captured"])
        texts = [row["markdown"] for row in rows]
        times = ["".join(filter(str.isdigit, row["captured"]))[:14] for row in rows]
        spans, _ = blame_spans(texts, times, len(texts) - 1)
        assert len(spans) > 100
        by_key = {span.key: span for span in spans}
        for paragraph in texts[-1].split("\n\n"):
            first = next(time for time, text in zip(times, texts, strict=True) if paragraph in text.split("\n\n"))
            for key in block_keys(paragraph):
                assert not key or by_key[key].first_seen <= first
