"""Strangers at the door: oversized frames, slow handshakes, idle sockets, clones, herds, windows that do not read."""

import asyncio
import json
import os
import shutil
import struct
import time

import psutil
import pytest
from fault_table import Injections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from orchestrator.contract.ids import new_id
from orchestrator.contract.protocol.codec import decode_all, encode
from orchestrator.contract.protocol.message import MessageType
from orchestrator.contract.protocol.robots import RobotHello, RobotRegistered
from tests.faults.fleet import Fleet
from tests.faults.processes import Facts
from tests.faults.scripted_robot import ScriptedRobot

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

HERD = 500
IDLE = 2_000
SLOW_LIMIT_S = 40.0
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def memory(fleet: Fleet) -> int:
    """What the orchestrator holds."""
    assert fleet.orchestrator.victim is not None
    return psutil.Process(fleet.orchestrator.victim.pid).memory_info().rss


async def works(fleet: Fleet) -> None:
    """A job runs from its submit to its end."""
    await fleet.robot("worker")
    await fleet.submit("afterwards", held=False)
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}


async def shaken(facts: Facts) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket by hand, after its handshake."""
    reader, writer = await asyncio.open_connection(facts.host, facts.port)
    head = (
        f"GET /robot HTTP/1.1\r\nHost: {facts.host}:{facts.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {facts.token}\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in answer
    return reader, writer


async def until_hung_up(reader: asyncio.StreamReader, limit_s: float) -> bytes:
    """What was still said before the end."""
    async with asyncio.timeout(limit_s):
        try:
            return await reader.read(-1)
        except ConnectionError:
            return b""


@pytest.mark.parametrize("size", [2**30, 2**62])
@pytest.mark.fault("42", "a frame that says it is a gigabyte long, or more", "A E H")
async def test_a_declared_gigabyte_is_refused_before_it_is_read(fleet: Fleet, injected: Injections, size: int) -> None:
    before = memory(fleet)
    reader, writer = await shaken(fleet.facts)
    writer.write(b"\x81\xff" + struct.pack(">Q", size) + os.urandom(4) + b"x" * 65_536)
    injected.one()
    said = await until_hung_up(reader, 30)
    writer.close()
    assert not said or struct.unpack(">H", said[2:4]) == (1009,)
    assert memory(fleet) - before < 32 * 1_048_576
    await works(fleet)


@pytest.mark.fault("42", "frames of 2 MB, and fragments without an end", "A E H")
async def test_frames_beyond_the_limit_end_the_connection(fleet: Fleet, injected: Injections) -> None:
    before = memory(fleet)
    async with ScriptedRobot.dialled(fleet.facts) as robot:
        with pytest.raises(ConnectionClosed):  # noqa: PT012  it ends at either
            await robot.socket.send("x" * 2_097_152)
            await robot.socket.recv()
        injected.one()
        assert robot.socket.close_code == 1009
    reader, writer = await shaken(fleet.facts)
    try:
        writer.write(b"\x01\xfe" + struct.pack(">H", 60_000) + b"\0" * 4 + b"x" * 60_000)
        for _ in range(200):
            writer.write(b"\x00\xfe" + struct.pack(">H", 60_000) + b"\0" * 4 + b"x" * 60_000)
            await writer.drain()
            injected.one()
    except ConnectionError:
        pass  # it had enough
    await until_hung_up(reader, 30)
    writer.close()
    assert memory(fleet) - before < 64 * 1_048_576
    await works(fleet)


@pytest.mark.fault("42", "a compressed frame that was never agreed on", "A E H")
async def test_a_deflate_bomb_is_no_message(fleet: Fleet, injected: Injections) -> None:
    async with connect(
        f"{fleet.facts.robots_url}/robot",
        additional_headers={"Authorization": f"Bearer {fleet.facts.token}"},
        compression="deflate",
        proxy=None,
    ) as socket:
        injected.one()
        assert not socket.protocol.extensions
    reader, writer = await shaken(fleet.facts)
    writer.write(b"\xc1\x85" + b"\0" * 4 + b"bomb!")
    injected.one()
    await until_hung_up(reader, 30)
    writer.close()
    await works(fleet)


@pytest.mark.alone
@pytest.mark.fault("43", "handshakes that never end, and sockets that say nothing", "A E, dropped within seconds")
async def test_idle_and_slow_strangers_are_dropped_while_robots_work(fleet: Fleet, injected: Injections) -> None:
    await fleet.robot("anna")
    job = await fleet.submit("job")
    await fleet.ledger.until(lambda now: now.held() == {"job"})
    strangers = [await asyncio.open_connection(fleet.facts.host, fleet.facts.port) for _ in range(IDLE // 4)]
    for _, writer in strangers[: len(strangers) // 2]:
        writer.write(b"GET /robot HTTP/1.1\r\nHost: 127")
    injected.one(len(strangers))
    began_s = time.monotonic()
    await asyncio.gather(*(until_hung_up(reader, SLOW_LIMIT_S * 2) for reader, _ in strangers))
    assert time.monotonic() - began_s < SLOW_LIMIT_S
    for _, writer in strangers:
        writer.close()
    silent = [await shaken(fleet.facts) for _ in range(50)]
    injected.one(len(silent))
    await asyncio.gather(*(until_hung_up(reader, SLOW_LIMIT_S) for reader, _ in silent))
    for _, writer in silent:
        writer.close()
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"
    assert fleet.ledger.count("begin") == 1


@pytest.mark.fault("41", "frames that hypothesis makes up", "A E, no traceback")
async def test_whatever_is_said_the_orchestrator_stays_up(fleet: Fleet, injected: Injections) -> None:
    frames: list[str] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(kind=st.sampled_from(list(MessageType)) | st.text(max_size=12), payload=JSON)
    def invent(kind: str, payload: object) -> None:
        frames.append(envelope(kind, payload))

    invent()  # not in a thread: hypothesis suspects whoever else uses `random` meanwhile
    for start in range(0, len(frames), 15):
        try:
            async with ScriptedRobot.registered(fleet.facts, "inventor", tags=("none",)) as robot:
                for frame in frames[start : start + 15]:
                    await robot.socket.send(frame)
                    injected.one()
        except (ConnectionClosed, TimeoutError):
            continue
    assert "Traceback" not in fleet.orchestrator.log.read_text()
    await works(fleet)


def envelope(kind: str, payload: object) -> str:
    """A frame around anything; NaN and infinity are written as Python writes them."""
    words = {"type": kind, "id": "x", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "payload": payload}
    return json.dumps(words)


@pytest.mark.fault("44", "a robot's folder copied to another machine", "A B C, no new work, an alert")
async def test_a_cloned_robot_gets_no_new_work_and_an_alert_says_so(fleet: Fleet, injected: Injections) -> None:
    original = await fleet.robot("anna")
    copy = fleet.folder / "copy"
    shutil.copytree(original.folder, copy, ignore=shutil.ignore_patterns("lock"))
    await fleet.robot("anna-copy", folder=copy)
    injected.one()
    async with asyncio.timeout(180):
        while "Two processes work under the identity" not in fleet.orchestrator.log.read_text():  # noqa: ASYNC110  a log
            await asyncio.sleep(0.3)
    await fleet.watch.until(lambda now: any(each.draining for each in now.robots.values()))
    job = await fleet.submit("job", held=False)
    await asyncio.sleep(3)
    assert fleet.ledger.count("begin") == 0
    await fleet.robots["anna-copy"].stop()
    (known,) = await fleet.client.robots()
    await fleet.client.resume_robot(known.robot_id)
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"


class Herd:
    """Robots that only connect, and come back as real ones do."""

    def __init__(self, facts: Facts, count: int) -> None:
        self._facts = facts
        self._names = [f"herd-{number}-{new_id()[-6:]}" for number in range(count)]
        self.connected: set[str] = set()
        self.changed = asyncio.Event()

    async def live(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for place, name in enumerate(self._names):
                tasks.create_task(self._one(name, place))

    async def _one(self, name: str, place: int) -> None:
        pause_s = 0.002 * place
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self._session(name)
            except (OSError, ConnectionClosed, TimeoutError):
                pass  # it dials again
            self.connected.discard(name)
            pause_s = 0.05 + (place % 100) / 20

    async def _session(self, name: str) -> None:
        headers = {"Authorization": f"Bearer {self._facts.token}"}
        async with connect(
            f"{self._facts.robots_url}/robot", additional_headers=headers, compression=None, proxy=None, open_timeout=30
        ) as socket:
            await socket.send(encode(RobotHello(robot_id=name, name=name, slots=1, tags=("herd",))))
            async for frame in socket:
                if any(isinstance(getattr(each, "payload", None), RobotRegistered) for each in decode_all(frame)):
                    self.connected.add(name)
                    self.changed.set()

    async def until_all(self, limit_s: float) -> float:
        """Wait until everybody is in; how long that took."""
        began_s = time.monotonic()
        async with asyncio.timeout(limit_s):
            while len(self.connected) < len(self._names):
                self.changed.clear()
                await self.changed.wait()
        return time.monotonic() - began_s


@pytest.mark.alone
@pytest.mark.fault("45", "500 robots lose the orchestrator at once", "A E, all back within two minutes")
async def test_a_herd_comes_back_and_the_api_answers_meanwhile(fleet: Fleet, injected: Injections) -> None:
    herd = Herd(fleet.facts, HERD)
    fleet.orchestrator.engine = {**fleet.orchestrator.engine, "heartbeat_s": 60.0}
    await fleet.orchestrator.stop()
    await fleet.orchestrator.start()
    async with asyncio.TaskGroup() as tasks:
        living = tasks.create_task(herd.live())
        await herd.until_all(150)
        fleet.orchestrator.kill()
        injected.one(HERD)
        await fleet.orchestrator.start()
        slowest_s = 0.0
        coming = tasks.create_task(herd.until_all(120))
        while not coming.done():
            began_s = time.monotonic()
            await fleet.client.robots()
            slowest_s = max(slowest_s, time.monotonic() - began_s)
            await asyncio.sleep(0.2)
        assert coming.result() < 120
        assert slowest_s < 10
        living.cancel()
    await works(fleet)


@pytest.mark.fault("21", "a window that does not read what it is told", "A E H")
async def test_a_window_that_does_not_read_costs_nothing(fleet: Fleet, injected: Injections) -> None:
    before = memory(fleet)
    async with connect(
        f"{fleet.facts.url.replace('http', 'ws', 1)}/events",
        additional_headers={"Authorization": f"Bearer {fleet.facts.key}"},
        compression=None,
        proxy=None,
    ) as window:
        window.transport.pause_reading()
        injected.one()
        fleet.ledger.release_all()
        await fleet.robot("worker", slots=8)
        for number in range(60):
            await fleet.submit(f"job-{number}", held=False)
        rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert memory(fleet) - before < 120 * 1_048_576


@pytest.mark.fault("13", "the orchestrator's loop is blocked for longer than every lease", "A B C D E")
async def test_a_blocked_loop_judges_nobody_by_the_time_it_was_blocked(
    forgiving_fleet: Fleet, injected: Injections
) -> None:
    fleet = forgiving_fleet
    await fleet.orchestrator.stop()
    fleet.orchestrator.environment = {"BOTSWAIN_FAILPOINTS": "block:status_update@3"}
    await fleet.orchestrator.start()
    await fleet.robot("anna", slots=4)
    for number in range(4):
        await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0)
    await fleet.ledger.until(lambda now: len(now.held()) == 4)
    async with asyncio.timeout(180):
        while "blocked by a failpoint" not in fleet.orchestrator.log.read_text():  # noqa: ASYNC110  a log
            await asyncio.sleep(0.2)
    injected.one()
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)
