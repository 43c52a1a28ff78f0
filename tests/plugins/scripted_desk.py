"""What a scripted engine knows, and whom it tells what changed; all of it on the engine's own thread."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import sample_details as details
import sample_figures as figures
import sample_fleet as sample

from orchestrator.contract.api.alerts import AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.notices import NoticeView
from orchestrator.contract.api.operations import RolloutView
from orchestrator.contract.api.repairs import RepairView
from orchestrator.contract.questions import Question

_standing: list[datetime] = []


def clock() -> datetime:
    """The present, or the moment at which it stands still."""
    return _standing[0] if _standing else datetime.now(UTC)  # noqa: TID251 - the engine's clock


def stand_still(at: datetime) -> None:
    """For pictures: it is always this moment from now on, in this process."""
    _standing[:] = [at]


class RefusalError(Exception):
    """The engine says no."""

    def __init__(self, status: int, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.status, self.body = status, body


def absent(what: str) -> RefusalError:
    """It says that there is no such thing."""
    return RefusalError(404, ErrorBody(code="not_found", message=f"There is no {what}."))


class Desk:
    """Holds a fleet, what shall be refused, and the queues of those who listen."""

    def __init__(self, fleet: sample.Fleet, url: str = "") -> None:
        self.fleet = fleet
        self.url = url
        self.sources: dict[str, str] = {}
        """What workflows were saved as, by id."""
        self.robots_url = ""
        """Where robots connect."""
        self.refuse: dict[str, ErrorBody] = {}
        self.questions: dict[str, Question] = {}
        self.repairs: dict[str, RepairView] = {}
        self.alerts: dict[str, AlertView] = {}
        self.notices: dict[str, NoticeView] = {}
        self.ended_notices: list[NoticeView] = []
        self.restarted: tuple[str, ...] = ()
        self.rollouts: dict[str, RolloutView] = {}
        self.away: dict[str, AwayReportView] = {}
        self.listeners: set[asyncio.Queue[EventBatch | None]] = set()

    def snapshot(self) -> EventBatch:
        """Everything at once, for somebody who begins to listen."""
        fleet = self.fleet
        living = tuple(job for job in fleet.jobs.values() if not job.status.has_ended)
        return EventBatch(
            number=0,
            is_snapshot=True,
            jobs=living,
            robots=tuple(fleet.robots.values()),
            schedules=tuple(fleet.schedules.values()),
            workflows=tuple(fleet.workflows.values()),
            steps={job.job_id: details.steps_of(job) for job in living if job.started_at},
            dashboard=figures.dashboard(fleet, clock()),
            alerts=tuple(self.alerts.values()),
            notices=tuple(self.notices.values()),
            away=tuple(self.away.values()),
        )

    def tell(self, **content: Any) -> None:
        """Send a batch to everyone."""
        batch = EventBatch(number=1, dashboard=figures.dashboard(self.fleet, clock()), **content)
        for listener in self.listeners:
            listener.put_nowait(batch)

    def hang_up(self) -> None:
        """End every connection of those who listen."""
        for listener in self.listeners:
            listener.put_nowait(None)

    def change_job(self, job_id: str, **changes: Any) -> JobView:
        """Change a job and tell it."""
        job = self.fleet.jobs[job_id]
        after = job.model_copy(update={"version": job.version + 1, "changed_at": clock(), **changes})
        self.fleet.jobs[job_id] = after
        item = sample.note(
            self.fleet, f"job.{after.status}", f"{after.workflow_name} is {after.status}.", job_id=job_id, at=clock()
        )
        self.tell(jobs=(after,), activity=(item,))
        return after
