"""`archivepolicy grep`: a phrase in a policy, or when it came and went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archivepolicy.cli.options import (
    archive_options,
    print_product,
    section_of,
    section_options,
    shown_progress,
    store_options,
)

if TYPE_CHECKING:
    import re

_NOT_FOUND = 1


@click.command("grep")
@click.argument("pattern")
@click.argument("url")
@click.option("--across", is_flag=True, help="Look in all captures, and tell when each wording came and went.")
@click.option("--as-of", metavar="DATE", help="Without --across: look in the policy as of this date.  [default: now]")
@click.option("-i", "--ignore-case", is_flag=True, help="Case does not count.")
@click.option("-F", "--fixed", is_flag=True, help="PATTERN is the words themselves, not a regular expression.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@section_options("--css", "--select")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    pattern: str,
    url: str,
    across: bool,
    as_of: str | None,
    ignore_case: bool,
    fixed: bool,
    as_json: bool,
    css: str | None,
    from_heading: str | None,
    to_heading: str | None,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Find a phrase in a policy, or when it came and went.

    Without --across the paragraphs that hold it are printed. PATTERN is a regular expression in Python's syntax. It is looked
    for within paragraphs as they read, without Markdown's marks and link targets. Where nothing is found the exit code is 1.
    """
    from archivepolicy.pipeline.grep import phrase_pattern

    if across and as_of is not None:
        raise click.UsageError("--across looks in all captures: --as-of does not go with it")
    compiled = phrase_pattern(pattern, fixed=fixed, ignore_case=ignore_case)
    settings = {
        "section": section_of(css, from_heading, to_heading),
        "archive": archive,
        "store": None if no_store else store,
        "max_wait_s": max_wait_s,
        "refresh": refresh,
    }
    found = (
        _across(url, compiled, settings, as_json=as_json)
        if across
        else _once(url, compiled, {**settings, "as_of": as_of}, as_json=as_json)
    )
    if not found:
        raise click.exceptions.Exit(_NOT_FOUND)


def _across(url: str, pattern: re.Pattern[str], settings: dict[str, Any], *, as_json: bool) -> bool:
    from archivepolicy.pipeline.grep import phrases_of
    from archivepolicy.pipeline.history import history
    from archivepolicy.rendering.blame import phrases_as_json, phrases_as_text

    found = history(url, **settings, progress=shown_progress())
    phrases = phrases_of(found, pattern)
    print_product(phrases_as_json(found.url, pattern.pattern, phrases) if as_json else phrases_as_text(phrases))
    if not phrases and not as_json:
        click.echo(f"archivepolicy: in none of {len(found.sightings)} usable captures", err=True)
    return bool(phrases)


def _once(url: str, pattern: re.Pattern[str], settings: dict[str, Any], *, as_json: bool) -> bool:
    from archivepolicy.pipeline.grep import blocks_with
    from archivepolicy.pipeline.snapshot import get
    from archivepolicy.rendering.blame import blocks_as_json
    from archivepolicy.timestamps import iso_time

    snapshot = get(url, **settings)
    timestamp = snapshot.capture.timestamp
    blocks = blocks_with(snapshot, pattern)
    if as_json:
        print_product(blocks_as_json(snapshot.capture.url, pattern.pattern, timestamp, blocks))
    else:
        print_product("".join(f"{block}\n" for block in blocks))
        where = "found in" if blocks else "not in"
        click.echo(f"archivepolicy: {where} the capture of {iso_time(timestamp)}", err=True)
    return bool(blocks)
