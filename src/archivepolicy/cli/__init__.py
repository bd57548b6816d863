"""The command line: one file a command, each thin. Commands are loaded when they are called, so that help starts fast.

The product goes to standard output alone, everything else to standard error; an error is one line, with the exit code of
its branch (`archivepolicy.errors`), and no traceback without `--debug`.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from archivepolicy.version import __version__

# name: one-line help. The command itself is `archivepolicy.cli.<name>.command`.
COMMANDS = {
    "archives": "List the archives that can be asked by name.",
    "batch": "Get the policies of many sites.",
    "blame": "Tell since when each paragraph and sentence of a policy stands.",
    "captures": "List an archive's captures of a URL.",
    "convert": "Extract the policy from a local file: HTML, plain text or PDF.",
    "diff": "Show what changed between two captures, or two files.",
    "export": "Export a policy with all that proves it, or its history for other tools.",
    "find": "Find which URL was a site's policy at a date.",
    "get": "Get a policy as of a date.",
    "grep": "Find a phrase in a policy, or when it came and went.",
    "history": "Tell a policy's versions, and the captures that bound each.",
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
    from archivepolicy.errors import ArchivePolicyError

    arguments = sys.argv[1:] if arguments is None else arguments
    _show_waiting()
    try:
        code = group.main(args=arguments, prog_name="archivepolicy", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("archivepolicy: interrupted; what was fetched is kept", err=True)
        sys.exit(130)  # 128 + SIGINT, as shells say it
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has left: nothing is wrong
        sys.exit(141)  # 128 + SIGPIPE
    except ArchivePolicyError as failure:
        if "--debug" in arguments:
            raise
        click.echo(f"archivepolicy: {' '.join(str(failure).split())}", err=True)
        sys.exit(failure.exit_code)
    # without its standalone mode click gives back the code of a command that left with one
    sys.exit(code if isinstance(code, int) else 0)


def _show_waiting() -> None:
    """Let warnings of the package (an archive that makes us wait) through to standard error, a line each."""
    import logging

    logging.basicConfig(format="archivepolicy: %(message)s", level=logging.WARNING, stream=sys.stderr)
