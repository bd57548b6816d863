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


HEADED = "".join(f"<h2 id={name}>{title}</h2>{PROSE}" for name, title in (("what", "What we keep"), ("long", "How long"), ("who", "Who sees it")))  # fmt: skip
GRID = "<div class=grid><div class=t1><h1>Privacy</h1></div>{}<div class=t2>{}</div></div>"


@pytest.mark.parametrize(
    "shell", ["<div class=x><b>Table of contents</b>{}</div>", "<nav>{}</nav>", "<aside class=list>{}</aside>"]
)
def test_a_table_of_contents_between_the_title_and_a_wrapped_text_stays(shell: str) -> None:
    found = document(GRID.format(shell.format(CONTENTS), HEADED)).markdown
    assert LISTED in found
    assert ("Table of contents" in found) == ("Table of contents" in shell)
    assert found.index(LISTED) < found.index("## What we keep")


def test_a_table_of_contents_that_stands_in_the_text_too_is_kept_once() -> None:
    narrow = f"<details><summary>Contents</summary>{CONTENTS}</details>{HEADED}"
    found = document(GRID.format(f"<div class=x>{CONTENTS}</div>", narrow)).markdown
    assert found.count("[How long](#long)") == 1


@pytest.mark.parametrize(
    "shell",
    [
        "<nav class='sticky top-4'>{}</nav>",
        "<div class=sidebar>{}</div>",
        "<nav class=col>{}</nav>",
        "<div style='position: sticky'>{}</div>",
        "<aside>{}<a href=/shop>Shop</a></aside>",
        "<nav><ol><li><a href=#what>Seeds</a></li><li><a href=#long>Tools</a></li><li><a href=#who>Soil</a></li></ol></nav>",
    ],
    ids=["sticky", "sidebar", "column", "style", "a link to elsewhere", "other words than the headings'"],
)
def test_a_column_or_a_menu_between_the_title_and_the_text_goes(shell: str) -> None:
    found = document(GRID.format(shell.format(CONTENTS), HEADED))
    assert "](" not in found.markdown
    assert found.removed


@pytest.mark.parametrize(
    "page",
    [
        "<main><article><h1>Privacy</h1>{}<footer class=doc-footer><a href=/edit>Edit this page</a><span>Last updated on <b><time>May 3, 2021</time></b> by <b>ann</b></span></footer></article></main>",
        "<div><h1>Privacy</h1>{}</div><div id=footer>Copyright 2020 Meadow. This page was last modified on 3 May 2021. <a href=/>Home</a></div>",
        "<div role=main><h1>Privacy</h1>{}</div><footer><div role=contentinfo><p>&copy; 2021, Meadow. <span>Last updated on May 03, 2021.</span></p></div>Built with <a href=/s>S</a></footer>",
        "<div><h1>Privacy</h1>{}</div><div id=footer><ul><li>This page was last modified on 3 May 2021, at 10:12.</li><li>Read 9 times</li></ul></div>",
        "<main><article><h1>Privacy</h1>{}</article><aside><p>Last updated</p><p>3 May 2021</p></aside></main>",
        "<body><div class=wrap><div><h1>Privacy</h1>{}</div><div class=box><a href=/all>All our policies, one after the other</a><div>Last updated: 3 May 2021</div></div></div></body>",
    ],
    ids=["documentation", "site footer", "generator", "wiki", "two lines", "outside"],
)
def test_a_date_in_what_goes_dates_a_text_that_has_none(page: str) -> None:
    found = document(page.format(PROSE + PROSE))
    assert "2021" not in found.markdown
    assert [date.date for date in found.stated_dates] == ["2021-05-03"]
    own = document(page.format(f"<p>Last updated: 1 April 2019</p>{PROSE}{PROSE}"))
    assert [date.date for date in own.stated_dates] == ["2019-04-01"]


@pytest.mark.parametrize(
    "rest",
    [
        "<aside><ul>"
        + "".join(f"<li>Apples<p>Updated on {day} May 2021</p></li>" for day in range(3, 9))
        + "</ul></aside>",
        "<footer>Copyright 2021 Meadow</footer>",
        "<nav>Last updated 3 May 2021</nav>",
    ],
    ids=["news", "copyright", "navigation"],
)
def test_other_dates_around_the_text_date_nothing(rest: str) -> None:
    assert document(f"<main><h1>Privacy</h1>{PROSE}{PROSE}</main>{rest}").stated_dates == ()


@pytest.mark.parametrize("name", ["cookies-notice-title", "entry-meta", "CookiesNoticeTitle--b9"])
def test_a_name_makes_no_chrome_of_a_title_with_its_date(name: str) -> None:
    dated = f"<div class={name}><div>Cookies Notice</div><div>Last updated: 3 May 2021</div></div>"
    found = document(f"<div>{dated}<div class=text>{PROSE}{PROSE}</div></div>")
    assert found.markdown.startswith("Cookies Notice\n\nLast updated: 3 May 2021\n\n")
    banner = f"<div class={name}>Updated on 3 May 2021: we use crumbs. <button>Fine</button></div>"
    assert "crumbs" not in document(f"<div>{banner}<div class=text>{PROSE}{PROSE}</div></div>").markdown


@pytest.mark.parametrize(
    ("tag", "attributes"), [("div", "aria-hidden=true"), ("form", ""), ("div", "class=modal"), ("aside", "")]
)
def test_what_holds_the_main_is_never_dropped_and_so_never_logged(tag: str, attributes: str) -> None:
    """A dialog holds most of the page's prose, so that all else is small beside it."""
    dialog = f"<div role=dialog><h2>Cookies</h2>{PROSE * 20}</div>"
    own = "<main><h1>Imprint</h1><p>Meadow Ltd, 4 Mill Lane, Meadow, telephone 555 0133, register of Meadow, number 7</p></main>"
    found = document(f"<div><{tag} {attributes}>{own}</{tag}>{dialog}</div>")
    assert "Mill Lane" in found.markdown
    assert not any("Mill Lane" in removal.text for removal in found.removed)


def test_a_box_to_sign_up_in_ends_before_the_main() -> None:
    own = "<main><h2>Imprint</h2><p>Meadow Ltd, 4 Mill Lane, Meadow, telephone 555 0133, register of Meadow, number 7</p></main>"
    offer = "<div><p>Subscribe to our newsletter</p><form><input></form></div>"
    dialog = f"<div role=dialog><h2>Cookies</h2>{PROSE * 20}</div>"
    found = document(f"<div class=w><div class=box>{own}{offer}</div></div>{dialog}")
    assert "Mill Lane" in found.markdown
    assert [removal.text for removal in found.removed if removal.rule == "prune/sign-up"] == [
        "Subscribe to our newsletter"
    ]


@pytest.mark.parametrize(
    "before",
    [
        "<header><a href=/>Meadow</a><h1>Privacy of all</h1><p>Free letters</p></header>",
        "<div role=banner><p>Free letters</p><h1>Privacy of all</h1></div>",
        "<div class=top><div><h1>Privacy of all</h1></div><ul><li><a href=/a>Free</a><li><a href=/b>letters</a></ul></div>",
    ],
)
def test_a_heading_taken_out_of_what_goes_is_not_logged_with_it(before: str) -> None:
    found = document(f"{before}<div class=text><div>{PROSE}{PROSE}</div></div>")
    assert found.markdown.startswith("# Privacy of all\n")
    assert any("letters" in removal.text for removal in found.removed)
    assert not any("Privacy of all" in removal.text for removal in found.removed)


def test_a_linked_heading_before_the_text_is_not_logged_as_left_out() -> None:
    page = "<h1><a href=/privacy>Privacy of all</a></h1><ul><li><a href=/a>Free</a><li><a href=/b>letters</a></ul>"
    found = document(f"{page}<div class=text><div>{PROSE}{PROSE}</div></div>")
    assert found.markdown.startswith("# [Privacy of all](http://www.meadow.example/privacy)\n")
    assert [removal.text for removal in found.removed] == ["Free letters"]


def test_a_button_by_role_that_is_only_a_sign_goes_and_one_with_words_stays() -> None:
    signs = "<div role=button aria-expanded=false>▶</div><div>What is a cookie?</div>"
    found = document(
        f"<h1>Privacy</h1>{PROSE}{signs}<div role=button aria-expanded=true>Where is it kept?</div>{PROSE}"
    )
    assert "▶" not in found.markdown
    assert "What is a cookie?\n\nWhere is it kept?" in found.markdown
    assert [removal.rule for removal in found.removed] == ["prune/button"]


@pytest.mark.parametrize("opened", ["strong", "font size=2", "span", "b"])
def test_an_element_of_a_line_that_was_never_closed_hides_no_chrome(opened: str) -> None:
    menu = "<div><span>Looking for ideas? We point you to what you enjoy most on a rainy day.</span>" + "".join(
        f"<a href=/{n}>Exhibition of the year {n}</a>" for n in range(9)
    )
    page = f"<div><div class=a>{menu}</div></div></div><{opened}><div class=b><h1>Privacy</h1>{PROSE * 6}</div></div>"
    found = document(page)
    assert found.markdown.startswith("# Privacy\n")
    assert "Exhibition" not in found.markdown
    linked = document(f"<div><a href=/whole><div><h1>Privacy</h1>{PROSE}{PROSE}</div></a></div>")
    assert "](http://www.meadow.example/whole)" in linked.markdown
