"""Limits and breakers in memory, as the engine's store keeps them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from orchestrator.contract.ids import JobId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.concurrency import NamedLimit
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.flow import OpenBreaker


class FakeFlow:
    """Flow control's memory; `write` is the store's own gate, which a test can shut."""

    def __init__(
        self,
        write: Callable[[], Awaitable[None]],
        note: Callable[[AuditEntry | None], None],
        jobs: Mapping[JobId, Job],
    ) -> None:
        self._write = write
        self._note = note
        self._jobs = jobs
        self.limit_records: dict[str, NamedLimit] = {}
        self.breaker_records: dict[str, OpenBreaker] = {}

    async def limits(self) -> Sequence[NamedLimit]:
        return [limit for _, limit in sorted(self.limit_records.items())]

    async def save_limit(self, limit: NamedLimit, audit: AuditEntry) -> None:
        await self._write()
        self.limit_records[limit.key] = limit
        self._note(audit)

    async def remove_limit(self, key: str, audit: AuditEntry) -> bool:
        await self._write()
        was_there = self.limit_records.pop(key, None) is not None
        self._note(audit if was_there else None)
        return was_there

    async def breakers(self) -> Sequence[OpenBreaker]:
        return [breaker for _, breaker in sorted(self.breaker_records.items())]

    async def save_breaker(self, key: str, breaker: OpenBreaker | None, audit: AuditEntry) -> None:
        await self._write()
        self.breaker_records.pop(key, None)
        if breaker is not None:
            self.breaker_records[key] = breaker
        self._note(audit)

    async def recent_durations(self, limit: int) -> Sequence[tuple[WorkflowId, float]]:
        ended = [
            (job.finished_at, job.workflow_id, (job.finished_at - job.started_at).total_seconds())
            for job in self._jobs.values()
            if job.status is JobStatus.COMPLETED and job.finished_at is not None and job.started_at is not None
        ]
        return [(workflow_id, seconds) for _, workflow_id, seconds in sorted(ended)[-limit:]]
