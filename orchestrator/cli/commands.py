"""The `botswain` commands: their words, and what a failure looks like."""

import errno
import os
import sys

import typer
from rich.text import Text

from orchestrator.cli import (
    alerts,
    audit,
    bulk,
    dead_letters,
    failures,
    jobs,
    notices,
    resources,
    robots,
    schedules,
    settings,
    stalls,
    triggers,
    workflows,
)
from orchestrator.cli.away import away
from orchestrator.cli.checkpoints import app as checkpoints_app
from orchestrator.cli.checkpoints import checkpoint
from orchestrator.cli.connection import Connect, Key, remember
from orchestrator.cli.console_window import open_console
from orchestrator.cli.cron import cron
from orchestrator.cli.demo import demo
from orchestrator.cli.doctor import doctor
from orchestrator.cli.events import events
from orchestrator.cli.figures import activity, metrics
from orchestrator.cli.flow import breakers_app, estimate, hurry, limits_app, priority
from orchestrator.cli.output import error_console
from orchestrator.cli.questions import answer, questions
from orchestrator.cli.recovery import recovery
from orchestrator.cli.retry import pause, resume, retry
from orchestrator.cli.run import run
from orchestrator.cli.serve import serve
from orchestrator.cli.sessions import sessions
from orchestrator.cli.submit import submit
from orchestrator.cli.submit_many import submit_many
from orchestrator.cli.validate import validate
from orchestrator.client.errors import ClientError, RefusedError
from orchestrator.config import ConfigurationError
from orchestrator.contract.errors import BotswainError, UserError, WorkflowError

EXIT_FAILED = 1
EXIT_USAGE = 2

_START = "Start"
_WORK = "Work"
_LOOK = "Look"

app = typer.Typer(
    name="botswain",
    help="The desktop console for a fleet of browser robots.\n\nWithout a command it opens the console.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def console(context: typer.Context, *, connect: Connect = None, key: Key = None) -> None:
    """The desktop console for a fleet of browser robots.

    Without a command it opens the console, which starts an engine of its own or, with --connect, operates another one.
    """
    remember(connect, key)
    if context.invoked_subcommand is None:
        open_console(connect, key)


app.command("serve", rich_help_panel=_START)(serve)
app.command("run", rich_help_panel=_START)(run)
app.command("demo", rich_help_panel=_START)(demo)
app.command("doctor", rich_help_panel=_START)(doctor)
app.command("submit", rich_help_panel=_WORK)(submit)
app.command("submit-many", rich_help_panel=_WORK)(submit_many)
app.command("jobs", rich_help_panel=_WORK)(jobs.jobs)
app.command("job", rich_help_panel=_WORK)(jobs.job)
app.command("cancel", rich_help_panel=_WORK)(jobs.cancel)
app.command("retry", rich_help_panel=_WORK)(retry)
app.command("pause", rich_help_panel=_WORK)(pause)
app.command("resume", rich_help_panel=_WORK)(resume)
app.command("checkpoint", rich_help_panel=_WORK)(checkpoint)
app.add_typer(checkpoints_app, name="checkpoints", rich_help_panel=_WORK)
app.command("questions", rich_help_panel=_WORK)(questions)
app.command("answer", rich_help_panel=_WORK)(answer)
app.command("recovery", rich_help_panel=_LOOK)(recovery)
app.command("why", rich_help_panel=_WORK)(jobs.why)
app.command("estimate", rich_help_panel=_WORK)(estimate)
app.command("priority", rich_help_panel=_WORK)(priority)
app.command("hurry", rich_help_panel=_WORK)(hurry)
app.add_typer(limits_app, name="limits", rich_help_panel=_WORK)
app.add_typer(breakers_app, name="breakers", rich_help_panel=_WORK)
app.add_typer(bulk.app, name="bulk", rich_help_panel=_WORK)
app.add_typer(dead_letters.app, name="dead-letters", rich_help_panel=_WORK)
app.add_typer(failures.app, name="failures", rich_help_panel=_WORK)
app.add_typer(workflows.app, name="workflows", rich_help_panel=_WORK)
app.add_typer(schedules.app, name="schedules", rich_help_panel=_WORK)
app.add_typer(triggers.app, name="triggers", rich_help_panel=_WORK)
app.command("validate", rich_help_panel=_WORK)(validate)
app.command("cron", rich_help_panel=_WORK)(cron)
app.add_typer(robots.robots_app, name="robots", rich_help_panel=_LOOK)
app.command("robot", rich_help_panel=_LOOK)(robots.robot)
app.command("enrol", rich_help_panel=_LOOK)(robots.enrol)
app.add_typer(settings.app, name="settings", rich_help_panel=_LOOK)
app.command("sessions", rich_help_panel=_LOOK)(sessions)
app.command("metrics", rich_help_panel=_LOOK)(metrics)
app.command("activity", rich_help_panel=_LOOK)(activity)
app.command("events", rich_help_panel=_LOOK)(events)
app.command("away", rich_help_panel=_LOOK)(away)
app.command("health", rich_help_panel=_LOOK)(alerts.health)
app.add_typer(alerts.app, name="alerts", rich_help_panel=_LOOK)
app.add_typer(notices.app, name="notices", rich_help_panel=_LOOK)
app.add_typer(resources.app, name="resources", rich_help_panel=_LOOK)
app.add_typer(stalls.app, name="stalls", rich_help_panel=_LOOK)
app.command("capture", rich_help_panel=_LOOK)(stalls.capture)
app.add_typer(audit.app, name="audit", rich_help_panel=_LOOK)


def main() -> None:
    """Run the command; a person's mistake is one sentence and exit code 2, work that failed is exit code 1."""
    try:
        _run_command()
    except (BotswainError, ConfigurationError) as error:
        _complain(error)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _complain(UserError(f"There is no room to write to: {error.strerror}. Make room, or write somewhere else."))
        _drop_output()
        sys.exit(EXIT_FAILED)


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _run_command() -> None:
    """Write everything before the end, so that what cannot be written is told like any other failure."""
    try:
        app()
    finally:
        sys.stdout.flush()


def _drop_output() -> None:
    """What could not be written must not be tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def exit_code(error: Exception) -> int:
    """2 where other input, another address or another key would have helped; 1 for everything else."""
    if isinstance(error, RefusedError):
        return EXIT_USAGE if error.is_users_mistake else EXIT_FAILED
    if isinstance(error, ClientError | UserError | ConfigurationError):
        return EXIT_USAGE
    return EXIT_FAILED


def _complain(error: Exception) -> None:
    console = error_console()
    lines = _lines(error)
    console.print(Text.assemble(("Error: ", "red"), lines[0]), soft_wrap=True)
    for line in lines[1:]:
        console.print(Text(f"  {line}"), soft_wrap=True)


def _lines(error: Exception) -> list[str]:
    """One sentence; a list of problems gets a line for each."""
    if isinstance(error, WorkflowError) and len(error.problems) > 1:
        return [f"There are {len(error.problems)} mistakes:", *map(str, error.problems)]
    if isinstance(error, ConfigurationError) and len(error.mistakes) > 1:
        return [f"There are {len(error.mistakes)} mistakes in the settings:", *error.mistakes]
    if isinstance(error, RefusedError):
        problems = error.body.problems
        hint = [error.body.hint] if error.body.hint else []
        return [error.body.message, *(map(str, problems) if len(problems) > 1 else ()), *hint]
    hint = [error.hint] if isinstance(error, UserError) and error.hint else []
    return [str(error) or type(error).__name__, *hint]
