"""While you were away: what a start found."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import View


class AwayJobView(View):
    """A job that was on a robot when the engine ended."""

    job_id: str
    workflow_name: str
    fate: str
    """`unknown` (its robot has not come back), `adopted` (goes on), `requeued`, `finished` (meanwhile; delivered
    later), `dead_lettered`, `ended` (cancelled, timed out)."""


class MissedRunsView(View):
    """A schedule whose runs fell into the absence."""

    schedule_id: str
    name: str
    since: datetime
    policy: str
    """`skip`, `latest` or `all`."""
    dropped: int = 0
    made_up: int = 0


class AwayReportView(View):
    """`GET /away`: what happened between two starts; kept until it is dismissed."""

    report_id: str
    started_at: datetime
    last_seen_at: datetime | None
    """The last thing that the engine before had written down."""
    jobs: tuple[AwayJobView, ...] = ()
    more_jobs: int = 0
    """Jobs beyond the listed ones."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Listed jobs by fate."""
    schedules: tuple[MissedRunsView, ...] = ()
    dismissed_at: datetime | None = None
    dismissed_by: str = ""
