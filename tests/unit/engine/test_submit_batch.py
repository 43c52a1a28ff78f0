"""A batch of submits: each is judged by itself, the queue's limit is exact, and links of others are passed."""

from collections.abc import Sequence

import pytest
from fake_clock import ClockTimer
from fake_fleet import SAFE, FakeGateway, Fleet
from fake_store import FakeStore

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.pipeline import Handler
from orchestrator.domain.job import Job
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.errors import ConflictError, NotFoundError, StorageError
from orchestrator.engine.middleware import Accepted
from orchestrator.engine.ports.jobs import NewJob
from orchestrator.engine.submission import Submission

GOOD = (SubmitRequest(definition=SAFE), None, "ada")


def kinds(outcomes: list[object]) -> list[type]:
    return [type(each) for each in outcomes]


async def test_a_batch_is_one_write_and_each_job_has_its_own_outcome(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    add_jobs = fleet.store.add_jobs

    async def counted(batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool] | Exception]:
        writes.append(len(batch))
        return await add_jobs(batch)

    monkeypatch.setattr(fleet.store, "add_jobs", counted)
    nobody = (SubmitRequest(workflow="Nobody"), None, "ada")
    keyed = (SubmitRequest(definition=SAFE), "key", "ada")
    outcomes = await fleet.engine.submit_jobs([GOOD, nobody, keyed, keyed, GOOD])
    assert kinds([*outcomes]) == [Job, NotFoundError, Job, Job, Job]
    assert outcomes[2] == outcomes[3]
    assert writes == [4]
    figures = fleet.engine.intake.counter.figures()
    assert (figures.started, figures.accepted, figures.known, figures.refused) == (4, 3, 1, 0)


async def test_a_batch_fills_the_queue_up_to_its_limit_and_no_further(fleet: Fleet) -> None:
    await fleet.engine.live.change({"max_queued": 3}, actor="ada")
    outcomes = await fleet.engine.submit_jobs([GOOD] * 5)
    assert kinds([*outcomes]) == [Job, Job, Job, ConflictError, ConflictError]
    assert len(fleet.engine.queue) == 3


async def test_a_batch_that_cannot_be_stored_is_refused_as_a_whole(fleet: Fleet) -> None:
    fleet.store.is_full = True
    outcomes = await fleet.engine.submit_jobs([GOOD] * 2)
    assert kinds([*outcomes]) == [StorageError, StorageError]


async def test_jobs_that_ask_for_one_of_a_kind_find_the_first_of_their_own_batch(fleet: Fleet) -> None:
    once = (SubmitRequest(definition=SAFE, deduplicate_s=60), None, "ada")
    first, again = await fleet.engine.submit_jobs([once, once])
    assert isinstance(first, Job)
    assert isinstance(again, Job)
    assert first.job_id == again.job_id


async def test_links_of_others_are_passed_by_each_job_of_a_batch() -> None:
    seen: list[str] = []

    async def link(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        seen.append(work.actor)
        return await rest(work)

    fleet = Fleet()
    fleet.engine = OrchestratorEngine(
        FakeStore(), FakeGateway(), clock=fleet.clock, timer=ClockTimer(fleet.clock), middleware=[link]
    )
    await fleet.engine.start()
    outcomes = await fleet.engine.submit_jobs([GOOD, GOOD])
    assert kinds([*outcomes]) == [Job, Job]
    assert seen == ["ada", "ada"]
    await fleet.engine.stop()
