"""A run that stands still is noticed, shown, and, where a person wants it so, stopped and tried again."""

from dataclasses import replace

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.ids import JsonValue, WorkflowId
from orchestrator.contract.protocol.captures import CaptureKind, CaptureRun, RunActivity, RunCaptured
from orchestrator.contract.protocol.jobs import StatusUpdate, StepProgress
from orchestrator.contract.protocol.robots import Heartbeat
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.job import Job
from orchestrator.domain.stalls import StallPolicy, StallRung
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.stalls import EVERY_WORKFLOW

NOTE, SCREENSHOT, TRACE, CANCEL, REQUEUE = StallRung
QUICK = StallPolicy(note_after_s=60, screenshot_after_s=90)


class StillRobot(FakeRobot):
    """Its runs show what the test wants them to show."""

    idle_s: float | None = None

    def __init__(self, fleet: Fleet, name: str, *, slots: int = 1, **facts: tuple[str, ...]) -> None:
        super().__init__(fleet, name, slots=slots, **facts)
        self.wishes: list[CaptureRun] = []

    async def heartbeat(self) -> None:
        activities: tuple[RunActivity, ...] = ()
        if self.idle_s is not None:
            activities = tuple(
                RunActivity(job_id=ref.job_id, attempt=ref.attempt, idle_s=self.idle_s) for ref in self.running
            )
        await self.say(Heartbeat(running=tuple(self.running), slots_busy=len(self.running), activities=activities))

    async def _take(self, message: object) -> None:
        if isinstance(message, CaptureRun):
            self.wishes.append(message)
        else:
            await super()._take(message)  # type: ignore[arg-type]

    async def progress(self, job: Job, status: StepStatus, *, took_s: float | None = None, number: int = 1) -> None:
        step = StepProgress(step_id="look", name="Look around", status=status, duration_s=took_s)
        update = StatusUpdate(job_id=job.job_id, attempt=job.attempt, sequence=number, progress=0.5, steps=(step,))
        await self.say(update)


async def scene(policy: StallPolicy | None = QUICK, **request: JsonValue) -> tuple[Fleet, StillRobot, Job]:
    fleet = await Fleet().start()
    robot = fleet.robots["r1"] = StillRobot(fleet, "r1")
    await robot.connect()
    await fleet.settle()
    if policy is not None:
        await fleet.engine.watch.stalls.set_policy(EVERY_WORKFLOW, policy)
    job = await fleet.submit(**request)
    assert fleet.status(job) is JobStatus.RUNNING
    return fleet, robot, fleet.job(job)


def climbed(fleet: Fleet, job: Job) -> tuple[StallRung, ...]:
    stall = fleet.engine.watch.stalls.stall_of(job.job_id)
    return stall.rungs if stall is not None else ()


@pytest.mark.feature("X02")
async def test_a_run_that_stands_still_is_noted_and_then_photographed_but_goes_on() -> None:
    fleet, robot, job = await scene()
    await robot.progress(job, StepStatus.RUNNING)
    await fleet.advance(55)
    assert climbed(fleet, job) == ()
    await fleet.advance(15)
    stall = fleet.engine.watch.stalls.stall_of(job.job_id)
    assert stall is not None
    assert (stall.rungs, stall.message) == ((NOTE,), "No progress for 70 s in Look around.")
    (alert,) = fleet.engine.watch.alerts.open()
    assert (alert.kind, alert.subject) == (AlertKind.STALLED, job.job_id)
    assert "job.stalled" in [entry.kind for entry in fleet.store.audit]
    await fleet.advance(1_000)
    assert climbed(fleet, job) == (NOTE, SCREENSHOT)
    assert [(wish.job_id, wish.what) for wish in robot.wishes] == [(job.job_id, CaptureKind.SCREENSHOT)]
    await robot.say(
        RunCaptured(job_id=job.job_id, attempt=1, what=CaptureKind.SCREENSHOT, artifacts=("standstill-1.jpg",))
    )
    shown = fleet.engine.watch.stalls.stalled()[job.job_id]
    assert shown.captures == ("standstill-1.jpg",)
    assert fleet.status(job) is JobStatus.RUNNING


@pytest.mark.feature("X02")
async def test_pages_that_live_are_a_sign_of_life_and_so_are_steps() -> None:
    fleet, robot, job = await scene()
    robot.idle_s = 3.0
    await fleet.advance(600)
    assert climbed(fleet, job) == ()
    robot.idle_s = 500.0
    await fleet.advance(80)
    assert climbed(fleet, job) == (NOTE,)
    await robot.progress(job, StepStatus.RUNNING)
    assert (climbed(fleet, job), fleet.engine.watch.alerts.open()) == ((), ())


@pytest.mark.feature("X02")
async def test_what_is_usual_for_the_step_counts_and_is_told() -> None:
    fleet, robot, first = await scene()
    await robot.progress(first, StepStatus.COMPLETED, took_s=30.0)
    await robot.finish()
    job = fleet.job(await fleet.submit())
    await robot.progress(job, StepStatus.RUNNING)
    await fleet.advance(295)
    assert climbed(fleet, job) == ()
    await fleet.advance(10)
    stall = fleet.engine.watch.stalls.stall_of(job.job_id)
    assert stall is not None
    assert stall.message == "No progress for 5 min; Look around usually takes 30 s."


@pytest.mark.feature("X02")
async def test_a_workflow_whose_policy_says_so_is_cancelled_and_tried_again_but_not_for_ever() -> None:
    fleet, robot, job = await scene(None)
    policy = replace(QUICK, trace_after_s=100, requeue_after_s=120, most_requeues=1)
    await fleet.engine.watch.stalls.set_policy(job.workflow_id, policy, actor="ada")
    await fleet.advance(130)
    await fleet.advance(10)
    assert [wish.what for wish in robot.wishes] == [CaptureKind.SCREENSHOT, CaptureKind.TRACE]
    again = fleet.job(job)
    assert (again.status, again.attempt) == (JobStatus.RUNNING, 2)
    await fleet.advance(140)
    ended = fleet.job(job)
    assert (ended.status, ended.attempt) == (JobStatus.CANCELLED, 2)
    assert (ended.cancel_reason or "").startswith("No progress for 2 min")
    await fleet.advance(600)
    assert fleet.job(job).status is JobStatus.CANCELLED
    assert climbed(fleet, job) == (NOTE, SCREENSHOT, TRACE, REQUEUE)


async def test_what_is_not_safe_to_repeat_is_cancelled_and_stays_so() -> None:
    policy = replace(QUICK, requeue_after_s=100)
    fleet, _, job = await scene(policy, definition=UNSAFE)
    await fleet.advance(200)
    assert (fleet.job(job).status, fleet.job(job).attempt) == (JobStatus.CANCELLED, 1)


async def test_nobody_is_judged_by_a_time_in_which_the_engine_itself_stood_still() -> None:
    fleet, _, job = await scene()
    await fleet.clock.stand_still_for(3_000)
    await fleet.advance(30)
    assert climbed(fleet, job) == ()


@pytest.mark.feature("X02")
async def test_policies_survive_a_restart_and_a_run_that_goes_on_is_watched_anew() -> None:
    fleet, robot, job = await scene()
    await fleet.engine.watch.stalls.set_policy(WorkflowId("other"), replace(QUICK, note_after_s=7))
    await fleet.engine.watch.stalls.set_policy(WorkflowId("other"), None)
    await fleet.restart()
    await robot.connect()
    assert fleet.engine.watch.stalls.policies == {EVERY_WORKFLOW: QUICK}
    await fleet.advance(55)
    assert climbed(fleet, job) == ()
    await fleet.advance(20)
    assert climbed(fleet, job) == (NOTE,)


async def test_a_person_may_look_at_any_run_and_is_told_when_there_is_nothing_to_see() -> None:
    fleet, robot, job = await scene()
    await fleet.engine.watch.stalls.capture(job.job_id, CaptureKind.TRACE, trace_s=3)
    await fleet.settle()
    assert [(wish.what, wish.trace_s) for wish in robot.wishes] == [(CaptureKind.TRACE, 3)]
    await robot.finish()
    with pytest.raises(ConflictError, match="does not run"):
        await fleet.engine.watch.stalls.capture(job.job_id, CaptureKind.SCREENSHOT)
