"""Saved workflows inside saved workflows: fixed when a job is submitted, refused where they would have no end."""

from typing import Any

import pytest
from fake_fleet import Fleet

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import WorkflowError
from orchestrator.domain.version_diff import differences
from orchestrator.domain.workflow_version import WorkflowVersion


def greet(text: str = "Hello", **more: Any) -> dict[str, Any]:
    step = {"id": "say", "action": "set", "parameters": {"value": text}}
    return {"name": "Greet", "steps": [step], **more}


def caller(name: str = "Caller", runs: str = "Greet", **more: Any) -> dict[str, Any]:
    return {"name": name, "steps": [{"id": "greet", "workflow": runs, **more}]}


async def ran(fleet: Fleet, workflow: str, **more: Any) -> WorkflowVersion:
    """The version that a job of it is pinned to."""
    job = await fleet.engine.submit_job(SubmitRequest(workflow=workflow, **more))
    version = await fleet.engine.workflows.version_of(job)
    assert version is not None
    return version


def text_of(version: WorkflowVersion) -> object:
    return version.definition.linked["Greet"].definition.steps[0].parameters["value"]


async def test_a_job_runs_what_was_newest_when_it_was_submitted(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    before = await ran(fleet, "Caller")
    await workflows.save(greet("Good evening"))
    after = await ran(fleet, "Caller")
    again = await ran(fleet, "Caller")

    assert (text_of(before), text_of(after)) == ("Hello", "Good evening")
    assert (before.number, after.number, again.number) == (1, 2, 2)
    assert after.note == "Runs 'Greet' in version 2 now."
    assert differences(before.definition, after.definition) == ("'Greet' is run in version 2 instead of 1.",)


async def test_an_old_version_of_the_caller_runs_what_it_ran_then(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    await workflows.save(greet("Good evening"))
    await ran(fleet, "Caller")

    assert text_of(await ran(fleet, "Caller", version=1)) == "Hello"


async def test_a_step_can_stay_at_a_version(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(greet("Good evening"))
    version = await workflows.save(caller(version=1))

    link = version.definition.linked["Greet@1"]
    assert (link.number, link.definition.steps[0].parameters["value"]) == (1, "Hello")


async def test_what_is_run_two_levels_below_is_fixed_too(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    await workflows.save(caller("Outer", "Caller"))
    await workflows.save(greet("Good evening"))

    outer = await ran(fleet, "Outer")

    inner = outer.definition.linked["Caller"].definition
    assert inner.linked["Greet"].definition.steps[0].parameters["value"] == "Good evening"


async def test_a_workflow_that_is_not_there_is_named_with_the_nearest(fleet: Fleet) -> None:
    await fleet.engine.workflows.save(greet())

    with pytest.raises(WorkflowError, match=r"There is no workflow 'Greets'\. Did you mean 'Greet'") as wrong:
        await fleet.engine.workflows.save(caller(runs="Greets"))

    (problem,) = wrong.value.problems
    assert (problem.step, problem.field) == ("greet", "steps[0].parameters.workflow")


async def test_a_circle_is_refused_when_it_is_closed(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    with pytest.raises(WorkflowError, match="would run inside itself, without an end: Greet -> Caller -> Greet"):
        await workflows.save({**caller("Greet", "Caller")})
    with pytest.raises(WorkflowError, match="Caller -> Caller"):
        await workflows.save(caller("Caller", "Caller"))


async def test_a_new_version_that_the_call_does_not_fit_refuses_the_job(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    await workflows.save(greet(variables={"who": {"type": "string", "required": True}}))

    with pytest.raises(WorkflowError, match="'Greet' needs the variable 'who'; give a text"):
        await ran(fleet, "Caller")


async def test_a_removed_workflow_runs_on_inside_its_callers(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    saved = await workflows.save(greet())
    await workflows.save(caller())
    await workflows.remove(saved.workflow_id)

    assert text_of(await ran(fleet, "Caller")) == "Hello"


async def test_a_caller_is_as_safe_to_repeat_as_what_it_runs(fleet: Fleet) -> None:
    workflows = fleet.engine.workflows
    await workflows.save(greet())
    await workflows.save(caller())
    first = await fleet.engine.submit_job(SubmitRequest(workflow="Caller"))
    step = {"id": "say", "action": "set", "parameters": {"value": 1}, "safe_to_repeat": False}
    await workflows.save(greet(steps=[step]))
    second = await fleet.engine.submit_job(SubmitRequest(workflow="Caller"))

    assert (first.retry_safe, second.retry_safe) == (True, False)
    assert first.requirements.capabilities == {"action:sub_workflow"}
