"""One ASGI application on one port: robots' socket, event stream, API, artifacts and health."""

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
    application.include_router(_routes(), prefix=API)
    application.include_router(routes_health.router)
    application.include_router(routes_triggers.hooks_router)
    application.include_router(routes_live.page_router)
    application.add_api_websocket_route("/robot", _robot_socket)
    application.add_api_websocket_route("/events", _event_socket)
    return application


def _routes() -> APIRouter:
    router = APIRouter()
    router.include_router(routes_submissions.router)
    router.include_router(routes_incidents.router)
    router.include_router(routes_live.router)
    for part in (routes_jobs, routes_workflows, routes_robots, routes_schedules, routes_figures, routes_artifacts):
        router.include_router(part.router)
    for part in (routes_triggers, routes_settings, routes_sessions, routes_flow):
        router.include_router(part.router)
    router.include_router(routes_search.router)
    for part in (routes_checkpoints, routes_recovery, routes_memory, routes_selectors, routes_work_items):
        router.include_router(part.router)
    router.include_router(routes_repairs.router)
    for part in (routes_watch, routes_resources, routes_operations, routes_fleet, routes_heartbeats, routes_timeline):
        router.include_router(part.router)
    return router


async def _robot_socket(websocket: WebSocket) -> None:
    await parts_of(websocket).gateway.serve(websocket)


async def _event_socket(websocket: WebSocket) -> None:
    await parts_of(websocket).stream.serve(websocket)


def _allowed_hosts(parts: Parts) -> frozenset[str] | None:
    """On loopback only loopback's own names; elsewhere the name is the operator's business."""
    return _LOOPBACK_NAMES if parts.settings.host in _LOOPBACK_NAMES else None
