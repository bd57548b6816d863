import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.errors import InputError
from archivepolicy.urls import (
    domain_name,
    host_of,
    index_key,
    normalise_url,
    quote_once,
    registrable_domain,
    split_replay_address,
    tracking_parameters,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("monovm.example", "http://monovm.example/"),
        ("www.host.example/privacy.php", "http://www.host.example/privacy.php"),
        ("HTTPS://WWW.Host.Example:443/Privacy.PHP#top", "https://www.host.example/Privacy.PHP"),
        ("http://host.example:8080/a b", "http://host.example:8080/a%20b"),
        ("host.example?page=ä&x=%20", "http://host.example/?page=%C3%A4&x=%20"),
        ("bücher.example/größe", "http://xn--bcher-kva.example/gr%C3%B6%C3%9Fe"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("host.example/p;a=1,b(c)", "http://host.example/p;a=1,b(c)"),
    ],
)
def test_a_url_as_people_write_it(text: str, url: str) -> None:
    assert normalise_url(text) == url
    assert normalise_url(url) == url


@pytest.mark.parametrize("text", ["", "http://", "ftp://a.example/", "file:///etc/passwd", "http://a b.example/",
                                  "http://a..example/", "http://a.example:99999/", "javascript://x", "http://[::1/"])  # fmt: skip
def test_what_is_no_web_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        normalise_url(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_an_input_error(text: str) -> None:
    try:
        url = normalise_url(text)
    except InputError:
        return
    assert url.isascii()
    assert normalise_url(url) == url
    assert host_of(url)


def test_forms_of_one_page_share_their_index_key() -> None:
    forms = (
        "http://host.example/privacy.php",
        "https://www.host.example/privacy.php",
        "http://HOST.example:80/Privacy.php",
    )
    assert {index_key(form) for form in forms} == {"example,host)/privacy.php"}


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://www.a.co.uk/x", "a.co.uk"),
        ("https://shop.host.example/", "host.example"),
        ("http://someone.blogspot.com/", "someone.blogspot.com"),  # a blog is a site of its own
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
    ],
)
def test_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_domain_name_drops_www_alone() -> None:
    assert domain_name("http://www.monovm.example/x") == "monovm.example"
    assert domain_name("http://www2.monovm.example/x") == "www2.monovm.example"


def test_a_memento_url_quotes_the_captured_url_once() -> None:
    assert (
        quote_once("http://a.example:80/p (1)?x=1&y=%20") == "http%3A//a.example%3A80/p%20%281%29%3Fx%3D1%26y%3D%2520"
    )


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("https://web.archive.org/web/20130608222501id_/http://a.example/", ("https://web.archive.org/web", "id_", "http://a.example/")),
        ("http://127.0.0.1:8080/web/20130608222501/http%3A//a.example/%3Fb", ("http://127.0.0.1:8080/web", "", "http://a.example/?b")),
    ],
)  # fmt: skip
def test_a_replay_address_comes_apart(address: str, parts: tuple[str, str, str]) -> None:
    found = split_replay_address(address)
    assert found is not None
    assert (found.prefix, found.modifier, found.url) == parts
    assert found.timestamp == "20130608222501"


@pytest.mark.parametrize(
    "address",
    ["https://a.example/", "https://web.archive.org/web/2013/http://a.example/", "https://web.archive.org/web/20130608222501/x",
     "20130608222501id_/http://a.example/", "s3://bucket/20130608222501/http://a.example/", ""],
)  # fmt: skip
def test_what_has_not_the_shape_is_no_replay_address(address: str) -> None:
    assert split_replay_address(address) is None


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://a.example/?utm_source=x&UTM_Medium=y", ("utm_source", "UTM_Medium")),
        ("https://a.example/terms?id=3&lang=en", ()),
        ("https://a.example/?fbclid", ("fbclid",)),
        ("mailto:x@a.example?subject=utm_source", ()),
        ("http://[broken", ()),
    ],
)
def test_tracking_parameters_are_known_by_name(url: str, names: tuple[str, ...]) -> None:
    assert tracking_parameters(url) == names
