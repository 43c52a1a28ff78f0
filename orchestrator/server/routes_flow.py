"""`/api/v1/limits`, `/breakers` and the order of waiting jobs: how much at once, how fast, and who goes first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.flow import (
    BreakerView,
    EstimateView,
    ForecastView,
    KeyRequest,
    LimitView,
    OpenBreakerRequest,
    PriorityRequest,
    SetLimitRequest,
)
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.concurrency import MAX_KEY, UNLIMITED
from orchestrator.contract.ids import JobId
from orchestrator.server.flow_views import breaker_view, estimate_view, forecast_view, limit_view
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts

router = APIRouter(tags=["flow"])

Using = Annotated[Parts, Depends(parts)]


@router.get("/limits")
async def list_limits(using: Using) -> list[LimitView]:
    """Every concurrency key that is limited, held or waited for, by name."""
    return [limit_view(use) for use in using.engine.flow.limits()]


@router.put("/limits")
async def set_limit(request: SetLimitRequest, using: Using, actor: Actor) -> LimitView:
    """Set how many jobs may hold a key at once, and how many may start with it per second."""
    at_once = None if request.at_once == UNLIMITED else request.at_once
    use = await using.engine.flow.set_limit(request.key, at_once=at_once, per_second=request.per_second, actor=actor)
    return limit_view(use)


@router.delete("/limits", status_code=204)
async def remove_limit(
    key: Annotated[str, Query(min_length=1, max_length=MAX_KEY)], using: Using, actor: Actor
) -> None:
    """Leave a key to what workflows say of it."""
    await using.engine.flow.remove_limit(key, actor=actor)


@router.get("/breakers")
async def list_breakers(using: Using) -> list[BreakerView]:
    """The breakers of all sites and services in use, and every open one, by key."""
    return [breaker_view(look) for look in using.engine.flow.breakers()]


@router.post("/breakers/open")
async def open_breaker(request: OpenBreakerRequest, using: Using, actor: Actor) -> BreakerView:
    """Let no job with the key start until the breaker is closed."""
    return breaker_view(await using.engine.flow.open_breaker(request.key, reason=request.reason, actor=actor))


@router.post("/breakers/close")
async def close_breaker(request: KeyRequest, using: Using, actor: Actor) -> BreakerView:
    """Let jobs with the key start again."""
    return breaker_view(await using.engine.flow.close_breaker(request.key, actor=actor))


@router.get("/jobs/{job_id}/forecast")
async def forecast(job_id: str, using: Using) -> ForecastView:
    """When a queued job will probably start."""
    engine = using.engine
    job = await engine.job(JobId(job_id))
    return forecast_view(engine.forecasts.start_of(job, is_fresh=True), engine.clock.now())


@router.get("/workflows/{workflow}/estimate")
async def estimate(workflow: str, using: Using) -> EstimateView:
    """How long one run of a workflow takes, by levels of its dependencies."""
    forecasts, version = using.engine.forecasts, await using.engine.workflows.newest(workflow)
    return estimate_view(await forecasts.execution(version), forecasts.usual(version.workflow_id))


@router.post("/jobs/{job_id}/priority")
async def prioritise(job_id: str, request: PriorityRequest, using: Using, actor: Actor) -> JobView:
    """Give a waiting job another priority."""
    return Looks(using.engine).job(await using.engine.order.prioritise(JobId(job_id), request.priority, actor=actor))


@router.post("/jobs/{job_id}/hurry")
async def hurry(job_id: str, using: Using, actor: Actor) -> JobView:
    """Queue a job now that would be due later."""
    return Looks(using.engine).job(await using.engine.order.hurry(JobId(job_id), actor=actor))
