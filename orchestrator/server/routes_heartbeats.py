"""`/api/v1/heartbeats`: which address each schedule calls after a good run."""

from typing import Annotated

from fastapi import APIRouter, Depends

from orchestrator.contract.api.heartbeats import HeartbeatRequest, HeartbeatView
from orchestrator.domain.schedule import Schedule
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts

router = APIRouter(prefix="/heartbeats", tags=["schedules"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def heartbeats(using: Using) -> list[HeartbeatView]:
    """Every schedule, with the address that it calls, if any."""
    return [_view(using, each) for each in using.engine.scheduler.schedules()]


@router.put("/{schedule}")
async def set_heartbeat(schedule: str, request: HeartbeatRequest, using: Using, actor: Actor) -> HeartbeatView:
    """Let a schedule call an address after each run that completed and is not suspect, or nobody."""
    found = using.engine.scheduler.get(Looks(using.engine).schedule_named(schedule))
    await using.engine.watch.heartbeats.set_url(found.schedule_id, request.url, actor=actor)
    return _view(using, found)


@router.post("/{schedule}/try")
async def try_heartbeat(schedule: str, using: Using) -> HeartbeatView:
    """Call a schedule's address once, now."""
    found = using.engine.scheduler.get(Looks(using.engine).schedule_named(schedule))
    await using.engine.watch.heartbeats.try_now(found.schedule_id)
    return _view(using, found)


def _view(using: Parts, schedule: Schedule) -> HeartbeatView:
    desk = using.engine.watch.heartbeats
    last = desk.last(schedule.schedule_id)
    return HeartbeatView(
        schedule_id=schedule.schedule_id,
        name=schedule.name,
        url=desk.urls.get(schedule.schedule_id),
        called_at=last.at if last is not None else None,
        problem=last.problem if last is not None else "",
    )
