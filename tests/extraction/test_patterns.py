"""Old pages' habits, each in a page made up for it: what was common markup from 1997 to 2010 comes out as plain Markdown."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from archivepolicy.extraction import extract

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://www.meadow.example/about/privacy.htm"
A = "We write down the name and the street that you give us with an order, and nothing that you did not tell us."
B = "The order book is kept for as long as seeds are under guarantee, and ten years more where the tax office asks."
C = "The carrier who brings your parcel learns where you live, and nobody else does unless a court orders it."
BODY = f"{A}\n\n{B}\n\n{C}\n"


def markdown(html: str, *, charset: str = "cp1252") -> str:
    return extract(html.encode(charset), url=URL).markdown


@pytest.mark.parametrize(
    "html",
    [
        f"<table width=760><tr><td><img src=l.gif></td></tr><tr><td><p>{A}<p>{B}<p>{C}</td></tr></table>",
        f"<center><table width='80%'><tr><td align=left><p align=justify>{A}<p>{B}<p>{C}</td></tr></table></center>",
        (
            f"<table><tr><td><table><tr><td><table><tr><td>{A}</td></tr><tr><td>{B}</td></tr></table></td></tr></table>"
            f"</td></tr><tr><td><p>{C}</p></td></tr></table>"
        ),
        (
            f"<table><tr><td><img src=spacer.gif width=9></td><td><p>{A}</p><img src=spacer.gif height=9><p>{B}</p></td>"
            f"<td></td></tr><tr><td><img src=dot.gif></td><td><p>{C}</p></td><td>&nbsp;</td></tr></table>"
        ),
        f"<form name=aspnetForm method=post><input type=hidden name=__STATE value=x><div><p>{A}<p>{B}<p>{C}</div></form>",
    ],
    ids=["one column", "center", "nested", "spacers", "page-wide form"],
)
def test_layout_tables_are_read_as_text(html: str) -> None:
    assert markdown(f"<html><body bgcolor=#ffffff>{html}</body></html>") == BODY


@pytest.mark.parametrize(
    "html",
    [
        f"<font face=verdana size=2>{A}<br><br>{B}<br><br>{C}</font>",
        f"<font face=verdana size=2>{A}<br>&nbsp;<br>{B}<BR>\n<BR>{C}<br><br><br></font>",
        f"<p><font size=2>{A}</font><p><font size=2>{B}</font></p><font size=2><p>{C}</p></font>",
        f"<div>{A}</div><div>&nbsp;</div><div>{B}<p></div><p>{C}",
        f"<nobr>{A}</nobr><p><tt></tt>{B}</p><p>&nbsp;</p>{C}",
    ],
    ids=["br br", "br nbsp br", "font and p", "empty divs", "nobr"],
)
def test_paragraphs_of_every_kind(html: str) -> None:
    assert markdown(f"<html><body>{html}</body></html>") == BODY


def test_a_menu_column_and_a_copyright_row_go() -> None:
    page = (
        "<table><tr><td colspan=2><a href=/>Home</a> | <a href=/s>Shop</a> | <a href=/f>Questions</a></td></tr>"
        f"<tr><td width=150><a href=/1>Seeds</a><br><a href=/2>Bulbs</a></td><td>{A}<br><br>{B}<br><br>{C}</td></tr>"
        "<tr><td colspan=2><font size=1>Copyright &copy; 2003 Meadow Seeds. All rights reserved.</font></td></tr></table>"
    )
    assert markdown(f"<body>{page}</body>") == BODY


def test_large_bold_lines_stay_bold() -> None:
    page = f'<font size="+2" color="#003366"><b>1. What we keep</b></font><p>{A}</p><b><font size=4>2. How long</font></b><p>{B}</p>'
    assert markdown(page) == f"**1. What we keep**\n\n{A}\n\n**2. How long**\n\n{B}\n"


@pytest.mark.parametrize(
    "anchor", ["<a name=keep><h2>{}</h2></a>", "<a name=keep></a><h2>{}</h2>", "<h2><a name=keep>{}</a></h2>"]
)
def test_a_named_anchor_leaves_its_heading_a_heading(anchor: str) -> None:
    assert markdown(f"<p>{A}</p>{anchor.format('What we keep')}<p>{B}</p>") == f"{A}\n\n## What we keep\n\n{B}\n"


def test_frontpage() -> None:
    page = (
        '<html><head><meta name="GENERATOR" content="Microsoft FrontPage 4.0"><title>Privacy</title></head><body>'
        '<!--webbot bot="Include" U-Include="top.htm" startspan --><p align="center"><a href="a.htm">Start</a>&nbsp;'
        '<a href="b.htm">Seeds</a>&nbsp;<a href="c.htm">Letters</a></p><!--webbot bot="Include" endspan i-checksum="1" -->'
        f'<p align="left"><font face="Arial">{A}</font></p><p><font face="Arial">{B}</font></p><p>&nbsp;</p><p>{C}</p></body></html>'
    )
    assert markdown(page) == BODY


def test_word() -> None:
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><!--[if gte mso 9]><xml><w:View>Normal</w:View></xml>'
        "<![endif]--><style>p.MsoNormal{mso-style-parent:''}</style></head><body lang=EN-US><div class=Section1>"
        f"<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Privacy<o:p></o:p></b></p><p class=MsoNormal>{A}<o:p></o:p></p>"
        f"<p class=MsoNormal><![if !supportEmptyParas]>&nbsp;<![endif]><o:p></o:p></p><p class=MsoNormal>{B}</p>"
        "<p style='mso-list:l0 level1'><![if !supportLists]><span style='font-family:Wingdings'>§"
        f"<span style='font:7.0pt'>&nbsp; </span></span><![endif]>{C}</p></div></body></html>"
    )
    found = markdown(page)
    assert found.startswith(f"**Privacy**\n\n{A}\n\n{B}\n\n")
    assert found.endswith(f"{C}\n")
    assert "mso" not in found
    assert "supportLists" not in found


def test_a_letter_in_a_font_of_pictures_is_a_bullet_and_two_are_a_list() -> None:
    page = (
        f'<p><font face="Wingdings">ü</font> {A}</p><p><span style="font-family: Webdings">4</span> {B}</p><p>{C}</p>'
    )
    assert markdown(page) == f"- {A}\n- {B}\n\n{C}\n"


def test_definition_lists() -> None:
    page = f"<dl><dt>Names<dd>{A}<dt>Time<dd>{B}<p>{C}</dl>"
    assert markdown(page) == f"**Names**\n\n{A}\n\n**Time**\n\n{B}\n\n{C}\n"


def test_unclosed_and_upper_case() -> None:
    page = (
        f"<HTML><BODY><H1>Privacy</H1><P>{A}<P>{B}<UL><LI>one<LI>two</UL><TABLE BORDER=1><TR><TH>Data<TH>Use<TR><TD>Street<TD>Parcels"
        f'</TABLE>{C}<P><A HREF="MAILTO:us@meadow.example">Mail us, should you want to know what is written there</A></BODY>'
    )
    assert markdown(page) == (
        f"# Privacy\n\n{A}\n\n{B}\n\n- one\n- two\n\n| Data | Use |\n| --- | --- |\n| Street | Parcels |\n\n{C}\n\n"
        "[Mail us, should you want to know what is written there](mailto:us@meadow.example)\n"
    )


def test_no_html_head_or_body_is_written() -> None:
    assert markdown(f"<title>P</title><h1>Privacy</h1><p>{A}<p>{B}{C}") == f"# Privacy\n\n{A}\n\n{B}{C}\n"


def test_xhtml_with_empty_elements_closed_in_place() -> None:
    page = (
        '<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>P</title></head><body><div></div><p>{A}<br/><br/>{B}</p>'
        f'<p><a id="x"></a>{C}</p></body></html>'
    )
    assert markdown(page) == BODY


def test_conditional_comments_leave_what_readers_saw() -> None:
    page = f"<body><!--[if lt IE 7]><p>Take another browser.</p><![endif]--><![if !IE]><p>{A}</p><![endif]><p>{B}</p><p>{C}</p>"
    assert markdown(page) == BODY


@pytest.mark.parametrize(
    "head", ["", "<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "<meta charset=ascii>"]
)
def test_curly_quotes_of_windows_1252_whatever_is_declared(head: str) -> None:
    text = f"{A} “Seeds” – ‘bulbs’ … the gardener’s café costs 3 €."
    assert markdown(f"<html><head>{head}</head><body><p>{text}</p><p>{B}</p></body></html>") == f"{text}\n\n{B}\n"


def test_curly_quotes_as_numbers_of_windows_1252() -> None:
    assert "“Seeds” – ours’" in markdown(f"<p>{A}<p>&#147;Seeds&#148; &#150; ours&#146; {B}")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "我们记录您订购时填写的姓名和地址，除此之外不收集任何信息。订单记录保存至保修期结束。"),
        ("big5", "我們記錄您訂購時填寫的姓名和地址，除此之外不收集任何資訊。訂單記錄保存至保固期結束。"),
        ("euc-kr", "주문할 때 알려 주신 이름과 주소만 적어 둡니다. 주문 기록은 보증 기간이 끝날 때까지 보관합니다."),
        ("windows-1251", "Мы записываем имя и адрес, которые вы указали в заказе, и храним их до конца гарантии."),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_other_scripts(charset: str, text: str, declared: bool) -> None:
    head = f"<meta http-equiv=content-type content='text/html; charset={charset}'>" if declared else ""
    assert markdown(f"<html><head>{head}</head><body><p>{text}</p></body></html>", charset=charset) == f"{text}\n"


# ---------------------------------------------------------------------- real pages


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


@pytest.mark.corpus
def test_the_words_of_a_human_s_text_are_there(corpus: Path) -> None:
    """Recall of at least .97 on every old page whose gold is a text.

    Four golds are the page's whole HTML; one has lost spaces between words, so a word also counts where it is found with the
    spaces of the page taken out.
    """
    folder = corpus / "pages"
    with (folder / "index.jsonl").open(encoding="utf-8") as index:
        rows = [row for line in index if (row := json.loads(line)).get("gold")]
    low: dict[str, float] = {}
    for row in rows:
        gold = (folder / row["gold"]).read_bytes().decode("utf-8", "replace")
        if re.search(r"<(?:td|div|span|li)\b", gold) and row["group"] == "enc":
            continue
        gold = re.sub(r"(?m)^\s*URL:.*$|</?[a-z][^>]*>|\|\|\||&\w+;", " ", gold)
        found = extract((folder / row["file"]).read_bytes()).markdown
        found = re.sub(r"\]\([^)]*\)|[\\*]", "", found)
        missing = Counter(words(gold)) - Counter(words(found))
        glued = "".join(words(found))
        recall = 1 - sum(count for word, count in missing.items() if word not in glued) / len(words(gold))
        if recall < 0.97:
            low[row["file"]] = recall
    assert low == {}


def test_a_frameset_s_noframes_is_read_as_markup() -> None:
    words = "We keep the address that you give us for thirty days, and we never sell it to anybody at all. " * 3
    page = f"<frameset cols='20%,*'><frame src=m.html><noframes><body><h2>Privacy</h2><p>{words}</p></body></noframes></frameset>"
    document = extract(page.encode(), url="http://a.example/")
    assert document.markdown.startswith("## Privacy\n\nWe keep")
    assert "\\<" not in document.markdown


def test_terms_in_a_text_field_are_text_and_what_a_visitor_types_is_not() -> None:
    words = "You agree to pay for the service in advance, and we may close your account when you do not. " * 8
    page = f"<h1>Terms</h1><form><textarea rows=9>{words}\n\n{words}</textarea><textarea>Your message</textarea></form>"
    document = extract(page.encode(), url="http://a.example/")
    assert document.markdown == f"# Terms\n\n{words.strip()}\n\n{words.strip()}\n"
