"""The scripted engine's answers about the fleet's past."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sample_timeline import sample_moment, sample_timeline
from scripted_desk import Desk, clock

from orchestrator.contract.api.timeline import GapView, MomentView, TimelineView


class Past:
    """What was asked for; `is_blank`: nothing was recorded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.asked: list[tuple[datetime, datetime]] = []
        self.moments: list[datetime] = []
        self.is_blank = False

    def over(self, since: datetime, until: datetime) -> TimelineView:
        """The sample fleet over time."""
        self.asked.append((since, until))
        now = clock()
        if self.is_blank:
            gap = GapView(since=since, until=until, reason="unrecorded")
            return TimelineView(since=since, until=until, now=now, bucket_s=60, lanes=(), gaps=(gap,))
        return sample_timeline(since, until, now, robots=self._robots(), job_ids=list(self._desk.fleet.jobs)[:40])

    def at(self, moment: datetime) -> MomentView:
        """The sample fleet at a moment."""
        self.moments.append(moment)
        return sample_moment(moment, robots=self._robots(), job_ids=list(self._desk.fleet.jobs)[:40])

    def _robots(self) -> list[tuple[str, str]]:
        return [(robot.robot_id, robot.name) for robot in self._desk.fleet.robots.values()]


def timeline_routes(router: APIRouter, past: Past) -> None:
    """Answer what the API asks about the fleet's past."""

    @router.get("/timeline")
    async def timeline(
        since: Annotated[datetime | None, Query(alias="from")] = None,
        until: Annotated[datetime | None, Query(alias="to")] = None,
    ) -> TimelineView:
        end = until or clock()
        return past.over(since or end - timedelta(hours=1), end)

    @router.get("/timeline/moment")
    async def moment(at: datetime) -> MomentView:
        return past.at(at)
