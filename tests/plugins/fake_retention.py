"""Forgetting in memory, for the engine's tests; the rows are those of the other fakes."""

from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import TriggerId
from orchestrator.engine.ports.triggers import Firing

Write = Callable[[], Awaitable[None]]


class FakeRetention:
    """Knows jobs and firings; of the rest it says that nothing is old."""

    def __init__(
        self,
        write: Write,
        jobs: MutableMapping[JobId, Job],
        firings: MutableMapping[tuple[TriggerId, str], Firing],
    ) -> None:
        self._write = write
        self._jobs = jobs
        self._firings = firings

    async def remove_jobs(self, ended_before: datetime, *, most: int) -> Sequence[JobId]:
        await self._write()
        old = [
            job
            for job in self._jobs.values()
            if job.status.has_ended
            and job.status is not JobStatus.DEAD_LETTER
            and job.finished_at is not None
            and job.finished_at < ended_before
        ]
        gone = [job.job_id for job in sorted(old, key=lambda job: str(job.finished_at))[:most]]
        for job_id in gone:
            del self._jobs[job_id]
        return gone

    async def remove_logs(self, before: datetime, *, most: int) -> int:
        return 0

    async def remove_questions(self, asked_before: datetime, *, most: int) -> int:
        return 0

    async def remove_firings(self, before: datetime, *, besides: Collection[TriggerId], most: int) -> int:
        await self._write()
        return self._drop([key for key, each in self._firings.items() if each.at < before and key[0] not in besides])

    async def remove_surplus_firings(self, trigger_id: TriggerId, *, keep: int) -> int:
        newest = sorted((key for key in self._firings if key[0] == trigger_id), key=lambda key: self._firings[key].at)
        return self._drop(newest[:-keep])

    async def remove_orphaned_fires(self, before: datetime, *, most: int) -> int:
        return 0

    async def remove_failure_groups(self, seen_before: datetime, *, most: int) -> int:
        return 0

    def _drop(self, keys: Sequence[tuple[TriggerId, str]]) -> int:
        for key in keys:
            del self._firings[key]
        return len(keys)
