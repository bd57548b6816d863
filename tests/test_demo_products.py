"""The products under `snapshots/` are what the demo archive yields, to the byte."""

import runpy
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
HOSTS = ("fernhollow.example", "www.fernhollow.example")


def products(folder: Path) -> dict[str, bytes]:
    files = (file for host in HOSTS for file in (folder / host).rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_making_the_products_again_gives_the_same_bytes(tmp_path: Path) -> None:
    make_products = runpy.run_path(str(SNAPSHOTS / "make_products.py"))["make_products"]
    made = make_products(tmp_path)
    assert len(made) >= 8
    again = products(tmp_path)
    assert again == products(SNAPSHOTS)
    assert {path for path in again if path.endswith(".md")} == set(made)


@pytest.mark.parametrize("file", sorted(SNAPSHOTS.glob("*/**/*.md")), ids=lambda file: file.stem)
def test_a_product_is_clean(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    assert lines[0].startswith(
        "> *The following text is extracted and transformed from the fernhollow.example privacy policy"
    )
    assert lines[1:3] == ["", "# Privacy Policy"]
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert not [line for line in lines if line != line.rstrip()]
    for chrome in (
        "WHMCompleteSolution",
        "Powered by",
        "Language:",
        "Knowledgebase",
        "Portal Home",
        "All Rights Reserved",
        "cdn-cgi",
    ):
        assert chrome.lower() not in text.lower()
    assert "�" not in text
