"""Sub-workflows: steps that run another workflow inside the same run, and how such definitions are looked through.

A definition that a job is pinned to is complete: what its steps call stands in it, so that a run that goes on later, on
whatever robot, runs the very same. Saved workflows are put into `linked` when their caller is saved or submitted;
`workflows` are the file's own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import MAX_STEPS, LinkedWorkflow, Step, WorkflowDefinition

MAX_NESTING = 8
"""Workflows inside each other, the outermost one counted."""
SEPARATOR = "/"
"""Between the step that runs a workflow and the step inside: `log_in/open`."""


class Call(BaseModel):
    """What a step says about the workflow that it runs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workflow: str = Field(min_length=1, max_length=500)
    version: int | str | None = None
    variables: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The key under which the called version is linked."""
        return self.workflow if self.version is None else f"{self.workflow}@{self.version}"


def call_of(step: Step) -> Call | None:
    """What the step runs; None for other steps, and for one whose parameters cannot be read."""
    if not step.runs_workflow:
        return None
    said: dict[str, Any] = step.parameters
    variables = said.get("variables")
    try:
        return Call.model_validate({**said, "variables": variables if isinstance(variables, dict) else {}})
    except ValueError:
        return None


def is_safe(each: "InnerStep", is_safe_action: Callable[[str], bool]) -> bool:
    """Whether a step may be repeated: in the words of the outermost step that says so, else as its action is."""
    return each.is_said_safe if each.is_said_safe is not None else is_safe_action(each.step.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflows:
    """What the sub-workflow steps of a definition can run."""

    own: Mapping[str, WorkflowDefinition]
    """Of the file itself, and of the files' workflows around it."""
    linked: Mapping[str, LinkedWorkflow]

    @classmethod
    def of(cls, definition: WorkflowDefinition) -> Self:
        """Of a definition that nothing stands around."""
        return cls(own=definition.workflows, linked=definition.linked)

    def inside(self, definition: WorkflowDefinition) -> "Workflows":
        """What the steps of one of the file's own workflows can run."""
        return Workflows(own={**self.own, **definition.workflows}, linked={**self.linked, **definition.linked})

    def find(self, call: Call) -> "Callee | None":
        """The workflow that is called, and what it can run in turn; a file's own goes before a saved one."""
        own = self.own.get(call.workflow) if call.version is None else None
        if own is not None:
            return Callee(definition=own, workflows=self.inside(own))
        linked = self.linked.get(call.reference)
        if linked is None:
            return None
        return Callee(definition=linked.definition, workflows=Workflows.of(linked.definition))


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """A workflow that a step runs."""

    definition: WorkflowDefinition
    workflows: Workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerStep:
    """A step, wherever in a workflow it stands."""

    path: str
    """`log_in/open`: the ids of the steps that lead there."""
    step: Step
    callee: Callee | None = None
    """What it runs, when it runs a workflow that is there."""
    containers: tuple[Step, ...] = ()
    """The steps that lead there, the outermost first."""

    @property
    def is_said_safe(self) -> bool | None:
        """Whether it may be repeated, in the words of the outermost step that says so; None where none does."""
        said = (each.safe_to_repeat for each in (*self.containers, self.step))
        return next((each for each in said if each is not None), None)


def all_steps(definition: WorkflowDefinition, workflows: Workflows | None = None) -> Iterator[InnerStep]:
    """Every step of a definition and of what it runs, each before those inside it.

    It ends after `MAX_STEPS` steps, does not go deeper than `MAX_NESTING`, and enters no workflow inside itself.
    """
    walk = _walk(definition, workflows or Workflows.of(definition), (), (definition,), "")
    for _, each in zip(range(MAX_STEPS + 1), walk, strict=False):
        yield each


def _walk(
    definition: WorkflowDefinition,
    workflows: Workflows,
    containers: tuple[Step, ...],
    around: tuple[WorkflowDefinition, ...],
    prefix: str,
) -> Iterator[InnerStep]:
    for step in definition.steps:
        call = call_of(step)
        callee = workflows.find(call) if call is not None else None
        path = prefix + step.id
        yield InnerStep(path=path, step=step, callee=callee, containers=containers)
        if callee is None or len(around) >= MAX_NESTING or any(each is callee.definition for each in around):
            continue
        inner = (*containers, step), (*around, callee.definition), path + SEPARATOR
        yield from _walk(callee.definition, callee.workflows, *inner)


def placed(definition: WorkflowDefinition, caller: Step) -> WorkflowDefinition:
    """The definition as its caller runs it: its steps' ids begin with the caller's, those without a session work in
    the caller's, and what the caller says about repeating goes for all of them."""
    prefix = caller.id + SEPARATOR

    def inside(step: Step) -> Step:
        ids: dict[str, object] = {
            "id": prefix + step.id,
            "name": step.title,
            "dependencies": tuple(prefix + each for each in step.dependencies),
            "then": tuple(prefix + each for each in step.then),
            "otherwise": tuple(prefix + each for each in step.otherwise),
            "session": step.session or caller.session,
        }
        if caller.safe_to_repeat is not None:
            ids["safe_to_repeat"] = caller.safe_to_repeat
        return step.model_copy(update=ids)

    return definition.model_copy(update={"steps": tuple(map(inside, definition.steps))})


def calls_of(definition: WorkflowDefinition) -> Iterator[tuple[str, Step, Call]]:
    """Every step of the file, those of its own workflows included, that runs a workflow that the file has not got: its
    place, such as `workflows.log_in.steps[2]`, the step, and what it calls."""
    if definition.workflows or any(step.runs_workflow for step in definition.steps):
        yield from _calls(definition, frozenset(definition.workflows), "", 1)


def _calls(
    definition: WorkflowDefinition, own: frozenset[str], where: str, depth: int
) -> Iterator[tuple[str, Step, Call]]:
    for place, step in enumerate(definition.steps):
        call = call_of(step)
        if call is not None and (call.version is not None or call.workflow not in own):
            yield f"{where}steps[{place}]", step, call
    if depth < MAX_NESTING:
        for name, inner in definition.workflows.items():
            yield from _calls(inner, own | inner.workflows.keys(), f"{where}workflows.{name}.", depth + 1)
