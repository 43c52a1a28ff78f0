"""What recoveries came to: another attempt has helped when it completes the job, and not before."""

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.recovery import RecoveryRecord, RecoverySide, RecoveryStrategy
from orchestrator.contract.states import JobStatus
from orchestrator.domain.recovery_events import RecoveryTried


@pytest.mark.feature("E36", "E27", "E62", "O43", "D51")
async def test_a_retry_that_completes_has_helped_and_one_that_fails_again_has_not(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    heard: list[object] = []
    fleet.engine.bus.subscribe_to("orchestration.recovery_initiated", heard.append)
    fleet.engine.bus.subscribe(RecoveryTried, heard.append)
    job = await fleet.submit(definition=SAFE, max_retries=2)
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.NETWORK)
    assert await fleet.engine.recovery.attempts_of(job.job_id) == 1
    await fleet.advance(120)
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.TIMEOUT)
    await fleet.advance(120)
    await robot.finish()

    figures = await fleet.engine.recovery.statistics()
    assert (figures.total.tried, figures.total.succeeded, figures.total.success_rate) == (2, 1, 0.5)
    assert figures.by_strategy[RecoveryStrategy.RETRY].tried == 2
    assert figures.by_error_kind[ErrorKind.NETWORK].succeeded == 0
    assert figures.by_error_kind[ErrorKind.TIMEOUT].succeeded == 1
    assert figures.by_side[RecoverySide.ENGINE].tried == 2
    attempts = await fleet.store.attempts(job.job_id)
    assert [(each.outcome, each.error) for each in attempts] == [
        ("failed", "It ended as failed."),
        ("failed", "It ended as failed."),
        ("completed", None),
    ]
    assert [type(each).__name__ for each in heard] == ["RecoveryBegun", "RecoveryTried"] * 2


async def test_an_attempt_after_a_crash_is_a_restart_and_outlives_the_engine(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    await fleet.restart()
    other = await fleet.robot("r2")
    await fleet.settle()
    await other.finish()
    (record,) = await fleet.engine.recovery.history(job_id=job.job_id)
    assert (record.strategy, record.error_kind) == (RecoveryStrategy.RESTART, ErrorKind.ROBOT_LOST)
    assert record.succeeded


async def test_what_a_robot_tried_inside_an_attempt_is_counted_too(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    tried = RecoveryRecord(
        job_id="forged",
        attempt=9,
        step_id="s",
        strategy=RecoveryStrategy.CUSTOM,
        error_kind=ErrorKind.INTERNAL,
        succeeded=True,
        at=fleet.clock.now(),
    )
    await robot.finish(recoveries=(tried,))
    (record,) = await fleet.engine.recovery.history(job_id=job.job_id)
    assert (record.attempt, record.side, record.strategy) == (1, RecoverySide.ROBOT, RecoveryStrategy.CUSTOM)
