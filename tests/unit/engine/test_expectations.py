"""A completed run that is suspect: said with the job, told as an alert, and compared with the usual duration."""

import pytest
from fake_fleet import MOMENT, FakeRobot, Fleet

from orchestrator.contract.expectations import Doubt, UsualBounds
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.alerts import Alert, AlertKind
from orchestrator.domain.job import Job

DOUBT = Doubt(message="3 rows; at least 20 expected.", step_id="list")


async def ended(
    fleet: Fleet, robot: FakeRobot, *, seconds: float = 10.0, doubts: tuple[Doubt, ...] = (), is_usual: bool = False
) -> Job:
    """A run of a new job that completed, as its robot reports it."""
    job = await fleet.submit()
    ref = robot.running.pop()
    fleet.ledger.ended(ref)
    result = JobResult(
        job_id=ref.job_id,
        attempt=ref.attempt,
        status=JobStatus.COMPLETED,
        started_at=MOMENT,
        finished_at=MOMENT,
        execution_time_s=seconds,
        doubts=doubts,
        usual=(UsualBounds(at_least=0.2, at_most=5.0),) if is_usual else (),
    )
    await fleet.advance(seconds)
    await robot.say(JobResultReport(result=result))
    await fleet.settle()
    return fleet.job(job)


def alerts(fleet: Fleet) -> list[Alert]:
    return [each for each in fleet.engine.watch.alerts.open() if each.kind is AlertKind.SUSPECT]


@pytest.mark.feature("X13")
async def test_a_doubted_run_completes_is_suspect_and_raises_an_alert(fleet: Fleet) -> None:
    robot = await fleet.robot("r")

    job = await ended(fleet, robot, doubts=(DOUBT,))

    assert (job.status, job.suspicion) == (JobStatus.COMPLETED, "list: 3 rows; at least 20 expected.")
    (alert,) = alerts(fleet)
    assert alert.subject == job.workflow_id
    assert "is suspect: list: 3 rows" in alert.message
    assert any("It is suspect: list: 3 rows" in entry.message for entry in fleet.store.audit)


async def test_a_run_that_gives_what_is_expected_ends_the_alert(fleet: Fleet) -> None:
    robot = await fleet.robot("r")
    await ended(fleet, robot, doubts=(DOUBT,))
    job = await ended(fleet, robot)
    await fleet.advance(60)

    assert job.suspicion is None
    assert alerts(fleet) == []


@pytest.mark.feature("X13")
@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1.0, "It took 1 s, far less than the usual 10 s."), (60.0, "It took 60 s, far more than the usual 10 s.")],
)
async def test_a_duration_far_from_the_usual_is_suspect(fleet: Fleet, seconds: float, said: str) -> None:
    robot = await fleet.robot("r")
    for _ in range(5):
        assert (await ended(fleet, robot, is_usual=True)).suspicion is None

    assert (await ended(fleet, robot, seconds=seconds, is_usual=True)).suspicion == said
    assert (await ended(fleet, robot, seconds=seconds)).suspicion is None


async def test_a_few_runs_say_nothing_about_what_is_usual(fleet: Fleet) -> None:
    robot = await fleet.robot("r")
    await ended(fleet, robot, is_usual=True)

    assert (await ended(fleet, robot, seconds=0.1, is_usual=True)).suspicion is None
