"""The commands in the operator's page are commands that there are, with the options that they have."""

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from orchestrator.cli.commands import app

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
LINES = re.findall(r"^\$ botswain (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_there_are_examples_for_everything_that_is_watched() -> None:
    assert {"alerts", "resources", "stalls", "capture", "notices", "away", "events"} <= {
        line.split()[0] for line in LINES
    }


@pytest.mark.parametrize("line", LINES)
def test_an_example_is_understood(line: str) -> None:
    command, words = get_command(app), shlex.split(line)
    while words and isinstance(command, TyperGroup) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert command.make_context("botswain", words).command is command
