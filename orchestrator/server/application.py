"""One ASGI application on one port: robots' socket, event stream, API, artifacts and health."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.websockets import WebSocket

from orchestrator.contract.api import API
from orchestrator.server import (
    routes_artifacts,
    routes_figures,
    routes_jobs,
    routes_robots,
    routes_schedules,
    routes_workflows,
)
from orchestrator.server.failures import answer_failures
from orchestrator.server.parts import Parts, parts_of

MOST_BODY_BYTES = 8 * 1_048_576
_LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]", "::1"]


def make_application(parts: Parts) -> FastAPI:
    """The application around the parts of a running orchestrator."""
    application = FastAPI(
        title="Botswain", version=version("botswain"), docs_url=None, redoc_url=None, openapi_url=f"{API}/openapi.json"
    )
    application.state.parts = parts
    answer_failures(application)
    application.middleware("http")(_refuse_browsers_and_floods)
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=_allowed_hosts(parts))
    application.include_router(_client_routes(), prefix=API)
    application.include_router(routes_artifacts.router, prefix=API)
    application.include_router(routes_figures.health_router)
    application.add_api_websocket_route("/robot", _robot_socket)
    application.add_api_websocket_route("/events", _event_socket)
    return application


def _client_routes() -> APIRouter:
    router = APIRouter(dependencies=[Depends(_check_key)])
    for part in (routes_jobs, routes_workflows, routes_robots, routes_schedules, routes_figures):
        router.include_router(part.router)
    return router


def _check_key(request: Request) -> None:
    if not parts_of(request).access.is_client(request.headers):
        raise HTTPException(401, "The key is missing or wrong.")


async def _robot_socket(websocket: WebSocket) -> None:
    if _comes_from_a_page(websocket.headers.get("origin")):
        await websocket.close(1008)
        return
    await parts_of(websocket).gateway.serve(websocket)


async def _event_socket(websocket: WebSocket) -> None:
    parts = parts_of(websocket)
    if _comes_from_a_page(websocket.headers.get("origin")) or not parts.access.is_client(websocket.headers):
        await websocket.close(1008)
        return
    await parts.stream.serve(websocket)


async def _refuse_browsers_and_floods(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """No web page may speak to the orchestrator on behalf of its visitor, and no body may fill the memory."""
    if _comes_from_a_page(request.headers.get("origin")):
        return Response("Requests of web pages are not answered.", status_code=403)
    length = request.headers.get("content-length", "0")
    is_upload = request.method == "PUT" and request.url.path.startswith(f"{API}/artifacts/")
    if not is_upload and (not length.isdigit() or int(length) > MOST_BODY_BYTES):
        return Response("The request is too large.", status_code=413)
    return await call_next(request)


def _comes_from_a_page(origin: str | None) -> bool:
    return origin is not None


def _allowed_hosts(parts: Parts) -> list[str]:
    """On loopback only loopback's own names, against DNS rebinding; elsewhere the name is the operator's business."""
    host = parts.settings.host
    return [*_LOOPBACK_NAMES, host] if host in _LOOPBACK_NAMES else ["*"]
