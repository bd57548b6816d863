"""A page beside its product: which of its lines were kept, and which rule took the others.

In: the bytes of a page and the document made of them. Out: an `Explanation`. It does not ask the steps of extraction what
they did: it reads the page anew, unpruned, and looks every line up in the product. So a line that went without being
logged shows as just that. The rule of a line is found in the document's log by the line's words.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter, deque
from typing import TYPE_CHECKING

from lxml import etree

from archivepolicy.codings import decoded_body
from archivepolicy.extraction import xhtml
from archivepolicy.extraction.decode import decoded_text
from archivepolicy.extraction.elements import INLINE, folded
from archivepolicy.extraction.extract import is_pdf, is_plain
from archivepolicy.extraction.inserts import without_inserts
from archivepolicy.extraction.links import reveal_emails
from archivepolicy.extraction.plaintext import content_of
from archivepolicy.extraction.tree import inline_prefixed, parsed_page
from archivepolicy.records.explanation import Explanation, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records.document import Document, Removal

_LINK_TARGET = re.compile(r"\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "li"})
# a line of fewer letters may stand anywhere by chance: it is looked for only right behind the line before it
_TELLING_LETTERS = 16
_NEAR_LETTERS = 60
# a removal from within a line is short; one of this length is logged by its beginning only
_INNER_CHARS = 100
_LOGGED_CHARS = 195
# of lines that seem kept among those of a logged removal, so many side by side, so long at most, are there by chance
_MENU_LINES = 2
_MENU_CHARS = 60


def explained(
    payload: bytes,
    document: Document,
    *,
    url: str | None = None,
    content_type: str | None = None,
    content_encoding: str | None = None,
) -> Explanation:
    """Lay a page beside the document that was made of it.

    Args:
        payload: The body as it was given to `extract`.
        document: What came of it.
        url: As for `extract`.
        content_type: As for `extract`.
        content_encoding: As for `extract`.
    """
    lines = list(_lines(payload, content_type, content_encoding))
    product = _letters(_LINK_TARGET.sub("]", document.markdown))
    lines = _divided(lines, _kept(lines, product), document.removed, product)
    kept = _kept(lines, product)
    rules, elsewhere = _rules(lines, kept, document.removed)
    _name_others(rules, lines, document)
    parts = (Part(text=text, tag=tag, rule=rules.get(at)) for at, (tag, text) in enumerate(lines))
    return Explanation(title=document.title, url=url, parts=tuple(parts), elsewhere=elsewhere)


def _lines(payload: bytes, content_type: str | None, content_encoding: str | None) -> Iterator[tuple[str, str]]:
    """The lines of a page in its order, each with its tag."""
    body, _ = decoded_body(payload, content_encoding)
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if is_pdf(body, media_type):
        from archivepolicy.extraction.pdf import pdf_text

        yield from (("p", line.text) for line in pdf_text(body).lines)
        return
    decoded = decoded_text(body, content_type)
    if is_plain(decoded.utf8, media_type):
        yield from _tree_lines(content_of(decoded.text))
        return
    html = xhtml.html_of(decoded.text) if media_type in xhtml.MEDIA_TYPES else None
    source, _ = without_inserts(html.encode() if html else decoded.utf8)
    page = parsed_page(source)
    inline_prefixed(page.body)
    reveal_emails(page.body, source)
    yield from _tree_lines(page.body)


def _tree_lines(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Runs of text between the borders of blocks."""
    pieces: list[str] = []
    tags = ["p"]

    def line() -> Iterator[tuple[str, str]]:
        if text := folded("".join(pieces)):
            yield tags[-1], text
        pieces.clear()

    for event, node in etree.iterwalk(root, events=("start", "end")):
        is_border = node.tag not in INLINE
        if is_border:
            yield from line()
        if event == "start":
            if is_border:
                tags.append(str(node.tag) if node.tag in _TAGS else "p" if node.tag in ("td", "th") else tags[-1])
            pieces.append(node.text or "")
        else:
            if is_border:
                tags.pop()
            pieces.append((node.tail or "") if node is not root else "")
    yield from line()


def _letters(text: str) -> str:
    """What of a text survives every change of form: its letters and digits."""
    return _NOT_LETTERS.sub("", text).casefold()


def _kept(lines: Sequence[tuple[str, str]], product: str) -> set[int]:
    """Which lines are in the product.

    Lines that occur once on the page and once in the product hold the two together (their longest ascending run: patience
    sorting); between two of them the others are looked for in their order.
    """
    letters = [_letters(text) for _, text in lines]
    counts = Counter(letters)
    places = {}
    for at, own in enumerate(letters):
        if len(own) >= _TELLING_LETTERS and counts[own] == 1:
            place = product.find(own)
            if place >= 0 and product.find(own, place + 1) < 0:
                places[at] = place
    anchors = _ascending(places)
    kept = set(anchors)
    position, ahead = 0, deque(sorted(anchors))
    for at, own in enumerate(letters):
        if at in anchors:
            position = places[at] + len(own)
            ahead.popleft()
            continue
        end = places[ahead[0]] if ahead else len(product)
        reach = end if len(own) >= _TELLING_LETTERS else min(end, position + _NEAR_LETTERS + len(own))
        place = product.find(own, position, reach) if own else -1
        if place >= 0 or not own:
            kept.add(at)
            position = place + len(own) if own else position
    return kept


def _divided(
    lines: list[tuple[str, str]], kept: set[int], removed: Sequence[Removal], product: str
) -> list[tuple[str, str]]:
    """The lines, those divided that were kept but for some words ("(opens in a new window)")."""
    words = sorted(
        {removal.text for removal in removed if 0 < len(removal.text) <= _INNER_CHARS}, key=len, reverse=True
    )
    if not words:
        return lines
    inner = re.compile("(" + "|".join(rf"(?<!\w)(?=\w){re.escape(one)}|(?!\w){re.escape(one)}" for one in words) + ")")
    divided = []
    for at, (tag, text) in enumerate(lines):
        pieces = [text] if at in kept else inner.split(text)
        others = [_letters(piece) for piece in pieces[::2]]  # what stands between the removed words
        if not any(other and other in product for other in others):
            pieces = [text]
        divided += [(tag, piece.strip()) for piece in pieces if piece.strip()]
    return divided


def _ascending(places: dict[int, int]) -> set[int]:
    """The longest run of lines whose places in the product ascend."""
    tops: list[int] = []
    top_lines: list[int] = []
    before: dict[int, int | None] = {}
    for at, place in places.items():
        pile = bisect.bisect_left(tops, place)
        before[at] = top_lines[pile - 1] if pile else None
        tops[pile : pile + 1] = [place]
        top_lines[pile : pile + 1] = [at]
    run: set[int] = set()
    line = top_lines[-1] if top_lines else None
    while line is not None:
        run.add(line)
        line = before[line]
    return run


def _rules(
    lines: Sequence[tuple[str, str]], kept: set[int], removed: Sequence[Removal]
) -> tuple[dict[int, str], tuple[Removal, ...]]:
    """The rule of every line that is not in the product, and the removals that no such line shows."""
    claims = _claims([_letters(text) for _, text in lines], kept, removed)
    rules: dict[int, str] = {}
    passed = 0
    around = ""  # the log holds the beginning of a long removal only: lines behind it belong to it too
    for at in range(len(lines)):
        if at in kept:
            # a line of a menu may stand in the product too
            passed = 0 if len(lines[at][1]) < _TELLING_LETTERS else passed + 1
            is_menu = lines[at][0] not in _HEADINGS and len(lines[at][1]) <= _MENU_CHARS and passed <= _MENU_LINES
            around = around if is_menu else ""
            continue
        passed = 0
        claim = claims.get(at)
        if claim is not None and len(claim.text) >= _LOGGED_CHARS:
            around = claim.rule
        rules[at] = claim.rule if claim is not None else around
    shown = {id(claim) for claim in claims.values()}
    return rules, tuple(removal for removal in removed if id(removal) not in shown)


def _name_others(rules: dict[int, str], lines: Sequence[tuple[str, str]], document: Document) -> None:
    """Name what no claim reached: lines that the log holds within a longer removal, and lines that were moved.

    A heading that stood in a banner is written before the text; where its words stand twice on the page, only the product
    tells that it was kept.
    """
    unnamed = [at for at, rule in rules.items() if not rule]
    if not unnamed:
        return
    logged = [(_letters(removal.text), removal.rule) for removal in document.removed]
    exact = dict(reversed(logged))
    written = {_letters(_LINK_TARGET.sub("]", line)) for line in document.markdown.split("\n")}
    for at in unnamed:
        own = _letters(lines[at][1])
        rule = exact.get(own)
        if rule is None and len(own) >= _TELLING_LETTERS:
            rule = next((rule for text, rule in logged if own in text), None)
        if rule is not None:
            rules[at] = rule
        elif own in written:
            del rules[at]


def _claims(letters: Sequence[str], kept: set[int], removed: Sequence[Removal]) -> dict[int, Removal]:
    """Which lines the removals name, the longest first: each takes the first lines that say what it says and are gone."""
    whole = "".join(letters)
    starts = [0, *itertools.accumulate(map(len, letters))]
    claims: dict[int, Removal] = {}
    named = sorted(((_letters(removal.text), removal) for removal in removed), key=lambda one: -len(one[0]))
    by_start = {own[:_TELLING_LETTERS]: at for at, own in enumerate(letters) if len(own) >= _TELLING_LETTERS}
    for own, removal in named:
        place = whole.find(own) if own else -1
        while place >= 0:
            end = place + len(own)
            first, last = bisect.bisect_right(starts, place) - 1, bisect.bisect_left(starts, end)
            covered = {at: min(end, starts[at + 1]) - max(place, starts[at]) for at in range(first, last)}
            gone = [at for at in covered if at not in kept and at not in claims]
            # half of it must be gone: a banner's heading stays, and a short line may stand in the product by chance
            if 2 * sum(covered[at] for at in gone) > len(own) and 2 * covered[gone[0]] >= len(letters[gone[0]]):
                claims.update(dict.fromkeys(gone, removal))
                break
            place = whole.find(own, place + 1)
        else:  # words within it had gone before: its beginning tells
            at = by_start.get(own[:_TELLING_LETTERS], -1)
            if at >= 0 and at not in kept:
                claims.setdefault(at, removal)
    return claims
