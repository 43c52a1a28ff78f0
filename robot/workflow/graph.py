"""A workflow's steps as a graph, and the order in which a strategy takes those that are ready."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import ExecutionStrategy, Step, WorkflowDefinition
from orchestrator.contract.workflow_graph import circles, dependents, topological_order

OrderKey = Callable[[str], tuple[int, ...]]
"""Sorts ready steps: the smallest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Steps by id, in the order of the document, and who waits for whom."""

    steps: Mapping[str, Step]
    needs: Mapping[str, tuple[str, ...]]
    followers: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, definition: WorkflowDefinition) -> Self:
        """The graph of a resolved definition; WorkflowError when steps wait for each other in a circle."""
        needs = {step.id: step.dependencies for step in definition.steps}
        found = circles(needs)
        if found:
            raise WorkflowError.one(f"The steps wait for each other: {' -> '.join(found[0][:20])}.", step=found[0][0])
        return cls(
            steps={step.id: step for step in definition.steps},
            needs=needs,
            followers={step_id: tuple(each) for step_id, each in dependents(needs).items()},
        )

    @property
    def order(self) -> tuple[str, ...]:
        """Every step after those that it waits for."""
        return tuple(topological_order(self.needs))

    @property
    def leaves(self) -> tuple[str, ...]:
        """The steps that nothing waits for, in the order of the document."""
        return tuple(step_id for step_id in self.steps if not self.followers[step_id])

    @property
    def is_chain(self) -> bool:
        """True when at no time more than one step can be ready."""
        order = self.order
        return all(before in self.needs[after] for before, after in pairwise(order))


def chosen_strategy(definition: WorkflowDefinition, graph: Graph) -> ExecutionStrategy:
    """What `adaptive` means for this graph; any other strategy is taken at its word."""
    if definition.strategy is not ExecutionStrategy.ADAPTIVE:
        return definition.strategy
    if len({step.priority for step in definition.steps}) > 1:
        return ExecutionStrategy.PRIORITY
    return ExecutionStrategy.SEQUENTIAL if graph.is_chain else ExecutionStrategy.PARALLEL


def places_for(definition: WorkflowDefinition, strategy: ExecutionStrategy) -> int:
    """How many steps may run at once."""
    if strategy is ExecutionStrategy.SEQUENTIAL or not definition.parallel_execution:
        return 1
    return definition.max_concurrent_steps


def order_key(strategy: ExecutionStrategy, steps: Iterable[Step]) -> OrderKey:
    """The sort key of a strategy: the document's order, or priority first with groups kept together."""
    known = list(steps)
    place = {step.id: number for number, step in enumerate(known)}
    if strategy is not ExecutionStrategy.PRIORITY:
        return lambda step_id: (place[step_id],)
    group_place: dict[str, int] = {}
    for step in known:
        group_place.setdefault(step.parallel_group or step.id, place[step.id])
    keys = {step.id: (-step.priority, group_place[step.parallel_group or step.id], place[step.id]) for step in known}
    return keys.__getitem__
