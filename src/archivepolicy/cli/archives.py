"""`archivepolicy archives`: which archives can be asked."""

from __future__ import annotations

import click

from archivepolicy.cli.options import print_product, terminal_width


@click.command("archives")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the source of each address.")
def command(*, as_json: bool) -> None:
    """List the archives that can be asked by name.

    Any other in one of their dialects can be asked by its address, and WARC and WACZ files by their path. No archive is
    asked by this.
    """
    from archivepolicy.archives.names import archive_names
    from archivepolicy.rendering.archives import archives_as_json, archives_as_table

    names = archive_names()
    print_product(archives_as_json(names) if as_json else archives_as_table(names, terminal_width()))
