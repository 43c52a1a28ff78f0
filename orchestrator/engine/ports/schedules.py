"""What is remembered of schedules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import FireOutcome, Schedule
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class FireRecord:
    """What happened to one instant of a schedule, or to several in a row that were missed."""

    schedule_id: ScheduleId
    fire_at: datetime
    """The instant; of several the last."""
    considered_at: datetime | None = None
    """When it was looked at; None for those of older versions."""
    outcome: FireOutcome = FireOutcome.FIRED
    note: str = ""
    """Why there is no job."""
    job_id: JobId | None = None
    since_at: datetime | None = None
    """The first of several."""
    instants: int = 1


class ScheduleStore(Protocol):
    """Schedules and their fire times."""

    async def save_schedule(self, schedule: Schedule, audit: AuditEntry | None = None) -> None: ...

    async def schedules(self) -> Sequence[Schedule]: ...

    async def schedule(self, schedule_id: ScheduleId) -> Schedule | None: ...

    async def remove_schedule(self, schedule_id: ScheduleId, audit: AuditEntry) -> bool: ...

    async def fire(self, schedule: Schedule, record: FireRecord, job: Job | None, audit: AuditEntry) -> Job | None:
        """In one transaction: note what happened to the instant, save the schedule, and add the job.

        (schedule, instant) is unique: None when it was considered before, and nothing is changed then but the
        schedule's next run. `job` None records an instant that the policies skipped.
        """
        ...

    async def fires(
        self, schedule_id: ScheduleId, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FireRecord]:
        """What happened to the schedule's instants, newest first."""
        ...

    async def newest_jobs(self) -> Mapping[ScheduleId, JobId]:
        """The job of each schedule's newest instant that has one."""
        ...

    async def prune_fires(self, schedule_id: ScheduleId, *, keep: int) -> None:
        """Forget all but the newest instants."""
        ...
