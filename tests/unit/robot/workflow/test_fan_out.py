"""Fan-out and fan-in: every input's own result, how many at a time, and what goes on after a pause or a crash."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from held_runs import Sink, held

from orchestrator.contract.checkpoints import CheckpointState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]


def fan_out(items: Any = (1, 2, 3, 4), **more: Any) -> dict[str, Any]:
    loop = {word: more.pop(word) for word in ("concurrency", "aggregate", "on_error", "as") if word in more}
    own = {"id": "f", "action": "set", "parameters": {"value": "${{ item * 10 }}"}, "retries": 0, **more}
    return {**own, "for_each": {"items": items if isinstance(items, str) else list(items), **loop}}


def failing_at(*values: JsonValue, kind: ErrorKind = ErrorKind.BUSINESS) -> Callable[[ActionCall], Any]:
    async def script(call: ActionCall) -> JsonValue:
        if call.parameters.get("value") in values:
            raise ActionError.of(kind, f"{call.parameters['value']} is wrong")
        return call.parameters.get("value")

    return script


@pytest.mark.feature("W21")
async def test_the_references_words_run_the_template_for_each_input_five_at_a_time(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.sleep(0)
        return call.parameters["value"]

    made = bench(script)
    template = {"action": "set", "parameters": {"value": "${{ input }}-${{ index }}"}}
    outcome = await made.run([{"id": "f", "inputData": list("abcdefg"), "taskTemplate": template}])

    assert outcome.outputs == {"f": ["a-0", "b-1", "c-2", "d-3", "e-4", "f-5", "g-6"]}
    assert max(map(len, made.actions.together)) == 5


@pytest.mark.feature("W21")
async def test_every_inputs_own_result_is_kept_with_its_index_failed_or_not(bench: MakeBench) -> None:
    made = bench(failing_at(20))
    read = {"id": "read", "action": "set", "dependencies": ["f"], "parameters": {"value": "${{ steps.f.items }}"}}
    outcome = await made.run([fan_out(), read])

    assert outcome.status is JobStatus.COMPLETED
    result = outcome.step_results[0]
    assert [(each.index, each.status.value, each.value) for each in result.items] == [
        (0, "completed", 10), (1, "failed", None), (2, "completed", 30), (3, "completed", 40),
    ]  # fmt: skip
    assert result.items[1].error.message == "20 is wrong"
    assert (result.value, result.note, result.attempts) == ([10, 30, 40], "1 of 4 inputs failed.", 1)
    assert outcome.outputs["read"][1]["error"]["kind"] == "business"


@pytest.mark.feature("W21")
@pytest.mark.parametrize(
    ("on_error", "wrong", "ran", "message"),
    [
        ("continue", (10, 20, 30, 40), 4, "4 of 4 inputs failed; input 0: 10 is wrong"),
        ("fail", (20,), 4, "1 of 4 inputs failed; input 1: 20 is wrong"),
        ("stop", (20,), 2, "1 of 4 inputs failed; input 1: 20 is wrong"),
    ],
)
async def test_when_failed_inputs_fail_the_step(
    bench: MakeBench, on_error: str, wrong: tuple[int, ...], ran: int, message: str
) -> None:
    made = bench(failing_at(*wrong))
    outcome = await made.run([fan_out(on_error=on_error, concurrency=1)])

    assert outcome.status is JobStatus.FAILED
    assert (outcome.error.kind, outcome.error.message) == (ErrorKind.BUSINESS, message)
    assert len(outcome.step_results[0].items) == len(made.actions.order) == ran


@pytest.mark.feature("W22")
@pytest.mark.parametrize(
    ("rule", "items", "expected"),
    [
        ("collect", [3, 1, 2], [3, 1, 2]),
        ("first", [3, 1], 3),
        ("last", [3, 1], 1),
        ("count", [3, 1], 2),
        ("sum", [3, 1.5], 4.5),
        ("sum", [[1, 2], [3]], 6),
        ("average", [1, 2], 1.5),
        ("average", [], None),
        ("min", [3, 1], 1),
        ("max", [3, 1], 3),
        ("concat", [[1], [2, 3], 4], [1, 2, 3, 4]),
        ("concat", ["a", "b"], "ab"),
        ("unique", [[1, 2], [2, True], "1"], [1, 2, True, "1"]),
        ("merge", [{"a": 1, "b": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ("all", [1, 0], False),
        ("any", [1, 0], True),
        ("${{ sum(values) + len(items) }}", [3, 1], 6),
    ],
)
async def test_fan_in_makes_one_value_of_all(
    bench: MakeBench, rule: str, items: JsonValue, expected: JsonValue
) -> None:
    step = {"id": "f", "action": "set", "parameters": {"value": "${{ item }}"}, "aggregator": rule, "inputData": items}
    outcome = await bench().run([step])

    assert outcome.error is None
    assert outcome.step_results[0].value == expected


@pytest.mark.feature("W22")
async def test_values_that_do_not_fit_the_aggregator_fail_the_step_with_a_sentence(bench: MakeBench) -> None:
    outcome = await bench().run([fan_out(["a"], aggregate="sum", parameters={"value": "${{ item }}"})])

    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert outcome.error.message == "The aggregator 'sum' takes numbers; an input gave a text."


async def test_the_inputs_may_come_from_a_step_and_the_entry_may_have_a_name(bench: MakeBench) -> None:
    find = {"id": "find", "action": "set", "parameters": {"value": [{"n": 1}, {"n": 2}]}}
    loop = fan_out(
        "${{ steps.find.result }}", dependencies=["find"], parameters={"value": "${{ row.n }}"}, **{"as": "row"}
    )
    outcome = await bench().run([find, loop])

    assert outcome.outputs == {"f": [1, 2]}


async def test_each_input_is_tried_again_by_itself(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.parameters["value"] == 20 and call.attempt < 3:
            raise ActionError.of(ErrorKind.NETWORK, "lost")
        return call.parameters["value"]

    made = bench(script)
    outcome = await made.run([fan_out(retries=2)])

    assert [each.attempts for each in outcome.step_results[0].items] == [1, 3, 1, 1]
    assert outcome.step_results[0].retries == 2
    assert any("Input 1: Try 1 failed" in news.message for news in made.listener.news)


async def test_nothing_but_a_list_can_be_fanned_out(bench: MakeBench) -> None:
    outcome = await bench().run({"variables": {"x": 5}, "steps": [fan_out("${{ x }}")]})

    assert outcome.error.kind is ErrorKind.BAD_WORKFLOW
    assert outcome.error.message == "The items of a fan-out are a list; '${{ x }}' gives none."


async def test_browser_steps_work_side_by_side_in_sessions_of_their_own_as_far_as_there_is_room(
    bench: MakeBench,
) -> None:
    async def script(call: ActionCall) -> JsonValue:
        for _ in range(5):
            await asyncio.sleep(0)
        return call.session

    made = bench(script)
    made.actions.room = 2
    outcome = await made.run(
        [fan_out(range(9), action="goto", parameters={"url": "http://x/${{ item }}"}, concurrency=4)]
    )

    assert {each.value for each in outcome.step_results[0].items} == {None, "main+1", "main+2"}
    assert sorted(made.actions.ended_twins) == ["main+1", "main+2"]
    assert any("no room for a further session" in line for line in made.listener.lines)


async def test_data_steps_need_no_further_sessions_and_leave_a_named_one_alone(bench: MakeBench) -> None:
    made = bench()
    await made.run([fan_out(session="shop", concurrency=4)])

    assert (made.actions.twins, made.actions.ended_twins) == ([], [])
    assert {call.session for call in made.actions.calls} == {"shop"}


async def test_a_pause_that_is_taken_back_at_once_loses_no_input(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.parameters["value"] == 10:
            control.pause("oh")
        else:
            await asyncio.sleep(0)
            control.unpause()
        return call.parameters["value"]

    sink, made = Sink(is_kept=False), bench(script)
    workflow = definition(step=fan_out(concurrency=2))
    control = held(made.clock, workflow, sink)
    outcome = await made.run(workflow.model_dump(mode="json"), control=control)

    assert outcome.outputs == {"end": 100}


def definition(**options: Any) -> WorkflowDefinition:
    end = {"id": "end", "action": "set", "dependencies": ["f"], "parameters": {"value": "${{ sum(steps.f.result) }}"}}
    steps = [{**fan_out(concurrency=1), **options.pop("step", {})}, end]
    return WorkflowDefinition.model_validate({"name": "Loop", "steps": steps, **options})


@pytest.mark.feature("W21", "D54")
async def test_a_run_that_goes_on_in_the_middle_of_a_fan_out_repeats_no_input_that_was_done(bench: MakeBench) -> None:
    sink, made = Sink(), bench(failing_at(20))
    workflow = definition(checkpoint_interval=1, step={"on_error": "stop"})
    await made.run(workflow.model_dump(mode="json"), control=held(made.clock, workflow, sink))
    first_state = sink.kept[0][1]
    assert [each.index for each in first_state.fan_outs["f"].done] == [0]

    state = CheckpointState.model_validate_json(sink.kept[1][1].model_dump_json())
    again = bench()
    outcome = await again.run(
        workflow.model_dump(mode="json"), control=held(again.clock, workflow, Sink()), resume=state
    )
    done = [each.index for each in state.fan_outs["f"].done]
    assert again.actions.order == [f"f[{index}]" for index in range(4) if index not in done] + ["end"]
    assert [each.index for each in outcome.step_results[0].items] == [0, 1, 2, 3]
    assert outcome.status is JobStatus.COMPLETED


async def test_a_failed_fan_out_is_tried_again_from_its_checkpoint_only_where_it_failed(bench: MakeBench) -> None:
    sink, made = Sink(), bench(failing_at(20))
    workflow = WorkflowDefinition.model_validate({"steps": [fan_out(on_error="fail")]})
    await made.run(workflow.model_dump(mode="json"), control=held(made.clock, workflow, sink))
    again = bench()
    outcome = await again.run(
        workflow.model_dump(mode="json"), control=held(again.clock, workflow, Sink()), resume=sink.kept[-1][1]
    )

    assert sink.kinds == ["error"]
    assert again.actions.order == ["f[1]"]
    assert outcome.outputs == {"f": [10, 20, 30, 40]}


async def test_inputs_of_a_step_that_has_changed_are_done_again(bench: MakeBench) -> None:
    sink, made = Sink(), bench(failing_at(20))
    workflow = WorkflowDefinition.model_validate({"steps": [fan_out(on_error="fail")]})
    await made.run(workflow.model_dump(mode="json"), control=held(made.clock, workflow, sink))
    changed = {"steps": [fan_out(on_error="fail", parameters={"value": "${{ item }}"})]}
    again = bench()
    await again.run(changed, control=held(again.clock, workflow, Sink()), resume=sink.kept[-1][1])

    assert len(again.actions.order) == 4


async def test_a_pause_stops_between_two_inputs_and_the_checkpoint_knows_which_are_done(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.parameters["value"] == 20:
            control.pause("lunch")
        return call.parameters["value"]

    sink, made = Sink(), bench(script)
    workflow = definition()
    control = held(made.clock, workflow, sink)
    outcome = await made.run(workflow.model_dump(mode="json"), control=control)

    assert outcome.status is JobStatus.PAUSED
    assert made.actions.order == ["f[0]", "f[1]"]
    state = sink.kept[-1][1]
    assert [each.value for each in state.fan_outs["f"].done] == [10, 20]

    sink.is_kept = False
    made.actions.calls.clear()
    control = held(made.clock, workflow, sink)
    outcome = await made.run(workflow.model_dump(mode="json"), control=control)
    assert outcome.outputs == {"end": 100}
    assert made.actions.order == ["f[0]", "f[1]", "f[2]", "f[3]", "end"]


async def test_a_run_that_stops_begins_no_further_input(bench: MakeBench) -> None:
    failed = asyncio.Event()
    all_run = asyncio.Barrier(3)

    async def script(call: ActionCall) -> JsonValue:
        await all_run.wait()
        if call.step_id == "bad":
            asyncio.get_running_loop().call_soon(failed.set)
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        await failed.wait()
        return call.parameters["value"]

    made = bench(script)
    outcome = await made.run([fan_out(concurrency=2), {"id": "bad", "action": "set", "retries": 0}])

    assert made.actions.order.count("f[2]") == 0
    assert outcome.error.step_id == "bad"
    assert outcome.step_results[0].error.message == "2 of 4 inputs did not begin, since the run was stopping."


async def test_a_cancelled_fan_out_tells_what_it_had_done(bench: MakeBench) -> None:
    hangs = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.parameters["value"] == 30:
            hangs.set()
            await asyncio.Event().wait()
        return call.parameters["value"]

    made = bench(script)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(made.run([fan_out(concurrency=1)]))
        await asyncio.wait_for(hangs.wait(), 5)
        task.cancel()

    result = task.result().step_results[0]
    assert task.result().status is JobStatus.CANCELLED
    assert [each.value for each in result.items] == [10, 20]
    assert made.actions.cancelled == ["f[2]"]


async def test_a_fan_out_over_ten_thousand_inputs_is_reported_within_bounds(bench: MakeBench) -> None:
    outcome = await bench().run([fan_out(range(10_000), parameters={"value": "x" * 100}, concurrency=20)])
    report = outcome.as_job_result(job_id="j", attempt=1)

    assert outcome.status is JobStatus.COMPLETED
    assert len(report.model_dump_json().encode()) < 1_000_000
    assert "inputs" in report.step_results[0].note
