"""How robots stood and how much waited is written down, and opened again: over a stretch of time, and at any moment."""

from datetime import datetime, timedelta

import pytest
from fake_fleet import Fleet

from orchestrator.domain.timeline import ENGINE, FleetState, GapReason, Lane
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.fleet_history import SAMPLE_S
from orchestrator.engine.timeline import Timeline

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.feature("X24")


async def timeline(fleet: Fleet, since: datetime, *, most_runs: int = 100) -> Timeline:
    return await fleet.engine.timeline.over(since, fleet.clock.now() + MINUTE, most_runs=most_runs)


def states(lane: Lane) -> list[FleetState]:
    return [stretch.state for stretch in lane.stretches]


async def test_a_lane_tells_what_ran_and_how_its_robot_stood(fleet: Fleet) -> None:
    begin = fleet.clock.now()
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await fleet.advance(30)
    await robot.finish()
    await fleet.engine.operations.drains.maintain(robot.robot_id, reason="new disk", actor="anna")
    await fleet.advance(30)
    await fleet.engine.operations.drains.resume(robot.robot_id)
    await fleet.advance(30)
    found = await timeline(fleet, begin)
    (lane,) = found.lanes
    assert (lane.name, [run.job_id for run in lane.runs]) == ("r1", [job.job_id])
    assert (lane.runs[0].outcome, lane.runs[0].ended_at) == ("completed", begin + timedelta(seconds=30))
    assert states(lane) == [FleetState.ONLINE, FleetState.MAINTENANCE, FleetState.ONLINE]
    assert lane.stretches[1].note == "new disk"
    assert found.gaps == ()


async def test_a_robot_that_goes_away_is_lost_until_it_is_taken_out(fleet: Fleet) -> None:
    begin = fleet.clock.now()
    robot = await fleet.robot("r1")
    await fleet.advance(SAMPLE_S)
    await robot.lose_connection()
    await fleet.advance(SAMPLE_S)
    await fleet.engine.unregister_robot(robot.robot_id)
    await fleet.advance(SAMPLE_S)
    (lane,) = (await timeline(fleet, begin)).lanes
    assert states(lane) == [FleetState.ONLINE, FleetState.LOST, FleetState.REMOVED]
    assert (await timeline(fleet, fleet.clock.now())).lanes == []


async def test_the_load_is_sampled_and_a_moment_says_what_waits_and_why(fleet: Fleet) -> None:
    begin = fleet.clock.now()
    robot = await fleet.robot("r1")
    running, waiting = await fleet.submit(), await fleet.submit()
    await fleet.advance(3 * SAMPLE_S)
    found = await timeline(fleet, begin)
    assert (found.load[-1].waiting, found.load[-1].running) == (1, 1)
    now = await fleet.engine.timeline.at(fleet.clock.now())
    assert [run.job_id for run in now.running] == [running.job_id]
    assert (now.waiting_count, [wait.job_id for wait in now.waiting]) == (1, [waiting.job_id])
    assert now.reasons[waiting.job_id] == "Every robot that could take it is occupied."
    assert [(each.name, each.state, each.running) for each in now.robots] == [("r1", FleetState.ONLINE, 1)]
    moment = fleet.clock.now()
    await fleet.advance(SAMPLE_S)
    await robot.finish()
    await fleet.settle()
    await fleet.advance(60)
    then = await fleet.engine.timeline.at(moment)
    assert [(wait.job_id, wait.robot_id) for wait in then.waiting] == [(waiting.job_id, robot.robot_id)]
    assert then.reasons == {}


async def test_a_crash_of_the_orchestrator_is_a_gap_from_its_last_look_on(fleet: Fleet) -> None:
    begin = fleet.clock.now()
    await fleet.robot("r1")
    await fleet.advance(5 * SAMPLE_S)
    await fleet.restart(away_s=600)
    await fleet.advance(SAMPLE_S)
    assert [each.state for each in fleet.store.timeline.changes if each.robot_id == ENGINE] == [
        FleetState.STARTED,
        FleetState.STOPPED,
        FleetState.STARTED,
    ]
    (gap,) = (await timeline(fleet, begin)).gaps
    assert gap.reason is GapReason.STOPPED
    assert gap.until - gap.since >= timedelta(seconds=600)
    then = await fleet.engine.timeline.at(begin + timedelta(seconds=300))
    assert then.gap is not None
    before = await fleet.engine.timeline.at(begin - MINUTE)
    assert before.gap is not None
    assert before.gap.reason is GapReason.UNRECORDED


async def test_a_store_that_takes_nothing_loses_nothing_of_it(fleet: Fleet) -> None:
    fleet.store.is_full = True
    await fleet.advance(3 * SAMPLE_S)
    kept = len(fleet.store.timeline.samples)
    fleet.store.is_full = False
    await fleet.advance(SAMPLE_S)
    assert len(fleet.store.timeline.samples) - kept >= 4


async def test_fine_samples_are_forgotten_before_coarse_ones(fleet: Fleet) -> None:
    await fleet.advance(400)
    await fleet.engine.history.forget()
    assert len(fleet.store.timeline.samples) >= 40
    fleet.clock.jump(8 * 86_400)
    await fleet.engine.history.forget()
    assert {each.is_coarse for each in fleet.store.timeline.samples.values()} == {True}
    assert len(fleet.store.timeline.samples) == 2


async def test_an_impossible_wish_is_refused_in_one_sentence(fleet: Fleet) -> None:
    now = fleet.clock.now()
    with pytest.raises(InvalidRequestError, match="must lie before"):
        await fleet.engine.timeline.over(now, now, most_runs=10)
    with pytest.raises(InvalidRequestError, match="800 days"):
        await fleet.engine.timeline.over(now - timedelta(days=900), now, most_runs=10)
    with pytest.raises(InvalidRequestError, match="has not come"):
        await fleet.engine.timeline.at(now + MINUTE)
    with pytest.raises(InvalidRequestError, match="time zone"):
        await fleet.engine.timeline.at(now.replace(tzinfo=None))
