"""The robots' socket takes what the protocol allows, answers what it does not, and never goes down with a peer."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import FastAPI
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    Heartbeat,
    HeartbeatAck,
    RobotHello,
    RobotRegistered,
)
from orchestrator.engine.clock import SystemClock
from orchestrator.server.access import Access
from orchestrator.server.gateway import OrchestratorServer
from orchestrator.server.heard import MOST_MISTAKES
from orchestrator.server.listener import Listener

LIMIT_S = 10


class NotingInbox:
    """An inbox that notes what it hears and acknowledges heartbeats."""

    def __init__(self, gateway: OrchestratorServer) -> None:
        self.gateway = gateway
        self.heard: list[Payload] = []
        self.sessions: dict[RobotId, SessionId] = {}
        self.gone: asyncio.Queue[RobotId] = asyncio.Queue()
        self.pieces = 0

    async def connected(self, hello: RobotHello, session_id: SessionId) -> RobotRegistered:
        self.sessions[RobotId(hello.robot_id)] = session_id
        return RobotRegistered(robot_id=hello.robot_id, session_id=session_id)

    async def welcomed(self, robot_id: RobotId, session_id: SessionId) -> None:
        assert self.gateway.send(robot_id, session_id, DrainRobot(draining=False))

    async def received_all(self, robot_id: RobotId, session_id: SessionId, messages: Sequence[Payload]) -> None:
        for message in messages:
            await self.received(robot_id, session_id, message)

    async def received(self, robot_id: RobotId, session_id: SessionId, message: Payload) -> None:
        self.heard.append(message)
        if isinstance(message, Heartbeat):
            self.gateway.send(robot_id, session_id, HeartbeatAck())

    def speaking(self, robot_id: RobotId, session_id: SessionId) -> None:
        assert self.sessions[robot_id] == session_id
        self.pieces += 1

    async def disconnected(self, robot_id: RobotId, session_id: SessionId) -> None:
        self.gone.put_nowait(robot_id)


@pytest.fixture
def gateway() -> OrchestratorServer:
    return OrchestratorServer(Access(key="k", robot_token="t"), SystemClock().now)


@pytest.fixture
def inbox(gateway: OrchestratorServer) -> NotingInbox:
    inbox = NotingInbox(gateway)
    gateway.attach(inbox)
    return inbox


@pytest.fixture
async def url(gateway: OrchestratorServer, inbox: NotingInbox) -> AsyncIterator[str]:
    application = FastAPI()

    @application.websocket("/robot")
    async def robot(websocket: WebSocket) -> None:
        await gateway.serve(websocket)

    listener = Listener("127.0.0.1", 0)
    await listener.start(application)
    yield f"ws://127.0.0.1:{listener.address[1]}/robot"
    gateway.stop()
    await listener.stop()


def dial(url: str, token: str = "t") -> connect:
    return connect(
        url, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None, compression=None, close_timeout=1
    )


async def hear(robot: ClientConnection) -> Payload:
    async with asyncio.timeout(LIMIT_S):
        return decode(await robot.recv()).payload


async def introduce(robot: ClientConnection, name: str = "anna") -> RobotRegistered:
    await robot.send(encode(RobotHello(robot_id=name, name=name, slots=2)))
    registered = await hear(robot)
    assert isinstance(registered, RobotRegistered)
    assert isinstance(await hear(robot), DrainRobot)
    return registered


@pytest.mark.feature("C51", "C52", "C82")
async def test_a_robot_says_hello_is_registered_and_heard(
    url: str, gateway: OrchestratorServer, inbox: NotingInbox
) -> None:
    async with dial(url) as robot:
        registered = await introduce(robot)
        client = gateway.clients[SessionId(registered.session_id)]
        await robot.send(encode(Heartbeat(running=({"job_id": "j", "attempt": 1},), slots_busy=1)))
        assert isinstance(await hear(robot), HeartbeatAck)
        assert (client.robot_id, client.name, client.current_job, client.load) == ("anna", "anna", "j", 0.5)
    async with asyncio.timeout(LIMIT_S):
        assert await inbox.gone.get() == "anna"
    assert not gateway.clients


async def test_the_pieces_of_a_long_message_are_told_before_it_is_whole(url: str, inbox: NotingInbox) -> None:
    frame = encode(Heartbeat())
    async with dial(url) as robot:
        await introduce(robot)
        await robot.send([frame[:10], frame[10:20], frame[20:30], frame[30:]])
        assert isinstance(await hear(robot), HeartbeatAck)
    assert inbox.pieces == 3
    assert inbox.heard == [Heartbeat()]


async def test_a_wrong_token_does_not_get_in(url: str, inbox: NotingInbox) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        await dial(url, "wrong")
    assert not inbox.sessions


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "malformed"),
        ('{"type": "robot_hello"}', "malformed"),
        ('{"type": "dance", "id": "1", "timestamp": "2026-01-01T00:00:00Z", "payload": {}}', "unknown_type"),
        (b"\x00\x01", "binary"),
        ("[" * 200 + "]" * 200, "too_deep"),
        ('{"type": "heartbeat", "id": "7", "timestamp": "2026-01-01T00:00:00Z", "payload": {"slots_busy": "x"}}',
         "bad_payload"),
    ],
)  # fmt: skip
async def test_an_unusable_message_is_answered_and_the_conversation_goes_on(
    url: str, inbox: NotingInbox, frame: str | bytes, code: str
) -> None:
    async with dial(url) as robot:
        await introduce(robot)
        await robot.send(frame)
        report = await hear(robot)
        assert isinstance(report, ErrorReport)
        assert report.code == code
        await robot.send(encode(Heartbeat()))
        assert isinstance(await hear(robot), HeartbeatAck)


@pytest.mark.feature("C81")
async def test_unknown_fields_are_ignored(url: str, inbox: NotingInbox) -> None:
    async with dial(url) as robot:
        await introduce(robot)
        message = json.loads(encode(Heartbeat()))
        message["payload"]["mood"] = message["mood"] = "fine"
        await robot.send(json.dumps(message))
        assert isinstance(await hear(robot), HeartbeatAck)


async def test_an_oversized_message_ends_its_own_connection_only(url: str, inbox: NotingInbox) -> None:
    async with dial(url) as robot, dial(url) as other:
        await introduce(robot)
        await introduce(other, "bert")
        await robot.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosed) as closed:
            await hear(robot)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        await other.send(encode(Heartbeat()))
        assert isinstance(await hear(other), HeartbeatAck)


async def test_a_peer_that_keeps_sending_nonsense_is_shown_the_door(url: str, inbox: NotingInbox) -> None:
    async with dial(url) as robot:
        await introduce(robot)
        for _ in range(MOST_MISTAKES - 1):
            await robot.send("nonsense")
            assert isinstance(await hear(robot), ErrorReport)
        await robot.send("nonsense")
        with pytest.raises(ConnectionClosed):
            await hear(robot)


async def test_the_first_message_has_to_be_a_hello(url: str, inbox: NotingInbox) -> None:
    async with dial(url) as robot:
        await robot.send(encode(Heartbeat()))
        report = await hear(robot)
        assert isinstance(report, ErrorReport)
        assert report.code == "hello_first"
    assert not inbox.sessions


async def test_a_robot_that_speaks_only_another_protocol_is_told_so(url: str, inbox: NotingInbox) -> None:
    async with dial(url) as robot:
        await robot.send(encode(RobotHello(robot_id="a", name="a", slots=1, protocol_versions=(99,))))
        report = await hear(robot)
        assert isinstance(report, ErrorReport)
        assert "update the older one" in report.message


@pytest.mark.feature("C54")
async def test_a_broadcast_reaches_every_robot(url: str, gateway: OrchestratorServer, inbox: NotingInbox) -> None:
    async with dial(url) as anna, dial(url) as bert:
        await introduce(anna)
        await introduce(bert, "bert")
        assert gateway.broadcast(DrainRobot(draining=True)) == 2
        for robot in (anna, bert):
            assert await hear(robot) == DrainRobot(draining=True)


async def test_a_robot_that_does_not_read_is_dropped_and_the_others_do_not_notice(
    url: str, gateway: OrchestratorServer, inbox: NotingInbox
) -> None:
    async with dial(url) as slow, dial(url) as other:
        registered = await introduce(slow)
        await introduce(other, "bert")
        slow.transport.pause_reading()
        big = ErrorReport(code="x", message="x" * 200_000)
        session_id = SessionId(registered.session_id)
        while gateway.send(RobotId("anna"), session_id, big):
            continue
        async with asyncio.timeout(LIMIT_S):
            assert await inbox.gone.get() == "anna"
        await other.send(encode(Heartbeat()))
        assert isinstance(await hear(other), HeartbeatAck)
