"""Makes definitions complete: the saved workflows that steps run are put into them, in the version that counts now.

So a job runs what was newest when it was submitted, to its end, also on another robot and after a resume.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.sub_workflows import Call, calls_of
from orchestrator.contract.workflow import LinkedWorkflow, Step, WorkflowDefinition
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.errors import InvalidRequestError, NotFoundError

FindNewest = Callable[[str], Awaitable[WorkflowVersion]]
FindPinned = Callable[[str, int | str], Awaitable[WorkflowVersion]]
KnownNames = Callable[[], Awaitable[Iterable[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A workflow that is being made complete, and that what it runs must therefore not run."""

    name: str
    workflow_id: str | None


class _CircleError(Exception):
    """A way that leads back to a workflow that it began with, in a sentence."""


class Linker:
    """Looks up what steps run. Nothing is stored."""

    def __init__(self, newest: FindNewest, pinned: FindPinned, names: KnownNames) -> None:
        self._newest = newest
        self._pinned = pinned
        self._names = names

    async def linked(
        self, definition: WorkflowDefinition, around: tuple[Around, ...]
    ) -> tuple[WorkflowDefinition, list[Problem]]:
        """The definition with all that its steps run; what cannot be had is named, and left as it was linked before.

        `around` are the workflows that lead here, the last of them the definition itself.
        """
        problems: list[Problem] = []
        found: dict[str, LinkedWorkflow] = {}
        for field, step, call in calls_of(definition):
            if call.reference in found or "${{" in call.workflow:
                continue
            known = definition.linked.get(call.reference)
            try:
                link = await self._link(call, known, around)
            except _CircleError as circle:
                if len(around) > 1:
                    raise
                link = str(circle)
            if isinstance(link, LinkedWorkflow):
                found[call.reference] = link
                continue
            problems.append(_problem(link, field, step))
            if known is not None:
                found[call.reference] = known
        if not found and not definition.linked:
            return definition, problems
        return definition.model_copy(update={"linked": found}), problems

    async def _link(self, call: Call, known: LinkedWorkflow | None, around: tuple[Around, ...]) -> LinkedWorkflow | str:
        """What the call means now, or why it means nothing; _CircleError when it leads back."""
        try:
            version = await self._found(call, known)
        except NotFoundError as error:
            near = nearest(error.wanted, await self._names()) if error.kind == "workflow" else ""
            return f"{error}{near} Save it before its caller, or write it into `workflows` of this file."
        except InvalidRequestError as error:
            return str(error)
        name = version.definition.name
        if any(each.workflow_id == version.workflow_id or each.name == name for each in around):
            way = " -> ".join([*(each.name for each in around), name])
            raise _CircleError(
                f"The workflow would run inside itself, without an end: {way}. Remove one of these calls."
            )
        if call.version is not None:
            return _link_to(version, version.definition)
        inner = Around(name=name, workflow_id=version.workflow_id)
        complete, _ = await self.linked(version.definition, (*around, inner))
        return _link_to(version, complete)

    async def _found(self, call: Call, known: LinkedWorkflow | None) -> WorkflowVersion:
        if call.version is not None:
            return await self._pinned(call.workflow, call.version)
        try:
            return await self._newest(call.workflow)
        except NotFoundError:
            if known is None:
                raise
            return await self._newest(known.workflow_id)  # it has another name now


def changes_of(before: WorkflowDefinition, after: WorkflowDefinition) -> str:
    """What is linked anew, in a sentence for the history."""
    numbers = {name: each.number for name, each in before.linked.items()}
    moved = [
        f"{name!r} in version {each.number}" for name, each in after.linked.items() if numbers.get(name) != each.number
    ]
    return f"Runs {', '.join(moved)} now." if moved else "Runs what its workflows run now."


def _link_to(version: WorkflowVersion, definition: WorkflowDefinition) -> LinkedWorkflow:
    return LinkedWorkflow(workflow_id=version.workflow_id, number=version.number, definition=definition)


def _problem(message: str, field: str, step: Step) -> Problem:
    return Problem(message=message, field=f"{field}.parameters.workflow", step=step.id)
