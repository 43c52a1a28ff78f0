"""Taking a run over: one person at a time, for a limited time, and an account of it without what was typed."""

import asyncio

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.live import KeyEvent, PointerEvent, TextEvent, Then
from orchestrator.contract.protocol.live import RunInput, TakeOver
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered
from orchestrator.contract.protocol.terms import FEATURES
from orchestrator.contract.questions import AtDeadline, QuestionKind, QuestionText
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.take_overs import Lease

STANDS = QuestionText(
    kind=QuestionKind.SOLVE,
    question="anna has taken the run over.",
    choices=tuple(Then),
    default=Then.CONTINUE,
    deadline_s=600,
    at_deadline=AtDeadline.CONTINUE,
)
SOLVE = STANDS.model_copy(update={"question": "Type the code", "choices": ("done", "failed"), "default": "done"})


async def asks(robot: FakeRobot, job: Job, text: QuestionText = STANDS, question_id: str = "q") -> None:
    await robot.say(AskPerson(job_id=job.job_id, attempt=1, question_id=question_id, step_id="", text=text))


async def at_work(fleet: Fleet) -> tuple[FakeRobot, Job]:
    robot = await fleet.robot("r", features=FEATURES)
    return robot, await fleet.submit(definition=UNSAFE)


async def taken(fleet: Fleet, robot: FakeRobot, job: Job, actor: str = "anna") -> Lease:
    async with asyncio.TaskGroup() as group:
        desk = fleet.engine.live_rooms.take_overs
        taking = group.create_task(desk.take(job.job_id, actor=actor, limit_s=600))
        await fleet.settle()
        assert isinstance(robot.told[-1], TakeOver)
        await asks(robot, job)
    return taking.result()


def account(fleet: Fleet) -> AuditEntry:
    return next(each for each in fleet.store.audit if each.kind == "takeover.ended")


@pytest.mark.feature("X04")
async def test_a_person_takes_a_run_acts_in_it_and_hands_it_back(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    desk = fleet.engine.live_rooms.take_overs
    lease = await taken(fleet, robot, job)
    assert lease.is_held
    assert fleet.status(job) is JobStatus.WAITING_FOR_HUMAN

    await desk.input(
        job.job_id,
        lease.token,
        [PointerEvent(what="down", x=0.5, y=0.5), KeyEvent(key="Enter"), TextEvent(text="my mother's name")],
    )
    await fleet.settle()
    order = robot.told[-1]
    assert isinstance(order, RunInput)
    assert [each.kind for each in order.events] == ["pointer", "key", "text"]

    await desk.hand_back(job.job_id, actor="anna", then=Then.SKIP, note="by hand")
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    (answer,) = [each for each in robot.told if isinstance(each, PersonAnswered)]
    assert (answer.answer, answer.answered_by, answer.note) == ("skip", "anna", "by hand")
    entry = account(fleet)
    assert entry.details["inputs"] == {"key.press": 1, "pointer.down": 1, "text": 1}
    assert entry.actor == "anna"
    assert "mother" not in repr(fleet.store.audit)


@pytest.mark.feature("X04")
async def test_one_person_at_a_time_unless_another_insists(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    desk = fleet.engine.live_rooms.take_overs
    first = await taken(fleet, robot, job)
    assert await desk.take(job.job_id, actor="anna") == first, "asking twice does no harm"
    with pytest.raises(ConflictError, match="anna has job"):
        await desk.take(job.job_id, actor="bert")
    second = await desk.take(job.job_id, actor="bert", force=True)
    with pytest.raises(ConflictError, match="bert has job"):
        await desk.input(job.job_id, first.token, [KeyEvent(key="a")])
    with pytest.raises(ConflictError, match="bert has job"):
        await desk.hand_back(job.job_id, actor="anna")
    await desk.input(job.job_id, second.token, [KeyEvent(key="a")])
    await desk.hand_back(job.job_id, actor="somebody", token=second.token)
    await fleet.settle()
    stories = [each.message for each in fleet.store.audit if each.kind == "takeover.ended"]
    assert ["bert took it from anna" in each for each in stories] == [True, False]


async def test_input_without_a_lease_or_with_a_wrong_token_is_refused(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    desk = fleet.engine.live_rooms.take_overs
    with pytest.raises(ConflictError, match="takes no input"):
        await desk.input(job.job_id, "guess", [KeyEvent(key="a")])
    await taken(fleet, robot, job)
    with pytest.raises(ConflictError, match="your lease is over"):
        await desk.input(job.job_id, "guess", [KeyEvent(key="a")])
    assert not any(isinstance(each, RunInput) for each in robot.told)


@pytest.mark.feature("X04")
async def test_a_step_that_waits_to_be_solved_is_joined_as_it_stands(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    await asks(robot, job, SOLVE)
    lease = await fleet.engine.live_rooms.take_overs.take(job.job_id, actor="anna")
    assert lease.is_held
    assert not any(isinstance(each, TakeOver) for each in robot.told)
    await fleet.engine.live_rooms.take_overs.hand_back(job.job_id, actor="anna")
    await fleet.settle()
    assert [each.answer for each in robot.told if isinstance(each, PersonAnswered)] == ["done"]


async def test_when_the_time_is_over_the_run_goes_on_and_the_lease_is_gone(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    lease = await taken(fleet, robot, job)
    await fleet.advance(601)
    assert fleet.status(job) is JobStatus.RUNNING
    with pytest.raises(ConflictError, match="takes no input"):
        await fleet.engine.live_rooms.take_overs.input(job.job_id, lease.token, [KeyEvent(key="a")])
    assert "its time was over" in account(fleet).message


async def test_a_run_that_ends_ends_the_lease(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    await taken(fleet, robot, job)
    await robot.finish(status=JobStatus.FAILED)
    await fleet.settle()
    assert fleet.engine.live_rooms.take_overs.lease_of(job.job_id) is None
    assert account(fleet).actor == "anna"


async def test_after_a_restart_the_run_still_stands_and_can_be_taken_again(fleet: Fleet) -> None:
    robot, job = await at_work(fleet)
    await taken(fleet, robot, job)
    await fleet.restart()
    await robot.connect()
    await asks(robot, job)
    desk = fleet.engine.live_rooms.take_overs
    assert fleet.status(job) is JobStatus.WAITING_FOR_HUMAN
    lease = await desk.take(job.job_id, actor="bert")
    assert lease.is_held
    await desk.hand_back(job.job_id, actor="bert")
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_only_a_run_at_work_on_a_connected_robot_can_be_taken(fleet: Fleet) -> None:
    desk = fleet.engine.live_rooms.take_overs
    waiting = await fleet.submit(definition=UNSAFE)
    with pytest.raises(ConflictError, match="only a run that is at work"):
        await desk.take(waiting.job_id, actor="anna")
    old = await fleet.robot("old")
    with pytest.raises(ConflictError, match="update it"):
        await desk.take(waiting.job_id, actor="anna")
    await old.lose_connection()
    with pytest.raises(ConflictError, match="not connected"):
        await desk.take(waiting.job_id, actor="anna")
    with pytest.raises(NotFoundError):
        await desk.take(waiting.job_id.replace("0", "1"), actor="anna")  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        await desk.hand_back(waiting.job_id.replace("0", "1"), actor="anna")  # type: ignore[arg-type]
