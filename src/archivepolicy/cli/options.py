"""Options that several commands share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import click

if TYPE_CHECKING:
    from archivepolicy.records.explanation import Explanation
    from archivepolicy.records.section import Section

Command: TypeAlias = Callable[..., Any]


class OutputFile(click.Path):
    """A file to write to, in a folder that is there: a slip of the pen makes no folders."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a file that could not be written before any work is done."""
        folder = Path(os.fspath(value)).absolute().parent
        if not folder.is_dir():
            self.fail(f"no such folder: {folder}", param, ctx)
        return super().convert(value, param, ctx)


CONTACT_VARIABLE = "ARCHIVEPOLICY_CONTACT"
DEFAULT_STORE = "snapshots"


def archive_options(command: Command) -> Command:
    """Where captures come from, and how long to wait for them."""
    return _with(
        command,
        click.option(
            "--archive",
            multiple=True,
            metavar="ARCHIVE",
            help="wayback, a name that `archivepolicy archives` lists, wayback:BASE, pywb:COLLECTION-URL, memento:PREFIX, "
            "commoncrawl, or the path of a WARC or WACZ file or a folder of them. Repeated: asked together.  "
            "[env var: ARCHIVEPOLICY_ARCHIVE; default: wayback]",
        ),
        click.option(
            "--max-wait",
            "max_wait_s",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            help="How long to wait in all for an archive that limits, fails or hangs; one answer gets 5 s at least."
            "  [default: 180]",
        ),
        click.option(
            "--contact",
            envvar=CONTACT_VARIABLE,
            expose_value=False,
            callback=_with_contact,
            metavar="ADDRESS",
            help="An address of yours that requests carry, beside the program's name and version.  "
            f"[env var: {CONTACT_VARIABLE}]",
        ),
        click.option(
            "--refresh", is_flag=True, help="Ask the archive's index again even where a fresh answer is kept."
        ),
    )


def _with_contact(ctx: click.Context, param: click.Parameter, contact: str | None) -> str | None:
    """Let all sessions that this command opens name the contact; the environment is as it was when the command ends."""
    del param
    if contact is None:
        return None
    from archivepolicy.archives.contact import contact_of

    before = os.environ.get(CONTACT_VARIABLE)
    os.environ[CONTACT_VARIABLE] = contact_of(contact)

    def restore() -> None:
        os.environ.pop(CONTACT_VARIABLE)
        if before is not None:
            os.environ[CONTACT_VARIABLE] = before

    ctx.call_on_close(restore)
    return contact


def store_option(command: Command) -> Command:
    """The store's folder."""
    return _with(
        command,
        click.option(
            "--store",
            envvar="ARCHIVEPOLICY_STORE",
            default=DEFAULT_STORE,
            show_default=True,
            show_envvar=True,
            metavar="DIR",
            help="Folder for products, provenance and evidence.",
        ),
    )


def store_options(command: Command) -> Command:
    """Where things are kept, or that nothing is."""
    return store_option(
        _with(
            command,
            click.option("--no-store", is_flag=True, help="Keep nothing, and look for nothing kept."),
        )
    )


def judging_options(command: Command) -> Command:
    """Which captures may answer."""
    return _with(
        command,
        click.option(
            "--accept",
            multiple=True,
            metavar="KIND",
            help="Let captures of this kind answer that are passed over otherwise: error, soft-404, parked, challenge, login, "
            "empty, not-policy, other-site, other-language, or any. May be repeated.",
        ),
        click.option(
            "--language", metavar="CODE", help="Pass over captures in another language than CODE (en, de, pt-BR)."
        ),
    )


def window_options(command: Command) -> Command:
    """The stretch of time that counts."""
    return _with(
        command,
        click.option("--to", metavar="DATE", help="Only captures until the end of this date."),
        click.option("--from", "from_", metavar="DATE", help="Only captures since the beginning of this date."),
    )


def section_options(*css_names: str) -> Callable[[Command], Command]:
    """The part of the page that is wanted; `css_names` are the spellings of the selector's option."""

    def decorated(command: Command) -> Command:
        return _with(
            command,
            click.option("--to-heading", metavar="TEXT", help="End before the heading TEXT."),
            click.option(
                "--from-heading",
                metavar="TEXT",
                help="Begin with the heading TEXT; end before the next one of its rank, or before --to-heading.",
            ),
            click.option(
                *css_names, "css", metavar="CSS", help="Only what the CSS selector matches, whole; nothing is judged."
            ),
        )

    return decorated


def section_of(css: str | None, from_heading: str | None, to_heading: str | None) -> Section:
    """The section that the options of `section_options` name; the whole page where none is given."""
    from archivepolicy.records.section import Section

    return Section(css=css, from_heading=from_heading, to_heading=to_heading)


def explain_options(command: Command) -> Command:
    """The page with what was removed from it."""
    return _with(
        command,
        click.option(
            "--explain-html",
            "explain_html",
            type=OutputFile(),
            metavar="FILE",
            help="Write that page to FILE as HTML, beside the product.",
        ),
        click.option(
            "--explain", is_flag=True, help="Print the page with what was removed struck through, not the product."
        ),
    )


def show_explanation(explanation: Explanation, *, printed: bool, html_file: Path | None) -> None:
    """Print an explanation, write it as HTML, or both."""
    from archivepolicy.rendering import explain

    if html_file is not None:
        write_output(html_file, explain.explanation_as_html(explanation))
    if printed and sys.stdout.isatty():
        explain.print_explanation(explanation)
    elif printed:
        print_product(explain.explanation_as_text(explanation))


def _with(command: Command, *options: Command) -> Command:
    for option in options:
        command = option(command)
    return command


def shown_progress() -> Callable[[int, int], None] | None:
    """Tells a person at the terminal how many replays are done; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        click.echo(f"\rReplays: {done:,} of {total:,}", nl=done == total, err=True)

    return show


def print_product(text: str) -> None:
    """Write the product to standard output as UTF-8, whatever the terminal's encoding; alone and whole."""
    if sys.stdout is None:  # closed by who started us
        raise click.ClickException("cannot write to standard output: it is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has left, and nothing is wrong: `cli.main` ends silently
        raise
    except OSError as cause:
        turn_away_output()
        raise click.ClickException(f"cannot write to standard output: {cause.strerror or cause}") from cause


def write_output(file: Path, text: str) -> None:
    """Write a product to a file that the caller named, whole or not at all."""
    from archivepolicy.errors import StoreError
    from archivepolicy.store.writing import write_file

    try:
        write_file(file, text.encode())
    except StoreError as failure:
        cause = failure.__cause__
        raise click.FileError(str(file), getattr(cause, "strerror", None) or str(cause)) from failure


def turn_away_output() -> None:
    """Send what still waits to be written nowhere, so that the interpreter does not try again as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and _is_broken(stream):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _is_broken(stream: TextIO) -> bool:
    """Whether a stream cannot write what it still holds."""
    try:
        stream.flush()
    except OSError:
        return True
    return False


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
