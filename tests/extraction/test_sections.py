"""One policy of a page that holds several."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from archivepolicy.errors import InputError
from archivepolicy.extraction import extract
from archivepolicy.records import Document, Section, TitleSource

URL = "https://a.example/legal"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Legal | A</title></head><body>
<nav><a href="/">Home</a> <a href="/b">Blog</a></nav>
<main><h1>Legal</h1>
<section id="terms"><h2>Terms of Service</h2><p>You may use the site for as long as you keep to these terms.</p>
<h3>Ending</h3><p>Either side may end the contract at any time.</p></section>
<div class="wrap"><h2>Privacy  Policy</h2><p>We keep your name, and we tell it to nobody.</p>
<p><b>Cookies</b></p><p>We set one cookie.</p><p><strong>Contact</strong></p><p>Write to us at any time.</p></div>
<div class="name">Imprint</div><div><p>A Ltd, 1 Example Street.</p></div>
<div class="name">Accessibility</div><div><p>All pages can be read aloud.</p></div>
</main><footer>&copy; A</footer></body></html>"""


def cut(html: str = PAGE, **bounds: str) -> Document:
    return extract(html.encode(), url=URL, section=Section(**bounds))


TERMS = "## Terms of Service\n\nYou may use the site for as long as you keep to these terms.\n\n"
ENDING = "### Ending\n\nEither side may end the contract at any time.\n"
COOKIES = "**Cookies**\n\nWe set one cookie.\n"
PRIVACY = "## Privacy Policy\n\nWe keep your name, and we tell it to nobody.\n\n"


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"from_heading": "terms of  SERVICE"}, TERMS + ENDING),
        ({"from_heading": "terms"}, TERMS + ENDING),
        ({"from_heading": "ending"}, ENDING),
        ({"from_heading": "Ending", "to_heading": "cookies"}, f"{ENDING}\n{PRIVACY}".rstrip() + "\n"),
        ({"from_heading": "cookies"}, COOKIES),
        ({"to_heading": "ending"}, f"# Legal\n\n{TERMS}".rstrip() + "\n"),
        ({"from_heading": "imprint"}, "Imprint\n\nA Ltd, 1 Example Street.\n"),
        ({"css": "#terms"}, TERMS + ENDING),
        ({"css": "#terms h3, .wrap p:last-child, .wrap"}, None),
        ({"css": "main", "from_heading": "Privacy", "to_heading": "Contact"}, f"{PRIVACY}{COOKIES}"),
    ],
)
def test_a_section_is_what_was_asked_for(bounds: dict[str, str], text: str | None) -> None:
    document = cut(**bounds)
    if text is not None:
        assert document.text == text
    else:  # of one match inside another the outer, in the page's order
        assert document.text.index("### Ending") < document.text.index("## Privacy Policy")
        assert document.text.count("Write to us") == 1
    assert document.verdict.is_usable
    assert document.kept_share < 1
    assert any(removal.rule == "section/outside" for removal in document.removed)


def test_a_section_s_heading_is_its_title() -> None:
    assert cut(from_heading="terms").title == "Terms of Service"
    assert cut(from_heading="imprint").title == "Imprint"
    assert cut(css=".wrap").title == "Privacy Policy"
    assert cut(css="#terms p").title_source is TitleSource.PAGE
    assert cut().title == "Legal"


def test_everything_outside_is_logged_in_the_page_s_order() -> None:
    outside = [removal.text for removal in cut(from_heading="ending").removed if removal.rule == "section/outside"]
    assert outside[0] == "Legal"
    assert outside[1:3] == ["Terms of Service", "You may use the site for as long as you keep to these terms."]
    assert outside[-1] == "All pages can be read aloud."


def test_a_title_that_was_pruned_is_found_on_the_whole_page() -> None:
    page = PAGE.replace("<nav>", '<div class="navbar"><h4>Jump to</h4><p>Read what follows.</p></div><nav>')
    assert "Jump to" not in cut(page).text
    document = cut(page, from_heading="jump to", to_heading="legal")
    assert document.text.startswith("#### Jump to\n\nRead what follows.")
    assert any("nothing was pruned" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"from_heading": "Refunds"}, "no heading 'Refunds' there; the headings: Home"),
        ({"from_heading": "Privacy Policy", "to_heading": "Ending"}, "no heading 'Ending' after 'Privacy Policy'"),
        ({"from_heading": " "}, "a heading without words"),
        (
            {"css": ".nothing"},
            "nothing on the page matches the selector '.nothing'; the headings: Legal; Terms of Service",
        ),
        ({"css": "]["}, "not a CSS selector: ']['"),
        ({"css": ""}, "not a CSS selector"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(bounds: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        cut(**bounds)
    said = str(caught.value)
    assert words.replace("Home", "Legal") in said
    assert "\n" not in said


def test_many_headings_are_named_in_part() -> None:
    page = (
        "<main>"
        + "".join(f"<h2>Part {at}</h2><p>We keep the name that you give us.</p>" for at in range(40))
        + "</main>"
    )
    with pytest.raises(InputError, match="Part 19; and 20 more"):
        cut(page, from_heading="Nothing")


def test_plain_text_can_be_cut_by_its_lines() -> None:
    text = b"TERMS\n\nYou may use the site as you like.\n\nPRIVACY\n\nWe keep your name for a year.\n"
    document = extract(text, content_type="text/plain", section=Section(from_heading="privacy"))
    assert document.markdown == "PRIVACY\n\nWe keep your name for a year.\n"


@pytest.mark.corpus
def test_real_pages_of_several_policies_are_cut_by_the_heading_alone(corpus: Path) -> None:
    folder = corpus / "extraction"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    precision, recall = [], []
    for row in rows:
        if row["section"]:
            gold = (folder / row["gold"]).read_text(encoding="utf-8")
            first = next(line for line in gold.splitlines() if re.search(r"\w", line))
            section = Section(from_heading=re.sub(r"[|*_#\\]|---", "", first).strip())
            document = extract(gzip.decompress((folder / row["page"]).read_bytes()), url=row["url"], section=section)
            got, wanted = (
                Counter(re.findall(r"\w+", re.sub(r"\]\([^)]*\)", "", text).casefold()))
                for text in (document.markdown, gold)
            )
            shared = sum((got & wanted).values())
            precision.append(shared / sum(got.values()))
            recall.append(shared / sum(wanted.values()))
    assert len(recall) == 18
    # where authors rank a policy's own parts as high as its title, --to-heading is needed as well: 6 pages of 4 policies
    assert sum(share >= 0.95 for share in recall) >= 15
    assert sum(share >= 0.95 for share in precision) >= 16
