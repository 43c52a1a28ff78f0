"""Old beside new: protocol versions that meet, and a migration that is killed half-way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fault_table import Injections
from websockets.exceptions import ConnectionClosed

from orchestrator.contract.protocol.message import MessageType
from orchestrator.contract.protocol.robots import ErrorReport, RobotHello
from orchestrator.contract.protocol.terms import PROTOCOL_VERSION
from tests.faults.failpoints import VARIABLE
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.frame_relay import FrameRelay, kind_of
from tests.faults.processes import OrchestratorProcess
from tests.faults.relay import Way
from tests.faults.scripted_robot import ScriptedRobot

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

NEWER = '"from_the_future":{"a":[1,2,3]},'


@pytest.mark.fault("50", "a robot of the first release, without batches, features and instance", "A B C D E")
async def test_an_old_robot_works_with_a_new_orchestrator(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    job = await fleet.submit("job", retry_safe=False)
    async with ScriptedRobot.registered(fleet.facts, "old", protocol_versions=(1,)) as robot:
        injected.one()
        ref = await robot.take()
        await robot.finish(ref)
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"


@pytest.mark.parametrize("versions", [(PROTOCOL_VERSION, PROTOCOL_VERSION + 1), (PROTOCOL_VERSION + 1,), ()])
@pytest.mark.fault("50", "a robot of a later protocol, with and without the present one", "A E, a clear answer")
async def test_versions_are_negotiated_or_refused_in_words(
    fleet: Fleet, injected: Injections, versions: tuple[int, ...]
) -> None:
    async with ScriptedRobot.dialled(fleet.facts) as robot:
        await robot.say(RobotHello(robot_id="later", name="later", slots=1, protocol_versions=versions))
        injected.one()
        if PROTOCOL_VERSION in versions:
            await robot.beat()
        else:
            refused = await robot.hear(ErrorReport)
            assert (refused.code, "update" in refused.message) == ("version", True)
            with pytest.raises(ConnectionClosed):
                await robot.socket.recv()
    assert "Traceback" not in fleet.orchestrator.log.read_text()


@pytest.mark.fault("50", "fields of a later release in every frame of both sides", "A B C D E")
async def test_fields_from_the_future_are_passed_over(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet

    def later(_: Way, frame: str) -> list[str]:
        injected.one()
        return [frame.replace('"payload":{"', f'"payload":{{{NEWER}"')]

    async with FrameRelay(fleet.facts.port, later).listening() as relay:
        await fleet.robot("anna", port=relay.port)
        for number in range(3):
            await fleet.submit(f"job-{number}", retry_safe=number == 0)
        rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.fault("50", "a robot of the first release: its hello stripped of what came later", "A B C D E")
async def test_a_real_robot_that_is_taken_for_an_old_one_works(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet

    def older(way: Way, frame: str) -> list[str]:
        if way is Way.TO_ORCHESTRATOR and kind_of(frame) == MessageType.ROBOT_HELLO:
            injected.one()
            for field in ("features", "cached"):
                frame = _without(frame, field)
        return [frame]

    async with FrameRelay(fleet.facts.port, older).listening() as relay:
        await fleet.robot("anna", port=relay.port)
        for number in range(3):
            await fleet.submit(f"job-{number}", retry_safe=number == 0)
        rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}


def _without(frame: str, field: str) -> str:
    begin = frame.index(f'"{field}":[')
    end = frame.index("]", begin) + 1
    return frame[:begin] + f'"{field}":[]' + frame[end:]


@pytest.mark.parametrize("number", [1, 4, 12])
@pytest.mark.fault("50", "the orchestrator killed in the middle of a migration", "the old schema or the new one, whole")
async def test_a_migration_that_was_killed_leaves_the_old_schema_and_is_done_again(
    tmp_path: Path, injected: Injections, number: int
) -> None:
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", environment={VARIABLE: f"migrating@{number}"})
    with pytest.raises(AssertionError, match="did not start"):
        await orchestrator.start()
    injected.one()
    await orchestrator.stop()
    with closing(sqlite3.connect(orchestrator.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    orchestrator.environment = {}
    async with running_fleet(tmp_path, orchestrator) as fleet:
        await fleet.robot("anna")
        await fleet.submit("job", held=False)
        rows = await fleet.settle()
        assert {row.status for row in rows.values()} == {"completed"}
