"""The event stream."""

from pydantic import Field

from orchestrator.contract.api.common import View
from orchestrator.contract.api.figures import ActivityItem, DashboardView
from orchestrator.contract.api.jobs import JobView, StepView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.api.workflows import WorkflowView


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
