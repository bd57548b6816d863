"""Link format: commas and semicolons inside URLs and dates, and what cannot be read."""

from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.archives.link_format import http_timestamp, parse_links

TIMEMAP = """\
<http://a.example/x?a=1,2;b=3>; rel="original",
<http://archive.example/timemap/link/http://a.example/>; rel="self"; type="application/link-format"; from="Sat, 08 Jun 2013 22:25:01 GMT",
<http://archive.example/2013/a,b>; rel="first memento"; datetime="Sat, 08 Jun 2013 22:25:01 GMT",
<../last> ; rel=memento ; datetime="Sun, 08 Jun 2014 22:25:01 GMT"; license="a \\"quoted\\" one, with a comma"
"""


def test_links_are_read_from_left_to_right() -> None:
    links, unread = parse_links(TIMEMAP)
    assert [link.target for link in links] == [
        "http://a.example/x?a=1,2;b=3",
        "http://archive.example/timemap/link/http://a.example/",
        "http://archive.example/2013/a,b",
        "../last",
    ]
    assert [sorted(link.relations) for link in links] == [["original"], ["self"], ["first", "memento"], ["memento"]]
    assert [link.timestamp for link in links[2:]] == ["20130608222501", "20140608222501"]
    assert links[3].parameters["license"] == 'a "quoted" one, with a comma'
    assert unread == 0


def test_what_cannot_be_read_is_passed_over_and_counted() -> None:
    links, unread = parse_links(
        'junk, <http://a.example/>; rel="original" more junk, <http://b.example/>; rel=memento,'
    )
    assert [link.target for link in links] == ["http://a.example/", "http://b.example/"]
    assert unread == 1
    assert parse_links("") == ([], 0)


def test_a_date_that_is_none_is_none() -> None:
    assert http_timestamp("yesterday") is None
    assert http_timestamp("Sat, 08 Jun 2013 22:25:01") is None  # without a zone


@given(st.text(alphabet='<>;,="\\ ab/:\n', max_size=80))
def test_any_text_is_read_to_its_end(text: str) -> None:
    parse_links(text)


@given(st.lists(st.from_regex(r"http://[a-z]{1,5}\.example/[a-z0-9,;=?&]{0,20}", fullmatch=True), max_size=8))
def test_what_is_written_is_read_back(targets: list[str]) -> None:
    text = ",\n".join(f'<{target}>; rel="memento"; datetime="Sat, 08 Jun 2013 22:25:01 GMT"' for target in targets)
    links, unread = parse_links(text)
    assert ([link.target for link in links], unread) == (targets, 0)
