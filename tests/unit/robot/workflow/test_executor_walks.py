"""Any graph, any failures, any options: what must hold at the end of every run."""

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.executor import RunOutcome
from robot.workflow.ports import ActionCall

ENDS = st.sampled_from(["ok", "ok", "ok", "business", "network", "recovers", "skip"])


@st.composite
def fan_outs(draw: st.DrawFn) -> dict[str, Any]:
    """Nothing, or a fan-out of up to four inputs."""
    if not draw(st.booleans()):
        return {}
    on_error = draw(st.sampled_from(["continue", "fail", "stop"]))
    return {"for_each": {"items": [0] * draw(st.integers(0, 4)), "concurrency": 2, "on_error": on_error}}


@st.composite
def choices(draw: st.DrawFn, count: int) -> list[dict[str, Any]]:
    """Up to two choices between steps that wait for nothing else than the choice adds."""
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 2))):
        members = sorted(draw(st.sets(st.integers(0, count - 1), max_size=3)))
        then, otherwise = members[::2], members[1::2]
        if members:
            branches = {"then": [f"s{each}" for each in then], "else": [f"s{each}" for each in otherwise]}
            found.append(
                {"id": f"c{number}", "condition": draw(st.sampled_from(["true", "false", "nothing.there"])), **branches}
            )
    return found


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A workflow of up to ten steps; the action's parameter says how the step ends."""
    count = draw(st.integers(1, 10))
    steps = []
    for number in range(count):
        end = draw(ENDS)
        needs = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        steps.append(
            {
                "id": f"s{number}",
                "action": draw(st.sampled_from(["set", "goto"])),
                "parameters": {"end": end},
                "dependencies": [f"s{need}" for need in sorted(needs)],
                "critical": draw(st.booleans()),
                "priority": draw(st.integers(-2, 2)),
                "session": draw(st.sampled_from([None, "other"])),
                "retry": {"max_retries": 1},
                "when": "false" if end == "skip" else None,
                **draw(fan_outs()),
            }
        )
    steps.extend(draw(choices(count)))
    return {
        "steps": draw(st.permutations(steps)),
        "strategy": draw(st.sampled_from(["sequential", "parallel", "priority", "adaptive"])),
        "parallel_execution": draw(st.booleans()),
        "max_concurrent_steps": draw(st.integers(1, 4)),
        "on_error": draw(st.sampled_from(["stop", "continue"])),
        "iterations": draw(st.integers(1, 2)),
    }


async def script(call: ActionCall) -> JsonValue:
    await asyncio.sleep(0)
    end = call.parameters["end"]
    if end == "business":
        raise ActionError.of(ErrorKind.BUSINESS, "no")
    if end == "network" or (end == "recovers" and call.attempt == 1):
        raise ActionError.of(ErrorKind.NETWORK, "gone")
    return call.step_id


@settings(max_examples=150)
@given(definitions())
def test_every_run_ends_with_one_honest_result_for_each_step(bench: Callable[..., Any], data: dict[str, Any]) -> None:
    made = bench(script)
    outcome: RunOutcome = asyncio.run(made.run(data))
    definition = WorkflowDefinition.model_validate(data)
    results = {result.step_id: result for result in outcome.step_results}

    assert list(results) == [step.id for step in definition.steps]
    for step in definition.steps:
        result, needs = results[step.id], [results[need] for need in step.dependencies]
        if result.attempts:
            assert all(need.status is not StepStatus.FAILED for need in needs)
            assert not _was_ruled_out(step.id, definition, results)
        if result.status is StepStatus.SKIPPED:
            assert result.note
            assert result.attempts == 0
        assert result.attempts <= 2 * (len(result.items) if step.for_each else 1)
        if step.for_each and result.status is StepStatus.COMPLETED:
            assert isinstance(step.for_each.items, list)
            assert [each.index for each in result.items] == list(range(len(step.for_each.items)))
    last_failed = [s for s in definition.steps if s.critical and results[s.id].status is StepStatus.FAILED]
    assert (outcome.status is JobStatus.FAILED) == bool(last_failed)
    assert (outcome.error is not None) == bool(last_failed)
    _check_bounds(made, definition)


def _was_ruled_out(step_id: str, definition: WorkflowDefinition, results: dict[str, Any]) -> bool:
    """True when a choice took the other branch."""
    for chooser in definition.steps:
        if step_id in chooser.branches:
            taken = chooser.then if results[chooser.id].value["branch"] == "then" else chooser.otherwise
            if step_id not in taken:
                return True
    return False


def _check_bounds(made: Any, definition: WorkflowDefinition) -> None:
    one_by_one = not definition.parallel_execution or definition.strategy == "sequential"
    places = 1 if one_by_one else definition.max_concurrent_steps
    sessions = {step.id: step.session or "main" for step in definition.steps if step.action == "goto"}
    for together in made.actions.together:
        of_steps = {each.partition("[")[0] for each in together}
        assert len(of_steps) <= places
        used = [sessions[step_id] for step_id in of_steps if step_id in sessions]
        assert len(used) == len(set(used))
    assert sorted(made.actions.twins) == sorted(made.actions.ended_twins)
    assert not made.actions.running
    assert made.listener.shares == sorted(made.listener.shares)
