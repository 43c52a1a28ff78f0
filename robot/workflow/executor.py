"""Runs a workflow: each step the moment its dependencies are done, within the bounds that the definition sets.

What a failure means: a step that waits for a failed one is skipped, and says for which. A failed step that is not
critical leaves it at that. A critical one fails the run: under `on_error: stop` nothing new starts and what runs may
finish; under `continue` every step that does not depend on it still runs. A step whose own condition is false counts
as done, so that a step behind two branches runs after either.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import CheckpointState
from orchestrator.contract.errors import ErrorInfo, ErrorKind, WorkflowError
from orchestrator.contract.expectations import MAX_DOUBTS, Doubt, UsualBounds
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.contract.results import JobResult, LogLevel, StepResult
from orchestrator.contract.states import JobStatus
from orchestrator.contract.sub_workflows import Workflows
from orchestrator.contract.workflow import DEFAULT_WORKFLOW_TIMEOUT_S, WorkflowDefinition
from orchestrator.contract.workflow_check import resolve
from robot.clock import Clock
from robot.workflow.control import RunControl
from robot.workflow.graph import Graph
from robot.workflow.level import Level, RunPausedError
from robot.workflow.outputs import outputs_of
from robot.workflow.ports import Actions, RunListener
from robot.workflow.progress import RunProgress
from robot.workflow.recovery import RunRecovery
from robot.workflow.report import fitted, flattened
from robot.workflow.step import Pause, StepRunner
from robot.workflow.strategies import plan_for


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
    doubts: tuple[Doubt, ...] = ()
    """Why a completed run is suspect."""
    usual: tuple[UsualBounds, ...] = ()
    """What the workflow expects of the usual duration."""

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
            doubts=self.doubts,
            usual=self.usual,
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
    level = Level(
        definition=resolved,
        workflows=Workflows.of(resolved),
        graph=graph,
        plan=plan,
        variables=dict(variables),
        catalogue=catalogue,
        control=control,
        recovery=recovery,
        begun_s=begun.at,
        progress=RunProgress(listener=listener, steps=len(graph.steps), iterations=resolved.iterations),
    )
    runner = StepRunner(
        actions=actions,
        clock=clock,
        rng=rng,
        pause=pause,
        tell=level.progress.tell,
        log=level.progress.log,
        may_retry=level.may_retry,
        before=control.before,
        recovery=recovery,
        hold=control.hold,
        doubts=control.doubts,
        limited_by=control.limited_by,
        waited_s=lambda: control.waited_s,
    )
    if recovery is not None:
        recovery.log = level.progress.log
        recovery.pause = pause
    if resume is not None:
        level.go_on_from(resume)
    control.follow(level.snapshot)
    limits = (each for each in (resolved.timeout_s, timeout_s) if each is not None)
    limit_s = min(limits, default=DEFAULT_WORKFLOW_TIMEOUT_S)
    whole = _Run(level=level)
    status, error_info = await whole.within(max(limit_s, 0.0), runner)
    return whole.outcome(begun, status, error_info)


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
        doubts: tuple[Doubt, ...] = (),
        usual: tuple[UsualBounds, ...] = (),
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
            doubts=doubts,
            usual=usual,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The outermost workflow, within its time."""

    level: Level

    async def within(self, limit_s: float, runner: StepRunner) -> tuple[JobStatus, ErrorInfo | None]:
        """Status and error of the run; every step has a result afterwards."""
        level = self.level
        try:
            async with asyncio.timeout(limit_s) as limit:
                with level.control.limited_by(limit):
                    await level.run(runner)
        except RunPausedError:
            return JobStatus.PAUSED, None
        except TimeoutError:
            message = f"The run did not end within {limit_s:g} s{level.progress.running_titles()}."
            error = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, hint="Give the workflow a longer `timeout`.")
            level.close("The time of the run was over.", error.kind)
            return JobStatus.TIMEOUT, error
        except asyncio.CancelledError:
            # The outcome is the answer to the cancel: the task goes on and reports it.
            task = asyncio.current_task()
            while task is not None and task.cancelling():
                task.uncancel()
            message = f"The run was cancelled{level.progress.running_titles()}."
            error = ErrorInfo(kind=ErrorKind.CANCELLED, message=message)
            level.close("The run was cancelled.", error.kind)
            return JobStatus.CANCELLED, error
        return (JobStatus.FAILED if level.error else JobStatus.COMPLETED), level.error

    def outcome(self, begun: _Begun, status: JobStatus, error: ErrorInfo | None) -> RunOutcome:
        """How it ended, with its outputs."""
        level, recovery = self.level, self.level.recovery
        outputs, problem = outputs_of(level.definition, level.graph, level.scope())
        if status is JobStatus.PAUSED:
            outputs, problem = {}, None  # there is no end yet to give results of
        if problem is not None:
            level.progress.log(LogLevel.WARNING, problem, "")
            if status is JobStatus.COMPLETED:
                status, error = JobStatus.FAILED, ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=problem)
        usual = (each.usual_bounds for each in level.definition.expect)
        if status is JobStatus.COMPLETED:
            level.judge(begun.clock.monotonic())
        return begun.outcome(
            status,
            error=error,
            outputs=outputs,
            results=fitted(flattened(level.results())),
            iterations=level.number,
            succeeded=level.succeeded,
            recoveries=recovery.close() if recovery is not None else (),
            doubts=tuple(level.doubts)[:MAX_DOUBTS] if status is JobStatus.COMPLETED else (),
            usual=tuple(each for each in usual if each is not None) if status is JobStatus.COMPLETED else (),
        )
