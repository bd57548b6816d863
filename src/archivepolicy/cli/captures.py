"""`archivepolicy captures`: what an archive holds of a URL."""

from __future__ import annotations

import click

from archivepolicy.cli.options import archive_options, print_product, store_options, terminal_width, window_options


@click.command("captures")
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
    """List an archive's captures of a URL.

    Redirects, errors and revisits are listed too; a digest marked = occurred before. Without any capture the command
    ends with exit code 3.
    """
    from archivepolicy.errors import NoCaptureError
    from archivepolicy.pipeline.listing import listed
    from archivepolicy.rendering.captures import captures_as_csv, captures_as_json, captures_as_table

    listing = listed(
        url,
        archive=archive,
        from_=from_,
        to=to,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
    )
    for warning in listing.warnings:
        click.echo(f"archivepolicy: {warning}", err=True)
    found = list(listing.captures)
    if form == "json":
        print_product(captures_as_json(found))
    elif form == "csv":
        print_product(captures_as_csv(found))
    elif found:
        print_product(captures_as_table(found, terminal_width()))
    if not found:
        raise NoCaptureError(f"no capture of {url}" + (" in that time" if from_ or to else ""), url=url)
