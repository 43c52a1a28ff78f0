"""`/api/v1/timeline`: robots over time, and any moment of it."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.timeline import MOST_RUNS, RUNS, MomentView, TimelineView
from orchestrator.server.parts import Parts, parts
from orchestrator.server.timeline_views import moment_view, timeline_view

router = APIRouter(prefix="/timeline", tags=["timeline"])

Using = Annotated[Parts, Depends(parts)]

_HOUR = timedelta(hours=1)


@router.get("")
async def timeline(
    using: Using,
    *,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
    runs: Annotated[int, Query(ge=1, le=MOST_RUNS)] = RUNS,
) -> TimelineView:
    """What ran where and what waited, the last hour without another wish; with more than `runs`, short ones are
    counted."""
    end = until if until is not None else using.engine.clock.now()
    found = await using.engine.timeline.over(since if since is not None else end - _HOUR, end, most_runs=runs)
    return timeline_view(found)


@router.get("/moment")
async def moment(using: Using, at: datetime) -> MomentView:
    """Everything that is known of one instant: robots, what ran at which step, what waited, what had just failed."""
    return moment_view(await using.engine.timeline.at(at))
