"""What a completed run is doubted for: rows, files, durations, conditions; its steps and inner workflows included."""

from collections.abc import Callable
from typing import Any

import pytest
from held_runs import Sink, held
from pydantic import ValidationError

from orchestrator.contract.checkpoints import CheckpointState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check
from robot.errors import ActionError
from robot.workflow.ports import ActionCall, ActionOutcome

MakeBench = Callable[..., Any]
LIST = {"id": "list", "action": "set", "parameters": {"value": [1, 2, 3]}}


async def doubts(bench: MakeBench, *expect: dict[str, Any], step: dict[str, Any] | None = None) -> list[str]:
    """What a run that gives three rows is doubted for."""
    outcome = await bench().run({"steps": [step or LIST], "expect": list(expect)})
    assert outcome.status is JobStatus.COMPLETED
    return [each.message for each in outcome.doubts]


ROWS = "${{ steps.list.result }}"


@pytest.mark.feature("X13")
@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"rows": ROWS, "at_least": 3}, []),
        ({"rows": ROWS, "at_least": 4}, ["3 rows; at least 4 expected."]),
        ({"rows": ROWS, "at_most": 2}, ["3 rows; at most 2 expected."]),
        ({"rows": "${{ len(steps.list.result) * 2 }}", "at_least": 7}, ["6 rows; at least 7 expected."]),
        ({"that": "steps.list.result[0] == 1"}, []),
        ({"that": "steps.list.result[0] > 1"}, ["It is not so that steps.list.result[0] > 1."]),
        ({"that": "steps.list.result[0] > 1", "message": "No sale today."}, ["No sale today."]),
        ({"that": "steps.list.result[9] > 1"}, ["An expectation has no value: In `steps.list.result[9] > 1`: "]),
        ({"file": "*.csv"}, ["There is no file *.csv."]),
        ({"duration": "seconds", "at_most": 5}, []),
        ({"duration": "seconds", "at_least": 5}, ["It took 0 s; at least 5 expected."]),
    ],
)
async def test_a_completed_run_is_judged(bench: MakeBench, expected: dict[str, Any], said: list[str]) -> None:
    found = await doubts(bench, expected)

    assert [each[: len(words)] for each, words in zip(found, said, strict=True)] == said


@pytest.mark.feature("X13")
async def test_a_step_is_judged_by_its_own_rows_files_and_time(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue | ActionOutcome:
        around.clock.seconds += 10
        return ActionOutcome(value=[], artifacts=(Artifact(name="offers.csv", size=1),))

    around = bench(script)
    expect = [
        {"rows": True, "at_least": 1},
        {"file": "*.csv"},
        {"file": "*.csv", "at_least": 2},
        {"duration": "seconds", "at_most": 5},
    ]
    outcome = await around.run([{**LIST, "expect": expect}])

    assert [(each.step_id, each.message) for each in outcome.doubts] == [
        ("list", "0 rows; at least 1 expected."),
        ("list", "1 files *.csv; at least 2 expected."),
        ("list", "It took 10 s; at most 5 expected."),
    ]


async def test_what_failed_or_was_skipped_is_not_doubted_too(bench: MakeBench) -> None:
    async def script(_: ActionCall) -> JsonValue:
        raise ActionError.of(ErrorKind.BUSINESS, "no")

    expect = [{"rows": True, "at_least": 9}]
    failed = await bench(script).run({"steps": [{**LIST, "expect": expect}], "expect": [{"that": "false"}]})
    skipped = await bench().run([{**LIST, "when": "false", "expect": expect}])

    assert (failed.doubts, skipped.doubts) == ((), ())


async def test_workflows_that_steps_run_are_judged_too(bench: MakeBench) -> None:
    inner = {"steps": [{**LIST, "expect": [{"rows": True, "at_least": 5}]}], "expect": [{"that": "false"}]}
    outcome = await bench().run({"steps": [{"id": "outer", "workflow": "inner"}], "workflows": {"inner": inner}})

    assert [(each.step_id, each.message) for each in outcome.doubts] == [
        ("outer", "It is not so that false."),
        ("outer/list", "3 rows; at least 5 expected."),
    ]


async def test_doubts_about_a_workflow_inside_survive_a_checkpoint(bench: MakeBench) -> None:
    inner = {"steps": [LIST], "expect": [{"that": "false"}]}
    last = {"id": "last", "action": "log", "parameters": {"message": "x"}, "dependencies": ["outer"], "milestone": True}
    whole = {"steps": [{"id": "outer", "workflow": "inner"}, last], "workflows": {"inner": inner}}
    sink, first = Sink(), bench()
    workflow = WorkflowDefinition.model_validate(whole)
    await first.run(whole, control=held(first.clock, workflow, sink))
    state = CheckpointState.model_validate_json(sink.kept[-1][1].model_dump_json())

    again = await bench().run(whole, resume=state)

    assert [(each.step_id, each.message) for each in again.doubts] == [("outer", "It is not so that false.")]


async def test_the_time_of_a_run_that_went_on_is_not_judged(bench: MakeBench) -> None:
    outcome = await bench().run(
        {"steps": [LIST], "expect": [{"duration": "seconds", "at_least": 5}]}, resume=CheckpointState()
    )

    assert outcome.doubts == ()


async def test_the_usual_duration_is_left_to_whoever_knows_it(bench: MakeBench) -> None:
    outcome = await bench().run({"steps": [LIST], "expect": [{"duration": "usual"}]})

    (bounds,) = outcome.as_job_result(job_id="j", attempt=1).usual
    assert (bounds.at_least, bounds.at_most) == (0.2, 5.0)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({}, "about one of rows, file, duration or that"),
        ({"rows": ROWS}, "rows needs at_least or at_most"),
        ({"that": "true", "at_least": 1}, "is true or false"),
        ({"rows": ROWS, "at_least": 5, "at_most": 1}, "at_least is more than at_most"),
        ({"rows": ROWS, "file": "x"}, "about one of"),
    ],
)
def test_an_expectation_that_means_nothing_is_refused(expected: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WorkflowDefinition.model_validate({"steps": [LIST], "expect": [expected]})


def test_expressions_of_expectations_are_checked_with_their_places() -> None:
    step = {**LIST, "expect": [{"duration": "usual"}, {"that": "steps.lost.result"}]}
    document = {"steps": [step], "expect": [{"rows": True, "at_least": 1}, {"that": "steps.list.results > 1"}]}

    found = [(each.step, each.field) for each in check(WorkflowDefinition.model_validate(document))]

    assert found == [
        (None, "expect[0].rows"),
        (None, "expect[1].that"),
        ("list", "steps[0].expect[0].duration"),
        ("list", "steps[0].expect[1].that"),
    ]
