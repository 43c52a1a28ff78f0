"""A robot in the test's own process, whose runs end as the test says, on the line of a scripted orchestrator."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from scripted_orchestrator import LIMIT_S, TOKEN, Line, ScriptedOrchestrator

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import Heartbeat
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from robot.agent import RobotAgent
from robot.attempts import attempt_of
from robot.clock import SystemClock
from robot.config import RobotConfig, parse_address
from robot.ports import AttemptListener, Captured, HostFigures, Remains
from robot.state_folder import StateFolder
from robot.stopping import Stopping

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JOB = AttemptRef(job_id="job-1", attempt=1)


class ScriptedHost:
    """Runs whatever it is given until the test says how it ends."""

    browser = "none"
    capabilities = ("browser:none",)

    def __init__(self) -> None:
        self.started: asyncio.Queue[AttemptRef] = asyncio.Queue()
        self.listeners: dict[AttemptRef, AttemptListener] = {}
        self.ends: dict[AttemptRef, asyncio.Future[JobStatus]] = {}
        self.stubborn = False
        self.force: list[str] = []
        self.runs = 0
        self.outputs: dict[str, JsonValue] = {"answer": 42}

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def figures(self) -> HostFigures:
        return HostFigures(browsers=1, sessions=2, idle_s=dict.fromkeys(self.ends, 7.0))

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        return Captured(problem=f"There is no {what} of {ref.job_id}.")

    async def run(self, assignment: JobAssignment, *, listener: AttemptListener, folder: Path) -> JobResult:
        assert folder.is_dir()  # noqa: ASYNC240  a look that takes microseconds
        ref = attempt_of(assignment)
        self.runs += 1
        self.listeners[ref] = listener
        self.ends[ref] = asyncio.get_running_loop().create_future()
        self.started.put_nowait(ref)
        while True:
            try:
                status = await asyncio.shield(self.ends[ref])
            except asyncio.CancelledError:
                if self.stubborn:
                    continue
                raise
            return result_of(ref, status).model_copy(update={"outputs": self.outputs})

    def stopping(self, ref: AttemptRef) -> Callable[[], Remains]:
        return lambda: Remains(sessions=0, processes=0)

    async def close_pages(self, ref: AttemptRef) -> None:
        self.force.append("pages")

    async def kill(self, ref: AttemptRef) -> None:
        self.force.append("kill")
        self.end(ref, JobStatus.FAILED)

    def end(self, ref: AttemptRef, status: JobStatus = JobStatus.COMPLETED) -> None:
        self.ends[ref].set_result(status)

    async def next_start(self) -> AttemptRef:
        async with asyncio.timeout(LIMIT_S):
            return await self.started.get()


def result_of(ref: AttemptRef, status: JobStatus) -> JobResult:
    """What a run reports at its end."""
    return JobResult(
        job_id=ref.job_id,
        attempt=ref.attempt,
        status=status,
        started_at=NOON,
        finished_at=NOON,
        execution_time_s=0.1,
    )


class RobotInProcess:
    """A robot under test: start it, stop it, start it again on the same state."""

    def __init__(self, state: Path, orchestrator: ScriptedOrchestrator) -> None:
        self.state = state
        self.orchestrator = orchestrator
        self.host = ScriptedHost()
        self.slots = 2
        self.token = TOKEN
        self.grace_s = 0.2

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[Stopping]:
        """Runs while inside; leaving asks it to end and waits for that."""
        config = RobotConfig(
            address=parse_address(f"127.0.0.1:{self.orchestrator.port}"),
            name="robot-1",
            slots=self.slots,
            token=self.token,
            tags=("eu",),
            capabilities=("vpn",),
            state_folder=self.state,
            drain_grace_s=self.grace_s,
        )
        stopping = Stopping()
        with StateFolder(self.state) as folder:
            agent = RobotAgent(
                config, folder, host=self.host, clock=SystemClock(), rng=random.Random(1), stopping=stopping
            )
            async with asyncio.timeout(3 * LIMIT_S), asyncio.TaskGroup() as group:
                group.create_task(agent.run())
                try:
                    yield stopping
                finally:
                    stopping.force("the test ends")

    @asynccontextmanager
    async def online(self, *running: str, **registered: object) -> AsyncIterator[Line]:
        """Alive and registered so, with these jobs at work."""
        async with self.alive():
            yield await self.line(*running, **registered)

    async def line(self, *running: str, **registered: object) -> Line:
        """The next connection, registered so; these jobs are at work on it."""
        line = await self.orchestrator.line(**registered)
        for job_id in running:
            await line.start(job_id)
            assert (await self.host.next_start()).job_id == job_id
        return line

    def spooled(self) -> list[Path]:
        """The files of results that nobody has answered for."""
        return list((self.state / "spool").iterdir())


async def next_without(line: Line, ref: AttemptRef) -> None:
    """Wait for the heartbeat that does not list the attempt any more."""
    while ref in (await line.hear(Heartbeat)).running:
        pass


def error_of(result: JobResult) -> ErrorInfo:
    """What went wrong; something did."""
    assert result.error is not None
    return result.error
