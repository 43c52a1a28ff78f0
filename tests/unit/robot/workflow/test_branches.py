"""Choices: the steps of one branch run, those of the other count as done, and the result names what was chosen."""

from collections.abc import Callable
from typing import Any

import pytest
from held_runs import Sink, held

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]


def step(step_id: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {
        "id": step_id,
        "action": "set",
        "dependencies": list(needs),
        "parameters": {"value": step_id},
        "retries": 0,
        **more,
    }


def choice(condition: str, **branches: Any) -> dict[str, Any]:
    return {"id": "c", "condition": condition, "dependencies": ["a"], **branches}


def by_status(outcome: Any) -> dict[str, str]:
    return {result.step_id: result.status.value for result in outcome.step_results}


@pytest.mark.feature("W17")
@pytest.mark.parametrize(
    ("condition", "branch", "ran"), [("results.a == 'a'", "then", "t"), ("results.a == 'b'", "else", "e")]
)
async def test_one_branch_runs_and_the_result_names_it(bench: MakeBench, condition: str, branch: str, ran: str) -> None:
    made = bench()
    steps = [
        step("a"),
        choice(condition, thenTasks=["t1", "t2"], elseTasks=["e1", "e2"]),
        *(step(each) for each in ("t1", "e1")),
        step("t2", "t1"),
        step("e2", "e1"),
        step(
            "end", "c", parameters={"value": "${{ steps.c.result.branch }}: ${{ join(steps.c.result.results, ' ') }}"}
        ),
    ]
    outcome = await made.run(steps)

    assert made.actions.order == ["a", f"{ran}1", f"{ran}2", "end"]
    assert outcome.outputs["end"] == f"{branch}: {ran}1 {ran}2"
    value = next(each.value for each in outcome.step_results if each.step_id == "c")
    assert value == {
        "condition": condition,
        "conditionResult": branch == "then",
        "branch": branch,
        "results": [f"{ran}1", f"{ran}2"],
    }
    other = next(each for each in outcome.step_results if each.step_id == ("e1" if ran == "t" else "t1"))
    assert (other.status.value, other.note) == ("skipped", f"The choice 'c' took the other branch: {branch}.")


@pytest.mark.feature("W17")
async def test_without_else_nothing_runs_when_the_condition_is_false(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run([step("a"), choice("false", then="t"), step("t"), step("end", "t")])

    assert outcome.status is JobStatus.COMPLETED
    assert by_status(outcome) == {"a": "completed", "c": "completed", "t": "skipped", "end": "completed"}


async def test_a_choice_inside_a_branch_that_is_not_taken_chooses_nothing(bench: MakeBench) -> None:
    made = bench()
    inner = {"id": "inner", "condition": "true", "then": ["deep"], "else": ["other"]}
    steps = [
        step("a"),
        choice("false", then=["inner"], **{"else": ["e"]}),
        inner,
        step("deep"),
        step("other"),
        step("e"),
    ]
    outcome = await made.run([*steps, step("end", "c")])

    assert made.actions.order == ["a", "e", "end"]
    notes = {each.step_id: each.note for each in outcome.step_results}
    assert notes["deep"] == "The choice 'inner' was not made."


async def test_what_waits_for_a_choice_is_skipped_when_a_step_of_its_branch_fails(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "t":
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        return None

    outcome = await bench(script).run(
        {"on_error": "continue", "steps": [step("a"), choice("true", then="t"), step("t"), step("end", "c"), step("z")]}
    )

    assert by_status(outcome) == {"a": "completed", "c": "completed", "t": "failed", "end": "skipped", "z": "completed"}


@pytest.mark.feature("W17")
async def test_a_condition_that_has_no_value_fails_the_choice(bench: MakeBench) -> None:
    outcome = await bench().run([step("a"), choice("results.a.rows > 3", then="t"), step("t")])

    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert by_status(outcome) == {"a": "completed", "c": "failed", "t": "skipped"}


@pytest.mark.feature("W17", "D54")
async def test_a_run_that_goes_on_keeps_to_the_branch_that_was_taken(bench: MakeBench) -> None:
    steps = [step("a"), choice("flag", then=["t1", "t2"], **{"else": ["e"]}), step("t1"), step("t2", "t1"), step("e")]
    workflow = WorkflowDefinition.model_validate(
        {"variables": {"flag": True}, "steps": [*steps, step("end", "c")], "checkpoint_interval": 1}
    )
    sink, made = Sink(), bench()
    await made.run(workflow.model_dump(mode="json"), control=held(made.clock, workflow, sink))
    state = next(state for facts, state in sink.kept if "t1" in facts.done and "t2" not in facts.done)
    again = bench()
    changed = state.model_copy(update={"variables": {"flag": False}})
    outcome = await again.run(
        workflow.model_dump(mode="json"), control=held(again.clock, workflow, Sink()), resume=changed
    )

    assert again.actions.order == ["t2", "end"]
    value = next(each.value for each in outcome.step_results if each.step_id == "c")
    assert (value["branch"], value["results"]) == ("then", ["t1", "t2"])


@pytest.mark.feature("W14")
@pytest.mark.parametrize(("priority", "ran"), [(10, ["a"]), (9, ["a", "b"])])
async def test_the_failure_of_a_step_of_priority_ten_stops_the_run_whatever_else_it_says(
    bench: MakeBench, priority: int, ran: list[str]
) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "a":
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        return None

    made = bench(script)
    outcome = await made.run(
        {
            "on_error": "continue",
            "strategy": "priority",
            "max_concurrent_steps": 1,
            "steps": [step("a", priority=priority), step("b", priority=1)],
        }
    )

    assert outcome.status is JobStatus.FAILED
    assert made.actions.order == ran


@pytest.mark.feature("E03", "E08")
async def test_a_run_knows_its_workflow_its_iteration_its_stage_and_its_metadata(bench: MakeBench) -> None:
    made = bench()
    told = "${{ run.workflow }} ${{ run.iteration }}/${{ run.iterations }} ${{ run.stage }} ${{ run.metadata.owner }}"
    outcome = await made.run(
        {
            "name": "Count",
            "metadata": {"owner": "Ada"},
            "iterations": 3,
            "until": "run.iteration == 2",
            "steps": [step("a", name="First stage", parameters={"value": told})],
        }
    )

    assert outcome.outputs == {"a": "Count 2/3 First stage Ada"}
