"""Execution strategies: in which order ready steps start, and how many run at once.

A strategy is a function of the workflow and its graph, asked once at the beginning of a run. Packages bring their own
by an entry point of the group `botswain.strategies` whose name has a dot, such as `acme.shortest_first`; a workflow
names it as its `strategy`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import pairwise

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import ExecutionStrategy, WorkflowDefinition
from robot.workflow.graph import Graph

GROUP = "botswain.strategies"

OrderKey = Callable[[str], tuple[float, ...]]
"""Gives a step's id its place among the ready ones: the smallest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a strategy decided for one pass."""

    places: int
    """How many steps may run at once."""
    key: OrderKey


Strategy = Callable[[WorkflowDefinition, Graph], Plan]


def sequential(_: WorkflowDefinition, graph: Graph) -> Plan:
    """One at a time, the first in the document first."""
    return Plan(places=1, key=_in_order(graph))


def parallel(definition: WorkflowDefinition, graph: Graph) -> Plan:
    """As many as the workflow allows, the first in the document first."""
    return Plan(places=_places(definition), key=_in_order(graph))


def priority(definition: WorkflowDefinition, graph: Graph) -> Plan:
    """The highest priority first; steps of one group stay together."""
    place = {step_id: number for number, step_id in enumerate(graph.steps)}
    group_place: dict[str, int] = {}
    for step in graph.steps.values():
        group_place.setdefault(step.parallel_group or step.id, place[step.id])
    keys = {
        step.id: (-step.priority, group_place[step.parallel_group or step.id], place[step.id])
        for step in graph.steps.values()
    }
    return Plan(places=_places(definition), key=keys.__getitem__)


def adaptive(definition: WorkflowDefinition, graph: Graph) -> Plan:
    """Whatever fits the graph."""
    return _OWN[adapted(graph)](definition, graph)


def adapted(graph: Graph) -> ExecutionStrategy:
    """Priority where priorities differ, sequential for a chain, otherwise parallel."""
    if len({step.priority for step in graph.steps.values()}) > 1:
        return ExecutionStrategy.PRIORITY
    return ExecutionStrategy.SEQUENTIAL if _is_chain(graph) else ExecutionStrategy.PARALLEL


_OWN: dict[ExecutionStrategy, Strategy] = {
    ExecutionStrategy.SEQUENTIAL: sequential,
    ExecutionStrategy.PARALLEL: parallel,
    ExecutionStrategy.PRIORITY: priority,
    ExecutionStrategy.ADAPTIVE: adaptive,
}


def plan_for(definition: WorkflowDefinition, graph: Graph) -> Plan:
    """What the workflow's strategy decides; WorkflowError when it is not installed here, or cannot decide."""
    named = definition.strategy
    if isinstance(named, ExecutionStrategy):
        return _OWN[named](definition, graph)
    strategy = _installed(named)
    try:
        plan = strategy(definition, graph)
        for step_id in graph.steps:
            plan.key(step_id)
    except Exception as error:
        # what a foreign package does is its own; the run says whose fault it was
        raise _unusable(named, f"failed: {type(error).__name__}: {error}") from error
    return Plan(places=max(1, plan.places), key=plan.key)


def installed_names() -> tuple[str, ...]:
    """The strategies that packages bring to this robot."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP) if "." in entry.name))


def _installed(name: str) -> Strategy:
    for entry in entry_points(group=GROUP, name=name):
        try:
            found: Strategy = entry.load()
        except Exception as error:  # what a foreign package does when it is imported is its own
            raise _unusable(name, f"cannot be loaded: {type(error).__name__}: {error}") from error
        return found
    raise _unusable(name, "is not installed on this robot")


def _unusable(name: str, why: str) -> WorkflowError:
    return WorkflowError.one(f"The strategy {name!r} {why}."[:2_000], field="strategy")


def _places(definition: WorkflowDefinition) -> int:
    return definition.max_concurrent_steps if definition.parallel_execution else 1


def _in_order(graph: Graph) -> OrderKey:
    place = {step_id: (number,) for number, step_id in enumerate(graph.steps)}
    return place.__getitem__


def _is_chain(graph: Graph) -> bool:
    """True when at no time more than one step can be ready."""
    return all(before in graph.needs[after] for before, after in pairwise(graph.order))
