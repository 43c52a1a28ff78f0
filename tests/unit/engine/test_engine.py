"""The engine as scripts use it: life, robots, figures, reasons, settings."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from fake_fleet import SAFE, UNSAFE, Fleet

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.lease import LeaseTerms
from orchestrator.domain.placement import LoadBalancingStrategy
from orchestrator.domain.robot import Robot
from orchestrator.engine.errors import ConflictError, NotFoundError, StoppingError
from orchestrator.engine.settings import EngineSettings


@pytest.mark.feature("C02", "C03", "C04")
async def test_the_engine_starts_with_the_references_settings_and_stops() -> None:
    settings = EngineSettings(
        load_balancing=LoadBalancingStrategy.LEAST_LOADED,
        dispatch_interval_s=5,
        timeout_check_interval_s=30,
        default_job_timeout_s=3_600,
    )
    fleet = await Fleet(settings).start()
    assert fleet.engine.is_running
    job = await fleet.submit()
    assert job.timeout_s == 3_600
    await fleet.engine.stop()
    assert not fleet.engine.is_running


@pytest.mark.feature("C88")
async def test_stopping_says_goodbye_to_robots_and_cancels_nothing() -> None:
    fleet = await Fleet().start()
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await fleet.engine.stop()
    with pytest.raises(StoppingError, match="nothing was accepted"):
        await fleet.submit()
    assert [(name, reason) for name, _, reason in fleet.gateway.closed] == [("r1", "The orchestrator stops.")]
    assert robot.session_id is not None
    await fleet.engine.inbox.disconnected(robot.robot_id, robot.session_id)
    assert fleet.status(job) is JobStatus.RUNNING


@pytest.mark.feature("C08", "C09", "C39")
async def test_robots_are_registered_and_unregistered(fleet: Fleet) -> None:
    now = fleet.clock.now()
    robot = Robot(robot_id=RobotId("r9"), name="nine", status=RobotStatus.OFFLINE, registered_at=now, last_seen_at=now)
    await fleet.engine.register_robot(robot)
    assert fleet.engine.pool.find("nine") == fleet.store.robot_records[RobotId("r9")]
    await fleet.engine.unregister_robot(robot.robot_id)
    assert not fleet.store.robot_records
    with pytest.raises(NotFoundError):
        await fleet.engine.unregister_robot(robot.robot_id)


async def test_a_connected_robot_is_not_unregistered(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    with pytest.raises(ConflictError, match="stop it first"):
        await fleet.engine.unregister_robot(robot.robot_id)


@pytest.mark.feature("C29")
async def test_the_pool_gives_a_robot_with_room_by_strategy(fleet: Fleet) -> None:
    pool = fleet.engine.pool
    await fleet.robot("r1")
    await fleet.robot("r2")
    pool.update_robot_load(RobotId("r1"), 0.9)
    chosen = pool.get_available_robot(LoadBalancingStrategy.LEAST_LOADED)
    assert chosen is not None
    assert chosen.name == "r2"
    assert pool.remove_robot(RobotId("r2"))
    assert not pool.remove_robot(RobotId("r2"))
    last = pool.get_available_robot(LoadBalancingStrategy.RANDOM)
    assert last is not None
    assert last.name == "r1"
    pool.add_robot(chosen)
    assert pool.get(RobotId("r2")) is not None


@pytest.mark.feature("C10", "C59", "C90")
async def test_the_dashboard_shows_today(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    fleet.add("r2")
    for status in (JobStatus.COMPLETED, JobStatus.COMPLETED, JobStatus.FAILED):
        await fleet.submit(max_retries=0)
        await fleet.advance(4)
        await robot.finish(status=status)
        await fleet.settle()
    await fleet.submit()
    await fleet.submit()
    await fleet.advance(1)
    figures = await fleet.engine.get_dashboard_metrics()
    assert (figures.total_robots, figures.online_robots) == (1, 1)
    assert (figures.completed_jobs_today, figures.failed_jobs_today, figures.total_jobs_today) == (2, 1, 5)
    assert (figures.running_jobs, figures.pending_jobs) == (1, 1)
    assert figures.average_execution_time == 4.0
    assert figures.success_rate == pytest.approx(2 / 3)


@pytest.mark.feature("C90")
async def test_the_dashboard_is_never_older_than_the_question_and_one_look_answers_many(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, looks = fleet.store.count_by_status, 0

    async def count_later() -> Mapping[JobStatus, int]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return await count()

    before = await fleet.engine.get_dashboard_metrics()
    await fleet.submit()
    monkeypatch.setattr(fleet.store, "count_by_status", count_later)
    answers = await asyncio.gather(*(fleet.engine.get_dashboard_metrics() for _ in range(5)))
    assert (before.pending_jobs, [each.pending_jobs for each in answers]) == (0, [1] * 5)
    assert looks == 2


@pytest.mark.feature("C90")
async def test_the_queues_depth_is_sampled_and_bounded() -> None:
    fleet = await Fleet(EngineSettings(sample_interval_s=1, samples_kept=5)).start()
    await fleet.submit()
    await fleet.advance(30)
    samples = fleet.engine.metrics.samples(since=fleet.clock.now() - timedelta(hours=1))
    assert [(sample.queued, sample.running) for sample in samples] == [(1, 0)] * 5
    await fleet.engine.stop()


@pytest.mark.feature("X01")
async def test_why_a_job_waits_is_told_for_each_robot(fleet: Fleet) -> None:
    await fleet.robot("busy")
    await fleet.submit()
    gone = await fleet.robot("gone")
    await gone.lose_connection()
    job = await fleet.submit(tags=())
    own, busy, away = await fleet.engine.why_waiting(job.job_id)
    assert own.verdict == "Every robot that could take it is occupied."
    assert (busy.robot_name, busy.verdict) == ("busy", "1 of 1 slots busy.")
    assert (away.robot_name, away.verdict) == ("gone", "Lost for 0 s.")


async def test_retry_wants_an_ended_job(fleet: Fleet) -> None:
    job = await fleet.submit()
    with pytest.raises(ConflictError, match="only a job that did not succeed"):
        await fleet.engine.retry_job(job.job_id)


async def test_a_workflow_that_comes_with_a_job_is_one_version(fleet: Fleet) -> None:
    first, again = await fleet.submit(), await fleet.submit()
    assert (first.workflow_id, first.workflow_hash) == (again.workflow_id, again.workflow_hash)
    assert len(fleet.store.versions_by_id[first.workflow_id]) == 1
    by_name = await fleet.submit(workflow="Look")
    assert by_name.workflow_id == first.workflow_id


@pytest.mark.feature("W34", "C58")
async def test_a_job_keeps_the_version_it_was_pinned_to(fleet: Fleet) -> None:
    job = await fleet.submit()
    changed = {**SAFE, "description": "another"}
    newer = await fleet.engine.workflows.save(changed)
    assert newer.workflow_id == job.workflow_id
    assert newer.number == 2
    robot = await fleet.robot("r1")
    assert robot.assignments[0].workflow_hash == job.workflow_hash != newer.workflow_hash


async def test_safety_to_repeat_follows_from_the_steps(fleet: Fleet) -> None:
    reads = {"steps": [{"id": "a", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}]}
    assert (await fleet.submit(definition=reads)).retry_safe
    unsafe = await fleet.submit(definition=UNSAFE)
    assert (unsafe.retry_safe, unsafe.retry.max_retries) == (False, 0)
    assert (await fleet.submit(definition=UNSAFE, max_retries=4)).retry.max_retries == 4


async def test_a_robot_that_was_lost_for_long_is_offline() -> None:
    fleet = await Fleet(EngineSettings(terms=LeaseTerms(lost_s=60), timeout_check_interval_s=10)).start()
    robot = await fleet.robot("r1")
    await robot.lose_connection()
    await fleet.advance(50)
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.LOST
    await fleet.advance(30)
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.OFFLINE
    await fleet.engine.stop()
