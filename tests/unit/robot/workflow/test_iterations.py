"""Running workflows several times over, and what comes back: iterations, early stops, outputs."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, StepStatus
from robot.errors import ActionError
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]


def step(step_id: str, *needs: str, **more: Any) -> dict[str, Any]:
    """A step whose action needs no browser and gives back its `value`, by default its id."""
    parameters = more.pop("parameters", {"value": step_id})
    return {"id": step_id, "action": "set", "dependencies": list(needs), "parameters": parameters, "retries": 0, **more}


def failing(*step_ids: str, kind: ErrorKind = ErrorKind.BUSINESS) -> Callable[[ActionCall], Any]:
    """A script under which these steps fail."""

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id in step_ids:
            raise ActionError.of(kind, f"{call.step_id} went wrong")
        return call.parameters.get("value")

    return script


@pytest.mark.feature("E08")
async def test_iterations_repeat_all_steps_and_count(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run(
        {"iterations": 3, "steps": [step("a", parameters={"value": "${{ iteration }}"}), step("b", "a")]}
    )

    assert made.actions.order == ["a", "b"] * 3
    assert (outcome.iterations, outcome.iterations_succeeded) == (3, 3)
    assert [result.value for result in outcome.step_results] == [3, "b"]
    assert made.listener.shares[-1] == 1.0


@pytest.mark.feature("E08")
async def test_iterations_end_early_when_it_is_enough(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run(
        {
            "iterations": 10,
            "until": "steps.a.result >= 2",
            "steps": [step("a", parameters={"value": "${{ iteration }}"})],
        }
    )

    assert (outcome.status, outcome.iterations) == (JobStatus.COMPLETED, 2)


@pytest.mark.feature("E08")
@pytest.mark.parametrize(("on_error", "iterations", "succeeded"), [("stop", 2, 1), ("continue", 3, 2)])
async def test_a_failed_iteration_is_the_last_unless_errors_are_passed_over(
    bench: MakeBench, on_error: str, iterations: int, succeeded: int
) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.parameters["value"] == 2:
            raise ActionError.of(ErrorKind.BUSINESS, "not the second")
        return None

    outcome = await bench(script).run(
        {"iterations": 3, "on_error": on_error, "steps": [step("a", parameters={"value": "${{ iteration }}"})]}
    )

    assert outcome.status is JobStatus.FAILED
    assert (outcome.iterations, outcome.iterations_succeeded) == (iterations, succeeded)


async def test_declared_outputs_are_what_comes_back(bench: MakeBench) -> None:
    outcome = await bench().run(
        {"steps": [step("a"), step("b", "a")], "outputs": {"first": "${{ steps.a.result }}", "fixed": [1]}}
    )

    assert outcome.outputs == {"first": "a", "fixed": [1]}


async def test_an_output_without_a_value_fails_the_run_and_keeps_the_others(bench: MakeBench) -> None:
    outcome = await bench().run(
        {"steps": [step("a")], "outputs": {"bad": "${{ steps.a.result.rows }}", "good": "${{ steps.a.result }}"}}
    )

    assert outcome.status is JobStatus.FAILED
    assert outcome.outputs == {"good": "a"}
    assert outcome.error is not None
    assert outcome.error.message.startswith("The output 'bad' has no value.")


async def test_outputs_that_do_not_fit_into_the_report_fail_the_run(bench: MakeBench) -> None:
    big = step("a", parameters={"value": "é" * 200_000})
    declared = await bench().run({"steps": [big], "outputs": {"all": "${{ steps.a.result }}"}})
    undeclared = await bench().run([big, step("b")])

    assert declared.status is JobStatus.FAILED
    assert declared.error is not None
    assert declared.error.message.startswith("The output 'all' does not fit: all outputs together may have 262,144")
    assert (undeclared.status, undeclared.outputs) == (JobStatus.COMPLETED, {"b": "b"})
    assert len(undeclared.as_job_result(job_id="j", attempt=1).model_dump_json().encode()) < 1_000_000


async def test_a_failed_run_still_gives_the_outputs_that_it_has(bench: MakeBench) -> None:
    outcome = await bench(failing("b")).run(
        {
            "steps": [step("a"), step("b", "a")],
            "outputs": {"a": "${{ steps.a.result }}", "b": "${{ steps.b.result.x }}"},
        }
    )

    assert outcome.status is JobStatus.FAILED
    assert outcome.outputs == {"a": "a"}
    assert outcome.error is not None
    assert outcome.error.step_id == "b"


async def test_a_result_becomes_a_jobs_report(bench: MakeBench) -> None:
    outcome = await bench().run([step("a")])
    report = outcome.as_job_result(job_id="j", attempt=2)

    assert (report.job_id, report.attempt, report.status) == ("j", 2, JobStatus.COMPLETED)
    assert report.step_results[0].status is StepStatus.COMPLETED


@pytest.mark.feature("E60")
async def test_a_circle_that_nobody_checked_fails_the_run_at_once(bench: MakeBench) -> None:
    outcome = await bench().run([step("a", "b"), step("b", "a")])

    assert outcome.status is JobStatus.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert "a -> b -> a" in outcome.error.message


COUNT = {"id": "n", "action": "set", "parameters": {"value": "${{ iteration }}"}}


@pytest.mark.feature("E08")
@pytest.mark.parametrize(
    ("condition", "passes"), [("iteration <= 3", 3), ("default(steps.n.result, 0) < 2", 2), ("false", 0), ("true", 5)]
)
async def test_while_is_asked_before_each_iteration_and_iterations_are_the_most(
    bench: MakeBench, condition: str, passes: int
) -> None:
    outcome = await bench().run({"iterations": 5, "while": condition, "steps": [COUNT]})

    assert (outcome.status, outcome.iterations) == (JobStatus.COMPLETED, passes)


async def test_a_while_that_cannot_be_judged_fails_the_run(bench: MakeBench) -> None:
    outcome = await bench().run({"iterations": 5, "while": "steps.n.result < 3", "steps": [COUNT]})

    assert outcome.error is not None
    assert outcome.error.message.startswith("while: In `steps.n.result < 3`: ")


async def test_a_loop_is_a_workflow_inside_whose_variables_live_from_pass_to_pass(bench: MakeBench) -> None:
    body = {
        "variables": {"sum": 0},
        "iterations": 10,
        "while": "sum < 9",
        "steps": [{**COUNT, "parameters": {"value": "${{ sum + 2 }}"}, "save_as": "sum"}],
        "outputs": {"sum": "${{ sum }}"},
    }
    outcome = await bench().run(
        {
            "workflows": {"body": body},
            "steps": [{"id": "loop", "workflow": "body", "variables": {"sum": 1}}],
            "outputs": {"sum": "${{ steps.loop.result.sum }}"},
        }
    )

    assert outcome.outputs == {"sum": 9}
