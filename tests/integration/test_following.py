"""Waiting for what has a name: told by the event stream at once, looked for when it is silent or gone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from running_orchestrator import LOOK, robot_of, settings_in
from scripted_robot import LIMIT_S

from orchestrator.app import Orchestrator
from orchestrator.cli.bulk import until_over
from orchestrator.cli.rest import until_free, until_restarted
from orchestrator.client import following
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.following import changes
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.operations import BulkFilterRequest, BulkRequest
from orchestrator.contract.protocol.robots import RestartRobot
from orchestrator.contract.states import JobStatus

NEVER_S = 3_600.0


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is told ends a wait."""
    monkeypatch.setattr(following, "LOOK_S", NEVER_S)


@asynccontextmanager
async def moments_of(client: OrchestratorClient, *patterns: str) -> AsyncIterator[AsyncGenerator[None, None]]:
    """What follows the first look and the stream's coming."""
    async with asyncio.timeout(LIMIT_S), aclosing(changes(client, patterns)) as moments:
        await anext(moments)
        await anext(moments)
        yield moments


@pytest.mark.usefixtures("no_looks")
async def test_an_event_of_the_pattern_is_a_moment_to_look_and_others_are_none(client: OrchestratorClient) -> None:
    async with moments_of(client, "jobs.cancelled") as moments:
        job = await client.submit(SubmitRequest(definition=LOOK))
        silence = asyncio.ensure_future(anext(moments))  # noqa: TID251  awaited below
        await client.save_workflow({**LOOK, "description": "better"})
        assert not silence.done()
        await client.cancel(job.job_id)
        await silence


async def test_without_any_event_it_is_looked_now_and_then(
    client: OrchestratorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_S", 0.01)
    async with moments_of(client, "jobs.*") as moments:
        for _ in range(3):
            await anext(moments)


@pytest.mark.usefixtures("no_looks")
async def test_a_stream_that_breaks_is_a_moment_to_look_and_so_is_its_return(tmp_path: Path) -> None:
    async with Orchestrator.running(settings_in(tmp_path)) as first:
        port, client = int(first.url.rpartition(":")[2]), OrchestratorClient(first.url, first.key)
        stream = moments_of(client, "jobs.*")
        moments = await stream.__aenter__()
    await anext(moments)
    async with Orchestrator.running(settings_in(tmp_path, port=port)):
        await anext(moments)
        await stream.__aexit__(None, None, None)
    await client.close()


async def test_patterns_that_are_none_are_refused(client: OrchestratorClient) -> None:
    with pytest.raises(RefusedError, match="topics: 'job' is none"):
        async with moments_of(client, "job"):
            pass


@pytest.mark.usefixtures("no_looks")
async def test_a_bulk_action_and_its_undo_are_waited_for_by_what_is_told(client: OrchestratorClient) -> None:
    for _ in range(250):
        await client.submit(SubmitRequest(definition=LOOK))
    wanted = BulkFilterRequest(status=(JobStatus.QUEUED,))
    preview = await client.operations.preview_bulk(BulkRequest(action="cancel", filter=wanted))
    async with asyncio.timeout(LIMIT_S):
        done, _ = await until_over(client, await client.operations.apply_bulk(preview.token))
        back, _ = await until_over(client, await client.operations.undo_bulk(done.operation_id))
    assert (done.done, back.undone) == (250, 250)


@pytest.mark.usefixtures("no_looks")
async def test_a_drained_robot_is_waited_for_by_what_is_told(
    orchestrator: Orchestrator, client: OrchestratorClient, capsys: pytest.CaptureFixture[str]
) -> None:
    async with robot_of(orchestrator) as robot, asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        await client.submit(SubmitRequest(definition=LOOK))
        offer = await robot.take_job()
        waiting = group.create_task(until_free(client, await client.operations.drain("anna")))
        async with moments_of(client, "jobs.*"):  # by now the other stream, which was asked for first, is there too
            await robot.finish(offer)
        assert (await waiting).is_free
    assert "anna still runs 1 job" in capsys.readouterr().err


@pytest.mark.usefixtures("no_looks")
async def test_a_restart_is_waited_for_by_what_is_told(
    orchestrator: Orchestrator, client: OrchestratorClient, capsys: pytest.CaptureFixture[str]
) -> None:
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        async with robot_of(orchestrator) as robot:
            rollout = await client.operations.restart_robots(["anna"])
            waiting = group.create_task(until_restarted(client, rollout, quiet=False))
            await robot.hear(RestartRobot)
            await robot.leave()
        async with robot_of(orchestrator):
            over = await waiting
    assert [each.state for each in over.robots] == ["back"]
    assert "anna: back" in capsys.readouterr().err
