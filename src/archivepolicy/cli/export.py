"""`archivepolicy export`: a policy as of a date with all that proves it, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from archivepolicy.cli.options import archive_options, judging_options, store_options


@click.command("export")
@click.argument("url")
@click.option(
    "--evidence",
    "evidence_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.zip",
    help="Write product, WARC records, headers, redirects, digests and a page in plain words to FILE.zip (BagIt).",
)
@click.option("--as-of", metavar="DATE", help="The date, as for `get`.  [default: now]")
@click.option(
    "--select",
    type=click.Choice(["as-of", "before", "after", "nearest", "exact"]),
    default="as-of",
    show_default=True,
    help="Which capture answers the date, as for `get`.",
)
@judging_options
@click.option("--force", is_flag=True, help="Replace FILE.zip where it is there.")
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    evidence_file: Path,
    as_of: str | None,
    select: str,
    language: str | None,
    accept: tuple[str, ...],
    force: bool,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Export a policy as of a date with all that proves it.

    What `get` finds is written with its evidence to one zip file that can be checked without this program: the layout is
    BagIt's (RFC 8493), the pages are WARC records (ISO 28500), and report.html says in plain words what was done.
    """
    from archivepolicy.pipeline.export import export_evidence
    from archivepolicy.rendering.answer import answer_as_text

    snapshot = export_evidence(
        url,
        evidence_file,
        as_of=as_of,
        select=select,
        language=language,
        accept=accept,
        archive=archive,
        store=None if no_store else store,
        max_wait_s=max_wait_s,
        refresh=refresh,
        force=force,
    )
    if snapshot.answer:
        click.echo(answer_as_text(snapshot, snapshot.answer, None if no_store else store), err=True, nl=False)
    click.echo(f"Exported     {evidence_file}", err=True)
