"""Wall clocks that jump, differ, run through a clock change, or stand still with the machine; weeks of missed runs."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from fault_table import Injections

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import JsonValue
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess
from tests.faults.wrong_clock import WrongClock

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

MOST_CAUGHT_UP = 100
QUIET: dict[str, JsonValue] = {
    "name": "Quiet",
    "retry_safe": True,
    "steps": [{"id": "one", "action": "set", "parameters": {"value": 1}}],
}
MINUTELY = "* * * * *"


def patient(folder: Path, clock: WrongClock) -> OrchestratorProcess:
    """An orchestrator that lives by that clock, and bears a slow machine."""
    return OrchestratorProcess(folder=folder / "data", terms=PATIENT_TERMS, environment=clock.environment)


async def schedule(fleet: Fleet, cron: str, zone: str = "UTC", **fields: str) -> str:
    """A schedule of a job that does nothing."""
    workflow = await fleet.client.save_workflow(QUIET)
    rule = ScheduleRule(cron_expression=cron, timezone=zone)
    request = ScheduleRequest.model_validate(
        {"name": cron, "workflow": workflow.workflow_id, "rule": rule, "overlap_policy": "allow", **fields}
    )
    return (await fleet.client.add_schedule(request)).schedule_id


def fired(database: Path) -> Counter[datetime]:
    """How many jobs each instant has given."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        rows = connection.execute("SELECT fire_at FROM jobs WHERE schedule_id IS NOT NULL").fetchall()
    return Counter(_instant(value) for (value,) in rows)


def _instant(value: object) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / (1_000_000 if value > 10**11 else 1), UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def no_instant_twice(database: Path) -> bool:
    """F: at most one job for each instant."""
    return all(number == 1 for number in fired(database).values())


async def until_fired(database: Path, count: int, *, limit_s: float = 180.0) -> None:
    """Wait until schedules have given so many jobs."""
    async with asyncio.timeout(limit_s):
        while fired(database).total() < count:  # noqa: ASYNC110  the database has no event
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("jump", ["+1h", "-1h", "+3650d"])
@pytest.mark.fault("34", "the orchestrator's wall clock jumps, and back again", "A B C D E F, nobody is judged by it")
async def test_a_jump_of_the_wall_clock_judges_nobody_and_fires_nothing_twice(
    tmp_path: Path, injected: Injections, jump: str
) -> None:
    clock = WrongClock(tmp_path)
    orchestrator = patient(tmp_path, clock)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        await schedule(fleet, MINUTELY)
        await fleet.robot("anna", slots=6)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(4)]
        await fleet.ledger.until(lambda now: len(now.held()) == 4)
        for says in (jump, "+0"):
            clock.says(says)
            injected.one()
            await asyncio.sleep(10)
        await fleet.submit("later", retry_safe=False)
        rows = await fleet.settle()
        assert {rows[job.job_id].status for job in jobs} == {"completed"}
        assert fleet.ledger.count("begin") == 5
        assert no_instant_twice(orchestrator.database)


@pytest.mark.parametrize("skew", ["+10m", "-10m"])
@pytest.mark.fault("35", "a robot's wall clock is ten minutes off", "A B C D E")
async def test_a_robot_with_a_wrong_clock_works_like_any_other(
    tmp_path: Path, patient_fleet: Fleet, injected: Injections, skew: str
) -> None:
    fleet = patient_fleet
    clock = WrongClock(tmp_path, skew)
    await fleet.robot("anna", slots=4, environment=clock.environment)
    injected.one()
    for number in range(6):
        await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0)
    await fleet.ledger.until(lambda now: len(now.held()) == 4)
    await asyncio.sleep(8)
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.parametrize(
    ("began", "cron", "expected"),
    [
        pytest.param("2026-03-29 00:30:00", "30 2 * * *", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), id="gap"),
        pytest.param("2026-10-25 00:00:00", "30 2 * * *", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="overlap"),
    ],
)
@pytest.mark.fault("36", "live through a clock change of Berlin, 120 times as fast", "F, as the schedule's page says")
async def test_a_fixed_time_fires_once_through_a_clock_change(
    tmp_path: Path, injected: Injections, began: str, cron: str, expected: datetime
) -> None:
    clock = WrongClock(tmp_path, f"@{began}")
    orchestrator = patient(tmp_path, clock)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        await schedule(fleet, cron, "Europe/Berlin")
        assert orchestrator.victim is not None
        clock.hurries(datetime.fromisoformat(began), 120, orchestrator.victim.began_s)
        injected.one()
        await until_fired(orchestrator.database, 1)
        await asyncio.sleep(50)
        assert fired(orchestrator.database) == Counter([expected])


@pytest.mark.fault("37", "everything frozen for what seems two hours", "A B C D E F, no burst")
async def test_a_machine_that_slept_wakes_without_a_burst(tmp_path: Path, injected: Injections) -> None:
    clock = WrongClock(tmp_path)
    orchestrator = patient(tmp_path, clock)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        await schedule(fleet, MINUTELY, misfire_policy="latest")
        robot = await fleet.robot("anna", slots=4, environment=clock.environment)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(3)]
        await fleet.ledger.until(lambda now: len(now.held()) == 3)
        before = fired(orchestrator.database).total()
        assert orchestrator.victim is not None
        assert robot.victim is not None
        for victim in (orchestrator.victim, robot.victim):
            victim.freeze()
        clock.says("+2h")
        injected.one()
        await asyncio.sleep(5)
        for victim in (robot.victim, orchestrator.victim):
            victim.thaw()
        await until_fired(orchestrator.database, before + 1)
        await asyncio.sleep(8)
        rows = await fleet.settle()
        assert {rows[job.job_id].status for job in jobs} == {"completed"}
        assert fleet.ledger.count("begin") == len(jobs)
        assert no_instant_twice(orchestrator.database)
        assert fired(orchestrator.database).total() - before <= 3


def spent_s(orchestrator: OrchestratorProcess) -> float:
    """Processor time of the process: a busy machine takes longer, and does not do more."""
    assert orchestrator.victim is not None
    spent = psutil.Process(orchestrator.victim.pid).cpu_times()
    return float(spent.user + spent.system)


@pytest.mark.fault("38", "seven days down, with a schedule for every second", "F, a start in seconds")
async def test_a_week_of_missed_seconds_is_caught_up_with_in_measure(tmp_path: Path, injected: Injections) -> None:
    clock = WrongClock(tmp_path, "-7d")
    orchestrator = patient(tmp_path, clock)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        await schedule(fleet, "* * * * * *", misfire_policy="all")
        await until_fired(orchestrator.database, 2)
        await orchestrator.stop()
        last = max(fired(orchestrator.database))
        clock.says("+0")
        injected.one()
        back_at = datetime.now(UTC)  # noqa: TID251  the true clock
        await orchestrator.start()
        assert spent_s(orchestrator) < 30
        await until_fired(orchestrator.database, MOST_CAUGHT_UP)
        await asyncio.sleep(5)
        instants = fired(orchestrator.database)
        caught_up = [at for at in instants if last < at < back_at - timedelta(seconds=1)]
        assert len(caught_up) <= MOST_CAUGHT_UP
        assert no_instant_twice(orchestrator.database)
