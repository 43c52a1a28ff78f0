"""The whole system in one place: an orchestrator, robots, a network, clients and a person; and what may befall them."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from fake_store import FakeStore

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.errors import BotswainError, ErrorKind
from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.protocol.codec import Message, decode_all
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.states import JobStatus
from robot.attempts import attempt_of
from robot.connection import ConnectionLostError
from tests.model.ledger import Ledger
from tests.model.network import DIAL_LIMIT_S, KEPT_FRAMES, AsgiSocket, Line, Side, Weather
from tests.model.orchestrators import OrchestratorUnderTest
from tests.model.robots import Execution, RobotUnderTest
from tests.model.simulation import Process, ProcessGoneError, SimulatedLoop

ROBOTS = {"anna": 1, "bert": 2, "carl": 1}
MOST_OPEN = 12
CLIENT_PATIENCE_S = 5.0
LONGEST_SUBMIT_S = 0.5
SCHEDULE = "*/5 * * * *"

SAFE: dict[str, JsonValue] = {
    "name": "Look",
    "retry_safe": True,
    "steps": [{"id": "step", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}],
}
ONCE: dict[str, JsonValue] = {
    "name": "Send",
    "steps": [{"id": "step", "action": "click", "parameters": {"target": "#send"}, "safe_to_repeat": False}],
}


class World:
    """See the module; every public coroutine or method below `steps` is one thing that may happen."""

    def __init__(self, loop: SimulatedLoop, rng: random.Random, folder: Path) -> None:
        self.loop = loop
        self.rng = rng
        self.store = FakeStore()
        self.ledger = Ledger()
        self.weather = Weather()
        self.orchestrator = OrchestratorUnderTest(self.store, loop, rng)
        self.robots = [
            RobotUnderTest(name, folder, slots=slots, loop=loop, ledger=self.ledger, dial=self._dial)
            for name, slots in ROBOTS.items()
        ]
        self.job_ids: list[str] = []
        self.is_partitioned: set[str] = set()
        self.scheduled_until = self.planned_from = self.orchestrator.process.now()
        self._frames: dict[tuple[str, Side], deque[str]] = {}
        self._offered_to: asyncio.Future[str] = loop.create_future()
        self._keys: list[tuple[str, bool]] = []
        self._asides: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Everybody is up, and a schedule is set."""
        await self.orchestrator.start()
        engine = self.orchestrator.engine
        version = await engine.workflows.save(SAFE)
        rule = ScheduleRule(cron_expression=SCHEDULE)
        request = ScheduleRequest(
            name="often", workflow=version.workflow_id, rule=rule, misfire_policy="all", overlap_policy="allow"
        )
        schedule = await engine.scheduler.add_schedule(await engine.schedule_desk.schedule_of(request))
        self.schedule_id = schedule.schedule_id
        for robot in self.robots:
            robot.start()
        await asyncio.sleep(2)

    async def end(self) -> None:
        """Nobody is left."""
        for task in self._asides:
            task.cancel()
        await self.orchestrator.bury()
        for robot in self.robots:
            await robot.bury()

    # --- the network ----------------------------------------------------------------------------------------------

    async def _dial(self, robot: RobotUnderTest, process: Process) -> Line:
        if robot.name in self.is_partitioned:
            await asyncio.sleep(DIAL_LIMIT_S)
            raise ConnectionLostError("it did not answer")
        if not self.orchestrator.is_ready:
            raise ConnectionLostError("connection refused")
        line = Line(self.loop, self.weather, self.rng, lambda side, frame: self._tap(robot.name, side, frame))
        socket = AsgiSocket(line, self.orchestrator.process)
        self.orchestrator.converse(socket)
        try:
            async with asyncio.timeout(DIAL_LIMIT_S):
                accepted = await socket.accepted
        except TimeoutError:
            accepted = False
        await process.awake()
        if not accepted:
            raise ConnectionLostError("it was refused, or not answered in time")
        return line

    def _tap(self, robot: str, sender: Side, frame: str) -> None:
        """Listen in: remember frames for later mischief, and results that were once said."""
        self._frames.setdefault((robot, sender), deque(maxlen=KEPT_FRAMES)).append(frame)
        if sender is Side.ORCHESTRATOR and "job_assignment" in frame and not self._offered_to.done():
            self._offered_to.set_result(robot)
        if sender is Side.ROBOT and "job_result" in frame:
            for payload in payloads_of(frame):
                if isinstance(payload, JobResultReport):
                    self.ledger.told.add(attempt_of(payload.result))

    # --- clients and people ---------------------------------------------------------------------------------------

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _submit(self, key: str, *, retry_safe: bool) -> None:
        """As a careful client does: with one key, again until there is an answer."""
        request = SubmitRequest(definition=SAFE if retry_safe else ONCE, timeout_s=self.rng.choice([100.0, 3_000.0]))
        while True:
            try:
                job = await self.orchestrator.engine.submit_job(request, idempotency_key=key)
                await self.orchestrator.process.awake()
            except (BotswainError, ProcessGoneError):
                await asyncio.sleep(CLIENT_PATIENCE_S)
                continue
            self.ledger.acknowledged(key, job.job_id, retry_safe=retry_safe)
            if job.job_id not in self.job_ids:
                self.job_ids.append(job.job_id)
            return

    async def _command(self, command: Callable[[JobId], Awaitable[object]], job_id: str, wait_s: float = 0) -> None:
        await asyncio.sleep(wait_s)
        try:
            await command(JobId(job_id))
        except (BotswainError, ProcessGoneError):
            pass  # the job is not in a state for it, or nobody is there

    async def _retry(self, job_id: str) -> None:
        """A person may retry what a robot that was cut off still runs: then two runs are that person's decision."""
        if self.ledger.is_alive(job_id) or job_id not in self.ledger.once_only:
            self.ledger.once_only.discard(job_id)
        await self._command(self.orchestrator.engine.retry_job, job_id)

    # --- steps ----------------------------------------------------------------------------------------------------

    def _any_robot(self) -> RobotUnderTest:
        return self.rng.choice(self.robots)

    def _any_run(self) -> tuple[RobotUnderTest, AttemptRef, Execution] | None:
        runs = [
            (robot, ref, execution)
            for robot in self.robots
            if robot.process.is_alive and not robot.process.is_frozen
            for ref, execution in robot.host.executions.items()
        ]
        return self.rng.choice(runs) if runs else None

    def submit(self) -> None:
        """A client wants a job."""
        open_jobs = sum(not job.status.has_ended for job in self.store.jobs.values())
        if open_jobs < MOST_OPEN:
            key, retry_safe = f"key-{len(self._keys)}", self.rng.random() < 0.4
            self._keys.append((key, retry_safe))
            self._aside(self._submit(key, retry_safe=retry_safe))

    def submit_again(self) -> None:
        """A client that got no answer, or forgot it, asks again."""
        if self._keys:
            key, retry_safe = self.rng.choice(self._keys[-20:])
            self._aside(self._submit(key, retry_safe=retry_safe))

    def finish(self) -> None:
        """A run ends well."""
        self._end_run(JobStatus.COMPLETED, ErrorKind.INTERNAL)

    def fail(self) -> None:
        """A run fails, for a reason that may pass or that will not."""
        self._end_run(JobStatus.FAILED, self.rng.choice([ErrorKind.NETWORK, ErrorKind.BUSINESS]))

    def _end_run(self, status: JobStatus, kind: ErrorKind) -> None:
        if (run := self._any_run()) is not None:
            robot, ref, execution = run
            robot.host.finish(ref, execution, status, kind)

    def progress(self) -> None:
        """A run gets further."""
        if (run := self._any_run()) is not None:
            robot, ref, _ = run
            robot.host.report_progress(ref)

    def cancel(self) -> None:
        """A person cancels a job, often one that has just come."""
        if self.job_ids:
            job_id = self.rng.choice(self.job_ids[-10:])
            self._aside(self._command(self.orchestrator.engine.cancel_job, job_id))

    def race(self) -> None:
        """A person cancels what is just about to end."""
        if (run := self._any_run()) is not None:
            robot, ref, execution = run
            robot.host.finish(ref, execution, JobStatus.COMPLETED, ErrorKind.INTERNAL)
            self._aside(self._command(self.orchestrator.engine.cancel_job, ref.job_id, self.rng.uniform(0, 0.3)))

    def retry(self) -> None:
        """A person wants another attempt of a job that did not succeed."""
        ended = [
            job_id
            for job_id in self.job_ids[-30:]
            if job_id in self.store.jobs and self.store.jobs[JobId(job_id)].status.has_ended
        ]
        if ended:
            self._aside(self._retry(self.rng.choice(ended)))

    def drain(self) -> None:
        """A person lets a robot run dry, or gives it work again."""
        engine = self.orchestrator.engine
        order = self.rng.choice([engine.drain_robot, engine.resume_robot, engine.resume_robot])
        known = engine.pool.robots()
        if known:
            self._aside(self._order(order, self.rng.choice(known).robot_id))

    async def _order(self, order: Callable[..., Awaitable[object]], robot_id: str) -> None:
        try:
            await order(robot_id)
        except (BotswainError, ProcessGoneError):
            pass  # nobody is there

    def kill_robot(self) -> None:
        """kill -9."""
        self._any_robot().kill()

    async def bounce_robot(self) -> None:
        """kill -9 in mid-job, and back in a moment."""
        robot = run[0] if (run := self._any_run()) is not None else self._any_robot()
        robot.kill()
        await asyncio.sleep(self.rng.choice([0.1, 2.0]))
        robot.start()
        if self.rng.random() < 0.4:
            await asyncio.sleep(3)
            self._replay(robot, Side.ROBOT)

    async def outage(self) -> None:
        """A robot is cut off for longer than its leases, and what it runs ends meanwhile."""
        if (run := self._any_run()) is None:
            return
        robot, ref, execution = run
        self.is_partitioned.add(robot.name)
        for line in robot.lines:
            line.stall()
        await asyncio.sleep(self.rng.choice([70, 100, 300]))
        robot.host.finish(ref, execution, JobStatus.COMPLETED, ErrorKind.INTERNAL)
        await asyncio.sleep(self.rng.choice([0, 5]))
        self.heal_network()

    def start_robot(self) -> None:
        """It is started again, if it was dead."""
        self._any_robot().start()

    def freeze_robot(self) -> None:
        """SIGSTOP: its connections stay, and nothing comes or goes."""
        robot = self._any_robot()
        robot.process.freeze()
        for line in robot.lines:
            line.stall()

    def thaw_robot(self) -> None:
        """SIGCONT."""
        for robot in self.robots:
            robot.process.thaw()
            if robot.name not in self.is_partitioned:
                for line in robot.lines:
                    line.flow()

    def break_line(self) -> None:
        """A reset that both sides see, or that only one sees at first."""
        for line in self._any_robot().lines:
            line.end(*self.rng.choice([(), (Side.ROBOT,), (Side.ORCHESTRATOR,)]))

    def partition(self) -> None:
        """Nothing gets through between a robot and the orchestrator, or only one way."""
        robot = self._any_robot()
        self.is_partitioned.add(robot.name)
        way = self.rng.choice([(), (Side.ROBOT,), (Side.ORCHESTRATOR,)])
        for line in robot.lines:
            line.stall(*way)

    async def go_dark(self) -> None:
        """A job comes, and in the moment of its offer all robots but another are cut off for longer than offers stand.

        Half the times only what they say is held back: then the offer arrives, and its acceptance does not.
        """
        self._offered_to = self.loop.create_future()
        self.submit()
        await asyncio.wait([self._offered_to], timeout=LONGEST_SUBMIT_S)
        offered_to = self._offered_to.result() if self._offered_to.done() else ""
        await asyncio.sleep(self.rng.choice([0, 0, 0.01, 0.1]))
        spared = self.rng.choice([robot for robot in self.robots if robot.name != offered_to])
        lines = [line for robot in self.robots if robot is not spared for line in robot.lines]
        way = self.rng.choice([(), (Side.ORCHESTRATOR,)])
        for line in lines:
            line.stall(*way)
        await asyncio.sleep(self.rng.choice([5, 20, 20]))
        for line in lines:
            line.flow()

    def heal_network(self) -> None:
        """Everything gets through again."""
        self.is_partitioned.clear()
        self.thaw_robot()

    def storm(self) -> None:
        """Frames get lost, doubled or late from now on."""
        self.weather.loss = self.rng.choice([0, 0, 0.05, 0.2])
        self.weather.doubling = self.rng.choice([0, 0.1, 0.4])
        self.weather.lateness = self.rng.choice([0, 0.1, 0.3])
        self.weather.late_s = self.rng.choice([1.0, 30.0, 200.0])

    def calm(self) -> None:
        """They do not any more."""
        self.weather.calm()

    def replay(self) -> None:
        """Frames of earlier come again, also on another connection than their own."""
        self._replay(self._any_robot(), self.rng.choice(list(Side)))

    def _replay(self, robot: RobotUnderTest, side: Side) -> None:
        frames = self._frames.get((robot.name, side.other))
        if robot.line is None or not frames:
            return
        kept = list(frames)
        offers = [place for place, frame in enumerate(kept) if "job_assignment" in frame]
        begin = self.rng.choice(offers or range(len(kept)))
        for frame in kept[begin : begin + self.rng.choice([1, 4, KEPT_FRAMES])]:
            robot.line.carry(side, frame)

    async def kill_orchestrator(self) -> None:
        """kill -9."""
        self.orchestrator.kill()
        for robot in self.robots:
            for line in robot.lines:
                line.end(*self.rng.choice([(), (Side.ORCHESTRATOR,)]))

    async def start_orchestrator(self) -> None:
        """It is started again, if it was dead."""
        await self.orchestrator.start()

    async def restart_orchestrator(self) -> None:
        """Dead and back in a moment."""
        await self.kill_orchestrator()
        await asyncio.sleep(self.rng.choice([0.1, 2, 100]))
        await self.start_orchestrator()

    def freeze_orchestrator(self) -> None:
        """SIGSTOP."""
        self.orchestrator.process.freeze()

    def thaw_orchestrator(self) -> None:
        """SIGCONT."""
        self.orchestrator.process.thaw()

    def step_clock(self) -> None:
        """Somebody sets a wall clock."""
        process = self.rng.choice([self.orchestrator.process, self._any_robot().process])
        process.wall_shift = timedelta(seconds=self.rng.choice([-1_800, -600, 0, 0, 600, 1_800]))

    def edit_schedule(self) -> None:
        """A person saves the schedule again, which plans it anew from what the wall clock then says."""
        self._aside(self._edit_schedule())

    async def _edit_schedule(self) -> None:
        engine = self.orchestrator.engine
        try:
            await engine.scheduler.update_schedule(engine.scheduler.get(self.schedule_id))
        except (BotswainError, ProcessGoneError):
            pass  # nobody is there, or the disk is full; it may be saved all the same
        self.planned_from = max(self.planned_from, self.orchestrator.process.now() + timedelta(minutes=5))

    def fill_disk(self) -> None:
        """The orchestrator's disk is full."""
        self.store.is_full = True

    def empty_disk(self) -> None:
        """There is room again."""
        self.store.is_full = False

    # --- healing --------------------------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Nothing bad happens any more, everybody who is dead is started, and runs end; nobody else helps."""
        self.calm()
        self.heal_network()
        self.empty_disk()
        self.thaw_orchestrator()
        for process in (self.orchestrator.process, *(robot.process for robot in self.robots)):
            process.wall_shift = timedelta()
        await self.orchestrator.start()
        for robot in self.robots:
            robot.start()
        await asyncio.sleep(30)
        for known in self.orchestrator.engine.pool.robots():
            await self._order(self.orchestrator.engine.resume_robot, known.robot_id)
        await self._see_all_end()
        await self.orchestrator.engine.scheduler.pause_schedule(self.schedule_id)
        self.scheduled_until = self.orchestrator.process.now()
        await self._see_all_end()
        await asyncio.sleep(240)  # results that nobody waits for are delivered too

    async def _see_all_end(self) -> None:
        for _ in range(120):
            await self._finish_all()
            await asyncio.sleep(30)
            if not self._asides and all(job.status.has_ended for job in self.store.jobs.values()):
                return

    async def _finish_all(self) -> None:
        for robot in self.robots:
            for ref, execution in tuple(robot.host.executions.items()) if robot.process.is_alive else ():
                robot.host.finish(ref, execution, JobStatus.COMPLETED, ErrorKind.INTERNAL)


def payloads_of(frame: str) -> list[object]:
    """What a frame says."""
    return [each.payload for each in decode_all(frame) if isinstance(each, Message)]
