import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.discovery import link_candidates
from archivepolicy.discovery.merging import known_site, page_key
from archivepolicy.discovery.wording import folded, match_text, match_url
from archivepolicy.extraction import page_links
from archivepolicy.records import PageLink, Place, PolicyKind

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = tomllib.loads((FIXTURES / "expected.toml").read_text(encoding="utf-8"))
SITE = "http://www.a.example/"


def link(text: str, path: str, place: Place = Place.CONTENT, before: str = "") -> PageLink:
    url = path if "://" in path else f"http://www.a.example/{path}"
    return PageLink(text=text, url=url, place=place, before=before)


def urls(*links: PageLink, kind: PolicyKind = PolicyKind.PRIVACY) -> list[str]:
    return [one.url.removeprefix(SITE) for one in link_candidates(links, kind, SITE)]


def test_every_fixture_has_its_answer() -> None:
    assert {file.stem for file in FIXTURES.glob("*.html")} == set(EXPECTED)
    assert len({name.split("-")[0] for name in EXPECTED}) >= 20


@pytest.mark.parametrize("kind", PolicyKind)
@pytest.mark.parametrize("name", EXPECTED)
def test_homepages(name: str, kind: PolicyKind) -> None:
    page = page_links((FIXTURES / f"{name}.html").read_bytes(), url=EXPECTED[name]["url"])
    found = link_candidates(page.links, kind, EXPECTED[name]["url"])
    strong = [one for one in found if one.score >= 40]
    right = EXPECTED[name].get(kind)
    if right is None:
        assert not [one for one in strong if not one.text.startswith("Privacy")]
    else:
        assert found[0].url == right, [(one.url, one.score, one.reasons) for one in found]
        assert found[0].reasons


def test_the_footer_wins_a_tie_and_the_longer_name_wins() -> None:
    assert urls(link("Privacy", "x"), link("Privacy", "y", Place.FOOTER)) == ["y", "x"]
    assert urls(link("Privacy", "x"), link("Privacy Policy", "y")) == ["y", "x"]
    assert urls(link("Legal", "x", Place.FOOTER), link("Privacy", "y")) == ["y", "x"]


def test_near_duplicates_are_one_candidate() -> None:
    same = ("privacy/", "privacy?utm_source=a", "https://www.a.example/privacy", "http://a.example:80/privacy#top")
    assert len(urls(*(link("Privacy", path) for path in same))) == 1
    assert len(urls(link("Privacy", "privacy?id=1"), link("Privacy", "privacy?id=2"))) == 2


def test_articles_settings_and_products_are_no_policies() -> None:
    assert urls(link("Privacy settings", "settings/privacy")) == []
    assert urls(link("Whois privacy", "whois-privacy")) == []
    assert urls(link("What the new privacy law means for the people who keep bees in town", "blog/2014/03/law")) == []
    assert urls(link("Air conditions", "air-conditions"), kind=PolicyKind.TERMS) == []


def test_other_sites_are_labelled_or_left_out() -> None:
    (parent,) = link_candidates([link("Privacy Policy", "http://parent.example/privacy")], PolicyKind.PRIVACY, SITE)
    assert parent.label == "another site: parent.example"
    assert urls(link("read more", "http://parent.example/privacy")) == []
    assert urls(link("Privacy Policy", "https://policies.google.com/privacy")) == []
    assert known_site("https://policies.google.com/privacy", "http://www.youtube.com/")[1]
    assert known_site("https://www.iubenda.com/x", SITE) == ("hosted by iubenda.com", True)
    assert known_site("http://legal.a.example/x", SITE) == (None, True)


def test_words_before_a_link_count_where_it_has_few_of_its_own() -> None:
    assert urls(link("here", "doc/1", before="You find our privacy policy")) == ["doc/1"]
    assert urls(link("a very long text of its own", "doc/1", before="privacy policy")) == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Confidentialité", "confidentialite"), ("Terms & Conditions!", "terms and conditions"), ("GİZLİLİK", "gizlilik")],
)
def test_folding(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(PolicyKind))
def test_any_words_and_addresses_can_be_matched(text: str, address: str, kind: PolicyKind) -> None:
    assert 0 <= match_text(kind, text).score <= 100
    assert 0 <= match_url(kind, f"http://a.example/{address}").score <= 100
    page_key(f"http://a.example/{address}")
    for one in link_candidates([link(text, address, before=text)], kind, SITE):
        assert one.reasons
        assert one.score >= 20


@given(st.lists(st.sampled_from(["Privacy", "Terms", "Legal", "About", "Cookies"]), max_size=8))
def test_order_of_the_links_decides_only_ties(texts: list[str]) -> None:
    links = [link(text, text.lower()) for text in texts]
    assert set(urls(*links)) == set(urls(*reversed(links)))
