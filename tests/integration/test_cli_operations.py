"""The commands of every day, in this process, against a real orchestrator."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from running_orchestrator import LOOK, robot_of
from scripted_robot import ScriptedRobot
from typer.testing import CliRunner

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.robots import RestartRobot
from orchestrator.engine.errors import StorageError

UNSAFE: dict[str, JsonValue] = {
    **LOOK,
    "steps": [{"id": "pay", "action": "click", "parameters": {"target": "#pay"}}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Runs commands as a person would, beside the test's event loop."""

    orchestrator: Orchestrator

    async def __call__(self, *words: str, feed: str | None = None, code: int = 0) -> str:
        where = {"BOTSWAIN_URL": self.orchestrator.url, "BOTSWAIN_KEY": self.orchestrator.key, "NO_COLOR": "1"}
        done = await asyncio.to_thread(CliRunner().invoke, app, list(words), input=feed, env=where)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    async def json(self, *words: str) -> Any:
        return json.loads(await self(*words, "--json"))


@pytest.fixture
def shell(orchestrator: Orchestrator) -> Shell:
    return Shell(orchestrator=orchestrator)


async def failed_job(client: OrchestratorClient, robot: ScriptedRobot) -> None:
    await client.submit(SubmitRequest(definition=LOOK, max_retries=0))
    await robot.finish(await robot.take_job(), error="Order 17 is not there.")


@pytest.mark.feature("X11", "X12")
async def test_failures_are_listed_solved_reopened_and_retried(
    shell: Shell, orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    assert "failed jobs: `botswain jobs --status failed`" in await shell("failures")
    async with robot_of(orchestrator) as robot:
        await failed_job(client, robot)
        await failed_job(client, robot)
    listed = await shell("failures")
    assert "Order <n> is not there." in listed
    (group,) = (await shell.json("failures"))["items"]
    start = group["fingerprint"][:5]
    assert "Look" in await shell("failures", "show", start)
    assert "stock" in await shell("failures", "solve", start, "--note", "stock is filled")
    assert "Nothing has failed" in await shell("failures")
    assert "open" in await shell("failures", "reopen", start)
    assert "Nothing was changed." in await shell("failures", "retry", start, feed="n\n")
    assert "Done for 2 jobs." in await shell("failures", "retry", start, "--yes")
    with pytest.raises(UserError, match="no failure group has an id like 'zzzz'"):
        await shell("failures", "show", "zzzz")


@pytest.mark.feature("X12")
async def test_a_bulk_action_shows_asks_acts_and_is_taken_back(shell: Shell, client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    jobs = [await client.submit(SubmitRequest(workflow="Look")) for _ in range(2)]
    shown = await shell("bulk", "cancel", "--status", "queued", "--workflow", "Look", "--dry-run")
    assert "Cancel: 2 jobs (2 queued)." in shown
    assert "Nothing was changed." in await shell("bulk", "cancel", "--status", "queued", feed="n\n")
    done = await shell.json("bulk", "cancel", "--status", "queued", "--reason", "no", "--yes")
    assert done["operation"]["done"] == 2
    operation_id = done["operation"]["operation_id"]
    assert operation_id in await shell("bulk", "list")
    assert "Taken back for 2 of 2 jobs." in await shell("bulk", "undo", operation_id[-6:])
    assert "Done for 1 job." in await shell("bulk", "priority", "high", "--job", jobs[0].job_id, "--yes")
    nothing = await shell("bulk", "retry", "--job", jobs[0].job_id, "--yes")
    assert "only a job that did not succeed can be retried" in nothing
    with pytest.raises(UserError, match="give --yes to go ahead"):
        await shell("bulk", "cancel", "--status", "queued", feed="")
    with pytest.raises(RefusedError, match="the filter is empty"):
        await shell("bulk", "cancel", "--yes")


@pytest.mark.feature("X27")
async def test_dead_letters_are_shown_discarded_and_retried(
    shell: Shell, orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    assert "No job waits for a decision. One that failed with a reason is not here" in await shell("dead-letters")
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=UNSAFE))
        await robot.take_job()
        await client.robot_died("anna")
    assert job.job_id[-8:] in await shell("dead-letters")
    shown = await shell("dead-letters", "show", job.job_id[-8:])
    assert "crashed" in shown
    assert "not safe" in shown
    assert "is discarded" in await shell("dead-letters", "discard", job.job_id, "--reason", "paid by hand")
    assert (await shell.json("dead-letters"))["total"] == 0
    assert "is queued" in await shell("dead-letters", "retry", job.job_id)


@pytest.mark.feature("X20")
async def test_robots_are_drained_maintained_resumed_and_restarted(shell: Shell, orchestrator: Orchestrator) -> None:
    async with robot_of(orchestrator) as robot:
        assert "anna is free." in await shell(
            "robots", "drain", "anna", "--wait", "--deadline", "10m", "--then", "kill"
        )
        assert "takes work again at" in await shell("robots", "maintenance", "anna", "--reason", "fan", "--until", "2h")
        (listed,) = await shell.json("robots")
        assert listed["note"].startswith("maintenance until")
        assert "maintenance" in await shell("robot", "anna")
        assert "anna takes work again." in await shell("robots", "resume", "anna")
        asked = await shell("robots", "restart", "anna", "--no-wait", "--reason", "new browser")
        assert "anna" in asked
        assert (await robot.hear(RestartRobot)).reason == "new browser"
    with pytest.raises(UserError, match="--deadline: 'soon' is no length of time"):
        await shell("robots", "drain", "anna", "--deadline", "soon")
    with pytest.raises(UserError, match="name robots, or say --all"):
        await shell("robots", "restart")


@pytest.mark.feature("W34", "X22", "C85")
async def test_versions_are_listed_compared_rolled_back_pinned_and_deployed(
    shell: Shell, orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    await client.save_workflow(LOOK)
    await client.save_workflow({**LOOK, "retry_safe": True})
    assert "`retry_safe` changed from no to yes." in await shell("workflows", "diff", "Look", "1", "2")
    said = await shell("workflows", "rollback", "Look", "--to", "1", "--note", "not safe")
    assert said == "Look is at version 3 now. Rolled back to version 1: not safe\n"
    assert [each["number"] for each in await shell.json("workflows", "versions", "Look")] == [3, 2, 1]
    assert "not safe" in await shell("workflows", "versions", "Look")
    assert (await shell.json("workflows", "show", "Look", "--version", "2"))["definition"]["retry_safe"]
    job = await shell.json("submit", "Look", "--version", "2")
    assert job["workflow_hash"] != (await client.workflow("Look")).workflow.workflow_hash
    async with robot_of(orchestrator):
        assert "on its way to 1 robot" in await shell("workflows", "deploy", "Look")
        assert "update it" in await shell("workflows", "deployments")
        assert "is taken from 1 robot" in await shell("workflows", "undeploy", "Look", "--robot", "anna")


@pytest.mark.feature("C46", "O57")
async def test_the_activity_is_filtered_and_the_audit_verified(
    shell: Shell, orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job = await client.submit(SubmitRequest(definition=LOOK))
    assert "job.submitted" in await shell("activity", "--kind", "job.*", "--job", job.job_id)
    assert "workflow.saved" not in await shell("activity", "--kind", "job.*")
    await orchestrator.parts.store.operations.seals.seal(at=orchestrator.parts.started_at, most=100)
    report = await shell.json("audit", "verify")
    assert report["is_whole"]
    assert "The audit is whole" in await shell("audit", "verify", "--head", report["head"])
    assert "made anew" in await shell("audit", "verify", "--head", "0" * 64, code=1)


async def test_a_changed_audit_row_is_told_with_exit_code_1(
    shell: Shell, orchestrator: Orchestrator, client: OrchestratorClient, harm: Callable[[Orchestrator], Any]
) -> None:
    await client.submit(SubmitRequest(definition=LOOK))
    with suppress(StorageError):  # the engine seals by itself too, and may be first
        await orchestrator.parts.store.operations.seals.seal(at=orchestrator.parts.started_at, most=100)
    await harm(orchestrator)
    assert "row 1 was changed after it was written" in await shell("audit", "verify", code=1)


@pytest.fixture
def harm() -> Callable[[Orchestrator], Any]:
    """Somebody with the database's file at hand rewrites history."""

    async def rewrite(orchestrator: Orchestrator) -> None:
        def work() -> None:
            with sqlite3.connect(orchestrator.parts.settings.data_dir / "botswain.db", timeout=10) as connection:
                connection.execute("UPDATE audit SET actor = 'nobody' WHERE number = 1")
            connection.close()

        await asyncio.to_thread(work)

    return rewrite
