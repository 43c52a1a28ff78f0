"""What has happened, as values: events tell, they never command."""

from dataclasses import dataclass

from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import LogEntry
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.workflow_version import WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened and is durable where it has to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged(Event):
    """A job was accepted, moved or refreshed."""

    job: Job
    before: JobStatus | None
    """None for a job that was just accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress(Event):
    """A running attempt got further; nothing else about the job changed."""

    job: Job
    """With its new progress and current step."""
    steps: tuple[StepProgress, ...]
    """The steps that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsArrived(Event):
    """A robot delivered log lines, and they are stored."""

    robot_id: RobotId
    entries: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotChanged(Event):
    """A robot came, went, took or finished work, or reported new figures."""

    robot: Robot
    jobs: tuple[JobId, ...]
    """What it holds, in the order of claiming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotRemoved(Event):
    """A robot was taken out of the fleet."""

    robot_id: RobotId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChanged(Event):
    """A schedule was added, edited, paused, resumed or fired."""

    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRemoved(Event):
    """A schedule is gone."""

    schedule_id: ScheduleId


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChanged(Event):
    """A workflow has a new newest version."""

    version: WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRemoved(Event):
    """A workflow was taken out of the lists."""

    workflow_id: WorkflowId
