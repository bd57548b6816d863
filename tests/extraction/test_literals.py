"""Strings looked for at once are found wherever each by itself would be, also across the pieces that are looked at."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.extraction import literals
from archivepolicy.extraction.literals import Literals
from archivepolicy.extraction.platform_rules import detected

SIGNS = st.text("ab<", min_size=1, max_size=4).map(str.encode)
PIECE_BYTES = literals._PIECE_BYTES


def places_one_by_one(wanted: list[bytes], source: bytes) -> list[tuple[int, int]]:
    return [
        (number, match.start())
        for number, literal in enumerate(wanted)
        for match in re.finditer(b"(?=%s)" % re.escape(literal), source)
    ]


@given(wanted=st.lists(SIGNS, max_size=5), source=st.text("ab<c", max_size=40).map(str.encode))
def test_every_place_of_each_is_found(wanted: list[bytes], source: bytes) -> None:
    assert sorted(Literals(wanted).places(source)) == places_one_by_one(wanted, source)


@given(wanted=st.lists(SIGNS, min_size=1, max_size=5), words=st.text("ab<c", max_size=20), before=st.integers(0, 20))
def test_none_is_lost_or_found_twice_where_pieces_meet(wanted: list[bytes], words: str, before: int) -> None:
    source = b"." * (PIECE_BYTES - before) + words.encode() + b"." * PIECE_BYTES + words.encode()
    assert sorted(Literals(wanted).places(source)) == places_one_by_one(wanted, source)


def test_whether_any_is_there() -> None:
    assert Literals([b"sea", b"shore"]).are_in(b"on the shore")
    assert not Literals([b"sea", b"shore"]).are_in(b"on the hill")
    assert not Literals([]).are_in(b"on the hill")
    assert not Literals([b"sea"]).are_in(b"")


def test_a_platform_named_where_two_pieces_meet_is_known() -> None:
    address = b'<script src="/modules/ps_banner.js"></script>'
    for before in range(len(address)):
        names = [platform.id for platform in detected(b" " * (PIECE_BYTES - before) + address)]
        assert names == ["prestashop"]
