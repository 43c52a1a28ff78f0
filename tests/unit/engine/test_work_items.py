"""Work items and runs: taken by one attempt, ended once, and given back when the attempt is over."""

from datetime import timedelta
from itertools import count

import pytest
from fake_fleet import SAFE, UNSAFE, FakeRobot, Fleet

from orchestrator.contract.api.triggers import TriggerKind, TriggerRequest
from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import RobotId
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.states import JobStatus
from orchestrator.contract.work_items import (
    AddItems,
    CompleteItem,
    FailItem,
    FailureKind,
    ItemOutcome,
    ItemWish,
    NewWorkItem,
    PostponeItem,
    TakeItem,
    WorkItemState,
)
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.job import Job
from orchestrator.domain.work_items import QueueId, WorkItem, WorkQueue
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.ports.work_items import ItemQuery

_requests = count(1)


async def with_queue(fleet: Fleet, *references: str, **rules: object) -> WorkQueue:
    """A queue with these items."""
    now = fleet.clock.now()
    known: dict[str, object] = {"queue_id": QueueId("q"), "name": "invoices", "created_at": now, "updated_at": now}
    queue = await fleet.engine.work_items.add_queue(WorkQueue(**{**known, **rules}))  # type: ignore[arg-type]
    await add(fleet, *references)
    return queue


async def add(fleet: Fleet, *references: str, **more: object) -> None:
    items = [NewWorkItem.model_validate({"reference": each, "payload": {"n": each}, **more}) for each in references]
    if items:
        await fleet.engine.work_items.add(fleet.engine.work_items.queue("invoices"), items, actor="ann")
    await fleet.settle()


async def item(fleet: Fleet, reference: str) -> WorkItem:
    return await fleet.engine.work_items.find(fleet.engine.work_items.queue("invoices"), reference)


def asking(job: Job, wish: ItemWish, attempt: int = 1, **more: object) -> WorkItemAsk:
    known = {"job_id": job.job_id, "attempt": attempt, "request_id": f"r{next(_requests)}", "wish": wish}
    return WorkItemAsk.model_validate({**known, **more})


async def ask(fleet: Fleet, robot: FakeRobot, message: WorkItemAsk) -> WorkItemAnswer:
    """Say it, and give the answer."""
    await robot.say(message)
    await fleet.settle()
    answer = robot.told.pop()
    assert isinstance(answer, WorkItemAnswer)
    assert answer.request_id == message.request_id
    return answer


async def taken(fleet: Fleet, robot: FakeRobot, job: Job, attempt: int = 1) -> str:
    answer = await ask(fleet, robot, asking(job, TakeItem(queue="invoices"), attempt))
    assert answer.item is not None, answer
    return answer.item.id


@pytest.mark.feature("X28")
async def test_a_run_takes_items_one_by_one_and_completes_them(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    for reference in ("1", "2"):
        answer = await ask(fleet, robot, asking(job, TakeItem(queue="invoices")))
        assert answer.item is not None
        assert (answer.item.reference, answer.item.payload, answer.item.try_number) == (reference, {"n": reference}, 1)
        done = await ask(fleet, robot, asking(job, CompleteItem(output={"paid": True})))
        assert (done.outcome, done.state) == (ItemOutcome.DONE, "successful")
    assert (await ask(fleet, robot, asking(job, TakeItem(queue="invoices")))).outcome is ItemOutcome.NONE
    assert (await item(fleet, "1")).output == {"paid": True}


@pytest.mark.feature("X28")
async def test_what_is_asked_again_after_a_lost_connection_is_answered_the_same(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    take, done = asking(job, TakeItem(queue="invoices")), asking(job, CompleteItem())
    first = await ask(fleet, robot, take)
    await robot.lose_connection()
    await robot.connect()
    assert (await ask(fleet, robot, take)).item == first.item
    for _ in range(2):
        assert (await ask(fleet, robot, done)).state == "successful"
    assert (await item(fleet, "2")).state is WorkItemState.NEW


async def test_two_runs_never_have_the_same_item_and_do_not_speak_about_each_others(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1", slots=2)
    one, two = await fleet.submit(definition=UNSAFE), await fleet.submit(definition=UNSAFE)
    mine, yours = await taken(fleet, robot, one), await taken(fleet, robot, two)
    assert mine != yours
    refused = await ask(fleet, robot, asking(one, CompleteItem(item_id=yours)))
    assert refused.outcome is ItemOutcome.REFUSED
    assert f"job {two.job_id} has it" in refused.message
    assert (await ask(fleet, robot, asking(two, CompleteItem()))).state == "successful"


async def test_failures_follow_the_rule_of_the_queue(fleet: Fleet) -> None:
    await with_queue(fleet, "1", max_retries=1)
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    states = []
    for _ in range(2):
        await taken(fleet, robot, job)
        failed = asking(job, FailItem(kind=FailureKind.TECHNICAL, reason="no network"))
        states.append((await ask(fleet, robot, failed)).state)
    assert states == ["retry", "failed_application"]
    assert (await ask(fleet, robot, asking(job, TakeItem(queue="invoices")))).outcome is ItemOutcome.NONE
    assert "no network" in next(each.message for each in fleet.store.audit if each.kind.startswith("work_item.failed"))


async def test_an_item_that_was_postponed_comes_back_at_its_time(fleet: Fleet) -> None:
    await with_queue(fleet, "1")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await taken(fleet, robot, job)
    assert (await ask(fleet, robot, asking(job, PostponeItem(delay_s=60)))).state == "postponed"
    assert (await ask(fleet, robot, asking(job, TakeItem(queue="invoices")))).outcome is ItemOutcome.NONE
    await fleet.advance(60)
    await taken(fleet, robot, job)


async def test_a_run_adds_items_once_however_often_it_asks(fleet: Fleet) -> None:
    await with_queue(fleet)
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    message = asking(job, AddItems(queue="invoices", items=(NewWorkItem(payload={"a": 1}), NewWorkItem())))
    answers = [await ask(fleet, robot, message) for _ in range(2)]
    assert answers[0].added == answers[1].added
    assert (await fleet.engine.work_items.listing(ItemQuery()))[1] == 2


@pytest.mark.feature("X28")
@pytest.mark.parametrize(
    ("status", "kind", "wanted"),
    [
        (JobStatus.COMPLETED, ErrorKind.NETWORK, WorkItemState.RETRY),
        (JobStatus.FAILED, ErrorKind.NETWORK, WorkItemState.RETRY),
        (JobStatus.TIMEOUT, ErrorKind.TIMEOUT, WorkItemState.RETRY),
        (JobStatus.CANCELLED, ErrorKind.CANCELLED, WorkItemState.ABANDONED),
        (JobStatus.FAILED, ErrorKind.BUSINESS, WorkItemState.FAILED_BUSINESS),
    ],
)
async def test_an_item_that_its_run_left_behind_goes_back_once(
    fleet: Fleet, status: JobStatus, kind: ErrorKind, wanted: WorkItemState
) -> None:
    await with_queue(fleet, "1")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    item_id = await taken(fleet, robot, job)
    await robot.finish(status=status, kind=kind)
    await fleet.settle()
    left = await item(fleet, "1")
    assert (left.state, left.holder) == (wanted, None)
    assert f"Attempt 1 of job {job.job_id} ended without a word" in left.reason
    late = await ask(fleet, robot, asking(job, CompleteItem(item_id=item_id)))
    assert late.outcome is ItemOutcome.REFUSED
    assert (await item(fleet, "1")).state is wanted


@pytest.mark.feature("X28")
async def test_an_item_of_which_nobody_knows_waits_for_a_person_and_then_goes_to_another_run(fleet: Fleet) -> None:
    await with_queue(fleet, "1")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await taken(fleet, robot, job)
    await robot.kill()
    await fleet.settle()
    assert (await item(fleet, "1")).state is WorkItemState.IN_PROGRESS
    await fleet.engine.robot_died(RobotId("r1"))
    await fleet.settle()
    left = await item(fleet, "1")
    assert (left.state, left.holder) == (WorkItemState.ABANDONED, None)
    assert left.reason.startswith("Nobody knows whether its work was done")
    await fleet.engine.item_decisions.release(left.item_id, actor="ann")
    other = await fleet.robot("r2")
    second = await fleet.submit(definition=UNSAFE)
    await taken(fleet, other, second)
    assert [each.outcome for each in await fleet.engine.work_items.tries(left.item_id)] == [
        WorkItemState.ABANDONED,
        None,
    ]


@pytest.mark.feature("X28")
@pytest.mark.parametrize(
    ("is_done", "wanted"), [(True, WorkItemState.SUCCESSFUL), (False, WorkItemState.RETRY)], ids=["done", "not done"]
)
async def test_a_person_decides_about_the_item_of_a_lost_run_whose_late_word_is_refused(
    fleet: Fleet, *, is_done: bool, wanted: WorkItemState
) -> None:
    await with_queue(fleet, "1")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    item_id = await taken(fleet, robot, job)
    decide = fleet.engine.item_decisions
    with pytest.raises(ConflictError, match="cancel the job first"):
        await decide.release(item_id, actor="ann")
    await robot.lose_connection()
    await fleet.advance(120, heartbeats=False)
    assert fleet.status(job) is JobStatus.LOST

    await (
        decide.finish(item_id, output={"by": "hand"}, actor="ann") if is_done else decide.release(item_id, actor="ann")
    )
    await fleet.settle()

    left = await item(fleet, "1")
    assert (left.state, left.holder, left.output) == (wanted, None, {"by": "hand"} if is_done else None)
    if is_done:
        with pytest.raises(ConflictError, match="cannot be finished"):
            await decide.finish(item_id, actor="ann")


async def test_items_of_runs_that_ended_while_the_engine_was_away_go_back_at_its_start(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1", slots=2)
    one, two = await fleet.submit(definition=UNSAFE), await fleet.submit(definition=UNSAFE)
    await taken(fleet, robot, one)
    await taken(fleet, robot, two)
    del fleet.store.jobs[one.job_id]
    await fleet.restart(away_s=1)
    assert (await item(fleet, "1")).state is WorkItemState.RETRY
    assert (await item(fleet, "2")).state is WorkItemState.IN_PROGRESS


@pytest.mark.feature("X28")
async def test_an_attempt_that_goes_on_from_a_checkpoint_keeps_the_items_in_it_and_the_others_go_back(
    fleet: Fleet,
) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=SAFE)
    kept, other = await taken(fleet, robot, job), await taken(fleet, robot, job)
    facts = CheckpointFacts(
        checkpoint_id="c1",
        job_id=job.job_id,
        attempt=1,
        kind=CheckpointKind.AUTOMATIC,
        taken_at=fleet.clock.now(),
        total=1,
    )
    await fleet.engine.checkpoints.take(robot.robot_id, facts, b"{}", 2)
    await robot.kill()
    await fleet.engine.robot_died(RobotId("r1"))
    await fleet.settle()
    assert fleet.job(job).resume_from == "c1"
    assert {(await item(fleet, each)).state for each in ("1", "2")} == {WorkItemState.IN_PROGRESS}
    second = await fleet.robot("r2")
    assert [each.attempt for each in second.running] == [2]
    done = await ask(fleet, second, asking(job, CompleteItem(), 2, carried=(kept, "another")))
    assert (done.outcome, done.state) == (ItemOutcome.DONE, "successful")
    assert (await fleet.engine.work_items.get(other)).state is WorkItemState.RETRY
    assert [each.number for each in await fleet.engine.work_items.tries((await item(fleet, "1")).item_id)] == [1]


async def test_a_paused_queue_hands_nothing_out(fleet: Fleet) -> None:
    queue = await with_queue(fleet, "1", paused=True)
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    answer = await ask(fleet, robot, asking(job, TakeItem(queue="invoices")))
    assert (answer.outcome, answer.message) == (ItemOutcome.NONE, "The queue invoices is paused.")
    assert queue.paused


async def test_what_cannot_be_done_is_refused_with_a_sentence(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2")
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    for wish, words in (
        (TakeItem(queue="none"), "There is no queue 'none'."),
        (CompleteItem(), "this run has no item"),
        (CompleteItem(item_id="none"), "There is no item 'none'."),
    ):
        answer = await ask(fleet, robot, asking(job, wish))
        assert (answer.outcome, words in answer.message) == (ItemOutcome.REFUSED, True), answer
    await taken(fleet, robot, job)
    await taken(fleet, robot, job)
    assert "this run has 2 items" in (await ask(fleet, robot, asking(job, CompleteItem()))).message
    assert "is over" in (await ask(fleet, robot, asking(job, TakeItem(queue="invoices"), 7))).message


@pytest.mark.feature("X28")
async def test_people_postpone_delete_and_retry(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2", max_retries=0)
    desk = fleet.engine.work_items
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    item_id = await taken(fleet, robot, job)
    for call in (desk.delete(item_id, actor="ann"), desk.postpone(item_id, fleet.clock.now(), actor="ann")):
        with pytest.raises(ConflictError, match="works on the item now"):
            await call
    with pytest.raises(ConflictError, match="The item is in progress and cannot be retried"):
        await desk.retry(item_id, actor="ann")
    await ask(fleet, robot, asking(job, FailItem(kind=FailureKind.TECHNICAL)))
    assert (await desk.retry(item_id, actor="ann")).state is WorkItemState.RETRY
    until = fleet.clock.now() + timedelta(hours=1)
    assert (await desk.postpone(item_id, until, actor="ann")).not_before == until
    assert (await desk.delete(item_id, actor="ann")).state is WorkItemState.DELETED
    with pytest.raises(NotFoundError):
        await desk.get("none")
    kinds = [each.kind for each in fleet.store.audit if each.actor == "ann"]
    assert kinds[-3:] == ["work_item.retried", "work_item.postponed", "work_item.deleted"]


async def test_a_payload_that_is_too_large_is_refused_by_its_place(fleet: Fleet) -> None:
    queue = await with_queue(fleet)
    large = NewWorkItem(payload={"text": "x" * 300_000})
    with pytest.raises(InvalidRequestError, match=r"items\[1\].payload: it may have 256 KiB"):
        await fleet.engine.work_items.add(queue, [NewWorkItem(), large], actor="ann")
    assert (await fleet.engine.work_items.listing(ItemQuery()))[1] == 0


@pytest.mark.feature("X30")
async def test_items_that_arrive_start_jobs_and_never_more_than_allowed(fleet: Fleet) -> None:
    await with_queue(fleet)
    robot = await fleet.robot("r1", slots=5)
    await fleet.engine.workflows.save(UNSAFE, actor="ann")
    request = TriggerRequest(name="t", on=TriggerKind.ITEMS, workflow="Send", queue="invoices", min_items=2, max_jobs=2)
    drafted = await fleet.engine.trigger_desk.draft(request)
    await fleet.engine.triggers.add(drafted.trigger)
    await add(fleet, "1")
    assert not robot.running
    await add(fleet, "2")
    assert len(robot.running) == 1
    await add(fleet, "3", "4", "5", "6", "7", "8")
    assert len(robot.running) == 2
    job = fleet.job(robot.running[0].job_id)  # type: ignore[arg-type]
    assert job.submitted_by == "trigger t"
    await taken(fleet, robot, job)
    await ask(fleet, robot, asking(job, CompleteItem()))
    await robot.finish()
    await fleet.settle()
    assert len(robot.running) == 2


@pytest.mark.feature("X30")
async def test_a_trigger_whose_jobs_take_nothing_rests_before_the_next_one(fleet: Fleet) -> None:
    await with_queue(fleet, "1")
    robot = await fleet.robot("r1")
    await fleet.engine.workflows.save(UNSAFE, actor="ann")
    request = TriggerRequest(name="t", on=TriggerKind.ITEMS, workflow="Send", queue="invoices")
    await fleet.engine.triggers.add((await fleet.engine.trigger_desk.draft(request)).trigger)
    await fleet.settle()
    assert len(robot.assignments) == 1
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)
    await fleet.settle()
    assert len(robot.assignments) == 1
    await fleet.advance(15)
    assert len(robot.assignments) == 2


async def test_a_trigger_fires_when_a_resting_item_becomes_ready(fleet: Fleet) -> None:
    await with_queue(fleet)
    robot = await fleet.robot("r1")
    await fleet.engine.workflows.save(UNSAFE, actor="ann")
    request = TriggerRequest(name="t", on=TriggerKind.ITEMS, workflow="Send", queue="invoices")
    await fleet.engine.triggers.add((await fleet.engine.trigger_desk.draft(request)).trigger)
    await add(fleet, "1", not_before=fleet.clock.now() + timedelta(seconds=20))
    assert not robot.running
    await fleet.advance(20)
    assert len(robot.running) == 1


@pytest.mark.feature("X28")
async def test_late_items_are_an_alert_until_they_are_done(fleet: Fleet) -> None:
    await with_queue(fleet)
    robot = await fleet.robot("r1")
    await add(fleet, "1", due_at=fleet.clock.now() + timedelta(seconds=10))

    def alerts() -> list[str]:
        return [each.message for each in fleet.engine.watch.alerts.open() if each.kind is AlertKind.WORK_ITEMS_LATE]

    assert alerts() == []
    await fleet.advance(15)
    assert alerts() == ["One item of the queue invoices should be done by now."]
    job = await fleet.submit(definition=UNSAFE)
    await taken(fleet, robot, job)
    await ask(fleet, robot, asking(job, CompleteItem()))
    await fleet.advance(10)
    assert alerts() == []


async def test_old_items_are_forgotten_by_the_rule_of_their_queue(fleet: Fleet) -> None:
    await with_queue(fleet, "1", "2", keep_days=1)
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await taken(fleet, robot, job)
    await ask(fleet, robot, asking(job, CompleteItem()))
    fleet.clock.jump(2 * 86_400)
    assert (await fleet.engine.retention.forget())["work items"] == 1
    assert (await fleet.engine.work_items.listing(ItemQuery()))[1] == 1
