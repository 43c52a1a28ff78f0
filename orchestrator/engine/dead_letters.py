"""Jobs that wait for a person's decision: with the evidence it takes to decide, and the ways out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator.contract.actions.catalogue import find_action
from orchestrator.contract.ids import JobId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, LogEntry
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.moves import about
from orchestrator.engine.ports.dead_letters import DeadLetterStore, Discard
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.engine.ports.store import Store

LINES_SHOWN = 30
_IN_THE_MIDDLE = frozenset({StepStatus.RUNNING, StepStatus.RETRYING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStep:
    """A step that was running when the job was cut off."""

    step_id: str
    title: str
    action: str
    is_safe_to_repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a job that waits for a decision."""

    job: Job
    advice: str
    """What a person should look at, in one or two sentences."""
    running: tuple[RunningStep, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    steps: tuple[StepProgress, ...] = ()
    log: tuple[LogEntry, ...] = ()
    """The newest lines."""
    artifacts: tuple[tuple[int, Artifact], ...] = ()
    checkpoints: int = 0
    discard: Discard | None = field(default=None)

    @property
    def is_safe_to_repeat(self) -> bool:
        """True when running it again repeats nothing that may not be repeated."""
        return self.job.retry_safe or (bool(self.running) and all(step.is_safe_to_repeat for step in self.running))


class DeadLetters:
    """Lists, shows and settles dead letters; retrying one is the engine's own command."""

    def __init__(
        self, *, records: DeadLetterStore, store: Store, workflows: WorkflowDistributor, bus: EventBus, clock: Clock
    ) -> None:
        self._records = records
        self._store = store
        self._workflows = workflows
        self._bus = bus
        self._clock = clock

    async def waiting(self, *, limit: int = 100, offset: int = 0) -> tuple[Sequence[Evidence], int]:
        """Dead letters, the newest first, each with its steps in the middle; and how many there are."""
        jobs, total = await self._records.waiting(limit=limit, offset=offset)
        return [await self._brief(job) for job in jobs], total

    async def show(self, job: Job) -> Evidence:
        """Everything that helps to decide about a dead letter. ConflictError when the job is none."""
        await self.check(job, job.job_id)
        brief = await self._brief(job)
        log, _ = await self._store.logs(job_id=job.job_id, limit=LINES_SHOWN)
        return Evidence(
            job=job,
            advice=brief.advice,
            running=brief.running,
            steps=brief.steps,
            attempts=tuple(await self._store.attempts(job.job_id)),
            log=tuple(log),
            artifacts=tuple(await self._store.artifacts(job.job_id)),
            checkpoints=len(await self._store.checkpoints.listing(job_id=job.job_id)),
            discard=await self._records.discarded(job.job_id),
        )

    async def discard(self, job: Job, *, reason: str, actor: str) -> Discard:
        """Count a dead letter no longer; it stays in the history. ConflictError when it is none."""
        if job.status is not JobStatus.DEAD_LETTER:
            raise ConflictError(f"Job {job.job_id} is {job.status}; only a dead letter can be discarded.")
        known = await self._records.discarded(job.job_id)
        if known is not None and known.attempt == job.attempt:
            return known
        now = self._clock.now()
        discard = Discard(job_id=job.job_id, attempt=job.attempt, reason=reason, actor=actor, at=now)
        words = f"{job.workflow_name} was discarded{f': {reason}' if reason else ''}."
        entry = about(job, "job.discarded", words, now, actor)
        await self._records.discard(discard, entry)
        self._bus.publish(AuditAdded(entry=entry))
        return discard

    async def count(self) -> int:
        """How many wait for a decision."""
        return (await self._records.waiting(limit=1))[1]

    async def check(self, job: Job | None, job_id: JobId) -> Job:
        """The job, when it is a dead letter. NotFoundError, ConflictError."""
        if job is None:
            raise NotFoundError("job", job_id)
        if job.status is not JobStatus.DEAD_LETTER:
            raise ConflictError(f"Job {job_id} is {job.status}, not a dead letter; `botswain job` shows it.")
        return job

    async def _brief(self, job: Job) -> Evidence:
        version = await self._workflows.version_of(job)
        steps = tuple(await self._store.steps(job.job_id, job.attempt))
        running = _running(version.definition if version else None, steps)
        return Evidence(job=job, advice=_advice(job, running), running=running, steps=steps)


def _running(definition: WorkflowDefinition | None, steps: Sequence[StepProgress]) -> tuple[RunningStep, ...]:
    known = {step.id: step for step in definition.steps} if definition is not None else {}
    return tuple(
        RunningStep(
            step_id=each.step_id,
            title=each.name or each.step_id,
            action=known[each.step_id].action if each.step_id in known else "",
            is_safe_to_repeat=_is_safe(known.get(each.step_id)),
        )
        for each in steps
        if each.status in _IN_THE_MIDDLE
    )


def _is_safe(step: Step | None) -> bool:
    if step is None:
        return False
    if step.safe_to_repeat is not None:
        return step.safe_to_repeat
    action = find_action(step.action)
    return action is not None and action.safe_to_repeat


def _advice(job: Job, running: Sequence[RunningStep]) -> str:
    unsafe = [step.title for step in running if not step.is_safe_to_repeat]
    if unsafe:
        names = ", ".join(repr(name) for name in unsafe)
        return f"{names} was running and is not safe to repeat: look whether it was done, then retry or discard."
    if job.retry_safe:
        return "It is safe to repeat, but robots vanished under it again and again: look at its log before you retry."
    if running:
        names = ", ".join(repr(step.title) for step in running)
        return f"{names} was running and only reads; the steps before it would run again on a retry from the start."
    return "No step was running that is known of: look at its log, then retry or discard."
