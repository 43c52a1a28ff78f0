"""The page about work items: its commands exist, its workflow can be saved, its states are all there."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from orchestrator.cli.commands import app
from orchestrator.contract.work_items import WorkItemState
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow

PAGE = (Path(__file__).parents[2] / "docs" / "work-items.md").read_text()


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("line", [line[2:] for block in fenced("console") for line in block.splitlines()])
def test_every_command_on_the_page_is_one(line: str) -> None:
    name, *words = shlex.split(line)
    assert name == "botswain"
    command = get_command(app)
    while isinstance(command, typer.core.TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context(name, words)


def test_the_workflow_on_the_page_can_be_saved() -> None:
    (example,) = fenced("yaml")
    assert check(load_workflow(example).definition) == []


@pytest.mark.parametrize("state", WorkItemState)
def test_every_state_is_explained(state: WorkItemState) -> None:
    assert f"| `{state.value}` |" in PAGE
