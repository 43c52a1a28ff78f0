"""Chains: a job's end starts what its definition and the triggers ask for, exactly once, whatever dies when."""

import random
from collections import Counter

import pytest
from dying_store import DyingStore, quiet, until_dead
from fake_fleet import FakeRobot, Fleet
from fake_store import FakeStore
from log_guard import ExpectWarning

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.triggers import TestTriggerRequest, TriggerRequest
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import MASK
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FiringOutcome, Trigger, job_ended, of_trigger
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError

STEP: dict[str, JsonValue] = {"id": "read", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}
REPORT: dict[str, JsonValue] = {
    "name": "Report",
    "steps": [STEP],
    "variables": {"rows": {"type": "list"}, "from": {"type": "string", "default": ""}},
}
SEARCH: dict[str, JsonValue] = {
    "name": "Search",
    "steps": [STEP],
    "variables": {"word": "tea", "password": {"type": "string", "secret": True}},
    "on_success": [
        {"workflow": "Report", "variables": {"rows": "${{ job.result.rows }}", "from": "${{ job.variables.word }}"}}
    ],
    "on_failure": "Cleanup",
}
CLEANUP: dict[str, JsonValue] = {"name": "Cleanup", "steps": [STEP]}


async def saved(fleet: Fleet, *definitions: JsonValue) -> None:
    for definition in definitions:
        await fleet.engine.workflows.save(definition)


async def submitted(fleet: Fleet, workflow: str = "Search", **more: object) -> Job:
    request = SubmitRequest.model_validate({"workflow": workflow, **more})
    return await fleet.engine.submit_job(request)


async def trigger(fleet: Fleet, **fields: object) -> Trigger:
    request = TriggerRequest.model_validate(
        {"name": "after search", "on": "workflow", "after": ["Search"], "workflow": "Report", **fields}
    )
    drafted = await fleet.engine.trigger_desk.draft(request)
    return await fleet.engine.triggers.add(drafted.trigger, present=drafted.present)


def named(fleet: Fleet, workflow: str) -> list[Job]:
    return [job for job in fleet.store.jobs.values() if job.workflow_name == workflow]


@pytest.mark.feature("W07")
async def test_a_completed_job_starts_its_follow_up_with_values_of_its_result(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1")
    first = await submitted(fleet, variables={"word": "coffee"})
    await fleet.settle()
    await robot.finish(outputs={"rows": [1, 2]})
    await fleet.settle()
    (report,) = named(fleet, "Report")
    assert report.variables == {"rows": [1, 2], "from": "coffee"}
    assert report.submitted_by == "trigger on_success of Search"
    origin = await fleet.engine.triggers.origin(report.job_id)
    assert origin is not None
    assert (origin.source_job_id, origin.depth) == (first.job_id, 1)
    assert [each.job_id for each in await fleet.engine.triggers.followers(first.job_id)] == [report.job_id]
    assert named(fleet, "Cleanup") == []


@pytest.mark.feature("W07")
async def test_a_failed_job_starts_what_stands_under_on_failure_and_a_cancelled_one_nothing(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1", slots=2)
    await submitted(fleet, max_retries=0)
    cancelled = await submitted(fleet, max_retries=0)
    await fleet.settle()
    await fleet.engine.cancel_job(cancelled.job_id)
    await fleet.settle()
    await robot.finish(status=JobStatus.FAILED)
    await fleet.settle()
    assert len(named(fleet, "Cleanup")) == 1
    assert named(fleet, "Report") == []


async def test_a_job_that_is_tried_again_has_not_ended(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, {**SEARCH, "retry_safe": True})
    robot = await fleet.robot("r1")
    await submitted(fleet, max_retries=1)
    await fleet.settle()
    await robot.finish(status=JobStatus.FAILED)
    await fleet.settle()
    assert named(fleet, "Cleanup") == []


async def test_each_ended_attempt_counts_for_itself(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1")
    job = await submitted(fleet, max_retries=0)
    for _ in range(2):
        await fleet.settle()
        ref = next(ref for ref in robot.running if ref.job_id == job.job_id)
        await robot.finish(ref, status=JobStatus.FAILED)
        await fleet.settle()
        for other in [ref for ref in robot.running if ref.job_id != job.job_id]:
            await robot.finish(other)
        await fleet.settle()
        await fleet.engine.retry_job(job.job_id)
    assert len(named(fleet, "Cleanup")) == 2


@pytest.mark.feature("W09", "X30")
async def test_a_trigger_fires_when_its_condition_holds(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, {"name": "Search", "steps": [STEP]})
    robot = await fleet.robot("r1")
    await trigger(fleet, when="len(job.result.rows) > 2", variables={"rows": "${{ job.result.rows }}"}, priority="high")
    few: list[JsonValue] = [1]
    many: list[JsonValue] = [1, 2, 3]
    for rows in (few, many):
        await submitted(fleet)
        await fleet.settle()
        await robot.finish(outputs={"rows": rows})
        await fleet.settle()
    (report,) = named(fleet, "Report")
    assert report.variables["rows"] == [1, 2, 3]


async def test_a_paused_trigger_and_a_switched_off_feature_start_nothing(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1")
    kept = await trigger(fleet, name="second", variables={})
    await fleet.engine.triggers.pause(kept.trigger_id)
    await fleet.engine.live.change({"triggers": False}, actor="ada")
    await submitted(fleet)
    await fleet.settle()
    await robot.finish(outputs={"rows": []})
    await fleet.settle()
    assert named(fleet, "Report") == []
    await fleet.engine.live.change({"triggers": True}, actor="ada")
    await submitted(fleet)
    await fleet.settle()
    await robot.finish(outputs={"rows": []})
    await fleet.settle()
    assert len(named(fleet, "Report")) == 1


async def test_a_follow_up_that_cannot_start_says_so_and_is_not_tried_again(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("could not start Report")
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1")
    job = await submitted(fleet)
    await fleet.settle()
    await robot.finish(outputs={})
    await fleet.settle()
    (firing,) = await fleet.engine.triggers.followers(job.job_id)
    assert firing.outcome is FiringOutcome.REFUSED
    assert "rows" in firing.note
    assert "trigger.refused" in [entry.kind for entry in fleet.store.audit]


async def test_a_loop_of_chains_ends_at_the_limit_with_a_clear_reason(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("looks like a loop")
    await fleet.engine.live.change({"max_chain_depth": 3}, actor="ada")
    await saved(fleet, {"name": "Ping", "steps": [STEP], "on_success": ["Ping"]})
    robot = await fleet.robot("r1")
    await submitted(fleet, "Ping")
    for _ in range(4):
        await fleet.settle()
        await robot.finish()
    await fleet.settle()
    assert len(named(fleet, "Ping")) == 4
    assert not robot.running


async def test_secret_variables_are_not_handed_on(fleet: Fleet, expected_warnings: ExpectWarning) -> None:
    expected_warnings("could not start")
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    robot = await fleet.robot("r1")
    await trigger(fleet, variables={"from": "${{ job.variables.password }}"})
    await submitted(fleet, variables={"password": "hush"})
    await fleet.settle()
    await robot.finish(outputs={"rows": []})
    await fleet.settle()
    assert "hush" not in repr([job.variables for job in named(fleet, "Report")])


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"variables": {"rows": "${{ jobs.result }}"}}, "variables.rows", "jobs"),
        ({"variables": {"rows": "${{ steps.read.result }}"}}, "variables.rows", "read"),
        ({"variables": {"row": 1}}, "variables.row", "Did you mean 'rows'"),
        ({"when": "file.size > 1"}, "when", "can be read is job"),
        ({"statuses": ["running"]}, "statuses", "ends of jobs"),
        ({"on": "file", "folder": "in"}, "folder", "absolute path"),
        ({"on": "file", "folder": "/no/such/folder"}, "folder", "no folder"),
        ({"robot": "nobody"}, "robot", "no robot"),
    ],
)
async def test_a_trigger_that_could_never_work_is_refused_by_its_field(
    fleet: Fleet, fields: dict[str, object], field: str, words: str
) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    with pytest.raises(InvalidRequestError, match=words) as wrong:
        await trigger(fleet, **fields)
    assert wrong.value.field == field


async def test_a_trigger_needs_workflows_that_exist_and_a_name_of_its_own(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, SEARCH)
    with pytest.raises(NotFoundError):
        await trigger(fleet, workflow="Nothing")
    with pytest.raises(NotFoundError):
        await trigger(fleet, after=["Nothing"])
    await trigger(fleet)
    with pytest.raises(ConflictError, match="already"):
        await trigger(fleet)


async def test_a_rehearsal_shows_what_would_start_and_starts_nothing(fleet: Fleet) -> None:
    await saved(fleet, REPORT, CLEANUP, {"name": "Search", "steps": [STEP]})
    robot = await fleet.robot("r1")
    job = await submitted(fleet)
    await fleet.settle()
    await robot.finish(outputs={"rows": [1, 2]})
    await fleet.settle()
    kept = await trigger(fleet, variables={"rows": "${{ job.result.rows }}"})
    occurrence = await fleet.engine.trigger_desk.played(kept, TestTriggerRequest(job_id=job.job_id))
    assert await fleet.engine.triggers.rehearse(of_trigger(kept), occurrence) == {"rows": [1, 2], "from": ""}
    assert named(fleet, "Report") == []


async def test_mistakes_in_follow_ups_are_found_when_the_workflow_is_saved(fleet: Fleet) -> None:
    wrong: list[JsonValue] = [
        {"workflow": "Report", "variables": {"rows": "${{ jobb.result }}"}},
        {"workflow": "Report", "when": "job.result.rows >"},
    ]
    with pytest.raises(WorkflowError) as refused:
        await fleet.engine.workflows.save({"name": "Search", "steps": [STEP], "on_success": wrong})
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["on_success[0].variables.rows", "on_success[1].when"]


@pytest.mark.feature("W07")
@pytest.mark.parametrize("seed", range(12))
async def test_no_death_of_the_orchestrator_loses_or_doubles_a_follow_up(
    seed: int, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("could not start|answered", optional=True)
    await Walk(random.Random(seed)).run()


class Walk:
    """Jobs end in all ways while the process dies at random calls of its store; then everything is compared."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.kept = FakeStore()
        self.store = DyingStore(self.kept)
        self.fleet = Fleet(store=self.store)  # type: ignore[arg-type]
        self.deaths = 0

    async def run(self) -> None:
        fleet = await self.fleet.start()
        await saved(fleet, REPORT, CLEANUP, SEARCH)
        await trigger(fleet, name="any end", statuses=["completed", "failed", "cancelled"], variables={"rows": []})
        robot = await fleet.robot("r1", slots=3)
        await fleet.advance(10)
        for _ in range(25):
            if self.rng.random() < 0.6:
                self.store.life.die_at(self.rng.randint(1, 12), after=self.rng.random() < 0.5)
            await until_dead(self.store.life, self._something(robot))
            await quiet(self.store.life)
            if self.store.life.is_dead:
                await self._start_again(robot)
        await self._start_again(robot)
        await fleet.advance(20)
        self._compare()
        await fleet.engine.stop()

    async def _something(self, robot: FakeRobot) -> None:
        fleet, rng = self.fleet, self.rng
        running = [ref for ref in robot.running if self.kept.jobs[JobId(ref.job_id)].workflow_name == "Search"]
        match rng.choice(["submit", "finish", "finish", "fail", "cancel", "retry", "time"]):
            case "finish" if running:
                await robot.finish(rng.choice(running), outputs={"rows": [rng.randint(0, 9)]})
            case "fail" if running:
                await robot.finish(rng.choice(running), status=JobStatus.FAILED)
            case "cancel" if waiting := [job for job in named(fleet, "Search") if job.status is JobStatus.QUEUED]:
                await fleet.engine.cancel_job(rng.choice(waiting).job_id)
            case "retry" if over := [job for job in named(fleet, "Search") if job.status is JobStatus.FAILED]:
                await fleet.engine.retry_job(rng.choice(over).job_id)
            case "time":
                await fleet.advance(rng.choice([1, 4, 9]))
            case _:
                await submitted(fleet, max_retries=0)
        for ref in [ref for ref in robot.running if ref not in running]:
            if self.kept.jobs[JobId(ref.job_id)].workflow_name != "Search":
                await robot.finish(ref)
        await fleet.settle()

    async def _start_again(self, robot: FakeRobot) -> None:
        self.deaths += 1
        await self.fleet.engine._loops.stop()
        self.store.life.revive()
        await self.fleet.restart()
        await robot.connect()
        await self.fleet.settle()

    def _compare(self) -> None:
        """Each recorded end of a Search gave exactly the follow-ups that its outcome asks for."""
        keys = Counter((firing.trigger_id, firing.event_key) for firing in self.kept.triggers.fired.values())
        jobs = Counter(firing.job_id for firing in self.kept.triggers.fired.values() if firing.job_id)
        assert set(keys.values()) | set(jobs.values()) <= {1}
        searches = {job.job_id for job in named(self.fleet, "Search")}
        ends = {
            (result.job_id, attempt, result.status)
            for (job_id, attempt), result in self.kept.results.items()
            if job_id in searches
        }
        fired = {(str(firing.trigger_id).rpartition(":")[0].rpartition(":")[2], firing.event_key) for firing in
                 self.kept.triggers.fired.values()}  # fmt: skip
        for job_id, attempt, status in ends:
            word = "on_success" if status is JobStatus.COMPLETED else "on_failure"
            assert (word, f"{job_id}:{attempt}") in fired, (word, job_id, attempt)
            assert ("", f"{job_id}:{attempt}") in fired, ("trigger", job_id, attempt)
        followers = named(self.fleet, "Report") + named(self.fleet, "Cleanup")
        assert len(followers) == len(jobs)


async def test_a_rehearsal_shows_no_secret(fleet: Fleet) -> None:
    await saved(fleet, SEARCH, REPORT)
    kept = await trigger(fleet, on="webhook", workflow="Search", variables={"password": "${{ body.password }}"})
    occurrence = await fleet.engine.trigger_desk.played(kept, TestTriggerRequest(body={"password": "hunter2"}))
    assert await fleet.engine.triggers.rehearse(of_trigger(kept), occurrence) == {"word": "tea", "password": MASK}


async def test_of_a_job_whose_definition_is_gone_no_variable_is_handed_on(fleet: Fleet) -> None:
    await saved(fleet, SEARCH)
    job = await submitted(fleet, variables={"password": "hunter2"})
    assert "hunter2" not in str(job_ended(job, None, None).names)
