"""Emphasis written so that it is read as it was meant.

In: lines in which marks say where bold, italic and struck text begins and ends. Out: the same with `**`, `*` and `~~`. What
opens and closes emphasis depends on the characters beside the signs (CommonMark 0.31 §6.2), so it is decided when the line
stands: signs are read again by those rules, and where they would say something else, punctuation at the edge of the
emphasis is left outside, and at last the emphasis is given up. Words are never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archivepolicy.extraction.escaping import UNSURE, escaped_line_start, is_punctuation

# all marks begin with one sign, which a plain search finds; the sign behind it says what begins or ends
_MARK = "\x01"
OPEN = {"b": f"{_MARK}\x02", "i": f"{_MARK}\x04", "s": f"{_MARK}\x06"}
CLOSE = {"b": f"{_MARK}\x03", "i": f"{_MARK}\x05", "s": f"{_MARK}\x07"}
_CLOSE_OF = {OPEN[name][1]: CLOSE[name][1] for name in OPEN}
_BOLD, _ITALIC, _STRUCK = 1, 2, 4
_STYLE_OF = {"\x02": _BOLD, "\x03": _BOLD, "\x04": _ITALIC, "\x05": _ITALIC, "\x06": _STRUCK, "\x07": _STRUCK}
_SIGN = {_BOLD: "**", _ITALIC: "*", _STRUCK: "~~"}
_SIGN_OF = {mark: _SIGN[style] for mark, style in _STYLE_OF.items()}
# punctuation that may stand outside emphasis; a bracket may also be the end of a link
_TRAILING = re.compile(rf"(?<!\\)[{UNSURE}.,:!?\"'“”‘’»…%)/-]+$")
_LEADING = re.compile(r"^[\"'“‘„«(./-]+")
_MAX_ATTEMPTS = 8
# what stands before the text of a quotation, an item, a heading
_BLOCK_START = re.compile(r"[\s>]*(?:(?:-|\d{1,9}[.)])\s+)*")


def with_signs(text: str) -> str:
    """Write the marks of a text as signs, line by line.

    >>> with_signs(f'see {OPEN["b"]}"this."{CLOSE["b"]}now')
    'see **"this**."now'
    """
    written: list[str] = []
    done = 0
    at = text.find(_MARK)
    while at >= 0:
        end = text.find("\n", at)
        if end < 0:
            end = len(text)
        pieces = _simple(text, at, end)
        if pieces is None:
            at = text.rfind("\n", done, at) + 1
            pieces = [_signed(text[at:end])]
        written.append(text[done:at])
        written += pieces
        done = end
        at = text.find(_MARK, done)
    return "".join(written) + text[done:] if written else text


def _simple(text: str, at: int, end: int) -> list[str] | None:
    """The rest of a line, from its first mark, whose emphasis neither nests nor stands beside other emphasis; else None."""
    pieces: list[str] = []
    while at >= 0:
        closing = text.find(_MARK, at + 1, end)
        if closing < 0 or _CLOSE_OF.get(text[at + 1]) != text[closing + 1 : closing + 2]:
            return None
        words = text[at + 2 : closing]
        following = text.find(_MARK, closing + 1, end)
        after = text[closing + 2 : end if following < 0 else following]
        if not words or (following >= 0 and (not after or after.isspace())):
            return None
        first, last = words[0], words[-1]
        if not first.isalnum() and not (_may_stand(first, text[at - 1 : at]) and _has_word(words)):
            return None
        if not last.isalnum() and not _may_stand(last, after[:1]):
            return None
        sign = _SIGN_OF[text[at + 1]]
        pieces += (sign, words, sign, after)
        at = following
    return pieces


def _signed(line: str) -> str:
    """A line with signs that are read as they are meant, whatever emphasis it holds."""
    before, *marked = line.split(_MARK)
    written = _written(_runs(before, marked))
    if _BLOCK_START.fullmatch(before):  # should emphasis at the start of the text have been given up
        written = before + escaped_line_start(written[len(before) :])
    return written


def _may_stand(edge: str, beside: str) -> bool:
    """Whether signs between the edge of some words and what is beside it are read as emphasis of the words."""
    return edge.isalnum() or (not edge.isspace() and (_is_edge(beside) or not is_punctuation(edge)))


@dataclass(slots=True)
class _Run:
    """Text of one style, a sum of the bits."""

    style: int
    text: str


@dataclass(slots=True)
class _Signs:
    """Signs of one kind that stand together, as a reader of Markdown takes them."""

    sign: str
    count: int
    can_open: bool
    can_close: bool
    at: int  # the run that they stand before
    left: int = 0
    opens: int = 0  # styles that are meant to begin here
    closes: int = 0


def _runs(before: str, marked: list[str]) -> list[_Run]:
    """Cut a line where its style changes."""
    runs = [_Run(0, before)] if before else []
    style = 0
    for piece in marked:
        mark, text = piece[:1], piece[1:]
        bit = _STYLE_OF.get(mark, 0)
        style = style | bit if mark in _CLOSE_OF else style & ~bit
        if text:
            runs.append(_Run(style, text))
    return runs


def _settled(runs: list[_Run]) -> list[_Run]:
    """White space, and signs without a word, are styled only as both their sides are; neighbours of one style are joined."""
    cut: list[_Run] = []
    for run in runs:
        core = run.text.strip()
        lead = run.text[: len(run.text) - len(run.text.lstrip())]
        pieces = (lead, core, run.text[len(lead) + len(core) :]) if core else (run.text,)
        cut.extend(_Run(run.style if piece.strip() else -1, piece) for piece in pieces if piece)
    cut = _joined(cut)
    worded = [run.style if run.style > 0 and _has_word(run.text) else 0 if run.style == 0 else None for run in cut]
    before = _carried(worded)
    after = _carried(worded[::-1])[::-1]
    for at, run in enumerate(cut):
        if worded[at] is None:
            run.style &= before[at] & after[at]
    return _joined(cut)


def _carried(styles: list[int | None]) -> list[int]:
    """For each run the style of the nearest one before it that has its own."""
    carried, last = [], 0
    for style in styles:
        carried.append(last)
        last = last if style is None else style
    return carried


def _joined(runs: list[_Run]) -> list[_Run]:
    joined: list[_Run] = []
    for run in runs:
        if joined and joined[-1].style == run.style:
            joined[-1].text += run.text
        else:
            joined.append(run)
    return joined


def _written(runs: list[_Run]) -> str:
    for _ in range(_MAX_ATTEMPTS):
        runs = _settled(runs)
        text, signs = _with_signs(runs)
        broken = [one for one in signs if (one.opens and not one.can_open) or (one.closes and not one.can_close)]
        if not broken and _read(signs, len(runs)) == [run.style for run in runs]:
            return text
        if broken:
            runs = _mended(runs, broken)
        else:
            dropped = next(bit for bit in (_ITALIC, _STRUCK, _BOLD) if any(run.style & bit for run in runs))
            for run in runs:
                run.style &= ~dropped
    return "".join(run.text for run in runs)


def _with_signs(runs: list[_Run]) -> tuple[str, list[_Signs]]:
    """Write runs with signs, what lasts longest outermost."""
    ends = _ends(runs)
    out: list[str] = []
    signs: list[_Signs] = []
    opened: list[int] = []
    for at, run in enumerate([*runs, _Run(0, "")]):
        changes: list[tuple[str, int, int]] = []
        kept = list(opened)
        while any(bit & ~run.style for bit in kept):
            bit = kept.pop()
            changes.append((_SIGN[bit], 0, bit))
        opened = kept
        fresh = [bit for bit in (_BOLD, _ITALIC, _STRUCK) if run.style & bit and bit not in opened]
        for bit in sorted(fresh, key=lambda bit: -ends[at][bit]):
            changes.append((_SIGN[bit], bit, 0))
            opened.append(bit)
        if changes:
            before = runs[at - 1].text[-1:] if at else ""
            signs += _grouped(changes, at, before, run.text[:1])
        out += [sign for sign, _, _ in changes]
        out.append(run.text)
    return "".join(out), signs


def _ends(runs: list[_Run]) -> list[dict[int, int]]:
    """For each run, where each style that it has ends."""
    ends: list[dict[int, int]] = []
    last = dict.fromkeys((_BOLD, _ITALIC, _STRUCK), len(runs))
    for at in range(len(runs) - 1, -1, -1):
        last = {bit: last[bit] if runs[at].style & bit else at for bit in last}
        ends.append(last)
    return ends[::-1]


def _grouped(changes: list[tuple[str, int, int]], at: int, before: str, after: str) -> list[_Signs]:
    """Signs at one place, those of one character joined, with what stands beside them."""
    groups: list[_Signs] = []
    for sign, opens, closes in changes:
        if groups and groups[-1].sign == sign[0]:
            groups[-1].count += len(sign)
            groups[-1].opens |= opens
            groups[-1].closes |= closes
        else:
            groups.append(_Signs(sign[0], len(sign), False, False, at, opens=opens, closes=closes))
    for place, group in enumerate(groups):
        left = groups[place - 1].sign if place else before
        right = groups[place + 1].sign if place + 1 < len(groups) else after
        is_left = bool(right) and not right.isspace() and (not is_punctuation(right) or _is_edge(left))
        is_right = bool(left) and not left.isspace() and (not is_punctuation(left) or _is_edge(right))
        group.can_open, group.can_close, group.left = is_left, is_right, group.count
    return groups


def _read(signs: list[_Signs], count: int) -> list[int]:
    """The style of each run as a reader takes it (CommonMark 0.31, appendix, "process emphasis")."""
    styles = [0] * count
    openers: list[_Signs] = []
    for closer in signs:
        while closer.can_close and closer.left:
            place = _opener_of(closer, openers)
            if place is None:
                break
            opener = openers[place]
            del openers[place + 1 :]
            used = 2 if opener.left > 1 and closer.left > 1 else 1
            opener.left -= used
            closer.left -= used
            bit = _STRUCK if closer.sign == "~" else _BOLD if used > 1 else _ITALIC
            for at in range(opener.at, closer.at):
                styles[at] |= bit
            if not opener.left:
                openers.pop()
        if closer.can_open and closer.left:
            openers.append(closer)
    return styles


def _opener_of(closer: _Signs, openers: list[_Signs]) -> int | None:
    for place in range(len(openers) - 1, -1, -1):
        opener = openers[place]
        if opener.sign != closer.sign:
            continue
        is_odd = (closer.can_open or opener.can_close) and closer.count % 3 and not (opener.count + closer.count) % 3
        if closer.sign == "~" or not is_odd:
            return place
    return None


def _mended(runs: list[_Run], broken: list[_Signs]) -> list[_Run]:
    """Leave punctuation outside that keeps signs from being read; where there is none, give the style of that run up."""
    before: dict[int, _Run] = {}
    after: dict[int, _Run] = {}
    for signs in broken:
        if signs.closes and not signs.can_close:
            run = runs[signs.at - 1]
            outside = _TRAILING.search(run.text)
            is_link = outside is not None and ")" in outside[0] and "](" in run.text
            kept = run.style & ~signs.closes
            if outside and not is_link and _has_word(run.text[: outside.start()]):
                after[signs.at - 1] = _Run(kept, outside[0])
                run.text = run.text[: outside.start()]
            else:
                run.style = kept
        if signs.opens and not signs.can_open:
            run = runs[signs.at]
            outside = _LEADING.match(run.text)
            kept = run.style & ~signs.opens
            if outside and _has_word(run.text[outside.end() :]):
                before[signs.at] = _Run(kept, outside[0])
                run.text = run.text[outside.end() :]
            else:
                run.style = kept
    mended: list[_Run] = []
    for at, run in enumerate(runs):
        mended += [one for one in (before.get(at), run, after.get(at)) if one is not None]
    return mended


def _has_word(text: str) -> bool:
    return text[:1].isalnum() or any(map(str.isalnum, text))


def _is_edge(character: str) -> bool:
    """Whether a character, or the end of a line, lets emphasis begin and end at punctuation beside it."""
    return not character or character.isspace() or is_punctuation(character)
