"""`/api/v1/jobs`: submit, look, cancel, retry."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.jobs import CancelRequest, JobDetail, JobView, SubmitRequest, WaitReason
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.contract.trace import read_traceparent
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.server.looks import Looks
from orchestrator.server.parts import MOST_NUMBER, Actor, Parts, parts
from orchestrator.server.views import log_page
from orchestrator.server.waiting_views import wait_reasons

router = APIRouter(prefix="/jobs", tags=["jobs"])

Using = Annotated[Parts, Depends(parts)]


@router.post("", status_code=201)
async def submit(
    request: SubmitRequest,
    using: Using,
    actor: Actor,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    traceparent: Annotated[str | None, Header()] = None,
) -> JobView:
    """Ask for a job; the same Idempotency-Key gives the same job, a `traceparent` is carried to its robot."""
    job = await using.engine.submit_job(
        request,
        idempotency_key=idempotency_key,
        actor=request.submitted_by or actor,
        traceparent=read_traceparent(traceparent),
    )
    return Looks(using.engine).job(job)


@router.get("")
async def list_jobs(  # noqa: PLR0917  FastAPI reads the query from the parameters
    using: Using,
    status: Annotated[list[JobStatus] | None, Query()] = None,
    robot: str | None = None,
    workflow: str | None = None,
    schedule: str | None = None,
    q: Annotated[str, Query(max_length=500)] = "",
    sort: Annotated[str, Query(max_length=50)] = "-created_at",
    offset: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> Page[JobView]:
    """A page of jobs."""
    looks = Looks(using.engine)
    query = JobQuery(
        statuses=frozenset(status or ()),
        robot_id=looks.robot_named(robot) if robot else None,
        workflow_id=await looks.workflow_named(workflow) if workflow else None,
        schedule_id=looks.schedule_named(schedule) if schedule else None,
        text=q,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    jobs, total = await using.store.list_jobs(query)
    return Page(items=looks.jobs(jobs), total=total, offset=offset)


@router.get("/counts")
async def count_jobs(using: Using) -> dict[JobStatus, int]:
    """How many jobs stand in each status."""
    return dict(await using.store.count_by_status())


@router.get("/{job_id}")
async def one_job(job_id: str, using: Using) -> JobDetail:
    """Everything about a job but its log."""
    return await Looks(using.engine).job_detail(await using.engine.job(JobId(job_id)))


@router.get("/{job_id}/logs")
async def job_logs(
    job_id: str,
    using: Using,
    after: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
) -> LogPage:
    """Log lines of a job: the newest, or those behind a cursor."""
    job = await using.engine.job(JobId(job_id))
    return log_page(*await using.store.logs(job_id=job.job_id, after=after, limit=limit))


@router.get("/{job_id}/waiting")
async def why_waiting(job_id: str, using: Using) -> list[WaitReason]:
    """Why the job does not run, robot by robot."""
    return wait_reasons(await using.engine.why_waiting(JobId(job_id)))


@router.post("/{job_id}/cancel")
async def cancel(job_id: str, request: CancelRequest, using: Using, actor: Actor) -> JobView:
    """Stop a job, wherever it is."""
    return Looks(using.engine).job(await using.engine.cancel_job(JobId(job_id), reason=request.reason, actor=actor))


@router.post("/{job_id}/retry")
async def retry(job_id: str, using: Using, actor: Actor) -> JobView:
    """Run an ended job again."""
    return Looks(using.engine).job(await using.engine.retry_job(JobId(job_id), actor=actor))
