"""The scripted engine's answers about schedules: lists, previews, and orders."""

from datetime import UTC, datetime, timedelta, timezone

from fastapi import APIRouter
from scripted_desk import Desk, RefusalError, clock

from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.flow import EstimateView
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import (
    ClockChangeView,
    FireView,
    InstantView,
    PreviewRequest,
    PreviewView,
    ScheduleRequest,
    ScheduleView,
)
from orchestrator.contract.ids import new_id
from orchestrator.contract.states import JobStatus

CLOCK_CHANGE = ClockChangeView(
    at=datetime(2027, 3, 28, 1, tzinfo=UTC),
    words="Sunday 2027-03-28: the clock jumps from 02:00 to 03:00",
    effect="Nothing runs that day. 09:00 is 08:00 UTC before it and 07:00 UTC after it.",
)
_FRIDAY = 5
_ZONE = timezone(timedelta(hours=1))


def schedule_routes(router: APIRouter, desk: Desk) -> None:  # noqa: C901 - one small function each
    """Answer what the API asks about schedules."""
    fleet = desk.fleet

    def keep(view: ScheduleView) -> ScheduleView:
        fleet.schedules[view.schedule_id] = view
        desk.tell(schedules=(view,))
        return view

    def of(request: ScheduleRequest, schedule_id: str) -> ScheduleView:
        workflow = next(w for w in fleet.workflows.values() if request.workflow in (w.workflow_id, w.name))
        return ScheduleView(
            schedule_id=schedule_id,
            name=request.name,
            workflow_id=workflow.workflow_id,
            workflow_name=workflow.name,
            rule=request.rule,
            variables=request.variables,
            words=f"By {request.rule.frequency}",
            enabled=request.enabled,
            overlap_policy=request.overlap_policy,
            misfire_policy=request.misfire_policy,
            next_run_at=clock() + timedelta(hours=3),
            created_at=clock(),
        )

    @router.get("/schedules")
    async def schedules() -> list[ScheduleView]:
        return list(fleet.schedules.values())

    @router.post("/schedules", status_code=201)
    async def add(request: ScheduleRequest) -> ScheduleView:
        return keep(of(request, new_id()))

    @router.post("/schedules/preview")
    async def preview(request: PreviewRequest) -> PreviewView:
        expression = request.rule.cron_expression or ""
        if request.rule.frequency == "cron" and len(expression.split()) not in (5, 6):
            raise RefusalError(
                422,
                ErrorBody(code="invalid", message=f"{expression!r} has {len(expression.split())} fields, not 5 or 6."),
            )
        first = clock().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
        days = (first + timedelta(days=n) for n in range(2 * request.count))
        fires = [day for day in days if day.isoweekday() <= _FRIDAY][: request.count]
        if expression.startswith("*/15"):
            fires = [(request.after or clock()) + timedelta(minutes=15 * (n + 1)) for n in range(request.count)]
        return PreviewView(
            words="At 09:00, Monday to Friday",
            fires=tuple(
                FireView(
                    at=at,
                    zone_time=at.astimezone(_ZONE).isoformat(sep=" "),
                    weekday=at.strftime("%A"),
                )
                for at in fires
            ),
            warnings=("Nothing runs at weekends.",),
            clock_changes=(CLOCK_CHANGE,),
        )

    @router.get("/schedules/{schedule}/history")
    async def history(schedule: str) -> list[InstantView]:
        view = fleet.schedules[schedule]
        done = [job for job in fleet.jobs.values() if job.workflow_id == view.workflow_id and job.status.has_ended]
        fired = [
            InstantView(fire_at=job.created_at, outcome="fired", job_id=job.job_id, job_status=job.status)
            for job in done[:12]
        ]
        last = min((each.fire_at for each in fired), default=clock())
        missed = InstantView(
            fire_at=last - timedelta(hours=1), instants=4, outcome="missed", note="The engine was not running."
        )
        return [*fired, missed]

    @router.get("/workflows/{workflow}/estimate")
    async def estimate(workflow: str) -> EstimateView:
        lengths = {"wf-health": 1_500.0, "wf-discovery": 5_400.0, "wf-invoices": None}
        usual_s = lengths.get(workflow, 600.0)
        return EstimateView(seconds=usual_s or 0.0, levels=(), usual_s=usual_s, runs=20)

    @router.put("/schedules/{schedule}")
    async def update(schedule: str, request: ScheduleRequest) -> ScheduleView:
        return keep(of(request, schedule))

    @router.delete("/schedules/{schedule}", status_code=204)
    async def remove(schedule: str) -> None:
        del fleet.schedules[schedule]
        desk.tell(removed_schedules=(schedule,))

    @router.post("/schedules/{schedule}/pause")
    async def pause(schedule: str) -> ScheduleView:
        return keep(fleet.schedules[schedule].model_copy(update={"enabled": False, "next_run_at": None}))

    @router.post("/schedules/{schedule}/resume")
    async def resume(schedule: str) -> ScheduleView:
        later = clock() + timedelta(hours=2)
        return keep(fleet.schedules[schedule].model_copy(update={"enabled": True, "next_run_at": later}))

    @router.post("/schedules/{schedule}/run")
    async def run(schedule: str) -> JobView:
        job = next(iter(fleet.jobs.values())).model_copy(
            update={"job_id": new_id(), "status": JobStatus.QUEUED, "created_at": clock(), "schedule_id": schedule}
        )
        fleet.jobs[job.job_id] = job
        return desk.change_job(job.job_id)
