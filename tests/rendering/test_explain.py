"""An explanation as text, in a terminal, and as HTML: what was removed is told by more than colour."""

import io
import sys

import lxml.html
import pytest

from archivepolicy.records import Removal
from archivepolicy.records.explanation import Explanation, Part
from archivepolicy.rendering.explain import explanation_as_html, explanation_as_text, print_explanation

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
