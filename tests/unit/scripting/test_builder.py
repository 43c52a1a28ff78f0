"""Workflows written in Python are those that files give."""

import string
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import ExecutionStrategy, Step, WorkflowDefinition
from orchestrator.contract.workflow_graph import ancestors
from orchestrator.contract.workflow_source import load_workflow, load_workflow_file
from orchestrator.scripting.builder import WorkflowBuilder, workflow, write_yaml
from orchestrator.scripting.predefined import job_discovery, predefined_workflows

FILE = """
name: Prices
description: What things cost
tags: [shop]
strategy: parallel
timeout_s: 120
variables:
  site: {type: string, required: true}
  pages: {type: integer, default: 3}
steps:
  - {id: open, action: goto, parameters: {url: "${{ site }}"}}
  - id: rows
    action: extract_table
    dependencies: [open]
    parameters: {target: table}
    max_retries: 2
    timeout_s: 60
    critical: false
    save_as: rows_seen
outputs:
  rows: ${{ steps.rows.result }}
"""


def prices() -> WorkflowBuilder:
    return (
        workflow("Prices", "What things cost")
        .describe(tags=["shop"], strategy=ExecutionStrategy.PARALLEL, timeout_s=120)
        .variable("site", type="string", required=True)
        .variable("pages", 3, type="integer")
        .step("open", "goto", {"url": "${{ site }}"})
        .step(
            "rows", "extract_table", {"target": "table"},
            needs="open", retries=2, timeout_s=60, critical=False, save_as="rows_seen",
        )
        .output("rows", "${{ steps.rows.result }}")
    )  # fmt: skip


@pytest.mark.feature("W04")
def test_a_builder_gives_what_a_file_gives() -> None:
    assert prices().build() == load_workflow(FILE).definition
    assert prices().check().content_hash == load_workflow(FILE).definition.content_hash


@pytest.mark.feature("W04")
def test_needs_become_the_graph() -> None:
    flow = workflow("Graph").step("a", "wait", {"seconds": 0}).step("b", "wait", {"seconds": 0}, needs="a")
    definition = flow.step("c", "wait", {"seconds": 0}, needs=["a", "b"]).check()
    before = ancestors({step.id: step.dependencies for step in definition.steps})
    assert [before[step].bit_count() for step in ("a", "b", "c")] == [0, 1, 2]


def test_a_builder_never_changes() -> None:
    first = workflow("Base").step("a", "wait", {"seconds": 0})
    left, right = first.step("b", "wait", {"seconds": 1}), first.step("c", "wait", {"seconds": 2})
    assert [[step.id for step in each.build().steps] for each in (first, left, right)] == [
        ["a"],
        ["a", "b"],
        ["a", "c"],
    ]


def test_a_built_workflow_is_a_file_and_comes_back(tmp_path: Path) -> None:
    path = prices().save(tmp_path / "prices.yaml")
    assert load_workflow_file(path).definition == prices().build()


@pytest.mark.parametrize("definition", list(predefined_workflows()), ids=lambda each: each.name)
def test_every_sample_survives_being_written(definition: WorkflowDefinition) -> None:
    assert load_workflow(write_yaml(definition)).definition == definition


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20) | st.text(
    string.digits + "+-.eEox_:~", max_size=8
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(parameters=st.dictionaries(texts.filter(lambda name: name != "<<"), values, max_size=4))
def test_every_value_survives_being_written(parameters: Mapping[str, JsonValue]) -> None:
    definition = WorkflowDefinition(name="V", steps=(Step(id="a", action="set", parameters=dict(parameters)),))
    assert load_workflow(write_yaml(definition)).definition.steps[0].parameters == parameters


def test_fields_that_the_builder_does_not_name_are_taken_too() -> None:
    flow = workflow("More").describe(folder="A/B", metadata={"owner": "ada"}, iterations=3, until="True")
    policy = RetryPolicy(max_retries=1, initial_delay=0.5)
    definition = flow.step("a", "wait", {"seconds": 0}, retry=policy, description="Rest", parallel_group="g").build()
    assert (definition.folder, definition.metadata, definition.iterations) == ("A/B", {"owner": "ada"}, 3)
    step = definition.steps[0]
    assert (step.retry, step.description, step.parallel_group) == (policy, "Rest", "g")


def test_mistakes_are_named_with_their_places() -> None:
    with pytest.raises(WorkflowError, match=r"There is no field 'tiemout'. Did you mean 'timeout'"):
        workflow("Typo").step("a", "wait", {"seconds": 0}, tiemout=3).build()
    with pytest.raises(WorkflowError, match="There is no step 'b'"):
        workflow("Lost").step("a", "wait", {"seconds": 0}, needs="b").check()
    with pytest.raises(WorkflowError, match="at least one step"):
        workflow("Empty").build()


def test_a_discovery_searches_side_by_side_or_one_after_the_other() -> None:
    assert job_discovery(["a", "b"]).parallel_execution
    one_by_one = job_discovery(["a", "b"], parallel=False)
    assert not one_by_one.parallel_execution
    assert [step.action for step in one_by_one.steps].count("search_jobs") == 2
