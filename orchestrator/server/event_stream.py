"""The consoles' WebSocket: what changed, coalesced, at most ten times a second for each client."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Protocol, TypeVar

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.contract.api.alerts import AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.events import EventBatch, NamedEvent
from orchestrator.contract.api.figures import ActivityItem, DashboardView
from orchestrator.contract.api.jobs import JobView, StepView
from orchestrator.contract.api.notices import NoticeView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.errors import BotswainError, UserError
from orchestrator.domain.job import Job
from orchestrator.server.topics import Topics

log = logging.getLogger(__name__)

PAUSE_S = 0.1
BUSY_PAUSE_S = 0.25
"""While many jobs change: nobody can follow them one by one, and fewer frames cost everybody less."""
MANY_JOBS = 40
"""In one frame."""
DASHBOARD_S = 1.0
SEND_LIMIT_S = 20.0
CLOSE_LIMIT_S = 2.0
MOST_IN_ONE_FRAME = 500
MOST_ACTIVITY = 200
MOST_EVENTS = 1_000
MOST_DIGITS = 18
"""Of a number that a client sends."""

V = TypeVar("V")


class SlowReaderError(BotswainError):
    """A client does not read what it is sent."""


class Changes:
    """What one client has not heard yet: the newest view of each thing that changed, so its size has a bound."""

    def __init__(self, job_view: Callable[[Job], JobView]) -> None:
        self.arrived = asyncio.Event()
        self._job_view = job_view
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._robots: OrderedDict[str, RobotView | None] = OrderedDict()
        self._schedules: OrderedDict[str, ScheduleView | None] = OrderedDict()
        self._workflows: OrderedDict[str, WorkflowView | None] = OrderedDict()
        self._steps: dict[str, OrderedDict[str, StepView]] = {}
        self._activity: deque[ActivityItem] = deque(maxlen=MOST_ACTIVITY)
        self._alerts: OrderedDict[str, AlertView] = OrderedDict()
        self._notices: OrderedDict[str, NoticeView] = OrderedDict()
        self._away: OrderedDict[str, AwayReportView] = OrderedDict()
        self._events: deque[NamedEvent] = deque(maxlen=MOST_EVENTS)
        self._asked = 0

    def job(self, job: Job) -> None:
        """A job changed; its view is made when it is sent, not at each of its moves."""
        _newest(self._jobs, job.job_id, job)
        self.arrived.set()

    def steps(self, job_id: str, views: tuple[StepView, ...]) -> None:
        """Steps of a job changed."""
        known = self._steps.setdefault(job_id, OrderedDict())
        for view in views:
            _newest(known, view.step_id, view)
        self.arrived.set()

    def robot(self, robot_id: str, view: RobotView | None) -> None:
        """A robot changed; None when it is gone."""
        _newest(self._robots, robot_id, view)
        self.arrived.set()

    def schedule(self, schedule_id: str, view: ScheduleView | None) -> None:
        """A schedule changed; None when it is gone."""
        _newest(self._schedules, schedule_id, view)
        self.arrived.set()

    def workflow(self, workflow_id: str, view: WorkflowView | None) -> None:
        """A workflow changed; None when it is gone."""
        _newest(self._workflows, workflow_id, view)
        self.arrived.set()

    def activity(self, item: ActivityItem) -> None:
        """Something happened."""
        self._activity.append(item)
        self.arrived.set()

    def alert(self, view: AlertView) -> None:
        """An alert was raised, changed or is over."""
        _newest(self._alerts, view.alert_id, view)
        self.arrived.set()

    def notice(self, view: NoticeView) -> None:
        """A notice was put up or taken down."""
        _newest(self._notices, view.notice_id, view)
        self.arrived.set()

    def away(self, view: AwayReportView) -> None:
        """A report about an absence changed."""
        _newest(self._away, view.report_id, view)
        self.arrived.set()

    def event(self, event: NamedEvent) -> None:
        """Something with a name that the client asked for happened."""
        self._events.append(event)
        self.arrived.set()

    def ask(self, number: int) -> None:
        """The client wants to know when it has heard everything with a name from before now."""
        self._asked = max(self._asked, number)
        self.arrived.set()

    def take(self, number: int, dashboard: DashboardView | None) -> EventBatch:
        """The next frame; what does not fit stays for the one behind it."""
        jobs = tuple(self._job_view(job) for job in _first(self._jobs))
        robots, gone_robots = _split(self._robots)
        schedules, gone_schedules = _split(self._schedules)
        workflows, gone_workflows = _split(self._workflows)
        steps = dict(_first_steps(self._steps))
        activity = tuple(self._activity)
        self._activity.clear()
        alerts, notices, away = _first(self._alerts), _first(self._notices), _first(self._away)
        events = tuple(self._events)
        self._events.clear()
        answers, self._asked = self._asked, 0
        if not (self._jobs or self._steps or self._alerts or self._notices or self._away):
            self.arrived.clear()
        return EventBatch(
            number=number,
            jobs=jobs,
            robots=robots,
            removed_robots=gone_robots,
            schedules=schedules,
            removed_schedules=gone_schedules,
            workflows=workflows,
            removed_workflows=gone_workflows,
            steps=steps,
            activity=activity,
            dashboard=dashboard,
            alerts=alerts,
            notices=notices,
            away=away,
            events=events,
            answers=answers,
        )


class Source(Protocol):
    """Where the stream's contents come from."""

    async def snapshot(self, topics: Topics) -> EventBatch:
        """Everything that a client must know to begin with, of what it wants."""
        ...

    async def dashboard(self) -> DashboardView:
        """The figures of this moment."""
        ...

    def job_view(self, job: Job) -> JobView:
        """How a job looks at this moment."""
        ...

    def follow(self, changes: Changes, topics: Topics) -> Callable[[], None]:
        """Put every wanted change into `changes` from now on; the returned call ends that."""
        ...


class EventStream:
    """Serves the stream; a client that does not read is dropped, the others do not notice."""

    def __init__(self, source: Source, *, send_limit_s: float = SEND_LIMIT_S) -> None:
        self._source = source
        self._send_limit_s = send_limit_s
        self._stopping = asyncio.Event()
        self.clients = 0
        """How many are listening."""

    def stop(self) -> None:
        """End all streams."""
        self._stopping.set()

    async def serve(self, websocket: WebSocket) -> None:
        """One client, from beginning to end; the caller has checked its key."""
        try:
            topics = Topics.of(websocket.query_params.get("topics", ""))
        except UserError as error:
            body = ErrorBody(code="invalid", message=str(error), field=error.field)
            await websocket.send_denial_response(JSONResponse(body.model_dump(mode="json"), status_code=422))
            return
        await websocket.accept()
        self.clients += 1
        changes = Changes(self._source.job_view)
        unfollow = self._source.follow(changes, topics)
        ended = asyncio.get_running_loop().create_task(_until_gone(websocket, changes))
        stopped = asyncio.get_running_loop().create_task(self._stopping.wait())
        telling = asyncio.get_running_loop().create_task(self._tell(websocket, changes, topics))
        tasks = (ended, stopped, telling)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.clients -= 1
            unfollow()
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await _goodbye(websocket, outcomes)

    async def _tell(self, websocket: WebSocket, changes: Changes, topics: Topics) -> None:
        await self._send(websocket, await self._source.snapshot(topics))
        loop = asyncio.get_running_loop()
        number, figures_at, owes_figures, pause_s = 1, loop.time(), False, PAUSE_S
        has_figures = topics.wants("dashboard")
        while True:
            await _wait(changes.arrived, DASHBOARD_S if owes_figures else None)
            await asyncio.sleep(pause_s)  # lets changes gather: at most ten frames a second
            is_due = has_figures and loop.time() - figures_at >= DASHBOARD_S
            figures = await self._source.dashboard() if is_due else None
            figures_at, owes_figures = (loop.time(), False) if is_due else (figures_at, has_figures)
            batch = changes.take(number, figures)
            await self._send(websocket, batch)
            number, pause_s = number + 1, BUSY_PAUSE_S if len(batch.jobs) > MANY_JOBS else PAUSE_S

    async def _send(self, websocket: WebSocket, batch: EventBatch) -> None:
        try:
            async with asyncio.timeout(self._send_limit_s):
                await websocket.send_text(batch.model_dump_json(exclude_defaults=True))
        except TimeoutError:
            raise SlowReaderError(f"the client has not read for {self._send_limit_s:g} s") from None


async def _wait(event: asyncio.Event, limit_s: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()


async def _until_gone(websocket: WebSocket, changes: Changes) -> None:
    """A number is a question; clients have nothing else to say here, and what they say is not kept."""
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        text = message.get("text") or ""
        if len(text) <= MOST_DIGITS and text.isascii() and text.isdecimal():
            changes.ask(int(text))


async def _goodbye(websocket: WebSocket, outcomes: Iterable[object]) -> None:
    for outcome in outcomes:
        match outcome:
            case SlowReaderError():
                log.info("An event stream ended: %s", outcome)
            case BotswainError():
                log.warning("An event stream ended: %s", outcome)
            case WebSocketDisconnect() | asyncio.CancelledError():
                continue
            case Exception():
                log.error("An event stream broke", exc_info=outcome)
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await websocket.close(1001, "The stream ends.")
    except (RuntimeError, WebSocketDisconnect, TimeoutError):
        log.debug("The client was gone before the goodbye.")


def _newest(known: OrderedDict[str, V], name: str, view: V) -> None:
    known[name] = view
    known.move_to_end(name)


def _first(views: OrderedDict[str, V]) -> tuple[V, ...]:
    count = min(len(views), MOST_IN_ONE_FRAME)
    return tuple(views.popitem(last=False)[1] for _ in range(count))


def _first_steps(steps: dict[str, OrderedDict[str, StepView]]) -> Iterator[tuple[str, tuple[StepView, ...]]]:
    for job_id in list(islice(steps, MOST_IN_ONE_FRAME)):
        yield job_id, tuple(steps.pop(job_id).values())


def _split(views: OrderedDict[str, V | None]) -> tuple[tuple[V, ...], tuple[str, ...]]:
    kept = tuple(view for view in views.values() if view is not None)
    gone = tuple(name for name, view in views.items() if view is None)
    views.clear()
    return kept, gone
