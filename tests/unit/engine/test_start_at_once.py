"""Runs that may be repeated begin without a second word; all others are told to start, and nothing is said twice."""

from collections.abc import Callable, Sequence

from fake_fleet import SAFE, UNSAFE, FakeRobot, Fleet

from orchestrator.contract.protocol.jobs import JobAccepted, JobResultReport, RefusalReason, ResultOutcome
from orchestrator.contract.protocol.terms import FEATURES
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.dispatcher import HELD_REST_S
from orchestrator.engine.errors import JobHeldError
from orchestrator.engine.ports.jobs import JobSave


async def modern(fleet: Fleet, **facts: int) -> FakeRobot:
    return await fleet.robot("r", features=FEATURES, **facts)  # type: ignore[arg-type]  # slots


async def held_back(fleet: Fleet, **request: object) -> tuple[FakeRobot, Job]:
    """A robot that runs a job whose acceptance the orchestrator has not heard."""
    robot = await modern(fleet)
    robot.keeps_quiet = True
    return robot, await fleet.submit(**request)


async def test_a_repeatable_run_begins_when_it_is_offered(fleet: Fleet) -> None:
    robot = await modern(fleet)
    job = await fleet.submit()
    assert robot.assignments[0].start
    assert robot.running
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_run_that_may_not_be_repeated_waits_for_the_word(fleet: Fleet) -> None:
    robot = await modern(fleet)
    await fleet.submit(definition=UNSAFE)
    assert not robot.assignments[0].start
    assert robot.running


async def test_a_robot_that_does_not_know_the_feature_is_told_to_start(fleet: Fleet) -> None:
    robot = await fleet.robot("r")
    await fleet.submit()
    assert not robot.assignments[0].start
    assert robot.assignments[0].workflow is not None
    assert robot.running


async def test_an_end_that_comes_with_its_acceptance_is_recorded_with_it(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    ref = robot.running[0]
    session_id, robot.session_id = robot.session_id, None
    result = await robot.finish()
    assert session_id is not None
    robot.session_id = session_id
    words = [JobAccepted(job_id=ref.job_id, attempt=ref.attempt), JobResultReport(result=result)]
    await fleet.engine.inbox.received_all(robot.robot_id, session_id, words)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED]
    assert (job.job_id, JobStatus.DISPATCHED, JobStatus.COMPLETED) in fleet.store.history
    (attempt,) = await fleet.store.attempts(job.job_id)
    assert attempt.started_at is not None
    assert attempt.outcome == "completed"


async def test_an_end_whose_acceptance_got_lost_counts_and_counts_once(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    result = await robot.finish()
    await robot.say(JobResultReport(result=result))
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED, ResultOutcome.DUPLICATE]


async def test_a_result_of_a_run_that_was_never_told_to_start_is_rejected(fleet: Fleet) -> None:
    robot = await modern(fleet)
    robot.keeps_quiet = True
    job = await fleet.submit(definition=UNSAFE)
    robot._start(robot.accepted[0])
    await robot.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.DISPATCHED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.REJECTED]


async def test_a_heartbeat_tells_of_a_run_whose_acceptance_got_lost(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    await robot.heartbeat()
    await fleet.settle()
    assert robot.running
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_run_whose_acceptance_got_lost_is_found_at_the_next_hello(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    await robot.lose_connection(orchestrator_notices=False)
    await robot.connect()
    await fleet.settle()
    assert robot.running
    assert fleet.status(job) is JobStatus.RUNNING
    await robot.finish()
    assert fleet.status(job) is JobStatus.COMPLETED


async def test_a_workflow_is_sent_once_and_named_afterwards(fleet: Fleet) -> None:
    robot = await modern(fleet)
    for _ in range(2):
        await fleet.submit()
        await robot.finish()
        await fleet.settle()
    first, second = robot.assignments
    assert first.workflow is not None
    assert (second.workflow, second.workflow_hash) == (None, first.workflow_hash)


async def test_a_robot_that_has_lost_a_workflow_is_sent_it_again(fleet: Fleet) -> None:
    robot = await modern(fleet)
    await fleet.submit()
    await robot.finish()
    await fleet.settle()
    fleet.engine.pool.forget_workflow(robot.robot_id, robot.assignments[0].workflow_hash)
    await fleet.submit()
    assert robot.assignments[1].workflow is not None


async def test_a_robot_that_does_not_keep_a_workflow_costs_one_offer_and_not_every_second(fleet: Fleet) -> None:
    robot = await modern(fleet)
    robot.keeps_workflows = False
    for _ in range(5):
        await fleet.submit()
        await robot.finish()
        await fleet.settle()
    assert [each.workflow is None for each in robot.assignments] == [False, True, False, False, False, False]


async def test_a_robot_that_refuses_even_a_workflow_that_was_sent_along_rests(fleet: Fleet) -> None:
    robot = await modern(fleet)
    robot.refuses = RefusalReason.UNKNOWN_WORKFLOW
    job = await fleet.submit()
    assert fleet.status(job) is JobStatus.QUEUED
    assert len(robot.assignments) == 2


async def test_jobs_of_one_round_are_claimed_in_one_transaction(fleet: Fleet) -> None:
    saves: list[int] = []
    save_jobs = fleet.store.save_jobs

    async def counted(batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        saves.append(len(batch))
        return await save_jobs(batch)

    fleet.store.save_jobs = counted  # type: ignore[assignment,method-assign]
    for _ in range(5):
        await fleet.submit(definition=SAFE)
    robot = await modern(fleet, slots=5)
    assert saves[0] == 5
    assert len(robot.running) == 5


async def test_a_run_whose_connection_broke_before_its_acceptance_was_heard_goes_on(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    await robot.lose_connection()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.DISPATCHED
    await robot.connect()
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 1)
    assert robot.running


async def test_an_offer_that_never_arrived_is_made_anew_at_the_next_hello(fleet: Fleet) -> None:
    robot = await modern(fleet)
    robot.ignores_offers = True
    job = await fleet.submit()
    await robot.lose_connection()
    robot.ignores_offers = False
    await robot.connect()
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 2)


async def test_a_robot_that_stays_away_is_waited_for_as_long_as_with_a_run(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    await robot.lose_connection()
    terms = fleet.settings.terms
    await fleet.advance(terms.reconnect_grace_s + terms.retry_safe_lost_s - 1)
    assert fleet.status(job) is JobStatus.DISPATCHED
    await fleet.advance(2)
    assert fleet.status(job) is JobStatus.QUEUED
    assert fleet.job(job).crashes == 0


async def test_a_slow_line_may_bring_the_acceptance_as_late_as_any_word_of_a_run(fleet: Fleet) -> None:
    _, job = await held_back(fleet)
    await fleet.advance(fleet.settings.terms.offer_s + 5, heartbeats=False)
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.DISPATCHED, 1)


async def test_heartbeats_keep_a_run_while_nothing_can_be_recorded(
    fleet: Fleet, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("is not recorded yet|cannot be judged|could not be stored|pauses")
    robot, job = await held_back(fleet)
    fleet.store.is_full = True
    await fleet.advance(2 * fleet.settings.terms.run_s)
    assert robot.is_connected
    assert robot.session_id in fleet.gateway.sessions
    fleet.store.is_full = False
    await robot.heartbeat()
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 1)


async def test_a_run_whose_acceptance_alone_could_not_be_recorded_is_not_revoked(fleet: Fleet) -> None:
    robot, job = await held_back(fleet)
    ref = robot.running[0]
    save_jobs = fleet.store.save_jobs

    async def held(batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        return [JobHeldError(each.expected.job_id) for each in batch]

    fleet.store.save_jobs = held  # type: ignore[assignment,method-assign]
    await robot.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))
    await fleet.settle()
    fleet.store.save_jobs = save_jobs  # type: ignore[method-assign]
    assert robot.running == [ref]
    await robot.heartbeat()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_an_end_that_comes_with_its_acceptance_has_used_up_its_part_of_a_rate(fleet: Fleet) -> None:
    robot, _ = await held_back(fleet, concurrency=[{"key": "site:a", "rate": 0.1, "limit": 5}])
    next_one = await fleet.submit(concurrency=["site:a"])
    await robot.finish()
    await fleet.settle()
    assert fleet.status(next_one) is JobStatus.QUEUED
    assert fleet.engine.watch.tally.attempts == 1
    await fleet.advance(11)
    assert fleet.status(next_one) is not JobStatus.QUEUED


async def test_a_claim_that_fails_by_itself_lets_the_others_pass_and_is_tried_again_later(
    fleet: Fleet, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("cannot be claimed now: half a character")
    bad, good = await fleet.submit(), await fleet.submit()
    save_jobs = fleet.store.save_jobs
    tries: list[int] = []

    async def choosy(batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        if any(each.expected.job_id == bad.job_id for each in batch):
            tries.append(len(batch))
        assert len(tries) < 9, "it is tried without end"
        kept = await save_jobs([each for each in batch if each.expected.job_id != bad.job_id])
        saved = {each.job_id: each for each in kept if isinstance(each, Job)}
        return [saved.get(each.expected.job_id, ValueError("half a character")) for each in batch]

    fleet.store.save_jobs = choosy  # type: ignore[assignment,method-assign]
    await modern(fleet, slots=2)
    assert fleet.status(good) is JobStatus.RUNNING
    assert len(tries) == 1
    fleet.store.save_jobs = save_jobs  # type: ignore[method-assign]
    await fleet.advance(HELD_REST_S + 1)
    assert fleet.status(bad) is JobStatus.RUNNING
