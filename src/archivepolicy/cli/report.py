"""`archivepolicy report`: how the last batch on a store stands."""

from __future__ import annotations

import io

import click

from archivepolicy.cli.options import print_product, store_option


@click.command("report")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the report to FILE, a line a product (CSV); - for standard output."
)
@store_option
def command(*, as_json: bool, output: str | None, store: str) -> None:
    """Tell how the last batch on a store stands.

    While it runs, after it ended, after it was killed: the counts, what failed, why and when it is tried again, pages that
    unrelated sites share, histories with gaps, rows that were not read. No archive is asked, and nothing in the store changes.
    """
    from archivepolicy.batches.status import status
    from archivepolicy.rendering import batch as rendered

    if output == "-":
        if as_json:
            raise click.UsageError("--json and -o - both print: choose one")
        lines = io.StringIO(newline="")
        status(store, report=lines)
        print_product(lines.getvalue())
        return
    told = status(store, report=output)
    print_product(rendered.status_as_json(told) if as_json else rendered.status_as_text(told))
