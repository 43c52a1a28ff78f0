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
            }
        )
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
        if result.status is StepStatus.SKIPPED:
            assert result.note
            assert result.attempts == 0
        assert result.attempts <= 2
    last_failed = [s for s in definition.steps if s.critical and results[s.id].status is StepStatus.FAILED]
    assert (outcome.status is JobStatus.FAILED) == bool(last_failed)
    assert (outcome.error is not None) == bool(last_failed)
    _check_bounds(made, definition)


def _check_bounds(made: Any, definition: WorkflowDefinition) -> None:
    one_by_one = not definition.parallel_execution or definition.strategy == "sequential"
    places = 1 if one_by_one else definition.max_concurrent_steps
    sessions = {step.id: step.session or "main" for step in definition.steps if step.action == "goto"}
    for together in made.actions.together:
        assert len(together) <= places
        used = [sessions[step_id] for step_id in together if step_id in sessions]
        assert len(used) == len(set(used))
    assert not made.actions.running
    assert made.listener.shares == sorted(made.listener.shares)
