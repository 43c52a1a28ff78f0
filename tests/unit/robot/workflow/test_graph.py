"""A workflow's steps as a graph."""

from typing import Any

import pytest

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import resolve
from robot.workflow.graph import Graph


def workflow(*steps: dict[str, Any], **more: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": list(steps), **more})


@pytest.mark.feature("E59", "E60", "W04")
def test_a_graph_knows_its_order_and_its_leaves_and_refuses_circles() -> None:
    graph = Graph.of(workflow({"id": "b", "needs": ["a"]}, {"id": "a"}, {"id": "c", "needs": ["a"]}))

    assert graph.order == ("a", "b", "c")
    assert graph.leaves == ("b", "c")
    with pytest.raises(WorkflowError, match="wait for each other"):
        Graph.of(workflow({"id": "a", "needs": ["b"]}, {"id": "b", "needs": ["a"]}))


def test_a_graph_knows_which_choices_decide_about_a_step() -> None:
    definition = workflow(
        {"id": "outer", "if": "true", "then": ["inner"]},
        {"id": "inner", "if": "true", "then": "a", "else": "b"},
        {"id": "a"},
        {"id": "b"},
    )

    assert Graph.of(resolve(definition)).choosers == {"inner": ("outer",), "a": ("inner",), "b": ("inner",)}
