"""Puts waiting jobs into the queue when their time has come."""

import asyncio
from collections.abc import Callable

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, due

TICK_S = 5.0
"""Due times are wall times: a clock that is set forward is noticed after so long."""
AT_ONCE = 256


class DueWatch:
    """Moves PENDING jobs to QUEUED, the moment they are due; `is_held` names those that wait for another job."""

    def __init__(self, queue: JobQueue, bus: EventBus, clock: Clock, *, is_held: Callable[[Job], bool]) -> None:
        self._queue = queue
        self._is_held = is_held
        self._clock = clock
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES | {JobStatus.PENDING})

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            while ready := self._queue.due(self._clock.now())[:AT_ONCE]:
                await asyncio.gather(*(self._release(job_id) for job_id in ready))
            await self._wakeup.wait(self._rest_s())

    def _on_job(self, event: JobChanged) -> None:
        if event.job.status is JobStatus.PENDING or event.job.schedule_id is not None:  # its end may let another go
            self._wakeup.ring()

    async def _release(self, job_id: JobId) -> None:
        job = self._queue.get(job_id)
        if job is not None and self._is_held(job):
            self._queue.hold(job_id)
        else:
            await self._queue.move(job_id, self._when_due)

    def _when_due(self, job: Job) -> Move | None:
        now = self._clock.now()
        if job.status is not JobStatus.PENDING or (job.not_before is not None and job.not_before > now):
            return None
        return due(job, at=now)

    def _rest_s(self) -> float:
        next_at = self._queue.next_due_at()
        if next_at is None:
            return TICK_S
        return min(TICK_S, max(0.0, (next_at - self._clock.now()).total_seconds()))
