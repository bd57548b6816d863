"""Bytes of a page to text.

In: a body whose content coding is already undone, and its `Content-Type`. Out: text without control characters, and the
charset it was read with. The order of evidence: byte-order mark; valid UTF-8 with non-ASCII bytes (it beats a contrary
declaration); the HTTP header; `<meta>` in the first 4 kB; detection; windows-1252. A declared iso-8859-1 is weak: it was
the default of servers and editors for years, so a `<meta>` beats it, and so does a text that cannot be Latin. Labels mean
what browsers make of them (WHATWG Encoding Standard, read 2026-11-23): iso-8859-1 is windows-1252, gb2312 is gb18030.

It does not parse: a `<meta>` is found by its pattern, never by the tree.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

# `<meta charset>` may stand this far into the page; browsers prescan 1 kB, old pages put scripts before it
_PRESCAN_BYTES = 4096
# enough text to tell a language by its letters, and little enough to stay below some 50 ms
_DETECTION_BYTES = 16_384
_PIECE_BYTES = 16_384  # read at once to see whether a body is UTF-8: their text stays in the processor's cache
_DEFAULT = "cp1252"
_HIGH_BYTES = bytes(range(0x80, 0x100))
# letters with accents are under a sixth of any Latin script's text; of Cyrillic or Chinese text nearly all is not ASCII
_LATIN_HIGH_SHARE = 0.3
_MIN_JUDGED_BYTES = 60
_HIGH_RUN = re.compile(rb"[\x80-\xff]")
_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2}")
_MIN_LETTERS = 8

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# label -> Python codec, where the two differ or Python's codec knows fewer characters (WHATWG Encoding Standard §4.2)
_BROWSER_CODECS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252",
    "iso88591": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "x-cp1252": "cp1252", "ansi": "cp1252",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8", "logical": "iso8859-8", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic", "x-euc-jp": "euc-jp", "koi": "koi8-r", "koi8": "koi8-r", "unicode": "utf-8",
}  # fmt: skip
# families of text encodings; Python's codec registry holds other things too (rot13, zlib), which no page may ask for
_KNOWN_CODEC = re.compile(
    r"utf-?(?:8|16|32)(?:[-_]?[lb]e)?|iso-?8859-?\d{1,2}|windows-?125\d|cp\d{3,4}|koi8-[rut]|gb18030|big5(?:hkscs)?"
    r"|euc-(?:jp|kr)|euc_(?:jp|kr)|iso-?2022-?(?:jp|kr)|hz(?:-gb-2312)?|mac-?(?:roman|cyrillic|greek|latin2|turkish)|tis-620"
)
# charsets that pages without a declaration were written in; others exist only as false guesses
_GUESSED = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_2", "koi8_r",
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "mac_roman",
]  # fmt: skip
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE)
_MULTIBYTE_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
# what no author means by windows-1252: signs and letters of UTF-8 pasted into such a page ("â€“" for a dash, "cafÃ©")
_PASTED_UTF8 = re.compile(rb"\xe2\x80[\x90-\xbf]|\xe2\x82\xac|\xe2\x84\xa2|\xc2[\xa0-\xbf]|(?<=[a-z])\xc3[\xa0-\xbf]")
_C1_CONTROL = re.compile("[\x80-\x9f]")
# the same two sets, and the form feed, as bytes of UTF-8: single bytes, and sequences by their first byte
_CONTROL_BYTES = tuple(bytes([byte]) for byte in (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_ODD_BYTES = tuple(
    (bytes([first]), re.compile(pattern))
    for first, pattern in (
        (0xC2, rb"\xc2[\x80-\x9f]"), (0xEF, rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])"), (0xED, rb"\xed[\xa0-\xbf]"),
    )
)  # fmt: skip
# one misread byte in three sequences is still a UTF-8 page with foreign quotations in it
_SOUND_PER_BROKEN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """A page's text.

    Attributes:
        utf8: The text in UTF-8, as the parser and every search over the whole source want it; without control characters
            other than tab and newlines.
        encoding: The name of the Python codec that the page was read with.
        warnings: A sentence each; may be empty.
    """

    utf8: bytes
    encoding: str
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text as a string, made at each look: few pages' is wanted."""
        return self.utf8.decode("utf-8")


def decoded_text(payload: bytes, content_type: str | None = None) -> DecodedText:
    """Read a page's bytes as text; any bytes give a result.

    Args:
        payload: The body, content coding undone.
        content_type: The HTTP header's value, or None.
    """
    is_utf8 = _is_utf8(payload)
    encoding, bom_bytes = _encoding(payload, content_type, is_utf8=is_utf8)
    body = payload[bom_bytes:] if bom_bytes else payload
    warnings: list[str] = []
    replaced = 0
    if encoding == "utf-8" and is_utf8:
        if _is_clean(body):  # nearly every page: its bytes are what the parser wants
            return DecodedText(utf8=body, encoding=encoding, warnings=())
        text = body.decode("utf-8")
    elif encoding == "utf-8":
        text, replaced = _repaired_utf8(body)
    else:
        if encoding == "cp1252":
            body, pasted = _PASTED_UTF8.subn(_as_cp1252, body)
            warnings += [f"{pasted} characters were UTF-8 in a page of cp1252."] if pasted else []
        text = body.decode(encoding, "replace")
        replaced = text.count("\ufffd")
    warnings += [f"{replaced} bytes did not fit the charset {encoding}."] if replaced else []
    text = _without_controls(text)
    return DecodedText(utf8=text.encode("utf-8", "replace"), encoding=encoding, warnings=tuple(warnings))


def _without_controls(text: str) -> str:
    """The text without what no author writes."""
    if _is_clean(text.encode("utf-8", "surrogatepass")):
        return text
    return _NOT_TEXT.sub("", _C1_CONTROL.sub(_printable, text).replace("\x0c", "\n\n"))


def _is_clean(utf8: bytes) -> bool:
    """Whether a text holds nothing to take out; a single byte is looked for far faster than any pattern."""
    for control in _CONTROL_BYTES:
        if control in utf8:
            return False
    return utf8.isascii() or not any(_holds(utf8, first, sign) for first, sign in _ODD_BYTES)


def _holds(utf8: bytes, first: bytes, sign: re.Pattern[bytes]) -> bool:
    """Whether a pattern that begins with a byte, of which most texts have few, matches anywhere."""
    at = utf8.find(first)
    while at >= 0:
        if sign.match(utf8, at):
            return True
        at = utf8.find(first, at + 1)
    return False


def _as_cp1252(sequence: re.Match[bytes]) -> bytes:
    try:
        return sequence[0].decode("utf-8").encode("cp1252")
    except UnicodeEncodeError:
        return sequence[0]


def _printable(control: re.Match[str]) -> str:
    """What browsers read a C1 control as: the character of windows-1252 that the author's editor wrote there."""
    return bytes([ord(control[0])]).decode("cp1252", "ignore")


def _encoding(payload: bytes, content_type: str | None, *, is_utf8: bool) -> tuple[str, int]:
    """The codec to read with, and the length of the byte-order mark before the text."""
    for bom, encoding in _BOMS:
        if payload.startswith(bom):
            return encoding, len(bom)
    if payload.isascii() and b"\x00" not in payload:
        has_escapes = b"\x1b" in payload or b"~{" in payload
        declared = _declared(payload, content_type) if has_escapes else None
        return (declared if declared and declared.startswith(("iso2022", "hz")) else "utf-8"), 0
    if _is_mostly_utf8(payload, is_utf8=is_utf8):
        return "utf-8", 0
    if wide := _unmarked_utf16(payload):
        return wide, 0
    declared = _declared(payload, content_type)
    if declared and not declared.startswith("utf-") and not (declared == _DEFAULT and _is_hardly_latin(payload)):
        return declared, 0
    return _detected(payload), 0


def _is_mostly_utf8(payload: bytes, *, is_utf8: bool) -> bool:
    """Whether the non-ASCII bytes are UTF-8 sequences, all or nearly all of them."""
    try:
        # a sequence cut at the end is no error here
        is_ascii = not is_utf8 and codecs.getincrementaldecoder("utf-8")().decode(payload).isascii()
    except UnicodeDecodeError:
        sound = _MULTIBYTE_UTF8.findall(payload)
        broken = len(payload.translate(None, bytes(range(0x80)))) - sum(map(len, sound))
        return len(sound) > _SOUND_PER_BROKEN * broken
    return not (is_ascii or payload.isascii()) and b"\x00" not in payload[:_PRESCAN_BYTES]


def _unmarked_utf16(payload: bytes) -> str | None:
    """UTF-16 without a mark shows as markup with every other byte zero."""
    head = payload[:_PRESCAN_BYTES]
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.4 and head[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if half and head[0::2].count(0) > half * 0.4 and head[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _declared(payload: bytes, content_type: str | None) -> str | None:
    """The codec that the header or the page names; a header's iso-8859-1, for years Apache's default, yields to the page."""
    header, meta = _header_codec(content_type), _meta_codec(payload)
    return meta if meta and header in (None, _DEFAULT) else header


def _is_hardly_latin(payload: bytes) -> bool:
    """Whether so much of the text is not ASCII that no Latin script can be meant, whatever is declared."""
    sample = b"".join(_sample(payload).replace(b"\xa0", b"").split())
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    return len(sample) >= _MIN_JUDGED_BYTES and high > _LATIN_HIGH_SHARE * len(sample)


def _header_codec(content_type: str | None) -> str | None:
    match = _HEADER_CHARSET.search(content_type or "")
    return _codec(match[1]) if match else None


def _meta_codec(payload: bytes) -> str | None:
    head = payload[:_PRESCAN_BYTES]
    match = _META_CHARSET.search(head) or _XML_ENCODING.match(head)
    return _codec(match[1].decode("ascii", "replace")) if match else None


def _codec(label: str) -> str | None:
    """The codec that a browser reads a label with; None for a label that names no text encoding."""
    label = label.strip().lower()
    name = _BROWSER_CODECS.get(label, label)
    if not _KNOWN_CODEC.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _detected(payload: bytes) -> str:
    """Guess by the letters; a handful of them, none beside another, says nothing."""
    sample = _sample(payload)
    if len(_HIGH_RUN.findall(sample)) < _MIN_LETTERS and not _HIGH_PAIR.search(sample):
        return _DEFAULT
    best = charset_normalizer.from_bytes(sample, cp_isolation=_GUESSED, enable_fallback=False).best()
    codec = (_codec(best.encoding.replace("_", "-")) if best else None) or _DEFAULT
    # quotes and dashes are the same bytes in several Latin charsets; without any letter between them the commonest is meant
    return _DEFAULT if sample.decode(codec, "replace") == sample.decode(_DEFAULT, "replace") else codec


def _sample(payload: bytes) -> bytes:
    """Text from a page's beginning; markup is cut out, because it is ASCII in any charset."""
    return re.sub(rb"<[^>]{0,500}>", b" ", payload[: 4 * _DETECTION_BYTES])[:_DETECTION_BYTES]


def _is_utf8(body: bytes) -> bool:
    """Whether a body is UTF-8 from end to end; read by pieces, whose text takes no room beside the page."""
    view, at = memoryview(body), 0
    try:
        while at < len(view):
            end = at + _PIECE_BYTES
            at += codecs.utf_8_decode(view[at:end], "strict", end >= len(view))[1]
    except UnicodeDecodeError:
        return False
    return True


def _repaired_utf8(body: bytes) -> tuple[str, int]:
    """Read UTF-8 with stray bytes of another charset as windows-1252, as their authors' editors wrote them."""
    pieces: list[str] = []
    replaced = at = 0
    while at < len(body):
        try:
            pieces.append(body[at:].decode("utf-8"))
            break
        except UnicodeDecodeError as error:
            pieces.append(body[at : at + error.start].decode("utf-8"))
            pieces.append(body[at + error.start : at + error.end].decode(_DEFAULT, "replace"))
            replaced += 1
            at += error.end
            if replaced > _MAX_REPAIRS:
                pieces.append(body[at:].decode("utf-8", "replace"))
                break
    return "".join(pieces), replaced


# each repair reads the rest again: a bound on work, far above what any page that is UTF-8 at heart needs
_MAX_REPAIRS = 500
