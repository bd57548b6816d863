import re

from archivepolicy.archives.prefix import words_pattern
from archivepolicy.discovery import index_words, path_candidates
from archivepolicy.discovery.paths import _paths
from archivepolicy.records import Capture, PolicyKind
from archivepolicy.timestamps import parse_period

SITE = "http://www.a.example/"


def capture(path: str, timestamp: str = "20130101000000", status: int | None = 200) -> Capture:
    return Capture(url=f"http://www.a.example/{path}", timestamp=timestamp, status=status, archive="here")


def paths(*captures: Capture, kind: PolicyKind = PolicyKind.PRIVACY) -> list[str]:
    found = path_candidates(captures, kind, SITE, parse_period("2013-06"))
    return [one.url.removeprefix(SITE) for one in found]


def test_usual_paths_come_first_whatever_their_ending() -> None:
    rows = [capture("shop/acme/privacy-curtains"), capture("about/our-privacy.html"), capture("Privacy.PHP")]
    assert paths(*rows)[0] == "Privacy.PHP"
    assert "about/our-privacy.html" in paths(*rows)


def test_errors_pictures_and_articles_are_left_out() -> None:
    assert paths(capture("privacy", status=404), capture("privacy.css"), capture("img/privacy.gif")) == []
    assert paths(capture("blog/2012/11/privacy-week")) == []
    assert paths(capture("terms")) == []
    assert paths(capture("terms"), kind=PolicyKind.TERMS) == ["terms"]


def test_a_url_that_came_later_ranks_below() -> None:
    assert paths(capture("privacy-policy", "20150101000000"), capture("privacy.htm")) == [
        "privacy.htm",
        "privacy-policy",
    ]


def test_a_usual_query_counts() -> None:
    assert paths(capture("index.php?page=privacy")) == ["index.php?page=privacy"]


def test_a_page_of_several_policies_comes_last() -> None:
    assert paths(capture("legal.html"), capture("privacy")) == ["privacy", "legal.html"]
    assert paths(capture("legal/team")) == []


def test_the_words_of_the_query_cover_the_paths_of_the_list() -> None:
    for kind, data in _paths().items():
        pattern = re.compile(words_pattern(index_words(PolicyKind(kind))))
        for path in (*data["paths"], *data["hints"], *(f"/?{query}" for query in data["queries"])):
            assert pattern.fullmatch(f"example,a){path}"), path
            assert pattern.fullmatch(f"example,a){path}.php"), path


def test_short_words_of_the_query_are_words_of_their_own() -> None:
    pattern = re.compile(words_pattern(["tos", "terms", "conditions"]))
    assert all(pattern.fullmatch(f"example,a){path}") for path in ("/tos", "/tos.php", "/x/terms-2", "/ourconditions"))
    assert not any(pattern.fullmatch(f"example,a){path}") for path in ("/photos/1", "/midterms", "/about", "/"))
    assert not pattern.fullmatch("example,conditions)/about")
