"""Who looks at which run. Many may look at one; its robot sends one stream, and none when nobody looks."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from orchestrator.contract.ids import JobId, RobotId, SessionId
from orchestrator.contract.live import ViewKind, ViewWish
from orchestrator.contract.protocol.live import LiveFramePart, LiveNews, UnwatchRun, WatchRun
from orchestrator.contract.protocol.terms import LIVE
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged, RobotChanged
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import EventBus
from orchestrator.engine.checkpoints import Send
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, TooManyRequestsError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_frames import Assembler, Frame, RunLook, Watcher
from orchestrator.engine.robot_pool import RobotPool

REPEAT_S = 10.0
"""Robots hear so often that somebody still looks; they stop by themselves when they do not."""
IDLE_LOOK_S = 3_600.0
MOST_WATCHERS = 200
MOST_TILES = 200
"""Runs that a wall shows."""
ON_SHOW = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN, JobStatus.CANCELLING})

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Stream:
    """One run that somebody looks at."""

    job_id: JobId
    attempt: int
    watchers: list[Watcher] = field(default_factory=list)
    assembler: Assembler = field(default_factory=Assembler)
    newest: Frame | None = None
    told: tuple[SessionId, ViewWish] | None = None
    """What the robot was last asked for, on which of its sessions."""
    news: LiveNews | None = None


class LiveView:
    """The room of those who look."""

    def __init__(self, queue: JobQueue, pool: RobotPool, bus: EventBus, clock: Clock, *, send: Send) -> None:
        self._queue = queue
        self._pool = pool
        self._clock = clock
        self._send = send
        self._streams: dict[JobId, _Stream] = {}
        self._walls: list[Watcher] = []
        self._watchers = 0
        self._wakeup = Wakeup(clock)
        self.closing = asyncio.Event()
        """Set when the engine stops: who looks leaves."""
        self.decorate = _plain
        """Adds to a look who has taken the run over."""
        self._bus = bus
        self._unsubscribe: tuple[Callable[[], None], ...] = ()
        """While nobody looks, nothing is listened to either."""

    async def run(self) -> None:
        """Repeat to robots what is looked at, until cancelled."""
        while True:
            if await self._wakeup.wait(REPEAT_S if self._streams else IDLE_LOOK_S):
                continue  # somebody begins to look: from now on it is said again and again
            for stream in tuple(self._streams.values()):
                self._ask(stream, again=True)

    # --- looking --------------------------------------------------------------------------------------------------

    @contextmanager
    def watching(self, job_id: JobId, wish: ViewWish) -> Iterator[Watcher]:
        """Look at a run for as long as the context lasts; a run that goes again is followed to its next attempt.

        ConflictError for a job that has no page to see; TooManyRequestsError when too many look.
        """
        job = self._queue.get(job_id)
        if job is None:
            raise ConflictError(f"Job {job_id} has ended: there is no page to see.")
        self._check(job)
        with self._counted():
            watcher = Watcher(wish)
            self._join(job, watcher)
            try:
                yield watcher
            finally:
                self._leave(job_id, watcher)

    @contextmanager
    def watching_all(self, wish: ViewWish) -> Iterator[Watcher]:
        """Look at everything that runs, as it comes and goes. TooManyRequestsError."""
        with self._counted():
            watcher = Watcher(wish)
            self._walls.append(watcher)
            for job in self._on_show():
                self._join(job, watcher)
            try:
                yield watcher
            finally:
                self._walls.remove(watcher)
                for job_id in tuple(self._streams):
                    self._leave(job_id, watcher)

    def turn(self, watcher: Watcher, wish: ViewWish) -> None:
        """Somebody wants to see it otherwise from now on."""
        watcher.wish = wish
        for stream in self._streams.values():
            if watcher in stream.watchers:
                self._ask(stream)

    @property
    def streams(self) -> dict[JobId, int]:
        """How many look at which run."""
        return {job_id: len(stream.watchers) for job_id, stream in self._streams.items()}

    def look_of(self, job: Job) -> RunLook:
        """How a run stands."""
        stream = self._streams.get(job.job_id)
        news = stream.news if stream is not None and stream.attempt == job.attempt else None
        look = RunLook(
            job_id=job.job_id,
            status=job.status.value,
            problem=self._why_dark(job) or (news.problem if news is not None else ""),
            parked=news.parked if news is not None else (),
            running=news.running if news is not None else (),
        )
        return self.decorate(look)

    def stirred(self, job_id: JobId) -> None:
        """Something about a run has changed that is no move of its job."""
        stream, job = self._streams.get(job_id), self._queue.get(job_id)
        if stream is not None and job is not None:
            self._show(stream, self.look_of(job))

    # --- robots ---------------------------------------------------------------------------------------------------

    async def on_part(self, robot: Robot, _: SessionId, part: LiveFramePart) -> None:
        """A part of a frame arrived."""
        stream = self._stream_of(robot, part.job_id, part.attempt)
        if stream is None:
            if part.part == 0:
                self._send(robot.robot_id, UnwatchRun(job_id=part.job_id, attempt=part.attempt))
            return
        whole = stream.assembler.take(part)
        if whole is not None:
            jpeg, facts = whole
            stream.newest = Frame(job_id=stream.job_id, facts=facts, jpeg=jpeg, at=self._clock.now())
            self._show(stream, stream.newest)

    async def on_news(self, robot: Robot, _: SessionId, news: LiveNews) -> None:
        """A robot says how a run stands."""
        stream = self._stream_of(robot, news.job_id, news.attempt)
        if stream is not None:
            stream.news = news
            self.stirred(stream.job_id)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _stream_of(self, robot: Robot, job_id: str, attempt: int) -> _Stream | None:
        stream, job = self._streams.get(JobId(job_id)), self._queue.get(JobId(job_id))
        is_its_own = job is not None and job.robot_id == robot.robot_id and job.concerns(attempt)
        return stream if stream is not None and is_its_own and stream.attempt == attempt else None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self._watchers >= MOST_WATCHERS:
            raise TooManyRequestsError(f"{MOST_WATCHERS} views are open already: close some of them.", retry_after_s=30)
        self._watchers += 1
        if self._watchers == 1:
            self._unsubscribe = (
                self._bus.subscribe(JobChanged, self._on_job),
                self._bus.subscribe(RobotChanged, self._on_robot),
            )
        try:
            yield
        finally:
            self._watchers -= 1
            if not self._watchers:
                for end in self._unsubscribe:
                    end()

    def _check(self, job: Job) -> None:
        if job.status.has_ended or job.robot_id is None:
            raise ConflictError(f"Job {job.job_id} does not run ({job.status}): there is no page to see.")
        berth = self._pool.berth(job.robot_id)
        if berth is not None and berth.session_id is not None and LIVE not in berth.features:
            raise ConflictError(f"{berth.robot.name} cannot show its runs: update it to this release.")

    def _why_dark(self, job: Job) -> str:
        if job.status is JobStatus.LOST:
            return "The run's robot is silent."
        if job.status not in ON_SHOW or job.robot_id is None:
            return ""
        return "" if self._pool.session_of(job.robot_id) is not None else "The run's robot is not connected."

    def _on_show(self) -> list[Job]:
        jobs = [job for status in sorted(ON_SHOW) for job in self._queue.get_by_status(status)]
        return sorted(jobs, key=lambda job: (job.started_at or job.changed_at, job.job_id))[:MOST_TILES]

    def _join(self, job: Job, watcher: Watcher) -> None:
        stream = self._streams.get(job.job_id)
        if stream is None:
            stream = self._streams[job.job_id] = _Stream(job.job_id, job.attempt)
            if len(self._streams) == 1:
                self._wakeup.ring()
        if watcher in stream.watchers:
            return
        stream.watchers.append(watcher)
        watcher.see(self.look_of(job))
        if stream.newest is not None:
            watcher.see(stream.newest)
        self._ask(stream)

    def _leave(self, job_id: JobId, watcher: Watcher) -> None:
        stream = self._streams.get(job_id)
        if stream is None or watcher not in stream.watchers:
            return
        stream.watchers.remove(watcher)
        if stream.watchers:
            self._ask(stream)
        else:
            self._end(stream)

    def _end(self, stream: _Stream) -> None:
        self._streams.pop(stream.job_id, None)
        job = self._queue.get(stream.job_id)
        if job is not None and job.robot_id is not None and stream.told is not None:
            self._send(job.robot_id, UnwatchRun(job_id=job.job_id, attempt=stream.attempt))

    def _ask(self, stream: _Stream, *, again: bool = False) -> None:
        """Tell the robot what is wanted, when it does not know it yet or its time runs out."""
        job = self._queue.get(stream.job_id)
        robot_id = job.robot_id if job is not None and job.status in ON_SHOW else None
        session_id = self._pool.session_of(robot_id) if robot_id is not None else None
        if job is None or robot_id is None or session_id is None or not self._is_able(robot_id):
            return
        wish = merged([each.wish for each in stream.watchers])
        if again or stream.told != (session_id, wish):
            stream.told = (session_id, wish)
            self._send(robot_id, WatchRun(job_id=job.job_id, attempt=job.attempt, wish=wish))

    def _is_able(self, robot_id: RobotId) -> bool:
        berth = self._pool.berth(robot_id)
        return berth is not None and berth.is_welcomed and LIVE in berth.features

    @staticmethod
    def _show(stream: _Stream, news: Frame | RunLook) -> None:
        for watcher in stream.watchers:
            watcher.see(news)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if self._walls and job.status in ON_SHOW and job.job_id not in self._streams:
            self._put_up(job)
        if not self._streams:
            return
        stream = self._streams.get(job.job_id)
        if stream is None:
            return
        if job.status.has_ended:
            self._over(stream, job)
            return
        if stream.attempt != job.attempt:
            stream.attempt, stream.news, stream.told = job.attempt, None, None
            stream.assembler, stream.newest = Assembler(), None
        self._show(stream, self.look_of(job))
        self._ask(stream)

    def _put_up(self, job: Job) -> None:
        if len(self._streams) < MOST_TILES:
            for wall in self._walls:
                self._join(job, wall)

    def _over(self, stream: _Stream, job: Job) -> None:
        """The job has ended: who looks hears how, and nothing more."""
        self._streams.pop(stream.job_id, None)
        for watcher in stream.watchers:
            if watcher in self._walls:
                watcher.lose(job.job_id)
            else:
                watcher.see(self.look_of(job))

    def _on_robot(self, event: RobotChanged) -> None:
        if not self._streams:
            return
        for stream in tuple(self._streams.values()):
            job = self._queue.get(stream.job_id)
            if job is not None and job.robot_id == event.robot.robot_id:
                self._ask(stream)


def merged(wishes: list[ViewWish]) -> ViewWish:
    """One stream for all: live when anybody wants that, and the highest rate, width and quality of those who do."""
    live = [each for each in wishes if each.kind is ViewKind.LIVE]
    counted = live or wishes
    named = [each.session for each in counted if each.session is not None]
    return ViewWish(
        kind=ViewKind.LIVE if live else ViewKind.THUMBNAIL,
        rate=max(each.rate for each in counted),
        width=max(each.width for each in counted),
        quality=max(each.quality for each in counted),
        session=named[-1] if named else None,
    )


def _plain(look: RunLook) -> RunLook:
    """While nobody can take runs over."""
    return replace(look)
