"""Pages of all jobs by their creation, wherever they are asked for, while jobs come and go: each as it should be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from plain_jobs import plain_job

from orchestrator.contract.ids import JobId, ScheduleId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.schedule import FireOutcome, Schedule, ScheduleFrequency
from orchestrator.domain.triggers import FiringOutcome, TriggerId
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobQuery, NewJob
from orchestrator.engine.ports.schedules import FireRecord
from orchestrator.engine.ports.triggers import Firing
from orchestrator.store import services
from orchestrator.store.job_places import JobPlaces
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")
STEP = 7
Known = list[tuple[datetime, str]]


@pytest.fixture(autouse=True)
def near_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each seventh place is remembered, so that a few jobs are many."""
    monkeypatch.setattr(services, "JobPlaces", lambda: JobPlaces(STEP))


@pytest.mark.feature("X23")
async def test_every_page_is_as_the_whole_list_says(store: OrchestratorService) -> None:
    dice, known = Random(4), Known()
    for turn in range(6):
        known += await some(store, dice, turn)
        await agree(store, known)
    gone = await store.retention.remove_jobs(NOW + timedelta(seconds=30), most=25)
    assert gone
    await agree(store, [each for each in known if each[1] not in gone])


@pytest.mark.feature("X23")
async def test_a_job_that_was_created_earlier_than_those_that_are_known_has_its_place(
    store: OrchestratorService,
) -> None:
    known = await added(store, [(NOW + timedelta(seconds=number), f"job-{number}") for number in range(50)])
    await agree(store, known)
    known += await added(store, [(NOW + timedelta(seconds=10, microseconds=1), "late")])
    await agree(store, known)


@pytest.mark.feature("X23")
async def test_so_has_one_that_a_trigger_or_a_schedule_made(store: OrchestratorService) -> None:
    known = await added(store, [(NOW + timedelta(seconds=number), f"job-{number}") for number in range(50)])
    await agree(store, known)
    at = NOW + timedelta(seconds=10, microseconds=1)
    firing = Firing(trigger_id=TriggerId("t"), event_key="a", at=at, outcome=FiringOutcome.FIRED)
    await store.triggers.fire(firing, plain_job(at, job_id=JobId("trigger")), key=None, audit=AUDIT)
    known.append((at, "trigger"))
    await agree(store, known)
    at += timedelta(seconds=10)
    schedule = Schedule(
        schedule_id=ScheduleId("s"), name="Mornings", workflow_id=WorkflowId("w"),
        frequency=ScheduleFrequency.DAILY, timezone="UTC", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    fire = FireRecord(schedule_id=schedule.schedule_id, fire_at=at, considered_at=at, outcome=FireOutcome.FIRED)
    await store.fire(schedule, fire, plain_job(at, job_id=JobId("schedule")), AUDIT)
    await agree(store, [*known, (at, "schedule")])


@pytest.mark.feature("X23")
async def test_jobs_of_one_moment_stand_as_they_came(store: OrchestratorService) -> None:
    await agree(store, await added(store, [(NOW, f"job-{number:02}") for number in range(40)]))


async def some(store: OrchestratorService, dice: Random, turn: int) -> Known:
    """Jobs of which some were created at the same moment, and some a little before others that are there."""
    moments = [NOW + timedelta(seconds=10 * turn + dice.randrange(12)) for _ in range(20)]
    return await added(store, [(at, f"job-{turn}-{number}") for number, at in enumerate(moments)])


async def added(store: OrchestratorService, wanted: Known) -> Known:
    jobs = [
        plain_job(NOW, job_id=JobId(job_id), status=JobStatus.COMPLETED, created_at=at, finished_at=at)
        for at, job_id in wanted
    ]
    await store.add_jobs([NewJob(job=each, audit=AUDIT) for each in jobs])
    return wanted


async def agree(store: OrchestratorService, known: Sequence[tuple[datetime, str]]) -> None:
    order = [job_id for _, job_id in sorted(known, key=lambda each: each[0])]
    for _ in range(2):  # what the first look found, the second one uses
        for offset in (*range(0, len(order) + 10, 9), 1_000):
            for sort, whole in (("created_at", order), ("-created_at", order[::-1])):
                page, total = await store.list_jobs(JobQuery(sort=sort, offset=offset, limit=10))
                assert total == len(order)
                assert [each.job_id for each in page] == whole[offset : offset + 10], (sort, offset)
