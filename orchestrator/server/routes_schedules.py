"""`/api/v1/schedules`: rules, their preview, and what they do next."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.common import MAX_PAGE
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import (
    InstantView,
    PreviewRequest,
    PreviewView,
    ScheduleRequest,
    ScheduleView,
)
from orchestrator.contract.ids import ScheduleId
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.errors import InvalidRequestError, NotFoundError
from orchestrator.engine.schedule_desk import rule_schedule
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.schedule_views import instant_view
from orchestrator.server.views import preview_view

router = APIRouter(prefix="/schedules", tags=["schedules"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def list_schedules(using: Using) -> list[ScheduleView]:
    """All schedules, by name."""
    looks = Looks(using.engine)
    return [await looks.schedule(schedule) for schedule in using.engine.scheduler.schedules()]


@router.post("", status_code=201)
async def add_schedule(request: ScheduleRequest, using: Using, actor: Actor) -> ScheduleView:
    """Add a schedule."""
    schedule = await using.engine.schedule_desk.schedule_of(request)
    return await Looks(using.engine).schedule(await using.engine.scheduler.add_schedule(schedule, actor=actor))


@router.post("/preview")
async def preview(request: PreviewRequest, using: Using) -> PreviewView:
    """The next fire times of a rule, and what may surprise."""
    now = request.after or using.engine.clock.now()
    schedule = rule_schedule(request.rule, using.engine.clock.now())
    return preview_view(schedule, after=now, count=request.count)


@router.get("/{schedule}")
async def one_schedule(schedule: str, using: Using) -> ScheduleView:
    """A schedule by id or name."""
    return await Looks(using.engine).schedule(_named(using, schedule))


@router.get("/{schedule}/history")
async def history(
    schedule: str,
    using: Using,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> list[InstantView]:
    """What happened to each instant, newest first; `before` an instant for the next page."""
    if before is not None and before.tzinfo is None:
        raise InvalidRequestError("`before` needs an offset from UTC, as in 2026-03-27T09:00:00+01:00.", field="before")
    known = _named(using, schedule)
    records = await using.engine.scheduler.history(known.schedule_id, before=before, limit=limit)
    jobs = {each.job_id: await using.engine.queue.find(each.job_id) for each in records if each.job_id is not None}
    return [instant_view(each, jobs.get(each.job_id) if each.job_id is not None else None) for each in records]


@router.put("/{schedule}")
async def update_schedule(schedule: str, request: ScheduleRequest, using: Using, actor: Actor) -> ScheduleView:
    """Replace a schedule's rule and settings."""
    changed = await using.engine.schedule_desk.schedule_of(request, replaces=_named(using, schedule))
    return await Looks(using.engine).schedule(await using.engine.scheduler.update_schedule(changed, actor=actor))


@router.delete("/{schedule}", status_code=204)
async def remove_schedule(schedule: str, using: Using, actor: Actor) -> None:
    """Remove a schedule; its jobs stay."""
    await using.engine.scheduler.remove_schedule(_named(using, schedule).schedule_id, actor=actor)


@router.post("/{schedule}/pause")
async def pause_schedule(schedule: str, using: Using, actor: Actor) -> ScheduleView:
    """Let a schedule rest."""
    paused = await using.engine.scheduler.pause_schedule(_named(using, schedule).schedule_id, actor=actor)
    return await Looks(using.engine).schedule(paused)


@router.post("/{schedule}/resume")
async def resume_schedule(schedule: str, using: Using, actor: Actor) -> ScheduleView:
    """Let a schedule fire again, from now on."""
    resumed = await using.engine.scheduler.resume_schedule(_named(using, schedule).schedule_id, actor=actor)
    return await Looks(using.engine).schedule(resumed)


@router.post("/{schedule}/run")
async def run_schedule(schedule: str, using: Using, actor: Actor) -> JobView:
    """Run a schedule's job now, besides its rule."""
    job = await using.engine.scheduler.run_now(_named(using, schedule).schedule_id, actor=actor)
    return Looks(using.engine).job(job)


def _named(using: Parts, schedule: str) -> Schedule:
    """The schedule with this id or, failing that, this name."""
    known = using.engine.scheduler.schedules()
    by_id = [each for each in known if each.schedule_id == ScheduleId(schedule)]
    found = by_id or [each for each in known if each.name == schedule]
    if not found:
        raise NotFoundError("schedule", schedule)
    return found[0]
