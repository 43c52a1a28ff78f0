"""Triggers, firings and live settings in memory, with the guarantees of the real records."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FiringOutcome, Trigger, TriggerId
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.triggers import EndedJob, Firing

Write = Callable[[], Awaitable[None]]
ENDS = {"job.completed", "job.failed", "job.cancelled", "job.timeout", "job.dead_letter"}


class FakeTriggers:
    """`add_job` keeps a job under its key as the store does; `audit` is the store's own list."""

    def __init__(self, write: Write, audit: list[AuditEntry], add_job: Callable[[Job, AuditEntry], Job]) -> None:
        self.records: dict[TriggerId, Trigger] = {}
        self.fired: dict[tuple[TriggerId, str], Firing] = {}
        self.number: int | None = None
        self._write = write
        self._audit = audit
        self._add_job = add_job

    async def save(self, trigger: Trigger, audit: AuditEntry) -> None:
        await self._write()
        if any(each.name == trigger.name and each.trigger_id != trigger.trigger_id for each in self.records.values()):
            raise ConflictError(f"There is a trigger {trigger.name!r} already; choose another name.")
        self.records[trigger.trigger_id] = trigger
        self._audit.append(audit)

    async def every(self) -> Sequence[Trigger]:
        return sorted(self.records.values(), key=lambda trigger: trigger.name)

    async def remove(self, trigger_id: TriggerId, audit: AuditEntry) -> bool:
        await self._write()
        self._audit.append(audit)
        return self.records.pop(trigger_id, None) is not None

    async def fire(
        self, firing: Firing, job: Job | None, *, key: str | None, audit: AuditEntry
    ) -> tuple[Firing, Job | None]:
        await self._write()
        known = self.fired.get((firing.trigger_id, firing.event_key))
        if known is not None:
            return known, None
        kept = self._add_job(job, audit) if job is not None else None
        if kept is None:
            self._audit.append(audit)
        noted = replace(firing, job_id=kept.job_id if kept else None)
        self.fired[(firing.trigger_id, firing.event_key)] = noted
        return noted, kept

    async def note_present(self, firings: Sequence[Firing]) -> None:
        await self._write()
        for firing in firings:
            self.fired.setdefault((firing.trigger_id, firing.event_key), firing)

    async def known_keys(self, trigger_id: TriggerId, keys: Collection[str]) -> frozenset[str]:
        return frozenset(key for key in keys if (trigger_id, key) in self.fired)

    async def firings(self, trigger_id: TriggerId, *, limit: int = 100) -> Sequence[Firing]:
        found = [
            firing
            for firing in self.fired.values()
            if firing.trigger_id == trigger_id and firing.outcome is not FiringOutcome.PRESENT
        ]
        return sorted(found, key=lambda firing: (firing.at, firing.event_key), reverse=True)[:limit]

    async def origin(self, job_id: JobId) -> Firing | None:
        return next((firing for firing in self.fired.values() if firing.job_id == job_id), None)

    async def followers(self, job_id: JobId) -> Sequence[Firing]:
        return [firing for firing in self.fired.values() if firing.source_job_id == job_id]

    async def ends_after(self, number: int, *, limit: int) -> Sequence[EndedJob]:
        found = [
            EndedJob(number=place, at=entry.at, job_id=entry.job_id, status=JobStatus(entry.kind.removeprefix("job.")))
            for place, entry in enumerate(self._audit, 1)
            if place > number and entry.kind in ENDS and entry.job_id is not None
        ]
        return found[:limit]

    async def newest_end(self) -> int:
        return len(self._audit)

    async def mark(self) -> int | None:
        return self.number

    async def set_mark(self, number: int) -> None:
        await self._write()
        self.number = number


class FakeSettings:
    """Settings that were changed."""

    def __init__(self, write: Write, audit: list[AuditEntry]) -> None:
        self.values: dict[str, JsonValue] = {}
        self._write = write
        self._audit = audit

    async def every(self) -> Mapping[str, JsonValue]:
        return dict(self.values)

    async def save(self, values: Mapping[str, JsonValue], *, at: datetime, actor: str, audit: AuditEntry) -> None:
        await self._write()
        self.values.update(values)
        self._audit.append(audit)

    async def remove(self, name: str, *, audit: AuditEntry) -> None:
        await self._write()
        self.values.pop(name, None)
        self._audit.append(audit)
