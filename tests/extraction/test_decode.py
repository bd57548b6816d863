from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.extraction import decode
from archivepolicy.extraction.decode import decoded_text

RUSSIAN = "Мы собираем личные данные пользователей и храним их на своих серверах."
CHINESE_TW = "本網站收集您的個人資料，並將其儲存在伺服器上。"
KOREAN = "저희 사이트는 이용자의 개인정보를 수집하여 서버에 보관합니다."
JAPANESE = "当サイトはお客様の個人情報を収集し、サーバーに保存します。"
CHINESE = "本网站收集您的个人信息，并将其存储在服务器上。"


@pytest.mark.parametrize(
    ("payload", "content_type", "encoding"),
    [
        (b"plain", None, "utf-8"),
        ("é".encode(), "text/html; charset=iso-8859-1", "utf-8"),  # valid UTF-8 beats a contrary label
        ("é".encode("cp1252"), "text/html; charset=iso-8859-1", "cp1252"),
        ("‘é’".encode("cp1252"), "text/html; charset=latin1", "cp1252"),
        (b"\xef\xbb\xbfx", "text/html; charset=koi8-r", "utf-8"),
        ("x".encode("utf-16"), None, "utf-16-le"),
        ("<p>Hello</p>".encode("utf-16-be"), None, "utf-16-be"),
        (b"<meta charset=windows-1251>" + RUSSIAN.encode("cp1251"), None, "cp1251"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">' + CHINESE.encode("gb18030"),
            None,
            "gb18030",
        ),
        (b'<?xml version="1.0" encoding="shift_jis"?>' + "個人情報".encode("cp932"), None, "cp932"),
        (b"<meta charset=windows-1251>" + RUSSIAN.encode("koi8-r"), "text/html; charset=koi8-r", "koi8-r"),
        (RUSSIAN.encode("cp1251"), None, "cp1251"),
        ("個人".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "iso2022_jp"),
        ("é".encode("cp1252"), "text/html; charset=rot13", "cp1252"),  # no page may ask for that codec
    ],
)
def test_charset(payload: bytes, content_type: str | None, encoding: str) -> None:
    assert decoded_text(payload, content_type).encoding == encoding


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r"])
def test_iso_8859_1_declared_by_a_server_for_a_script_that_is_not_latin(codec: str) -> None:
    payload = b"<html><body><p>" + RUSSIAN.encode(codec) + b"</p>"
    assert RUSSIAN in decoded_text(payload, "text/html; charset=ISO-8859-1").text


def test_a_meta_beats_a_servers_default() -> None:
    payload = b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">' + "źródłom".encode("cp1250")
    assert decoded_text(payload, "text/html; charset=iso-8859-1").text.endswith("źródłom")


@pytest.mark.parametrize(
    ("text", "codec"),
    [(CHINESE, "gb18030"), (CHINESE_TW, "big5"), (KOREAN, "euc-kr"), (JAPANESE, "shift_jis"), (JAPANESE, "euc-jp")],
)
def test_text_without_any_declaration(text: str, codec: str) -> None:
    assert text in decoded_text(b"<html><body>" + text.encode(codec) + b"</body></html>").text


def test_curly_quotes_of_windows_1252_labelled_latin_1() -> None:
    assert decoded_text("“é”".encode("cp1252"), "text/html; charset=iso-8859-1").text == "“é”"


def test_utf_8_pasted_into_windows_1252_is_read_and_told() -> None:
    decoded = decoded_text(b"na\xefve \xe2\x80\x93 caf\xc3\xa9 \xc2\xa9 2004", "text/html; charset=iso-8859-1")
    assert decoded.text == "naïve – café © 2004"
    assert decoded.warnings == ("3 characters were UTF-8 in a page of cp1252.",)


@pytest.mark.parametrize("text", ["ÂME, FORÇÂT", "IRMÃ, MAÇÃ», «NÃO»", "€ 5 – â€", "Ã¡ as a title"])
def test_honest_windows_1252_stays(text: str) -> None:
    payload = ("déjà vu " + text).encode("cp1252")
    assert decoded_text(payload, "text/html; charset=windows-1252").text == "déjà vu " + text


def test_control_characters_above_127_are_what_browsers_make_of_them() -> None:
    assert decoded_text("<p>\x93ok\x94 \x96 \x8d</p>".encode()).text == "<p>“ok” – </p>"


def test_stray_bytes_in_utf_8_are_read_and_told() -> None:
    decoded = decoded_text("Größe äöü ".encode() * 5 + b"caf\xe9")
    assert decoded.text.endswith("café")
    assert decoded.warnings == ("1 bytes did not fit the charset utf-8.",)


def test_utf_8_cut_in_the_middle_of_a_letter_is_still_utf_8() -> None:
    assert decoded_text("äöü ü".encode()[:-1]).encoding == "utf-8"


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_give_text_without_control_characters(payload: bytes, content_type: str | None) -> None:
    text = decoded_text(payload, content_type).text
    assert not set(text) & {chr(code) for code in range(32)} - set("\t\n\r\x0c")
    text.encode("utf-8")


UTF8 = st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass"))


@given(pieces=st.lists(UTF8 | st.binary(max_size=3), max_size=6))
def test_a_body_read_by_pieces_is_utf8_where_the_codec_says_so(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    try:
        body.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "_PIECE_BYTES", 4)  # the longest sequence
        assert decode._is_utf8(body) is is_utf8


@pytest.mark.parametrize("sign", ["é", "—", "𝒫"])
@pytest.mark.parametrize("before", range(4))
def test_a_sequence_that_is_cut_between_two_pieces_is_whole(sign: str, before: int) -> None:
    page = "<p>" + "a" * (decode._PIECE_BYTES - len("<p>") - before) + sign + " end"
    decoded = decoded_text(page.encode())
    assert (decoded.text, decoded.encoding, decoded.warnings) == (page, "utf-8", ())
