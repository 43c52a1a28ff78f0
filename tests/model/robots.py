"""The real robot in a simulated process: its agent, runner, journal, spool and delivery, on a real folder."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from websockets.asyncio.client import ClientConnection

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment, StepProgress
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.contract.states import JobStatus, StepStatus
from robot.agent import RobotAgent
from robot.attempts import attempt_of
from robot.config import OrchestratorAddress, RobotConfig
from robot.connection import Connection
from robot.heartbeat import MachineFigures
from robot.ports import AttemptListener, Captured, HostFigures, Remains
from robot.state_folder import StateFolder
from robot.stopping import Stopping
from tests.model.ledger import Ledger
from tests.model.network import Line, RobotSocket
from tests.model.simulation import Process, SimulatedLoop

Dial = Callable[["RobotUnderTest", Process], Awaitable[Line]]

HALF_A_LINE = b'1234abcd ["half a li'


@dataclass(slots=True, kw_only=True)
class Execution:
    """One run of an attempt; the walk decides when and how it ends."""

    assignment: JobAssignment
    listener: AttemptListener
    outcome: "asyncio.Future[tuple[JobStatus, ErrorKind]]"
    is_stubborn: bool
    """Does not stop when asked, only by force."""


class ModelHost:
    """Runs workflows that do nothing but be alive."""

    browser = ""
    capabilities = ()

    def __init__(self, process: Process, ledger: Ledger, rng: random.Random) -> None:
        self._process = process
        self._ledger = ledger
        self._rng = rng
        self.executions: dict[AttemptRef, Execution] = {}

    async def start(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to close."""

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        """Nothing to see."""
        return Captured(problem="There is no page.")

    def figures(self) -> HostFigures:
        """No browsers."""
        return HostFigures()

    async def run(self, assignment: JobAssignment, *, listener: AttemptListener, folder: Path) -> JobResult:
        """Be alive until told otherwise; the ledger is the witness."""
        await self._process.awake()
        ref, began_at = attempt_of(assignment), self._process.now()
        execution = Execution(
            assignment=assignment,
            listener=listener,
            outcome=asyncio.get_running_loop().create_future(),
            is_stubborn=self._rng.random() < 0.2,
        )
        self.executions[ref] = execution
        self._ledger.began(ref)
        status: JobStatus | None = None
        try:
            status, kind = await self._end_of(execution)
        finally:
            if self._process.is_alive:
                del self.executions[ref]
                self._ledger.ended(ref, status)
        return JobResult(
            job_id=ref.job_id,
            attempt=ref.attempt,
            status=status,
            error=None if status is JobStatus.COMPLETED else ErrorInfo(kind=kind, message=f"It ended as {status}."),
            started_at=began_at,
            finished_at=max(began_at, self._process.now()),
            execution_time_s=1.0,
        )

    async def _end_of(self, execution: Execution) -> tuple[JobStatus, ErrorKind]:
        while True:
            try:
                return await asyncio.shield(execution.outcome)
            except asyncio.CancelledError:
                if not (execution.is_stubborn and self._process.is_alive):
                    raise

    def stopping(self, ref: AttemptRef) -> Callable[[], Remains]:
        return lambda: Remains(sessions=0, processes=0)

    async def close_pages(self, ref: AttemptRef) -> None:
        """Asks once more; who is stubborn stays so."""

    async def kill(self, ref: AttemptRef) -> None:
        """By force."""
        if (execution := self.executions.get(ref)) is not None:
            self.finish(ref, execution, JobStatus.FAILED, ErrorKind.BROWSER_LOST)

    def finish(self, ref: AttemptRef, execution: Execution, status: JobStatus, kind: ErrorKind) -> None:
        """The execution ends like this."""
        if not execution.outcome.done():
            execution.outcome.set_result((status, kind))

    def report_progress(self, ref: AttemptRef) -> None:
        """A step moved."""
        step = StepProgress(step_id="step", status=StepStatus.RUNNING)
        self.executions[ref].listener.step_changed(step, progress=self._rng.random(), running=("step",))

    def die(self) -> None:
        """All executions are gone, without a word."""
        for ref in self.executions:
            self._ledger.ended(ref)
        self.executions.clear()


class _ModelConnection(Connection):
    """The real connection, dialling into the simulated network."""

    dial: Callable[[], Awaitable[RobotSocket]]

    @asynccontextmanager
    async def _dialled(self) -> AsyncIterator[ClientConnection]:
        socket = await self.dial()
        try:
            yield cast("ClientConnection", socket)
        finally:
            await socket.close()


class _ModelAgent(RobotAgent):
    """The real agent with that connection."""

    dial: Callable[[], Awaitable[RobotSocket]]

    def _connection(self) -> Connection:
        connection = _ModelConnection(
            address=self._config.address, token=self._config.token, user=self, clock=self._clock, rng=self._rng
        )
        connection.dial = self.dial
        return connection


class RobotUnderTest:
    """One robot across its processes; what is on its disk survives them."""

    def __init__(self, name: str, folder: Path, *, slots: int, loop: SimulatedLoop, ledger: Ledger, dial: Dial) -> None:
        self.name = name
        self.slots = slots
        self.lines: list[Line] = []
        self.forgets: tuple[str, ...] = ()
        """What of its disk does not survive a crash; for deliberate mistakes."""
        self._folder = folder
        self._generation = 0
        self._loop = loop
        self._ledger = ledger
        self._dial = dial
        self._rng = random.Random(f"{name} {folder.name}")
        self.process = Process(loop)
        self.process.is_alive = False
        self._life: asyncio.Task[None] | None = None
        self._remains: list[asyncio.Task[None]] = []

    @property
    def path(self) -> Path:
        """The state folder of the present process."""
        return self._folder / f"{self.name}-{self._generation}"

    @property
    def line(self) -> Line | None:
        """The newest connection, while it is whole."""
        return self.lines[-1] if self.lines and self.lines[-1].is_whole else None

    def start(self) -> None:
        """A new process on the same disk."""
        if self.process.is_alive:
            return
        shift = self.process.wall_shift
        self.process = Process(self._loop)
        self.process.wall_shift = shift
        self.host = ModelHost(self.process, self._ledger, self._rng)
        self._life = self._loop.create_task(self._live(self.process, self.host))

    def kill(self) -> None:
        """kill -9, at this very instant: the disk as it is, and perhaps the beginning of a line nobody finished."""
        if not self.process.is_alive or self._life is None:
            return
        before = self.path
        self._generation += 1
        if before.exists():
            shutil.copytree(before, self.path)
        self._tear()
        self.process.die()
        self.host.die()
        for line in self.lines:
            line.end()
        self._life.cancel()
        self._remains.append(self._life)

    async def bury(self) -> None:
        """Wait for what is left of dead processes."""
        self.kill()
        if self._remains:
            await asyncio.wait(self._remains, timeout=60)

    def _tear(self) -> None:
        journal, spool = self.path / "journal", self.path / "spool"
        if self._rng.random() < 0.3 and journal.exists():
            journal.write_bytes(journal.read_bytes() + HALF_A_LINE)
        if self._rng.random() < 0.3 and spool.exists():
            (spool / "job.1.result.partial").write_bytes(b"botswain-resu")
        for name in self.forgets:
            left = self.path / name
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)

    async def _live(self, process: Process, host: ModelHost) -> None:
        config = RobotConfig(
            address=OrchestratorAddress(host="127.0.0.1", port=1),
            name=self.name,
            slots=self.slots,
            token="t",
            state_folder=self.path,
        )
        try:
            with StateFolder(self.path) as folder:
                agent = _ModelAgent(config, folder, host=host, clock=process, rng=self._rng, stopping=Stopping())
                agent.dial = lambda: self._dialled(process)
                await agent.run()
        except Exception as error:  # noqa: BLE001  a robot that ends by itself is a finding, whatever ended it
            if process.is_alive:
                self._ledger.complaints.append(f"E: {self.name} ended by itself: {error!r}.")

    async def _dialled(self, process: Process) -> RobotSocket:
        line = await self._dial(self, process)
        self.lines = [*self.lines[-5:], line]
        return RobotSocket(line, process)


def no_figures(_: object) -> MachineFigures:
    """What a machine that does not exist says of itself."""
    return MachineFigures(cpu_percent=0.0, memory_percent=0.0, process_memory_bytes=0)


class NoUpload:
    """Uploads the files of workflows that make none."""

    def __init__(self, *_: object) -> None: ...

    async def send_all(self, result: JobResult, folder: Path) -> tuple[str, ...]:
        """Nothing to send."""
        return ()

    async def send(self, ref: AttemptRef, artifact: Artifact, folder: Path) -> str:
        """Nothing to send."""
        return ""

    async def close(self) -> None:
        """Nothing to close."""
