"""What has happened, as values: events tell, they never command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from orchestrator.contract.ids import JobId, JsonValue, RobotId, ScheduleId, WorkflowId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.protocol.robots import Heartbeat
from orchestrator.contract.results import LogEntry
from orchestrator.contract.states import JobStatus
from orchestrator.domain.alerts import Alert
from orchestrator.domain.away import AwayReport
from orchestrator.domain.job import Job
from orchestrator.domain.notices import Notice
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import FireOutcome, Schedule
from orchestrator.domain.stalls import Stall
from orchestrator.domain.workflow_version import WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened and is durable where it has to be.

    Each kind has a dotted name, by which patterns find it: `jobs.*`, `orchestration.checkpoint_*`.
    """

    topic: ClassVar[str] = "event"

    @property
    def names(self) -> tuple[str, ...]:
        """What this event is called; one that tells several things has several names."""
        return (self.topic,)

    @property
    def state(self) -> str | None:
        """Where the thing stands now, for those who ask for some states only; None when it stands nowhere."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged(Event):
    """A job was accepted, moved or refreshed."""

    topic: ClassVar[str] = "jobs.changed"

    job: Job
    before: JobStatus | None
    """None for a job that was just accepted."""

    @property
    def names(self) -> tuple[str, ...]:
        """`jobs.changed`, and the status: `jobs.running`, `jobs.failed`."""
        return (self.topic, f"jobs.{self.job.status}")

    @property
    def state(self) -> str:
        """The job's status."""
        return self.job.status


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress(Event):
    """A running attempt got further; nothing else about the job changed."""

    topic: ClassVar[str] = "jobs.progress"

    job: Job
    """With its new progress and current step."""
    steps: tuple[StepProgress, ...]
    """The steps that changed."""

    @property
    def names(self) -> tuple[str, ...]:
        """`jobs.progress`, and what steps did: `steps.running`, `steps.completed`, `steps.failed`."""
        return (self.topic, *dict.fromkeys(f"steps.{step.status}" for step in self.steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsArrived(Event):
    """A robot delivered log lines, and they are stored."""

    topic: ClassVar[str] = "logs.arrived"

    robot_id: RobotId
    entries: tuple[LogEntry, ...]


ROBOT, WORK = "robot", "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotChanged(Event):
    """A robot came, went, took or finished work, or reported new figures."""

    topic: ClassVar[str] = "robots.changed"

    robot: Robot
    jobs: tuple[JobId, ...]
    """What it holds, in the order of claiming."""
    is_about_work: bool = False
    """True when nothing but what it holds has changed, which is most often."""

    @property
    def names(self) -> tuple[str, ...]:
        """`robots.changed`, and `robots.drained` for one that takes nothing new and holds nothing any more."""
        return (self.topic, "robots.drained") if self.robot.draining and not self.jobs else (self.topic,)

    @property
    def state(self) -> str:
        """`work` or `robot`: what has changed."""
        return WORK if self.is_about_work else ROBOT


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotRemoved(Event):
    """A robot was taken out of the fleet."""

    topic: ClassVar[str] = "robots.removed"

    robot_id: RobotId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChanged(Event):
    """A schedule was added, edited, paused, resumed or fired."""

    topic: ClassVar[str] = "schedules.changed"

    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMissed(Event):
    """Runs of a schedule did not happen: nobody was there, the one before had not ended, or no job could be made."""

    topic: ClassVar[str] = "schedules.missed"

    schedule: Schedule
    outcome: FireOutcome
    """OVERLAP, MISSED or REFUSED."""
    first_at: datetime
    last_at: datetime
    count: int
    reason: str
    """One sentence for people."""

    @property
    def names(self) -> tuple[str, ...]:
        """`schedules.missed`, and why: `schedules.missed.overlap`, `schedules.missed.refused`."""
        return (self.topic, f"{self.topic}.{self.outcome}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRemoved(Event):
    """A schedule is gone."""

    topic: ClassVar[str] = "schedules.removed"

    schedule_id: ScheduleId


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChanged(Event):
    """A workflow has a new newest version."""

    topic: ClassVar[str] = "workflows.changed"

    version: WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRemoved(Event):
    """A workflow was taken out of the lists."""

    topic: ClassVar[str] = "workflows.removed"

    workflow_id: WorkflowId


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff(Event):
    """The engine switched something off by itself; whoever publishes it also registers how it is undone."""

    topic: ClassVar[str] = "engine.switched_off"

    kind: str
    """`schedule`, `breaker`, `robot`: which undo action belongs to it (`engine.notices.undo_with(kind, action)`)."""
    subject: str
    """Id of the thing: at most one notice is open for each kind and subject."""
    title: str
    """What was switched off, in one sentence: `Schedule nightly was paused.`"""
    reason: str
    """Why, in one sentence."""
    undo: str = "Switch it on again"
    """What the undo does, as a button says it."""
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOn(Event):
    """What had been switched off works again, by itself or by a person's hand: its notice is over."""

    topic: ClassVar[str] = "engine.switched_on"

    kind: str
    subject: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChanged(Event):
    """A notice was put up, or is over."""

    topic: ClassVar[str] = "notices.changed"

    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChanged(Event):
    """An alert was raised, got worse or better, was acknowledged, or is over."""

    topic: ClassVar[str] = "alerts.changed"

    alert: Alert

    @property
    def names(self) -> tuple[str, ...]:
        """`alerts.changed`; the kind: `alerts.robot_gone`; and `alerts.raised` or `alerts.resolved`."""
        moment = "alerts.raised" if self.alert.is_open else "alerts.resolved"
        return (self.topic, f"alerts.{self.alert.kind}", moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class StallNoticed(Event):
    """A run stands still, and a rung of the ladder was climbed."""

    topic: ClassVar[str] = "jobs.stalled"

    job: Job
    stall: Stall


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotHeard(Event):
    """A heartbeat arrived."""

    topic: ClassVar[str] = "robots.heard"

    robot_id: RobotId
    heartbeat: Heartbeat


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayChanged(Event):
    """The report about an absence has got further, or was dismissed."""

    topic: ClassVar[str] = "away.changed"

    report: AwayReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesTight(Event):
    """CPU, memory or disk crossed a threshold upwards: a good moment for checkpoints."""

    topic: ClassVar[str] = "resources.tight"

    resource: str
    """`cpu`, `memory` or `disk`."""
    level: str
    """`warning` or `critical`."""
    share: float
    """How much of it is used, 0 to 1."""
    robot_id: RobotId | None = None
    """Whose machine; None for the orchestrator's own."""

    @property
    def names(self) -> tuple[str, ...]:
        """`resources.tight`, and the level: `resources.critical`."""
        return (self.topic, f"resources.{self.level}")
