"""Questions to people: asked once, answered once, by the run that asked, whoever restarts meanwhile."""

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered, QuestionDropped
from orchestrator.contract.questions import AtDeadline, QuestionKind, QuestionStatus, QuestionText
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import ConflictError, InvalidRequestError

TEXT = QuestionText(kind=QuestionKind.ANSWER, question="Which?", choices=("Left", "Right"), deadline_s=600)


def ask(job: Job, text: QuestionText = TEXT, **more: object) -> AskPerson:
    return AskPerson.model_validate(
        {"job_id": job.job_id, "attempt": 1, "question_id": "q1", "step_id": "s", "text": text, **more}
    )


async def waiting(fleet: Fleet, text: QuestionText = TEXT) -> tuple[FakeRobot, Job]:
    """A job whose step has just asked."""
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.say(ask(job, text))
    await fleet.settle()
    return robot, job


def told(robot: FakeRobot) -> list[PersonAnswered]:
    return [each for each in robot.told if isinstance(each, PersonAnswered)]


@pytest.mark.feature("X04")
async def test_a_question_parks_its_job_and_the_answer_lets_it_go_on(fleet: Fleet) -> None:
    robot, job = await waiting(fleet)
    assert fleet.status(job) is JobStatus.WAITING_FOR_HUMAN
    await robot.say(ask(job, waited_s=30))
    assert [each.question_id for each in await fleet.engine.questions.listing()] == ["q1"]

    await fleet.engine.questions.answer("q1", " left ", note="I looked", actor="Ada")
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    (answer,) = told(robot)
    assert (answer.answer, answer.answered_by, answer.note) == ("Left", "Ada", "I looked")
    entry = next(each for each in fleet.store.audit if each.kind == "question.answered")
    assert (entry.actor, entry.job_id, entry.details["answer"]) == ("Ada", job.job_id, "Left")


async def test_an_answer_that_got_lost_is_told_again_when_the_robot_asks_again(fleet: Fleet) -> None:
    robot, job = await waiting(fleet)
    await fleet.engine.questions.answer("q1", "Right")
    await fleet.settle()
    robot.told.clear()
    await robot.say(ask(job))
    await fleet.settle()
    assert [each.answer for each in told(robot)] == ["Right"]
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_question_outlives_a_restart_of_the_engine(fleet: Fleet) -> None:
    robot, job = await waiting(fleet)
    await fleet.restart(away_s=60)
    await robot.connect()
    await robot.say(ask(job, waited_s=60))
    await fleet.engine.questions.answer("q1", "Right")
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    assert [each.answer for each in told(robot)] == ["Right"]


async def test_only_a_choice_is_an_answer_and_only_once(fleet: Fleet) -> None:
    await waiting(fleet)
    with pytest.raises(InvalidRequestError, match="choose Left, Right"):
        await fleet.engine.questions.answer("q1", "up")
    await fleet.engine.questions.answer("q1", "Left")
    with pytest.raises(ConflictError, match="is answered already"):
        await fleet.engine.questions.answer("q1", "Right")


async def test_an_answer_to_a_run_that_has_ended_is_refused(fleet: Fleet) -> None:
    robot, _ = await waiting(fleet)
    await robot.finish(status=JobStatus.FAILED)
    with pytest.raises(ConflictError):
        await fleet.engine.questions.answer("q1", "Left")
    await fleet.advance(1)
    assert (await fleet.engine.questions.get("q1")).status is QuestionStatus.WITHDRAWN


@pytest.mark.parametrize("policy", list(AtDeadline))
async def test_when_nobody_answers_the_deadlines_policy_is_followed(fleet: Fleet, policy: AtDeadline) -> None:
    robot, job = await waiting(fleet, TEXT.model_copy(update={"at_deadline": policy, "default": "Left"}))
    robot.obeys_cancels = False
    await fleet.advance(601)
    (end,) = told(robot)
    assert end.status is QuestionStatus.EXPIRED
    assert end.answer == ("Left" if policy is AtDeadline.CONTINUE else None)
    status = JobStatus.CANCELLING if policy is AtDeadline.CANCEL else JobStatus.RUNNING
    assert fleet.status(job) is status


async def test_time_that_a_person_takes_does_not_count_against_the_jobs_limit(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE, timeout_s=300)
    await robot.say(ask(job))
    await fleet.advance(500)
    assert fleet.status(job) is JobStatus.WAITING_FOR_HUMAN
    await fleet.engine.questions.answer("q1", "Left")
    await fleet.advance(200)
    assert fleet.status(job) is JobStatus.RUNNING
    await fleet.advance(120)
    assert fleet.status(job) is not JobStatus.RUNNING


async def test_another_robot_cannot_ask_in_the_name_of_a_job(fleet: Fleet) -> None:
    await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    stranger = await fleet.robot("r2")
    await stranger.say(ask(job))
    assert await fleet.engine.questions.listing() == ()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_step_that_waits_no_longer_withdraws_its_question(fleet: Fleet) -> None:
    robot, job = await waiting(fleet)
    await robot.say(QuestionDropped(job_id=job.job_id, attempt=1, question_id="q1"))
    assert (await fleet.engine.questions.get("q1")).status is QuestionStatus.WITHDRAWN
    assert fleet.status(job) is JobStatus.RUNNING
