"""What is dropped from a page and what is not, by structure: panels to sign up in, tables of contents, dates beside the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archivepolicy.extraction import extract

if TYPE_CHECKING:
    from archivepolicy.records.document import Document

A = "We write down the name and the street that you give us with an order, and nothing that you did not tell us."
B = "The order book is kept for as long as seeds are under guarantee, and ten years more where the tax office asks."
PROSE = f"<p>{A}</p><p>{B}</p>"
OFFER = "Leave your address and get a tenth off your first order of at least twenty, once for every household in the country."


def document(html: str) -> Document:
    return extract(html.encode(), url="http://www.meadow.example/privacy")


@pytest.mark.parametrize(
    "names", ["register-panel", "newsletter-block", "overlay_modal", "home-signup wide", "footerPopUp"]
)
def test_a_panel_that_asks_for_an_address_goes(names: str) -> None:
    panel = (
        f"<section class='{names}'><div><h2>A tenth off</h2><form><input type=email><button>Join</button></form>"
        f"<div style='display:none'>You are on the list.</div><p>{OFFER}</p></div></section>"
    )
    found = document(f"<body><div><h1>Imprint</h1><p>{A}</p></div>{panel}{panel}</body>")
    assert found.markdown == f"# Imprint\n\n{A}\n"
    assert any(removal.text.startswith("A tenth off") for removal in found.removed)


@pytest.mark.parametrize("name", ["cookieConfirm--x7Qd", "cookie-banner", "cookieHint", "gdpr-popup"])
def test_a_consent_panel_goes_by_its_name(name: str) -> None:
    panel = f"<div class={name}><p>Seeds and cookies: may we put some crumbs on your computer, to know you when you come again?</p></div>"
    assert document(f"<body><h1>Privacy</h1>{PROSE}{PROSE}{panel}</body>").markdown.endswith("asks.\n")


@pytest.mark.parametrize(
    "section",
    [
        "<section class=newsletter-rights><h2>Letters</h2><p>{}</p></section>",
        "<section class=your-choice><h2>Letters</h2><form><input type=email></form><p>{}</p></section>",
        "<section id=subscription><h2>Letters</h2><p>{}</p></section>",
    ],
    ids=["no form", "other name", "a section's anchor"],
)
def test_a_section_of_the_policy_is_no_panel(section: str) -> None:
    found = document(f"<body><div><h1>Privacy</h1>{PROSE}{section.format(OFFER)}{PROSE}</div></body>")
    assert OFFER in found.markdown


CONTENTS = "<ol><li><a href=#what>What we keep</a></li><li><a href=#long>How long</a></li><li><a href=#who>Who sees it</a></li></ol>"
SECTIONS = "".join(f"<section id={name}><h2>{title}</h2>{PROSE}</section>" for name, title in (("what", "What we keep"), ("long", "How long"), ("who", "Who sees it")))  # fmt: skip
LISTED = "1. [What we keep](#what)\n2. [How long](#long)\n3. [Who sees it](#who)"


@pytest.mark.parametrize("shell", ["<nav>{}</nav>", "<div class=toc>{}</div>", "<div><nav class=menu>{}</nav></div>"])
def test_a_table_of_contents_in_the_flow_of_the_text_stays(shell: str) -> None:
    assert LISTED in document(f"<main><h1>Privacy</h1>{shell.format(CONTENTS)}{SECTIONS}</main>").markdown


def test_a_table_of_contents_that_leads_to_bare_headings_and_named_anchors_stays() -> None:
    text = f"<h2 id=what>What we keep</h2>{PROSE}<a name=long></a><h2>How long</h2>{PROSE}<h2><a name=who>Who sees it</a></h2>{PROSE}"
    assert LISTED in document(f"<div><h1>Privacy</h1><div class=toc>{CONTENTS}</div>{text}</div>").markdown


@pytest.mark.parametrize(
    "page",
    [
        "<main><nav>{0}</nav><div>{1}</div></main>",
        "<main><div>{1}</div><nav>{0}</nav></main>",
        "<header><nav>{0}</nav></header><main>{1}</main>",
        "<main><nav><ul><li><a href=/a>A</a><li><a href=/b>B</a><li><a href=#long>C</a></ul></nav>{1}</main>",
    ],
    ids=["in a column before", "in a column after", "in the header", "links to elsewhere"],
)
def test_navigation_goes(page: str) -> None:
    found = document(page.format(CONTENTS, SECTIONS))
    assert "](" not in found.markdown
    assert "## How long" in found.markdown


def test_dates_and_versions_beside_the_text_stay() -> None:
    versions = "".join(f" <a href=?v={year}>3 May {year}</a>," for year in range(2009, 2021))
    page = f"<div><div class=text><h1>Privacy</h1>{PROSE}</div><p>Reference: P/7</p><p>Updated on 3 May 2021.</p><p>Versions:{versions}</p></div>"
    found = document(f"<body>{page}<div class=box><a href=/news>News of 2021</a></div></body>").markdown
    assert "Reference: P/7" in found
    assert "Updated on 3 May 2021." in found
    assert "[3 May 2009](http://www.meadow.example/privacy?v=2009)" in found
    assert "News" not in found


def test_the_date_beside_the_heading_stays_and_a_slogan_goes() -> None:
    dated = f"<main><div><h1>Privacy</h1><p>In force from 3 May 2021 <a href=/old>Version before</a></p></div><div class=text>{PROSE}{PROSE}</div></main>"
    slogan = f"<main><div><h1>Privacy</h1><h2>Seeds that grow</h2><a href=/shop>See our catalogue</a></div><div class=text>{PROSE}{PROSE}</div></main>"
    assert "3 May 2021" in document(dated).markdown
    assert "Seeds that grow" not in document(slogan).markdown


def test_what_stands_between_the_heading_and_the_text_stays() -> None:
    page = (
        "<body><div class=a><h1>Marks</h1></div><div class=b><h2>Logo</h2><p>For light paper <a href=/l.png>Load</a></p></div>"
        f"<div class=c><h2>Words</h2>{PROSE}{PROSE}</div></body>"
    )
    assert "## Logo\n\nFor light paper [Load](http://www.meadow.example/l.png)" in document(page).markdown


def test_a_list_of_what_is_recorded_is_no_menu() -> None:
    assert document(f"<div>{PROSE}<ul><li>your orders</li><li>log in</li><li>search</li></ul></div>").markdown.endswith(
        "- your orders\n- log in\n- search\n"
    )
    assert document(f"<div>{PROSE}<ul><li>Print</li><li>Share</li></ul></div>").markdown.endswith("asks.\n")
