import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.batches.sites import MAX_LINE_CHARS, BadRow, Site, read_sites, sites_in
from archivepolicy.errors import InputError
from archivepolicy.records import PolicyKind
from archivepolicy.timestamps import parse_period


def read(text: str | bytes) -> list[Site | BadRow]:
    return list(read_sites(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def sites(text: str | bytes) -> list[Site]:
    rows = read(text)
    assert all(isinstance(row, Site) for row in rows), rows
    return [row for row in rows if isinstance(row, Site)]


def test_plain_lines() -> None:
    rows = sites("# my list\na.example\n\nhttps://b.example/privacy?x=1,2;3\nB\u00fccher.example # a bookshop\n")
    assert [(row.line, row.url, row.is_domain) for row in rows] == [
        (2, "http://a.example/", True),
        (4, "https://b.example/privacy?x=1,2;3", False),
        (5, "http://xn--bcher-kva.example/", True),
    ]


def test_csv_with_named_columns_in_any_order() -> None:
    (one, two) = sites(
        "Kind,URL,As-Of,Company,Lang,CSS selector,from_heading,To heading\r\n"
        'Terms of Service,a.example/tos,"2013, 2014-06",Acme,en,#main,"Terms, general",Privacy\r\n'
        ",b.example,,,,,,\r\n"
    )
    assert one == Site(
        line=2, text="a.example/tos", url="http://a.example/tos", is_domain=False, dates=("2013", "2014-06"),
        kind=PolicyKind.TERMS, language="en", css="#main", from_heading="Terms, general", to_heading="Privacy",
    )  # fmt: skip
    assert two == Site(line=3, text="b.example", url="http://b.example/", is_domain=True)


def test_without_names_the_columns_have_an_order() -> None:
    (one, two) = sites("a.example,2013-06-08,privacy,de,.policy\nb.example,,cookies\n")
    assert (one.dates, one.kind, one.language, one.css) == (("2013-06-08",), PolicyKind.PRIVACY, "de", ".policy")
    assert (two.dates, two.kind) == ((), PolicyKind.COOKIES)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_spreadsheets_export(mark: str, end: str) -> None:
    text = mark + end.join(["sep=;", "a.example;2013;terms", ";;;", '"b.example";"2014|2015";'])
    rows = sites(text)
    assert [(row.line, row.text, row.dates) for row in rows] == [
        (2, "a.example", ("2013",)),
        (4, "b.example", ("2014", "2015")),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tabs_and_unicode_text(encoding: str) -> None:
    (row,) = sites("domain\tdate\r\nm\u00fcller.example\t2013-06-08 12:30\r\n".encode(encoding))
    assert (row.url, row.dates) == ("http://xn--mller-kva.example/", ("2013-06-08 12:30",))


def test_a_column_of_urls_wins_over_one_of_domains() -> None:
    (one, two) = sites("domain,url\na.example,https://a.example/p\nb.example,\n")
    assert (one.url, two.url) == ("https://a.example/p", "http://b.example/")


def test_jsonl() -> None:
    lines = [
        {"url": "a.example/p", "dates": ["2013", 2014], "kind": None},
        "b.example",
        {"site": "c.example", "css": "main"},
    ]
    one, two, three = sites("\n".join(map(json.dumps, lines)))
    assert (one.dates, one.kind, two.url, three.css) == (("2013", "2014"), None, "http://b.example/", "main")


def test_bad_rows_are_named_and_the_rest_goes_on() -> None:
    rows = read(
        b"url,date,kind\na.example,2013-13,\nnonsense,,\nb.example,,recipe\nftp://c.example,,\n\xff.example,,\n,2013,\nd.example,2013,privacy\n"
    )
    bad = [(row.line, row.reason) for row in rows if isinstance(row, BadRow)]
    assert [line for line, _ in bad] == [2, 3, 4, 5, 6, 7]
    for (_, reason), said in zip(
        bad, ["2013-13", "not a domain", "recipe", "not a web", "UTF-8", "no site"], strict=True
    ):
        assert said in reason
    assert isinstance(rows[-1], Site)
    assert rows[-1].line == 8
    jsonl = read('{"url": "a.example"}\n{"url": \n[1]\n' + "[" * 100_000 + '\n{"url": "b.example"}')
    assert [type(row) for row in jsonl] == [Site, BadRow, BadRow, BadRow, Site]


def test_quoted_cells_may_span_lines_and_an_open_quote_costs_one_row() -> None:
    one, two = sites('url,css\na.example,"main,\naside"\nb.example,nav\n')
    assert (one.css, one.line, two.line) == ("main,\naside", 2, 4)
    rows = read('url,css\na.example,"main\nb.example,nav\nc.example,x\n')
    assert [type(row) for row in rows] == [BadRow, Site, Site]
    assert isinstance(rows[0], BadRow)
    assert rows[0].reason == "a quote that is not closed"


def test_a_line_without_end_is_cut_and_reported() -> None:
    rows = read("a.example\n" + "x" * (3 * MAX_LINE_CHARS) + "\nb.example\n")
    assert [type(row) for row in rows] == [Site, BadRow, Site]
    assert rows[2].line == 3


class Endless(io.RawIOBase):
    """A list of a million rows that is never whole in memory."""

    def __init__(self) -> None:
        self.left, self.asked = 1_000_000, 0

    def read(self, size: int = -1) -> bytes:
        self.asked += 1
        count = min(self.left, size // 16)
        self.left -= count
        return b"a-site1.example\n" * count


def test_rows_come_before_the_list_is_read() -> None:
    stream = Endless()
    rows = read_sites(stream)  # type: ignore[arg-type]
    assert isinstance(next(rows), Site)
    assert stream.asked == 1


def test_a_file_standard_input_and_a_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a.example\n", encoding="utf-8")
    assert len(list(sites_in(file))) == 1
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"b.example\nc.example\n")))
    assert len(list(sites_in("-"))) == 2
    with pytest.raises(InputError, match="cannot read the list"):
        list(sites_in(tmp_path / "none.csv"))


PIECES = [
    "a.example",
    "b.example/p?x=1",
    "2013",
    "terms",
    '"',
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "{",
    "}",
    ":",
    "url",
    "date",
    "#",
    "sep=",
    "\x00",
    " ",
]


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from(PIECES), max_size=40).map(lambda parts: "".join(parts).encode()),
    )
)
def test_any_bytes_give_rows_or_reasons(payload: bytes) -> None:
    last = 0
    for row in read(payload):
        assert row.line > last
        last = row.line
        if isinstance(row, Site):
            assert row.url.startswith(("http://", "https://"))
            for date in row.dates:
                parse_period(date)
        else:
            assert row.reason


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,8}\.example(/[a-z,;]{0,5})?", fullmatch=True),
            st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["url", "css"])
    writer.writerows(rows)
    read_back = sites(out.getvalue())
    assert [(row.text, row.css or "") for row in read_back] == [(url, css.strip()) for url, css in rows]
