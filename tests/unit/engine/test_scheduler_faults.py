"""Schedules against deaths, downtimes and clocks that are set: each instant at most once, none lost without a word."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from dying_store import DyingStore, quiet, until_dead
from fake_clock import ClockTimer, FakeClock
from fake_fleet import SAFE, FakeGateway, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import ScheduleMissed
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import FireOutcome, Schedule
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile

EVERY_MINUTE = ScheduleRule(cron_expression="* * * * *")
EVERY_SECOND = ScheduleRule(cron_expression="* * * * * *")


async def plan(engine: OrchestratorEngine, rule: ScheduleRule = EVERY_MINUTE, **fields: object) -> Schedule:
    version = await engine.workflows.save(SAFE)
    request = ScheduleRequest.model_validate(
        {"name": "nightly", "workflow": version.workflow_id, "rule": rule, "overlap_policy": "allow", **fields}
    )
    return await engine.scheduler.add_schedule(await engine.schedule_desk.schedule_of(request))


def jobs_of(fleet: Fleet) -> list[Job]:
    return sorted(fleet.store.jobs.values(), key=lambda job: job.position)


def heard(fleet: Fleet) -> list[ScheduleMissed]:
    events: list[ScheduleMissed] = []
    fleet.engine.bus.subscribe(ScheduleMissed, events.append)
    return events


# --- whatever dies when ---------------------------------------------------------------------------------------------


class Orchestrators:
    """One orchestrator after the other on a real SQLite file; each may die at any call of its store."""

    def __init__(self, file: SqliteFile, rng: random.Random) -> None:
        self.real = OrchestratorService(file.database)
        self.store = DyingStore(self.real)
        self.clock = FakeClock()
        self.rng = rng
        self.engine = self._new()

    def _new(self) -> OrchestratorEngine:
        return OrchestratorEngine(
            self.store,
            FakeGateway(),
            clock=self.clock,
            rng=random.Random(1),
            timer=ClockTimer(self.clock),
        )

    async def start(self) -> None:
        await self.engine.start()
        await quiet(self.store.life)

    async def advance(self, seconds: float) -> None:
        """Second by second, with whatever the store has to do in between."""
        for _ in range(int(seconds)):
            if self.store.life.is_dead:
                return
            await until_dead(self.store.life, self.clock.advance(1))
            await quiet(self.store.life)

    async def restart(self, away_s: float) -> None:
        await self.engine._loops.stop()
        self.store.life.revive()
        await self.clock.advance(away_s)
        self.engine = self._new()
        await until_dead(self.store.life, self.engine.start())
        await quiet(self.store.life)

    async def instants(self) -> list[datetime]:
        found, _ = await self.real.list_jobs(JobQuery(limit=1_000, sort="created_at"))
        return [job.fire_at for job in found if job.fire_at is not None]


@asynccontextmanager
async def orchestrators(folder: Path, seed: int) -> AsyncIterator[Orchestrators]:
    file = SqliteFile(folder / "botswain.db")
    world = Orchestrators(file, random.Random(seed))
    await world.start()
    yield world
    world.store.life.revive()
    await world.engine.stop()
    await file.close()


@pytest.mark.feature("C19", "C24")
@pytest.mark.parametrize("seed", range(3))
async def test_no_death_loses_or_doubles_an_instant(tmp_path: Path, seed: int) -> None:
    async with orchestrators(tmp_path, seed) as world:
        schedule = await plan(world.engine, misfire_policy="all")
        begins_at = world.clock.now()
        for _ in range(9):
            if world.rng.random() < 0.8:
                world.store.life.die_at(world.rng.randint(1, 8), after=world.rng.random() < 0.5)
            await world.advance(world.rng.choice([30, 61, 95]))
            await world.restart(world.rng.choice([0, 3, 130]))
        world.store.life.revive()
        await world.restart(1)
        await world.advance(70)
        instants = await world.instants()
        minutes = int((world.clock.now() - begins_at) / timedelta(minutes=1))
        assert max(Counter(instants).values()) == 1
        assert sorted(instants) == [begins_at + timedelta(minutes=place) for place in range(1, minutes + 1)]
        records = await world.real.fires(schedule.schedule_id, limit=1_000)
        assert sorted(record.fire_at for record in records) == sorted(instants)


async def test_a_week_of_missed_seconds_on_a_real_store_is_started_from_within_five_seconds(tmp_path: Path) -> None:
    async with orchestrators(tmp_path, 1) as world:
        await plan(world.engine, EVERY_SECOND, misfire_policy="all")
        await world.engine._loops.stop()
        world.clock._pass(7 * 86_400)
        world.engine = world._new()
        began = time.monotonic()
        async with asyncio.timeout(5):
            await world.engine.start()
            await quiet(world.store.life)
        assert time.monotonic() - began < 5
        assert len(await world.instants()) == 100


# --- downtimes ------------------------------------------------------------------------------------------------------


async def test_what_is_made_up_for_starts_one_after_the_other_at_the_spacing_that_is_set(fleet: Fleet) -> None:
    await plan(fleet.engine, misfire_policy="all")
    await fleet.engine.live.change({"catch_up_stagger_s": 7}, actor="ada")
    await fleet.restart(away_s=605)
    starts = [job.not_before or job.created_at for job in jobs_of(fleet)]
    assert [later - earlier for earlier, later in pairwise(starts)] == [timedelta(seconds=7)] * 9


async def test_missed_runs_are_told_with_what_the_policy_made_of_them(fleet: Fleet) -> None:
    schedule = await plan(fleet.engine, misfire_policy="latest")
    await fleet.engine._loops.stop()
    await fleet.clock.advance(605)
    fleet.engine = fleet._new_engine()
    missed = heard(fleet)
    await fleet.engine.start()
    await fleet.settle()
    (event,) = missed
    assert (event.outcome, event.count) == (FireOutcome.MISSED, 9)
    assert event.reason == (
        "nightly missed 9 runs from 2026-03-02 09:01:00 UTC to 2026-03-02 09:09:00 UTC; "
        "its policy makes up for the latest only."
    )
    newest, older = await fleet.engine.scheduler.history(schedule.schedule_id)
    assert (newest.outcome, newest.fire_at.minute) == (FireOutcome.FIRED, 10)
    assert (older.outcome, older.instants, older.note) == (FireOutcome.MISSED, 9, event.reason)
    assert "schedule.missed" in [entry.kind for entry in fleet.store.audit]


async def test_runs_that_were_missed_and_queue_up_behind_one_another_all_run(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await plan(fleet.engine, misfire_policy="all", overlap_policy="queue")
    await fleet.restart(away_s=305)
    await robot.connect()
    await fleet.advance(10)
    for _ in range(5):
        await fleet.advance(3)
        assert len(robot.running) == 1
        await robot.finish()
        await fleet.settle()
    assert sum(job.status is JobStatus.COMPLETED for job in jobs_of(fleet)) == 5


async def test_an_overlap_is_told_and_stands_in_the_history(fleet: Fleet) -> None:
    await fleet.robot("r1", slots=4)
    missed = heard(fleet)
    schedule = await plan(fleet.engine, overlap_policy="skip")
    await fleet.advance(121)
    (event,) = missed
    assert event.outcome is FireOutcome.OVERLAP
    assert event.names == ("schedules.missed", "schedules.missed.overlap")
    outcomes = [record.outcome for record in await fleet.engine.scheduler.history(schedule.schedule_id)]
    assert outcomes == [FireOutcome.OVERLAP, FireOutcome.FIRED]


async def test_a_job_that_cannot_be_made_is_told(fleet: Fleet, expected_warnings: ExpectWarning) -> None:
    expected_warnings("cannot run: There is no workflow")
    missed = heard(fleet)
    schedule = await plan(fleet.engine)
    await fleet.engine.workflows.remove(schedule.workflow_id)
    await fleet.advance(61)
    assert [event.outcome for event in missed] == [FireOutcome.REFUSED]


async def test_switched_off_schedules_rest_and_make_up_by_their_policy(fleet: Fleet) -> None:
    await plan(fleet.engine, misfire_policy="latest")
    await fleet.engine.live.change({"schedules": False}, actor="ada")
    await fleet.advance(301)
    assert jobs_of(fleet) == []
    await fleet.engine.live.change({"schedules": True}, actor="ada")
    await fleet.settle()
    assert [job.fire_at.minute for job in jobs_of(fleet) if job.fire_at] == [5]


# --- clocks that are set --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [EVERY_MINUTE, EVERY_SECOND, ScheduleRule(cron_expression="5 9 * * *")])
async def test_a_clock_that_jumps_an_hour_ahead_and_back_makes_no_burst_and_fires_nothing_twice(
    fleet: Fleet, rule: ScheduleRule
) -> None:
    await plan(fleet.engine, rule)
    await fleet.advance(310)
    before = len(jobs_of(fleet))
    fleet.clock.jump(3_600)
    await fleet.advance(6)
    assert len(jobs_of(fleet)) - before <= 7
    fleet.clock.jump(-3_600)
    await fleet.advance(400)
    instants = Counter(job.fire_at for job in jobs_of(fleet))
    assert max(instants.values()) == 1


async def test_a_clock_that_was_ten_years_ahead_does_not_silence_a_schedule_for_ten_years(fleet: Fleet) -> None:
    schedule = await plan(fleet.engine)
    await fleet.advance(61)
    fleet.clock.jump(10 * 365 * 86_400)
    await fleet.advance(30)
    assert len(jobs_of(fleet)) == 2
    fleet.clock.jump(-10 * 365 * 86_400)
    await fleet.advance(301)
    instants = Counter(job.fire_at for job in jobs_of(fleet))
    assert max(instants.values()) == 1
    assert sum(at is not None and at.year == 2026 for at in instants) >= 5
    following = fleet.engine.scheduler.get_next_run(schedule.schedule_id)
    assert following is not None
    assert following - fleet.clock.now() <= timedelta(minutes=1)


async def test_a_clock_that_was_set_back_while_nobody_was_there_is_noticed_at_the_start(fleet: Fleet) -> None:
    schedule = await plan(fleet.engine)
    fleet.clock.jump(30 * 86_400)
    await fleet.advance(10)
    fleet.clock.jump(-30 * 86_400)
    await fleet.restart()
    following = fleet.engine.scheduler.get_next_run(schedule.schedule_id)
    assert following is not None
    assert following - fleet.clock.now() <= timedelta(minutes=1)


# --- jitter, window, version ----------------------------------------------------------------------------------------


async def test_jitter_never_reaches_the_next_instant(fleet: Fleet) -> None:
    await plan(fleet.engine, jitter_s=3_600)
    await fleet.advance(1_201)
    waits = [(job.not_before or job.created_at) - job.fire_at for job in jobs_of(fleet) if job.fire_at]
    assert len(waits) == 20
    assert all(timedelta(0) <= wait < timedelta(minutes=1) for wait in waits)
    assert len(set(waits)) > 10


async def test_a_schedule_fires_from_its_first_moment_to_its_last_both_included(fleet: Fleet) -> None:
    now = fleet.clock.now()
    rule = EVERY_MINUTE.model_copy(
        update={"starts_at": now + timedelta(minutes=2), "ends_at": now + timedelta(minutes=4)}
    )
    schedule = await plan(fleet.engine, rule)
    await fleet.advance(600)
    assert [job.fire_at.minute for job in jobs_of(fleet) if job.fire_at] == [2, 3, 4]
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) is None


async def test_a_pinned_version_runs_although_a_newer_one_was_saved(fleet: Fleet) -> None:
    first = await fleet.engine.workflows.save(SAFE)
    schedule = await plan(fleet.engine, version=1)
    newer = await fleet.engine.workflows.save({**SAFE, "description": "newer"}, workflow_id=first.workflow_id)
    await fleet.advance(61)
    (job,) = jobs_of(fleet)
    assert (schedule.version, job.workflow_hash) == (1, first.workflow_hash)
    assert job.workflow_hash != newer.workflow_hash


async def test_a_pause_while_a_fire_is_being_stored_is_not_undone_by_it(fleet: Fleet) -> None:
    schedule = await plan(fleet.engine)
    await fleet.clock.advance(59)
    pausing = asyncio.gather(fleet.clock.advance(2), fleet.engine.scheduler.pause_schedule(schedule.schedule_id))
    await pausing
    await fleet.advance(300)
    assert not fleet.engine.scheduler.get(schedule.schedule_id).enabled
    assert len(jobs_of(fleet)) <= 1


async def test_a_schedule_whose_zone_is_gone_rests_with_a_reason_and_the_others_fire(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("cannot be planned and rests: .*Mars/Olympus")
    await plan(fleet.engine)
    schedule = await plan(fleet.engine, name="other")
    broken = fleet.store.schedule_records[schedule.schedule_id]
    fleet.store.schedule_records[schedule.schedule_id] = _with_zone(broken, "Mars/Olympus")
    await fleet.restart()
    assert "Mars/Olympus" in fleet.engine.scheduler.trouble(schedule.schedule_id)
    await fleet.advance(61)
    assert {job.schedule_id for job in jobs_of(fleet)} == set(fleet.store.schedule_records) - {schedule.schedule_id}


def _with_zone(schedule: Schedule, zone: str) -> Schedule:
    return replace(schedule, timezone=zone, next_run_at=None)
