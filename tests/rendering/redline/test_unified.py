"""A unified diff: `patch` makes the new text of the old one, whatever the two are."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivepolicy.rendering.redline.unified import unified
from rendering.redline.made_diffs import made_diff

LINES = st.lists(st.sampled_from(["a\n", "b\n", "\n", "- c d\n", "e", "--- f\n", "\\ g\n"]), max_size=8).map("".join)
PARTS = st.lists(st.one_of(LINES.map(lambda text: (text, text)), st.tuples(LINES, LINES)), max_size=6)


def patched(old: str, written: str) -> str:
    """Apply a unified diff as its definition says; hunks must fit exactly."""
    lines, made, at = old.splitlines(keepends=True), [], 0
    rows = written.splitlines(keepends=True)
    for index, row in enumerate(rows[2:] if rows else [], start=2):
        follows = rows[index + 1] if index + 1 < len(rows) else ""
        text = row[1:-1] if follows.startswith("\\ No newline") else row[1:]
        if row.startswith("@@"):
            start, count = row.split()[1][1:].split(",")
            begin = int(start) - 1 if int(count) else int(start)
            made += lines[at:begin]
            at = begin
        elif row[0] == "+":
            made.append(text)
        elif row[0] in "- ":
            assert lines[at] == text
            at += 1
            made += [text] if row[0] == " " else []
    return "".join([*made, *lines[at:]])


@settings(max_examples=300)
@given(PARTS)
def test_it_makes_the_new_text(parts: list[tuple[str, str]]) -> None:
    diff = made_diff(parts)
    old, new = "".join(old for old, _ in parts), "".join(new for _, new in parts)
    written = unified(diff)
    assert patched(old, written) == new
    if old == new and not diff.changes:
        assert written == ""


@pytest.mark.skipif(shutil.which("patch") is None, reason="no program `patch` on this machine")
def test_the_program_patch_applies_it(tmp_path: Path) -> None:
    equal = "".join(f"line {number}\n\n" for number in range(20))
    parts = [(equal, equal), ("one\n", "two\n"), (equal, equal), ("gone\n", ""), ("end", "the end")]
    file = tmp_path / "policy.md"
    file.write_text("".join(old for old, _ in parts), encoding="utf-8")
    done = subprocess.run(
        ["patch", str(file)], input=unified(made_diff(parts)).encode(), capture_output=True, check=False
    )
    assert (done.returncode, b"fuzz" in done.stdout, b"offset" in done.stdout) == (0, False, False), done.stdout
    assert file.read_text(encoding="utf-8") == "".join(new for _, new in parts)


def test_three_lines_of_context_and_the_sides_names() -> None:
    equal = "".join(f"{number}\n" for number in range(9))
    written = unified(made_diff([(equal, equal), ("old\n", "new\n"), (equal, equal)]))
    assert written == "--- old.md\n+++ new.md\n@@ -7,7 +7,7 @@\n 6\n 7\n 8\n-old\n+new\n 0\n 1\n 2\n"
