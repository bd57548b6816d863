"""Fill the documents' examples and the picture with what the commands really print.

    python docs/examples.py            # rewrite README.md, docs/commands.md and docs/get.svg
    python docs/examples.py --check    # exit code 1 where they are not true any more

An example is a `console` block between `<!-- example: NAME -->` and `<!-- end -->`; its command is the line after `$`. The
commands run in an empty folder that holds the demo archive and `page.html`, a small page written below.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.text import Text

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = (CHECKOUT / "README.md", CHECKOUT / "docs" / "commands.md")
PICTURE = CHECKOUT / "docs" / "get.svg"
PICTURED = "archivepolicy get www.fernhollow.example/privacy.php --as-of 2013-12-31 --archive snapshots/demo.warc.gz"
PICTURE_LINES = 26
PICTURE_WIDTH = 118
_EXAMPLE = re.compile(
    r"(<!-- example: (?P<name>\w+) -->\n```console\n\$ (?P<command>[^\n]+)\n)(?P<output>.*?)(```\n<!-- end -->)",
    re.DOTALL,
)

PAGE = """<!DOCTYPE html>
<title>Privacy | Example</title>
<nav><a href="/">Home</a> <a href="/blog">Blog</a> <a href="/contact">Contact</a></nav>
<main>
<h1>Privacy notice</h1>
<p>Last updated: 3 March 2020</p>
<p>We keep the address that you give us for as long as you have an account, and for <b>30 days</b> after that. The
<a href="terms.html#accounts">terms</a> say how to close it. We share the address with the carrier who brings your order, and
with nobody else.</p>
</main>
<footer>&copy; 2020 Example. All rights reserved.</footer>
"""


@cache
def printed(command: str) -> tuple[str, str]:
    """Run a command as a reader of the README would; what it prints to its two streams."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "snapshots").mkdir()
        shutil.copy(CHECKOUT / "snapshots" / "demo.warc.gz", Path(folder) / "snapshots")
        (Path(folder) / "page.html").write_text(PAGE, encoding="utf-8")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout, done.stderr


def filled(text: str) -> str:
    """A document with every example's output as it is now."""
    return _EXAMPLE.sub(lambda match: f"{match[1]}{''.join(printed(match['command']))}{match[5]}", text)


def picture() -> str:
    """A terminal with the command, the beginning of its product and the answer, as SVG."""
    product, answer = printed(PICTURED)
    console = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {PICTURED}", style="bold"))
    shown = Text("\n".join(product.splitlines()[:PICTURE_LINES]))
    shown.highlight_regex(r"(?m)^#+ .*$", "bold cyan")
    shown.highlight_regex(r"(?m)^> .*$", "italic green")
    console.print(shown)
    console.print(Text("[...]", style="dim"))
    facts = Text(answer.rstrip())
    facts.highlight_regex(r"(?m)^\w+( \w+)? {2,}", "yellow")
    console.print(facts)
    # a fixed id: the default is made anew for every export
    return console.export_svg(title="archivepolicy", unique_id="archivepolicy")


def main() -> int:
    """Rewrite, or check."""
    made = {file: filled(file.read_text(encoding="utf-8")) for file in DOCUMENTS} | {PICTURE: picture()}
    stale = [file for file, text in made.items() if text != file.read_text(encoding="utf-8")]
    if "--check" in sys.argv:
        for file in stale:
            print(f"not true any more: {file.relative_to(CHECKOUT)}; run python docs/examples.py", file=sys.stderr)
        return int(bool(stale))
    for file in stale:
        file.write_text(made[file], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
