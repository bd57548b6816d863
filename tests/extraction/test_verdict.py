"""The verdict: on made-up pages, on any text, and measured on the corpus."""

from __future__ import annotations

import gzip
import json
import re
import time
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivepolicy.extraction.unmarked import without_links
from archivepolicy.extraction.verdict import judge
from archivepolicy.records.document import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTICE = (
    "We do not sell or rent your personal information to third parties. We use your e-mail address to send you the "
    "newsletter you asked for, and you may opt out at any time. Access denied messages are logged for a week. "
)
SITE_TEXT = "Home. Products. Services. Our team builds garden sheds in three sizes and many colours for you. " * 20
FULL_POLICY = (
    "We collect personal information with your consent and disclose it to third parties only where applicable law "
    "asks for it. You agree that we may retain it; you must not use the service for prohibited ends. "
) * 12


def verdict(title: str = "", heading: str = "", text: str = "", language: str | None = None) -> Verdict:
    return judge(page_title=title, first_heading=heading, text=text, language=language)


@pytest.mark.parametrize(
    ("title", "heading", "text", "kind"),
    [
        (
            "Wayback Machine",
            "",
            "Sorry. This URL has been excluded from the Wayback Machine. Learn more about it.",
            Kind.EXCLUDED,
        ),
        (
            "Wayback Machine",
            "",
            "Got an HTTP 302 response at crawl time. Redirecting to the page that follows here.",
            Kind.ERROR,
        ),
        (
            "Just a moment...",
            "",
            "Checking your browser before accessing the site of example.org, it takes seconds.",
            Kind.CHALLENGE,
        ),
        (
            "Attention Required! | Cloudflare",
            "One more step",
            "Please wait while this is looked at by us. " * 3,
            Kind.CHALLENGE,
        ),
        (
            "Privacy Policy | Example",
            "",
            "You need to enable JavaScript to run this app. It will not start without it.",
            Kind.CHALLENGE,
        ),
        (
            "example.org",
            "",
            "This domain is for sale. Related searches: hosting, cheap hosting, insurance, cars.",
            Kind.PARKED,
        ),
        (
            "Account Suspended",
            "",
            "Contact your hosting provider for more information on this account, please do.",
            Kind.PARKED,
        ),
        ("Page not found | Example", "", SITE_TEXT, Kind.SOFT_404),
        ("404 - Example", "", SITE_TEXT, Kind.SOFT_404),
        ("Example", "Seite nicht gefunden", SITE_TEXT, Kind.SOFT_404),
        (
            "Page introuvable",
            "",
            "La page que vous recherchez n'existe pas ou plus. Revenez à l'accueil du site.",
            Kind.SOFT_404,
        ),
        ("Página no encontrada", "", "", Kind.SOFT_404),
        (
            "",
            "ページが見つかりません",
            "お探しのページは移動したか、削除されました。トップページへお戻りください。",
            Kind.SOFT_404,
        ),
        ("找不到页面", "", "", Kind.SOFT_404),
        (
            "Access Denied",
            "",
            "You don't have permission to access this address on this server. Reference #18.x",
            Kind.ERROR,
        ),
        ("502 Bad Gateway", "502 Bad Gateway", "nginx", Kind.ERROR),
        (
            "Example",
            "",
            "Fatal error: Call to undefined function page() in index.php on line 12 of the file",
            Kind.ERROR,
        ),
        (
            "Log in | Example",
            "",
            "E-mail address, password, remember me. Forgot your password? No account yet?",
            Kind.LOGIN,
        ),
        ("Before you continue to Example", "", "We use cookies and data with your consent. " * 6, Kind.LOGIN),
        ("Privacy", "", "Wird geladen...", Kind.EMPTY),
        ("Privacy Policy", "", "Privacy Policy", Kind.EMPTY),
        (
            "Privacy",
            "",
            "# Example Privacy Statement\n\nLast updated: June 2013\n\n[More](https://example.org/m)",
            Kind.EMPTY,
        ),
        (
            "Privacy",
            "",
            "[![logo](/a-long-address-of-a-logo.svg)](https://example.org/)\n[About](/about) [FAQ](/faq)",
            Kind.EMPTY,
        ),
        ("", "", "", Kind.EMPTY),
    ],
)
def test_what_is_no_policy_is_told_by_kind(title: str, heading: str, text: str, kind: Kind) -> None:
    found = verdict(title, heading, text)
    assert found.kind is kind
    assert found.reasons


@pytest.mark.parametrize(
    ("title", "heading", "text"),
    [
        ("Privacy", "Privacy notice", NOTICE),
        (
            "Parking policy",
            "Parking policy",
            "Cars parked without a permit are towed at the cost of the owner of the car, always.",
        ),
        ("Login data policy", "Login data policy", NOTICE + "Please log in to see what we hold."),
        ("Log in | Example", "Privacy notice", NOTICE),
        ("Page not found", "", FULL_POLICY),
        ("404 Policy", "Section 404 policy", NOTICE),
        ("Terms", "Access denied", FULL_POLICY),
        ("Terms", "", FULL_POLICY + "\n\n404 Not Found\n\nAccess denied. Please log in. This domain is for sale."),
        (
            "Impressum",
            "Impressum",
            "Beispiel GmbH, Musterweg 1, 10000 Berlin. Handelsregister B 1, USt-ID DE1. Vertreten durch: A. Muster.",
        ),
        ("隐私政策", "", "我们收集您的个人信息,并仅在获得您的同意后与第三方共享。您有权随时要求删除。"),
        ("Tietosuoja", "Virhe 404", "Keräämme tietoja palvelun tuottamiseen ja kerromme niistä. " * 3),
    ],
)
def test_a_policy_that_holds_such_words_stays_one(title: str, heading: str, text: str) -> None:
    assert verdict(title, heading, text) == Verdict(kind=Kind.POLICY)


RECIPE = (
    "The dough is made of flour and water, and it has to rest for an hour in a warm place. Cut it into strips as wide as "
    "a finger, and let them dry on a cloth while the water for the pot comes to the boil. "
)


@pytest.mark.parametrize("times", [1, 12])
def test_a_page_without_a_word_of_a_policy_is_none(times: int) -> None:
    found = verdict("Noodles as my aunt made them", "Noodles", RECIPE * times)
    assert found.kind is Kind.NOT_POLICY
    assert found.reasons == ("neither title nor heading calls it a policy, and it has hardly a word of one",)
    assert verdict("Kitchen rules", "Noodles", RECIPE * times).is_usable  # it calls itself rules


def test_a_policy_that_no_name_calls_one_is_known_by_its_words() -> None:
    assert verdict("Example", "Welcome", FULL_POLICY).is_usable
    assert verdict("Example", "Welcome", NOTICE).is_usable


def test_a_text_in_a_language_that_is_not_known_is_no_strange_one() -> None:
    assert verdict(
        "Esimerkki", "Tervetuloa", "Keräämme tietoja palvelun tuottamiseen ja kerromme niistä. " * 40
    ).is_usable


def test_reasons_quote_the_page() -> None:
    found = verdict("Page Not Found | Example", "Oops", SITE_TEXT)
    assert found.reasons == ('the title says "Page Not Found"', 'the first heading says "Oops"')
    assert verdict("", "", "Too short.").reasons == ("the text has 10 characters",)


def test_a_long_text_in_a_language_without_vocabulary_is_believed() -> None:
    text = "Keräämme tietoja palvelun tuottamiseen ja kerromme niistä. " * 40
    assert verdict("404", "", text, "fi-FI").is_usable
    assert verdict("404", "", text, "en").kind is Kind.SOFT_404


def test_every_phrase_is_in_the_form_that_is_compared() -> None:
    for entry in (files("archivepolicy.extraction") / "verdicts").iterdir():
        data = tomllib.loads(entry.read_text(encoding="utf-8"))
        lists = [phrases for phrases in data.values() if isinstance(phrases, list)]
        for phrase in (phrase for phrases in lists for phrase in phrases if isinstance(phrase, str)):
            assert phrase == phrase.lower().strip(), f"{entry.name}: {phrase}"


@given(st.text(), st.text(), st.text(max_size=3000), st.none() | st.text(max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_verdict(title: str, heading: str, text: str, language: str | None) -> None:
    found = verdict(title, heading, text, language)
    assert found.is_usable == (not found.reasons)


@pytest.mark.parametrize("unit", ["[", "![", "](", "<", "#\n", "a\n-", "`", "* ", "| - ", "=\n"])
def test_time_grows_with_length_and_not_faster(unit: str) -> None:
    began = time.perf_counter()
    verdict("404", "404", unit * 20_000)
    assert time.perf_counter() - began < 5


def _heading(text: str) -> str:
    match = re.search(r"(?m)^#+ (.*)$|^(.+)\n(?:=+|-{3,})\s*$", text)
    return (match[1] or match[2] or "") if match else ""


def _golds(corpus: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((corpus / "extraction" / "gold").glob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted((corpus / "pages" / "gold").glob("opp115*")):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.corpus
def test_no_gold_policy_is_refused(corpus: Path) -> None:
    # Measured on 2026-11-23: none of 212 (shortest: imprints of 85 words and a notice of 112).
    refused = [
        (name, found.reasons)
        for name, text in _golds(corpus)
        if not (found := verdict(f"{_heading(text)} | Example", _heading(text), text)).is_usable
    ]
    assert refused == []


@pytest.mark.corpus
def test_versions_refused_are_the_stubs(corpus: Path) -> None:
    # Measured on 2026-11-23: of 510 texts the three under 60 words are refused (error page, bare heading, bare menu), and five
    # are called no policy: a homepage that was recorded as one four times, and a page of courses.
    stubs, refused, strange = set(), set(), set()
    with gzip.open(corpus / "versions" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for pair in map(json.loads, lines):
            for side in ("old", "new"):
                text, name = pair[side], (pair["id"], side)
                if len(text.split()) < 60:
                    stubs.add(name)
                found = verdict(_heading(text), _heading(text), text)
                if found.kind is Kind.NOT_POLICY:
                    strange.add(name)
                elif not found.is_usable:
                    refused.add(name)
    assert refused == stubs
    assert len(strange) == 5


@pytest.mark.corpus
def test_titles_of_bad_captures_are_known(corpus: Path) -> None:
    # A title alone, over a short text that says nothing.
    rows = [
        json.loads(line)
        for line in (corpus / "bad-captures" / "index.jsonl").read_text(encoding="utf-8").split("\n")
        if line
    ]
    titled = [row for row in rows if row["title"]]
    body = "The page of this site is shown here with some words of no weight at all."
    missed = {row["title"] for row in titled if row["status"] >= 400 and verdict(row["title"], "", body).is_usable}
    wrong = {row["title"] for row in titled if row["status"] == 200 and row["expected_quality"] == 1.0} & {
        row["title"]
        for row in titled
        if verdict(row["title"], "", body).kind not in (Kind.POLICY, Kind.NOT_POLICY)  # none of them is a policy
    }
    assert missed == set()
    assert wrong == set()


# what `_without_links` takes away, as one pattern; it reads on to the end from each opening, and so is slow on many
LINKS = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\))?|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)")


@given(st.lists(st.sampled_from(["![", "](", "]", "(", ")", "[", "!", "\n", " ", '"', "a"]), max_size=24).map("".join))
def test_links_and_images_go_as_one_pattern_would_take_them(text: str) -> None:
    assert without_links(text) == LINKS.sub(" ", text)


def test_openings_without_end_are_words_like_any_other() -> None:
    text = "![" * 50_000 + "\n]"
    assert without_links(text) == text
    assert without_links("![](" * 50_000 + "\n]") == " (" * 50_000 + "\n]"
