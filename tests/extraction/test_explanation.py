"""A page beside its product: every line is either there, or named by a rule."""

import contextlib
import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivepolicy.errors import UnusableCaptureError
from archivepolicy.extraction import explained, extract
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.elements import words_of
from archivepolicy.extraction.tree import parsed_page
from archivepolicy.records import Section

URL = "https://a.example/privacy"
MIN_LETTERS = 25  # shorter lines stand in menus and sentences alike
LONG = "We keep the address that you give us for as long as you have an account with us"
PAGE = f"""<title>Privacy | A</title><nav><a href="/">Home</a> <a href="/b">Blog</a></nav>
<main><h1>Privacy</h1><p>{LONG}, and <b>for 30 days</b> after that.</p><ol><li>name</li><li>post</li></ol>
<p>Read the <a href="/terms">terms of service</a><span class="sr-only" hidden>(opens in a new window)</span> as well.</p>
<h2>Sharing</h2><p>We share nothing with anybody.</p></main>
<footer>{"".join(f"<p><a href=/{at}>Footer link {at}</a></p>" for at in range(30))}</footer>"""


def lines_of(html: str, section: Section | None = None) -> list[tuple[str, str, str | None]]:
    payload = html.encode()
    document = extract(payload, url=URL, section=section or Section())
    explanation = explained(payload, document, url=URL)
    assert {removal.text for removal in explanation.elsewhere} <= {"(opens in a new window)"}
    return [(part.tag, part.text, part.rule) for part in explanation.parts]


def test_every_line_of_the_page_is_kept_or_has_a_rule_in_the_page_s_order() -> None:
    lines = lines_of(PAGE)
    assert lines[:8] == [
        ("p", "Home Blog", "prune/nav"),
        ("h1", "Privacy", None),
        ("p", f"{LONG}, and for 30 days after that.", None),
        ("li", "name", None),
        ("li", "post", None),
        ("p", "Read the terms of service", None),
        ("p", "(opens in a new window)", "prune/hidden"),
        ("p", "as well.", None),
    ]
    assert lines[8:10] == [("h2", "Sharing", None), ("p", "We share nothing with anybody.", None)]
    assert {rule for _, _, rule in lines[10:]} == {"prune/footer"}
    assert len(lines) == 40


def test_a_section_leaves_the_rest_struck_through() -> None:
    rules = {text: rule for _, text, rule in lines_of(PAGE, Section(from_heading="sharing"))}
    assert rules["Sharing"] is None
    assert rules["Privacy"] == rules["name"] == "section/outside"


def test_what_no_rule_names_is_said_to_be_unnamed() -> None:
    document = extract(PAGE.encode(), url=URL)
    other = PAGE.replace("</main>", "<p>A line that no product holds and no rule has removed.</p></main>")
    parts = explained(other.encode(), document).parts
    assert [part.text for part in parts if part.rule == ""] == ["A line that no product holds and no rule has removed."]


def test_a_long_menu_is_named_to_its_end_though_the_text_says_some_of_its_words() -> None:
    names = [f"Entry number {at} of the menu" for at in range(30)]
    names[12] = "We share nothing with anybody."
    menu = "".join(f"<li><a href=/{at}>{name}</a></li>" for at, name in enumerate(names))
    rules = [rule for _, text, rule in lines_of(PAGE.replace("<nav>", f"<nav><ul>{menu}</ul>")) if text in names]
    assert rules.count("prune/nav") >= 29
    assert "" not in rules


def test_a_title_taken_out_of_a_banner_is_kept_where_its_words_stand_twice() -> None:
    page = PAGE.replace("<h1>Privacy</h1>", "<p>Privacy of A</p>").replace(
        "<main>", "<header><h1>Privacy of A</h1> Home</header><main>"
    )
    document = extract(page.encode(), url=URL)
    rules = {part.rule for part in explained(page.encode(), document, url=URL).parts if part.text == "Privacy of A"}
    assert "# Privacy of A" in document.markdown
    assert "" not in rules


def test_inserts_of_an_archive_stand_apart() -> None:
    page = PAGE.replace(
        "<main>", "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div>x</div><!-- END WAYBACK TOOLBAR INSERT --><main>"
    )
    document = extract(page.encode(), url=URL)
    explanation = explained(page.encode(), document)
    assert [removal.rule for removal in explanation.elsewhere] == ["archive/insert"]


def test_plain_text_is_explained_too() -> None:
    text = f"PRIVACY\n\n{LONG}.\n\n* name\n* post\n".encode()
    document = extract(text, content_type="text/plain")
    assert {part.rule for part in explained(text, document, content_type="text/plain").parts} == {None}


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(payload: bytes) -> None:
    with contextlib.suppress(UnusableCaptureError):
        explained(payload, extract(payload, content_type="text/html"), content_type="text/html")


@pytest.mark.corpus
def test_on_real_pages_nearly_every_removed_line_has_its_rule(corpus: Path) -> None:
    folder = corpus / "extraction"
    removed = unnamed = 0
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()[::6]:
        row = json.loads(line)
        payload = gzip.decompress((folder / row["page"]).read_bytes())
        parts = explained(payload, extract(payload, url=row["url"])).parts
        removed += sum(part.rule is not None for part in parts)
        unnamed += sum(part.rule == "" for part in parts)
    assert removed > 1000
    assert unnamed <= 0.001 * removed


def letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).casefold()


@pytest.mark.corpus
def test_on_real_pages_nothing_that_was_kept_is_logged_as_removed(corpus: Path) -> None:
    """Words may stand twice on a page, once in the policy and once in what goes; what stands once is on one side."""
    with (corpus / "extraction" / "index.jsonl").open(encoding="utf-8") as index:
        paths = [corpus / "extraction" / json.loads(line)["page"] for line in index][::4]
    paths += sorted((corpus / "pages" / "html").glob("*.html"))[::2]
    told = 0
    wrong: list[tuple[str, str]] = []
    for path in paths:
        payload = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        document = extract(payload, url=URL)
        kept = letters(re.sub(r"\]\([^)]*\)", " ", document.markdown))
        body = parsed_page(decoded_text(payload).utf8).body
        on_page = letters(words_of(body))
        for removal in document.removed:
            words = letters(removal.text[:150])
            told += len(words) >= MIN_LETTERS
            if len(words) >= MIN_LETTERS and words in kept and on_page.count(words) <= kept.count(words):
                wrong.append((path.name, removal.text))
    assert told > 300
    assert not wrong
