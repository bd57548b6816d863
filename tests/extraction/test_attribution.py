import pytest

from archivepolicy.extraction import attribution_header
from archivepolicy.records import Capture

WAYBACK = "https://web.archive.org/web/20130608222501id_/http%3A//www.meadow.example/privacy.php"


def capture(archive: str = "web.archive.org") -> Capture:
    return Capture(url="http://www.meadow.example/privacy.php", timestamp="20130608222501", archive=archive)


def test_the_line_of_the_wayback_machine() -> None:
    assert attribution_header(capture(), memento_url=WAYBACK, kind="privacy policy") == (
        "> *The following text is extracted and transformed from the meadow.example privacy policy that was archived on "
        "2013-06-08. Please check the [original snapshot on the Wayback Machine]"
        f"({WAYBACK}) for the most accurate reproduction.*"
    )


def test_another_archive_is_named_by_its_host() -> None:
    address = "http://archive.example:8080/web/20130608222501id_/http%3A//www.meadow.example/privacy.php"
    line = attribution_header(capture(), memento_url=address, kind="privacy policy")
    assert f"check the [original snapshot in archive.example]({address}) for" in line


def test_without_an_address_there_is_no_link() -> None:
    line = attribution_header(capture("demo_1.warc.gz"), memento_url=None, kind="terms of service")
    assert "the meadow.example terms of service that was archived" in line
    assert "check the original snapshot in demo_1.warc.gz, 20130608222501 for" in line


@pytest.mark.parametrize("name", ["a*b]\n\n# [x](y)<b>_c_.warc"])
def test_an_odd_file_name_cannot_leave_its_place(name: str) -> None:
    line = attribution_header(capture(name), memento_url=None, kind="privacy policy")
    assert "\n" not in line
    assert r"a\*b\] # \[x\](y)\<b\>\_c\_.warc" in line


def test_a_parenthesis_cannot_end_the_target() -> None:
    line = attribution_header(capture(), memento_url="http://x.example/a)b c", kind="privacy policy")
    assert "(http://x.example/a%29b%20c)" in line
