"""Robots that die, hang, come back or were never gone: who may run a job again, and when."""

from typing import Any

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import SessionId
from orchestrator.contract.protocol.jobs import JobAccepted, JobResultReport, ResultOutcome
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus, RobotStatus


async def test_a_killed_robots_safe_job_runs_again_and_completes_once(fleet: Fleet) -> None:
    first = await fleet.robot("r1")
    job = await fleet.submit()
    await first.kill()
    second = await fleet.robot("r2")
    await fleet.advance(9)
    assert fleet.status(job) is JobStatus.RUNNING
    await fleet.advance(2)
    assert fleet.status(job) is JobStatus.LOST
    await fleet.advance(61)
    assert [(ref.job_id, ref.attempt) for ref in second.running] == [(job.job_id, 2)]
    await second.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [record.outcome for record in await fleet.store.attempts(job.job_id)] == ["crashed", "completed"]


async def test_killing_one_of_two_robots_ends_with_all_twenty_jobs_completed_once(fleet: Fleet) -> None:
    first, second = await fleet.robot("r1"), await fleet.robot("r2")
    jobs = [await fleet.submit() for _ in range(20)]
    await first.finish()
    await fleet.settle()
    await first.kill()
    await fleet.engine.robot_died(first.robot_id)
    await fleet.settle()
    while second.running:
        await second.finish()
        await fleet.settle()
    assert {fleet.status(job) for job in jobs} == {JobStatus.COMPLETED}
    assert len(fleet.store.results) == 20
    assert max(fleet.ledger.starts.values()) == 1


async def test_a_dead_process_is_not_waited_for(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.QUEUED


@pytest.mark.feature("X06", "X27")
async def test_a_job_that_is_not_safe_to_repeat_waits_for_a_person(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.kill()
    await fleet.advance(20)
    assert fleet.status(job) is JobStatus.LOST
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.DEAD_LETTER
    assert sum(fleet.ledger.starts.values()) == 1
    again = await fleet.engine.retry_job(job.job_id, actor="anna")
    await fleet.settle()
    assert (again.crashes, fleet.job(job).attempt) == (0, 2)
    assert sum(fleet.ledger.starts.values()) == 2


async def test_an_unsafe_job_of_a_robot_that_never_returns_is_a_dead_letter_after_15_minutes(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.lose_connection()
    await fleet.advance(900)
    assert fleet.status(job) is JobStatus.LOST
    await fleet.advance(30)
    assert fleet.status(job) is JobStatus.DEAD_LETTER


async def test_a_job_that_takes_three_robots_with_it_is_a_dead_letter(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    for _ in range(3):
        assert fleet.status(job) is JobStatus.RUNNING
        await robot.kill()
        await robot.connect()
        await fleet.settle()
    assert (fleet.status(job), fleet.job(job).crashes) == (JobStatus.DEAD_LETTER, 3)


async def test_a_reconnect_in_time_changes_nothing(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await robot.lose_connection()
    await fleet.advance(8)
    await robot.connect()
    await fleet.advance(120)
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 1)
    assert fleet.job(job).session_id == robot.session_id


async def test_a_lost_robot_that_still_runs_the_job_gets_it_back(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.lose_connection()
    await fleet.advance(600)
    assert fleet.status(job) is JobStatus.LOST
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    await robot.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert fleet.ledger.starts.total() == 1


@pytest.mark.feature("X07")
async def test_a_result_from_the_spool_counts_while_the_attempt_is_only_lost(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.lose_connection()
    await fleet.advance(300)
    await robot.finish()
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert not robot.spool


@pytest.mark.feature("X07")
async def test_a_result_of_an_old_attempt_is_stale_and_kept_in_the_history(fleet: Fleet) -> None:
    slow = await fleet.robot("r1")
    job = await fleet.submit()
    await slow.lose_connection()
    quick = await fleet.robot("r2")
    await fleet.advance(75)
    assert [ref.attempt for ref in quick.running] == [2]
    ref = slow.running[0]
    slow.spool[ref] = await _unsent(slow, ref)
    await slow.connect()
    await fleet.settle()
    assert [ack.outcome for ack in slow.acks] == [ResultOutcome.STALE]
    assert fleet.status(job) is JobStatus.RUNNING
    records = await fleet.store.attempts(job.job_id)
    assert [record.outcome for record in records] == ["stale", None]
    await quick.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    result = await fleet.store.result(job.job_id)
    assert result is not None
    assert result.attempt == 2


async def test_a_run_that_was_given_to_another_robot_is_revoked_at_the_return(fleet: Fleet) -> None:
    slow = await fleet.robot("r1")
    await fleet.submit()
    await slow.lose_connection()
    await fleet.robot("r2")
    await fleet.advance(75)
    registered = await slow.connect()
    assert [ref.attempt for ref in registered.revoked] == [1]
    assert not slow.running


async def test_a_repeated_result_is_a_duplicate(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await fleet.submit()
    result = await robot.finish()
    for _ in range(2):
        await robot.say(JobResultReport(result=result))
    await fleet.settle()
    outcomes = [ack.outcome for ack in robot.acks]
    assert outcomes == [ResultOutcome.RECORDED, ResultOutcome.DUPLICATE, ResultOutcome.DUPLICATE]
    assert len(fleet.store.results) == 1


async def test_a_robot_cannot_end_another_robots_job(fleet: Fleet) -> None:
    owner, thief = await fleet.robot("r1"), await fleet.robot("r2")
    job = await fleet.submit(robot="r1")
    ref = owner.running[0]
    forged = await _unsent(owner, ref)
    owner.running.append(ref)
    await thief.say(JobResultReport(result=forged))
    unknown = forged.model_copy(update={"job_id": "nobody"})
    await thief.say(JobResultReport(result=unknown))
    future = forged.model_copy(update={"attempt": 7})
    await owner.say(JobResultReport(result=future))
    await fleet.settle()
    assert [ack.outcome for ack in thief.acks] == [ResultOutcome.REJECTED, ResultOutcome.UNKNOWN_JOB]
    assert [ack.outcome for ack in owner.acks] == [ResultOutcome.REJECTED]
    assert fleet.status(job) is JobStatus.RUNNING


async def test_the_newest_session_wins_and_old_frames_are_ignored_except_results(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    old = robot.session_id
    assert old is not None
    await robot.connect()
    assert [session for _, session, _ in fleet.gateway.closed] == [old]
    await fleet.engine.inbox.disconnected(robot.robot_id, old)
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.BUSY
    result = await _unsent(robot, robot.running[0])
    await fleet.engine.inbox.received(robot.robot_id, old, JobResultReport(result=result))
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED]


@pytest.mark.feature("C89")
async def test_a_robot_whose_heartbeats_stop_is_dropped_and_its_jobs_become_lost(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await fleet.advance(45, heartbeats=False)
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.LOST
    assert fleet.gateway.closed[-1][0] == robot.robot_id
    await fleet.advance(20, heartbeats=False)
    assert fleet.status(job) is JobStatus.LOST


async def test_an_acceptance_survives_the_loss_of_the_start(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    ref = robot.running.pop()
    fleet.ledger.starts.clear()
    fleet.ledger.live.clear()
    robot.accepted.append(ref)
    await robot.lose_connection()
    await robot.connect()
    await fleet.settle()
    assert robot.running == [ref]
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 1)


async def test_an_orchestrator_that_stood_still_judges_nobody_by_that_time(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    jobs = [await fleet.submit(definition=UNSAFE), await fleet.submit(definition=UNSAFE)]
    await fleet.clock.stand_still_for(600)
    await fleet.settle()
    assert fleet.status(jobs[0]) is JobStatus.RUNNING
    assert robot.session_id in fleet.gateway.sessions
    await fleet.advance(200)
    assert (fleet.status(jobs[0]), fleet.job(jobs[0]).attempt) == (JobStatus.RUNNING, 1)


@pytest.mark.feature("X07")
async def test_a_restart_of_the_orchestrator_does_not_touch_what_runs(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await fleet.restart(away_s=300)
    assert fleet.status(job) is JobStatus.RUNNING
    await fleet.advance(80)
    await robot.connect()
    await robot.finish()
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.COMPLETED, 1)
    assert fleet.ledger.starts.total() == 1


async def test_an_offer_that_a_restart_interrupted_is_made_again(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.ignores_offers = True
    job = await fleet.submit()
    await fleet.restart()
    assert fleet.status(job) is JobStatus.DISPATCHED
    robot.ignores_offers = False
    await robot.connect()
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 2)


@pytest.mark.feature("C79")
async def test_a_retryable_failure_is_tried_again_after_a_pause(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(max_retries=2)
    for failures in (1, 2):
        await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.NETWORK)
        await fleet.settle()
        assert (fleet.status(job), fleet.job(job).failures) == (JobStatus.PENDING, failures)
        await fleet.advance(5)
        assert fleet.status(job) is JobStatus.RUNNING
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.NETWORK)
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.FAILED, 3)


async def test_a_robot_that_gave_its_run_up_unasked_counts_as_gone(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.finish(status=JobStatus.CANCELLED, kind=ErrorKind.CANCELLED)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.DEAD_LETTER


async def test_a_robot_that_says_goodbye_is_offline(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await robot.goodbye()
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.OFFLINE
    await robot.connect()
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.ONLINE


async def _unsent(robot: FakeRobot, ref: AttemptRef) -> JobResult:
    """The result of a run that ended while nobody could hear it."""
    session, robot.session_id = robot.session_id, None
    result = await robot.finish(ref)
    robot.session_id = session
    return result


async def test_a_wall_clock_that_is_set_while_a_start_is_written_takes_no_time_from_the_run(fleet: Fleet) -> None:
    robot = await fleet.robot("anna")
    robot.ignores_offers = True
    job = await fleet.submit(definition=UNSAFE, timeout_s=300)
    ref = AttemptRef(job_id=job.job_id, attempt=1)
    write = fleet.store.save_jobs

    async def write_and_jump(*args: Any, **words: Any) -> Any:
        saved = await write(*args, **words)
        fleet.clock.jump(7_200)
        return saved

    fleet.store.save_jobs = write_and_jump  # type: ignore[method-assign]  # the moment between commit and news
    robot.running.append(ref)
    await robot.say(JobAccepted(job_id=ref.job_id, attempt=1))
    fleet.store.save_jobs = write  # type: ignore[method-assign]  # as it was
    await fleet.advance(60)
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_robot_in_the_middle_of_a_long_message_is_not_taken_for_silent(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    for _ in range(20):
        await fleet.advance(5, heartbeats=False)
        assert robot.session_id is not None
        fleet.engine.inbox.speaking(robot.robot_id, robot.session_id)
    assert fleet.status(job) is JobStatus.RUNNING
    assert robot.is_connected
    await robot.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED


async def test_the_pieces_of_a_replaced_session_prove_nothing(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    for _ in range(20):
        await fleet.advance(5, heartbeats=False)
        fleet.engine.inbox.speaking(robot.robot_id, SessionId("another"))
    assert fleet.status(job) is not JobStatus.RUNNING


async def test_a_robot_that_goes_silent_while_nothing_can_be_written_is_let_go(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("went silent is not recorded yet: The disk is full")
    robot = await fleet.robot("r1")
    fleet.store.is_full = True
    await fleet.advance(60, heartbeats=False)
    (known,) = fleet.engine.pool.robots()
    assert (known.robot_id, known.status) == (robot.robot_id, RobotStatus.LOST)
    fleet.store.is_full = False
