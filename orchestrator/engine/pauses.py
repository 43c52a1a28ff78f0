"""Pauses: a run stops at a checkpoint and frees its robot, and goes on later on any robot."""

from dataclasses import replace

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.protocol.checkpoints import PauseJob, UnpauseJob
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.checkpoints import Send
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, about
from orchestrator.engine.reconciliation import ref_of

_WHY_NOT = {
    JobStatus.PENDING: "it has not started; cancel it, or let it wait",
    JobStatus.QUEUED: "it has not started; cancel it, or let it wait",
    JobStatus.DISPATCHED: "it is being handed to a robot; try again in a moment",
    JobStatus.WAITING_FOR_HUMAN: "it waits for a person: answer its question first",
    JobStatus.LOST: "its robot is silent",
    JobStatus.CANCELLING: "it is being cancelled",
}


class PauseDesk:
    """Takes people's wishes; the heartbeats' answers repeat them to the robots."""

    def __init__(self, queue: JobQueue, clock: Clock, *, send: Send) -> None:
        self._queue = queue
        self._clock = clock
        self._send = send

    async def pause(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job:
        """Let a running job finish its current steps, take a checkpoint and free its robot; asking twice does no harm.

        The job is PAUSED when its robot has done so. NotFoundError; ConflictError for a job that does not run.
        """
        seen: list[Job] = []

        def decide(job: Job) -> Move | None:
            seen[:] = [job]
            if job.status is JobStatus.PAUSED or (job.status is JobStatus.RUNNING and job.pause_reason is not None):
                return None
            if job.status is not JobStatus.RUNNING:
                why = _WHY_NOT.get(job.status, f"it has ended: {job.status}")
                raise ConflictError(f"Job {job_id} cannot be paused: {why}.")
            words = f"{job.workflow_name} is to pause{f': {reason}' if reason else ''}."
            audit = about(job, "job.pausing", words, self._clock.now(), actor)
            return Move(after=replace(job, pause_reason=reason), audit=audit)

        after = await self._queue.move(job_id, decide) or seen[0]
        if after.status is JobStatus.RUNNING:
            self._tell(after, PauseJob(job_id=job_id, attempt=after.attempt, reason=(after.pause_reason or "")[:1_000]))
        return after

    async def resume(self, job_id: JobId, *, actor: str = "engine") -> Job:
        """Let a paused job go on from its checkpoint, on any robot; a pause that has not begun yet is taken back.

        NotFoundError; ConflictError for a job that is neither paused nor pausing.
        """

        def decide(job: Job) -> Move:
            now = self._clock.now()
            audit = about(job, "job.resumed", f"{job.workflow_name} goes on.", now, actor)
            if job.status is JobStatus.PAUSED:
                after = job.moved(JobStatus.QUEUED, at=now, queued_at=now, pause_reason=None, not_before=None)
                return Move(after=after, audit=audit)
            if job.pause_reason is None or job.status.has_ended:
                raise ConflictError(f"Job {job_id} is not paused: it is {job.status}.")
            return Move(after=replace(job, pause_reason=None), audit=audit)

        after = await self._queue.move(job_id, decide)
        assert after is not None
        if after.status.is_live:
            self._tell(after, UnpauseJob(job_id=job_id, attempt=after.attempt))
        return after

    def wishes(self, jobs: list[Job]) -> tuple[AttemptRef, ...]:
        """The runs among these that are to pause, for a heartbeat's answer."""
        return tuple(ref_of(job) for job in jobs if job.pause_reason is not None and job.status is JobStatus.RUNNING)

    def _tell(self, job: Job, order: Payload) -> None:
        if job.robot_id is not None:
            self._send(RobotId(job.robot_id), order)
