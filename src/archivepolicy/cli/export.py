"""`archivepolicy export`: a policy's history for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from archivepolicy.cli.options import archive_options, shown_progress, store_options, window_options


@click.command("export")
@click.argument("url")
@click.option(
    "--git",
    "git_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a git repository: one commit a version, dated by the first capture that holds it.",
)
@window_options
@store_options
@archive_options
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    url: str,
    git_folder: Path | None,
    from_: str | None,
    to: str | None,
    archive: str,
    max_wait_s: float | None,
    refresh: bool,
    store: str,
    no_store: bool,
) -> None:
    """Export a policy's history for other tools.

    Fetches what the store lacks, as `history` does. Exported again, the same history gives the same bytes.
    """
    if git_folder is None:
        raise click.UsageError("export to what? name a target: --git DIR")
    from archivepolicy.pipeline.history import history
    from archivepolicy.rendering.git import export_git

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
    count = export_git(found, git_folder)
    click.echo(f"{git_folder}: {count} commit{'' if count == 1 else 's'}", err=True)
