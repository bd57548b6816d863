import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.digests import normalise_digest, sha1_base32, sha256_hex


@given(st.binary())
def test_every_way_of_writing_a_sha1_is_the_same_digest(payload: bytes) -> None:
    digest = sha1_base32(payload)
    written = (digest, digest.lower(), f"sha1:{digest}", f"SHA1:{digest.lower()}", hashlib.sha1(payload).hexdigest())  # noqa: S324
    assert {normalise_digest(form) for form in written} == {digest}
    assert sha256_hex(payload) == hashlib.sha256(payload).hexdigest()


@pytest.mark.parametrize("nothing", [None, "", "-"])
def test_no_digest_is_none(nothing: str | None) -> None:
    assert normalise_digest(nothing) is None


def test_another_algorithm_is_kept_as_it_is() -> None:
    assert normalise_digest("sha256:abc") == "sha256:abc"
