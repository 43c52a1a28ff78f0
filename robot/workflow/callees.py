"""What the steps of one workflow run when they run other workflows, and what that needs of sessions."""

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.sub_workflows import Callee, InnerStep, Workflows, all_steps, call_of, is_safe
from orchestrator.contract.workflow import Step

MAIN_SESSION = "main"


class Callees:
    """Looks called workflows up, for the steps of one level of a run."""

    def __init__(self, workflows: Workflows, catalogue: Mapping[str, ActionSpec]) -> None:
        self._workflows = workflows
        self._catalogue = catalogue
        self._sessions: dict[str, frozenset[str]] = {}

    def find(self, step: Step) -> Callee | None:
        """The workflow that the step runs; None when the definition has not got it."""
        call = call_of(step)
        return self._workflows.find(call) if call is not None else None

    def spec_of(self, step: Step) -> ActionSpec | None:
        """What is known of the step's action; of a step that runs a workflow, as the steps inside are."""
        spec = self._catalogue.get(step.action)
        callee = self.find(step) if step.runs_workflow else None
        if spec is None or callee is None:
            return spec
        leaves = [each for each in all_steps(callee.definition, callee.workflows) if each.callee is None]
        return replace(
            spec,
            needs_browser=any(map(self._holds_session, leaves)),
            safe_to_repeat=all(is_safe(each, self._is_safe_action) for each in leaves),
        )

    def sessions_of(self, step: Step) -> frozenset[str]:
        """The sessions that nobody else may use while the step runs; an action that nobody knows is taken to need one.

        A step that runs a workflow holds all of those that the workflow works in, from its beginning to its end.
        """
        if step.id not in self._sessions:
            self._sessions[step.id] = frozenset(self._held_by(step))
        return self._sessions[step.id]

    def _held_by(self, step: Step) -> set[str]:
        own = step.session or MAIN_SESSION
        callee = self.find(step) if step.runs_workflow else None
        if callee is None:
            return {own} if self._holds_session(InnerStep(path=step.id, step=step)) else set()
        inner = [each for each in all_steps(callee.definition, callee.workflows) if each.callee is None]
        return {_session_of(each, own) for each in inner if self._holds_session(each)}

    def _holds_session(self, each: InnerStep) -> bool:
        spec = self._catalogue.get(each.step.action)
        return spec is None or (spec.needs_browser and spec.exclusive_session)

    def _is_safe_action(self, action: str) -> bool:
        spec = self._catalogue.get(action)
        return spec is not None and spec.safe_to_repeat


def _session_of(each: InnerStep, own: str) -> str:
    """The step's session, else that of the nearest step around it that names one."""
    named = (around.session for around in (each.step, *reversed(each.containers)))
    return next((name for name in named if name), own)
