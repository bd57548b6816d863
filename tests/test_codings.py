import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.codings import CodingError, decoded_body

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
