"""Strategies as sort keys, and what adaptive chooses."""

from typing import Any

import pytest

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import ExecutionStrategy, WorkflowDefinition
from robot.workflow.graph import Graph, chosen_strategy, order_key, places_for


def workflow(*steps: dict[str, Any], **more: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": list(steps), **more})


def chosen(definition: WorkflowDefinition) -> ExecutionStrategy:
    return chosen_strategy(definition, Graph.of(definition))


@pytest.mark.feature("E51")
def test_adaptive_is_sequential_for_a_chain_priority_for_priorities_and_parallel_otherwise() -> None:
    chain: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "needs": ["a"]}, {"id": "c", "needs": ["b", "a"]}]

    assert chosen(workflow(*chain)) is ExecutionStrategy.SEQUENTIAL
    assert chosen(workflow(*chain, {"id": "d", "needs": ["b"]})) is ExecutionStrategy.PARALLEL
    assert chosen(workflow({"id": "a", "priority": 1}, {"id": "b"})) is ExecutionStrategy.PRIORITY
    assert chosen(workflow(*chain, strategy="parallel")) is ExecutionStrategy.PARALLEL


@pytest.mark.feature("E52", "E57")
def test_the_priority_strategy_takes_the_highest_first_and_keeps_groups_together() -> None:
    definition = workflow(
        {"id": "a"},
        {"id": "b", "parallel_group": "g"},
        {"id": "c"},
        {"id": "d", "parallel_group": "g"},
        {"id": "e", "priority": 3},
        {"id": "f", "priority": -1},
    )
    key = order_key(ExecutionStrategy.PRIORITY, definition.steps)

    assert sorted("fedcba", key=key) == ["e", "a", "b", "d", "c", "f"]


def test_other_strategies_take_the_documents_order() -> None:
    definition = workflow({"id": "b", "priority": -5}, {"id": "a", "priority": 5})

    assert sorted("ab", key=order_key(ExecutionStrategy.PARALLEL, definition.steps)) == ["b", "a"]


@pytest.mark.feature("D08", "D23")
def test_how_many_steps_run_at_once() -> None:
    definition = workflow({"id": "a"})
    one_by_one = workflow({"id": "a"}, parallel_execution=False, max_concurrent_steps=9)

    assert places_for(definition, ExecutionStrategy.PARALLEL) == 3
    assert places_for(definition, ExecutionStrategy.SEQUENTIAL) == 1
    assert places_for(one_by_one, ExecutionStrategy.PRIORITY) == 1


@pytest.mark.feature("E59", "E60")
def test_a_graph_knows_its_order_and_its_leaves_and_refuses_circles() -> None:
    graph = Graph.of(workflow({"id": "b", "needs": ["a"]}, {"id": "a"}, {"id": "c", "needs": ["a"]}))

    assert graph.order == ("a", "b", "c")
    assert graph.leaves == ("b", "c")
    with pytest.raises(WorkflowError, match="wait for each other"):
        Graph.of(workflow({"id": "a", "needs": ["b"]}, {"id": "b", "needs": ["a"]}))
