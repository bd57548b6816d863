"""`archivepolicy export`: a policy with all that proves it, or its history for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from archivepolicy.cli.options import archive_options, judging_options, shown_progress, store_options, window_options


@click.command("export")
@click.argument("url")
@click.option(
    "--evidence",
    "evidence_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.zip",
    help="Write product, WARC records, headers, redirects, digests and a page in plain words to FILE.zip (BagIt).",
)
@click.option(
    "--git",
    "git_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a git repository: one commit a version, dated by the first capture that holds it.",
)
@click.option("--as-of", metavar="DATE", help="With --evidence: the date, as for `get`.  [default: now]")
@click.option(
    "--select",
    type=click.Choice(["as-of", "before", "after", "nearest", "exact"]),
    default="as-of",
    show_default=True,
    help="With --evidence: which capture answers the date, as for `get`.",
)
@judging_options
@click.option("--force", is_flag=True, help="Replace FILE.zip where it is there.")
@window_options
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    evidence_file: Path | None,
    git_folder: Path | None,
    as_of: str | None,
    select: str,
    language: str | None,
    accept: tuple[str, ...],
    force: bool,
    from_: str | None,
    to: str | None,
    archive: tuple[str, ...],
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Export a policy with all that proves it, or its history for other tools.

    --evidence writes what `get` finds with its evidence to one zip file that can be checked without this program: the layout
    is BagIt's (RFC 8493), the pages are WARC records (ISO 28500), and report.html says in plain words what was done.

    --git writes the versions that `history` finds, between --from and --to; the same history gives the same bytes again.
    """
    if (evidence_file is None) == (git_folder is None):
        raise click.UsageError("export to what? name one target: --evidence FILE.zip or --git DIR")
    kept = None if no_store else store
    if git_folder is not None:
        from archivepolicy.pipeline.history import history
        from archivepolicy.rendering.git import export_git

        if as_of is not None or force:
            raise click.UsageError("--as-of and --force go with --evidence")
        found = history(
            url,
            archive=archive,
            from_=from_,
            to=to,
            store=kept,
            max_wait_s=max_wait_s,
            refresh=refresh,
            progress=shown_progress(),
        )
        count = export_git(found, git_folder)
        click.echo(f"{git_folder}: {count} commit{'' if count == 1 else 's'}", err=True)
    elif evidence_file is not None:
        from archivepolicy.pipeline.export import export_evidence
        from archivepolicy.rendering.answer import answer_as_text

        if from_ is not None or to is not None:
            raise click.UsageError("--from and --to go with --git")
        snapshot = export_evidence(
            url,
            evidence_file,
            as_of=as_of,
            select=select,
            language=language,
            accept=accept,
            archive=archive,
            store=kept,
            max_wait_s=max_wait_s,
            refresh=refresh,
            force=force,
        )
        if snapshot.answer:
            click.echo(answer_as_text(snapshot, snapshot.answer, kept), err=True, nl=False)
        click.echo(f"Exported     {evidence_file}", err=True)
