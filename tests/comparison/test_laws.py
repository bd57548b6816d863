"""Laws of a diff: it is complete, exact, and the same from both sides."""

import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import archivepolicy as ap
from archivepolicy.comparison import block_keys, comparable, compare, text_key
from archivepolicy.comparison.blocks import blocks_of
from archivepolicy.comparison.pieces import Reader
from archivepolicy.comparison.words import _TOKENS, _pattern_for, words_of
from archivepolicy.errors import InputError
from archivepolicy.records import Diff, Op

WORDS = ["we", "share", "your", "data", "with", "Partners", "not", "30", "days", "don’t", "section", "6.1", "2013-06-08", "café",
    "個人", "email@a.example", "https://a.example/x?y=1", "**bold**", "[link](https://b.example/a_(b))", "`code`", "&amp;", "<br>"]  # fmt: skip
MARKS = ["", "# ", "## ", "* ", "    * ", "1. ", "2. ", "6\\. ", "(a) ", "> ", "| ", "**6.1.** "]
SEPARATORS = [
    "\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "  \n",
    "\n    \n",
    "\n\n\n",
    " ",
    "\r",
    "\n---\n\n",
    "\n===\n",
    "\u2028",
    "\x0c",
]

sentences = st.lists(st.sampled_from(WORDS), min_size=0, max_size=9).map(" ".join)
blocks = st.tuples(st.sampled_from(MARKS), sentences, st.sampled_from(["", ".", "!", " ", ";"])).map("".join)
texts = st.lists(st.tuples(blocks, st.sampled_from(SEPARATORS)).map("".join), max_size=8).map("".join)
wild = st.text(max_size=60)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts that share blocks, in other orders and with other words."""
    pool = draw(st.lists(st.tuples(blocks, st.sampled_from(SEPARATORS)).map("".join), min_size=1, max_size=8))
    pick = st.lists(st.sampled_from(pool), max_size=10).map("".join)
    return draw(pick), draw(pick)


pairs = st.one_of(versions(), st.tuples(texts, texts), st.tuples(wild, wild))


def check_is_whole(diff: Diff, old: str, new: str) -> None:
    """Every character, and so every word, of both sides is in one segment; every change in its place."""
    assert diff.apply(old) == new
    assert "".join(segment.old for segment in diff.segments) == old
    assert "".join(segment.new for segment in diff.segments) == new
    assert [change.id for change in diff.changes] == list(range(len(diff.changes)))
    pieces: dict[int, list[str]] = {change.id: ["", ""] for change in diff.changes}
    for segment in diff.segments:
        if segment.change is None:
            assert segment.old == segment.new != ""
        else:
            pieces[segment.change][0] += segment.old
            pieces[segment.change][1] += segment.new
    for change in diff.changes:
        assert pieces[change.id] == [change.old or "", change.new or ""]
        assert "".join(span.old for span in change.spans) == (change.old or "")
        assert "".join(span.new for span in change.spans) == (change.new or "")
        assert old[change.old_start : change.old_end] == (change.old or "")
        assert new[change.new_start : change.new_end] == (change.new or "")
        assert all((span.cls is None) == (span.old == span.new) for span in change.spans), change.spans
        assert change.old != change.new or change.op is Op.MOVE


Facts = list[tuple[object, ...]]


def plain(diff: Diff) -> Facts:
    """What a diff says, without the order of its changes and without the place where the other side lacks something."""
    return sorted(
        (
            *(change.op, change.cls, change.words_removed, change.words_added),
            *((change.old_start, change.old_end) if change.old else (-1, -1)),
            *((change.new_start, change.new_end) if change.new else (-1, -1)),
            tuple((span.old, span.new, span.cls or "") for span in change.spans),
        )
        for change in diff.changes
    )


def mirrored(facts: Facts) -> Facts:
    swapped = {Op.INSERT: Op.DELETE, Op.DELETE: Op.INSERT}
    return sorted(
        (
            swapped.get(op, op),
            cls,
            come,
            gone,
            new0,
            new1,
            old0,
            old1,
            tuple((new, old, kind) for old, new, kind in spans),
        )
        for op, cls, gone, come, old0, old1, new0, new1, spans in facts
    )


@settings(deadline=None)
@given(pairs)
def test_applying_the_changes_gives_the_new_text_to_the_byte(pair: tuple[str, str]) -> None:
    check_is_whole(ap.diff(*pair), *pair)


@settings(deadline=None)
@given(st.one_of(texts, wild))
def test_a_text_is_not_different_from_itself(text: str) -> None:
    diff = ap.diff(text, text)
    assert diff.changes == ()
    assert diff.cls is None
    assert diff.apply(text) == text


@settings(deadline=None)
@given(pairs)
def test_swapped_sides_swap_insertions_and_deletions(pair: tuple[str, str]) -> None:
    old, new = pair
    assert plain(ap.diff(old, new)) == mirrored(plain(ap.diff(new, old)))


@settings(deadline=None)
@given(pairs)
def test_every_word_is_in_one_change_or_an_equal_run(pair: tuple[str, str]) -> None:
    """Cuts stand between words: the words of the parts are the words of the whole."""
    diff = ap.diff(*pair)
    for side, text in zip(("old", "new"), pair, strict=True):
        parts = []
        for segment in diff.segments:
            if segment.change is None:
                parts.append(segment.old)
            elif getattr(segment, side):
                parts += [getattr(span, side) for span in diff.changes[segment.change].spans]
        found = Counter(word for part in parts for word in re.findall(r"[^\W_]+", part))
        assert found == Counter(re.findall(r"[^\W_]+", text))


@settings(deadline=None)
@given(st.one_of(texts, wild))
def test_blocks_and_words_are_the_text(text: str) -> None:
    assert "".join(block.raw for block in blocks_of(text)) == text
    words = words_of(text)
    assert words.lead + "".join(raw + tail for raw, tail in zip(words.raw, words.tails, strict=True)) == text
    assert len(words.keys) == len(words.raw) == len(words.tails)


@settings(deadline=None)
@given(pairs)
@example(("we\nwe\nwe\n", "we\n1. .\n\nwe\nwe\n"))
@example(("1. \n1. \n1. \n# .\u20281. \n", "# .\u20281. \n"))
@example(("1. \n# .\u20281. \n", "# .\u20281. \n1. \n1. \n"))
@example((".\n\n1. \n", "1. \n"))
def test_equal_keys_mean_that_no_word_changed(pair: tuple[str, str]) -> None:
    if text_key(pair[0]) == text_key(pair[1]):
        assert not ap.diff(*pair).is_substantive
    assert (comparable(pair[0]) == comparable(pair[1])) <= (text_key(pair[0]) == text_key(pair[1]))


@settings(deadline=None)
@given(st.one_of(texts, wild, st.text(alphabet="aZé1'’ʼ\u00ad\u0301\u0900漢.,:/@ _-*[](<", max_size=20)))
def test_the_simplest_pattern_reads_words_as_the_whole_one_does(text: str) -> None:
    assert _pattern_for(text).findall(text) == _TOKENS.findall(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("we don't, we don’t", ["we", "don't", "we", "don’t"]),
        ("mp3 3G co\u00adop e\u0301t\u00e9 na\u00efve", ["mp3", "3G", "co\u00adop", "e\u0301t\u00e9", "na\u00efve"]),
        ("see https://a.example/x:y: then", ["see", "https://a.example/x:y:", "then"]),
        ("http and https: no address", ["http", "and", "https", "no", "address"]),
        ("個人data 個", ["個", "人", "data", "個"]),
        ("1.5 a_b 5$ a@b.example/c", ["1.5", "a", "b", "5", "$", "a@b.example", "c"]),
    ],
)
def test_words_end_where_they_end(text: str, words: list[str]) -> None:
    assert list(words_of(text).raw) == words


@settings(deadline=None)
@given(pairs)
def test_a_reader_of_many_texts_reads_each_as_it_stands_alone(pair: tuple[str, str]) -> None:
    reader = Reader()
    for text in pair:
        assert reader.text_key(text) == text_key(text)
        assert reader.block_keys(text) == tuple(key for key in block_keys(text) if key)


def test_a_diff_refuses_a_text_that_it_was_not_made_from() -> None:
    diff = ap.diff("one\n\ntwo\n", "one\n\nthree\n")
    for other in ("", "one\n\nfour\n", "one\n\ntwo\n\n"):
        with pytest.raises(InputError, match="another text"):
            diff.apply(other)


def test_long_texts_without_anything_in_common_end_and_say_so() -> None:
    rng = random.Random(5)
    old = "\n\n".join(" ".join(f"a{rng.randrange(90_000)}" for _ in range(40)) for _ in range(1250))
    new = "\n\n".join(" ".join(f"b{rng.randrange(90_000)}" for _ in range(40)) for _ in range(1250))
    diff = compare(old, new)
    assert diff.apply(old) == new
    assert any("too long" in note for note in diff.notes)


@pytest.mark.corpus
def test_laws_hold_on_real_pairs(corpus: Path) -> None:
    with gzip.open(corpus / "versions" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            old, new = row["old"], row["new"]
            diff = ap.diff(old, new)
            check_is_whole(diff, old, new)
            assert plain(diff) == mirrored(plain(ap.diff(new, old))), row["id"]
            if text_key(old) == text_key(new):
                assert not diff.is_substantive, row["id"]
