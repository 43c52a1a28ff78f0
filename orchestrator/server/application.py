"""One ASGI application on one port: robots' socket, event stream, API, artifacts and health."""

from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.websockets import WebSocket

from orchestrator.contract.api.common import API
from orchestrator.server import (
    routes_artifacts,
    routes_checkpoints,
    routes_figures,
    routes_fleet,
    routes_flow,
    routes_health,
    routes_heartbeats,
    routes_incidents,
    routes_jobs,
    routes_live,
    routes_logs,
    routes_memory,
    routes_operations,
    routes_recovery,
    routes_repairs,
    routes_resources,
    routes_robots,
    routes_schedules,
    routes_search,
    routes_selectors,
    routes_sessions,
    routes_settings,
    routes_submissions,
    routes_timeline,
    routes_triggers,
    routes_watch,
    routes_work_items,
    routes_workflows,
)
from orchestrator.server.correlation import Correlation
from orchestrator.server.doorkeeper import Doorkeeper
from orchestrator.server.failures import answer_failures
from orchestrator.server.parts import Parts, parts_of

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def make_application(parts: Parts) -> FastAPI:
    """The application around the parts of a running orchestrator."""
    application = FastAPI(
        title="Botswain",
        version=version("botswain"),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        redirect_slashes=False,
    )
    application.state.parts = parts
    answer_failures(application)
    application.add_middleware(routes_submissions.ShortWay)
    application.add_middleware(Doorkeeper, access=parts.access, hosts=_allowed_hosts(parts))
    application.add_middleware(Correlation)
    application.router.routes.extend(_routes().routes)
    application.include_router(routes_triggers.hooks_router)
    application.include_router(routes_live.page_router)
    application.add_api_websocket_route("/robot", _robot_socket)
    application.add_api_websocket_route("/events", _event_socket)
    return application


@cache
def _routes() -> APIRouter:
    """All routes at their whole paths, the same for every application: FastAPI works each out at its first request."""
    router = APIRouter()
    for part in (routes_submissions, routes_incidents, routes_live, routes_jobs, routes_workflows, routes_robots):
        router.include_router(part.router, prefix=API)
    for part in (routes_schedules, routes_figures, routes_artifacts, routes_triggers, routes_settings, routes_sessions):
        router.include_router(part.router, prefix=API)
    for part in (routes_flow, routes_search, routes_checkpoints, routes_recovery, routes_memory, routes_selectors):
        router.include_router(part.router, prefix=API)
    for part in (routes_work_items, routes_repairs, routes_watch, routes_resources, routes_operations, routes_fleet):
        router.include_router(part.router, prefix=API)
    for part in (routes_heartbeats, routes_timeline, routes_logs):
        router.include_router(part.router, prefix=API)
    router.include_router(routes_health.router)
    return router


async def _robot_socket(websocket: WebSocket) -> None:
    await parts_of(websocket).gateway.serve(websocket)


async def _event_socket(websocket: WebSocket) -> None:
    await parts_of(websocket).stream.serve(websocket)


def _allowed_hosts(parts: Parts) -> frozenset[str] | None:
    """On loopback only loopback's own names; elsewhere the name is the operator's business."""
    return _LOOPBACK_NAMES if parts.settings.host in _LOOPBACK_NAMES else None
