"""Every example in the documentation of workflows is right, and its tables name every field."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from orchestrator.contract.expression_functions import FUNCTIONS
from orchestrator.contract.patterns import Aggregator, ForEach
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import ExecutionStrategy, Step, Variable, WorkflowDefinition
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow
from orchestrator.contract.workflow_words import accepted_words

TEXT = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
WORDS = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_loads_and_has_no_problems(example: str) -> None:
    loaded = load_workflow(example)

    assert loaded.located(check(loaded.definition)) == ()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("model", [Step, WorkflowDefinition, Variable, RetryPolicy, ForEach])
def test_every_word_that_a_file_may_use_is_explained(model: type[Step]) -> None:
    assert set(accepted_words(model)) - WORDS == set()


ROWS = re.findall(r"^\| `(\w+)` \| ([^\s`]+) \|", TEXT, re.MULTILINE)
"""Words of the tables, and the defaults that are told of them, as far as those are one word."""


@pytest.mark.parametrize("model", [Step, WorkflowDefinition, Variable, RetryPolicy, ForEach])
def test_every_default_in_a_table_is_the_models_or_another_ones(model: type[Step]) -> None:
    words = accepted_words(model)
    told = {words[word]: {default for each, default in ROWS if each == word} for word, _ in ROWS if word in words}
    wrong = {
        name: defaults
        for name, field in model.model_fields.items()
        if (said := _said(field.get_default(call_default_factory=True))) and (defaults := told.get(name))
        if said not in defaults
    }

    assert wrong == {}


def _said(default: object) -> str:
    """A default as a table says it; empty for one that takes more words."""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else str(default) if isinstance(default, StrEnum) else ""


def test_every_strategy_and_function_is_explained() -> None:
    assert {strategy.value for strategy in ExecutionStrategy} - WORDS == set()
    assert {rule.value for rule in Aggregator} - WORDS == set()
    assert {*FUNCTIONS, "default"} - WORDS == set()
