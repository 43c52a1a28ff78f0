"""The event stream: a snapshot first, then what changed, coalesced; and nobody is held up by a slow reader."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import cast

import pytest
from running_orchestrator import LOOK, changes_of, job_with, robot_of, settings_in
from scripted_robot import LIMIT_S
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.protocol.jobs import StatusUpdate, StepProgress
from orchestrator.contract.states import JobStatus, StepStatus


async def until(batches: AsyncIterator[EventBatch], wanted: str) -> EventBatch:
    """The next batch that has something in the field."""
    async with asyncio.timeout(LIMIT_S):
        async for batch in batches:
            if getattr(batch, wanted):
                return batch
    raise AssertionError("the event stream ended")


def raw_stream(orchestrator: Orchestrator) -> connect:
    return connect(
        f"{orchestrator.robots_url}/events",
        additional_headers={"Authorization": f"Bearer {orchestrator.key}"},
        proxy=None,
        compression=None,
        close_timeout=1,
        max_size=None,
    )


@pytest.mark.feature("C47", "C48", "C50", "W35")
async def test_a_snapshot_comes_first_and_then_every_kind_of_change(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    known = await client.submit(SubmitRequest(definition=LOOK))
    rule = ScheduleRule(cron_expression="0 3 * * *")
    async with changes_of(orchestrator.url, orchestrator.key) as batches:
        snapshot = await anext(batches)
        assert (snapshot.is_snapshot, [job.job_id for job in snapshot.jobs]) == (True, [known.job_id])
        assert snapshot.dashboard is not None
        assert [each.name for each in snapshot.workflows] == ["Look"]
        assert snapshot.activity

        await client.save_workflow({**LOOK, "name": "Other"})
        assert [each.name for each in (await until(batches, "workflows")).workflows] == ["Other"]
        schedule = await client.add_schedule(ScheduleRequest(name="nightly", workflow="Look", rule=rule))
        assert [each.name for each in (await until(batches, "schedules")).schedules] == ["nightly"]
        await client.remove_schedule("nightly")
        assert (await until(batches, "removed_schedules")).removed_schedules == (schedule.schedule_id,)
        await client.remove_workflow("Other")
        assert (await until(batches, "removed_workflows")).removed_workflows
        async with robot_of(orchestrator) as robot:
            assert [each.name for each in (await until(batches, "robots")).robots] == ["anna"]
            await robot.leave()
        await job_with(client, known.job_id, JobStatus.QUEUED)
        await client.remove_robot("anna")
        assert (await until(batches, "removed_robots")).removed_robots == ("robot-anna",)


@pytest.mark.feature("C49", "W35", "D63")
async def test_the_progress_of_a_job_is_told_step_by_step(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job = await client.submit(SubmitRequest(definition=LOOK))
    async with changes_of(orchestrator.url, orchestrator.key) as batches, robot_of(orchestrator) as robot:
        await robot.take_job()
        step = StepProgress(step_id="look", status=StepStatus.RUNNING, message="so far")
        await robot.say(StatusUpdate(job_id=job.job_id, attempt=1, sequence=1, progress=0.5, steps=(step,)))
        batch = await until(batches, "steps")
        assert [(each.step_id, each.message) for each in batch.steps[job.job_id]] == [("look", "so far")]


async def test_many_changes_become_few_frames(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    loop = asyncio.get_running_loop()
    async with raw_stream(orchestrator) as stream:
        await stream.recv()
        began = loop.time()
        jobs = await asyncio.gather(*(client.submit(SubmitRequest(definition=LOOK)) for _ in range(150)))
        last = await client.cancel(jobs[-1].job_id)
        frames, told = 0, set[str]()
        async with asyncio.timeout(LIMIT_S):
            while len(told) < 150 or last.job_id not in told:
                batch = json.loads(await stream.recv())
                frames += 1
                told |= {job["job_id"] for job in batch.get("jobs", ())}
        assert frames <= (loop.time() - began) * 10 + 1


async def test_a_client_that_does_not_read_is_dropped_and_the_others_do_not_notice(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as orchestrator,
        OrchestratorClient(orchestrator.url, orchestrator.key) as client,
        raw_stream(orchestrator) as slow,
        changes_of(orchestrator.url, orchestrator.key) as batches,
    ):
        orchestrator.parts.stream._send_limit_s = 0.5
        await slow.recv()
        await anext(batches)
        slow.transport.pause_reading()
        streams = orchestrator.parts.stream
        for number in range(2_000):
            await client.save_workflow({**LOOK, "name": f"{number}", "description": "y" * 60_000})
            if number % 10 == 0:
                await until(batches, "workflows")
            if streams.clients == 1:
                break
        assert streams.clients == 1
        slow.transport.resume_reading()
        with suppress(ConnectionClosed):
            async with asyncio.timeout(LIMIT_S):
                async for _ in slow:  # ends when the connection does
                    continue
        await client.submit(SubmitRequest(definition=LOOK))
        await until(batches, "jobs")


async def test_after_a_restart_the_stream_comes_back_with_a_snapshot(tmp_path: Path) -> None:
    async with AsyncExitStack() as first:
        orchestrator = await first.enter_async_context(Orchestrator.running(settings_in(tmp_path)))
        port = int(orchestrator.url.rpartition(":")[2])
        stream = EventStream(orchestrator.url, orchestrator.key).listen()
        items: AsyncIterator[EventBatch | ConnectionLost] = stream
        begin = await anext(items)
        assert isinstance(begin, EventBatch)
        assert begin.is_snapshot
        await first.aclose()
    async with asyncio.timeout(LIMIT_S):
        while not isinstance(item := await anext(items), ConnectionLost):
            continue
        assert 0 < item.retry_in_s <= 10
        async with Orchestrator.running(settings_in(tmp_path, port=port)):
            while not isinstance(item := await anext(items), EventBatch):
                continue
            assert item.is_snapshot
            await stream.aclose()


@pytest.mark.feature("C04", "C88", "O49")
async def test_stopping_takes_little_time_with_many_robots_and_streams_even_when_some_do_not_listen(
    tmp_path: Path,
) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as peers:
        async with Orchestrator.running(settings_in(tmp_path)) as orchestrator:
            robots = [await peers.enter_async_context(robot_of(orchestrator, f"r{number}")) for number in range(50)]
            streams = [await peers.enter_async_context(raw_stream(orchestrator)) for _ in range(20)]
            for peer in (robots[0].socket, streams[0]):
                peer.transport.pause_reading()
            began = loop.time()
        assert loop.time() - began < 10
        for robot in robots[1:]:
            with pytest.raises(ConnectionClosed):
                await robot.socket.recv()


@pytest.mark.feature("C47", "C48", "C49", "C50", "W35")
async def test_a_client_hears_only_the_topics_that_it_asked_for(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    mine, other = [await client.submit(SubmitRequest(definition=LOOK)) for _ in range(2)]
    stream = EventStream(orchestrator.url, orchestrator.key, topics=[f"progress:{mine.job_id}", "robots"]).listen()
    batches = cast("AsyncIterator[EventBatch]", stream)
    snapshot = await anext(batches)
    assert [job.job_id for job in snapshot.jobs] == [mine.job_id]
    assert (snapshot.workflows, snapshot.activity, snapshot.dashboard) == ((), (), None)
    await client.cancel(other.job_id)
    await client.cancel(mine.job_id)
    heard = await until(batches, "jobs")
    assert [(job.job_id, job.status) for job in heard.jobs] == [(mine.job_id, JobStatus.CANCELLED)]
    assert heard.activity == ()
    async with robot_of(orchestrator):
        assert [each.name for each in (await until(batches, "robots")).robots] == ["anna"]
    await stream.aclose()


@pytest.mark.feature("E61", "W35")
async def test_events_come_by_the_patterns_of_their_names_with_their_plain_facts(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    stream = EventStream(orchestrator.url, orchestrator.key, topics=["jobs.cancel*", "engine.switched_*"]).listen()
    batches = cast("AsyncIterator[EventBatch]", stream)
    snapshot = await anext(batches)
    assert (snapshot.jobs, snapshot.events) == ((), ())
    job = await client.submit(SubmitRequest(definition=LOOK, variables={"city": "Trier"}))
    await client.cancel(job.job_id)
    (event,) = (await until(batches, "events")).events
    assert (event.name, event.names, event.number) == ("jobs.cancelled", ("jobs.changed", "jobs.cancelled"), 1)
    assert (event.data["job_id"], event.data["before"], event.data["workflow_name"]) == (job.job_id, "queued", "Look")
    assert "Trier" not in event.model_dump_json()
    await stream.aclose()


async def test_a_topic_that_there_is_not_is_refused_with_those_that_there_are(orchestrator: Orchestrator) -> None:
    stream = EventStream(orchestrator.url, orchestrator.key, topics=["job"]).listen()
    with pytest.raises(RefusedError, match="topics: 'job' is none"):
        await anext(stream)
    await stream.aclose()
