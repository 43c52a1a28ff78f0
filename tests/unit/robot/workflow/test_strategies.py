"""Strategies: the product's own, what adaptive chooses, and those that packages bring."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind, WorkflowError
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import ExecutionStrategy, WorkflowDefinition
from robot.workflow.graph import Graph
from robot.workflow.strategies import GROUP, adapted, installed_names, parallel, plan_for, priority, sequential

EXAMPLE = Path(__file__).parents[3] / "plugins" / "example_strategy"


def workflow(*steps: dict[str, Any], **more: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": list(steps), **more})


def chosen(definition: WorkflowDefinition) -> ExecutionStrategy:
    return adapted(Graph.of(definition))


def test_adaptive_is_sequential_for_a_chain_priority_for_priorities_and_parallel_otherwise() -> None:
    chain: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "needs": ["a"]}, {"id": "c", "needs": ["b", "a"]}]

    assert chosen(workflow(*chain)) is ExecutionStrategy.SEQUENTIAL
    assert chosen(workflow(*chain, {"id": "d", "needs": ["b"]})) is ExecutionStrategy.PARALLEL
    assert chosen(workflow({"id": "a", "priority": 1}, {"id": "b"})) is ExecutionStrategy.PRIORITY


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

    assert sorted("fedcba", key=priority(definition, Graph.of(definition)).key) == ["e", "a", "b", "d", "c", "f"]


def test_other_strategies_take_the_documents_order() -> None:
    definition = workflow({"id": "b", "priority": -5}, {"id": "a", "priority": 5})

    assert sorted("ab", key=parallel(definition, Graph.of(definition)).key) == ["b", "a"]


@pytest.mark.feature("D08", "D23")
def test_how_many_steps_run_at_once() -> None:
    definition = workflow({"id": "a"})
    one_by_one = workflow({"id": "a"}, parallel_execution=False, max_concurrent_steps=9)

    assert parallel(definition, Graph.of(definition)).places == 3
    assert sequential(definition, Graph.of(definition)).places == 1
    assert priority(one_by_one, Graph.of(one_by_one)).places == 1


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Packages as a package manager would leave them: code, and a list of entry points."""

    def install(entry: str) -> None:
        about = tmp_path / "strategies-1.0.dist-info"
        about.mkdir(exist_ok=True)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: strategies\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\n{entry}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    yield install
    sys.modules.pop("shortest_first", None)


@pytest.mark.feature("W11")
async def test_a_package_brings_a_strategy_that_workflows_name(
    bench: Callable[..., Any], installed: Callable[[str], None]
) -> None:
    installed("acme.shortest_first = shortest_first:shortest_first")
    made = bench()
    steps = [{"id": each, "action": "set", "timeout": limit} for each, limit in (("slow", 90), ("quick", 5))]
    outcome = await made.run({"strategy": "acme.shortest_first", "max_concurrent_steps": 2, "steps": steps})

    assert installed_names() == ("acme.shortest_first",)
    assert outcome.status is JobStatus.COMPLETED
    assert made.actions.order == ["quick", "slow"]
    assert max(map(len, made.actions.together)) == 1


@pytest.mark.feature("W11")
async def test_a_strategy_that_is_not_there_or_does_not_work_fails_the_run_with_a_sentence(
    bench: Callable[..., Any], installed: Callable[[str], None]
) -> None:
    outcome = await bench().run({"strategy": "acme.unknown", "steps": [{"id": "a", "action": "set"}]})
    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert outcome.error.message == "strategy: The strategy 'acme.unknown' is not installed on this robot."

    installed("acme.broken = shortest_first:nothing")
    definition = workflow({"id": "a"}, strategy="acme.broken")
    with pytest.raises(WorkflowError, match="cannot be loaded: AttributeError"):
        plan_for(definition, Graph.of(definition))
