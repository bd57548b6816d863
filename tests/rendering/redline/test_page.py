"""The HTML redline in a real browser: it renders, its views switch, it is reached by keys, and it fetches nothing."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from archivepolicy.records.change import Change, Cls, Diff, Op, Segment, Side, Span
from archivepolicy.rendering.redline.page import redline_as_html
from peers.browser import Browser, Shown
from rendering.redline.made_diffs import made_change

OLD_URL = "https://archive.example/web/20130101000000id_/http://a.example/privacy"
LINKED = Span(old="[terms](http://a.example/1)", new="[terms](http://a.example/2)", cls=Cls.LINK)


def changes() -> tuple[Change, ...]:
    words = (
        Span(old="We keep **all** data for ", new="We keep **all** data for "),
        Span(old="thirty", new="sixty", cls=Cls.SUBSTANTIVE),
        Span(old=" days, see ", new=" days, see "),
        LINKED,
        Span(old=".\n", new=".\n"),
    )
    altered = made_change(0, "".join(span.old for span in words), "".join(span.new for span in words), spans=words)
    put_in = made_change(1, "", "- We sell <nothing> & never will\n")
    moved = replace(made_change(2, "Write to us.\n", "Write to us.\n", cls=Cls.REORDER), op=Op.MOVE, spans=())
    moved = replace(moved, section=("Contact",), spans=(Span(old="Write to us.\n", new="Write to us.\n"),))
    link_only = replace(
        made_change(3, "[link](http://a.example/1)\n", "[link](http://a.example/2)\n", cls=Cls.LINK), op=Op.LINK
    )
    return altered, put_in, moved, link_only


@pytest.fixture
def diff() -> Diff:
    altered, put_in, _moved, link_only = changes()
    assert altered.old
    assert altered.new
    assert put_in.new
    assert link_only.old
    assert link_only.new
    equal = "".join(f"Paragraph {number} is as it was.\n\n" for number in range(8))
    return Diff(
        old=Side(label="old", word_count=60, timestamp="20130101000000", memento_url=OLD_URL),
        new=Side(label="new", word_count=62, timestamp="20140101000000", memento_url="javascript:alert(1)"),
        segments=(
            Segment(old="# Privacy\n\n", new="# Privacy\n\n"),
            Segment(old="Write to us.\n", new="", change=2),
            Segment(old=altered.old, new=altered.new, change=0),
            Segment(old=equal, new=equal),
            Segment(old="", new=put_in.new, change=1),
            Segment(old="## Contact\n\n", new="## Contact\n\n"),
            Segment(old="", new="Write to us.\n", change=2),
            Segment(old=link_only.old, new=link_only.new, change=3),
        ),
        changes=changes(),
    )


@pytest.fixture
def file(diff: Diff, tmp_path: Path) -> Path:
    written = tmp_path / "redline.html"
    written.write_text(redline_as_html(diff, title="a.example/privacy <1>"), encoding="utf-8")
    return written


def visible(shown: Shown, selector: str) -> list[str]:
    return [one.inner_text() for one in shown.page.locator(selector).all() if one.is_visible()]


@pytest.mark.parametrize("scripts", [True, False])
def test_it_reads_whole_and_fetches_nothing(browser: Browser, file: Path, scripts: bool) -> None:
    with browser.show(file, scripts=scripts) as shown:
        assert shown.page.title() == "a.example/privacy <1>"
        assert visible(shown, "main.inline del") == ["Write to us.", "thirty"]
        assert visible(shown, "main.inline ins") == ["sixty", "terms", "• We sell <nothing> & never will", "link"]
        assert shown.style("main.inline del", "text-decoration-line") == "line-through"
        assert shown.style("main.inline ins", "text-decoration-line") == "underline"
        assert visible(shown, "main.inline h1, main.inline .h1") == ["Privacy"]
        assert visible(shown, "main.beside .row") == []
        assert visible(shown, "main.inline strong") == ["all"]
        assert [one.get_attribute("href") for one in shown.page.locator("dd a").all()] == [OLD_URL]
    assert (shown.fetched, shown.said) == ([], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_the_cosmetic_toggle_shows_what_was_folded(browser: Browser, file: Path, scripts: bool) -> None:
    with browser.show(file, scripts=scripts) as shown:
        before = visible(shown, "main.inline del.c")
        shown.page.click("label[for=cosmetic]")
        after = visible(shown, "main.inline del.c")
        shown.page.click("label[for=cosmetic]")
        again = visible(shown, "main.inline del.c")
    assert (before, after, again) == ([], ["terms (http://a.example/1)", "link (http://a.example/1)"], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_side_by_side_each_side_is_its_own_text(browser: Browser, file: Path, scripts: bool) -> None:
    with browser.show(file, scripts=scripts) as shown:
        shown.page.click("label[for=beside]")
        assert visible(shown, "main.inline .row") == []
        old = " ".join(visible(shown, "main.beside .pair > div:first-child"))
        new = " ".join(visible(shown, "main.beside .pair > div:last-child"))
        assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert ("thirty" in old, "sixty" in old, "We sell" in old) == (True, False, False)
    assert ("thirty" in new, "sixty" in new, "We sell" in new) == (False, True, True)


def test_changes_only_leaves_far_paragraphs_out(browser: Browser, file: Path) -> None:
    with browser.show(file) as shown:
        shown.page.click("label[for=changes]")
        kept = visible(shown, "main.inline .row")
    assert [bool(re.search(f"Paragraph {number} ", " ".join(kept))) for number in (0, 1, 3, 4, 6, 7)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip


def test_keys_go_from_change_to_change(browser: Browser, file: Path) -> None:
    with browser.show(file) as shown:
        seen = []
        for key in ("j", "j", "n", "k", "p"):
            shown.page.keyboard.press(key)
            seen.append(shown.page.locator(".row.at").inner_text())
        shown.page.keyboard.press("c")
        folded = visible(shown, "main.inline del.c")
        shown.page.keyboard.press("s")
        beside = shown.page.locator("main.beside").is_visible()
    assert seen[0].startswith("moved away, to Contact")
    assert seen[1].startswith("We keep all data for thirtysixty days")
    assert seen[2] == "• We sell <nothing> & never will"
    assert seen[3] == seen[1]
    assert seen[4] == seen[0]
    assert (bool(folded), beside) == (True, True)
    assert (shown.fetched, shown.said) == ([], [])


@pytest.mark.parametrize("dark", [False, True])
def test_marks_are_readable_on_their_ground(browser: Browser, file: Path, dark: bool) -> None:
    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    with browser.show(file, dark=dark, width=360) as shown:
        pairs = [
            (luminance(shown.style(name, "color")), luminance(shown.style(name, "background-color")))
            for name in ("body", "main.inline del", "main.inline ins:not(.c)")
        ]
        assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for ink, ground in pairs:  # WCAG 2.2, 1.4.3: at least 4.5 to 1
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5


def test_no_markup_of_a_policy_gets_into_the_page(diff: Diff) -> None:
    evil = '<script>alert(1)</script> [x](javascript:alert(1)) [y](https://b.example/"onclick=") **<img src=x>**\n'
    html = redline_as_html(replace(diff, segments=(*diff.segments, Segment(old=evil, new=evil))), title="<b>")
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html
    assert '"onclick' not in html


def test_equal_texts_say_so(diff: Diff) -> None:
    html = redline_as_html(replace(diff, segments=(Segment(old="a\n", new="a\n"),), changes=()), title="a")
    assert "No change" in html
