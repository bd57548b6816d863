"""`archivepolicy convert`: a local page, without any archive."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO

import click

from archivepolicy.cli.options import explain_options, print_product, section_options, show_explanation, store_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("convert")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--url", help="The page's original URL, for relative links.")
@click.option("--content-type", metavar="TYPE", help="The page's Content-Type.  [default: what its bytes say]")
@section_options("--css", "--select")
@explain_options
@click.option(
    "--again",
    is_flag=True,
    help="Instead: make every product of the store that an older extractor made again, beside it.",
)
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print the document with its links, dates, and what was removed.")
def command(  # noqa: PLR0913 - an argument is an option of the command
    *,
    file: BinaryIO | None,
    url: str | None,
    content_type: str | None,
    css: str | None,
    from_heading: str | None,
    to_heading: str | None,
    explain: bool,
    explain_html: Path | None,
    again: bool,
    store: str,
    as_json: bool,
) -> None:
    """Extract the policy from a local file: HTML, plain text or PDF.

    FILE is a page as it was delivered or saved, or - for standard input. No archive is asked and nothing is kept. A page
    that is no policy (an error page, an empty one) ends with exit code 5.

    With --again no FILE is read: of every product in the store that an older extractor made, a new one is made from the
    evidence and written beside it; the older one stays, and stays what `get` gives.
    """
    if again:
        if file is not None:
            raise click.UsageError("--again takes no FILE: it reads the store")
        _convert_again(store)
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.")
    from archivepolicy.errors import UnusableCaptureError
    from archivepolicy.pipeline.page import convert, explain_page
    from archivepolicy.records import Section
    from archivepolicy.urls import normalise_url

    if as_json and explain:
        raise click.UsageError("--json and --explain both print: choose one")
    payload, own_url = file.read(), normalise_url(url) if url else None
    document = convert(
        payload,
        url=own_url,
        content_type=content_type,
        section=Section(css=css, from_heading=from_heading, to_heading=to_heading),
    )
    if explain or explain_html:
        explanation = explain_page(payload, document, url=own_url, content_type=content_type)
        show_explanation(explanation, printed=explain, html_file=explain_html)
    if as_json:
        print_product(json.dumps({"schema_version": 1, **asdict(document)}, ensure_ascii=False, indent=2) + "\n")
    if not document.verdict.is_usable:
        reasons = document.verdict.reasons
        why = f"{document.verdict.kind}" + (f" ({'; '.join(reasons)})" if reasons else "")
        raise UnusableCaptureError(f"not a usable policy: {why}", url=url or "", reasons=reasons)
    if not as_json and not explain:
        print_product(document.text)
    for warning in document.warnings:
        click.echo(f"archivepolicy: {warning}", err=True)


def _convert_again(store: str) -> None:
    """Make products again and print a line for each: its file, and whether its text is the older one's."""
    from archivepolicy.errors import StoreError
    from archivepolicy.pipeline.verify import make_again

    made = failed = 0
    for remade in make_again(store):
        if remade.snapshot is None:
            failed += 1
            click.echo(f"archivepolicy: {remade.path} was not made again: {remade.failure}", err=True)
        else:
            made += 1
            print_product(f"{remade.snapshot.path}  {'same text' if remade.is_same else 'other text'}\n")
    click.echo(f"{made} made again, {failed} not.", err=True)
    if failed:
        raise StoreError(f"{failed} of {made + failed} products could not be made again in {store}", path=store)
