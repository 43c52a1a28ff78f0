"""A workflow's steps as a graph: who waits for whom, who decides about whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.contract.workflow_graph import circles, dependents, topological_order
from orchestrator.contract.workflow_references import choosers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Steps by id, in the order of the document, and who waits for whom."""

    steps: Mapping[str, Step]
    needs: Mapping[str, tuple[str, ...]]
    followers: Mapping[str, tuple[str, ...]]
    choosers: Mapping[str, tuple[str, ...]]
    """By step: the choices that it is a branch of."""

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
            choosers=choosers_of(definition),
        )

    @property
    def order(self) -> tuple[str, ...]:
        """Every step after those that it waits for."""
        return tuple(topological_order(self.needs))

    @property
    def leaves(self) -> tuple[str, ...]:
        """The steps that nothing waits for, in the order of the document."""
        return tuple(step_id for step_id in self.steps if not self.followers[step_id])
