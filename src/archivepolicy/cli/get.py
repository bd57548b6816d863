"""`archivepolicy get`: a policy as of a date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from archivepolicy.cli.options import (
    archive_options,
    explain_options,
    judging_options,
    print_product,
    section_options,
    show_explanation,
    store_options,
)

if TYPE_CHECKING:
    from pathlib import Path

_WHICH = ("as-of", "before", "after", "nearest", "exact")
# elements that may be selected by their bare name; any other bare word is a slip of the pen for one of the words above
_ELEMENTS = frozenset(
    {"article", "body", "center", "dd", "div", "dl", "form", "main", "ol", "pre", "section", "table", "td", "ul"}
)


_BARE_WORD = re.compile(r"[\w-]*")


class _WhichOrCss(click.ParamType):  # type: ignore[type-arg]  # generic only in newer releases of click
    """One of the words that choose a capture, or a CSS selector."""

    name = "which"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if _BARE_WORD.fullmatch(value) and value not in (*_WHICH, *_ELEMENTS):
            self.fail(f"{value!r} is none of {', '.join(_WHICH)}, and no CSS selector (--css takes any).", param, ctx)
        return value


@click.command("get")
@click.argument("url")
@click.option(
    "--as-of", metavar="DATE", help="2013, 2013-06, 2013-06-08, an ISO time (UTC), or 4 to 14 digits.  [default: now]"
)
@click.option(
    "--select",
    type=_WhichOrCss(),
    default="as-of",
    show_default=True,
    metavar="[as-of|before|after|nearest|exact]",
    help="Which capture answers the date: the last usable one at or before its end, the last before it, the first after "
    "it, the nearest, or one within it. Any other value is taken as --css.",
)
@judging_options
@section_options("--css")
@explain_options
@click.option("--json", "as_json", is_flag=True, help="Print product, answer and provenance as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print the product alone.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    as_of: str | None,
    select: str,
    css: str | None,
    from_heading: str | None,
    to_heading: str | None,
    language: str | None,
    accept: tuple[str, ...],
    explain: bool,
    explain_html: Path | None,
    as_json: bool,
    quiet: bool,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Get a policy as of a date.

    Finds the capture of URL that answers the date, replays it raw, strips what is not the policy and prints the rest as
    Markdown under an attribution header. How the date was answered goes to standard error.
    """
    from archivepolicy.pipeline.page import explain as lay_open
    from archivepolicy.pipeline.snapshot import get
    from archivepolicy.records import Section
    from archivepolicy.rendering.answer import answer_as_text, snapshot_as_json

    if as_json and explain:
        raise click.UsageError("--json and --explain both print: choose one")
    if select not in _WHICH:
        if css is not None:
            raise click.UsageError("two selectors: --css and --select")
        select, css = "as-of", select
    snapshot = get(
        url,
        as_of=as_of,
        select=select,
        section=Section(css=css, from_heading=from_heading, to_heading=to_heading),
        language=language,
        accept=accept,
        archive=archive,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
    )
    if explain or explain_html:
        explanation = lay_open(snapshot, archive=archive, store=None if no_store else store, max_wait_s=max_wait_s)
        show_explanation(explanation, printed=explain, html_file=explain_html)
    if not explain:
        print_product(snapshot_as_json(snapshot) if as_json else snapshot.markdown)
    if snapshot.answer and not quiet and not as_json:
        click.echo("\n" + answer_as_text(snapshot, snapshot.answer, None if no_store else store), err=True, nl=False)
