"""What a command says when it fails, and its exit code: read when there is an error, not at each start."""

from rich.text import Text

from orchestrator.cli.output import error_console
from orchestrator.client.errors import ClientError, RefusedError
from orchestrator.config import ConfigurationError
from orchestrator.contract.errors import BotswainError, UserError, WorkflowError

EXIT_FAILED = 1
EXIT_USAGE = 2


def is_told(error: Exception) -> bool:
    """True for what is raised to be read by a person; anything else is a defect and keeps its traceback."""
    return isinstance(error, BotswainError | ConfigurationError)


def exit_code(error: Exception) -> int:
    """2 where other input, another address or another key would have helped; 1 for everything else."""
    if isinstance(error, RefusedError):
        return EXIT_USAGE if error.is_users_mistake else EXIT_FAILED
    if isinstance(error, ClientError | UserError | ConfigurationError):
        return EXIT_USAGE
    return EXIT_FAILED


def no_room(error: OSError) -> UserError:
    """A full disk, or a quota, as a sentence."""
    return UserError(f"There is no room to write to: {error.strerror}. Make room, or write somewhere else.")


def complain(error: Exception) -> None:
    """Say it on standard error."""
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
