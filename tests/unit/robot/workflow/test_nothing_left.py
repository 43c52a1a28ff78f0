"""A run that finds that there is nothing left to do ends there, and that is no failure."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.passes import CURRENT_PASS, Pass, end_early
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]


def loop(**more: Any) -> dict[str, Any]:
    """Takes a number in each pass, and works on it."""
    steps = [
        {"id": "take", "action": "set", "parameters": {"value": "${{ iteration }}"}, "retries": 0},
        {"id": "work", "action": "set", "parameters": {"value": 1}, "dependencies": ["take"], "retries": 0, **more},
    ]
    return {"iterations": 100, "steps": steps}


def control_of(made: Any, definition: dict[str, Any]) -> RunControl:
    workflow = WorkflowDefinition.model_validate(definition)
    return RunControl(workflow, job_id="", attempt=1, clock=made.clock, catalogue=CATALOGUE)


@pytest.mark.feature("X28")
async def test_nothing_starts_any_more_and_the_run_completes(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "take" and call.parameters["value"] == 3:
            end_early()
            return None
        return call.parameters["value"]

    made = bench(script)
    outcome = await made.run(loop())
    assert made.actions.order == ["take", "work", "take", "work", "take"]
    assert (outcome.status, outcome.iterations, outcome.error) == (JobStatus.COMPLETED, 3, None)
    assert [each.status for each in outcome.step_results] == [StepStatus.COMPLETED, StepStatus.SKIPPED]
    assert outcome.step_results[1].note == "There was nothing left to do."


@pytest.mark.feature("X28")
async def test_the_first_failure_of_a_pass_is_told_when_the_run_goes_on(bench: MakeBench) -> None:
    told: list[ErrorInfo] = []

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "work":
            raise ActionError.of(ErrorKind.BUSINESS, "locked account")
        return call.parameters["value"]

    async def note(_: Pass, error: ErrorInfo | None) -> None:
        told.extend([error] if error is not None else [])

    for definition, count in (
        ({**loop(critical=False), "iterations": 2}, 2),
        ({**loop(), "iterations": 2, "on_error": "continue"}, 2),
        ({**loop(), "iterations": 2}, 0),
    ):
        told.clear()
        made = bench(script)
        control = control_of(made, definition)
        control.pass_ended = note
        await made.run(definition, control=control)
        assert [each.message for each in told] == ["locked account"] * count


@pytest.mark.feature("X28")
async def test_a_workflow_inside_ends_alone_and_its_pass_is_another_one(bench: MakeBench) -> None:
    passes: list[tuple[str, Pass | None]] = []

    async def script(call: ActionCall) -> JsonValue:
        passes.append((call.step_id, CURRENT_PASS.get()))
        if call.step_id.endswith("take") and call.parameters["value"] == 2:
            end_early()
        return call.parameters["value"]

    steps = [
        {"id": "login", "action": "set", "parameters": {"value": 0}},
        {"id": "all", "workflow": "one", "dependencies": ["login"]},
        {"id": "logout", "action": "set", "parameters": {"value": 0}, "dependencies": ["all"]},
    ]
    made = bench(script)
    outcome = await made.run({"name": "Shift", "workflows": {"one": loop()}, "steps": steps})
    names = [name.rpartition("/")[2] for name, _ in passes]
    assert names == ["login", "take", "work", "take", "logout"]
    outer, first, again, second, last = [each for _, each in passes]
    assert outer is last is not first is again is not second
    assert first is not None
    assert first.around is outer
    assert outcome.status is JobStatus.COMPLETED
