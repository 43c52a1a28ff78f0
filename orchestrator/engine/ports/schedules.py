"""What is remembered of schedules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import ScheduleId
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.ports.audit import AuditEntry


class ScheduleStore(Protocol):
    """Schedules and their fire times."""

    async def save_schedule(self, schedule: Schedule, audit: AuditEntry | None = None) -> None: ...

    async def schedules(self) -> Sequence[Schedule]: ...

    async def schedule(self, schedule_id: ScheduleId) -> Schedule | None: ...

    async def remove_schedule(self, schedule_id: ScheduleId, audit: AuditEntry) -> bool: ...

    async def fire(self, schedule: Schedule, fire_at: datetime, job: Job | None, audit: AuditEntry) -> Job | None:
        """In one transaction: note that the instant was considered, save the schedule, and add the job.

        (schedule, instant) is unique: None when it was fired before, and nothing is changed then but the schedule's
        next run. `job` None records an instant that the policies skipped.
        """
        ...
