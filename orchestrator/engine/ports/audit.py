"""What is written down of everything that happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.ids import JobId, JsonValue, RobotId, ScheduleId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that happened, for the activity list and the audit log."""

    at: datetime
    kind: str
    """`job.completed`, `robot.lost`, `schedule.paused`, ..."""
    message: str
    """One sentence for people."""
    actor: str = "engine"
    job_id: JobId | None = None
    robot_id: RobotId | None = None
    schedule_id: ScheduleId | None = None
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to read; None does not restrict."""

    kind: str | None = None
    """A kind, or the beginning of some: `job.*`."""
    job_id: JobId | None = None
    robot_id: RobotId | None = None
    actor: str | None = None
