"""CheckpointManager: takes checkpoints in from robots, finds the one to go on from, and throws old ones away."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from orchestrator.contract.checkpoints import MAX_CHECKPOINT_BYTES, CheckpointFacts, CheckpointKind
from orchestrator.contract.ids import JobId, JsonValue, RobotId, new_id
from orchestrator.contract.protocol.checkpoints import TakeCheckpoint
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.checkpoints import (
    MAX_AGE,
    MAX_COUNT,
    Checkpoint,
    CheckpointStatistics,
    ResumePoint,
    outdated,
    resume_point,
    statistics,
    superseded,
)
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.recovery_events import CheckpointTaken
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, sleep
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.recovery import CheckpointStore
from orchestrator.engine.sealing import Sealing

CLEANUP_EVERY_S = 86_400.0
CREATE_LIMIT_S = 30.0
"""How long a person waits for a checkpoint that was asked for."""

_RUNS = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN})

logger = logging.getLogger(__name__)

Send = Callable[[RobotId, Payload], bool]


class CheckpointManager:
    """Checkpoints of all jobs. The newest one of each open job is known without asking the store."""

    def __init__(
        self, store: CheckpointStore, queue: JobQueue, bus: EventBus, clock: Clock, *, send: Send, sealing: Sealing
    ) -> None:
        self._store = store
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._send = send
        self._sealing = sealing
        self._heads: dict[JobId, Checkpoint] = {}
        """The newest checkpoint of each open job."""
        self._chosen: dict[JobId, Checkpoint] = {}
        """What open jobs are to go on from, where that is not their newest."""
        self._awaited: dict[str, asyncio.Future[Checkpoint | None]] = {}
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES)

    async def load(self) -> None:
        """At a start: know where every open job could go on from."""
        for head in await self._store.newest_of_open_jobs():
            self._heads[head.job_id] = head
        for job in self._queue.open_jobs():
            known = self._heads.get(job.job_id)
            if job.resume_from is not None and (known is None or known.checkpoint_id != job.resume_from):
                await self._load_chosen(job.job_id, job.resume_from)

    async def run(self) -> None:
        """Throw old checkpoints away, at once and each day, until cancelled."""
        while True:
            try:
                gone = await self.cleanup()
            except StorageError as error:
                logger.warning("Old checkpoints stay for now: %s", error)
            else:
                if gone:
                    logger.info("%d old checkpoints were removed.", gone)
            await sleep(self._clock, CLEANUP_EVERY_S)

    # --- taking ---------------------------------------------------------------------------------------------------

    async def take(self, robot_id: RobotId, facts: CheckpointFacts, state: bytes, size: int) -> Checkpoint:
        """Keep what a robot sent; asked twice, it keeps it once. Durable when this returns.

        ConflictError when the attempt is not live on this robot: the robot may then forget the checkpoint.
        """
        if size > MAX_CHECKPOINT_BYTES:
            raise InvalidRequestError(
                f"state: it has {size:,} bytes; a checkpoint may have {MAX_CHECKPOINT_BYTES:,}.", field="state"
            )
        fresh = Checkpoint(facts=facts, robot_id=robot_id, kept_at=self._clock.now(), size=size)
        kept = await self._store.add(fresh, self._sealing.seal_state(state))
        if kept is None or kept.job_id != fresh.job_id:
            raise ConflictError(f"Attempt {facts.attempt} of job {facts.job_id} is not this robot's any more.")
        self._note(kept)
        await self._prune(kept.job_id)
        return kept

    def request(
        self,
        job_id: JobId,
        kind: CheckpointKind = CheckpointKind.MANUAL,
        *,
        note: str = "",
        metadata: dict[str, JsonValue] | None = None,
    ) -> str | None:
        """Ask a running job's robot for a checkpoint: the id that it will have, or None when nobody can be asked.

        Nothing waits for it; a checkpoint that does not come does no harm.
        """
        job = self._queue.get(job_id)
        if job is None or job.status not in _RUNS or job.robot_id is None:
            return None
        order = TakeCheckpoint(
            job_id=job_id, attempt=job.attempt, checkpoint_id=new_id(), kind=kind, note=note, metadata=metadata or {}
        )
        return order.checkpoint_id if self._send(job.robot_id, order) else None

    async def create(
        self,
        job_id: JobId,
        kind: CheckpointKind = CheckpointKind.MANUAL,
        *,
        note: str = "",
        metadata: dict[str, JsonValue] | None = None,
        limit_s: float = CREATE_LIMIT_S,
    ) -> Checkpoint:
        """A checkpoint of a running job, now. NotFoundError; ConflictError when it does not run or none came."""
        job = await self._queue.find(job_id)
        if job is None:
            raise NotFoundError("job", job_id)
        checkpoint_id = self.request(job_id, kind, note=note, metadata=metadata)
        if checkpoint_id is None:
            why = f"it is {job.status}" if job.status not in _RUNS else "its robot cannot be reached"
            raise ConflictError(f"No checkpoint of job {job_id} can be taken: {why}.")
        taken = await self._arrival(checkpoint_id, limit_s)
        if taken is None:
            raise ConflictError(f"The robot sent no checkpoint of job {job_id} within {limit_s:g} s.")
        return taken

    # --- going on -------------------------------------------------------------------------------------------------

    def point_of(self, job: Job) -> ResumePoint | None:
        """Where the job's newest attempt could be gone on from: its own newest checkpoint, or the one it began with."""
        head = self._heads.get(job.job_id)
        if head is not None and head.facts.attempt == job.attempt:
            return resume_point(head)
        if job.resume_from is None:
            return None
        chosen = self._chosen.get(job.job_id) or head
        return resume_point(chosen) if chosen is not None and chosen.checkpoint_id == job.resume_from else None

    def choose(self, checkpoint: Checkpoint) -> ResumePoint:
        """A job will go on from this checkpoint."""
        self._chosen[checkpoint.job_id] = checkpoint
        return resume_point(checkpoint)

    # --- looking --------------------------------------------------------------------------------------------------

    async def list(
        self, *, job_id: JobId | None = None, kind: CheckpointKind | None = None, limit: int | None = 100
    ) -> tuple[Checkpoint, ...]:
        """Checkpoints, newest first."""
        return tuple(await self._store.listing(job_id=job_id, kind=kind, limit=limit))

    async def get(self, checkpoint_id: str) -> Checkpoint:
        """One checkpoint without its content. NotFoundError."""
        found = await self._store.one(checkpoint_id)
        if found is None:
            raise NotFoundError("checkpoint", checkpoint_id)
        return found

    async def state(self, checkpoint_id: str) -> bytes:
        """Its content, as the robot sent it. NotFoundError, SealedError."""
        found = await self._store.state(checkpoint_id)
        if found is None:
            raise NotFoundError("checkpoint", checkpoint_id)
        return self._sealing.open_state(found)

    async def count(self, job_id: JobId) -> int:
        """How many there are of a job."""
        return len(await self._store.listing(job_id=job_id))

    async def statistics(self) -> CheckpointStatistics:
        """How many there are, of which kinds, and how much room they take."""
        return statistics(await self._store.listing())

    # --- throwing away --------------------------------------------------------------------------------------------

    async def delete(self, checkpoint_id: str) -> None:
        """Remove one. NotFoundError; ConflictError when a job that has not ended is to go on from it."""
        checkpoint = await self.get(checkpoint_id)
        job = self._queue.get(checkpoint.job_id)
        if job is not None and job.resume_from == checkpoint_id:
            raise ConflictError(f"Job {job.job_id} goes on from this checkpoint; cancel it first.")
        await self._forget(checkpoint_id)

    async def cleanup(
        self, *, max_age: timedelta = MAX_AGE, max_count: int = MAX_COUNT, keep_milestones: bool = True
    ) -> int:
        """Remove checkpoints that are too old, and the oldest of jobs that have more than `max_count`; how many.

        Never one that a job which has not ended goes on from.
        """
        open_jobs = frozenset(job.job_id for job in self._queue.open_jobs())
        needed = {job.resume_from for job in self._queue.open_jobs() if job.resume_from is not None}
        gone = outdated(
            await self._store.listing(),
            now=self._clock.now(),
            max_age=max_age,
            max_count=max_count,
            keep_milestones=keep_milestones,
            open_jobs=open_jobs,
        )
        return await self._forget(*(each for each in gone if each not in needed))

    async def _load_chosen(self, job_id: JobId, checkpoint_id: str) -> None:
        chosen = await self._store.one(checkpoint_id)
        if chosen is not None:
            self._chosen[job_id] = chosen

    async def _forget(self, *checkpoint_ids: str) -> int:
        gone = await self._store.remove(checkpoint_ids) if checkpoint_ids else 0
        for index in (self._heads, self._chosen):
            for job_id in [job_id for job_id, each in index.items() if each.checkpoint_id in checkpoint_ids]:
                del index[job_id]
        return gone

    async def _prune(self, job_id: JobId) -> None:
        job = self._queue.get(job_id)
        known = sorted(await self._store.listing(job_id=job_id), key=lambda each: each.number)
        needed = job.resume_from if job is not None else None
        useless = [each for each in superseded(known) if each != needed]
        if useless:
            await self._store.remove(useless)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _arrival(self, checkpoint_id: str, limit_s: float) -> Checkpoint | None:
        awaited: asyncio.Future[Checkpoint | None] = asyncio.get_running_loop().create_future()
        self._awaited[checkpoint_id] = awaited
        timer = self._clock.call_later(limit_s, lambda: None if awaited.done() else awaited.set_result(None))
        try:
            return await awaited
        finally:
            timer.cancel()
            del self._awaited[checkpoint_id]

    def _note(self, kept: Checkpoint) -> None:
        head = self._heads.get(kept.job_id)
        if head is None or kept.number > head.number:
            self._heads[kept.job_id] = kept
        awaited = self._awaited.get(kept.checkpoint_id)
        if awaited is not None and not awaited.done():
            awaited.set_result(kept)
        self._bus.publish(CheckpointTaken(checkpoint=kept))

    def _on_job(self, event: JobChanged) -> None:
        if event.job.status.has_ended and self._heads:
            self._heads.pop(event.job.job_id, None)
            self._chosen.pop(event.job.job_id, None)
