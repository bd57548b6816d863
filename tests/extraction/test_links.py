from __future__ import annotations

import pytest

from archivepolicy.extraction.links import LinkBase, decoded_email, link_base, target_of

BASE = LinkBase(url="http://a.example/dir/page.html", is_replayed=False)


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("x.html", "http://a.example/dir/x.html"),
        ("/x", "http://a.example/x"),
        ("//b.example/x", "http://b.example/x"),
        ("#part", "#part"),
        ("#", "#"),  # the top of the page
        ("", None),
        ("javascript:void(0)", None),
        (" JavaScript:x()", None),
        ("data:text/html,x", None),
        ("mailto:me@a.example?subject=a b", "mailto:me@a.example?subject=a%20b"),
        ("/a (b)", "http://a.example/a%20%28b%29"),
        ("http://[broken", "http://%5Bbroken"),
        ("/a?b[0]=c", "http://a.example/a?b%5B0%5D=c"),
        ("http://[::1]:80/a[0]", "http://[::1]:80/a%5B0%5D"),
        ("/cdn-cgi/l/email-protection#5a373f1a3b7435283d", "mailto:me@a.org"),
        ("/cdn-cgi/l/email-protection", None),
        ("x\n.html", "http://a.example/dir/x.html"),
        ("HTTPS://B.example/x y", "https://B.example/x%20y"),
        ("/find?q=a b&in=URN:Isbn:1", "http://a.example/find?q=a%20b&in=URN:Isbn:1"),
        ("/Wiki/Special:Search (x)", "http://a.example/Wiki/Special:Search%20%28x%29"),
    ],
)
def test_target(href: str, target: str | None) -> None:
    assert target_of(href, BASE) == target


def test_base_href_is_unwrapped_then_resolved() -> None:
    base = link_base("http://a.example/x", "/web/20130101000000/http://b.example/dir/", is_replayed=True)
    assert base.url == "http://b.example/dir/"
    assert link_base("http://a.example/x/y", "sub/", is_replayed=False).url == "http://a.example/x/sub/"


def test_a_relative_link_without_a_base_stays() -> None:
    assert target_of("x.html", LinkBase(url=None, is_replayed=False)) == "x.html"


@pytest.mark.parametrize("code", ["", "zz", "5a", "5a37", "ff" * 3])
def test_no_address_comes_of_other_codes(code: str) -> None:
    assert decoded_email(code) is None


def test_an_address_that_was_coded_in_entities_is_revealed() -> None:
    hidden = "".join(f"&#{ord(letter)};" for letter in "me@a.example").encode()
    assert decoded_email((b"\x21" + bytes(byte ^ 0x21 for byte in hidden)).hex()) == "me@a.example"
