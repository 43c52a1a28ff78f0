"""The examples on the pages about browser sessions and steps in natural language can be used as they stand."""

import re
from pathlib import Path

import pytest

from orchestrator.contract.workflow import needed_capabilities
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow
from robot.settings import load_settings

DOCS = Path(__file__).parents[2] / "docs"


def fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("page", "capability"), [("providers.md", "provider:cloud"), ("ai-steps.md", "ai")])
def test_the_workflows_are_right_and_go_only_to_robots_that_can_run_them(page: str, capability: str) -> None:
    (example,) = fenced(page, "yaml")
    definition = load_workflow(example).definition
    assert check(definition) == []
    assert capability in needed_capabilities(definition)


@pytest.mark.parametrize("page", ["providers.md", "ai-steps.md"])
def test_the_settings_can_be_read(page: str, tmp_path: Path) -> None:
    (example,) = fenced(page, "toml")
    (tmp_path / "robot.toml").write_text(example)
    (tmp_path / "browserbase.key").write_text("bb-key\n")
    environment = {"LAB_BROWSER": "http://127.0.0.1:9222", "MODEL_KEY": "k"}
    settings = load_settings(tmp_path / "robot.toml", environment)
    assert "bb-key" not in repr(settings)
    assert settings.pools.keys() == ({"local", "lab", "cloud"} if page == "providers.md" else {"local"})
