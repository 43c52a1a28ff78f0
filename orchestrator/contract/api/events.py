"""The event stream."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.alerts import AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.common import View
from orchestrator.contract.api.figures import ActivityItem, DashboardView
from orchestrator.contract.api.jobs import JobView, StepView
from orchestrator.contract.api.notices import NoticeView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.ids import JsonValue


class NamedEvent(View):
    """Something that happened, as the engine's parts tell it to each other."""

    number: int
    """Rises by one with each event that this connection is told; a gap means that some were too many."""
    name: str
    """`jobs.failed`, `alerts.raised`, `orchestration.checkpoint_created`: the most telling of its names."""
    names: tuple[str, ...] = ()
    at: datetime
    data: dict[str, JsonValue] = Field(default_factory=dict)
    """Its plain facts: ids, statuses, sentences."""


class EventBatch(View):
    """One frame of the event stream (`/events`): what changed, coalesced, at most 10 a second.

    The first frame after connecting is a snapshot (`is_snapshot`): all robots, schedules and workflows, the jobs that
    robots hold and the newest 200 others; tables read the rest page by page. A frame repeats the whole view of what
    changed, never a difference.
    """

    number: int
    is_snapshot: bool = False
    jobs: tuple[JobView, ...] = ()
    robots: tuple[RobotView, ...] = ()
    removed_robots: tuple[str, ...] = ()
    schedules: tuple[ScheduleView, ...] = ()
    removed_schedules: tuple[str, ...] = ()
    workflows: tuple[WorkflowView, ...] = ()
    removed_workflows: tuple[str, ...] = ()
    steps: dict[str, tuple[StepView, ...]] = Field(default_factory=dict)
    """By job: steps that changed."""
    activity: tuple[ActivityItem, ...] = ()
    dashboard: DashboardView | None = None
    alerts: tuple[AlertView, ...] = ()
    """Raised, changed, acknowledged or resolved; in a snapshot those that are open."""
    notices: tuple[NoticeView, ...] = ()
    """Put up or taken down; in a snapshot those that hang."""
    away: tuple[AwayReportView, ...] = ()
    """Reports about absences that changed or were dismissed; in a snapshot those that nobody has dismissed."""
    events: tuple[NamedEvent, ...] = ()
    """Only for those who asked for names."""
    answers: int = 0
    """The highest number that the client has sent: every event with a name from before it came is in this frame or was
    in an earlier one. 0 when nothing was asked."""
