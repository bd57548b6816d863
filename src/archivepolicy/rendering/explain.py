"""A page with what was removed from it struck through: for a terminal, as plain text, and as an HTML page of its own.

What is removed is marked by more than colour everywhere: struck through and named by its rule in the terminal and in HTML,
in brackets where the output is no terminal: `[-rule: text-]`.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records.explanation import Explanation, Part

NOT_LOGGED = "not-logged"
# what a family of rules stands for, by the part of its name before the slash
_REASONS = {
    "archive": "put into the page by the archive",
    "prune": "the site's: navigation, header, footer, dialog and their like, by tag, role or name",
    "select": "stands beside the policy and does not read like it",
    "edge": "a line at the edge of the text that is the site's",
    "section": "outside the section that was asked for",
    "pdf": "repeated on the pages of a PDF, or drawn across them",
    NOT_LOGGED: "not in the product, and no rule of the log names it",
}
_PLATFORM = "a line of the hosting platform of that name"
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1b1b; --gone: #a11; --gone-ground: #fdeeee; --rule: #666; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #161616; --ink: #e8e8e8; --gone: #ff9d9d; --gone-ground: #351c1c; --rule: #aaa; }
}
header h1 { font-size: 1.4rem; }
header p { overflow-wrap: anywhere; }
@media print { del { background: none; } }
body { background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 46rem; padding: 0 1rem; }
del { background: var(--gone-ground); color: var(--gone); text-decoration: line-through; }
code { color: var(--rule); font-size: .8rem; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.2em 0 .4em; }
p, div { margin: .4em 0; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
"""


def explanation_as_text(explanation: Explanation) -> str:
    """The page line by line; what was removed as `[-rule: text-]`, headings and items with their marks."""
    lines = [_plain(part) for part in explanation.parts]
    lines += [f"[-{removal.rule}: {removal.text}-] (not among the page's lines)" for removal in explanation.elsewhere]
    return "".join(f"{line}\n" for line in [*lines, "", *_summary(explanation)])


def print_explanation(explanation: Explanation) -> None:
    """Print the page to the terminal that standard output is: what was removed struck through, its rule before it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for part in explanation.parts:
        if part.rule is None:
            console.print(Text(_mark(part) + part.text, style="bold" if part.tag.startswith("h") else ""))
        else:
            line = Text(f"- {part.rule or NOT_LOGGED} ", style="dim")
            console.print(line.append(part.text, style="strike red"))
    for removal in explanation.elsewhere:
        console.print(
            Text(f"- {removal.rule} (not among the page's lines) ", style="dim").append(removal.text, "strike red")
        )
    console.print()
    for fact in _summary(explanation):
        console.print(Text(fact))


def explanation_as_html(explanation: Explanation) -> str:
    """A page that needs no network and no scripts, light or dark as the reader's system is."""
    title = escape(explanation.title)
    where = f"<p>{escape(explanation.url)}</p>\n" if explanation.url else ""
    rows = "".join(
        f"<tr><td><code>{escape(rule)}</code></td><td>{count}</td><td>{escape(_reason(rule))}</td></tr>\n"
        for rule, count in _counts(explanation)
    )
    table = f"<table>\n<tr><th>Rule</th><th>Lines</th><th>Why</th></tr>\n{rows}</table>\n" if rows else ""
    elsewhere = "".join(
        f"<p><code>{escape(one.rule)}</code> <del>{escape(one.text)}</del></p>\n" for one in explanation.elsewhere
    )
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>What was removed: {title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
        f"<h1>What was removed from “{title}”</h1>\n{where}<p>{escape(_head(explanation))} Removed text is struck "
        "through, with the rule that took it behind it.</p>\n"
        f"{table}</header>\n<hr>\n<main>\n"
        + "".join(_html(part) for part in explanation.parts)
        + "</main>\n"
        + (f"<hr>\n<footer>\n<p>Not among the page's lines:</p>\n{elsewhere}</footer>\n" if elsewhere else "")
        + "</body>\n</html>\n"
    )


def _plain(part: Part) -> str:
    return _mark(part) + (part.text if part.rule is None else f"[-{part.rule or NOT_LOGGED}: {part.text}-]")


def _mark(part: Part) -> str:
    if part.tag == "li":
        return "- "
    return "#" * int(part.tag[1]) + " " if part.tag != "p" else ""


def _html(part: Part) -> str:
    text = escape(part.text)
    if part.rule is not None:
        text = f"<del>{text}</del> <code>{escape(part.rule or NOT_LOGGED)}</code>"
    tag = "div" if part.tag == "li" else part.tag
    return f"<{tag}>{'• ' if part.tag == 'li' else ''}{text}</{tag}>\n"


def _summary(explanation: Explanation) -> Sequence[str]:
    counts = _counts(explanation)
    width = max((len(rule) for rule, _ in counts), default=0)
    return [_head(explanation), *(f"{rule:<{width}}  {count:>4}  {_reason(rule)}" for rule, count in counts)]


def _head(explanation: Explanation) -> str:
    gone = sum(part.rule is not None for part in explanation.parts)
    return f"{len(explanation.parts)} lines on the page, {len(explanation.parts) - gone} kept, {gone} removed."


def _counts(explanation: Explanation) -> list[tuple[str, int]]:
    """The rules in the order in which the page shows them, with the number of their lines."""
    counts: dict[str, int] = {}
    named = [part.rule for part in explanation.parts if part.rule is not None]
    for rule in [*named, *(removal.rule for removal in explanation.elsewhere)]:
        counts[rule or NOT_LOGGED] = counts.get(rule or NOT_LOGGED, 0) + 1
    return list(counts.items())


def _reason(rule: str) -> str:
    return _REASONS.get(rule.partition("/")[0], _PLATFORM)
