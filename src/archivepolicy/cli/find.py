"""`archivepolicy find`: which URL was a site's policy."""

from __future__ import annotations

import click

from archivepolicy.cli.options import archive_options, print_product, store_options


@click.command("find")
@click.argument("domain")
@click.option(
    "--as-of", metavar="DATE", help="2013, 2013-06, 2013-06-08, an ISO time (UTC), or 4 to 14 digits.  [default: now]"
)
@click.option(
    "--kind",
    type=click.Choice(["privacy", "terms", "cookies"]),
    default="privacy",
    show_default=True,
    help="Which document is wanted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all candidates with their reasons as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print the URL alone.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    domain: str,
    as_of: str | None,
    kind: str,
    as_json: bool,
    quiet: bool,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Find which URL was a site's policy at a date.

    Reads the archived homepage of that time for links to it, then asks the index for usual paths, and reads the best
    candidates. Prints the URL; why it is the one goes to standard error. Where none is, the command ends with exit code 3.
    """
    from archivepolicy.errors import NoCaptureError
    from archivepolicy.pipeline.discovery import find
    from archivepolicy.rendering.candidates import discovery_as_json, discovery_as_text

    found = find(
        domain,
        as_of=as_of,
        kind=kind,
        archive=archive,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
    )
    if as_json:
        print_product(discovery_as_json(found))
    elif found.best:
        print_product(f"{found.best.url}\n")
    if not quiet and not as_json:
        click.echo(("\n" if found.best else "") + discovery_as_text(found), err=True, nl=False)
    if found.best is None:
        is_told = not quiet and not as_json
        looked = "" if is_told else f". {' '.join(found.looked_at)}"
        raise NoCaptureError(f"no {kind} policy of {found.domain} was found{looked}", url=found.domain)
