"""The pages about triggers, schedules and extensions: their commands exist, their examples are right."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from orchestrator.cli.commands import app
from orchestrator.contract.chaining import JOB_FIELDS
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)


COMMANDS = [
    line[2:]
    for page in ("triggers.md", "schedules.md")
    for block in fenced(page, "console")
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one(line: str) -> None:
    name, *words = shlex.split(line)
    assert name == "botswain"
    command = get_command(app)
    while isinstance(command, typer.core.TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context(name, words)


@pytest.mark.feature("W07")
def test_the_chained_workflow_can_be_saved() -> None:
    (example,) = fenced("triggers.md", "yaml")
    definition = load_workflow(example).definition
    assert check(definition) == []
    assert [link.workflow for link in (*definition.on_success, *definition.on_failure)] == ["Report", "Cleanup"]


def test_every_field_of_a_job_is_explained() -> None:
    page = (DOCS / "triggers.md").read_text()
    assert [name for name in JOB_FIELDS if f"`job.{name}`" not in page] == []


@pytest.mark.feature("W36")
def test_the_example_of_a_link_is_the_one_that_the_tests_run() -> None:
    code = [each.strip() for each in fenced("extending.md", "python")]
    entries = [each.strip() for each in fenced("extending.md", "toml")]
    for name, module in (("example_middleware", "office_hours"), ("example_strategy", "shortest_first")):
        example = ROOT / "tests" / "plugins" / name
        assert (example / f"{module}.py").read_text().partition('"""\n\n')[2].strip() in code
        assert any(each in (example / "pyproject.toml").read_text() for each in entries)


@pytest.mark.feature("W36")
def test_the_example_of_an_action_is_the_one_that_the_tests_run() -> None:
    (shown,) = fenced("extending.md", "python action")
    example = ROOT / "tests" / "plugins" / "example_actions"
    run = (example / "headings.py").read_text().partition('"""\n\n')[2]
    assert shown.strip() == run.strip()
    (entry,) = fenced("extending.md", "toml action")
    assert entry.strip() in (example / "pyproject.toml").read_text()
