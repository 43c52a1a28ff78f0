"""`/health` for people and load balancers, and `/metrics` for Prometheus; both stand beside the API."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from orchestrator.server.parts import Parts, parts
from orchestrator.server.watch_views import health_view

router = APIRouter(tags=["health"])

Using = Annotated[Parts, Depends(parts)]


@router.get("/health")
async def health(using: Using) -> JSONResponse:
    """How the orchestrator feels, check by check: 503 when a critical one fails, else 200. Needs no key."""
    report = await using.engine.watch.health.examine()
    view = health_view(report, is_running=using.engine.is_running)
    return JSONResponse(view.model_dump(mode="json"), status_code=200 if report.can_work else 503)


@router.get("/metrics")
async def metrics(using: Using) -> Response:
    """Everything countable, in Prometheus' text format. Needs the key, as `bearer_token` in the scrape's settings."""
    from orchestrator.server.prometheus import CONTENT_TYPE, exposition  # noqa: PLC0415  few are scraped

    return Response(exposition(using), media_type=CONTENT_TYPE)
