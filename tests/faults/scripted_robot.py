"""A robot that says exactly what a test wants, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

from websockets.asyncio.client import ClientConnection, connect

from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import JobAccepted, JobAssignment, JobResultReport, JobStart, ResultAck
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.robots import Heartbeat, RobotHello, RobotRegistered
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from tests.faults.processes import Facts

LIMIT_S = 60.0
P = TypeVar("P", bound=Payload)


class ScriptedRobot:
    """One connection; what was heard and not asked for yet is kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._heard: list[Payload] = []

    @classmethod
    @asynccontextmanager
    async def dialled(cls, facts: Facts) -> AsyncIterator["ScriptedRobot"]:
        """A connection on which nothing was said yet."""
        async with connect(
            f"{facts.robots_url}/robot",
            additional_headers={"Authorization": f"Bearer {facts.token}"},
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            proxy=None,
            close_timeout=1,
        ) as socket:
            yield cls(socket)

    @classmethod
    @asynccontextmanager
    async def registered(cls, facts: Facts, name: str, **hello: object) -> AsyncIterator["ScriptedRobot"]:
        """A connection that was introduced and answered."""
        async with cls.dialled(facts) as robot:
            words = {"robot_id": name, "name": name, "slots": 1, **hello}
            await robot.say(RobotHello.model_validate(words))
            await robot.hear(RobotRegistered)
            yield robot

    async def say(self, payload: Payload) -> None:
        """Send a message."""
        await self.socket.send(encode(payload))

    async def hear(self, kind: type[P]) -> P:
        """The next message of this kind; others are kept for later."""
        for payload in self._heard:
            if isinstance(payload, kind):
                self._heard.remove(payload)
                return payload
        async with asyncio.timeout(LIMIT_S):
            while True:
                payload = decode(await self.socket.recv()).payload
                if isinstance(payload, kind):
                    return payload
                self._heard.append(payload)

    async def take(self) -> AttemptRef:
        """Accept the next offer and wait for its start."""
        offer = await self.hear(JobAssignment)
        ref = AttemptRef(job_id=offer.job_id, attempt=offer.attempt)
        await self.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))
        started = await self.hear(JobStart)
        assert (started.job_id, started.attempt) == (ref.job_id, ref.attempt)
        return ref

    async def beat(self, *running: AttemptRef) -> None:
        """A heartbeat."""
        await self.say(Heartbeat(running=running, slots_busy=len(running)))

    async def finish(self, ref: AttemptRef, status: JobStatus = JobStatus.COMPLETED) -> ResultAck:
        """Report an end, and hear what became of the report."""
        await self.say(JobResultReport(result=result_of(ref, status)))
        ack = await self.hear(ResultAck)
        assert (ack.job_id, ack.attempt) == (ref.job_id, ref.attempt)
        return ack


def result_of(ref: AttemptRef, status: JobStatus) -> JobResult:
    """A result without content."""
    now = datetime.now(UTC)  # noqa: TID251  what a robot's clock says
    return JobResult(
        job_id=ref.job_id, attempt=ref.attempt, status=status, started_at=now, finished_at=now, execution_time_s=0.0
    )
