"""A scripted engine that speaks the real API and event stream over a real port, on a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self, TypeVar

import sample_fleet as sample
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from starlette.websockets import WebSocketDisconnect

from orchestrator.contract.api.common import API, ErrorBody, Page
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.figures import ActivityItem, DashboardView, MetricsView
from orchestrator.contract.api.jobs import CancelRequest, JobDetail, JobView, SubmitRequest, WaitReason
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.orchestrator import InfoView
from orchestrator.contract.api.robots import EnrolmentView, RobotView
from orchestrator.contract.api.schedules import FireView, PreviewRequest, PreviewView, ScheduleRequest, ScheduleView
from orchestrator.contract.api.workflows import SaveWorkflowRequest, ValidationReport, WorkflowDetail, WorkflowView
from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import new_id
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus

KEY = "scripted-key"
T = TypeVar("T")


def clock() -> datetime:
    """The present."""
    return datetime.now(UTC)  # noqa: TID251 - the engine's clock


class RefusalError(Exception):
    """The engine says no."""

    def __init__(self, status: int, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.status, self.body = status, body


class ScriptedEngine:
    """Holds a sample fleet, obeys the API, and tells every listener what changed."""

    def __init__(self, fleet: sample.Fleet | None = None, *, port: int = 0) -> None:
        self.fleet = fleet or sample.sample_fleet(clock())
        self.calls: list[str] = []
        self.refuse: dict[str, ErrorBody] = {}
        self._port = port
        self._listeners: set[asyncio.Queue[EventBatch | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve; returns once the port is open."""
        self._socket = socket.create_server(("127.0.0.1", self._port))
        self._port = self._socket.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="scripted engine")
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """Close every connection and the port; `start` again opens the same port."""
        if self._thread is None:
            return
        self.call(self._hang_up)
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
        return self.call(lambda: self._change_job(job_id, **changes))

    def tell(self, **content: Any) -> None:
        """Send a batch to everyone."""
        self.call(lambda: self._tell(**content))

    def _serve(self, ready: threading.Event) -> None:
        app = FastAPI()
        app.include_router(_router(self), prefix=API)
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
        queue.put_nowait(self._snapshot())
        self._listeners.add(queue)
        try:
            while (batch := await queue.get()) is not None:
                await websocket.send_text(batch.model_dump_json())
            await websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._listeners.discard(queue)

    def _snapshot(self) -> EventBatch:
        fleet = self.fleet
        living = tuple(job for job in fleet.jobs.values() if not job.status.has_ended)
        return EventBatch(
            number=0,
            is_snapshot=True,
            jobs=living,
            robots=tuple(fleet.robots.values()),
            schedules=tuple(fleet.schedules.values()),
            workflows=tuple(fleet.workflows.values()),
            steps={job.job_id: sample.steps_of(job) for job in living if job.started_at},
            dashboard=sample.dashboard(fleet, clock()),
        )

    def _tell(self, **content: Any) -> None:
        batch = EventBatch(number=1, dashboard=sample.dashboard(self.fleet, clock()), **content)
        for listener in self._listeners:
            listener.put_nowait(batch)

    def _hang_up(self) -> None:
        for listener in self._listeners:
            listener.put_nowait(None)

    def _change_job(self, job_id: str, **changes: Any) -> JobView:
        job = self.fleet.jobs[job_id]
        after = job.model_copy(update={"version": job.version + 1, "changed_at": clock(), **changes})
        self.fleet.jobs[job_id] = after
        item = sample.note(
            self.fleet, f"job.{after.status}", f"{after.workflow_name} is {after.status}.", job_id=job_id, at=clock()
        )
        self._tell(jobs=(after,), activity=(item,))
        return after


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusalError)
    return JSONResponse(error.body.model_dump(mode="json"), status_code=error.status)


def _absent(what: str) -> RefusalError:
    return RefusalError(404, ErrorBody(code="not_found", message=f"There is no {what}."))


def _router(engine: ScriptedEngine) -> APIRouter:
    async def check(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        if authorization != f"Bearer {KEY}":
            raise HTTPException(401)
        name = f"{request.method} {request.url.path.removeprefix(API)}"
        engine.calls.append(name)
        for start, body in engine.refuse.items():
            if name.startswith(start):
                raise RefusalError(503, body)

    router = APIRouter(dependencies=[Depends(check)])
    _job_routes(router, engine)
    _robot_routes(router, engine)
    _schedule_routes(router, engine)
    _workflow_routes(router, engine)
    _figure_routes(router, engine)
    return router


def _job_routes(router: APIRouter, engine: ScriptedEngine) -> None:  # noqa: C901 - one small function for each route
    fleet = engine.fleet

    def job_of(job_id: str) -> JobView:
        if job_id not in fleet.jobs:
            raise _absent(f"job {job_id}")
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
            raise _absent(f"workflow {request.workflow}")
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
        return engine._change_job(job.job_id)

    @router.get("/jobs/counts")
    async def counts() -> dict[str, int]:
        return sample.dashboard(fleet, clock()).by_status

    @router.get("/jobs/{job_id}")
    async def detail(job_id: str) -> JobDetail:
        job = job_of(job_id)
        return JobDetail(
            job=job,
            variables=sample.variables_of(job),
            tags=("marketplace",),
            timeout_s=900,
            retry=RetryPolicy(),
            submitted_by="console",
            steps=sample.steps_of(job),
            attempts=sample.attempts_of(job),
            result=sample.result_of(job),
            artifacts=sample.artifacts_of(job),
        )

    @router.get("/jobs/{job_id}/logs")
    async def logs(job_id: str, after: int = 0, limit: int = 500) -> LogPage:
        lines = sample.logs_of(job_of(job_id), "rb-web-01", clock())
        return LogPage(lines=lines[after:], cursor=len(lines))

    @router.get("/jobs/{job_id}/waiting")
    async def waiting(job_id: str) -> list[WaitReason]:
        job_of(job_id)
        return [
            WaitReason(robot_id=r.robot_id, robot_name=r.name, verdict="all slots are taken", fix="Wait, or add slots.")
            for r in fleet.robots.values()
        ]

    @router.post("/jobs/{job_id}/cancel")
    async def cancel(job_id: str, request: CancelRequest) -> JobView:
        job = job_of(job_id)
        if job.status.has_ended:
            raise RefusalError(409, ErrorBody(code="conflict", message=f"The job is {job.status} already."))
        return engine._change_job(job_id, status=JobStatus.CANCELLED, finished_at=clock())

    @router.post("/jobs/{job_id}/retry")
    async def retry(job_id: str) -> JobView:
        job_of(job_id)
        return engine._change_job(job_id, status=JobStatus.QUEUED, finished_at=None, error=None, progress=0.0)

    @router.get("/artifacts/{job_id}/{attempt}/{name}")
    async def artifact(job_id: str, attempt: int, name: str) -> Response:
        return Response(_PIXEL if name.endswith("png") else b"title,score\n")


def _robot_routes(router: APIRouter, engine: ScriptedEngine) -> None:
    fleet = engine.fleet

    def robot_of(robot: str) -> RobotView:
        found = next((r for r in fleet.robots.values() if robot in (r.robot_id, r.name)), None)
        if found is None:
            raise _absent(f"robot {robot}")
        return found

    def change(robot: str, **changes: Any) -> RobotView:
        after = robot_of(robot).model_copy(update=changes)
        fleet.robots[after.robot_id] = after
        engine._tell(robots=(after,))
        return after

    @router.get("/robots")
    async def robots() -> list[RobotView]:
        return list(fleet.robots.values())

    @router.get("/robots/{robot}")
    async def one(robot: str) -> RobotView:
        return robot_of(robot)

    @router.get("/robots/{robot}/logs")
    async def logs(robot: str, after: int = 0, limit: int = 500) -> LogPage:
        lines = sample.logs_of(None, robot_of(robot).robot_id, clock())
        return LogPage(lines=lines[after:], cursor=len(lines))

    @router.post("/robots/{robot}/drain")
    async def drain(robot: str) -> RobotView:
        return change(robot, status=RobotStatus.DRAINING, draining=True)

    @router.post("/robots/{robot}/resume")
    async def resume(robot: str) -> RobotView:
        return change(robot, status=RobotStatus.ONLINE, draining=False)

    @router.delete("/robots/{robot}", status_code=204)
    async def remove(robot: str) -> None:
        gone = robot_of(robot).robot_id
        del fleet.robots[gone]
        engine._tell(removed_robots=(gone,))


def _schedule_routes(router: APIRouter, engine: ScriptedEngine) -> None:  # noqa: C901 - one small function each
    fleet = engine.fleet

    def keep(view: ScheduleView) -> ScheduleView:
        fleet.schedules[view.schedule_id] = view
        engine._tell(schedules=(view,))
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
        fires = [first + timedelta(days=n) for n in range(request.count)]
        return PreviewView(
            words="At 09:00, Monday to Friday",
            fires=tuple(
                FireView(
                    at=at,
                    zone_time=(at + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M +01:00"),
                    weekday=at.strftime("%A"),
                    note="Clocks go forward that night." if number == 4 else "",
                )
                for number, at in enumerate(fires)
            ),
            warnings=("Nothing runs at weekends.",),
        )

    @router.put("/schedules/{schedule}")
    async def update(schedule: str, request: ScheduleRequest) -> ScheduleView:
        return keep(of(request, schedule))

    @router.delete("/schedules/{schedule}", status_code=204)
    async def remove(schedule: str) -> None:
        del fleet.schedules[schedule]
        engine._tell(removed_schedules=(schedule,))

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
        return engine._change_job(job.job_id)


def _workflow_routes(router: APIRouter, engine: ScriptedEngine) -> None:
    fleet = engine.fleet

    @router.get("/workflows")
    async def workflows() -> list[WorkflowView]:
        return list(fleet.workflows.values())

    @router.post("/workflows/validate")
    async def validate(request: SaveWorkflowRequest) -> ValidationReport:
        if "nonsense" in str(request.definition):
            problem = Problem(message="There is no action nonsense.", field="steps[0].action", step="first", line=4)
            return ValidationReport(problems=(problem,))
        return ValidationReport(name="Imported", steps=2, workflow_hash="abc")

    @router.post("/workflows", status_code=201)
    async def save(request: SaveWorkflowRequest) -> WorkflowView:
        first = next(iter(fleet.workflows.values()))
        view = first.model_copy(update={"workflow_id": new_id(), "name": "Imported", "folder": ""})
        fleet.workflows[view.workflow_id] = view
        engine._tell(workflows=(view,))
        return view

    @router.get("/workflows/{workflow}")
    async def one(workflow: str) -> WorkflowDetail:
        view = next((w for w in fleet.workflows.values() if workflow in (w.workflow_id, w.name)), None)
        if view is None:
            raise _absent(f"workflow {workflow}")
        return WorkflowDetail(workflow=view, definition=sample.definition_of(view))

    @router.delete("/workflows/{workflow}", status_code=204)
    async def remove(workflow: str) -> None:
        del fleet.workflows[workflow]
        engine._tell(removed_workflows=(workflow,))


def _figure_routes(router: APIRouter, engine: ScriptedEngine) -> None:
    fleet = engine.fleet

    @router.get("/metrics/dashboard")
    async def dashboard() -> DashboardView:
        return sample.dashboard(fleet, clock())

    @router.get("/metrics/series")
    async def series(window_s: float) -> MetricsView:
        return sample.metrics(fleet, clock(), window_s)

    @router.get("/activity")
    async def activity(limit: int = 50) -> list[ActivityItem]:
        return fleet.activity[::-1][:limit]

    @router.get("/info")
    async def info() -> InfoView:
        return InfoView(
            version="0.1.0",
            database="SQLite, /home/ada/.local/share/botswain/botswain.db",
            data_dir="/home/ada/.local/share/botswain",
            started_at=clock(),
            load_balancing="least_loaded",
            robots_url=engine.url.replace("http", "ws"),
        )

    @router.get("/enrolment")
    async def enrolment() -> EnrolmentView:
        connect = engine.url.replace("http", "ws")
        command = f"BOTSWAIN_ROBOT_TOKEN=k3v… botswain-robot run --connect {connect} --name NAME --slots 2"
        return EnrolmentView(connect=connect, token="k3v…", command=command)


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
