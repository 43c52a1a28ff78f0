"""Performs the actions of one level of a run: a step that runs a workflow is the level's own business."""

from collections.abc import Awaitable, Callable

from orchestrator.contract.patterns import SUB_WORKFLOW
from orchestrator.contract.results import Artifact
from robot.workflow.ports import ActionCall, ActionOutcome, Actions


class SubActions:
    """Implements `robot.workflow.ports.Actions` over another one."""

    def __init__(self, actions: Actions, run_workflow: Callable[[ActionCall], Awaitable[ActionOutcome]]) -> None:
        self._actions = actions
        self._run_workflow = run_workflow

    async def perform(self, call: ActionCall) -> ActionOutcome:
        """Do it. Raises ActionError, and InterruptedStepError for a workflow that stopped midway."""
        if call.action == SUB_WORKFLOW:
            return await self._run_workflow(call)
        return await self._actions.perform(call)

    async def twin(self, session: str | None, name: str) -> bool:
        """A further session beside one."""
        return await self._actions.twin(session, name)

    async def end_twin(self, name: str) -> None:
        """Give that session back."""
        await self._actions.end_twin(name)

    async def describe_failure(self, call: ActionCall) -> tuple[Artifact, ...]:
        """What the page looked like; the step inside that failed has shown it already."""
        return () if call.action == SUB_WORKFLOW else await self._actions.describe_failure(call)
