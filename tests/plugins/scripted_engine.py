"""A scripted engine that speaks the real API and event stream over a real port, on a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any, Self, TypeVar

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse
from sample_fleet import Fleet, sample_fleet
from scripted_desk import Desk, RefusalError, clock
from scripted_jobs import job_routes
from scripted_live import Wall, live_routes
from scripted_operations import bulk_routes, failure_routes, letter_routes
from scripted_recovery import checkpoint_routes, question_routes
from scripted_repairs import repair_routes
from scripted_rounds import round_routes
from scripted_schedules import schedule_routes
from scripted_search import search_routes
from scripted_timeline import Past, timeline_routes
from scripted_views import figure_routes, robot_routes, workflow_routes
from scripted_watch import watch_routes
from starlette.websockets import WebSocketDisconnect

from orchestrator.contract.api.common import API, ErrorBody
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.jobs import JobView

KEY = "scripted-key"
T = TypeVar("T")


class ScriptedEngine:
    """Holds a sample fleet, obeys the API, and tells every listener what changed."""

    def __init__(self, fleet: Fleet | None = None, *, port: int = 0) -> None:
        self.desk = Desk(fleet or sample_fleet(clock()))
        self.wall = Wall(self.desk)
        self.past = Past(self.desk)
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def fleet(self) -> Fleet:
        """What it holds."""
        return self.desk.fleet

    @property
    def refuse(self) -> dict[str, ErrorBody]:
        """What it answers instead to calls that begin so, such as "POST /jobs"."""
        return self.desk.refuse

    @property
    def url(self) -> str:
        return self.desk.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve; returns once the port is open."""
        self._socket = socket.create_server(("127.0.0.1", self._port))
        self._port = self._socket.getsockname()[1]
        self.desk.url = f"http://127.0.0.1:{self._port}"
        self.desk.robots_url = f"ws://127.0.0.1:{self._port}"
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="scripted engine")
        self._thread.start()
        assert ready.wait(60)

    def stop(self) -> None:
        """Close every connection and the port; `start` again opens the same port."""
        if self._thread is None:
            return
        self.call(self.desk.hang_up)
        self.call(self.wall.hang_up)
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join(10)
        self._thread = None

    def call(self, work: Callable[[], T]) -> T:
        """Do something on the engine's own thread."""
        done: Future[T] = Future()
        assert self._loop is not None

        def run() -> None:
            done.set_result(work())

        self._loop.call_soon_threadsafe(run)
        return done.result(10)

    def change_job(self, job_id: str, **changes: Any) -> JobView:
        """Change a job and tell it."""
        return self.call(lambda: self.desk.change_job(job_id, **changes))

    def tell(self, **content: Any) -> None:
        """Send a batch to everyone."""
        self.call(lambda: self.desk.tell(**content))

    def _serve(self, ready: threading.Event) -> None:
        app = FastAPI()
        app.router.routes.extend(_router(self.desk, self.wall, self.past).routes)  # included ones are worked out twice
        app.add_api_websocket_route(f"{API}/wall", self.wall.serve)
        app.add_api_websocket_route("/events", self._events)
        app.add_exception_handler(RefusalError, _refused)
        config = uvicorn.Config(
            app, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=1, lifespan="off"
        )
        self._server = uvicorn.Server(config)

        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(ready.set)
            assert self._server is not None
            assert self._socket is not None
            await self._server.serve(sockets=[self._socket])

        asyncio.run(run())

    async def _events(self, websocket: WebSocket) -> None:
        if websocket.headers.get("authorization") != f"Bearer {KEY}":
            await websocket.close(4401)
            return
        await websocket.accept()
        queue: asyncio.Queue[EventBatch | None] = asyncio.Queue()
        queue.put_nowait(self.desk.snapshot())
        self.desk.listeners.add(queue)
        try:
            while (batch := await queue.get()) is not None:
                await websocket.send_text(batch.model_dump_json())
            await websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self.desk.listeners.discard(queue)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusalError)
    return JSONResponse(error.body.model_dump(mode="json"), status_code=error.status)


def _router(desk: Desk, wall: Wall, past: Past) -> APIRouter:
    async def check(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        if authorization != f"Bearer {KEY}":
            raise HTTPException(401)
        name = f"{request.method} {request.url.path.removeprefix(API)}"
        for start, body in desk.refuse.items():
            if name.startswith(start):
                raise RefusalError(503, body)

    router = APIRouter(prefix=API, dependencies=[Depends(check)])
    round_routes(router, desk)
    job_routes(router, desk)
    robot_routes(router, desk)
    schedule_routes(router, desk)
    workflow_routes(router, desk)
    figure_routes(router, desk)
    failure_routes(router, desk)
    letter_routes(router, desk)
    repair_routes(router, desk)
    search_routes(router, desk)
    bulk_routes(router, desk)
    question_routes(router, desk)
    checkpoint_routes(router, desk)
    watch_routes(router, desk)
    live_routes(router, wall)
    timeline_routes(router, past)
    return router
