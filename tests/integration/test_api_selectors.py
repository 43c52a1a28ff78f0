"""An early warning when runs fall back to later locators, and its end when the first one works again."""

import pytest
from running_orchestrator import eventually, robot_of
from scripted_robot import ScriptedRobot, result_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.selectors import SelectorView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus

DEFINITION: dict[str, JsonValue] = {
    "name": "Shop",
    "steps": [{"id": "buy", "action": "click", "parameters": {"target": ["testid=buy", "text=Buy"]}}],
}


async def run_with(client: OrchestratorClient, robot: ScriptedRobot, locator: str) -> None:
    """One job whose step used this locator."""
    await client.submit(SubmitRequest(definition=DEFINITION))
    assignment = await robot.take_job()
    step = StepResult(step_id="buy", status=StepStatus.COMPLETED, locator=locator)
    result = result_of(assignment, error="", outputs={}).model_copy(update={"step_results": (step,)})
    await robot.say(JobResultReport(result=result))


@pytest.mark.feature("X19")
async def test_runs_that_need_a_later_locator_are_a_warning(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async def view() -> SelectorView | None:
        return next(iter(await client.selectors.list()), None)

    async def seen_after(uses: int) -> SelectorView:
        found = await eventually(view, lambda each: each is not None and each.uses == uses)
        assert found is not None
        return found

    async with robot_of(orchestrator) as robot:
        for number, locator in enumerate(["testid=buy", "testid=buy", "text=Buy", "text=Buy", "text=Buy"], start=1):
            await run_with(client, robot, locator)
            found = await seen_after(number)
    assert (found.workflow_name, found.step_id, found.fallbacks, found.newest) == ("Shop", "buy", 3, "text=Buy")
    assert found.is_falling_back
    (alert,) = [each for each in await client.alerts.list() if each.kind == "selector_fallback"]
    assert "testid=buy finds nothing any more; text=Buy works" in alert.message
