"""What runs remember, over HTTP: robots give and ask in the name of live runs, people look and change."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from running_orchestrator import robot_of
from scripted_robot import ScriptedRobot

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MAX_MEMORY_BYTES, MemoryKind
from orchestrator.contract.protocol.message import AttemptRef
from robot.config import parse_address
from robot.errors import ActionError
from robot.memory import OrchestratorMemory, RunMemory

ONE: dict[str, JsonValue] = {"name": "One", "steps": [{"id": "a", "action": "set", "parameters": {"value": 1}}]}
LOGIN: JsonValue = {"cookies": [{"name": "sid", "value": "s3cret"}], "origins": []}


def memory_of(orchestrator: Orchestrator, robot: ScriptedRobot, job_id: str, attempt: int = 1) -> RunMemory:
    """The memory as a robot's run has it."""
    memory = OrchestratorMemory(
        parse_address(orchestrator.robots_url),
        orchestrator.robot_token,
        robot_id=robot.hello.robot_id,
        rng=random.Random(7),
    )
    return memory.of(AttemptRef(job_id=job_id, attempt=attempt))


async def test_a_run_remembers_for_later_runs_and_people_see_values_but_no_logins(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=ONE))
        await robot.take_job()
        run = memory_of(orchestrator, robot, job.job_id)
        assert not (await run.recall(MemoryKind.VALUE, "prices")).is_known
        await run.remember(MemoryKind.VALUE, "prices", {"a": [1, None]})
        await run.remember(MemoryKind.LOGIN, "shop / ünï", LOGIN)
        assert (await run.recall(MemoryKind.VALUE, "prices")).value == {"a": [1, None]}
        assert (await run.recall(MemoryKind.LOGIN, "shop / ünï")).value == LOGIN

        login, value = await client.memory.list()
        assert (login.kind, login.name, value.name, value.changed_by) == (
            MemoryKind.LOGIN, "shop / ünï", "prices", "One",
        )  # fmt: skip
        assert value.job_id == job.job_id
        assert (await client.memory.get("prices")).value == {"a": [1, None]}
        with pytest.raises(RefusedError, match="There is no"):
            await client.memory.get("shop / ünï")

        await client.memory.set("prices", 7)
        assert (await run.recall(MemoryKind.VALUE, "prices")).value == 7
        await client.memory.forget("shop / ünï", MemoryKind.LOGIN)
        assert not (await run.recall(MemoryKind.LOGIN, "shop / ünï")).is_known
        with pytest.raises(RefusedError, match="There is no"):
            await client.memory.forget("shop / ünï", MemoryKind.LOGIN)
        await run.memory.close()


async def test_only_the_robot_of_a_live_run_gives_and_asks(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=ONE))
        await robot.take_job()
        run = memory_of(orchestrator, robot, job.job_id, attempt=2)
        with pytest.raises(ActionError, match="not this robot's any more"):
            await run.remember(MemoryKind.VALUE, "x", 1)
        with pytest.raises(ActionError, match="not this robot's any more"):
            await run.recall(MemoryKind.VALUE, "x")
        await run.memory.close()
        run = memory_of(orchestrator, robot, job.job_id)
        with pytest.raises(ActionError, match=f"may have {MAX_MEMORY_BYTES:,}"):
            await run.remember(MemoryKind.VALUE, "x", "x" * (MAX_MEMORY_BYTES + 1))
        await run.memory.close()
    with pytest.raises(UserError, match="1 to 500 characters"):
        await client.memory.set("", 1)
    assert (await http.put("/memory/value", json={"name": "", "value": 1})).status_code == 422
    assert (await http.post("/memory/run/recall", json={})).status_code == 401
    robots = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    assert (await http.get("/memory", headers=robots)).status_code == 401


async def test_what_is_remembered_is_sealed_in_the_database(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    await client.memory.set("token", "s3cret-words")
    with closing(sqlite3.connect(tmp_path / "botswain.db")) as connection:
        ((content,),) = connection.execute("SELECT content FROM memories").fetchall()
    assert b"s3cret" not in content
    assert (await client.memory.get("token")).value == "s3cret-words"


async def test_a_login_is_its_own_workflows_until_a_person_lets_others_use_it(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    opens: dict[str, JsonValue] = {
        "name": "Two", "folder": "Shop",
        "steps": [{"id": "open", "action": "session.open", "parameters": {"auth_profile": "shop"}}],
    }  # fmt: skip
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=ONE))
        await robot.take_job()
        run = memory_of(orchestrator, robot, job.job_id)
        await run.remember(MemoryKind.LOGIN, "shop", LOGIN)
        (login,) = await client.memory.list()
        assert login.allowed == ("One",)

        with pytest.raises(RefusedError, match="is for One, not for 'Two'"):
            await client.save_workflow(opens)
        assert (await client.memory.allow("shop", ["One", "Shop/*"])).allowed == ("One", "Shop/*")
        await client.save_workflow(opens)
        assert (await run.recall(MemoryKind.LOGIN, "shop")).value == LOGIN
        await client.memory.allow("shop", ["Two"])
        for refused in (run.recall(MemoryKind.LOGIN, "shop"), run.remember(MemoryKind.LOGIN, "shop", LOGIN)):
            with pytest.raises(ActionError, match="is for Two, not for 'One'"):
                await refused
        await client.memory.allow("shop", None)
        assert (await run.recall(MemoryKind.LOGIN, "shop")).is_known
        await run.memory.close()
