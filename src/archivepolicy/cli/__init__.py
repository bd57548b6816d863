"""The command line: one file a command, each thin. Commands are loaded when they are called, so that help starts fast.

The product goes to standard output alone, everything else to standard error; an error is one line, with the exit code of
its branch (`archivepolicy.errors`), and no traceback without `--debug`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

_READER_LEFT = 141  # 128 + SIGPIPE, as shells say it
_PRINTED_BY_CLICK = frozenset({"-h", "--help", "--version"})

# name: one-line help. The command itself is `archivepolicy.cli.<name>.command`.
COMMANDS = {
    "archives": "List the archives that can be asked by name.",
    "batch": "Get the policies of many sites.",
    "blame": "Tell since when each paragraph and sentence of a policy stands.",
    "captures": "List an archive's captures of a URL.",
    "convert": "Extract the policy from a local file: HTML, plain text or PDF.",
    "diff": "Show what changed between two captures, or two files.",
    "export": "Export a policy with its evidence, its history as git, or a store as tables.",
    "find": "Find which URL was a site's policy at a date.",
    "get": "Get a policy as of a date.",
    "grep": "Find a phrase in a policy, or when it came and went.",
    "history": "Tell a policy's versions, and the captures that bound each.",
    "report": "Tell how the last batch on a store stands.",
    "verify": "Check a store against its digests and evidence.",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archivepolicy.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        with _silent_without_reader():  # `--help` and `--version` print here
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        with _silent_without_reader():
            return super().invoke(ctx)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 2 wrong usage; 3 no such capture; 4 the archive is unreachable or limits us (try again "
    "later); 5 the capture is not a usable policy; 6 the store failed.",
)
@click.version_option(__version__, prog_name="archivepolicy")
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
def group(*, debug: bool) -> None:
    """What did this policy say on that day? Policy pages from web archives, as clean Markdown with evidence."""
    del debug  # read in `main`, before anything can fail


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    _open_closed_streams()
    _show_waiting()
    with _silent_without_reader():
        sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    """Run a command, say what failed, and give the code to exit with."""
    from archivepolicy.errors import ArchivePolicyError

    try:
        code = group.main(args=arguments, prog_name="archivepolicy", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as failure:
        click.echo(_in_one_line(failure), err=True)
        return 2 if isinstance(failure, click.FileError) else failure.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("archivepolicy: interrupted; what was fetched is kept", err=True)
        return 130  # 128 + SIGINT, as shells say it
    except ArchivePolicyError as failure:
        if "--debug" in arguments:
            raise
        click.echo(f"archivepolicy: {' '.join(str(failure).split())}", err=True)
        return failure.exit_code
    except OSError as cause:
        if isinstance(cause, BrokenPipeError) or _PRINTED_BY_CLICK.isdisjoint(arguments):
            raise
        click.echo(f"archivepolicy: cannot write to standard output: {cause.strerror or cause}", err=True)
        return 1
    # without its standalone mode click gives back the code of a command that left with one
    return code if isinstance(code, int) else 0


@contextlib.contextmanager
def _silent_without_reader() -> Iterator[None]:
    """Leave without a word where who reads our output has left; click would say 1 (`diff --exit-code` says so of changes)."""
    try:
        yield
    except BrokenPipeError:
        from archivepolicy.cli.options import turn_away_output

        turn_away_output()
        sys.exit(_READER_LEFT)


def _in_one_line(failure: click.ClickException) -> str:
    """What click says of wrong usage; help, where that is what it shows."""
    if isinstance(failure, click.exceptions.NoArgsIsHelpError):
        return failure.format_message()
    context = failure.ctx if isinstance(failure, click.UsageError) else None
    hint = f" ({context.command_path} --help)" if context else ""
    return f"archivepolicy: {' '.join(failure.format_message().split())}{hint}"


def _open_closed_streams() -> None:
    """Give a process that was started without them its standard streams, lest a file of the store get their numbers.

    Standard output stays known as closed: a product that is meant for it cannot be written.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
            setattr(sys, name if name != "stdout" else "__stdout__", stream)


def _show_waiting() -> None:
    """Let warnings of the package (an archive that makes us wait) through to standard error, a line each."""
    import logging

    logging.basicConfig(format="archivepolicy: %(message)s", level=logging.WARNING, stream=sys.stderr)
