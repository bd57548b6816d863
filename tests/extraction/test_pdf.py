"""PDFs, written here line by line, and the real ones of the corpus."""

import contextlib
import json
import re
import time
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archivepolicy.errors import UnusableCaptureError
from archivepolicy.extraction import extract, pdf
from archivepolicy.extraction.pdf_tables import Box, grids
from archivepolicy.records import Document, TitleSource

URL = "https://a.example/legal/privacy.pdf"
Text = tuple[float, float, str, str, float]  # x, y from the top, font, words, size


def written(*pages: list[Text], title: str = "", extra: str = "", notes: str = "", rules: str = "") -> bytes:
    """A minimal PDF: fonts R and B (Helvetica, regular and bold), a line at each place, and the same rules on every page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects += [font.format("Helvetica"), font.format("Helvetica-Bold")]
    objects.append(f"<< /Title ({title}) >>")
    kids = []
    for page in pages:
        drawn = "\n".join(f"BT /{font} {size} Tf {x} {792 - y} Td ({words}) Tj ET" for x, y, font, words, size in page)
        drawn += f"\n{rules}"
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /R 3 0 R /B 4 0 R >> >> {notes} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        body
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R {extra} >>\nstartxref\n{len(body)}\n%%EOF\n"
        ).encode()
    )


def lines(top: float, *words: str, x: float = 72, font: str = "R", size: float = 11, step: float = 14) -> list[Text]:
    return [(x, top + at * step, font, text, size) for at, text in enumerate(words)]


def converted(*pages: list[Text], **settings: str) -> Document:
    return extract(written(*pages, **settings), url=URL, content_type="application/pdf")


FULL = "We keep the address that you give us for as long as you have an account, and for thirty days"
REST = "after that, and not any longer."


def test_lines_are_joined_to_paragraphs_and_fonts_tell_headings() -> None:
    document = converted(
        [
            *lines(80, "Privacy Policy", font="B", size=20),
            *lines(120, FULL, REST),
            *lines(170, "Sharing", font="B", size=14),
            *lines(
                200,
                "We share it with the carrier who brings your order, and we never sell any of it to anybody in the",
                "world.",
            ),
        ]
    )
    assert document.markdown == (
        f"# Privacy Policy\n\n{FULL} {REST}\n\n## Sharing\n\nWe share it with the carrier who brings your order, and we never "
        "sell any of it to anybody in the world.\n"
    )
    assert (document.title, document.title_source) == ("Privacy Policy", TitleSource.CONTENT)
    assert (document.encoding, document.removed) == ("pdf", ())


def test_the_metadata_names_a_document_without_headings() -> None:
    document = converted(lines(80, FULL, REST), title="Privacy notice of A")
    assert (document.title, document.title_source) == ("Privacy notice of A", TitleSource.PAGE)


def test_running_lines_and_page_numbers_go_and_are_logged() -> None:
    def page(number: int, *words: str) -> list[Text]:
        return [
            *lines(40, "A Ltd - Last updated: 3 March 2020", size=8),
            *lines(100, *words),
            *lines(760, f"Page {number} of 3", size=8),
        ]

    start = "You may ask us at any time which information about you is kept, and we answer within a month and"
    document = converted(page(1, start), page(2, "without any charge."), page(3, FULL, REST))
    assert document.markdown == f"{start} without any charge.\n\n{FULL} {REST}\n"
    assert {(one.rule, one.text) for one in document.removed} == {
        ("pdf/running-head", "A Ltd - Last updated: 3 March 2020"),
        ("pdf/page-number", "Page 1 of 3"),
        ("pdf/page-number", "Page 2 of 3"),
        ("pdf/page-number", "Page 3 of 3"),
    }
    assert [date.date for date in document.stated_dates] == ["2020-03-03"]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("We may share your infor-", "mation with others.", "We may share your information with others."),
        (
            "We use third-party tools and other third-",
            "party tools.",
            "We use third-party tools and other third-party tools.",
        ),
        ("You can opt in, and opt out by the opt-", "out link that lets you out.", "opt-out link that lets you out."),
        ("The policy of A-", "B Ltd applies.", "The policy of A-B Ltd applies."),
    ],
)
def test_a_divided_word_is_made_whole_and_a_compound_stays(first: str, second: str, joined: str) -> None:
    assert joined in converted(lines(80, first, second)).markdown


def test_lists_keep_their_items() -> None:
    document = converted(
        [*lines(80, "We collect:"), *lines(94, "• your name and all of the other names that you have ever gone by, as well as", x=90),
         *lines(108, "those of friends;", x=99), *lines(122, "• your address.", x=90), *lines(150, FULL, REST)]
    )  # fmt: skip
    assert document.markdown == (
        "We collect:\n\n- your name and all of the other names that you have ever gone by, as well as those of friends;\n"
        f"- your address.\n\n{FULL} {REST}\n"
    ).replace("- ", document.markdown[13:15])


def test_columns_are_read_one_after_the_other() -> None:
    left = lines(
        80,
        "We keep the address that you give us",
        "for as long as you have an account",
        "with us, and for thirty days after.",
    )
    right = lines(80, "Nothing of it is shared with others,", "and none of it is ever sold.", x=330)
    text = converted([*left, *right]).markdown
    assert text == (
        "We keep the address that you give us for as long as you have an account with us, and for thirty days after.\n\n"
        "Nothing of it is shared with others, and none of it is ever sold.\n"
    )


def test_links_lead_where_the_pdf_says() -> None:
    note = "/Annots [<< /Type /Annot /Subtype /Link /Rect [72 708 500 726] /A << /S /URI /URI (https://a.example/terms) >> >>]"
    document = converted([*lines(80, "Our terms"), *lines(120, FULL, REST)], notes=note)
    assert document.markdown.startswith("[Our terms](https://a.example/terms)\n\n")
    assert [link.url for link in document.links] == ["https://a.example/terms"]


ENCRYPTED = "/Encrypt << /Filter /Standard /V 1 /R 2 /O (00000000000000000000000000000000) /U (00000000000000000000000000000000) /P -4 >> /ID [(a) (a)]"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (written([]), "has no text in it"),
        (written(lines(80, FULL), extra=ENCRYPTED), "is encrypted"),
        (b"%PDF-1.4 x", "is damaged"),
        (b"x", "is damaged"),
        (b"", "is damaged"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(payload: bytes, reason: str) -> None:
    with pytest.raises(UnusableCaptureError, match=f"a PDF that {reason}") as caught:
        extract(payload, url=URL, content_type="application/pdf")
    assert caught.value.url == URL


def test_reading_is_bounded_in_time() -> None:
    with pytest.raises(UnusableCaptureError, match="takes more than 0 s"):
        pdf.pdf_text(written(lines(80, FULL)), max_seconds=0)


def test_a_file_that_unpacks_without_end_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zlib.compress(bytes(3_000_000))
    body = b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\r\n" + packed + b"\nendstream endobj"
    monkeypatch.setattr(pdf, "MAX_UNPACKED_BYTES", 2_000_000)
    with pytest.raises(UnusableCaptureError, match="unpacks to more than 2 MB"):
        extract(body, url=URL)


def test_long_files_are_cut_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    document = converted(lines(80, FULL, REST), lines(80, "Second page."))
    assert document.warnings == ("The PDF is long: only its first 1 pages were read.",)


def test_the_mark_decides_and_an_error_page_under_a_pdf_label_is_html() -> None:
    assert FULL in extract(b"\n\n" + written(lines(80, FULL)), content_type="text/html").markdown
    document = extract(b"<html><body><h1>404 Not Found</h1></body></html>", content_type="application/pdf")
    assert not document.verdict.is_usable


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_of_any_kind_is_a_document_or_one_error(data: st.DataObject) -> None:
    body = bytearray(written(lines(80, FULL, REST), lines(80, "Second page.")))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(8, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnusableCaptureError):  # and nothing else
        extract(bytes(body[: data.draw(st.integers(100, len(body)))]), url=URL)


def _letters(markdown: str) -> str:
    return re.sub(r"\]\([^)]*\)|\W", "", markdown)


def numbered(*names: str, gap: float = 28) -> list[Text]:
    """Numbered headings in the body's font, each with a paragraph."""
    page = lines(60, "Privacy Policy", font="B", size=20)
    top = 100.0
    for name in names:
        page += [*lines(top, name), *lines(top + gap, FULL, REST)]
        top += 2 * gap + 28
    return page


def test_numbers_in_turn_tell_headings_in_the_body_s_font() -> None:
    markdown = converted(numbered("1. Scope", "2. Terms", "2.1 Cookies", "3 Your rights")).markdown
    assert re.findall(r"(?m)^#.*$", markdown) == [
        "# Privacy Policy",
        "## 1. Scope",
        "## 2. Terms",
        "### 2.1 Cookies",
        "## 3 Your rights",
    ]
    assert markdown.count(f"{FULL} {REST}") == 4


def test_a_heading_right_above_its_paragraph_is_told_from_it() -> None:
    markdown = converted(numbered("1. Scope", "2. Terms", "3. Your rights", gap=14)).markdown
    assert re.findall(r"(?m)^##.*$", markdown) == ["## 1. Scope", "## 2. Terms", "## 3. Your rights"]
    assert markdown.count(f"\n\n{FULL} {REST}") == 3


@pytest.mark.parametrize(
    "names",
    [
        ("1. Scope", "2. Terms"),  # two make no series
        ("1. Scope", "3. Terms", "5. Rights"),
        ("1. scope of it", "2. terms of it", "3. rights of it"),
        ("1. We keep it.", "2. We sell it.", "3. We lose it."),
    ],
)
def test_numbers_out_of_turn_and_sentences_tell_nothing(names: tuple[str, ...]) -> None:
    assert "##" not in converted(numbered(*names)).markdown


def test_a_list_of_numbers_is_no_series_of_headings() -> None:
    page = [*lines(60, "Privacy Policy", font="B", size=20), *lines(100, FULL, REST)]
    page += lines(150, "1. Names", "2. Dates", "3. Places", step=24) + lines(240, FULL, REST)
    assert "##" not in converted(page).markdown


XS = (72, 200, 380, 540)
YS = (150, 180, 225, 270)
CELLS = [
    *lines(170, "Cookie", x=76, font="B"), *lines(170, "What it is for", x=204, font="B"), *lines(170, "How long", x=384, font="B"),
    *lines(195, "crumb", x=76), *lines(195, "to know you again when", "you come back to the shop", x=204), *lines(195, "a day", x=384),
    *lines(240, "loaf_id", x=76), *lines(240, "to keep what you put into", "the basket", x=204), *lines(240, "thirty days", x=384),
]  # fmt: skip
TABLE = (
    "| Cookie | What it is for | How long |\n| --- | --- | --- |\n"
    "| crumb | to know you again when you come back to the shop | a day |\n"
    "| loaf_id | to keep what you put into the basket | thirty days |\n"
)
AROUND = [*lines(100, FULL, REST), *lines(300, FULL, REST)]


def strokes(xs: tuple[int, ...] = XS, ys: tuple[int, ...] = YS) -> str:
    across = [f"{xs[0]} {792 - y} m {xs[-1]} {792 - y} l S" for y in ys]
    return "\n".join(across + [f"{x} {792 - ys[0]} m {x} {792 - ys[-1]} l S" for x in xs])


def framed_cells() -> str:
    return "\n".join(f"{x0} {792 - y1} {x1 - x0} {y1 - y0} re S" for x0, x1 in pairwise(XS) for y0, y1 in pairwise(YS))


def thin_boxes() -> str:
    across = [f"{XS[0]} {792 - y} {XS[-1] - XS[0]} 0.5 re f" for y in YS]
    sides = [f"{x} {792 - y1} 0.5 {y1 - y0} re f" for x in XS for y0, y1 in pairwise(YS)]
    return "\n".join(across + sides)


@pytest.mark.parametrize("rules", [strokes(), framed_cells(), thin_boxes()], ids=["strokes", "cells", "thin boxes"])
@pytest.mark.parametrize("order", ["rows", "columns"])
def test_a_ruled_table_keeps_its_cells(rules: str, order: str) -> None:
    cells = CELLS if order == "rows" else sorted(CELLS, key=lambda cell: (cell[0], cell[1]))
    page = [*AROUND[:2], *cells, *AROUND[2:]]
    document = converted(page, rules=rules)
    assert document.markdown == f"{FULL} {REST}\n\n{TABLE}\n{FULL} {REST}\n"


def test_joined_cells_are_one() -> None:
    rules = "\n".join([
        strokes((72, 540), (150, 180)), strokes((72, 200, 380, 540), (180, 225, 270)),
    ])  # fmt: skip
    page = [*lines(170, "What we keep in your browser", x=76), *CELLS[3:]]
    assert "| What we keep in your browser | | |\n" in converted(page, rules=rules).markdown


def test_a_table_goes_on_over_the_page_with_its_head_once() -> None:
    rules = strokes()
    other = [(x, y, font, words.replace("crumb", "crust"), size) for x, y, font, words, size in CELLS]
    found = converted(CELLS, other, rules=rules).markdown
    assert found.count("| --- | --- | --- |") == 1 == found.count("| Cookie |")
    assert found.index("| crumb |") < found.index("| crust |")


@pytest.mark.parametrize(
    "rules",
    [
        strokes((72, 540), (90, 130, 290)),
        "72 600 m 540 600 l S\n72 500 m 540 500 l S",
        strokes((60, 552), (60, 760)),
        "300 700 m 300 100 l S",
        strokes((72, 306, 540), (20, 40, 60)),
    ],
    ids=["boxes around the text", "rules across", "a frame", "between columns", "in the margin"],
)
def test_other_lines_on_a_page_make_no_table(rules: str) -> None:
    page = [*lines(100, FULL, REST), *lines(150, FULL, REST)]
    assert converted(page, rules=rules).markdown == converted(page).markdown


@given(
    st.lists(st.tuples(*[st.floats(-50, 700)] * 4, st.booleans()), max_size=40),
    st.floats(-10, 700),
    st.floats(-10, 900),
)
def test_any_lines_make_grids_whose_cells_lie_in_them(drawn: list[tuple[float, ...]], x: float, y: float) -> None:
    boxes = [Box(min(a, c), min(b, d), max(a, c), max(b, d), bool(e)) for a, b, c, d, e in drawn]
    for grid in grids(boxes, 792):
        assert list(grid.xs) == sorted(set(grid.xs))
        cell = grid.cell(x, y)
        assert (cell is not None) == (grid.xs[0] <= x < grid.xs[-1] and grid.ys[0] <= y < grid.ys[-1])
        if cell is not None:
            assert grid.xs[cell[1]] <= x
            assert grid.ys[cell[0]] <= y


def test_a_drawing_of_many_lines_costs_little() -> None:
    boxes = [Box(at / 9, at / 9, at / 9 + 40, at / 9 + 0.1, True) for at in range(2900)]
    started = time.monotonic()
    grids([*boxes, *(Box(x, 0, x + 0.1, 700, True) for x in range(0, 99, 7))], 792)
    assert time.monotonic() - started < 3


@pytest.mark.corpus
def test_real_pdfs_keep_their_words_and_lose_their_running_lines(corpus: Path) -> None:
    folder = corpus / "archive"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    read = 0
    for row in rows:
        if row["mimetype"] != "application/pdf" or row["warc_type"] != "response":
            continue
        with (folder / row["warc_file"]).open("rb") as file:
            file.seek(row["warc_offset"])
            payload = next(iter(ArchiveIterator(file))).content_stream().read()
        started = time.monotonic()
        document = extract(payload, url=row["url"], content_type="application/pdf")
        assert time.monotonic() - started < 30
        assert document.verdict.is_usable
        assert document.markdown.startswith("# ")
        read += 1
        if "gold" in row:
            # the gold's converter glued the words around every other line end, and kept the running lines
            gold = (folder / row["gold"]).read_text(encoding="utf-8")
            body = [line for line in gold.splitlines() if not any(one.text in line for one in document.removed)]
            assert _letters(document.markdown) == _letters("\n".join(body))
    assert read == 5
