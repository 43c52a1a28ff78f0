"""Schedules that call an address after each good run: when, how often, and that nothing waits for it."""

from dataclasses import dataclass, field

import pytest
from fake_fleet import MOMENT, SAFE, FakeRobot, Fleet

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.expectations import Doubt
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.errors import ConflictError, InvalidRequestError
from orchestrator.engine.schedule_heartbeats import ScheduleHeartbeats

URL = "https://hc.example.org/ping/7f3a"


@dataclass
class Caller:
    """Somebody outside, who answers what a test wants."""

    answers: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    async def call(self, url: str) -> str:
        self.calls.append(url)
        return self.answers.pop(0) if self.answers else ""


@dataclass
class Scene:
    """A schedule that runs each minute, its robot, and who is called."""

    fleet: Fleet
    robot: FakeRobot
    schedule: Schedule
    caller: Caller

    @property
    def desk(self) -> ScheduleHeartbeats:
        return self.fleet.engine.watch.heartbeats

    async def run(self, status: JobStatus = JobStatus.COMPLETED, *, doubts: tuple[Doubt, ...] = ()) -> None:
        """One run of the schedule ends so."""
        while not self.robot.running:
            await self.fleet.advance(10)
        if not doubts:
            await self.robot.finish(status=status)
        else:
            await self._finish_doubted(doubts)
        await self.fleet.settle()

    async def _finish_doubted(self, doubts: tuple[Doubt, ...]) -> None:
        ref = self.robot.running.pop()
        self.fleet.ledger.ended(ref)
        result = JobResult(
            job_id=ref.job_id,
            attempt=ref.attempt,
            status=JobStatus.COMPLETED,
            started_at=MOMENT,
            finished_at=MOMENT,
            execution_time_s=1.0,
            doubts=doubts,
        )
        await self.robot.say(JobResultReport(result=result))


@pytest.fixture
async def scene(fleet: Fleet) -> Scene:
    robot = await fleet.robot("r1")
    await fleet.engine.workflows.save({**SAFE, "retry_safe": False})
    request = ScheduleRequest(name="minutely", workflow="Look", rule=ScheduleRule(cron_expression="* * * * *"))
    schedule = await fleet.engine.scheduler.add_schedule(await fleet.engine.schedule_desk.schedule_of(request))
    made = Scene(fleet=fleet, robot=robot, schedule=schedule, caller=Caller())
    made.desk.caller = made.caller
    return made


@pytest.mark.feature("X13")
async def test_the_address_is_called_after_each_run_that_completed_and_is_not_suspect(scene: Scene) -> None:
    await scene.run()
    assert scene.caller.calls == []
    await scene.desk.set_url(scene.schedule.schedule_id, URL, actor="ada")
    await scene.run()
    await scene.run(JobStatus.FAILED)
    await scene.run(doubts=(Doubt(message="no rows"),))
    await scene.run()

    assert scene.caller.calls == [URL, URL]
    entry = next(each for each in scene.fleet.store.audit if each.kind == "schedule.heartbeat")
    assert entry.message == "minutely calls hc.example.org after each good run."


async def test_a_call_that_is_not_taken_is_tried_three_times_and_nothing_waits(scene: Scene) -> None:
    await scene.desk.set_url(scene.schedule.schedule_id, URL)
    scene.caller.answers = ["busy", "busy", "busy"]
    await scene.run()
    await scene.fleet.advance(15)

    assert len(scene.caller.calls) == 3
    last = scene.desk.last(scene.schedule.schedule_id)
    assert last is not None
    assert last.problem == "busy"


async def test_the_address_outlives_a_restart_and_goes_with_its_schedule(scene: Scene) -> None:
    await scene.desk.set_url(scene.schedule.schedule_id, URL)
    await scene.fleet.restart()
    assert scene.desk.urls == {scene.schedule.schedule_id: URL}

    await scene.fleet.engine.scheduler.remove_schedule(scene.schedule.schedule_id)
    await scene.fleet.settle()
    assert await scene.fleet.store.watch.settings("schedule_heartbeat.") == {}


async def test_it_can_be_tried_now_and_taken_away(scene: Scene) -> None:
    await scene.desk.set_url(scene.schedule.schedule_id, URL)
    assert (await scene.desk.try_now(scene.schedule.schedule_id)).problem == ""
    await scene.desk.set_url(scene.schedule.schedule_id, None)

    with pytest.raises(ConflictError, match="minutely has no address to call"):
        await scene.desk.try_now(scene.schedule.schedule_id)


@pytest.mark.parametrize("url", ["ftp://host/x", "host/x", "https://", "http://host/a b", "http://h/" + "x" * 2_000])
async def test_what_is_no_address_is_refused(scene: Scene, url: str) -> None:
    with pytest.raises(InvalidRequestError, match="is no address; write https://host/path"):
        await scene.desk.set_url(scene.schedule.schedule_id, url)
