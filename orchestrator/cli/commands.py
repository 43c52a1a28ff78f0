"""The `botswain` command: its options, and how it ends when it fails."""

import errno
import os
import sys

import typer

from orchestrator.cli.command_table import COMMANDS
from orchestrator.cli.lazy_commands import LazyGroup
from orchestrator.cli.options import Connect, Key, Version, remember

EXIT_FAILED = 1


class BotswainGroup(LazyGroup):
    """The commands in the table."""

    entries = COMMANDS


app = typer.Typer(
    name="botswain",
    help="The desktop console for a fleet of browser robots.\n\nWithout a command it opens the console.",
    cls=BotswainGroup,
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def console(
    context: typer.Context,
    *,
    connect: Connect = None,
    key: Key = None,
    version: Version = False,  # noqa: ARG001  it has been answered before
) -> None:
    """The desktop console for a fleet of browser robots.

    Without a command it opens the console, which starts an engine of its own or, with --connect, operates another one.
    """
    remember(connect, key)
    if context.invoked_subcommand is None:
        from orchestrator.cli.console_window import open_console  # noqa: PLC0415  other commands need no settings

        open_console(connect, key)


def main() -> None:
    """Run the command; a person's mistake is one sentence and exit code 2, work that failed is exit code 1."""
    try:
        _run_command()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except Exception as error:  # noqa: BLE001  which errors are ours is looked up when there is one
        _tell(error)


def _run_command() -> None:
    """Write everything before the end, so that what cannot be written is told like any other failure."""
    try:
        app()
    finally:
        sys.stdout.flush()


def _tell(error: Exception) -> None:
    """Say what went wrong and exit; an error that is not ours is raised again: it is a defect."""
    from orchestrator.cli.complaints import complain, exit_code, is_told, no_room  # noqa: PLC0415  only when needed

    if is_told(error):
        complain(error)
        sys.exit(exit_code(error))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        complain(no_room(error))
        _drop_output()
        sys.exit(EXIT_FAILED)
    raise error


def _drop_output() -> None:
    """What could not be written must not be tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
