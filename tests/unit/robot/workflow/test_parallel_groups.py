"""Groups of steps: how many of one run at once, what a failure means for the rest, and that nobody waits in vain."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check
from robot.errors import ActionError
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]


def grouped(*names: str, terms: dict[str, Any], more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """So many steps of one group, and others."""
    steps = [{"id": name, "action": "set", "parameters": {"value": name}, "parallel_group": "g"} for name in names]
    return {
        "steps": [*steps, *more],
        "parallel_groups": {"g": terms},
        "max_concurrent_steps": 8,
        "on_error": "continue",
    }


async def in_turn(call: ActionCall) -> JsonValue:
    """Lets everything start that can."""
    for _ in range(5):
        await asyncio.sleep(0)
    return call.parameters.get("value")


@pytest.mark.feature("E57")
async def test_of_a_group_only_so_many_steps_run_at_once_while_others_go_on(bench: MakeBench) -> None:
    around = bench(in_turn)
    other = {"id": "other", "action": "set", "parameters": {"value": 1}}

    outcome = await around.run(grouped("a", "b", "c", "d", terms={"max_concurrent": 2}, more=(other,)))

    assert outcome.error is None
    assert max(len(each - {"other"}) for each in around.actions.together) == 2
    assert {"a", "b", "other"} in [set(each) for each in around.actions.together]


@pytest.mark.feature("E57", "D10")
async def test_a_step_of_a_group_starts_as_soon_as_its_own_dependencies_are_done(bench: MakeBench) -> None:
    slow = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "slow":
            await slow.wait()
        elif call.step_id == "b":
            slow.set()
        return None

    needs = {"parallel_group": "g", "action": "set", "parameters": {"value": 1}}
    around = bench(script)
    definition = grouped("slow", "a", terms={}, more=({"id": "b", "needs": "a", **needs},))
    outcome = await asyncio.wait_for(around.run(definition), 5)

    assert outcome.error is None
    assert around.actions.order == ["slow", "a", "b"]


async def test_fail_fast_skips_what_has_not_begun_and_what_depends_on_it(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "a":
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        return await in_turn(call)

    after = {"id": "after", "action": "set", "parameters": {"value": 1}, "needs": "c"}
    free = {"id": "free", "action": "set", "parameters": {"value": 1}, "needs": "b"}
    around = bench(script)
    outcome = await around.run(
        grouped("a", "b", "c", terms={"max_concurrent": 2, "fail_fast": True}, more=(after, free))
    )

    found = {each.step_id: each for each in outcome.step_results}
    assert {step_id: each.status.value for step_id, each in found.items()} == {
        "a": "failed",
        "b": "completed",
        "c": "skipped",
        "after": "skipped",
        "free": "completed",
    }
    assert found["c"].note == "Step 'a' of its group 'g' failed."
    assert found["after"].note == "Step 'c' was skipped, and this step depends on it."


async def test_without_fail_fast_the_others_of_the_group_run(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "a":
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        return None

    around = bench(script)
    await around.run(grouped("a", "b", "c", terms={"max_concurrent": 1}))

    assert around.actions.order == ["a", "b", "c"]


def test_a_group_that_no_step_names_is_a_mistake() -> None:
    definition = WorkflowDefinition.model_validate({**grouped("a", terms={}), "parallel_groups": {"gg": {}}})

    (problem,) = check(definition)

    assert problem.field == "parallel_groups.gg"
    assert problem.message == "No step is in the group 'gg'. Did you mean 'g'?"
