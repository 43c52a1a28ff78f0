"""`/api/v1/schedules`: rules, their preview, and what they do next."""

from typing import Annotated

from fastapi import APIRouter, Depends

from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import PreviewRequest, PreviewView, ScheduleRequest, ScheduleView
from orchestrator.contract.ids import ScheduleId
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.schedule_desk import rule_schedule
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts
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
