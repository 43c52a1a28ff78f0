"""The scripted engine's answers about jobs: lists, details, log lines, files, and orders."""

from typing import Annotated

import sample_details as details
import sample_figures as figures
from fastapi import APIRouter, Query
from fastapi.responses import Response
from scripted_desk import Desk, RefusalError, absent, clock

from orchestrator.contract.api.common import ErrorBody, Page
from orchestrator.contract.api.flow import PriorityRequest
from orchestrator.contract.api.jobs import CancelRequest, JobDetail, JobView, RemedyView, SubmitRequest, WaitReason
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.ids import new_id
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus

_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def job_routes(router: APIRouter, desk: Desk) -> None:  # noqa: C901 - one small function for each route
    """Answer what the API asks about jobs."""
    fleet = desk.fleet

    def job_of(job_id: str) -> JobView:
        if job_id not in fleet.jobs:
            raise absent(f"job {job_id}")
        return fleet.jobs[job_id]

    @router.get("/jobs")
    async def jobs(  # noqa: PLR0917 - FastAPI reads the query from the parameters
        status: Annotated[list[JobStatus] | None, Query()] = None,
        robot: str = "",
        workflow: str = "",
        schedule: str = "",
        q: str = "",
        sort: str = "-created_at",
        offset: int = 0,
        limit: int = 100,
    ) -> Page[JobView]:
        found = [
            job
            for job in fleet.jobs.values()
            if (not status or job.status in status)
            and robot in ("", job.robot_id, job.robot_name)
            and workflow in ("", job.workflow_id, job.workflow_name)
            and schedule in ("", job.schedule_id)
            and q.lower() in f"{job.job_id} {job.workflow_name} {job.current_step}".lower()
        ]
        key = sort.removeprefix("-")
        found.sort(key=lambda job: (str(getattr(job, key) or ""), job.created_at), reverse=sort.startswith("-"))
        return Page(items=tuple(found[offset : offset + limit]), total=len(found), offset=offset)

    @router.post("/jobs", status_code=201)
    async def submit(request: SubmitRequest) -> JobView:
        found = [w for w in fleet.workflows.values() if request.workflow in (w.workflow_id, w.name)]
        if not found:
            raise absent(f"workflow {request.workflow}")
        robot = next((r for r in fleet.robots.values() if request.robot in (r.robot_id, r.name)), None)
        job = JobView(
            job_id=new_id(),
            workflow_id=found[0].workflow_id,
            workflow_name=found[0].name,
            workflow_hash=found[0].workflow_hash,
            status=JobStatus.QUEUED,
            priority=request.priority or JobPriority.NORMAL,
            robot_id=robot.robot_id if robot else None,
            robot_name=robot.name if robot else "",
            created_at=clock(),
            changed_at=clock(),
        )
        fleet.jobs[job.job_id] = job
        return desk.change_job(job.job_id)

    @router.get("/jobs/counts")
    async def counts() -> dict[str, int]:
        return figures.dashboard(fleet, clock()).by_status

    @router.get("/jobs/{job_id}")
    async def detail(job_id: str) -> JobDetail:
        job = job_of(job_id)
        return JobDetail(
            job=job,
            variables=details.variables_of(job),
            tags=("marketplace",),
            timeout_s=900,
            retry=RetryPolicy(),
            submitted_by="console",
            steps=details.steps_of(job),
            attempts=details.attempts_of(job),
            result=details.result_of(job),
            artifacts=details.artifacts_of(job),
        )

    @router.get("/jobs/{job_id}/logs")
    async def logs(job_id: str, after: int = 0, limit: int = 500) -> LogPage:
        lines = details.logs_of(job_of(job_id), "rb-web-01", clock())
        return LogPage(lines=lines[after:], cursor=len(lines))

    @router.get("/jobs/{job_id}/waiting")
    async def waiting(job_id: str) -> list[WaitReason]:
        job_of(job_id)
        return [_reason(robot) for robot in fleet.robots.values()]

    @router.post("/jobs/{job_id}/priority")
    async def prioritise(job_id: str, request: PriorityRequest) -> JobView:
        job_of(job_id)
        return desk.change_job(job_id, priority=request.priority)

    @router.post("/jobs/{job_id}/cancel")
    async def cancel(job_id: str, request: CancelRequest) -> JobView:
        job = job_of(job_id)
        if job.status.has_ended:
            raise RefusalError(409, ErrorBody(code="conflict", message=f"The job is {job.status} already."))
        return desk.change_job(job_id, status=JobStatus.CANCELLED, finished_at=clock())

    @router.post("/jobs/{job_id}/retry")
    async def retry(job_id: str) -> JobView:
        job_of(job_id)
        return desk.change_job(job_id, status=JobStatus.QUEUED, finished_at=None, error=None, progress=0.0)

    @router.get("/artifacts/{job_id}/{attempt}/{name}")
    async def artifact(job_id: str, attempt: int, name: str) -> Response:
        return Response(_PIXEL if name.endswith("png") else b"title,score\n")


def _reason(robot: RobotView) -> WaitReason:
    """Why this robot does not run a job that waits."""
    if not robot.draining:
        return WaitReason(
            robot_id=robot.robot_id, robot_name=robot.name, verdict="all slots are taken", fix="Wait, or add slots."
        )
    remedy = RemedyView(
        kind="resume_robot", text="Resume the robot.", method="POST", path=f"/robots/{robot.robot_id}/resume"
    )
    return WaitReason(
        robot_id=robot.robot_id,
        robot_name=robot.name,
        verdict="it drains",
        fix=remedy.text,
        remedy=remedy,
        is_cheapest=True,
    )
