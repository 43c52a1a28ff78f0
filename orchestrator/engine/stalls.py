"""Notices runs that stand still, and climbs the ladder: a note, a picture, a trace, a cancel, another attempt."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JobId, JsonValue, RobotId, SessionId, WorkflowId
from orchestrator.contract.protocol.captures import CaptureKind, CaptureRun, RunCaptured
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.events import JobChanged, JobProgress, RobotHeard, StallNoticed
from orchestrator.domain.job import Job
from orchestrator.domain.resources import Level
from orchestrator.domain.robot import Robot
from orchestrator.domain.stalls import Stall, StallPolicy, StallRung, StepDurations, due_rungs, words
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, OrchestratorError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.settings import EngineSettings

logger = logging.getLogger(__name__)

ACTOR = "stall watch"
EVERY_WORKFLOW = WorkflowId("*")
POLICIES = "stalls."
STALLS_KEPT = 1_000
"""Stalls of jobs that have ended."""
REQUEUES_KEPT = 10_000

_POLICY: TypeAdapter[StallPolicy] = TypeAdapter(StallPolicy)
_GOES_ON = frozenset({StepStatus.PENDING, StepStatus.RUNNING, StepStatus.RETRYING})


class Orders(Protocol):
    """What the ladder's upper rungs command."""

    async def cancel_job(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job: ...

    async def retry_job(self, job_id: JobId, *, actor: str = "engine") -> Job: ...

    def send(self, robot_id: RobotId, message: Payload) -> bool: ...


@dataclass(slots=True)
class _Run:
    """One running attempt; belongs to the watch."""

    attempt: int
    moved_s: float
    """When it last showed a sign of life, monotonic."""
    steps: dict[str, str] | None = None
    """Names of the running steps, by id; most runs are over before they tell of one."""
    rungs: tuple[StallRung, ...] = ()
    captures: tuple[str, ...] = ()


class StallWatch:
    """Steps, and pages that load, ask or speak, are signs of life; so are actions that begin or end."""

    def __init__(
        self,
        orders: Orders,
        *,
        queue: JobQueue,
        alerts: AlertDesk,
        store: Store,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._orders = orders
        self._queue = queue
        self._alerts = alerts
        self._store = store
        self._bus = bus
        self._clock = clock
        self._late_s, self._look_s = settings.late_wakeup_s, settings.stall_look_s
        self.policies: dict[WorkflowId, StallPolicy] = {}
        """Of single workflows, and under `*` of all others."""
        self.durations = StepDurations()
        self._runs: dict[JobId, _Run] = {}
        self._past: OrderedDict[JobId, Stall] = OrderedDict()
        self._requeues: OrderedDict[JobId, int] = OrderedDict()
        self._to_requeue: dict[JobId, bool] = {}
        """Jobs that were cancelled to be queued again; True once they have ended."""
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job)
        bus.subscribe(JobProgress, self._on_progress)
        bus.subscribe(RobotHeard, self._on_heartbeat)

    async def load(self) -> None:
        """Read the policies, and begin to watch what runs: nobody knows how long it has stood still already."""
        for name, document in (await self._store.watch.settings(POLICIES)).items():
            policy = policy_of(document)
            if policy is not None:
                self.policies[WorkflowId(name)] = policy
        for job in self._queue.get_by_status(JobStatus.RUNNING):
            self._runs[job.job_id] = _Run(attempt=job.attempt, moved_s=self._clock.monotonic())

    async def run(self) -> None:
        """Look until cancelled."""
        looked_s = self._clock.monotonic()
        while True:
            await self._wakeup.wait(self._look_s)
            now_s = self._clock.monotonic()
            late_s = now_s - looked_s - self._look_s
            if late_s > self._late_s:
                self._forgive(late_s)
            looked_s = now_s
            await self._requeue_ended()
            await self.look()

    # --- asking ---------------------------------------------------------------------------------------------------

    def policy_for(self, workflow_id: WorkflowId) -> StallPolicy:
        """The workflow's own policy, or the one for all."""
        return self.policies.get(workflow_id) or self.policies.get(EVERY_WORKFLOW) or StallPolicy()

    def stall_of(self, job_id: JobId) -> Stall | None:
        """How a job stands still, or stood when it ended; None while it moves."""
        run, job = self._runs.get(job_id), self._queue.get(job_id)
        if run is None or job is None:
            return self._past.get(job_id)
        return self._stall(run, job) if run.rungs else None

    def stalled(self) -> Mapping[JobId, Stall]:
        """Every run that stands still now."""
        found = ((job_id, self.stall_of(job_id)) for job_id, run in self._runs.items() if run.rungs)
        return {job_id: stall for job_id, stall in found if stall is not None}

    # --- people ---------------------------------------------------------------------------------------------------

    async def set_policy(
        self, workflow_id: WorkflowId, policy: StallPolicy | None, *, actor: str = "engine"
    ) -> StallPolicy:
        """Watch a workflow (`*`: all without their own) by another policy from now on; None: by the general one."""
        if policy is None:
            await self._store.watch.remove_setting(f"{POLICIES}{workflow_id}")
            self.policies.pop(workflow_id, None)
        else:
            await self._store.watch.save_setting(f"{POLICIES}{workflow_id}", _POLICY.dump_python(policy, mode="json"))
            self.policies[workflow_id] = policy
        await self._audit(None, "stall.policy", f"The stall policy of workflow {workflow_id} was changed.", actor)
        return self.policy_for(workflow_id)

    async def capture(self, job_id: JobId, what: CaptureKind, *, trace_s: float = 5.0, actor: str = "engine") -> None:
        """Let the robot capture what a running job shows; it becomes an artifact. Raises ConflictError."""
        job = self._queue.get(job_id)
        if job is None or job.status not in {JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN}:
            raise ConflictError(f"Job {job_id} does not run: there is nothing to see.")
        if not self._ask_for(job, what, trace_s):
            raise ConflictError("The job's robot is not connected.")
        await self._audit(job, "job.captured", f"A {what} of {job.workflow_name} was asked for.", actor)

    async def on_captured(self, robot: Robot, _: SessionId, message: RunCaptured) -> None:
        """A robot has captured, or could not."""
        job, run = self._queue.get(JobId(message.job_id)), self._runs.get(JobId(message.job_id))
        if message.problem:
            logger.info("%s could not capture a %s: %s", robot.name, message.what, message.problem)
        if job is None or run is None or job.robot_id != robot.robot_id or not job.concerns(message.attempt):
            return
        run.captures = (*run.captures, *message.artifacts)[-100:]
        if run.rungs:
            self._bus.publish(StallNoticed(job=job, stall=self._stall(run, job)))

    # --- looking --------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Climb what is due."""
        now_s = self._clock.monotonic()
        for job_id, run in tuple(self._runs.items()):
            job = self._queue.get(job_id)
            if job is None or job.status is not JobStatus.RUNNING:
                continue
            policy, still_s = self.policy_for(job.workflow_id), now_s - run.moved_s
            if still_s < policy.note_after_s:
                continue
            due = due_rungs(policy, still_s=still_s, usual_s=self._usual(run, job), climbed=run.rungs)
            for rung in due:
                if self._runs.get(job_id) is run:
                    await self._climb(rung, run, job, policy)

    async def _climb(self, rung: StallRung, run: _Run, job: Job, policy: StallPolicy) -> None:
        run.rungs = (*run.rungs, rung)
        stall = self._stall(run, job)
        match rung:
            case StallRung.NOTE:
                details: dict[str, JsonValue] = {"job_id": job.job_id, "step": stall.step}
                message = f"{job.workflow_name}: {stall.message}"
                self._alerts.observe(AlertKind.STALLED, job.job_id, Level.WARNING, message, details=details)
                await self._audit(job, "job.stalled", message)
            case StallRung.SCREENSHOT:
                self._ask_for(job, CaptureKind.SCREENSHOT)
            case StallRung.TRACE:
                self._ask_for(job, CaptureKind.TRACE)
            case StallRung.CANCEL:
                await self._cancel(job, stall.message)
            case StallRung.REQUEUE:
                await self._cancel_and_requeue(job, stall.message, policy)
        self._bus.publish(StallNoticed(job=job, stall=self._stall(run, job)))

    async def _cancel(self, job: Job, reason: str) -> None:
        try:
            await self._orders.cancel_job(job.job_id, reason=reason, actor=ACTOR)
        except OrchestratorError as error:
            logger.info("A run that stands still could not be cancelled: %s", error)

    async def _cancel_and_requeue(self, job: Job, reason: str, policy: StallPolicy) -> None:
        """Only what is safe to repeat goes again, and not for ever."""
        before = self._requeues.get(job.job_id, 0)
        if job.retry_safe and before < policy.most_requeues:
            self._requeues[job.job_id] = before + 1
            self._requeues.move_to_end(job.job_id)
            if len(self._requeues) > REQUEUES_KEPT:
                self._requeues.popitem(last=False)
            self._to_requeue[job.job_id] = False
        await self._cancel(job, reason)

    async def _requeue_ended(self) -> None:
        for job_id in [job_id for job_id, has_ended in self._to_requeue.items() if has_ended]:
            del self._to_requeue[job_id]
            try:
                await self._orders.retry_job(job_id, actor=ACTOR)
            except OrchestratorError as error:
                logger.info("A run that stood still could not be queued again: %s", error)

    def _ask_for(self, job: Job, what: CaptureKind, trace_s: float = 5.0) -> bool:
        order = CaptureRun(job_id=job.job_id, attempt=job.attempt, what=what, trace_s=trace_s)
        return job.robot_id is not None and self._orders.send(job.robot_id, order)

    def _forgive(self, seconds: float) -> None:
        """The watch itself was away so long: nobody is judged by that time."""
        for run in self._runs.values():
            run.moved_s += seconds

    # --- hearing --------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        run = self._runs.get(job.job_id)
        if job.status is JobStatus.RUNNING:
            if run is None or run.attempt != job.attempt:
                self._runs[job.job_id] = _Run(attempt=job.attempt, moved_s=self._clock.monotonic())
            else:
                self._moved(run, job, self._clock.monotonic())
        elif run is not None and job.status not in _STILL_THERE:
            del self._runs[job.job_id]
            self._over(run, job)

    def _over(self, run: _Run, job: Job) -> None:
        if job.job_id in self._to_requeue:
            self._to_requeue[job.job_id] = True
            if job.status is not JobStatus.CANCELLED:
                del self._to_requeue[job.job_id]  # it ended by itself, or goes again anyway
            self._wakeup.ring()
        if run.rungs:
            self._past[job.job_id] = self._stall(run, job)
            self._past.move_to_end(job.job_id)
            if len(self._past) > STALLS_KEPT:
                self._past.popitem(last=False)
            self._alerts.resolve(AlertKind.STALLED, job.job_id)

    def _on_progress(self, event: JobProgress) -> None:
        job = event.job
        run = self._runs.get(job.job_id)
        if run is None or run.attempt != job.attempt:
            return
        self._learn(job, run, event.steps)
        self._moved(run, job, self._clock.monotonic())

    def _learn(self, job: Job, run: _Run, steps: Iterable[StepProgress]) -> None:
        running = run.steps = {} if run.steps is None else run.steps
        for step in steps:
            if step.status in _GOES_ON:
                running[step.step_id] = step.name or step.step_id
                continue
            running.pop(step.step_id, None)
            if step.status is StepStatus.COMPLETED and step.duration_s is not None:
                self.durations.note(job.workflow_id, step.step_id, step.duration_s)

    def _on_heartbeat(self, event: RobotHeard) -> None:
        now_s = self._clock.monotonic()
        for activity in event.heartbeat.activities:
            run, job = self._runs.get(JobId(activity.job_id)), self._queue.get(JobId(activity.job_id))
            if run is None or job is None or job.robot_id != event.robot_id or not job.concerns(activity.attempt):
                continue
            if now_s - activity.idle_s > run.moved_s:
                self._moved(run, job, now_s - activity.idle_s)

    def _moved(self, run: _Run, job: Job, at_s: float) -> None:
        """A sign of life: the ladder begins anew, unless the run is being stopped already."""
        run.moved_s = max(run.moved_s, at_s)
        if run.rungs and job.status is JobStatus.RUNNING:
            run.rungs = ()
            self._alerts.resolve(AlertKind.STALLED, job.job_id)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _usual(self, run: _Run, job: Job) -> float | None:
        return self.durations.usual(job.workflow_id, tuple(run.steps or ()))

    def _stall(self, run: _Run, job: Job) -> Stall:
        still_s, usual_s = self._clock.monotonic() - run.moved_s, self._usual(run, job)
        step = ", ".join((run.steps or {}).values()) or job.current_step
        return Stall(
            still_s=still_s,
            usual_s=usual_s,
            step=step,
            rungs=run.rungs,
            message=words(still_s=still_s, usual_s=usual_s, step=step),
            captures=run.captures,
        )

    async def _audit(self, job: Job | None, kind: str, message: str, actor: str = ACTOR) -> None:
        entry = AuditEntry(
            at=self._clock.now(),
            kind=kind,
            message=message,
            actor=actor,
            job_id=job.job_id if job is not None else None,
            robot_id=job.robot_id if job is not None else None,
        )
        try:
            await self._store.add_audit(entry)
        except OrchestratorError as error:
            logger.info("%s (not stored: %s)", message, error)
        self._bus.publish(AuditAdded(entry=entry))


_STILL_THERE = frozenset({JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST, JobStatus.CANCELLING})


def policy_of(document: JsonValue) -> StallPolicy | None:
    """A stored policy; None for one that this version cannot read."""
    try:
        return _POLICY.validate_python(document)
    except (ValidationError, UserError) as error:
        logger.warning("A stored stall policy cannot be read and is left out: %s", error)
        return None
