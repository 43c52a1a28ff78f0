"""Repairs over the API: from what runs report to one approval for the fleet, and back."""

import pytest
from running_orchestrator import eventually, robot_of
from scripted_robot import ScriptedRobot, result_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.repairs import RepairView
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.results import Artifact, StepResult
from orchestrator.contract.sightings import ElementLook, LocatorCandidate, RunLookAnswer, RunLookRequest, Sighting
from orchestrator.contract.states import StepStatus

pytestmark = pytest.mark.feature("X19")

DEFINITION: dict[str, JsonValue] = {
    "name": "Shop",
    "steps": [{"id": "buy", "action": "click", "parameters": {"target": ["testid=buy", "text=Buy"]}}],
}
TRIED = ("testid=buy", "text=Buy")
LOOK = ElementLook(tag="button", role="button", name="Buy")
BUTTON = LocatorCandidate(locator={"role": "button", "name": "Buy"}, found='button "Buy"')
STRANGER = BUTTON.model_copy(update={"score": 0.9})


async def run_seeing(
    client: OrchestratorClient, robot: ScriptedRobot, sighting: Sighting, *, locator: str = "text=Buy", error: str = ""
) -> str:
    """One job whose robot reports this; its id."""
    await client.submit(SubmitRequest(workflow="Shop", max_retries=0))
    assignment = await robot.take_job()
    status = StepStatus.FAILED if error else StepStatus.COMPLETED
    pictures = (Artifact(name="buy.jpg", kind="screenshot", size=1, step_id="buy"),) if error else ()
    step = StepResult(step_id="buy", status=status, locator=None if error else locator, artifacts=pictures)
    result = result_of(assignment, error=error, outputs={})
    result = result.model_copy(update={"step_results": (step,), "sightings": (sighting,)})
    await robot.say(JobResultReport(result=result))
    return assignment.job_id


async def proposed(client: OrchestratorClient) -> RepairView:
    """The one that waits for a decision, once it is there."""
    return (await eventually(client.repairs.list, lambda found: len(found) == 1))[0]


async def fallen_back(client: OrchestratorClient, robot: ScriptedRobot) -> RepairView:
    """The proposal after three runs that fell back."""
    await client.save_workflow(DEFINITION)
    for _ in range(3):
        assert await client.repairs.list() == ()
        await run_seeing(client, robot, Sighting(step_id="buy", tried=TRIED, used=1, look=LOOK, candidates=(BUTTON,)))
    return await proposed(client)


async def test_three_runs_that_fell_back_are_one_proposal_which_one_approval_makes_a_version(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        view = await fallen_back(client, robot)
    assert (view.workflow_name, view.step_id, view.cause, view.robots) == ("Shop", "buy", "fallback", ("anna",))
    assert view.before == TRIED
    assert view.after == ('role=button[name="Buy"]', *TRIED)
    rule = ScheduleRule(frequency="daily")
    await client.add_schedule(ScheduleRequest(name="fixed", workflow="Shop", version=1, rule=rule))
    waiting = await client.submit(SubmitRequest(workflow="Shop"))
    detail = await client.repairs.get(view.repair_id)
    assert (detail.waiting, detail.pinned) == (1, ("schedule 'fixed' (version 1)",))

    approved = await client.repairs.approve(view.repair_id, take_waiting=True, note="The new shop.")
    assert (approved.repair.state, approved.repair.made, approved.repair.carried) == ("approved", 2, 1)
    assert await client.repairs.list() == ()
    newest = await client.workflow("Shop")
    assert newest.workflow.number == 2
    assert newest.workflow.note.endswith("stands before testid=buy now. The new shop.")
    assert newest.definition["steps"][0]["parameters"]["target"][0] == 'role=button[name="Buy"]'  # type: ignore[index,call-overload]
    assert (await client.job(waiting.job_id)).job.workflow_hash == newest.workflow.workflow_hash

    undone = await client.repairs.undo(view.repair_id)
    assert undone.state == "open"
    assert (await client.workflow("Shop")).definition["steps"] == DEFINITION["steps"]
    assert (await client.job(waiting.job_id)).job.workflow_hash != newest.workflow.workflow_hash
    kinds = {entry.kind for entry in await client.activity()}
    assert {"repair.proposed", "repair.approved", "repair.taken_back", "job.version_changed"} <= kinds


async def test_what_was_rejected_does_not_come_back_until_the_rejection_is_taken_back(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        view = await fallen_back(client, robot)
        rejected = await client.repairs.reject(view.repair_id, note="The text is better.")
        assert (rejected.state, rejected.note) == ("rejected", "The text is better.")
        again = Sighting(step_id="buy", tried=TRIED, used=1, look=LOOK, candidates=(BUTTON,))
        other = BUTTON.model_copy(update={"locator": {"css": "#other"}})
        await run_seeing(client, robot, again)
        await run_seeing(client, robot, again.model_copy(update={"candidates": (BUTTON, other)}))
        assert (await proposed(client)).choices == ("#other",)
    with pytest.raises(RefusedError, match="rejected already"):
        await client.repairs.approve(view.repair_id)
    with pytest.raises(RefusedError, match="There is no repair 'x'"):
        await client.repairs.undo("x")


async def test_a_step_that_found_nothing_brings_a_proposal_from_what_its_element_last_looked_like(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    await client.save_workflow(DEFINITION)
    async with robot_of(orchestrator) as robot:
        await run_seeing(client, robot, Sighting(step_id="buy", tried=TRIED, used=0, look=LOOK), locator="testid=buy")

        async def known() -> ElementLook | None:
            (version,) = [each for each in await client.workflows() if each.name == "Shop"]
            return await orchestrator.parts.store.repairs.look(version.workflow_id, "buy", "testid=buy")  # type: ignore[arg-type]

        assert await eventually(known, lambda look: look is not None) == LOOK
        failed = Sighting(step_id="buy", tried=TRIED, look=LOOK, candidates=(STRANGER,))
        job_id = await run_seeing(client, robot, failed, error="No element matches testid=buy.")
        view = await proposed(client)
    assert (view.cause, view.score, view.job_id, view.picture) == ("not_found", 0.9, job_id, "buy.jpg")
    assert view.confidence.startswith("Good: the element that it finds is 90% like the one that is gone.")


async def test_a_proposal_for_a_step_that_somebody_changed_is_outdated(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        view = await fallen_back(client, robot)
    steps: JsonValue = [{"id": "buy", "action": "click", "parameters": {"target": "#new"}}]
    await client.save_workflow({"name": "Shop", "steps": steps})
    assert await eventually(client.repairs.list, lambda found: not found) == ()
    assert (await client.repairs.get(view.repair_id)).repair.state == "outdated"


async def test_only_a_live_run_of_that_robot_is_told_what_an_element_looked_like(orchestrator: Orchestrator) -> None:
    import httpx  # noqa: PLC0415  a robot's own way of asking

    asked = RunLookRequest(robot_id="r", job_id="j", attempt=1, step_id="buy", locator="#a")
    assert RunLookAnswer().look is None
    headers = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as robot:
        answer = await robot.post(f"{orchestrator.url}/api/v1/memory/run/look", json=asked.model_dump())
    assert answer.status_code == 409
