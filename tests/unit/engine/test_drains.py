"""Drains with a clock, maintenance, and restarts one by one: no job is lost."""

from datetime import timedelta

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.protocol.checkpoints import PauseJob
from orchestrator.contract.protocol.robots import Heartbeat, RestartRobot
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import Event
from orchestrator.domain.robot_plan import AtDeadline, PlanKind, RobotPlan
from orchestrator.engine.drains import DrainDesk
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.restarts import BACK_WITHIN_S, RestartDesk, RestartsChanged, RestartState, Rollout

MINUTE = timedelta(minutes=1)


def desk(fleet: Fleet) -> DrainDesk:
    return fleet.engine.operations.drains


def plan(fleet: Fleet, robot: FakeRobot) -> RobotPlan | None:
    return desk(fleet).plan_of(robot.robot_id)


@pytest.mark.feature("X20")
async def test_a_draining_robot_says_when_it_is_free_from_how_long_its_jobs_usually_take(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await fleet.submit()
    await fleet.advance(300)
    await robot.finish()
    await fleet.submit()
    await fleet.advance(60)
    clock = await desk(fleet).drain(robot.robot_id, actor="anna")
    assert clock.words == "r1 is free in about 4 min."
    await robot.finish()
    await fleet.settle()
    assert (await desk(fleet).clock(robot.robot_id)).words == "r1 is free."
    waits = await fleet.submit()
    assert fleet.status(waits) is JobStatus.QUEUED


@pytest.mark.feature("X20")
async def test_at_the_deadline_a_job_is_paused_and_goes_on_elsewhere(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await desk(fleet).drain(robot.robot_id, deadline=MINUTE, then=AtDeadline.HAND_OVER, actor="anna")
    await fleet.advance(59)
    assert robot.told == []
    await fleet.advance(2)
    assert [type(order) for order in robot.told] == [PauseJob]
    other = await fleet.robot("r2")
    robot.running.clear()
    await fleet.engine.queue.update_status(job.job_id, JobStatus.PAUSED, at=fleet.clock.now())
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).robot_id) == (JobStatus.RUNNING, other.robot_id)
    assert [entry.kind for entry in fleet.store.audit].count("robot.drain_overdue") == 1


async def test_at_the_deadline_jobs_are_cancelled_when_that_was_said(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await desk(fleet).drain(robot.robot_id, deadline=MINUTE, then=AtDeadline.KILL, actor="anna")
    await fleet.advance(61)
    assert fleet.status(job) is JobStatus.CANCELLED
    assert fleet.job(job).cancel_reason == "its robot was drained, and the deadline has passed"


async def test_a_deadline_that_passes_while_the_engine_is_away_counts(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await desk(fleet).drain(robot.robot_id, deadline=MINUTE, then=AtDeadline.KILL, actor="anna")
    await fleet.restart(away_s=300)
    await robot.connect()
    await fleet.advance(61)
    assert fleet.status(job) is JobStatus.CANCELLED
    found = plan(fleet, robot)
    assert found is not None
    assert found.is_overdue


@pytest.mark.feature("X20")
async def test_maintenance_has_a_reason_and_ends_at_its_moment(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    until = fleet.clock.now() + 10 * MINUTE
    await desk(fleet).maintain(robot.robot_id, reason="new disk", until=until, actor="anna")
    found = plan(fleet, robot)
    assert found is not None
    assert (found.kind, found.reason, found.actor) == (PlanKind.MAINTENANCE, "new disk", "anna")
    job = await fleet.submit()
    await fleet.advance(590)
    assert fleet.status(job) is JobStatus.QUEUED
    await fleet.advance(20)
    assert (fleet.status(job), plan(fleet, robot)) == (JobStatus.RUNNING, None)


@pytest.mark.feature("X01")
async def test_a_job_that_waits_says_what_is_planned_with_the_robot(fleet: Fleet) -> None:
    robot = await fleet.robot("anna")
    until = fleet.clock.now() + timedelta(hours=2)
    await desk(fleet).maintain(robot.robot_id, reason="new disk", until=until)
    job = await fleet.submit()
    verdict = (await fleet.engine.why_waiting(job.job_id))[-1]
    assert verdict.verdict == f"anna is under maintenance until {until:%Y-%m-%d %H:%M} UTC: new disk."
    await robot.lose_connection()
    away = (await fleet.engine.why_waiting(job.job_id))[-1]
    assert away.verdict.endswith("new disk.")


async def test_resuming_ends_a_plan_also_for_the_next_engine(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await desk(fleet).maintain(robot.robot_id, reason="fan", actor="anna")
    await desk(fleet).resume(robot.robot_id, actor="anna")
    await fleet.restart()
    assert plan(fleet, robot) is None


async def test_plans_that_make_no_sense_are_refused(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    with pytest.raises(InvalidRequestError, match="Without a deadline"):
        await desk(fleet).drain(robot.robot_id, then=AtDeadline.KILL)
    with pytest.raises(InvalidRequestError, match="has passed already"):
        await desk(fleet).maintain(robot.robot_id, reason="x", until=fleet.clock.now())
    with pytest.raises(NotFoundError, match="robot 'nobody'"):
        await desk(fleet).drain(FakeRobot(fleet, "nobody").robot_id)


def restarts(fleet: Fleet) -> RestartDesk:
    return fleet.engine.operations.restarts


async def rolled(fleet: Fleet, *robots: FakeRobot) -> Rollout:
    rollout = await restarts(fleet).restart([robot.robot_id for robot in robots], reason="new browser", actor="anna")
    await fleet.settle()
    return rollout


def states(fleet: Fleet, rollout: Rollout) -> list[RestartState]:
    return [each.state for each in restarts(fleet).rollout(rollout.rollout_id).robots]


async def test_the_last_job_of_a_drained_robot_and_each_stage_of_a_restart_are_told(fleet: Fleet) -> None:
    heard: list[Event] = []
    fleet.engine.bus.subscribe_to_any(("robots.drained", "restarts.*"), heard.append)
    robot = await fleet.robot("r1")
    await fleet.submit()
    await desk(fleet).drain(robot.robot_id)
    assert heard == []
    await robot.finish()
    assert {event.names[-1] for event in heard} == {"robots.drained"}
    await rolled(fleet, robot)
    await robot.goodbye()
    robot.session_id = None
    await fleet.advance(BACK_WITHIN_S + 10)
    rollouts = [event for event in heard if isinstance(event, RestartsChanged)]
    assert [event.rollout.robots[0].state for event in rollouts] == ["waiting", "draining", "away", "failed", "failed"]
    assert rollouts[-1].names == ("restarts.changed", "restarts.ended")


@pytest.mark.feature("X20")
async def test_robots_restart_one_after_the_other_and_no_job_is_lost(fleet: Fleet) -> None:
    first, second = await fleet.robot("r1"), await fleet.robot("r2")
    jobs = [await fleet.submit(), await fleet.submit()]
    rollout = await rolled(fleet, first, second)
    assert [type(order) for order in first.told] == [RestartRobot]
    await fleet.advance(60)
    assert (second.told, states(fleet, rollout)) == ([], [RestartState.DRAINING, RestartState.WAITING])
    for robot in (first, second):
        await robot.finish()
        await robot.goodbye()
        robot.session_id = None
        await fleet.advance(10)
        await robot.connect()
        await fleet.advance(6)
    assert states(fleet, rollout) == [RestartState.BACK, RestartState.BACK]
    over = restarts(fleet).rollout(rollout.rollout_id)
    assert (over.is_over, over.has_failed) == (True, False)
    assert {fleet.status(job) for job in jobs} == {JobStatus.COMPLETED}


@pytest.mark.feature("X20")
@pytest.mark.feature("X01")
async def test_a_job_that_waits_for_a_restarting_robot_says_so(fleet: Fleet) -> None:
    robot = await fleet.robot("anna")
    busy = await fleet.submit()
    await restarts(fleet).restart([robot.robot_id])
    await fleet.settle()
    await robot.say(Heartbeat(running=tuple(robot.running), slots_busy=1, draining=True))
    job = await fleet.submit()
    verdict = (await fleet.engine.why_waiting(job.job_id))[-1]
    assert (verdict.verdict, verdict.fix) == ("anna is being restarted.", "Wait: it takes work again by itself.")
    assert fleet.status(busy) is JobStatus.RUNNING


async def test_a_robot_that_nobody_starts_again_ends_the_round_and_says_what_to_do(fleet: Fleet) -> None:
    first, second = await fleet.robot("r1"), await fleet.robot("r2")
    rollout = await rolled(fleet, first, second)
    await first.goodbye()
    first.session_id = None
    await fleet.advance(BACK_WITHIN_S + 10)
    over = restarts(fleet).rollout(rollout.rollout_id)
    assert (over.is_over, over.has_failed, second.told) == (True, True, [])
    assert "Restart=on-failure" in over.robots[0].detail
    assert over.robots[1].state is RestartState.WAITING


async def test_robots_that_are_away_are_left_out_and_a_second_round_waits(fleet: Fleet) -> None:
    away, there = await fleet.robot("r1"), await fleet.robot("r2")
    await away.goodbye()
    away.session_id = None
    rollout = await rolled(fleet, away, there)
    assert states(fleet, rollout) == [RestartState.SKIPPED, RestartState.DRAINING]
    with pytest.raises(ConflictError, match="being restarted already"):
        await rolled(fleet, there)
    with pytest.raises(NotFoundError):
        restarts(fleet).rollout("nope")


async def test_a_stopped_restart_leaves_the_robots_alone_that_wait_for_their_turn(fleet: Fleet) -> None:
    first, second = await fleet.robot("r1"), await fleet.robot("r2")
    rollout = await rolled(fleet, first, second)
    assert states(fleet, rollout) == [RestartState.DRAINING, RestartState.WAITING]
    stopped = await restarts(fleet).stop(rollout.rollout_id, actor="anna")
    assert [each.state for each in stopped.robots] == [RestartState.DRAINING, RestartState.SKIPPED]
    await first.goodbye()
    first.session_id = None
    await fleet.advance(10)
    await first.connect()
    await fleet.advance(6)
    assert states(fleet, rollout) == [RestartState.BACK, RestartState.SKIPPED]
    assert restarts(fleet).rollouts()[0].is_over
    assert await restarts(fleet).stop(rollout.rollout_id) == restarts(fleet).rollouts()[0]
