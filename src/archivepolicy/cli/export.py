"""`archivepolicy export`: a policy with all that proves it, its history as git, or a store as tables for other tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archivepolicy.cli.options import (
    Command,
    archive_options,
    judging_options,
    section_of,
    section_options,
    shown_progress,
    store_options,
    window_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from archivepolicy.records.dataset import Dataset

# What each target takes besides URL, --archive and --store.
_GOES_WITH = {
    "evidence": {"as_of", "select", "language", "accept", "force", "max_wait_s", "refresh", "no_store"},
    "git": {"from_", "to", "css", "from_heading", "to_heading", "max_wait_s", "refresh", "no_store"},
}
_FORMS = ("csv", "jsonl", "parquet", "sqlite", "zip")
_WITH_DATASETS = {"from_", "to", "force"}
_WITH_ALL = {"url", "archive", "store"}
_SHOWN_FAILURES = 20


def _target(name: str, metavar: str, said: str) -> Callable[[Command], Command]:
    return click.option(f"--{name}", type=click.Path(path_type=Path), metavar=metavar, help=said)


@click.command("export")
@click.argument("url", required=False)
@_target(
    "evidence",
    "FILE.zip",
    "Write product, WARC records, headers, redirects, digests and a page in plain words (BagIt).",
)
@_target("git", "DIR", "Write a git repository: one commit a version, dated by the first capture that holds it.")
@_target("csv", "FILE", "Write a dataset as CSV: FILE.csv and two files beside it, or a folder.")
@_target("jsonl", "FILE", "Write a dataset as JSON lines, likewise.")
@_target("parquet", "FILE", "Write a dataset as Parquet, likewise; in a folder each table has parts of bounded size.")
@_target("sqlite", "FILE", "Write a dataset as one SQLite database.")
@_target("zip", "FILE", "Pack the store's Markdown tree with provenance, manifest and digests.")
@click.option("--as-of", metavar="DATE", help="With --evidence: the date, as for `get`.  [default: now]")
@click.option(
    "--select",
    type=click.Choice(["as-of", "before", "after", "nearest", "exact"]),
    default="as-of",
    show_default=True,
    help="With --evidence: which capture answers the date, as for `get`.",
)
@judging_options
@section_options("--css")
@click.option("--force", is_flag=True, help="Replace what is there (not with --git).")
@window_options
@store_options
@archive_options
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Export a policy with its evidence, its history as git, or a store as tables. Name one target.

    --evidence writes what `get` finds with its evidence to one zip file that can be checked without this program: the layout
    is BagIt's (RFC 8493), the pages are WARC records (ISO 28500), and report.html says in plain words what was done.

    --git writes the versions that `history` finds, between --from and --to; the same history gives the same bytes again.

    --csv, --jsonl, --parquet and --sqlite write snapshots, versions and changes of all that the store holds, or of URL alone,
    as tables; --zip packs the products themselves. Nothing is fetched, and the same store gives the same bytes again.
    """
    target = _checked_target(context, given)
    if target == "evidence":
        _export_evidence(given)
    elif target == "git":
        _export_git(given)
    else:
        _export_dataset(target, given)


def _checked_target(context: click.Context, given: dict[str, Any]) -> str:
    """The one target that is named; every option that is given goes with it."""
    targets = [*_GOES_WITH, *_FORMS]
    named = [target for target in targets if given[target] is not None]
    if len(named) != 1:
        raise click.UsageError(f"export to what? name one target: {', '.join(f'--{target}' for target in targets)}")
    (target,) = named
    if target in _GOES_WITH and given["url"] is None:
        raise click.UsageError(f"--{target} needs a URL")
    allowed = {target} | _WITH_ALL | _GOES_WITH.get(target, _WITH_DATASETS)
    for parameter in context.command.params:
        is_given = context.get_parameter_source(str(parameter.name)) is click.core.ParameterSource.COMMANDLINE
        if is_given and parameter.name not in allowed:
            raise click.UsageError(f"{parameter.opts[0]} does not go with --{target}")
    return target


def _export_git(given: dict[str, Any]) -> None:
    from archivepolicy.pipeline.history import history
    from archivepolicy.rendering.git import export_git

    found = history(
        given["url"],
        archive=given["archive"],
        from_=given["from_"],
        to=given["to"],
        section=section_of(given["css"], given["from_heading"], given["to_heading"]),
        store=None if given["no_store"] else given["store"],
        max_wait_s=given["max_wait_s"],
        refresh=given["refresh"],
        progress=shown_progress(),
    )
    count = export_git(found, given["git"])
    click.echo(f"{given['git']}: {count} commit{'' if count == 1 else 's'}", err=True)


def _export_evidence(given: dict[str, Any]) -> None:
    from archivepolicy.pipeline.export import export_evidence
    from archivepolicy.rendering.answer import answer_as_text

    kept = None if given["no_store"] else given["store"]
    asked = ("as_of", "select", "language", "accept", "archive", "max_wait_s", "refresh", "force")
    snapshot = export_evidence(given["url"], given["evidence"], store=kept, **{name: given[name] for name in asked})
    if snapshot.answer:
        click.echo(answer_as_text(snapshot, snapshot.answer, kept), err=True, nl=False)
    click.echo(f"Exported     {given['evidence']}", err=True)


def _export_dataset(form: str, given: dict[str, Any]) -> None:
    from archivepolicy.pipeline.datasets import export_dataset

    asked = ("url", "store", "from_", "to", "force")
    dataset = export_dataset(
        given[form],
        form,
        archive=given["archive"] or None,
        progress=_shown_policies if sys.stderr.isatty() else None,
        **{name: given[name] for name in asked},
    )
    _tell(dataset, given[form])
    if dataset.passed_over_count:
        click.get_current_context().exit(1)


def _shown_policies(done: int) -> None:
    click.echo(f"\r{done:,} policies", nl=False, err=True)


def _tell(dataset: Dataset, target: Path) -> None:
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    for one in dataset.passed_over[:_SHOWN_FAILURES]:
        click.echo(f"Passed over  {one.path}: {' '.join(one.reason.split())}", err=True)
    if more := dataset.passed_over_count - len(dataset.passed_over[:_SHOWN_FAILURES]):
        click.echo(f"Passed over  {more:,} more", err=True)
    counts = ", ".join(f"{count:,} {table}" for table, count in dataset.rows.items())
    of = f"{dataset.policies:,} polic{'y' if dataset.policies == 1 else 'ies'}"
    click.echo(f"Exported     {target}: {counts} of {of}", err=True)
    click.echo(f"Check with   sha256sum -c {Path(dataset.sums).name}", err=True)
