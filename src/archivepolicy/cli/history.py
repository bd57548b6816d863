"""`archivepolicy history`: what captures show of a policy over time."""

from __future__ import annotations

import click

from archivepolicy.cli.options import (
    archive_options,
    print_product,
    shown_progress,
    store_options,
    terminal_width,
    window_options,
)


@click.command("history")
@click.argument("url")
@window_options
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    from_: str | None,
    to: str | None,
    form: str | None,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Tell a policy's versions, and the captures that bound each.

    Fetches what the store lacks, once for all captures with the same bytes. A version is a run of captures whose words are
    equal; links, formatting and white space do not make one, and neither do error pages. Interrupted, it keeps what was
    fetched and goes on from there the next time.
    """
    from archivepolicy.pipeline.history import history
    from archivepolicy.rendering.history import history_as_csv, history_as_json, history_as_table

    found = history(
        url,
        archive=archive,
        from_=from_,
        to=to,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
        progress=shown_progress(),
    )
    if form == "json":
        print_product(history_as_json(found))
    elif form == "csv":
        print_product(history_as_csv(found))
    else:
        print_product(history_as_table(found, terminal_width()))
