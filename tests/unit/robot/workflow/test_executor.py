"""Running workflows: order, bounds, failures, time limits and cancelling."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
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


def by_status(outcome: Any) -> dict[str, str]:
    return {result.step_id: result.status.value for result in outcome.step_results}


@pytest.mark.feature("D09", "E59", "W05")
async def test_steps_run_after_the_steps_that_they_depend_on(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run([step("c", "a", "b"), step("b", "a"), step("a")])

    assert outcome.status is JobStatus.COMPLETED
    assert made.actions.order == ["a", "b", "c"]
    assert [result.step_id for result in outcome.step_results] == ["c", "b", "a"]


@pytest.mark.feature("D07", "D10", "D13", "O20", "E50", "W16", "O07")
async def test_a_step_starts_the_moment_its_own_dependencies_are_done(bench: MakeBench) -> None:
    slow_may_end = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "slow":
            await slow_may_end.wait()
        if call.step_id == "after_quick":
            slow_may_end.set()
        return None

    made = bench(script)
    outcome = await made.run([step("slow"), step("quick"), step("after_quick", "quick"), step("end", "slow")])

    assert outcome.status is JobStatus.COMPLETED
    assert made.actions.order == ["slow", "quick", "after_quick", "end"]


@pytest.mark.feature("D08")
async def test_no_more_steps_run_at_once_than_the_workflow_allows(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        for _ in range(3):
            await asyncio.sleep(0)
        return None

    made = bench(script)
    await made.run({"steps": [step(f"s{n}") for n in range(9)]})

    assert max(map(len, made.actions.together)) == 3


@pytest.mark.feature("D12", "O20", "E49", "W16")
@pytest.mark.parametrize("option", [{"parallel_execution": False}, {"strategy": "sequential"}])
async def test_a_sequential_workflow_runs_in_the_order_of_the_document(
    bench: MakeBench, option: dict[str, Any]
) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.sleep(0)
        return None

    made = bench(script)
    await made.run({"steps": [step("a", "c"), step("b"), step("c"), step("d")], **option})

    assert made.actions.order == ["b", "c", "a", "d"]
    assert max(map(len, made.actions.together)) == 1


@pytest.mark.feature("E52", "E58", "W12", "W16")
async def test_higher_priority_goes_first(bench: MakeBench) -> None:
    made = bench()
    steps = [step("t1", priority=1), step("t2", priority=10), step("t3", priority=5)]
    await made.run({"steps": steps, "strategy": "priority", "parallel_execution": False})

    assert made.actions.order == ["t2", "t3", "t1"]


@pytest.mark.feature("E51")
async def test_adaptive_follows_priorities_where_there_are_any(bench: MakeBench) -> None:
    made = bench()
    await made.run({"steps": [step("a"), step("b", priority=9)], "max_concurrent_steps": 1})

    assert made.actions.order == ["b", "a"]


@pytest.mark.feature("D15")
async def test_parameters_take_results_and_variables(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run(
        {
            "variables": {"site": {"type": "string", "required": True}},
            "steps": [
                step("a", parameters={"value": [1, 2]}),
                step("b", "a", parameters={"value": "${{ site }}: ${{ len(steps.a.result) }}"}),
            ],
        },
        given={"site": "Ardan"},
    )

    assert outcome.outputs == {"b": "Ardan: 2"}


async def test_a_saved_value_is_a_variable_for_later_steps(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run([step("a", save_as="got"), step("b", "a", parameters={"value": "${{ got }}!"})])

    assert outcome.outputs == {"b": "a!"}


@pytest.mark.feature("D20", "E56")
async def test_a_critical_failure_stops_the_run_and_skips_what_depends_on_it(bench: MakeBench) -> None:
    made = bench(failing("b"))
    outcome = await made.run(
        {
            "steps": [step("a"), step("b", "a"), step("c", "b"), step("d", "c"), step("e", "a")],
            "max_concurrent_steps": 1,
        }
    )

    assert outcome.status is JobStatus.FAILED
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.step_id) == (ErrorKind.BUSINESS, "b")
    assert by_status(outcome) == {"a": "completed", "b": "failed", "c": "skipped", "d": "skipped", "e": "skipped"}
    notes = {result.step_id: result.note for result in outcome.step_results}
    assert notes["d"] == "Step 'b' failed, and this step depends on it."
    assert notes["e"] == "The run stopped before it, since step 'b' failed."


@pytest.mark.feature("E56", "D49")
async def test_a_failure_that_is_not_critical_leaves_the_run_a_success(bench: MakeBench) -> None:
    made = bench(failing("b"))
    outcome = await made.run([step("a"), step("b", "a", critical=False), step("c", "b"), step("d", "a")])

    assert outcome.status is JobStatus.COMPLETED
    assert by_status(outcome) == {"a": "completed", "b": "failed", "c": "skipped", "d": "completed"}


@pytest.mark.feature("W30", "D49")
async def test_under_continue_everything_independent_still_runs_and_the_run_fails(bench: MakeBench) -> None:
    made = bench(failing("a"))
    outcome = await made.run(
        {
            "on_error": "continue",
            "max_concurrent_steps": 1,
            "steps": [step("a"), step("b", "a"), step("c"), step("d", "c")],
        }
    )

    assert outcome.status is JobStatus.FAILED
    assert by_status(outcome) == {"a": "failed", "b": "skipped", "c": "completed", "d": "completed"}


@pytest.mark.feature("W30")
async def test_under_stop_steps_that_run_may_finish_but_are_not_tried_again(bench: MakeBench) -> None:
    others_run = asyncio.Barrier(3)
    failed = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "bad":
            await others_run.wait()
            asyncio.get_running_loop().call_later(0.01, failed.set)
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        await others_run.wait()
        await failed.wait()
        if call.step_id == "flaky":
            raise ActionError.of(ErrorKind.NETWORK, "lost")
        return "done"

    made = bench(script)
    outcome = await made.run([step("bad"), step("good"), step("flaky", retries=5), step("later")])

    assert by_status(outcome) == {"bad": "failed", "good": "completed", "flaky": "failed", "later": "skipped"}
    assert outcome.error is not None
    assert outcome.error.step_id == "bad"
    assert made.actions.order.count("flaky") == 1


@pytest.mark.feature("W18")
async def test_a_false_condition_skips_the_step_but_not_what_waits_for_it(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run(
        [step("a"), step("b", "a", when="steps.a.result == 'x'"), step("c", "a", "b", when="${{ true }}")]
    )

    assert by_status(outcome) == {"a": "completed", "b": "skipped", "c": "completed"}
    assert outcome.step_results[1].note == "Its condition was false: steps.a.result == 'x'"
    assert outcome.step_results[1].attempts == 0


async def test_an_expression_that_fails_in_the_run_fails_its_step_as_a_bad_workflow(bench: MakeBench) -> None:
    made = bench()
    outcome = await made.run([step("a"), step("b", "a", parameters={"value": "${{ steps.a.result.rows }}"}, retries=3)])

    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert "rows" in outcome.error.message
    assert made.actions.order == ["a"]


async def test_steps_of_one_browser_session_never_overlap(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.sleep(0)
        return None

    made = bench(script)
    browser = {"action": "goto", "parameters": {"url": "http://x/"}}
    await made.run(
        {
            "max_concurrent_steps": 9,
            "steps": [
                step("m1", **browser),
                step("m2", **browser),
                step("n1", session="second", **browser),
                step("n2", session="second", **browser),
                step("pool1", action="search_jobs"),
                step("pool2", action="search_jobs"),
                step("data"),
                step("custom1", action="vendor.thing"),
            ],
        }
    )

    assert frozenset({"m1", "n1", "pool1", "pool2", "data"}) in made.actions.together
    for together in made.actions.together:
        assert len(together & {"m1", "m2", "custom1"}) <= 1
        assert len(together & {"n1", "n2"}) <= 1


async def test_a_step_whose_session_is_taken_does_not_hold_back_one_whose_session_is_free(bench: MakeBench) -> None:
    data_ran = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "first":
            await data_ran.wait()
        if call.step_id == "data":
            data_ran.set()
        return None

    made = bench(script)
    browser = {"action": "goto", "parameters": {"url": "http://x/"}}
    outcome = await made.run(
        {"max_concurrent_steps": 2, "steps": [step("first", **browser), step("second", **browser), step("data")]}
    )

    assert outcome.status is JobStatus.COMPLETED
    assert made.actions.order == ["first", "data", "second"]


@pytest.mark.feature("D23")
async def test_a_run_that_takes_too_long_ends_as_timeout_with_what_there_is(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "hang":
            await asyncio.Event().wait()
        return "done"

    made = bench(script)
    outcome = await made.run({"steps": [step("a"), step("hang", "a"), step("c", "hang")], "timeout": 0.05})

    assert outcome.status is JobStatus.TIMEOUT
    assert outcome.error is not None
    assert outcome.error.message == "The run did not end within 0.05 s; running: hang."
    assert by_status(outcome) == {"a": "completed", "hang": "failed", "c": "skipped"}
    assert outcome.step_results[1].error.kind is ErrorKind.TIMEOUT
    assert made.actions.cancelled == ["hang"]


async def test_what_is_left_of_the_jobs_time_bounds_the_run(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.Event().wait()
        return None

    outcome = await bench(script).run([step("a")], timeout_s=0.02)

    assert outcome.status is JobStatus.TIMEOUT


@pytest.mark.feature("O21")
async def test_cancelling_stops_all_steps_and_tells_what_was_done(bench: MakeBench) -> None:
    runs = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id.startswith("hang"):
            if call.step_id == "hang2":
                runs.set()
            await asyncio.Event().wait()
        return "done"

    made = bench(script)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(made.run([step("a"), step("hang1", "a"), step("hang2", "a"), step("z", "hang1")]))
        await asyncio.wait_for(runs.wait(), 5)
        task.cancel()
    outcome = task.result()

    assert outcome.status is JobStatus.CANCELLED
    assert outcome.error.kind is ErrorKind.CANCELLED
    assert by_status(outcome) == {"a": "completed", "hang1": "failed", "hang2": "failed", "z": "skipped"}
    assert sorted(made.actions.cancelled) == ["hang1", "hang2"]
    assert outcome.outputs == {}


@pytest.mark.feature("O21")
@pytest.mark.parametrize("ticks", range(1, 40, 3))
async def test_a_cancel_at_any_moment_gives_a_whole_outcome_and_leaves_the_task_usable(
    bench: MakeBench, ticks: int
) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.sleep(0)
        if call.step_id == "flaky":
            raise ActionError.of(ErrorKind.NETWORK, "again")
        return None

    made = bench(script)

    async def runner() -> Any:
        steps = [step("a"), step("flaky", "a", retries=2, critical=False), step("b", "a"), step("c", "b")]
        outcome = await made.run({"iterations": 50, "steps": steps})
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        return outcome

    async with asyncio.TaskGroup() as group:
        task = group.create_task(runner())
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
    outcome = task.result()

    assert outcome.status is JobStatus.CANCELLED
    assert [result.step_id for result in outcome.step_results] == ["a", "flaky", "b", "c"]
    assert not made.actions.running


async def test_a_listener_hears_each_step_and_how_far_the_run_is(bench: MakeBench) -> None:
    made = bench(failing("b"))
    await made.run([step("a", name="First"), step("b", "a"), step("c", "b")])

    assert made.listener.statuses("a") == ["running", "completed"]
    assert made.listener.statuses("b") == ["running", "failed"]
    assert made.listener.statuses("c") == ["skipped"]
    assert made.listener.running[0] == ("First",)
    assert made.listener.shares == [0, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert any("b failed (business): b went wrong" in line for line in made.listener.lines)


@pytest.mark.feature("E64")
async def test_dependencies_by_name_work_in_a_run(bench: MakeBench) -> None:
    made = bench()
    await made.run(
        [{"name": "Second one", "action": "set", "dependencies": ["First one"]}, {"name": "First one", "action": "set"}]
    )

    assert made.actions.order == ["first_one", "second_one"]


async def test_two_thousand_steps_run_without_much_ado(bench: MakeBench) -> None:
    begun = time.process_time()
    steps = [
        step(f"s{n}", *([f"s{n - 1}"] if n % 50 else []), parameters={"value": "${{ iteration }}"}) for n in range(2000)
    ]
    outcome = await bench().run({"steps": steps, "max_concurrent_steps": 8})

    assert outcome.status is JobStatus.COMPLETED
    assert time.process_time() - begun < 20
