"""What the documentation promises is there: its links, its commands and its examples."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from orchestrator.cli.commands import app
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow
from robot.commands import app as robot_app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
PROGRAMS = {"botswain": get_command(app), "botswain-robot": get_command(robot_app)}


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def command_lines() -> list[str]:
    text = (ROOT / "README.md").read_text()
    lines = [line.partition("#")[0].strip() for block in fenced(text, "console") for line in block.splitlines()]
    return [line[2:].removeprefix(".venv/bin/") for line in lines if re.match(r"\$ (\.venv/bin/)?botswain\b", line)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not dead


def test_the_workflow_in_the_readme_can_be_run() -> None:
    blocks = fenced((ROOT / "README.md").read_text(), "yaml")
    assert blocks
    for block in blocks:
        assert check(load_workflow(block).definition) == []


@pytest.mark.parametrize("line", command_lines())
def test_every_command_in_the_readme_is_one(line: str) -> None:
    name, *words = shlex.split(line)
    command = PROGRAMS[name]
    context = command.make_context(name, words, resilient_parsing=False) if not words else None
    while words and isinstance(command, typer.core.TyperGroup) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    context = context or command.make_context(name, words)
    assert context.command.name
