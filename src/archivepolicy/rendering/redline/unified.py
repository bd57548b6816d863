"""A diff as a unified diff that `patch` applies: whole lines, three of them as context around each hunk.

It is made from the diff's own segments, so a paragraph that was altered stands against what it was altered from, however long
the lines between. A move is a deletion and an insertion here, since the format knows nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archivepolicy.records.change import Diff

_CONTEXT_LINES = 3
_NO_NEWLINE = "\\ No newline at end of file\n"


class _Run(NamedTuple):
    """Whole lines of both sides; `equal` where they are the same."""

    old: list[str]
    new: list[str]
    equal: bool


def unified(diff: Diff, *, context_lines: int = _CONTEXT_LINES) -> str:
    """Write a unified diff; empty for equal texts.

    Args:
        diff: What to write; the names of its sides stand in the head.
        context_lines: How many equal lines to show around a hunk.
    """
    hunks = list(_hunks(_runs(diff), context_lines))
    if not hunks:
        return ""
    return f"--- {_name(diff.old.label, 'old')}\n+++ {_name(diff.new.label, 'new')}\n" + "".join(hunks)


def _name(label: str, otherwise: str) -> str:
    return " ".join(label.split()) or otherwise


def _runs(diff: Diff) -> list[_Run]:
    """The segments grown to whole lines, neighbours of one sort joined."""
    runs: list[_Run] = []
    old = new = ""
    for segment in diff.segments:
        equal = segment.change is None
        old, new = old + segment.old, new + segment.new
        if equal and old == new:
            whole, rest = _whole_lines(old)
            _add(runs, whole, whole, equal=True)
            old = new = rest
            continue
        if equal:  # a changed line runs on into equal text: it is changed to its end
            end = segment.old.find("\n") + 1
            if not end:
                continue
            changed_old, changed_new = (
                old[: len(old) - len(segment.old) + end],
                new[: len(new) - len(segment.new) + end],
            )
            _add(runs, changed_old.splitlines(keepends=True), changed_new.splitlines(keepends=True), equal=False)
            whole, rest = _whole_lines(segment.old[end:])
            _add(runs, whole, whole, equal=True)
            old = new = rest
        elif _at_line_end(old) and _at_line_end(new):
            _add(runs, _lines(old), _lines(new), equal=False)
            old = new = ""
    _add(runs, _lines(old), _lines(new), equal=old == new)
    return runs


def _lines(text: str) -> list[str]:
    """Lines as `patch` counts them: a line feed alone ends one."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _whole_lines(text: str) -> tuple[list[str], str]:
    end = text.rfind("\n") + 1
    return _lines(text[:end]), text[end:]


def _at_line_end(text: str) -> bool:
    return not text or text.endswith("\n")


def _add(runs: list[_Run], old: list[str], new: list[str], *, equal: bool) -> None:
    if not old and not new:
        return
    if runs and runs[-1].equal == equal:
        runs[-1].old.extend(old)
        runs[-1].new.extend(new)
    else:
        runs.append(_Run(list(old), list(new), equal))


def _hunks(runs: Sequence[_Run], context: int) -> Iterator[str]:
    """The hunks: changed runs whose equal lines between are no more than twice the context stand in one."""
    lines: list[str] = []
    old_at = new_at = 1
    start = (1, 1)
    size = [0, 0]
    for index, run in enumerate(runs):
        if not run.equal:
            lines += [f"-{line}" for line in run.old] + [f"+{line}" for line in run.new]
            size = [size[0] + len(run.old), size[1] + len(run.new)]
        else:
            is_last = index == len(runs) - 1
            tail = (
                run.old if lines and not is_last and len(run.old) <= 2 * context else run.old[:context] if lines else []
            )
            lines += [f" {line}" for line in tail]
            size = [size[0] + len(tail), size[1] + len(tail)]
            if len(tail) < len(run.old) or is_last:
                if lines:
                    yield _hunk(start, size, lines)
                head = [] if is_last else run.old[len(run.old) - min(context, len(run.old)) :] if context else []
                start = (old_at + len(run.old) - len(head), new_at + len(run.old) - len(head))
                lines, size = [f" {line}" for line in head], [len(head), len(head)]
        old_at, new_at = old_at + len(run.old), new_at + len(run.new)
    if any(line[0] != " " for line in lines):
        yield _hunk(start, size, lines)


def _hunk(start: tuple[int, int], size: Sequence[int], lines: Sequence[str]) -> str:
    where = [f"{at if count else at - 1},{count}" for at, count in zip(start, size, strict=True)]
    written = "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in lines)
    return f"@@ -{where[0]} +{where[1]} @@\n{written}"
