from archivepolicy.batches.reuse import Reuse
from archivepolicy.extraction import extract
from archivepolicy.records import Document
from archivepolicy.records.section import WHOLE_PAGE, Section
from peers.crowd import parked_page

PAGE = parked_page(0, 0)
LINKED = PAGE.replace(b"</h1>", b'</h1><p>Our <a href="/terms">terms</a> say more about all of this.</p>')
ELSEWHERE = PAGE.replace(b"</h1>", b'</h1><p>Our <a href="http://host.example/t">terms</a> say more of this.</p>')
UNTITLED = PAGE.replace(b"<title>Privacy Policy</title>", b"").replace(b"<h1>Privacy Policy</h1>", b"")
NAMED = PAGE.replace(b"<body>", b"<body><h1>Green <b>Pastures</b></h1>")


class Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self, payload: bytes, *, url: str | None = None, content_type: str | None = None, section: Section = WHOLE_PAGE
    ) -> Document:
        self.count += 1
        return extract(payload, url=url, content_type=content_type, section=section)


def count_of(page: bytes, *urls: str) -> int:
    counted = Counted()
    reuse = Reuse(counted)
    for url in urls:
        assert reuse.extract(page, url=url) == extract(page, url=url)
    return counted.count


def test_the_same_page_of_the_same_url_is_extracted_once() -> None:
    assert count_of(LINKED, "http://one.example/p", "http://one.example/p") == 1


def test_a_page_that_cannot_depend_on_its_url_is_extracted_once_for_all_sites() -> None:
    urls = [f"http://{name}.example/p" for name in ("alpha", "beta", "gamma")]
    assert count_of(PAGE, *urls) == 1
    assert count_of(ELSEWHERE, *urls) == 1


def test_a_page_that_may_depend_on_its_url_is_extracted_for_each() -> None:
    urls = ["http://alpha.example/p", "http://beta.example/p"]
    assert count_of(LINKED, *urls) == 2
    assert count_of(UNTITLED, *urls) == 2
    assert count_of(PAGE, "http://alpha.example/p", "https://beta.example/p") == 2
    assert count_of(NAMED, "http://alpha.example/p", "http://greenpastures.example/p") == 2


def test_another_section_or_type_is_another_document() -> None:
    counted = Counted()
    reuse = Reuse(counted)
    reuse.extract(PAGE, url="http://a.example/")
    reuse.extract(PAGE, url="http://a.example/", section=Section(css="p"))
    reuse.extract(PAGE, url="http://a.example/", content_type="text/plain")
    assert counted.count == 3


def test_only_the_last_pages_are_remembered() -> None:
    counted = Counted()
    reuse = Reuse(counted, kept=2)
    for page in (PAGE, LINKED, UNTITLED, PAGE):
        reuse.extract(page, url="http://a.example/")
    assert counted.count == 4
