"""One pass through all steps of a workflow: what is ready, what runs, what each end means for the others."""

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.expressions import Scope
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import FAIL_FAST_PRIORITY, FanOutProgress
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import OnError, Step, WorkflowDefinition
from robot.workflow.branches import why_unchosen, with_results
from robot.workflow.callees import Callees
from robot.workflow.control import RunControl
from robot.workflow.fan_out import FanOut, InputsDone
from robot.workflow.graph import Graph
from robot.workflow.passes import Pass
from robot.workflow.progress import RunProgress
from robot.workflow.recovery import RunRecovery
from robot.workflow.report import gathered
from robot.workflow.step import StepRunner
from robot.workflow.strategies import Plan


@dataclass(slots=True, kw_only=True)
class Iteration:
    """The state of one pass. All of it changes on the event loop's thread, between two awaits."""

    definition: WorkflowDefinition
    graph: Graph
    plan: Plan
    variables: dict[str, JsonValue]
    """Shared by all iterations: `save_as` writes into it."""
    number: int
    catalogue: Mapping[str, ActionSpec]
    progress: RunProgress
    runner: StepRunner
    control: RunControl
    this: Pass
    callees: Callees
    recovery: RunRecovery | None = None
    inner: Mapping[str, Mapping[str, tuple[StepResult, ...]]] = field(default_factory=dict)
    """What steps of workflows did that this one's steps run, by the step's id and the path."""
    prefix: str = ""
    """Of the steps' ids; expressions do not see it."""
    may_start: Callable[[], bool] = field(default=lambda: True)
    """False when what is around this workflow is stopping."""
    results: dict[str, StepResult] = field(default_factory=dict)
    failure: ErrorInfo | None = None
    """Of the first critical step that failed."""
    is_stopping: bool = False
    """True when nothing new may start."""
    _seen: dict[str, JsonValue] = field(default_factory=dict)
    _open_needs: dict[str, int] = field(default_factory=dict)
    _ready: list[str] = field(default_factory=list)
    _running: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    _sessions: set[str] = field(default_factory=set)
    _inputs: dict[str, InputsDone] = field(default_factory=dict)
    _in_group: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._open_needs = {step_id: len(needs) for step_id, needs in self.graph.needs.items()}
        self._ready = sorted((step_id for step_id, needs in self._open_needs.items() if not needs), key=self.plan.key)

    def take_over(self, results: Iterable[StepResult], inputs: Mapping[str, FanOutProgress]) -> None:
        """Begin with the results of a checkpoint: their steps, and those inputs of others, do not run again."""
        self._inputs = {step_id: InputsDone.of(each) for step_id, each in inputs.items()}
        for result in results:
            if result.step_id in self.graph.steps:
                self._see(result)
                self.progress.taken_over(result)
        self._open_needs = {
            step_id: sum(need not in self.results for need in needs) for step_id, needs in self.graph.needs.items()
        }
        open_steps = (step_id for step_id, needs in self._open_needs.items() if not needs)
        self._ready = sorted((each for each in open_steps if each not in self.results), key=self.plan.key)

    @property
    def is_midway(self) -> bool:
        """True when it has stopped, as a pause wants it, while there are steps to run."""
        return not self.is_stopping and len(self.results) < len(self.graph.steps)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the steps that run now."""
        return tuple(self._running)

    def kept_results(self) -> tuple[StepResult, ...]:
        """The results that a checkpoint keeps: all but those of critical steps that failed, and of what waits for
        them."""
        again = {each for each, found in self.results.items() if self._is_harm(found)}
        waiting = list(again)
        while waiting:
            followers = [each for each in self.graph.followers[waiting.pop()] if each in self.results]
            waiting.extend(each for each in followers if each not in again)
            again.update(followers)
        return tuple(result for result in self.ordered_results() if result.step_id not in again)

    def _is_harm(self, result: StepResult) -> bool:
        return result.status is StepStatus.FAILED and self.graph.steps[result.step_id].critical

    def inputs_done(self) -> dict[str, FanOutProgress]:
        """What a checkpoint keeps of fan-outs that are not done."""
        ended = {step_id for step_id, each in self.results.items() if each.status is not StepStatus.FAILED}
        return {step_id: each.progress for step_id, each in self._inputs.items() if step_id not in ended and each.done}

    async def run(self) -> None:
        """Run until every step has a result, or nothing new may start and nothing runs any more; after a pause that
        was taken back, again."""
        async with asyncio.TaskGroup() as group:
            self._start_what_can(group)
        if self._is_going_back or (self.is_midway and self.control.wants_pause and self.may_start()):
            return
        if len(self.results) < len(self.graph.steps):
            self._stop_short()

    def _stop_short(self) -> None:
        """Steps are left that will not run."""
        if self.failure is None and self.this.nothing_left:
            self._skip_the_rest("There was nothing left to do.")
            return
        if self.failure is None:
            message = "The workflow was not run to its end, since the run around it was stopping."
            self.failure = ErrorInfo(kind=ErrorKind.CANCELLED, message=message)
            self._skip_the_rest("The run was stopping before it.")
            return
        self._skip_the_rest(f"The run stopped before it, since step {self.failure.step_id!r} failed.")

    def close(self, why: str, kind: ErrorKind) -> None:
        """After the steps were cancelled: give each step without a result one that says why."""
        for step_id, (started_at, begun_at) in list(self._running.items()):
            self._keep(self._stopped(self.graph.steps[step_id], started_at, begun_at, why, kind))
        self._running.clear()
        self._skip_the_rest(why)

    def scope(self, stage: str = "") -> Scope:
        """What expressions see now; `stage` is the step that asks."""
        run: dict[str, JsonValue] = {
            "workflow": self.definition.name,
            "iteration": self.number,
            "iterations": self.definition.iterations,
            "stage": stage,
            "metadata": self.definition.metadata,
        }
        return Scope(steps=self._seen, variables=self.variables, iteration=self.number, run=run)

    def ordered_results(self) -> tuple[StepResult, ...]:
        """The results so far in the order of the document."""
        return tuple(self.results[step_id] for step_id in self.graph.steps if step_id in self.results)

    def _start_what_can(self, group: asyncio.TaskGroup) -> None:
        """Start ready steps, best first, while there are places and their sessions are free."""
        self.is_stopping = self.is_stopping or self.this.nothing_left
        if self.graph.choosers and not self.is_stopping:
            self._skip_unchosen()
        for step_id in tuple(self._ready):
            if self._may_start_nothing or len(self._running) >= self.plan.places:
                return
            step = self.graph.steps[step_id]
            sessions = self.callees.sessions_of(step)
            if self._sessions.isdisjoint(sessions) and self._has_room(step.parallel_group):
                self._ready.remove(step_id)
                self._start(group, step, sessions)

    @property
    def _may_start_nothing(self) -> bool:
        return self.is_stopping or self.control.wants_pause or not self.may_start()

    def _has_room(self, group: str | None) -> bool:
        terms = self.definition.parallel_groups.get(group) if group is not None else None
        if terms is None or group is None or terms.max_concurrent is None:
            return True
        return self._in_group[group] < terms.max_concurrent

    def _start(self, group: asyncio.TaskGroup, step: Step, sessions: frozenset[str]) -> None:
        self._running[step.id] = (self.runner.clock.now(), self.runner.clock.monotonic())
        self._sessions |= sessions
        if step.parallel_group is not None:
            self._in_group[step.parallel_group] += 1
        self.progress.started(step)
        group.create_task(self._run_step(group, step, sessions), name=f"step {step.id}")

    async def _run_step(self, group: asyncio.TaskGroup, step: Step, sessions: frozenset[str]) -> None:
        result = await self._result_of(step)
        del self._running[step.id]
        self._sessions -= sessions
        if step.parallel_group is not None:
            self._in_group[step.parallel_group] -= 1
        if result is None:
            self._put_back(step)
            self._start_what_can(group)
            return
        if self.recovery is None or self.recovery.rollback_for != step.id:
            self._settle(step, result)
        if self._is_going_back:
            self.is_stopping = True
            return
        was_healed = self.recovery is not None and self.recovery.was_healed(step.id)
        await self.control.step_ended(step, result, was_healed=was_healed)
        self._start_what_can(group)

    async def _result_of(self, step: Step) -> StepResult | None:
        """The step's result; None for a fan-out, or a workflow, that a pause has interrupted."""
        spec = self.callees.spec_of(step) if step.runs_workflow else self.catalogue.get(step.action)
        scope = self.scope(step.title)
        if step.for_each is None:
            return await self.runner.run(step, scope, spec)
        fan_out = FanOut(
            step=step,
            loop=step.for_each,
            spec=spec,
            scope=scope,
            runner=self.runner,
            kept=self._inputs.setdefault(step.id, InputsDone()),
            may_go_on=lambda: not self._may_start_nothing and not self._is_going_back,
            goes_on_later=lambda: self._is_going_back or (not self.is_stopping and self.may_start()),
            ended=self.control.input_ended,
        )
        return await fan_out.run()

    @property
    def _is_going_back(self) -> bool:
        return self.recovery is not None and self.recovery.rollback_for is not None

    def _put_back(self, step: Step) -> None:
        """A step that goes on later is ready again."""
        self.progress.running.pop(step.id, None)
        insort(self._ready, step.id, key=self.plan.key)

    def _skip_unchosen(self) -> None:
        """Steps of branches that were not taken count as done."""
        while True:
            notes = ((each, why_unchosen(self.graph, self.results, each)) for each in self._ready)
            step_id, note = next(((each, note) for each, note in notes if note), ("", ""))
            if not step_id:
                return
            self._ready.remove(step_id)
            self._settle(self.graph.steps[step_id], _skipped(self.graph.steps[step_id], note))

    def _settle(self, step: Step, result: StepResult) -> None:
        """What the end of a step means for the others."""
        self._keep(result)
        for choice in with_results(self.graph, self.results, step.id):
            self._see(choice)
        if result.status is StepStatus.FAILED:
            self._fail(step, result)
            return
        if result.status is StepStatus.COMPLETED and step.save_as:
            self.variables[step.save_as] = result.value
        for follower in self.graph.followers[step.id]:
            self._open_needs[follower] -= 1
            if not self._open_needs[follower]:
                insort(self._ready, follower, key=self.plan.key)

    def _fail(self, step: Step, result: StepResult) -> None:
        if step.critical:
            self.failure = self.failure or result.error
            is_fast = step.priority >= FAIL_FAST_PRIORITY
            self.is_stopping = self.is_stopping or is_fast or self.definition.on_error is OnError.STOP
        self._skip_behind(step, f"Step {step.id!r} failed, and this step depends on it.")
        terms = self.definition.parallel_groups.get(step.parallel_group) if step.parallel_group is not None else None
        if terms is not None and terms.fail_fast:
            self._end_group(step)

    def _end_group(self, failed: Step) -> None:
        """The steps of its group that have not begun do not run, and neither does what depends on them."""
        for step_id, step in self.graph.steps.items():
            is_open = step_id not in self.results and step_id not in self._running
            if step.parallel_group == failed.parallel_group and is_open:
                note = f"Step {failed.id!r} of its group {failed.parallel_group!r} failed."
                self._keep(_skipped(step, note))
                if step_id in self._ready:
                    self._ready.remove(step_id)
                self._skip_behind(step, f"Step {step_id!r} was skipped, and this step depends on it.")

    def _skip_behind(self, step: Step, note: str) -> None:
        """What waits for the step, directly or not, does not run."""
        waiting = list(self.graph.followers[step.id])
        while waiting:
            follower = waiting.pop()
            if follower not in self.results:
                self._keep(_skipped(self.graph.steps[follower], note))
                waiting.extend(self.graph.followers[follower])

    def _skip_the_rest(self, note: str) -> None:
        for step_id, step in self.graph.steps.items():
            if step_id not in self.results:
                self._keep(_skipped(step, note))

    def _keep(self, result: StepResult) -> None:
        paths = self.inner.get(result.step_id)
        if paths:
            result = result.model_copy(update={"steps": gathered(paths)})
        self._see(result)
        self.progress.ended_with(result)

    def _see(self, result: StepResult) -> None:
        self.results[result.step_id] = result
        step = self.graph.steps[result.step_id]
        self._seen[result.step_id.removeprefix(self.prefix)] = {
            "result": result.value,
            "status": result.status.value,
            "error": result.error.model_dump(mode="json") if result.error else None,
            **({"items": [each.told for each in result.items]} if step.for_each is not None else {}),
        }

    def _stopped(self, step: Step, started_at: datetime, begun_at: float, why: str, kind: ErrorKind) -> StepResult:
        return StepResult(
            step_id=step.id,
            name=step.name,
            action=step.action,
            status=StepStatus.FAILED,
            started_at=started_at,
            duration_s=max(0.0, self.runner.clock.monotonic() - begun_at),
            attempts=self.progress.attempts.get(step.id, 0),
            error=ErrorInfo(kind=kind, message=f"{why} The step was running.", step_id=step.id),
            items=self._inputs[step.id].ordered if step.id in self._inputs else (),
        )


def _skipped(step: Step, note: str) -> StepResult:
    return StepResult(step_id=step.id, name=step.name, action=step.action, status=StepStatus.SKIPPED, note=note)
