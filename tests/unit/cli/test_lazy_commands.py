"""A command that starts loads itself and what it needs, and not the rest of the house."""

import json
import re
import subprocess
import sys

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from orchestrator.cli.command_table import COMMANDS
from orchestrator.cli.commands import app
from orchestrator.cli.lazy_commands import Entry, LazyCommands

LOADED = """
import json, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
sys.argv = {argv!r}
try:
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        from {module} import main
        main()
except SystemExit as end:
    code = end.code
print(json.dumps([code or 0, sorted(sys.modules)]))
"""
OF_THE_ENGINE = {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "apscheduler", "psycopg", "jinja2"}
OF_THE_WINDOW = {"PySide6", "qasync", "pyqtgraph", "numpy"}
OF_A_CONNECTION = {"httpx", "websockets"}
ELSEWHERE = OF_THE_ENGINE | OF_THE_WINDOW | {"playwright"}


def loaded(module: str, *words: str) -> set[str]:
    """The modules of a fresh process after it has run a command to its right end."""
    script = LOADED.format(argv=["command", *words], module=module)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    code, modules = json.loads(done.stdout)
    assert code == 0
    return set(modules)


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (["--help"], {*ELSEWHERE, *OF_A_CONNECTION, "orchestrator.cli.jobs", "orchestrator.config", "asyncio"}),
        (["jobs", "--help"], {*ELSEWHERE, *OF_A_CONNECTION, "orchestrator.cli.serve", "orchestrator.config"}),
        (["cron", "@daily"], {*ELSEWHERE, *OF_A_CONNECTION, "orchestrator.client.client", "orchestrator.config"}),
        (["serve", "--help"], {*ELSEWHERE, *OF_A_CONNECTION}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_command_loads_what_it_needs(words: list[str], without: set[str]) -> None:
    assert loaded("orchestrator.cli.main", *words) & without == set()


def test_the_robots_help_loads_no_browser_and_no_connection() -> None:
    assert loaded("robot.cli", "--help") & {*ELSEWHERE, *OF_A_CONNECTION} == set()


def test_the_orchestrator_that_serves_loads_no_window() -> None:
    script = "import json, sys, orchestrator.app; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert set(json.loads(done.stdout)) & {*OF_THE_WINDOW, "playwright", "orchestrator.console"} == set()


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_the_list_says_what_the_command_says_of_itself(entry: Entry) -> None:
    command = get_group(app).commands[entry.name]
    assert isinstance(command, TyperCommand | TyperGroup)
    assert command.name == entry.name
    assert command.rich_help_panel == entry.panel
    assert re.sub(r"\s+", " ", (command.help or "").split("\n\n")[0]) == entry.help


def test_a_group_of_the_table_is_a_mapping_like_any_other() -> None:
    commands = LazyCommands(COMMANDS)
    assert len(commands) == len(COMMANDS) == len(set(commands))
    assert "jobs" in commands
    assert "nothing" not in commands
    assert commands["jobs"] is commands["jobs"]
    commands["more"] = commands["jobs"]
    del commands["jobs"]
    assert ("jobs" in commands, list(commands)[-1]) == (False, "more")
