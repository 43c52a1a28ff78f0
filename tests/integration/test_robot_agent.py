"""A robot in this process talks to a scripted orchestrator over a real socket: every promise of the protocol."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scripted_orchestrator import LIMIT_S, TOKEN, WORKFLOW, Line, ScriptedOrchestrator

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.captures import CaptureKind, CaptureRun, RunCaptured
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobAssignment,
    JobRefused,
    JobResultReport,
    JobStart,
    LogBatch,
    RefusalReason,
    ResultOutcome,
    RevokeJob,
    StatusUpdate,
    StepProgress,
)
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    Heartbeat,
    HeartbeatAck,
    RestartRobot,
    RobotGoodbye,
)
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.contract.results import JobResult, LogLevel
from orchestrator.contract.states import JobStatus, StepStatus
from robot import attempt_run
from robot.agent import RobotAgent
from robot.attempts import attempt_of
from robot.clock import SystemClock
from robot.config import RobotConfig, parse_address
from robot.errors import RobotSetupError
from robot.ports import Captured, HostFigures
from robot.state_folder import StateFolder
from robot.stopping import Stopping
from robot.workflow.ports import RunListener

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Expect = Callable[..., None]


class ScriptedHost:
    """Runs whatever it is given until the test says how it ends."""

    browser = "none"
    capabilities = ("browser:none",)

    def __init__(self) -> None:
        self.started: asyncio.Queue[AttemptRef] = asyncio.Queue()
        self.listeners: dict[AttemptRef, RunListener] = {}
        self.ends: dict[AttemptRef, asyncio.Future[JobStatus]] = {}
        self.stubborn = False
        self.force: list[str] = []
        self.runs = 0
        self.outputs: dict[str, JsonValue] = {"answer": 42}

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def figures(self) -> HostFigures:
        return HostFigures(browsers=1, sessions=2, idle_s=dict.fromkeys(self.ends, 7.0))

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        return Captured(problem=f"There is no {what} of {ref.job_id}.")

    async def run(self, assignment: JobAssignment, *, listener: RunListener, folder: Path) -> JobResult:
        assert folder.is_dir()  # noqa: ASYNC240  a look that takes microseconds
        ref = attempt_of(assignment)
        self.runs += 1
        self.listeners[ref] = listener
        self.ends[ref] = asyncio.get_running_loop().create_future()
        self.started.put_nowait(ref)
        while True:
            try:
                status = await asyncio.shield(self.ends[ref])
            except asyncio.CancelledError:
                if self.stubborn:
                    continue
                raise
            return result_of(ref, status).model_copy(update={"outputs": self.outputs})

    async def close_pages(self, ref: AttemptRef) -> None:
        self.force.append("pages")

    async def kill(self, ref: AttemptRef) -> None:
        self.force.append("kill")
        self.end(ref, JobStatus.FAILED)

    def end(self, ref: AttemptRef, status: JobStatus = JobStatus.COMPLETED) -> None:
        self.ends[ref].set_result(status)

    async def next_start(self) -> AttemptRef:
        async with asyncio.timeout(LIMIT_S):
            return await self.started.get()


def result_of(ref: AttemptRef, status: JobStatus) -> JobResult:
    return JobResult(
        job_id=ref.job_id,
        attempt=ref.attempt,
        status=status,
        started_at=NOON,
        finished_at=NOON,
        execution_time_s=0.1,
    )


class Robot:
    """A robot under test: start it, stop it, start it again on the same state."""

    def __init__(self, state: Path, orchestrator: ScriptedOrchestrator) -> None:
        self.state = state
        self.orchestrator = orchestrator
        self.host = ScriptedHost()
        self.slots = 2
        self.token = TOKEN
        self.grace_s = 0.2

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[Stopping]:
        """Runs while inside; leaving asks it to end and waits for that."""
        config = RobotConfig(
            address=parse_address(f"127.0.0.1:{self.orchestrator.port}"),
            name="robot-1",
            slots=self.slots,
            token=self.token,
            tags=("eu",),
            capabilities=("vpn",),
            state_folder=self.state,
            drain_grace_s=self.grace_s,
        )
        stopping = Stopping()
        with StateFolder(self.state) as folder:
            agent = RobotAgent(
                config, folder, host=self.host, clock=SystemClock(), rng=random.Random(1), stopping=stopping
            )
            async with asyncio.timeout(3 * LIMIT_S), asyncio.TaskGroup() as group:
                group.create_task(agent.run())
                try:
                    yield stopping
                finally:
                    stopping.force("the test ends")


@pytest.fixture
async def orchestrator() -> AsyncIterator[ScriptedOrchestrator]:
    async with ScriptedOrchestrator().running() as server:
        yield server


@pytest.fixture
def robot(tmp_path: Path, orchestrator: ScriptedOrchestrator) -> Robot:
    return Robot(tmp_path / "state", orchestrator)


JOB = AttemptRef(job_id="job-1", attempt=1)


@pytest.mark.feature("C81", "C82", "C51")
async def test_a_job_goes_from_hello_to_acknowledged_result(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        assert (line.hello.name, line.hello.slots, line.hello.tags) == ("robot-1", 2, ("eu",))
        assert {"vpn", "browser:none"} < set(line.hello.capabilities)
        await line.start("job-1")
        assert await robot.host.next_start() == JOB
        robot.host.end(JOB)
        result = await line.result()
        assert (result.status, result.outputs) == (JobStatus.COMPLETED, {"answer": 42})
        await line.sync()
        assert list((robot.state / "spool").iterdir()) == []


async def test_nothing_runs_on_a_mere_assignment(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.sync()
        assert robot.host.runs == 0


async def test_repeated_assignments_and_starts_run_the_job_once(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.assign("job-1")
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.hear(JobAccepted)
        await line.say(JobStart(job_id="job-1", attempt=1))
        await line.say(JobStart(job_id="job-1", attempt=1))
        await robot.host.next_start()
        await line.assign("job-1")
        assert (await line.hear(JobRefused)).reason is RefusalReason.ALREADY_SEEN
        robot.host.end(JOB)
        await line.result()
        await line.say(JobStart(job_id="job-1", attempt=1))
        await line.assign("job-1")
        assert (await line.hear(JobRefused)).reason is RefusalReason.ALREADY_SEEN
        assert robot.host.runs == 1


async def test_a_start_without_an_offer_is_answered_with_an_error(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("was never accepted")
    async with robot.alive():
        line = await orchestrator.line()
        await line.say(JobStart(job_id="job-9", attempt=1))
        assert (await line.hear(ErrorReport)).code == "unknown_offer"


async def test_offers_are_refused_with_the_reason(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    robot.slots = 1
    async with robot.alive():
        line = await orchestrator.line()
        await line.assign("job-2", workflow=WORKFLOW.model_copy(update={"requires": ("gpu",)}))
        refused = await line.hear(JobRefused)
        assert refused.reason is RefusalReason.CAPABILITY
        assert "gpu" in refused.detail
        await line.assign("job-1")
        await line.assign("job-2")
        assert (await line.hear(JobRefused)).reason is RefusalReason.BUSY
        await line.say(DrainRobot(draining=True))
        await line.assign("job-3")
        assert (await line.hear(JobRefused)).reason is RefusalReason.DRAINING


async def test_a_robot_restarted_in_the_middle_neither_lists_nor_repeats_the_attempt(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("was running when the robot's last process ended")
    journal = robot.state / "journal"
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        crashed = journal.read_bytes()
    await line.closed()
    journal.write_bytes(crashed)  # as a kill -9 would have left it
    for file in (robot.state / "spool").iterdir():
        file.unlink()
    async with robot.alive():
        line = await orchestrator.line()
        assert (line.hello.running, line.hello.spooled) == ((), ())
        await line.assign("job-1")
        assert (await line.hear(JobRefused)).reason is RefusalReason.ALREADY_SEEN
        await line.start("job-1", 2)
        await robot.host.next_start()


@pytest.mark.feature("X07")
async def test_work_goes_on_without_a_line_and_the_result_is_delivered_on_the_next_one(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await line.start("job-2")
        await robot.host.next_start()
        await robot.host.next_start()
        line.socket.transport.abort()
        robot.host.end(JOB)
        line = await orchestrator.line()
        assert AttemptRef(job_id="job-2", attempt=1) in line.hello.running
        assert (await line.result()).job_id == "job-1"


@pytest.mark.parametrize("outcome", list(ResultOutcome))
@pytest.mark.feature("X07")
async def test_a_result_is_sent_again_until_it_is_answered_for_in_any_way(
    robot: Robot, orchestrator: ScriptedOrchestrator, outcome: ResultOutcome, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    expected_warnings("was not recorded|rejected the result", optional=True)
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        robot.host.end(await robot.host.next_start())
        await line.result(outcome=None)
        line.socket.transport.abort()
        line = await orchestrator.line()
        assert line.hello.spooled == (JOB,)
        await line.result(outcome)
        await line.sync()
        assert list((robot.state / "spool").iterdir()) == []


@pytest.mark.feature("O21", "X14")
async def test_a_cancel_is_cooperative_first_and_says_how_long_it_took(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.say(CancelJob(job_id="job-1", attempt=1, reason="a person said so"))
        await line.say(CancelJob(job_id="job-1", attempt=1))
        result = await line.result()
        assert result.status is JobStatus.CANCELLED
        assert result.error is not None
        assert "a person said so" in result.error.message
        assert (result.stopped_by or "").startswith("cooperative after 0.")


@pytest.mark.feature("X14")
async def test_a_run_that_does_not_listen_is_stopped_by_ever_harder_means(
    robot: Robot, orchestrator: ScriptedOrchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_run, "COOPERATIVE_S", 0.05)
    robot.host.stubborn = True
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.say(CancelJob(job_id="job-1", attempt=1, grace_s=0.1))
        result = await line.result()
        assert robot.host.force == ["pages", "kill"]
        assert result.status is JobStatus.CANCELLED
        assert (result.stopped_by or "").startswith("killed after")


async def test_what_was_complete_stays_complete_although_it_was_cancelled(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    robot.host.stubborn = True
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.say(CancelJob(job_id="job-1", attempt=1))
        await line.sync()
        robot.host.end(JOB, JobStatus.COMPLETED)
        assert (await line.result()).status is JobStatus.COMPLETED


async def test_a_cancel_before_the_start_is_reported_as_cancelled(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.say(CancelJob(job_id="job-1", attempt=1))
        result = await line.result()
        assert (result.status, result.stopped_by) == (JobStatus.CANCELLED, "not started")
        assert robot.host.runs == 0


async def test_cancels_and_revokes_also_come_with_the_heartbeats_answer(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await line.start("job-2")
        await robot.host.next_start()
        await robot.host.next_start()
        await line.say(HeartbeatAck(cancels=(JOB,), revokes=(AttemptRef(job_id="job-2", attempt=1),)))
        assert (await line.result()).job_id == "job-1"
        await line.start("job-3")


async def test_a_revoked_attempt_stops_and_leaves_nothing(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    robot.slots = 1
    async with robot.alive():
        line = await orchestrator.line(heartbeat_s=1.0)
        await line.start("job-1")
        await robot.host.next_start()
        assert (robot.state / "jobs/job-1/1").is_dir()
        while JOB not in (await line.hear(Heartbeat)).running:
            await line.say(HeartbeatAck())
        await line.say(RevokeJob(job_id="job-1", attempt=1))
        await next_without(line, JOB)
        assert not (robot.state / "jobs/job-1").exists()
        await line.start("job-2")
        assert list((robot.state / "spool").iterdir()) == []


async def next_without(line: Line, ref: AttemptRef) -> None:
    """Wait for the heartbeat that does not list the attempt any more."""
    while ref in (await line.hear(Heartbeat)).running:
        pass


@pytest.mark.feature("O22")
async def test_the_robot_keeps_the_jobs_time_limit_itself(
    robot: Robot, orchestrator: ScriptedOrchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_run, "TIMEOUT_SLACK_S", 0.0)
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1", timeout_s=0.1)
        result = await line.result()
        assert result.status is JobStatus.TIMEOUT
        assert result.error is not None
        assert result.error.kind is ErrorKind.TIMEOUT


async def test_a_run_that_breaks_is_a_failed_job_and_not_the_robots_end(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("The run broke")
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        robot.host.ends[await robot.host.next_start()].set_exception(ZeroDivisionError("oops"))
        result = await line.result()
        assert result.status is JobStatus.FAILED
        assert result.error is not None
        assert result.error.kind is ErrorKind.INTERNAL
        await line.start("job-2")


async def test_a_result_too_large_for_a_message_is_delivered_as_a_failure_that_says_so(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        ref = await robot.host.next_start()
        robot.host.outputs = {"text": "x" * 2_000_000}
        robot.host.end(ref)
        result = await line.result()
        assert (result.status, result.outputs) == (JobStatus.FAILED, {})
        assert result.error is not None
        assert "2,000," in result.error.message


async def test_messages_that_cannot_be_used_are_answered_and_the_line_stays(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("sent a message that cannot be used")
    async with robot.alive():
        line = await orchestrator.line()
        for frame, code in (
            ("nonsense", "malformed"),
            ('{"type":"sing","id":"1","timestamp":"2026-01-01T00:00:00Z","payload":{}}', "unknown_type"),
            ('{"type":"job_start","id":"1","timestamp":"2026-01-01T00:00:00Z","payload":{}}', "bad_payload"),
            ("[" * 100 + "]" * 100, "too_deep"),
            (b"\x00\xff", "binary"),
        ):
            await line.socket.send(frame)
            assert (await line.hear(ErrorReport)).code == code
        await line.say(RobotGoodbye())
        assert (await line.hear(ErrorReport)).code == "unexpected"
        await line.start("job-1")


async def test_an_oversized_message_costs_the_line_and_nothing_else(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.socket.send("x" * 1_100_000)
        line = await orchestrator.line()
        assert line.hello.running == (JOB,)
        robot.host.end(JOB)
        await line.result()


async def test_an_orchestrator_that_falls_silent_is_left_for_a_new_connection(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("said nothing for 0.3 s")
    async with robot.alive():
        await orchestrator.line(heartbeat_s=0.1)
        await orchestrator.line()


async def test_heartbeats_say_what_runs_and_what_it_costs(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    async with robot.alive():
        line = await orchestrator.line(heartbeat_s=1.0)
        first = await line.hear(Heartbeat)
        assert (first.running, first.browsers, first.sessions) == ((), 1, 2)
        assert first.process_memory_bytes is not None
        assert first.process_memory_bytes > 1_000_000
        await line.start("job-1")
        while (beat := await line.hear(Heartbeat)).running != (JOB,):
            await line.say(HeartbeatAck())
        assert beat.slots_busy == 1


@pytest.mark.feature("X02")
async def test_heartbeats_say_how_long_a_run_has_stood_still_and_how_the_machine_is(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.say(DrainRobot(draining=True))
        beat = await line.hear(Heartbeat)
        while not beat.activities:
            beat = await line.hear(Heartbeat)
        assert [(each.job_id, each.attempt, each.idle_s) for each in beat.activities] == [("job-1", 1, 7.0)]
        assert beat.disk_percent is not None
        assert 0 <= beat.disk_percent <= 100
        robot.host.end(JOB)
        await line.result()


@pytest.mark.feature("X02")
async def test_a_wish_to_see_a_run_is_answered_also_when_there_is_nothing_to_see(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.say(CaptureRun(job_id="job-1", attempt=1))
        answer = await line.hear(RunCaptured)
        assert (answer.what, answer.artifacts, answer.problem) == (
            CaptureKind.SCREENSHOT,
            (),
            "There is no screenshot of job-1.",
        )


async def test_news_of_steps_is_coalesced_and_only_rises(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        listener = robot.host.listeners[await robot.host.next_start()]
        for number in range(500):
            step = StepProgress(step_id=f"s{number % 5}", status=StepStatus.RUNNING, message=str(number))
            listener.step_changed(step, progress=number / 500, running=("Search",))
        first = await line.hear(StatusUpdate)
        assert len(first.steps) == 5
        assert {step.message for step in first.steps} == {"495", "496", "497", "498", "499"}
        listener.step_changed(StepProgress(step_id="s0", status=StepStatus.COMPLETED), progress=1.0, running=())
        second = await line.hear(StatusUpdate)
        assert (second.progress, [step.step_id for step in second.steps]) == (1.0, ["s0"])
        assert second.sequence > first.sequence


@pytest.mark.feature("O39", "O58")
async def test_log_lines_arrive_with_their_job_attempt_and_step(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        listener = robot.host.listeners[await robot.host.next_start()]
        listener.log(LogLevel.INFO, "found rows", step_id="search", rows=3)
        while True:
            batch = await line.hear(LogBatch)
            found = [entry for entry in batch.entries if entry.message == "found rows"]
            if found:
                break
        entry = found[0]
        assert (entry.job_id, entry.attempt, entry.step_id, entry.fields) == ("job-1", 1, "search", {"rows": 3})


async def test_ending_drains_first_and_says_goodbye(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    robot.grace_s = LIMIT_S
    async with robot.alive() as stopping:
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        stopping.ask("SIGTERM")
        while not (await line.hear(Heartbeat)).draining:
            pass
        await line.assign("job-2")
        assert (await line.hear(JobRefused)).reason is RefusalReason.DRAINING
        robot.host.end(JOB)
        assert (await line.result()).status is JobStatus.COMPLETED
        assert (await line.hear(RobotGoodbye)).reason == "SIGTERM"
        await line.closed()


async def test_what_does_not_end_in_time_is_reported_as_lost_with_the_robot(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive() as stopping:
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        stopping.ask("SIGTERM")
        result = await line.result()
        assert result.status is JobStatus.FAILED
        assert result.error is not None
        assert result.error.kind is ErrorKind.ROBOT_LOST
        await line.hear(RobotGoodbye)


async def test_a_wrong_token_at_the_first_try_ends_the_robot_with_a_clear_message(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    robot.token = "wrong"
    with pytest.raises(ExceptionGroup) as caught:
        async with robot.alive():
            await asyncio.Event().wait()
    (error,) = caught.value.exceptions
    assert isinstance(error, RobotSetupError)
    assert "refused the robot's token (HTTP 401)" in error.message
    assert orchestrator.refused == 1


async def test_a_draining_registration_is_kept(robot: Robot, orchestrator: ScriptedOrchestrator) -> None:
    async with robot.alive():
        line = await orchestrator.line(draining=True)
        await line.assign("job-1")
        assert (await line.hear(JobRefused)).reason is RefusalReason.DRAINING


async def test_attempts_that_nobody_wants_any_more_are_stopped_at_the_registration(
    robot: Robot, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        line.socket.transport.abort()
        line = await orchestrator.line(revoked=(JOB,), heartbeat_s=0.2)
        await next_without(line, JOB)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await line.hear(JobResultReport)


@pytest.mark.feature("C83", "C84")
async def test_a_deployed_workflow_is_offered_by_its_hash_alone_also_after_a_restart(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    kept = WORKFLOW.content_hash
    async with robot.alive():
        line = await orchestrator.line()
        assert line.hello.cached == ()
        await line.assign("job-1", workflow=None, workflow_hash=kept)
        assert (await line.hear(JobRefused)).reason is RefusalReason.UNKNOWN_WORKFLOW
        await line.say(DeployWorkflow(workflow_hash=kept, workflow=WORKFLOW))
        assert await line.hear(DeploymentStatus) == DeploymentStatus(
            workflow_hash=kept, outcome=DeploymentOutcome.DEPLOYED
        )
        await line.assign("job-1", workflow=None, workflow_hash=kept)
        await line.hear(JobAccepted)
    async with robot.alive():
        line = await orchestrator.line()
        assert line.hello.cached == (kept,)
        await line.say(UndeployWorkflow(workflow_hash=kept))
        assert (await line.hear(DeploymentStatus)).outcome is DeploymentOutcome.REMOVED
        await line.assign("job-2", workflow=None, workflow_hash=kept)
        assert (await line.hear(JobRefused)).reason is RefusalReason.UNKNOWN_WORKFLOW


async def test_a_workflow_that_the_robot_cannot_run_is_not_deployed(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    needy = WORKFLOW.model_copy(update={"requires": ("gpu",)})
    async with robot.alive():
        line = await orchestrator.line()
        await line.say(DeployWorkflow(workflow_hash=needy.content_hash, workflow=needy))
        failed = await line.hear(DeploymentStatus)
        assert (failed.outcome, failed.detail) == (DeploymentOutcome.FAILED, "The robot lacks gpu.")
        await line.say(DeployWorkflow(workflow_hash="00", workflow=WORKFLOW))
        assert "same version" in (await line.hear(DeploymentStatus)).detail


@pytest.mark.feature("X20")
async def test_a_restart_takes_nothing_new_lets_jobs_end_and_says_goodbye(
    robot: Robot, orchestrator: ScriptedOrchestrator
) -> None:
    async with robot.alive():
        line = await orchestrator.line()
        await line.start("job-1")
        await robot.host.next_start()
        await line.say(RestartRobot(reason="new browser"))
        await line.assign("job-2")
        assert (await line.hear(JobRefused)).reason is RefusalReason.DRAINING
        robot.host.end(JOB)
        assert (await line.result()).status is JobStatus.COMPLETED
        assert "restart" in (await line.hear(RobotGoodbye)).reason
        await line.closed()
