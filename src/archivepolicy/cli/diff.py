"""`archivepolicy diff`: what changed between two captures, or two files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archivepolicy.cli.options import (
    OutputFile,
    archive_options,
    print_product,
    section_of,
    section_options,
    store_options,
    terminal_width,
    write_output,
)

if TYPE_CHECKING:
    from archivepolicy.records import Diff

_FORMATS = ("terminal", "unified", "criticmarkup", "json", "html")
_DEFAULT_WIDTH = 100


@click.command("diff")
@click.argument("texts", nargs=-1, required=True, metavar="URL OLD NEW | OLD_FILE NEW_FILE")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="terminal", show_default=True, help="How to show it."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "-o",
    "--output",
    type=OutputFile(),
    metavar="FILE",
    help="Write to FILE, not to the terminal.",
)
@click.option("--changes-only", is_flag=True, help="Leave unchanged text out, but for a dozen words around a change.")
@click.option(
    "--show-cosmetic",
    is_flag=True,
    help="Show changes of format, link, typography and numbering too, not only their number.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in the terminal.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is any change, with 0 if there is none.")
@click.option("--ignore-cosmetic", is_flag=True, help="With --exit-code: cosmetic changes are none.")
@section_options("--css", "--select")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    texts: tuple[str, ...],
    form: str,
    as_json: bool,
    output: Path | None,
    changes_only: bool,
    show_cosmetic: bool,
    color: str,
    exit_code: bool,
    ignore_cosmetic: bool,
    css: str | None,
    from_heading: str | None,
    to_heading: str | None,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Show what changed between two captures, or two files.

    OLD and NEW are dates as in `get --as-of`, the earlier first. Files are products, any Markdown or plain text, or pages
    (HTML, PDF), which are extracted first; `-` is the standard input. Words are compared inside paragraphs that are aligned
    first; every change has a class, and cosmetic ones are folded.
    """
    if len(texts) == 3:
        from archivepolicy.pipeline.comparison import diff
        from archivepolicy.pipeline.snapshot import get

        section = section_of(css, from_heading, to_heading)
        old, new = (
            get(
                texts[0],
                as_of=date,
                section=section,
                archive=archive,
                store=None if no_store else store,
                max_wait_s=max_wait_s,
                refresh=refresh,
            )
            for date in texts[1:]
        )
        found, title = diff(old, new), new.capture.url
        _warn(old.capture.timestamp, new.capture.timestamp)
    elif len(texts) == 2:
        if css or from_heading or to_heading:
            raise click.UsageError("a section can be taken of captures only: give URL OLD NEW")
        from archivepolicy.pipeline.files import diff_files

        found, title = diff_files(Path(texts[0]), Path(texts[1])), f"{Path(texts[0]).name} and {Path(texts[1]).name}"
    else:
        raise click.UsageError("give a URL and two dates, or two files")
    form = "json" if as_json else form
    view = (changes_only, show_cosmetic)
    drawn = _drawn(found, form, view, color=_is_coloured(color, output), title=title)
    print_product(drawn) if output is None else write_output(output, drawn)
    counted = [change for change in found.changes if not (ignore_cosmetic and change.is_cosmetic)]
    if exit_code and counted:
        sys.exit(1)


def _warn(old: str, new: str) -> None:
    from archivepolicy.timestamps import iso_time

    if old == new:
        click.echo(f"archivepolicy: both dates are answered by the same capture, {iso_time(old)}", err=True)
    elif old > new:
        click.echo(
            "archivepolicy: the first date is answered by the later capture: old and new are as you gave them", err=True
        )


def _is_coloured(color: str, output: Path | None) -> bool:
    if color != "auto":
        return color == "always"
    return (
        output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _drawn(diff: Diff, form: str, view: tuple[bool, bool], *, color: bool, title: str) -> str:
    if form == "json":
        return json.dumps(diff.to_dict(), ensure_ascii=False, indent=2) + "\n"
    if form == "html":
        from archivepolicy.rendering.redline.page import redline_as_html

        return redline_as_html(diff, title=title)
    if form == "unified":
        from archivepolicy.rendering.redline.unified import unified

        return unified(diff)
    if form == "criticmarkup":
        from archivepolicy.rendering.redline.criticmarkup import criticmarkup

        return criticmarkup(diff)
    from archivepolicy.rendering.redline.terminal import View, redline_as_ansi, redline_as_text

    shown = View(changes_only=view[0], show_cosmetic=view[1])
    return (
        redline_as_ansi(diff, shown, width=terminal_width() or _DEFAULT_WIDTH)
        if color
        else redline_as_text(diff, shown)
    )
