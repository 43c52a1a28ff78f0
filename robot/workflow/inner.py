"""The workflows that steps of one level run: begun or gone on with, kept in their time, and told of in checkpoints."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from orchestrator.contract.checkpoints import SubProgress
from orchestrator.contract.errors import ErrorInfo, ErrorKind, WorkflowError
from orchestrator.contract.expectations import Doubt
from orchestrator.contract.expressions import Scope
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.sub_workflows import SEPARATOR, Callee
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow import Step, WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.callees import Callees
from robot.workflow.control import RunControl
from robot.workflow.graph import Graph
from robot.workflow.iteration import Iteration
from robot.workflow.outputs import outputs_of
from robot.workflow.ports import ActionCall, ActionOutcome
from robot.workflow.progress import RunProgress
from robot.workflow.report import MAX_STEP_VALUE_BYTES, inner_results
from robot.workflow.step import StepRunner


class AnyLevel(Protocol):
    """One workflow of a run with all its passes: `robot.workflow.level.Level`, which is made of these in turn."""

    definition: WorkflowDefinition
    graph: Graph
    progress: RunProgress
    control: RunControl
    known: dict[str, SubProgress]
    callees: Callees
    current: Iteration | None
    doubts: list[Doubt]
    inner: "InnerRuns"
    prefix: str
    begun_s: float
    error: ErrorInfo | None

    def inside(self, callee: Callee, caller: Step, variables: dict[str, JsonValue]) -> "AnyLevel": ...
    def so_far(self) -> SubProgress: ...
    def go_on_with(self, progress: SubProgress | None) -> None: ...
    def leaves(self) -> Iterable[Step]: ...
    def may_retry(self) -> bool: ...
    async def run(self, runner: StepRunner) -> None: ...
    def close(self, why: str, kind: ErrorKind) -> None: ...
    def results(self) -> tuple[StepResult, ...]: ...
    def scope(self) -> Scope: ...
    def judge(self, now_s: float) -> None: ...


@dataclass(slots=True)
class InnerRuns:
    """Those of the current pass of the level `around` them."""

    around: AnyLevel
    gathered: dict[str, dict[str, tuple[StepResult, ...]]] = field(default_factory=dict)
    """What the steps of those did that have ended, by the step's id and the path."""
    _under_way: dict[str, AnyLevel] = field(default_factory=dict)
    """By path: of steps that run, that stopped midway, or that failed."""

    def clear(self) -> None:
        """Another pass begins."""
        self._under_way.clear()
        self.gathered.clear()

    def of(self, step_id: str) -> Iterator[AnyLevel]:
        """The workflows that a step of the level runs, one for each input of a fan-out."""
        return (sub for path, sub in self._under_way.items() if self._owner(path) == step_id)

    def so_far(self) -> dict[str, SubProgress]:
        """Of those whose steps run again when the run goes on from here, by path."""
        found: dict[str, SubProgress] = {}
        current = self.around.current
        done = {each.step_id for each in current.kept_results()} if self._under_way and current else set()
        for path, sub in self._under_way.items():
            if self._owner(path) not in done:
                found |= {path: sub.so_far(), **sub.inner.so_far()}
        return found

    async def run(self, call: ActionCall, runner: StepRunner) -> ActionOutcome:
        """Run the workflow that a step calls; its outputs. Raises ActionError, InterruptedStepError."""
        path, owner, around = call.step_id, self._owner(call.step_id), self.around
        sub = self._prepared(call, around.graph.steps[owner])
        sub.begun_s = runner.clock.monotonic()
        self._under_way[path] = sub
        around.progress.inner[path] = sub.progress
        inside = replace(
            runner, tell=sub.progress.tell, log=sub.progress.log, may_retry=sub.may_retry, prefix=sub.prefix
        )
        try:
            await _run_within(sub, call.timeout_s, inside)
            outputs = _given(sub)
            sub.judge(runner.clock.monotonic())
            around.doubts += [each.model_copy(update={"step_id": each.step_id or path}) for each in sub.doubts]
        except asyncio.CancelledError:
            sub.close("It was stopped.", ErrorKind.CANCELLED)
            raise
        finally:
            around.progress.inner.pop(path, None)
            self.gathered.setdefault(owner, {})[path] = inner_results(sub.results())
        del self._under_way[path]
        return ActionOutcome(value=outputs)

    def _owner(self, path: str) -> str:
        """The step of the level that a path belongs to: an input of a fan-out is called `rows[3]`."""
        return path if path in self.around.graph.steps else path.rpartition("[")[0]

    def _prepared(self, call: ActionCall, step: Step) -> AnyLevel:
        callee = self.around.callees.find(step)
        if callee is None:
            message = f"The job's definition has no workflow {step.parameters.get('workflow')!r}; save it once more."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        caller = step.model_copy(update={"id": call.step_id, "session": call.session})
        try:
            given = call.parameters.get("variables")
            variables = check_variables(callee.definition, given if isinstance(given, dict) else {})
            sub = self.around.inside(callee, caller, variables)
        except WorkflowError as error:
            message = f"{callee.definition.name}: {error.message}"
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None
        self.around.control.keep_secret(callee.definition, variables)
        sub.go_on_with(self._remembered(call))
        return sub

    def _remembered(self, call: ActionCall) -> SubProgress | None:
        """How far the called workflow was; nothing for a further try of the step, which begins anew."""
        known = self.around.known
        stopped = self._under_way.pop(call.step_id, None)
        if call.attempt > 1:
            for path in [each for each in known if _is_at(each, call.step_id)]:
                del known[path]
            return None
        if stopped is not None:
            known.update(stopped.inner.so_far())
            return stopped.so_far()
        return known.pop(call.step_id, None)


async def _run_within(sub: AnyLevel, limit_s: float, runner: StepRunner) -> None:
    """Run it in its time. ActionError when it failed or took too long."""
    limit_s = min(limit_s, sub.definition.timeout_s or limit_s)
    limit = asyncio.timeout(limit_s)
    try:
        async with limit:
            with sub.control.limited_by(limit):
                await sub.run(runner)
    except TimeoutError:
        message = f"{sub.definition.name} did not end within {limit_s:g} s{sub.progress.running_titles()}."
        sub.close("The time of the workflow was over.", ErrorKind.TIMEOUT)
        hint = "Give the step, or the workflow, a longer `timeout`."
        info = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, hint=hint, details={"cut_off": True})
        raise ActionError(info) from None
    if sub.error is not None:
        details = {**sub.error.details, **({"step": sub.error.step_id} if sub.error.step_id else {})}
        message = f"{sub.definition.name}: {sub.error.message}"
        raise ActionError(sub.error.model_copy(update={"message": message[:16_384], "details": details}))


def _given(sub: AnyLevel) -> dict[str, JsonValue]:
    outputs, problem = outputs_of(sub.definition, sub.graph, sub.scope(), prefix=sub.prefix, most=MAX_STEP_VALUE_BYTES)
    if problem is not None:
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{sub.definition.name}: {problem}")
    return outputs


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith((place + SEPARATOR, place + "["))
