"""A robot that says exactly what a test lets it say, over a real WebSocket, in the contract's messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self, TypeVar

from websockets.asyncio.client import ClientConnection, connect

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import (
    JobAccepted,
    JobAssignment,
    JobResultReport,
    JobStart,
    ResultAck,
    ResultOutcome,
)
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.robots import RobotGoodbye, RobotHello, RobotRegistered
from orchestrator.contract.results import JobResult, StepResult
from orchestrator.contract.states import JobStatus, StepStatus

LIMIT_S = 20.0
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

P = TypeVar("P", bound=Payload)


def robot_dial(robots_url: str, token: str, **options: object) -> connect:
    """A connection to the robots' socket; closed with little patience."""
    return connect(
        f"{robots_url}/robot",
        additional_headers={"Authorization": f"Bearer {token}"},
        proxy=None,
        compression=None,
        close_timeout=1,
        **options,  # type: ignore[arg-type]
    )


class ScriptedRobot:
    """One session of a robot; what it hears and is not asked for is kept in `heard`."""

    def __init__(self, socket: ClientConnection, hello: RobotHello, registered: RobotRegistered) -> None:
        self.socket = socket
        self.hello = hello
        self.registered = registered
        self.heard: list[Payload] = []

    @classmethod
    @asynccontextmanager
    async def connected(
        cls,
        robots_url: str,
        token: str,
        name: str = "anna",
        *,
        slots: int = 1,
        tags: tuple[str, ...] = (),
        running: tuple[AttemptRef, ...] = (),
        spooled: tuple[AttemptRef, ...] = (),
        **facts: tuple[str, ...],
    ) -> AsyncIterator[Self]:
        """Dial, say hello and be registered."""
        robot_id = f"robot-{name.replace('/', '-')}"
        hello = RobotHello(
            robot_id=robot_id, name=name, slots=slots, tags=tags, running=running, spooled=spooled, **facts
        )
        async with robot_dial(robots_url, token) as socket:
            await socket.send(encode(hello))
            async with asyncio.timeout(LIMIT_S):
                registered = decode(await socket.recv()).payload
            assert isinstance(registered, RobotRegistered), registered
            yield cls(socket, hello, registered)

    async def say(self, payload: Payload) -> None:
        """Send a message."""
        await self.socket.send(encode(payload))

    async def hear(self, kind: type[P]) -> P:
        """The next message of a kind."""
        for index, payload in enumerate(self.heard):
            if isinstance(payload, kind):
                del self.heard[index]
                return payload
        async with asyncio.timeout(LIMIT_S):
            while True:
                payload = decode(await self.socket.recv()).payload
                if isinstance(payload, kind):
                    return payload
                self.heard.append(payload)

    async def take_job(self) -> JobAssignment:
        """Wait for an offer, accept it, and wait for the word to start."""
        offer = await self.hear(JobAssignment)
        await self.say(JobAccepted(job_id=offer.job_id, attempt=offer.attempt))
        start = await self.hear(JobStart)
        assert (start.job_id, start.attempt) == (offer.job_id, offer.attempt)
        return offer

    async def finish(
        self, offer: JobAssignment | AttemptRef, *, error: str = "", outputs: dict[str, JsonValue] | None = None
    ) -> ResultOutcome:
        """Report a result and wait for the orchestrator's word on it."""
        await self.say(JobResultReport(result=result_of(offer, error=error, outputs=outputs or {})))
        ack = await self.hear(ResultAck)
        assert (ack.job_id, ack.attempt) == (offer.job_id, offer.attempt)
        return ack.outcome

    async def leave(self) -> None:
        """Say goodbye on purpose."""
        await self.say(RobotGoodbye(reason="The test is over."))
        await self.socket.close()


def result_of(offer: JobAssignment | AttemptRef, *, error: str, outputs: dict[str, JsonValue]) -> JobResult:
    """What a robot reports at the end of an attempt."""
    look = StepResult(step_id="look", action="goto", status=StepStatus.COMPLETED, value=1, attempts=1)
    return JobResult(
        job_id=offer.job_id,
        attempt=offer.attempt,
        status=JobStatus.FAILED if error else JobStatus.COMPLETED,
        outputs=outputs,
        step_results=(look,),
        error=ErrorInfo(kind=ErrorKind.BUSINESS, message=error) if error else None,
        started_at=MOMENT,
        finished_at=MOMENT,
        execution_time_s=1.5,
    )
