"""The collector is off during a page and afterwards as it was."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING, Any

import pytest

from archivepolicy.errors import InputError
from archivepolicy.extraction import extract
from archivepolicy.extraction.collector import collector_paused
from archivepolicy.records.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = b"<title>Privacy</title><h1>Privacy</h1><p>We keep your address for as long as you want our letter.</p>"


@pytest.fixture(autouse=True)
def _collector_on_afterwards() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_is_off_within_and_on_afterwards() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()  # the outer one is not at its end
    assert gc.isenabled()


def test_a_page_is_read_with_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    # by name: the function of the same name hides the module
    module: Any = importlib.import_module("archivepolicy.extraction.extract")
    parsed, states = module.parsed_page, []

    def watched(source: bytes) -> object:
        states.append(gc.isenabled())
        return parsed(source)

    monkeypatch.setattr(module, "parsed_page", watched)
    assert "as long as you want" in extract(PAGE).markdown
    assert states == [False]
    assert gc.isenabled()


def test_it_is_on_again_after_an_error() -> None:
    with pytest.raises(InputError):
        extract(PAGE, section=Section(from_heading="Nowhere on the page"))
    assert gc.isenabled()


def test_who_switched_it_off_finds_it_off() -> None:
    gc.disable()
    extract(PAGE)
    assert not gc.isenabled()
