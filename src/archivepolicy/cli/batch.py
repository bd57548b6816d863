"""`archivepolicy batch`: the policies of many sites."""

from __future__ import annotations

import sys
from typing import Any

import click

from archivepolicy.cli.options import archive_options, print_product, section_options, store_options


@click.command("batch")
@click.argument("sites")
@click.option(
    "--as-of", multiple=True, metavar="DATE", help="One product for this date; may be repeated.  [default: today]"
)
@click.option(
    "--every",
    type=click.Choice(["year", "half-year", "quarter", "month"]),
    help="One product for each of these between --from and --to.",
)
@click.option(
    "--history", is_flag=True, help="Every version of each policy; between --from and --to where they are given."
)
@click.option("--from", "from_", metavar="DATE", help="Beginning of the range.")
@click.option("--to", metavar="DATE", help="End of the range.  [default: today]")
@click.option(
    "--pick",
    type=click.Choice(["first", "last", "nearest"]),
    help="Which capture of each interval of --every; nearest: to its middle.  [default: last]",
)
@click.option(
    "--kind",
    type=click.Choice(["privacy", "terms", "cookies"]),
    default="privacy",
    show_default=True,
    help="Which document is looked for where a row is a domain.",
)
@click.option(
    "--language",
    metavar="CODE",
    help="Pass over captures in another language than CODE (en, de, pt-BR), where a row names none.",
)
@section_options("--css")
@click.option(
    "--report",
    metavar="FILE",
    help="Write the report there.  [default: in the store]",
)
@click.option(
    "--workers", type=click.IntRange(min=0), metavar="N", help="Processes that extract.  [default: one a core]"
)
@click.option("--retry-failed", is_flag=True, help="Try everything again that failed, not only what is due.")
@click.option("--dry-run", is_flag=True, help="Say what the run will cost, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    sites: str,
    css: str | None,
    from_heading: str | None,
    to_heading: str | None,
    report: str | None,
    workers: int | None,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    max_wait_s: float | None,
    no_store: bool,
    **asked: Any,
) -> None:
    """Get the policies of many sites.

    SITES is a list, a domain or a URL a row (CSV, TSV, JSON lines, plain lines), or `-` for standard input. A row may name
    dates or `history`, a kind of document, a language, a CSS selector; it wins over the options. Where a row is a domain
    the policy is found first. What is done is not done again: after an interruption the same command goes on. --max-wait is
    how long nothing may come of asking the archive before the run stops (half an hour). `archivepolicy report` tells how the
    run stands, meanwhile and afterwards.
    """
    from archivepolicy.batches.batch import batch
    from archivepolicy.batches.estimate import estimate
    from archivepolicy.errors import ArchiveUnavailableError
    from archivepolicy.records import Section
    from archivepolicy.rendering import batch as rendered

    if no_store:
        raise click.UsageError("a batch keeps what it gets: it needs a store")
    asked["section"] = Section(css=css, from_heading=from_heading, to_heading=to_heading)
    if dry_run:
        costs = estimate(sites, **asked)
        print_product(rendered.estimate_as_json(costs) if as_json else rendered.estimate_as_text(costs))
        return
    with rendered.BatchProgress(is_quiet=quiet) as progress:
        summary = batch(sites, **asked, report=report, workers=workers, max_wait_s=max_wait_s, progress=progress)
    if as_json:
        print_product(rendered.summary_as_json(summary))
    elif not quiet:
        click.echo(rendered.summary_as_text(summary), err=True, nl=False)
    if summary.stopped:
        raise ArchiveUnavailableError(f"stopped: {summary.stopped}", archive=str(asked["archive"]))
    if not summary.is_complete:
        sys.exit(1)
