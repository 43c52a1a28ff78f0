"""The commands on the pages for operators are ones that can be typed."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from orchestrator.cli.commands import app

ROOT = Path(__file__).parents[2]
LINES = [
    line.removeprefix("$ ")
    for block in re.findall(
        r"^```console\n(.*?)^```", (ROOT / "docs/operations.md").read_text(), re.DOTALL | re.MULTILINE
    )
    for line in block.splitlines()
] + re.findall(r"^\| [^|]+ \| `(botswain [^`]+)`", (ROOT / "docs/workflows.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_a_command_on_the_page_is_one(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "botswain"
    command, context = get_command(app), None
    while isinstance(command, typer.core.TyperGroup) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if words or not isinstance(command, typer.core.TyperGroup):
        context = command.make_context(line, words)
        assert not context.args


def test_every_command_of_an_operators_group_is_on_the_page() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    groups = ("failures", "dead-letters", "bulk", "audit")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    said = {f"{group} {name}" for group in groups for name in commands[group].commands}
    missing = {each for each in said - {"failures reopen"} if f"botswain {each}" not in page}
    assert not missing
