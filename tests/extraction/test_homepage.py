from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.extraction import page_links
from archivepolicy.records import PageLink, Place

HOME = "http://www.a.example/shop/index.html"


def links(html: str, url: str = HOME) -> tuple[PageLink, ...]:
    return page_links(html.encode(), url=url).links


def test_targets_are_absolute_and_of_the_page_itself_are_none() -> None:
    found = links(
        '<a href="p.html">1</a><a href="/q">2</a><a href="//b.example/r">3</a><a href="#x">4</a><a href="">5</a>'
    )
    assert [one.url for one in found] == [
        "http://www.a.example/shop/p.html",
        "http://www.a.example/q",
        "http://b.example/r",
    ]


def test_mail_scripts_and_downloads_are_dropped() -> None:
    assert (
        links(
            '<a href="mailto:a@b.example">a</a><a href="javascript:go()">b</a><a href="x.zip">c</a><a href="tel:1">d</a>'
        )
        == ()
    )
    (pdf,) = links('<a href="privacy.pdf">Privacy</a>')
    assert pdf.url.endswith("/privacy.pdf")


def test_base_and_the_archives_wrapping_are_undone() -> None:
    (one,) = links('<base href="http://www.a.example/new/"><a href="privacy">Privacy</a>')
    assert one.url == "http://www.a.example/new/privacy"
    (two,) = links('<a href="/web/20130101000000/http://www.a.example/privacy">Privacy</a>')
    assert two.url == "http://www.a.example/privacy"


def test_words_of_images_areas_buttons_and_labels() -> None:
    html = (
        '<a href="a"><img src="x.gif" alt="Privacy"></a><map><area href="b" alt="Terms"></map>'
        "<button onclick=\"location.href='/c'\">Cookies</button><input type=button value=Legal data-href='/d'>"
        '<a href="e" aria-label="Imprint"><svg></svg></a><form action="/f"><button>Go</button></form>'
    )
    assert [(one.text, one.url.rsplit("/", 1)[1]) for one in links(html)] == [
        ("Privacy", "a"), ("Terms", "b"), ("Cookies", "c"), ("Legal", "d"), ("Imprint", "e"), ("Go", "f"),
    ]  # fmt: skip


def test_places() -> None:
    html = (
        '<nav><a href="1">a</a></nav><div class="site-footer"><ul class="menu"><li><a href="2">b</a></li></ul></div>'
        '<header><a href="3">c</a></header><main><p>Words <b>of it</b>: <a href="4">d</a></p></main><footer><nav><a href="5">e</a></nav></footer>'
    )
    found = links(html)
    assert [one.place for one in found] == [Place.NAVIGATION, Place.FOOTER, Place.HEADER, Place.CONTENT, Place.FOOTER]
    assert found[3].before == "Words of it:"


def test_without_a_footer_the_last_links_stand_near_the_end() -> None:
    found = links("".join(f'<p><a href="{at}">{at}</a></p>' for at in range(30)))
    assert [one.place for one in found].count(Place.END) == 12
    assert found[-1].place is Place.END


def test_frames_and_refreshes_are_further_pages() -> None:
    frames = page_links(b'<frameset><frame src="menu.html"><frame src="main.html"></frameset>', url=HOME)
    assert frames.further == ("http://www.a.example/shop/menu.html", "http://www.a.example/shop/main.html")
    splash = page_links(b'<meta http-equiv="Refresh" content="3; URL=/en/">', url=HOME)
    assert splash.further == ("http://www.a.example/en/",)


@given(st.one_of(st.binary(max_size=400), st.text(alphabet="<>a href=\"/:#[]b='", max_size=200).map(str.encode)))
def test_any_bytes_give_links(payload: bytes) -> None:
    for one in page_links(payload, url=HOME).links:
        assert one.url.startswith(("http://", "https://"))
