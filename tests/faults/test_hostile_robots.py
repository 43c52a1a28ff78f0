"""Robots that do not read, send nonsense, repeat themselves, come late, or exist twice."""

import asyncio
import json
import random
import socket
import string
from typing import Any

import psutil
import pytest
from fault_table import Injections
from websockets.exceptions import ConnectionClosed

from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import (
    JobAccepted,
    JobAssignment,
    JobResultReport,
    JobStart,
    LogBatch,
    ResultAck,
    ResultOutcome,
    StatusUpdate,
)
from orchestrator.contract.protocol.message import AttemptRef, MessageType
from orchestrator.contract.protocol.robots import HeartbeatAck
from orchestrator.contract.states import JobStatus
from tests.faults.fleet import Fleet
from tests.faults.frame_relay import FrameRelay, kind_of, twice
from tests.faults.relay import Way
from tests.faults.scripted_robot import ScriptedRobot, result_of

pytestmark = pytest.mark.timeout(900)


@pytest.mark.faults
@pytest.mark.fault("39", "every frame twice, in both directions", "A B C D E")
async def test_repeated_frames_change_nothing(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    async with FrameRelay(fleet.facts.port, twice).listening() as relay:
        await fleet.robot("anna", slots=2, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(6)]
        await fleet.ledger.until(lambda now: len(now.held()) == 2)
        cancelled = await fleet.submit("cancelled")
        await fleet.client.cancel(cancelled.job_id)
        rows = await fleet.settle()
        injected.one(relay.passed // 2)
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.parametrize("kind", [MessageType.JOB_ACCEPTED, MessageType.JOB_RESULT, MessageType.STATUS_UPDATE])
@pytest.mark.fault("40", "a robot's frame arrives on its next connection", "A B C D E")
async def test_a_frame_that_arrives_on_the_next_connection_does_no_harm(
    fleet: Fleet, injected: Injections, kind: MessageType
) -> None:
    kept: list[str] = []
    late: list[str] = []

    def hold(way: Way, frame: str) -> list[str]:
        if way is Way.TO_ORCHESTRATOR and kind_of(frame) == kind and not kept:
            kept.append(frame)
            late.append(frame)
            is_kept.set()
            return []
        if way is Way.TO_ORCHESTRATOR and late and kind_of(frame) == MessageType.HEARTBEAT and is_second.is_set():
            return [frame, late.pop()]
        return [frame]

    is_kept, is_second = asyncio.Event(), asyncio.Event()
    async with FrameRelay(fleet.facts.port, hold).listening() as relay:
        await fleet.robot("anna", slots=2, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=False, held=False) for n in range(2)]
        async with asyncio.timeout(90):
            await is_kept.wait()
        is_second.set()
        relay.cut()
        injected.one()
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.fault("39", "a robot that says everything three times and out of order", "A B C E")
async def test_a_repetitive_robot_gets_one_start_and_one_recorded_result(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    job = await fleet.submit("job")
    async with ScriptedRobot.registered(fleet.facts, "echo") as robot:
        offer = await robot.hear(JobAssignment)
        ref = AttemptRef(job_id=offer.job_id, attempt=offer.attempt)
        for _ in range(3):
            await robot.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))
            injected.one()
        await robot.hear(JobStart)
        progress = StatusUpdate(job_id=ref.job_id, attempt=ref.attempt, sequence=7, progress=0.7)
        for update in (progress, progress, progress.model_copy(update={"sequence": 1, "progress": 0.1})):
            await robot.say(update)
            injected.one()
        acks = [await robot.finish(ref) for _ in range(3)]
        injected.one(3)
        await robot.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))
        failed = await robot.finish(ref, JobStatus.FAILED)
    assert [ack.outcome for ack in acks] == [
        ResultOutcome.RECORDED, ResultOutcome.DUPLICATE, ResultOutcome.DUPLICATE,
    ]  # fmt: skip
    assert failed.outcome is ResultOutcome.DUPLICATE
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"


@pytest.mark.faults
@pytest.mark.fault("20", "a robot that never reads what it is sent", "A E H")
async def test_a_robot_that_does_not_read_is_dropped_and_nobody_else_notices(
    fleet: Fleet, injected: Injections
) -> None:
    assert fleet.orchestrator.victim is not None
    before = psutil.Process(fleet.orchestrator.victim.pid).memory_info().rss
    async with ScriptedRobot.registered(fleet.facts, "deaf") as robot:
        raw = robot.socket.transport.get_extra_info("socket")
        assert isinstance(raw.type, socket.SocketKind)
        robot.socket.transport.pause_reading()
        await fleet.robot("anna")
        line = encode(LogBatch(entries=()))
        nonsense = json.dumps({"type": "heartbeat", "id": "1", "timestamp": "2026-01-01T00:00:00Z", "payload": {}})
        with pytest.raises((ConnectionClosed, TimeoutError)):  # noqa: PT012  it ends somewhere inside
            async with asyncio.timeout(60):
                while True:
                    await robot.socket.send(nonsense)
                    await robot.socket.send(line)
                    injected.one(2)
    job = await fleet.submit("job", held=False)
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"
    assert psutil.Process(fleet.orchestrator.victim.pid).memory_info().rss - before < 100 * 1_048_576


def nonsense(rng: random.Random) -> str | bytes:
    """A frame that no robot of ours sends."""
    whole = encode(JobAccepted(job_id="job", attempt=1))
    choices: list[Any] = [
        rng.randbytes(rng.randrange(200)),
        whole[: rng.randrange(len(whole))],
        "".join(rng.choices(string.printable, k=rng.randrange(300))),
        whole.replace('"attempt":1', f'"attempt":{rng.choice(["NaN", "-1", "1e999", "null", "[]", "1" * 400])}'),
        whole.replace("job_accepted", rng.choice(["job_result", "heartbeat", "robot_hello", "x" * 500, "job_start"])),
        whole.replace('"version":1', f'"version":{rng.choice(["2", "-5", "[]", "1e5"])}'),
        whole.replace('"payload":{', '"payload":' + '{"a":' * rng.randrange(200)),
        "[" * rng.choice([50, 1_000, 400_000]),
        whole.replace('"job"', json.dumps("\ud800\x00" * 20)),
        json.dumps({"type": rng.choice(list(MessageType)), "id": "x", "timestamp": "2026-01-01T00:00:00Z",
                    "payload": {"job_id": "j" * rng.randrange(200), "attempt": rng.choice([0, 1, 2**70]),
                                "entries": rng.choice([[], [1], [{}] * 600]), "running": [{"job_id": ""}],
                                "result": {"job_id": "j", "status": rng.choice(["paused", "completed", 3])}}}),
    ]  # fmt: skip
    frame: str | bytes = rng.choice(choices)
    return frame


def wrapped(kind: str, payload: object) -> str:
    """A well-formed envelope around any payload."""
    envelope = {"type": kind, "id": "x", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "payload": payload}
    return json.dumps(envelope)


BIG = 2**70
LINE = {"at": "2026-01-01T00:00:00Z", "level": "info", "message": "m"}
RESULT = {"job_id": "j", "attempt": 1, "status": "completed", "started_at": "2026-01-01T00:00:00Z",
          "finished_at": "2026-01-01T00:00:01Z", "execution_time_s": 1.0}  # fmt: skip
SHARP = [
    ("log_batch", {"entries": [{**LINE, "attempt": BIG}]}),
    ("log_batch", {"entries": [{**LINE, "at": "2026-01-01T00:00:00"}]}),
    ("log_batch", {"entries": [{**LINE, "at": "0001-01-01T00:00:00+14:00"}]}),
    ("log_batch", {"entries": [{**LINE, "at": "9999-12-31T23:59:59-14:00"}]}),
    ("log_batch", {"entries": [{**LINE, "job_id": "j" * 5_000, "step_id": "s" * 50_000}]}),
    ("log_batch", {"entries": [{**LINE, "message": "\u0000\uffff", "fields": {"n": BIG, "x": 1e300}}]}),
    ("log_batch", {"entries": [LINE] * 500, "dropped": BIG}),
    ("job_result", {"result": {**RESULT, "attempt": BIG}}),
    ("job_result", {"result": {**RESULT, "job_id": "x" * 5_000}}),
    ("job_result", {"result": {**RESULT, "started_at": "2026-01-01T00:00:00"}}),
    ("job_result", {"result": {**RESULT, "execution_time_s": 1e308, "outputs": {"n": BIG}}}),
    ("job_result", {"result": {**RESULT, "status": "lost"}}),
    ("heartbeat", {"running": [{"job_id": "j", "attempt": 1}] * 5_000, "process_memory_bytes": BIG}),
    ("heartbeat", {"cpu_percent": 1e308}),
    ("heartbeat", {"slots_busy": BIG, "leaked": -BIG, "browsers": BIG}),
    ("status_update", {"job_id": "j", "attempt": 1, "sequence": BIG, "progress": 0.5}),
    ("status_update", {"job_id": "j" * 101, "attempt": 1, "sequence": 1, "progress": 0.5}),
    ("job_accepted", {"job_id": "", "attempt": 1}),
    ("job_accepted", {"job_id": "j" * 101, "attempt": BIG}),
    ("job_refused", {"job_id": "j" * 5_000, "attempt": 1, "reason": "busy", "detail": "d" * 100_000}),
    ("robot_goodbye", {"reason": "r" * 500_000}),
    ("error", {"code": "c" * 100_000, "message": "m\n\u0000" * 1_000}),
    ("robot_hello", {"robot_id": "sharp", "name": "sharp", "slots": 1}),
    ("robot_registered", {"robot_id": "sharp", "session_id": "s"}),
]  # fmt: skip


@pytest.mark.fault("41", "well-formed frames with values at the edge", "A E, no traceback")
async def test_values_at_the_edge_are_taken_or_answered(fleet: Fleet, injected: Injections) -> None:
    job = await fleet.submit("job", held=False)
    for kind, payload in SHARP:
        async with ScriptedRobot.registered(fleet.facts, "sharp", tags=("none",), slots=1) as robot:
            await robot.socket.send(wrapped(kind, payload))
            injected.one()
            if kind == "robot_goodbye":
                continue
            await robot.beat()
            await robot.hear(HeartbeatAck)
    for hello in (
        {"robot_id": "x" * 101}, {"robot_id": "a/../b\n\u0000"}, {"name": "\u202e" * 200, "robot_id": "rtl"},
        {"slots": BIG}, {"robot_id": "full", "running": [{"job_id": f"j{n}", "attempt": 1} for n in range(5_000)]},
        {"robot_id": "wide", "tags": ["t" * 10_000] * 90}, {"robot_id": "old", "protocol_versions": []},
    ):  # fmt: skip
        async with ScriptedRobot.dialled(fleet.facts) as robot:
            await robot.socket.send(wrapped("robot_hello", {"robot_id": "x", "name": "x", "slots": 1, **hello}))
            injected.one()
            assert decode(await robot.socket.recv()).payload.message_type in {"robot_registered", "error"}
    assert "Traceback" not in fleet.orchestrator.folder.with_suffix(".log").read_text()
    assert (await fleet.client.robots()) is not None
    await fleet.robot("anna")
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"


@pytest.mark.faults
@pytest.mark.fault("41", "frames of nonsense", "A E, no traceback")
async def test_nonsense_is_answered_or_ends_the_connection_and_work_goes_on(fleet: Fleet, injected: Injections) -> None:
    rng = random.Random(41)
    job = await fleet.submit("job", held=False)
    for _ in range(40):
        try:
            async with ScriptedRobot.registered(fleet.facts, "fuzzer", tags=("none",), slots=1) as robot:
                for _ in range(25):
                    await robot.socket.send(nonsense(rng))
                    injected.one()
        except ConnectionClosed:
            continue
    for _ in range(40):
        try:
            async with ScriptedRobot.dialled(fleet.facts) as robot:
                await robot.socket.send(nonsense(rng))
                injected.one()
                async with asyncio.timeout(60):
                    await robot.socket.recv()
        except ConnectionClosed:
            continue
    assert (await fleet.client.health()).status == "healthy"
    log = fleet.orchestrator.folder.with_suffix(".log").read_text()
    assert "Traceback" not in log
    await fleet.robot("anna")
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"


@pytest.mark.faults
@pytest.mark.fault("44", "two robots with one identity", "A B C E")
async def test_of_two_robots_with_one_identity_the_newer_connection_counts(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    job = await fleet.submit("job", max_retries=20)
    async with ScriptedRobot.registered(fleet.facts, "twin") as first:
        ref = await first.take()
        await first.beat(ref)
        async with ScriptedRobot.registered(fleet.facts, "twin") as second:
            injected.one()
            with pytest.raises(ConnectionClosed):
                await first.hear(JobStart)
            again = await second.take()
            assert again.attempt == ref.attempt + 1
            async with ScriptedRobot.registered(fleet.facts, "other", tags=("none",), slots=1) as other:
                stolen = await other.finish(again)
                assert stolen.outcome is ResultOutcome.REJECTED
            await second.say(JobResultReport(result=result_of(ref, JobStatus.COMPLETED)))
            assert (await second.hear(ResultAck)).outcome is ResultOutcome.STALE
            assert (await second.finish(again)).outcome is ResultOutcome.RECORDED
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"
    assert rows[job.job_id].results == (again.attempt,)
