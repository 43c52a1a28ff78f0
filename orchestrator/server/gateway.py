"""OrchestratorServer: the robots' WebSocket, from the handshake to the last frame."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from orchestrator.contract.errors import BotswainError, ProtocolError
from orchestrator.contract.ids import RobotId, SessionId, new_id
from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import ErrorReport, RobotHello
from orchestrator.contract.protocol.terms import BATCHES, PROTOCOL_VERSION
from orchestrator.server.access import Access
from orchestrator.server.connections import PIECE_HEARD
from orchestrator.server.heard import Heard, Inbox
from orchestrator.server.robot_client import RobotClient

log = logging.getLogger(__name__)

HELLO_LIMIT_S = 5.0
SEND_LIMIT_S = 20.0
CLOSE_LIMIT_S = 2.0
_POLICY_VIOLATION = 1008
_GOING_AWAY = 1001
_NORMAL = 1000


class OrchestratorServer:
    """Keeps one `RobotClient` for each session and is the engine's gateway to them."""

    def __init__(self, access: Access, now: Callable[[], datetime]) -> None:
        self._access = access
        self._now = now
        self._inbox: Inbox | None = None
        self._clients: dict[SessionId, RobotClient] = {}
        self._is_stopping = False

    def attach(self, inbox: Inbox) -> None:
        """Say who hears the robots; before this every robot is turned away."""
        self._inbox = inbox

    @property
    def clients(self) -> Mapping[SessionId, RobotClient]:
        """The sessions that are open."""
        return self._clients

    def send(self, robot_id: RobotId, session_id: SessionId, payload: Payload) -> bool:
        """Queue a message for that very session; False when it is gone or does not keep up."""
        client = self._clients.get(session_id)
        return client is not None and client.robot_id == robot_id and client.send(payload)

    def send_job(self, robot_id: RobotId, job: JobAssignment) -> bool:
        """Offer a job to a robot on its newest session."""
        newest = [client for client in self._clients.values() if client.robot_id == robot_id]
        return bool(newest) and newest[-1].send(job)

    def broadcast(self, payload: Payload) -> int:
        """Queue a message for every robot; the number of robots that will get it."""
        return sum(client.send(payload) for client in list(self._clients.values()))

    def close(self, robot_id: RobotId, session_id: SessionId, reason: str) -> None:
        """End a session's connection."""
        client = self._clients.get(session_id)
        if client is not None and client.robot_id == robot_id:
            client.close(_NORMAL, reason)

    @property
    def takes_robots(self) -> bool:
        """True while robots that connect are let in."""
        return self._inbox is not None and not self._is_stopping

    def turn_away(self) -> None:
        """Let no further robot in; those that are connected stay."""
        self._is_stopping = True

    def stop(self) -> None:
        """Say goodbye to all robots; they keep what they run and come back by themselves."""
        self._is_stopping = True
        for client in list(self._clients.values()):
            client.close(_GOING_AWAY, "The orchestrator stops; come back later.")

    async def serve(self, websocket: WebSocket) -> None:
        """One connection, from beginning to end."""
        if not self._access.is_robot(websocket.headers):
            await websocket.close(_POLICY_VIOLATION)
            return
        if self._inbox is None or self._is_stopping:
            # not a refusal: the robot shall come back
            await websocket.send_denial_response(Response("The orchestrator starts or stops.", status_code=503))
            return
        await websocket.accept()
        try:
            message = await self._hello(websocket)
        except ProtocolError as error:
            await _refuse(websocket, error)
        except (TimeoutError, WebSocketDisconnect):
            await _close(websocket, _POLICY_VIOLATION, "Say hello first.")
        else:
            await self._converse(websocket, message, self._inbox)

    async def _hello(self, websocket: WebSocket) -> RobotHello:
        async with asyncio.timeout(HELLO_LIMIT_S):
            message = decode(await _frame(websocket))
        if not isinstance(message.payload, RobotHello):
            raise ProtocolError("hello_first", "The first message is a robot_hello.", about=message.id)
        if PROTOCOL_VERSION not in message.payload.protocol_versions:
            spoken = ", ".join(map(str, message.payload.protocol_versions)) or "none"
            raise ProtocolError(
                "version",
                f"This orchestrator speaks protocol {PROTOCOL_VERSION}, the robot {spoken}: update the older one.",
                about=message.id,
            )
        return message.payload

    async def _converse(self, websocket: WebSocket, hello: RobotHello, inbox: Inbox) -> None:
        client = RobotClient(hello, SessionId(new_id()), websocket, at=self._now())
        self._clients[client.session_id] = client
        try:
            registered = await inbox.connected(hello, client.session_id)
            client.takes_batches = BATCHES in registered.features
            heard = partial(inbox.speaking, client.robot_id, client.session_id)
            websocket.scope.setdefault("state", {})[PIECE_HEARD] = heard
            await websocket.send_text(encode(registered))
            await inbox.welcomed(client.robot_id, client.session_id)
            await self._run(client, inbox)
        except BotswainError as error:
            log.warning("robot=%s could not be registered: %s", hello.name, error)
            client.close(1011, str(error))
        except (WebSocketDisconnect, TimeoutError, OSError, RuntimeError) as error:
            # RuntimeError is what Starlette raises for a send on a connection that has just gone
            log.debug("robot=%s connection ended: %r", hello.name, error)
        finally:
            self._clients.pop(client.session_id, None)
            await self._gone(client, inbox)
            await _close(websocket, *(client.closing or (_NORMAL, "")))

    async def _gone(self, client: RobotClient, inbox: Inbox) -> None:
        try:
            await inbox.disconnected(client.robot_id, client.session_id)
        except BotswainError as error:
            # the leases tell the engine the same a little later
            log.warning("robot=%s its going could not be noted: %s", client.name, error)

    async def _run(self, client: RobotClient, inbox: Inbox) -> None:
        """Read and write side by side; the first of the two that ends takes the other along."""
        reading = asyncio.get_running_loop().create_task(self._read(client, inbox))
        writing = asyncio.get_running_loop().create_task(client.pump(send_limit_s=SEND_LIMIT_S))
        try:
            done, _ = await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
        for task in done:
            task.result()

    async def _read(self, client: RobotClient, inbox: Inbox) -> None:
        """Read on while the engine is busy with what came before, so that it finds the next news together."""
        heard = Heard(client, inbox, self._now)
        try:
            while not heard.has_had_enough:
                frame = await _frame(client.websocket)
                await heard.take(frame)
            client.close(_POLICY_VIOLATION, "Too many unusable messages.")
        finally:
            await heard.close()


async def _frame(websocket: WebSocket) -> str | bytes:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", _NORMAL), message.get("reason"))
    text: str | None = message.get("text")
    return text if text is not None else message.get("bytes", b"")


async def _refuse(websocket: WebSocket, error: ProtocolError) -> None:
    report = ErrorReport(code=error.code, message=error.message, about=error.about)
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.send_text(encode(report))
    await _close(websocket, _POLICY_VIOLATION, error.message)


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close once; a peer that is gone already needs no goodbye."""
    if websocket.application_state is WebSocketState.DISCONNECTED:
        return
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await websocket.close(code, _short(reason))


def _short(reason: str) -> str:
    """A close frame has room for 123 bytes of reason."""
    return reason.encode()[:120].decode(errors="ignore")
