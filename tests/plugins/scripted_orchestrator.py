"""The other side of a robot's line: a real WebSocket server that says what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import (
    JobAccepted,
    JobAssignment,
    JobRefused,
    JobResultReport,
    JobStart,
    RefusalReason,
    ResultAck,
    ResultOutcome,
)
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import HeartbeatAck, RobotHello, RobotRegistered
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.results import JobResult
from orchestrator.contract.workflow import WorkflowDefinition

LIMIT_S = 20.0
TOKEN = "robot-token"
WORKFLOW = WorkflowDefinition.model_validate({"name": "Wait", "steps": [{"id": "a", "action": "log"}]})

P = TypeVar("P", bound=Payload)


class Line:
    """One session with a robot."""

    def __init__(self, socket: ServerConnection, hello: RobotHello) -> None:
        self.socket = socket
        self.hello = hello
        self._heard: list[Payload] = []

    async def say(self, payload: Payload) -> None:
        await self.socket.send(encode(payload))

    async def hear(self, kind: type[P]) -> P:
        """The next message of this kind; others that came before are kept for later."""
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

    async def assign(self, job_id: str, attempt: int = 1, **more: object) -> None:
        offer = {"job_id": job_id, "attempt": attempt, "workflow": WORKFLOW, "timeout_s": 30.0, **more}
        await self.say(JobAssignment.model_validate(offer))

    async def start(self, job_id: str, attempt: int = 1, **more: object) -> None:
        """The whole three-way start."""
        await self.assign(job_id, attempt, **more)
        accepted = await self.hear(JobAccepted)
        assert (accepted.job_id, accepted.attempt) == (job_id, attempt)
        await self.say(JobStart(job_id=job_id, attempt=attempt))

    async def refusal(self, job_id: str, attempt: int = 1, **more: object) -> RefusalReason:
        """Offer a job; why the robot does not take it."""
        await self.assign(job_id, attempt, **more)
        return (await self.hear(JobRefused)).reason

    async def result(self, outcome: ResultOutcome | None = ResultOutcome.RECORDED) -> JobResult:
        """The next result; answered with this outcome, or not at all."""
        result = (await self.hear(JobResultReport)).result
        if outcome is not None:
            await self.say(ResultAck(job_id=result.job_id, attempt=result.attempt, outcome=outcome))
        return result

    async def sync(self) -> None:
        """Returns when the robot has worked through everything that was said before."""
        await self.assign("sync-probe", workflow=_IMPOSSIBLE)
        while (await self.hear(JobRefused)).job_id != "sync-probe":
            pass

    async def closed(self) -> None:
        """Returns when the robot has left."""
        async with asyncio.timeout(LIMIT_S):
            await self.socket.wait_closed()


_IMPOSSIBLE = WorkflowDefinition.model_validate(
    {"name": "Impossible", "requires": ["nobody:has-this"], "steps": [{"id": "a", "action": "log"}]}
)


class ScriptedOrchestrator:
    """Accepts robots with the right token; each connection that said hello waits in `lines`."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[Line] = asyncio.Queue()
        self._server: Server | None = None
        self.registered = RobotRegistered(robot_id="r", session_id="s", heartbeat_s=0.2)
        self.port = 0
        self.refused = 0
        self.acks = HeartbeatAck()

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["ScriptedOrchestrator"]:
        async with serve(
            self._serve, "127.0.0.1", port, process_request=self._door, compression=None, max_size=MAX_MESSAGE_BYTES
        ) as self._server:
            self.port = self._server.sockets[0].getsockname()[1]
            yield self

    async def line(self, **registered: object) -> Line:
        """The next robot that comes, registered."""
        async with asyncio.timeout(LIMIT_S):
            line = await self._lines.get()
        answer = {"heartbeat_s": 5.0, **registered}
        await line.say(self.registered.model_copy(update={"robot_id": line.hello.robot_id, **answer}))
        return line

    def _door(self, _: ServerConnection, request: Request) -> Response | None:
        if request.path == "/robot" and request.headers.get("Authorization") == f"Bearer {TOKEN}":
            return None
        self.refused += 1
        return Response(HTTPStatus.UNAUTHORIZED, "Unauthorized", request.headers.__class__(), b"")

    async def _serve(self, socket: ServerConnection) -> None:
        try:
            hello = decode(await socket.recv()).payload
        except ConnectionClosed:
            return
        assert isinstance(hello, RobotHello)
        await self._lines.put(Line(socket, hello))
        await socket.wait_closed()


@pytest.fixture
async def orchestrator() -> AsyncIterator[ScriptedOrchestrator]:
    """One that listens for as long as the test runs."""
    async with ScriptedOrchestrator().running() as server:
        yield server
