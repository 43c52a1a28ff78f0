"""The `botswain` command: its words, and what a failure looks like."""

import sys

import typer
from rich.console import Console

from orchestrator.cli.cron import cron
from orchestrator.contract.errors import BotswainError, UserError

app = typer.Typer(
    name="botswain",
    help="The desktop console for a fleet of browser robots.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


@app.callback(invoke_without_command=True)
def console(context: typer.Context) -> None:
    """Start the console."""


app.command("cron")(cron)


def main() -> None:
    """Run the command; a person's mistake is one sentence and exit code 2, work that failed is exit code 1."""
    errors = Console(stderr=True)
    try:
        app()
    except UserError as error:
        errors.print(f"[red]Error:[/red] {error}", highlight=False)
        sys.exit(EXIT_USAGE)
    except BotswainError as error:
        errors.print(f"[red]Error:[/red] {error}", highlight=False)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
