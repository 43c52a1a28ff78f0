"""Runs a workflow: each step the moment its dependencies are done, within the bounds that the definition sets.

What a failure means: a step that waits for a failed one is skipped, and says for which. A failed step that is not
critical leaves it at that. A critical one fails the run: under `on_error: stop` nothing new starts and what runs may
finish; under `continue` every step that does not depend on it still runs. A step whose own condition is false counts
as done, so that a step behind two branches runs after either.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import CheckpointState
from orchestrator.contract.errors import ErrorInfo, ErrorKind, WorkflowError
from orchestrator.contract.expressions import ExpressionError, Scope, holds
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import FanOutProgress
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.contract.results import JobResult, LogLevel, StepResult
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import DEFAULT_WORKFLOW_TIMEOUT_S, OnError, WorkflowDefinition
from orchestrator.contract.workflow_check import resolve
from robot.clock import Clock
from robot.workflow.control import RunControl, Snapshot
from robot.workflow.graph import Graph
from robot.workflow.iteration import Iteration
from robot.workflow.outputs import outputs_of
from robot.workflow.ports import Actions, RunListener
from robot.workflow.progress import RunProgress
from robot.workflow.recovery import RunRecovery
from robot.workflow.report import fitted
from robot.workflow.step import Pause, StepRunner
from robot.workflow.strategies import Plan, plan_for


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended; small enough to travel in one message."""

    status: JobStatus
    """COMPLETED, FAILED, CANCELLED, TIMEOUT, or PAUSED at a checkpoint that the orchestrator has."""
    outputs: dict[str, JsonValue]
    step_results: tuple[StepResult, ...]
    """Of the last iteration, in the order of the document."""
    error: ErrorInfo | None
    iterations: int
    """How many were begun."""
    iterations_succeeded: int
    started_at: datetime
    finished_at: datetime
    execution_time_s: float
    recoveries: tuple[RecoveryRecord, ...] = ()
    """What was tried to recover, in order."""

    def as_job_result(self, *, job_id: str, attempt: int, stopped_by: str | None = None) -> JobResult:
        """The report of this run as an attempt of a job."""
        return JobResult(
            job_id=job_id,
            attempt=attempt,
            status=self.status,
            outputs=self.outputs,
            step_results=self.step_results,
            error=self.error,
            started_at=self.started_at,
            finished_at=self.finished_at,
            execution_time_s=self.execution_time_s,
            iterations_run=self.iterations,
            iterations_succeeded=self.iterations_succeeded,
            recoveries=self.recoveries,
            stopped_by=stopped_by,
        )


async def run(
    definition: WorkflowDefinition,
    variables: Mapping[str, JsonValue],
    *,
    actions: Actions,
    listener: RunListener,
    clock: Clock,
    rng: random.Random,
    catalogue: Mapping[str, ActionSpec] = CATALOGUE,
    timeout_s: float | None = None,
    pause: Pause = asyncio.sleep,
    control: RunControl | None = None,
    resume: CheckpointState | None = None,
    recovery: RunRecovery | None = None,
) -> RunOutcome:
    """Run a workflow to its end and tell how it ended; never raises for what a workflow or a page does.

    `variables` are complete, as `check_variables` gives them. The limit is the definition's, or `timeout_s` (what is
    left of the job's) when that is shorter. Cancelling the task that awaits this stops all steps and gives the outcome
    CANCELLED with the results so far; how long that takes is up to the actions.

    `control` pauses it and takes checkpoints of it, `recovery` is asked after failures. With `resume` the run goes on
    from a checkpoint: steps that are done there keep their results and do not run again, and `variables` are as they
    were, except for secret ones, which are those that are given.
    """
    begun = _Begun(started_at=clock.now(), at=clock.monotonic(), clock=clock)
    try:
        resolved = resolve(definition)
        graph = Graph.of(resolved)
        plan = plan_for(resolved, graph)
    except WorkflowError as error:
        info = ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=error.message[:16_384])
        return begun.outcome(JobStatus.FAILED, error=info)
    control = control or RunControl(resolved, job_id="", attempt=1, clock=clock, catalogue=catalogue)
    whole = _Run(
        definition=resolved,
        graph=graph,
        plan=plan,
        variables=dict(variables),
        catalogue=catalogue,
        control=control,
        recovery=recovery,
        progress=RunProgress(listener=listener, steps=len(graph.steps), iterations=resolved.iterations),
    )
    runner = StepRunner(
        actions=actions,
        clock=clock,
        rng=rng,
        pause=pause,
        tell=whole.progress.tell,
        log=whole.progress.log,
        may_retry=whole.may_retry,
        before=control.before,
        recovery=recovery,
        hold=control.hold,
    )
    if recovery is not None:
        recovery.log = whole.progress.log
        recovery.pause = pause
    if resume is not None:
        whole.go_on_from(resume)
    control.follow(whole.snapshot)
    limits = (each for each in (resolved.timeout_s, timeout_s) if each is not None)
    limit_s = min(limits, default=DEFAULT_WORKFLOW_TIMEOUT_S)
    status, error_info = await whole.run_within(max(limit_s, 0.0), runner)
    return whole.outcome(begun, status, error_info)


class _PausedError(Exception):
    """The run has stopped at a checkpoint that the orchestrator has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """When a run began."""

    started_at: datetime
    at: float
    clock: Clock

    def outcome(
        self,
        status: JobStatus,
        *,
        error: ErrorInfo | None = None,
        outputs: dict[str, JsonValue] | None = None,
        results: tuple[StepResult, ...] = (),
        iterations: int = 0,
        succeeded: int = 0,
        recoveries: tuple[RecoveryRecord, ...] = (),
    ) -> RunOutcome:
        return RunOutcome(
            status=status,
            outputs=outputs or {},
            step_results=results,
            error=error,
            iterations=iterations,
            iterations_succeeded=succeeded,
            started_at=self.started_at,
            finished_at=self.clock.now(),
            execution_time_s=max(0.0, self.clock.monotonic() - self.at),
            recoveries=recoveries,
        )


@dataclass(slots=True, kw_only=True)
class _Run:
    """All iterations of one run."""

    definition: WorkflowDefinition
    graph: Graph
    plan: Plan
    variables: dict[str, JsonValue]
    catalogue: Mapping[str, ActionSpec]
    progress: RunProgress
    control: RunControl
    recovery: RunRecovery | None = None
    number: int = 0
    succeeded: int = 0
    current: Iteration | None = None
    error: ErrorInfo | None = None
    """Of the first critical step that failed."""
    begin_with: tuple[StepResult, ...] = ()
    """Results of a checkpoint, for the next iteration."""
    inputs_done: dict[str, FanOutProgress] = field(default_factory=dict)
    """And what its fan-outs had done."""

    def go_on_from(self, state: CheckpointState) -> None:
        """Be where the checkpoint was; secret variables stay as they are."""
        secret = {name for name, each in self.definition.variables.items() if each.secret}
        self.variables.update({name: value for name, value in state.variables.items() if name not in secret})
        self.number = state.iteration - 1
        self.succeeded = state.iterations_succeeded
        self.error = state.error
        self.begin_with, self.inputs_done = state.results, dict(state.fan_outs)
        self.progress.ended = self.number * self.progress.steps

    def snapshot(self) -> Snapshot:
        """How far it is now."""
        current = self.current
        return Snapshot(
            iteration=max(1, self.number),
            iterations_succeeded=self.succeeded,
            results=current.kept_results() if current is not None else self.begin_with,
            fan_outs=current.inputs_done() if current is not None else self.inputs_done,
            variables=dict(self.variables),
            running=current.running if current is not None else (),
            error=self.error,
        )

    def may_retry(self) -> bool:
        return self.current is not None and not self.current.is_stopping

    async def run_within(self, limit_s: float, runner: StepRunner) -> tuple[JobStatus, ErrorInfo | None]:
        """Status and error of the run; every step has a result afterwards."""
        try:
            async with asyncio.timeout(limit_s) as limit:
                with self.control.limited_by(limit):
                    await self._iterate(runner)
        except _PausedError:
            return JobStatus.PAUSED, None
        except TimeoutError:
            message = f"The run did not end within {limit_s:g} s{self.progress.running_titles()}."
            error = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, hint="Give the workflow a longer `timeout`.")
            self._close("The time of the run was over.", error)
            return JobStatus.TIMEOUT, error
        except asyncio.CancelledError:
            # The outcome is the answer to the cancel: the task goes on and reports it.
            task = asyncio.current_task()
            while task is not None and task.cancelling():
                task.uncancel()
            error = ErrorInfo(
                kind=ErrorKind.CANCELLED, message=f"The run was cancelled{self.progress.running_titles()}."
            )
            self._close("The run was cancelled.", error)
            return JobStatus.CANCELLED, error
        return (JobStatus.FAILED if self.error else JobStatus.COMPLETED), self.error

    async def _iterate(self, runner: StepRunner) -> None:
        while self.number < self.definition.iterations:
            self.number += 1
            self.current = Iteration(
                definition=self.definition,
                graph=self.graph,
                plan=self.plan,
                variables=self.variables,
                number=self.number,
                catalogue=self.catalogue,
                progress=self.progress,
                runner=runner,
                control=self.control,
                recovery=self.recovery,
            )
            begin_with, self.begin_with = self.begin_with, ()
            inputs_done, self.inputs_done = self.inputs_done, {}
            self.current.take_over(begin_with, inputs_done)
            await self._run_or_pause(self.current)
            if await self._went_back():
                continue
            self.succeeded += self.current.failure is None
            self.error = self.error or self.current.failure
            if self._is_enough(self.current):
                return

    async def _run_or_pause(self, iteration: Iteration) -> None:
        await iteration.run()
        while iteration.is_midway and not self._is_going_back:
            if await self.control.settle_pause():
                raise _PausedError
            await iteration.run()

    @property
    def _is_going_back(self) -> bool:
        return self.recovery is not None and self.recovery.rollback_for is not None

    async def _went_back(self) -> bool:
        """Go back to the last checkpoint, when a recovery wants that."""
        state = self.control.newest
        if self.recovery is None or self.recovery.rollback_for is None or state is None:
            return False
        self.recovery.rollback_for = None
        await self.control.bring_back(state.browser)
        self.go_on_from(state)
        return True

    def _is_enough(self, iteration: Iteration) -> bool:
        if iteration.failure is not None and self.definition.on_error is OnError.STOP:
            return True
        if self.definition.until is None:
            return False
        try:
            return holds(self.definition.until, iteration.scope())
        except ExpressionError as error:
            self.error = self.error or ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=f"until: {error.message}")
            return True

    def _close(self, why: str, error: ErrorInfo) -> None:
        if self.current is not None:
            self.current.close(why, error.kind)

    def outcome(self, begun: _Begun, status: JobStatus, error: ErrorInfo | None) -> RunOutcome:
        scope = self.current.scope() if self.current is not None else Scope(variables=self.variables)
        results = self.current.ordered_results() if self.current is not None else ()
        outputs, problem = outputs_of(self.definition, self.graph, scope)
        if status is JobStatus.PAUSED:
            outputs, problem = {}, None  # there is no end yet to give results of
        if problem is not None:
            self.progress.log(LogLevel.WARNING, problem, "")
            if status is JobStatus.COMPLETED:
                status, error = JobStatus.FAILED, ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=problem)
        return begun.outcome(
            status,
            error=error,
            outputs=outputs,
            results=fitted(results),
            iterations=self.number,
            succeeded=self.succeeded,
            recoveries=self.recovery.close() if self.recovery is not None else (),
        )
