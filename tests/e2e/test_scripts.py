"""Scripts at work: engine, robot and browser are real, and end with the script."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator import (
    DirectorOrchestrator,
    Orchestrator,
    WorkflowBuilder,
    create_job_discovery_workflow,
    create_proposal_submission_workflow,
    workflow,
)
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.events import NamedEvent
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.fleet.demo_proposals import ACCOUNT
from orchestrator.scripting.sessions import SessionOutcome, SessionState
from resources.demo_site.expected import expected_discovery

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("scripts")]

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "plugins" / "example_actions"
PAGE = re.findall(r"^```python run\n(.*?)^```", (ROOT / "docs" / "python.md").read_text(), re.DOTALL | re.MULTILINE)
PLACES = 3
FRONT = (
    workflow("Front page")
    .variable("site", type="string", required=True)
    .step("open", "goto", {"url": "${{ site }}"})
    .step("links", "count", {"target": {"css": "a"}}, needs="open")
    .output("links", "${{ steps.links.result }}")
)


def naps(name: str, seconds: float, steps: int = 1) -> WorkflowBuilder:
    flow = workflow(name).variable("site", "").variable("who", "").describe(parallel=False)
    for number in range(steps):
        flow = flow.step(f"nap{number}", "wait", {"seconds": seconds}, milestone=True)
    return flow.output("who", "${{ who }}")


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The demo site."""
    command = [sys.executable, "-m", "resources.demo_site", "--port", "0", "--die-with-parent"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["url"]
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def script(shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchestrator]:
    """An orchestrator of a script, with places for three runs, and a package that brings an action."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(with_example_package(tmp_path_factory.mktemp("site-packages"))))
        with Orchestrator(max_sessions=PLACES, sites={"shop": shop}, base_url=shop) as orchestrator:
            yield orchestrator


def with_example_package(folder: Path) -> Path:
    """A folder in which the example of a package with an action is installed."""
    facts = folder / "botswain_headings-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: botswain-headings\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[botswain.actions]\nheadings = headings:outline\n")
    shutil.copy(EXAMPLE / "headings.py", folder)
    return folder


def there(script: Orchestrator) -> OrchestratorClient:
    """The way to the script's own engine, for another script."""
    return script._wait(script._director.client())


@pytest.mark.feature("O01", "O02", "O44")
def test_a_workflow_runs_in_several_sessions_and_each_gives_its_result(script: Orchestrator) -> None:
    results = script.run_workflow(site="shop", workflow=FRONT, sessions=PLACES)
    assert [(each.session, each.outcome, each.succeeded) for each in results] == [
        (number, SessionOutcome.COMPLETED, True) for number in range(1, PLACES + 1)
    ]
    assert len({each.session_id for each in results}) == PLACES
    (links,) = {each.outputs["links"] for each in results}
    assert isinstance(links, int)
    assert links > 0
    assert script.list_active_sessions() == []


@pytest.mark.feature("W10", "W36")
def test_an_installed_action_runs_on_a_robot(script: Orchestrator, shop: str) -> None:
    outline = (
        workflow("Outline")
        .variable("site", type="string", required=True)
        .step("open", "goto", {"url": "${{ site }}"})
        .step("read", "headings.outline", {"deepest": 2}, needs="open")
    )
    (result,) = script.run_workflow(workflow=outline, site=shop)
    headings = result.outputs["read"]
    assert isinstance(headings, list)
    assert next(heading["level"] for heading in headings if isinstance(heading, dict)) == 1
    detail = script._wait(there(script).job(result.session_id or ""))
    assert detail.capabilities == ("action:headings.outline",)


@pytest.mark.parametrize("example", [each for each in PAGE if "WorkflowOrchestrator" not in each])
def test_an_example_of_the_page_runs(
    script: Orchestrator,
    shop: str,
    example: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = there(script)
    monkeypatch.setenv("BOTSWAIN_URL", client.base_url)
    monkeypatch.setenv("BOTSWAIN_KEY", client.key)
    exec(compile(example.replace("http://127.0.0.1:8080", shop), "python.md", "exec"), {"__name__": "example"})
    said = capsys.readouterr().out
    assert said
    assert "not_created" not in said
    assert "Error" not in said


@pytest.mark.feature("O46", "O60", "W06")
def test_a_session_that_finds_no_place_says_so_and_the_others_run(
    script: Orchestrator, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("Only 3 of 4 sessions could be had")
    people: Sequence[Mapping[str, JsonValue]] = [{"who": name} for name in ("ada", "bob", "cyd", "dan")]
    results = script.run_workflow(workflow=naps("Crowd", 1.5), sessions=4, variables=people, patience_s=0.7)
    missing = [each for each in results if each.outcome is SessionOutcome.NOT_CREATED]
    assert len(missing) == 1
    assert missing[0].error is not None
    assert [each.outputs["who"] for each in results if each.succeeded] == [
        person["who"] for person, each in zip(people, results, strict=True) if each.succeeded
    ]
    assert sum(each.succeeded for each in results) == PLACES


@pytest.mark.feature("O46", "O38", "O60")
def test_when_no_session_can_be_had_that_is_an_error(script: Orchestrator) -> None:
    held = [script.create_session(workflow=naps("Hold", 60)) for _ in range(PLACES)]
    try:
        with pytest.raises(Orchestrator.SessionCreationError, match="None of the 1 sessions could be had"):
            script.run_workflow(workflow=naps("Late", 0.1), patience_s=0.2)
    finally:
        for each in held:
            script.end_session(each)
    assert script.list_active_sessions() == []


@pytest.mark.feature("O14")
def test_threads_share_an_orchestrator_and_each_gets_its_own_sessions(script: Orchestrator) -> None:
    seen: list[set[str]] = []
    begin = threading.Barrier(2)

    def run(name: str) -> list[str]:
        begin.wait(10)
        results = script.run_workflow(workflow=naps("Shared", 0.3), sessions=2, variables={"who": name})
        seen.append({each.session_id or "" for each in results})
        return [str(each.outputs["who"]) for each in results]

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(run, ["ada", "bob"])) == [["ada", "ada"], ["bob", "bob"]]
    assert seen[0] & seen[1] == set()
    assert script.list_active_sessions() == []


@pytest.mark.feature("O15", "O16")
def test_a_session_is_created_looked_up_and_ended(script: Orchestrator, shop: str) -> None:
    session = script.create_session(workflow=naps("Stay", 60), site="shop", variables={"who": "ada"}, timeout_s=90)
    assert [each.session_id for each in script.list_active_sessions()] == [session]
    info = script.get_session_info(session)
    assert (info.workflow, info.site, info.context["who"], info.is_active) == ("Stay", shop, "ada", True)
    script.end_session(session)
    ended = script.get_session_info(session)
    assert (ended.state, ended.is_active) == (SessionState.RELEASED, False)
    assert ended.ended_at is not None
    assert script.list_active_sessions() == []


@pytest.mark.feature("O13")
def test_a_session_expires_after_its_time(script: Orchestrator) -> None:
    (result,) = script.run_workflow(workflow=naps("Too long", 60), timeout_s=0.5)
    assert result.outcome is SessionOutcome.FAILED
    assert result.error is not None
    assert result.error.kind == "timeout"
    info = script.get_session_info(result.session_id or "")
    assert info.started_at is not None
    assert info.expires_at is not None
    assert (info.expires_at - info.started_at).total_seconds() == 0.5
    assert not info.is_active


@pytest.mark.feature("D17", "D18", "D21", "E12", "W01", "W03")
def test_an_execution_is_created_watched_and_ends(script: Orchestrator) -> None:
    created = script.create_workflow(
        name="Two steps",
        description="As the reference writes it",
        steps=[
            {"id": "one", "name": "One", "action": "set", "parameters": {"value": 1}},
            {"id": "two", "name": "Two", "action": "set", "parameters": {"value": 2}, "dependencies": ["one"]},
        ],
        parallel_execution=True,
        timeout_s=60,
        metadata={"experiment_id": "exp"},
    )
    execution = script.execute_workflow(created, priority="high")
    status = script.wait_for_workflow(execution, timeout_s=30)
    assert (status["status"], status["state"], status["progress"]) == ("completed", "completed", 1.0)
    assert status["outputs"] == {"two": 2}
    assert status["execution_context"]["workflow_id"] == created
    assert status["execution_context"]["metadata"] == {"experiment_id": "exp"}
    assert (isinstance(status["active_alerts"], list), status["recovery_attempts"]) == (True, 0)
    assert not script.cancel_workflow(execution)
    assert execution in {job.job_id for job in script.execution_history(created)}


@pytest.mark.feature("D21", "D18")
def test_an_execution_is_paused_resumed_cancelled_and_recovered(script: Orchestrator) -> None:
    execution = script.execute_workflow(naps("Long way", 0.4, steps=5))
    while script.get_workflow_status(execution)["checkpoint_count"] == 0:
        assert script.get_workflow_status(execution)["status"] in {"pending", "running"}
    assert script.pause_workflow(execution)
    while (paused := script.get_workflow_status(execution))["status"] != "paused":
        assert paused["state"] in {"running", "pausing"}
    assert script.resume_workflow(execution)
    assert not script.resume_workflow(execution)
    assert script.cancel_workflow(execution)
    assert script.wait_for_workflow(execution, timeout_s=30)["status"] == "cancelled"
    assert script.recover_workflow(execution)
    done = script.wait_for_workflow(execution, timeout_s=30)
    assert done["status"] == "completed"
    assert not script.recover_workflow(execution)
    detail = script._wait(there(script).job(execution))
    assert detail.attempts[-1].attempt > 1


@pytest.mark.feature("D02", "D31")
def test_jobs_are_discovered_for_keywords(script: Orchestrator, shop: str) -> None:
    names = {view.name for view in script._wait(there(script).workflows())}
    assert {"Job Discovery", "Proposal Submission", "Profile Management"} <= names
    keywords = ["Salesforce AI", "Einstein"]
    execution = script._wait(create_job_discovery_workflow(script._director, keywords, parallel=True, site=shop))
    outputs = script.wait_for_workflow(execution, timeout_s=60)["outputs"]
    found, expected = outputs["jobs"], expected_discovery(keywords)
    assert isinstance(found, list)
    assert [job["id"] for job in found if isinstance(job, dict)] == [job["id"] for job in expected]
    assert outputs["count"] == len(expected)


@pytest.mark.feature("D32")
def test_proposals_are_submitted_in_batches(script: Orchestrator, shop: str) -> None:
    jobs = expected_discovery(["Einstein"])[:3]
    proposals: list[Mapping[str, JsonValue]] = [
        {"job_url": f"{shop}{job['url']}", "content": "I have done this before. " * 6, "bid_amount": 75} for job in jobs
    ]
    proposals.append({"job_url": f"{shop}{jobs[0]['url']}", "content": "Too short.", "bid_amount": 75})
    execution = script._wait(
        create_proposal_submission_workflow(
            script._director, proposals, batch_size=2, site=shop, username=ACCOUNT.email, password=ACCOUNT.password
        )
    )
    status = script.wait_for_workflow(execution, timeout_s=60)
    assert status["status"] == "completed"
    outputs = status["outputs"]
    assert (outputs["submitted"], outputs["verified"], outputs["failed"]) == (len(jobs), len(jobs), 0)
    assert isinstance(outputs["invalid"], list)
    assert len(outputs["invalid"]) == 1


@pytest.mark.feature("D72")
def test_figures_tell_how_the_system_does(script: Orchestrator) -> None:
    script.run_workflow(workflow=naps("Counted", 0.1))
    metrics = script.get_system_metrics()
    assert metrics["completed_today"] >= 1
    assert 0 < metrics["success_rate"] <= 1
    assert metrics["online_robots"] >= 1
    spread = script.get_session_distribution()
    assert spread["robots"][0]["robot"] == "robot-1"
    samples = script.get_performance()
    assert sum(sample["completed"] for sample in samples) >= 1
    assert any(sample["average_execution_time"] for sample in samples)


@pytest.mark.feature("O44", "O28")
async def test_another_script_works_with_the_same_orchestrator_and_leaves_nothing_behind(script: Orchestrator) -> None:
    client = await asyncio.to_thread(there, script)
    heard: list[JsonValue] = []
    both_run, ended = asyncio.Event(), asyncio.Event()
    director = DirectorOrchestrator(client.base_url, client.key)

    @director.events.subscribe("jobs.running")
    async def on_running(event: NamedEvent) -> None:
        heard.append(event.data["job_id"])
        if len(heard) == 2:
            both_run.set()

    @director.events.subscribe("jobs.cancelled")
    async def on_cancelled(event: NamedEvent) -> None:
        ended.set()

    async with director:
        session = await director.create_session(workflow=naps("Left open", 60))
        run = asyncio.get_running_loop().create_task(director.run_workflow(workflow=naps("Interrupted", 60)))
        await asyncio.wait_for(both_run.wait(), 20)
        active = await director.list_active_sessions()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert [each.session_id for each in await director.list_active_sessions()] == [session]
        await asyncio.wait_for(ended.wait(), 20)
    ids = [each.session_id for each in active]
    assert set(ids) == set(heard)
    async with OrchestratorClient(client.base_url, client.key) as other:
        assert {(await other.job(each)).job.status for each in ids} == {JobStatus.CANCELLED}


def test_mistakes_are_one_sentence_each(script: Orchestrator) -> None:
    with pytest.raises(UserError, match=r"site: 'nowhere' is neither an address.*Known names: shop"):
        script.run_workflow(site="nowhere", workflow=FRONT)
    with pytest.raises(UserError, match="sessions: it must be 1 to 1000, not 0"):
        script.run_workflow(workflow=FRONT, sessions=0)
    with pytest.raises(UserError, match="there are 1 for 2 sessions"):
        script.run_workflow(workflow=FRONT, sessions=2, variables=[{}])
    with pytest.raises(UserError, match="There is no field 'staps'"):
        script.save_workflow({"name": "X", "staps": [], "steps": [{"action": "wait"}]})
    with pytest.raises(UserError, match="priority: there is no 'urgent'"):
        script.execute_workflow(FRONT, {"site": "http://x"}, priority="urgent")
    with pytest.raises(UserError, match="timeout_s: Input should be greater than 0"):
        script.run_workflow(workflow=FRONT, timeout_s=-1)
    with pytest.raises(Orchestrator.TaskCreationError, match="'site' is missing"):
        script.run_workflow(workflow=FRONT)


@pytest.mark.feature("O50", "O18", "W02")
def test_urgent_executions_get_the_next_free_place(script: Orchestrator) -> None:
    script._director.max_concurrent_workflows = 1
    try:
        held = script.create_session(workflow=naps("Hold", 60))
        normal = script.execute_workflow(naps("Queued", 0.1))
        urgent = script.execute_workflow(naps("Queued", 0.1), priority="critical")
        script.end_session(held)
        for each in (normal, urgent):
            assert script.wait_for_workflow(each, timeout_s=60)["status"] == "completed"
    finally:
        script._director.max_concurrent_workflows = None
        script.run_workflow(workflow=naps("Unlimited", 0.1))
    jobs = {job.job_id: job for job in script.execution_history()}
    first, second = jobs[urgent].started_at, jobs[normal].started_at
    assert first is not None
    assert second is not None
    assert first < second


async def test_who_waits_for_an_end_has_heard_of_everything_until_then(script: Orchestrator) -> None:
    client = await asyncio.to_thread(there, script)
    heard: list[JsonValue] = []
    async with DirectorOrchestrator(client.base_url, client.key) as director:

        @director.events.subscribe("jobs.*")
        async def on_jobs(event: NamedEvent) -> None:
            await asyncio.sleep(0)
            heard.append(event.data["status"])

        @director.events.subscribe("jobs.completed")
        async def on_completed(event: NamedEvent) -> None:
            heard.append((await director.wait_for_workflow(str(event.data["job_id"])))["status"])

        execution_id = await director.execute_workflow(naps("Short", 0))
        await director.wait_for_workflow(execution_id)
        assert heard.count("completed") == 2
        assert heard[0] == "queued"
