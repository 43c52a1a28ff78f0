"""What every store promises about figures: whatever was asked before, they tell what is so now."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import running_job
from sqlalchemy import Connection, event

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.store.finished_cells import MANY_TIMES, Cell, FinishedCells
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROBOT = RobotId("robot-1")
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")


async def end(store: OrchestratorService, running: Job, status: JobStatus, at: datetime, seconds: float = 2.0) -> Job:
    result = JobResult(
        job_id=running.job_id, attempt=running.attempt, status=JobStatus.COMPLETED, started_at=at, finished_at=at,
        execution_time_s=seconds,
    )  # fmt: skip
    return await store.save_job(replace(running, status=status, finished_at=at), expected=running, result=result)


async def again(store: OrchestratorService, ended: Job) -> Job:
    following = replace(ended, status=JobStatus.RUNNING, finished_at=None, attempt=ended.attempt + 1)
    return await store.save_job(following, expected=ended)


async def finished(store: OrchestratorService, status: JobStatus, *, at: datetime, seconds: float = 2.0) -> Job:
    return await end(store, await running_job(store, NOW), status, at, seconds)


async def completed(store: OrchestratorService, since: datetime, until: datetime) -> int:
    length_s = (until - since).total_seconds()
    (only,) = await store.finished(since=since, until=until, bucket_s=length_s)
    return only.completed


async def test_ended_jobs_are_counted_by_stretch_of_time(store: OrchestratorService) -> None:
    await finished(store, JobStatus.COMPLETED, at=NOW + MINUTE, seconds=2)
    await finished(store, JobStatus.COMPLETED, at=NOW + 2 * MINUTE, seconds=4)
    await finished(store, JobStatus.TIMEOUT, at=NOW + 21 * MINUTE)
    await finished(store, JobStatus.COMPLETED, at=NOW + 30 * MINUTE)
    buckets = await store.finished(since=NOW, until=NOW + 30 * MINUTE, bucket_s=600)
    assert [(b.completed, b.failed, b.average_execution_s) for b in buckets] == [(2, 0, 3.0), (0, 0, None), (0, 1, 2.0)]


async def test_the_time_that_all_but_a_twentieth_kept_is_told_to_three_digits(store: OrchestratorService) -> None:
    for number in range(40):
        await finished(store, JobStatus.COMPLETED, at=NOW, seconds=1.23456 if number < 38 else 7.6543)
    (only,) = await store.finished(since=NOW, until=NOW + MINUTE, bucket_s=60)
    assert only.p95_execution_s == 7.65


@pytest.mark.parametrize("ago", [timedelta(0), 3 * HOUR], ids=["lately", "long ago"])
async def test_what_was_counted_before_is_counted_anew_when_it_changes(
    store: OrchestratorService, ago: timedelta
) -> None:
    await finished(store, JobStatus.COMPLETED, at=NOW)
    first = await finished(store, JobStatus.COMPLETED, at=NOW - ago)
    assert await completed(store, NOW - ago, NOW - ago + MINUTE) == (2 if ago == timedelta(0) else 1)
    assert await completed(store, NOW - 5 * HOUR, NOW + MINUTE) == 2
    once_more = await again(store, first)
    assert await completed(store, NOW - 5 * HOUR, NOW + MINUTE) == 1
    await end(store, once_more, JobStatus.FAILED, NOW - ago)
    (whole,) = await store.finished(since=NOW - 5 * HOUR, until=NOW + MINUTE, bucket_s=6 * 3_600)
    assert (whole.completed, whole.failed) == (1, 1)


async def test_the_totals_follow_every_way_a_job_can_go(store: OrchestratorService) -> None:
    old = await finished(store, JobStatus.DEAD_LETTER, at=NOW - 3 * HOUR)
    await finished(store, JobStatus.COMPLETED, at=NOW)
    assert await store.count_by_status() == {JobStatus.DEAD_LETTER: 1, JobStatus.COMPLETED: 1}
    running = await again(store, old)
    assert await store.count_by_status() == {JobStatus.RUNNING: 1, JobStatus.COMPLETED: 1}
    await end(store, running, JobStatus.COMPLETED, NOW + HOUR)
    assert await store.count_by_status() == {JobStatus.COMPLETED: 2}
    await store.retention.remove_jobs(NOW + MINUTE, most=10)
    assert await store.count_by_status() == {JobStatus.COMPLETED: 1}


async def test_figures_are_right_while_jobs_come_and_go(store: OrchestratorService) -> None:
    """Against a plain count of what was done, with questions between and beside the changes."""
    dice = random.Random(11)
    ends = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.DEAD_LETTER, JobStatus.CANCELLED)
    known: list[Job] = []

    async def change() -> None:
        ended = [each for each in known if each.finished_at is not None]
        if ended and dice.random() < 0.3:
            known.remove(chosen := dice.choice(ended))
            known.append(await again(store, chosen))
            return
        running = [each for each in known if each.finished_at is None]
        if running and dice.random() < 0.7:
            known.remove(chosen := dice.choice(running))
            at = NOW - dice.choice([0, 1, 40, 400]) * MINUTE + timedelta(seconds=dice.randrange(90))
            known.append(await end(store, chosen, dice.choice(ends), at))
            return
        known.append(await running_job(store, NOW))

    for _ in range(60):
        await asyncio.gather(change(), store.count_by_status(), completed(store, NOW - 8 * HOUR, NOW + HOUR))
        assert await store.count_by_status() == Counter(each.status for each in known)
        done = sum(each.status is JobStatus.COMPLETED for each in known)
        assert await completed(store, NOW - 8 * HOUR, NOW + HOUR) == done


async def test_what_changes_while_it_is_read_is_not_kept(store: OrchestratorService) -> None:
    await finished(store, JobStatus.COMPLETED, at=NOW)
    cells = FinishedCells()

    def ask(connection: Connection) -> FinishedBucket:
        return cells.buckets(connection, NOW - MINUTE, NOW + MINUTE, 120)[0]

    def ask_while_it_changes(connection: Connection) -> FinishedBucket:
        event.listen(connection, "after_cursor_execute", lambda *_: cells.touch([NOW]), once=True)
        return ask(connection)

    database = store._database
    assert (await database.read(ask_while_it_changes)).completed == 1
    await finished(store, JobStatus.COMPLETED, at=NOW)  # of which only `store` knows
    assert (await database.read(ask)).completed == 2
    await finished(store, JobStatus.COMPLETED, at=NOW)
    assert (await database.read(ask)).completed == 2, "what nobody touched is not read again"


async def test_a_month_is_read_in_a_few_questions(store: OrchestratorService) -> None:
    for day in range(31):
        await finished(store, JobStatus.COMPLETED, at=NOW - timedelta(days=day))
    asked: list[str] = []

    def ask(connection: Connection) -> int:
        event.listen(connection, "before_cursor_execute", lambda *about: asked.append(about[2]))
        return sum(each.completed for each in cells.buckets(connection, first, first + 31 * DAY, 31 * 1_440))

    cells, first = FinishedCells(), (NOW + DAY - 31 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(2):
        asked.clear()
        assert await store._database.read(ask) == 31
        assert len(asked) < 10


def test_a_minute_keeps_a_bounded_number_of_times() -> None:
    cell = Cell()
    for number in range(1_000):
        cell.add(JobStatus.COMPLETED, 1 + number / 100)
    assert len(cell.thinned().times) <= MANY_TIMES
    assert cell.times.total() == 1_000
    assert cell.bucket(NOW).p95_execution_s == pytest.approx(10.5, rel=0.05)


async def test_a_robots_time_is_counted_inside_the_window_only(store: OrchestratorService) -> None:
    for number, (start, stop) in enumerate([(-30, 30), (50, None), (-90, -70), (70, None)]):
        await store.note_attempt(
            AttemptRecord(
                job_id=JobId(str(number)),
                attempt=1,
                robot_id=ROBOT,
                claimed_at=NOW,
                started_at=NOW + timedelta(seconds=start),
                ended_at=None if stop is None else NOW + timedelta(seconds=stop),
            )
        )
    busy = await store.robot_busy_s(since=NOW, until=NOW + timedelta(seconds=60))
    assert busy == {ROBOT: pytest.approx(40)}
