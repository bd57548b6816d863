"""An explanation as text, in a terminal, and as HTML: what was removed is told by more than colour."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

from archivepolicy.records import Removal
from archivepolicy.records.explanation import Explanation, Part
from archivepolicy.rendering.explain import explanation_as_html, explanation_as_text, print_explanation
from peers.browser import Browser

EXPLANATION = Explanation(
    title="Privacy <b>",
    url="https://a.example/?a=1&b=2",
    parts=(
        Part(text="Home [bold]Blog[/bold]", tag="p", rule="prune/nav"),
        Part(text="Privacy <b>", tag="h1"),
        Part(text="name", tag="li"),
        Part(text="Powered by A", tag="li", rule="whmcs/footer"),
        Part(text="Nobody knows", tag="p", rule=""),
    ),
    elsewhere=(Removal(rule="archive/insert", text="toolbar", where="source"),),
)


def test_as_text() -> None:
    assert explanation_as_text(EXPLANATION).splitlines() == [
        "[-prune/nav: Home [bold]Blog[/bold]-]",
        "# Privacy <b>",
        "- name",
        "- [-whmcs/footer: Powered by A-]",
        "[-not-logged: Nobody knows-]",
        "[-archive/insert: toolbar-] (not among the page's lines)",
        "",
        "5 lines on the page, 2 kept, 3 removed.",
        "prune/nav          1  the site's: navigation, header, footer, dialog and their like, by tag, role or name",
        "whmcs/footer       1  a line of the hosting platform of that name",
        "not-logged         1  not in the product, and no rule of the log names it",
        "archive/insert     1  put into the page by the archive",
    ]


def test_in_a_terminal_removed_text_is_struck_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stdout", out := io.StringIO())
    print_explanation(EXPLANATION)
    lines = out.getvalue().splitlines()
    assert "- prune/nav" in lines[0]
    assert ";9;31mHome [bold]Blog[/bold]" in lines[0]
    assert "9;31m" not in lines[1]


def test_as_html_it_stands_alone() -> None:
    html = explanation_as_html(EXPLANATION)
    root = lxml.html.fromstring(html)
    assert [element.text_content() for element in root.iter("del")] == [
        "Home [bold]Blog[/bold]", "Powered by A", "Nobody knows", "toolbar",
    ]  # fmt: skip
    assert root.findtext(".//main/h1") == "Privacy <b>"
    assert [code.text for code in root.findall(".//main//code")] == ["prune/nav", "whmcs/footer", "not-logged"]
    assert not list(root.iter("script", "link", "img", "iframe"))
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
    assert "https://a.example/?a=1&amp;b=2" in html


def test_as_html_a_page_without_removals_has_no_empty_table() -> None:
    kept = tuple(part for part in EXPLANATION.parts if part.rule is None)
    assert "<table>" in explanation_as_html(EXPLANATION)
    assert "<table>" not in explanation_as_html(replace(EXPLANATION, parts=kept, elsewhere=()))


@pytest.mark.parametrize("dark", [False, True])
def test_in_a_browser_it_is_readable_and_fetches_nothing(browser: Browser, tmp_path: Path, dark: bool) -> None:
    file = tmp_path / "explanation.html"
    file.write_text(explanation_as_html(EXPLANATION), encoding="utf-8")
    with browser.show(file, dark=dark, scripts=False, width=360) as shown:
        assert shown.page.title() == "What was removed: Privacy <b>"
        assert shown.page.locator("main del").all_inner_texts() == [
            "Home [bold]Blog[/bold]", "Powered by A", "Nobody knows",
        ]  # fmt: skip
        assert shown.style("main del", "text-decoration-line") == "line-through"
        assert shown.style("main h1", "text-decoration-line") == "none"
        ground, ink = shown.style("body", "background-color"), shown.style("body", "color")
        assert (ground, ink) == (
            ("rgb(22, 22, 22)", "rgb(232, 232, 232)") if dark else ("rgb(255, 255, 255)", "rgb(27, 27, 27)")
        )
        assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (shown.fetched, shown.said) == ([], [])
