"""`archivepolicy blame`: since when each paragraph and sentence of a policy stands."""

from __future__ import annotations

import click

from archivepolicy.cli.options import archive_options, print_product, shown_progress, store_options, terminal_width


@click.command("blame")
@click.argument("url")
@click.option("--as-of", metavar="DATE", help="Tell about the version of this date.  [default: the newest]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every sentence.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    as_of: str | None,
    as_json: bool,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Tell since when each paragraph and sentence of a policy stands.

    For each the first capture that holds its words, the last one before that does not, when it went and came back, and what
    it was probably edited from. Sentences are shown where captures hold them since another time than their paragraph.
    """
    from archivepolicy.pipeline.history import history
    from archivepolicy.rendering.blame import blame_as_json, blame_as_text

    found = history(
        url,
        archive=archive,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
        progress=shown_progress(),
    ).blame(as_of)
    print_product(blame_as_json(found) if as_json else blame_as_text(found, terminal_width()))
