import contextlib
import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.codings import CodingError, decoded_body, decoded_chunks

PAGE = b"<html>" + b"we keep your data for 90 days " * 50


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (PAGE, None),
        (PAGE, "identity"),
        (gzip.compress(PAGE), "gzip"),
        (gzip.compress(PAGE), None),  # compressed and not labelled
        (gzip.compress(gzip.compress(PAGE)), "gzip"),  # twice
        (gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:]), "gzip"),  # two members
        (gzip.compress(PAGE) + b"\0" * 8, "gzip"),  # padded
        (zlib.compress(PAGE), "deflate"),
        (zlib.compress(PAGE, wbits=-15), "deflate"),  # raw, as some servers send it
        (brotli.compress(PAGE), "br"),
        (gzip.compress(brotli.compress(PAGE)), "br, gzip"),
    ],
)
def test_codings_are_undone(body: bytes, label: str | None) -> None:
    assert decoded_body(body, label) == (PAGE, ())


@pytest.mark.parametrize("label", ["gzip", "x-gzip", "br", "deflate", "compress"])
def test_a_false_label_is_passed_over_with_a_warning(label: str) -> None:
    body, (warning,) = decoded_body(PAGE, label)
    assert body == PAGE
    assert label in warning


def test_a_cut_body_gives_what_can_be_unpacked() -> None:
    whole = bytes(range(256)) * 1000
    body, (warning,) = decoded_body(gzip.compress(whole)[:-20], "gzip")
    assert body
    assert whole.startswith(body)
    assert "cut short" in warning


@pytest.mark.parametrize(
    "body", [gzip.compress(bytes(10**7)), zlib.compress(bytes(10**7)), brotli.compress(bytes(10**7))]
)
def test_a_body_that_unpacks_beyond_the_bound_is_refused(body: bytes) -> None:
    label = "gzip" if body.startswith(b"\x1f\x8b") else "deflate" if body.startswith(b"\x78") else "br"
    with pytest.raises(CodingError, match="more than 1000000 bytes"):
        decoded_body(body, label, max_bytes=10**6)


@given(st.binary(max_size=200), st.sampled_from([None, "gzip", "br", "deflate", "gzip, br", ",,"]))
def test_any_bytes_give_bytes(body: bytes, label: str | None) -> None:
    decoded, warnings = decoded_body(body, label)
    assert isinstance(decoded, bytes)
    assert all(isinstance(warning, str) for warning in warnings)


@given(st.binary(max_size=3000), st.integers(0, 3), st.integers(1, 700))
def test_pieces_give_what_the_whole_gives(payload: bytes, rounds: int, size: int) -> None:
    if payload.startswith(b"\x1f\x8b"):
        return
    body = payload
    for _ in range(rounds):
        body = gzip.compress(body)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert b"".join(decoded_chunks(pieces, "gzip" if rounds else None)) == payload


@given(st.binary(max_size=300))
def test_pieces_of_anything_give_bytes_or_a_coding_error(junk: bytes) -> None:
    with contextlib.suppress(CodingError):
        b"".join(decoded_chunks([b"\x1f\x8b" + junk, junk]))


def test_pieces_cut_short_or_too_many_are_an_error() -> None:
    whole = gzip.compress(b"row\n" * 10_000)
    with pytest.raises(CodingError, match="cut short"):
        list(decoded_chunks([whole[:-20]]))
    with pytest.raises(CodingError, match="more than 1000 bytes"):
        list(decoded_chunks([whole], max_bytes=1000))
    assert b"".join(decoded_chunks([whole + whole + b"\0\0"])) == b"row\n" * 20_000
    assert b"".join(decoded_chunks([brotli.compress(b"rows")], "br")) == b"rows"
