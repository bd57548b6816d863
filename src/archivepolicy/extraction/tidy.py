"""Markdown as a converter leaves it, cleaned.

In: Markdown with any spacing. Out: one blank line between blocks, no trailing spaces, no rule at either end, one final
newline; empty for a text without words. Fenced code is left as it is.
"""

from __future__ import annotations

import re

# an opening fence has no backtick behind it: "```a`` b``` c" is code within a line
_FENCE = re.compile(r"(?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_EMPTY = re.compile(r"(?:#{1,6}|[-*+]|\d{1,9}[.)])?")
# within the words: what indents them may stand behind a quotation's mark
_SPACES = re.compile(r" (?= )(?:(?<=[^\s>] )|(?<=[^\s>]> )) +")
_LAST_OF_MARKS = frozenset("#-*+.)")
_LONGEST_MARK = len("123456789.")
_RULE = "---"


def tidied(markdown: str) -> str:
    """Clean a Markdown text."""
    lines: list[str] = []
    fence = ""
    may_fence = "`" in markdown or "~" in markdown
    for raw in markdown.split("\n"):
        if may_fence:
            opened = _FENCE.match(raw) if "`" in raw or "~" in raw else None
            if opened and (not fence or raw.lstrip(" >").rstrip() == fence):
                fence = "" if fence else opened["fence"]
            elif fence:
                lines.append(raw)
                continue
        line = raw.rstrip()
        if "  " in line and "  " in line.lstrip(" >"):
            line = _SPACES.sub(" ", line)
        if not line or (line[-1] in _LAST_OF_MARKS and not line[0].isalpha() and _is_empty_block(line)):
            if lines and lines[-1]:
                lines.append("")
        elif line != _RULE or _last_block(lines) not in ("", _RULE):
            lines.append(line)
    while lines and lines[-1] in ("", _RULE):
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def _is_empty_block(line: str) -> bool:
    """Whether a line is a list item's or a heading's mark and nothing else."""
    mark = line.strip()
    return len(mark) <= _LONGEST_MARK and _EMPTY.fullmatch(mark) is not None


def _last_block(lines: list[str]) -> str:
    """The last line that is not blank; empty where there is none."""
    return next((line for line in reversed(lines) if line), "")
