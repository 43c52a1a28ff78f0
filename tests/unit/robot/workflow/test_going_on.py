"""Runs that are held by strings: checkpoints at the right moments, going on from one, pauses, and stopped clocks."""

import asyncio
from typing import Any

import pytest
from held_runs import MakeBench, Sink, definition, echo, held

from orchestrator.contract.checkpoints import CheckpointKind, CheckpointState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.executor import RunOutcome
from robot.workflow.ports import ActionCall
from robot.workflow.snapshots import Order


async def run(bench: Any, workflow: WorkflowDefinition, control: RunControl, **more: Any) -> RunOutcome:
    outcome: RunOutcome = await bench.run(workflow.model_dump(mode="json"), control=control, **more)
    return outcome


@pytest.mark.feature("E13", "D52")
async def test_a_checkpoint_is_taken_after_each_so_many_steps_but_not_after_the_last(bench: MakeBench) -> None:
    sink, made = Sink(), bench()
    workflow = definition(6, checkpoint_interval=2)
    await run(made, workflow, held(made.clock, workflow, sink))
    assert sink.done == [("a", "b"), ("a", "b", "c", "d")]
    facts, state = sink.kept[-1]
    assert (facts.kind, facts.total, facts.sessions, facts.cookies) == (
        CheckpointKind.AUTOMATIC, 6, ("main: http://here/",), 1,
    )  # fmt: skip
    assert [each.value for each in state.results] == ["a", "b", "c", "d"]
    assert state.workflow_hash == workflow.content_hash


@pytest.mark.feature("D52")
async def test_a_checkpoint_is_taken_when_so_many_seconds_have_passed(bench: MakeBench) -> None:
    async def slow(call: ActionCall) -> JsonValue:
        made.clock.seconds += 25
        return await echo(call)

    sink, made = Sink(), bench(slow)
    workflow = definition(6, checkpoint_interval=6)
    await run(made, workflow, held(made.clock, workflow, sink))
    assert sink.done == [("a", "b", "c")]


async def test_a_short_run_takes_no_checkpoint_by_itself_and_one_that_wants_none_not_even_at_failures(
    bench: MakeBench,
) -> None:
    sink, made = Sink(), bench()
    await run(made, definition(8), held(made.clock, definition(8), sink))
    workflow = definition(2, checkpoints=False, checkpoint_interval=1, steps={"b": {"action": "fail"}})
    await run(made, workflow, held(made.clock, workflow, sink))
    assert sink.kept == []


@pytest.mark.feature("E17")
async def test_a_milestone_brings_a_checkpoint_even_as_the_last_step(bench: MakeBench) -> None:
    sink, made = Sink(), bench()
    workflow = definition(2, steps={"b": {"milestone": True}})
    await run(made, workflow, held(made.clock, workflow, sink))
    assert (sink.kinds, sink.done) == (["milestone"], [("a", "b")])


@pytest.mark.feature("E18")
async def test_a_failed_step_brings_a_checkpoint_without_it(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        return await echo(call)

    sink, made = Sink(), bench(script)
    workflow = definition(3)
    outcome = await run(made, workflow, held(made.clock, workflow, sink))
    assert outcome.status is JobStatus.FAILED
    assert (sink.kinds, sink.done, sink.kept[0][0].step_id) == (["error"], [("a",)], "b")


@pytest.mark.feature("E25", "D54")
async def test_a_run_goes_on_with_the_values_of_the_checkpoint_and_runs_only_the_rest(bench: MakeBench) -> None:
    made = bench()
    workflow = definition(
        3,
        variables={"kept": {"default": 1}, "word": {"secret": True, "type": "string"}},
        steps={"c": {"parameters": {"value": "${{ steps.a.result }}${{ steps.b.result }}${{ kept }}${{ word }}"}}},
    )
    state = CheckpointState(
        results=tuple(StepResult(step_id=each, status=StepStatus.COMPLETED, value=each.upper()) for each in "ab"),
        variables={"kept": 7, "word": "forged"},
    )
    outcome = await run(made, workflow, held(made.clock, workflow, Sink()), resume=state, given={"word": "secret"})
    assert made.actions.order == ["c"]
    assert outcome.status is JobStatus.COMPLETED
    assert outcome.step_results[-1].value == "AB7secret"
    assert made.listener.shares[-1] == 1.0


async def test_a_run_of_several_iterations_goes_on_in_the_one_it_was_in(bench: MakeBench) -> None:
    made = bench()
    workflow = definition(2, iterations=4)
    state = CheckpointState(
        iteration=3,
        iterations_succeeded=2,
        results=(StepResult(step_id="a", status=StepStatus.COMPLETED, value="a"),),
    )
    outcome = await run(made, workflow, held(made.clock, workflow, Sink()), resume=state)
    assert made.actions.order == ["b", "a", "b"]
    assert (outcome.iterations, outcome.iterations_succeeded) == (4, 4)


@pytest.mark.feature("D55")
async def test_a_pause_lets_the_current_step_end_and_stops_at_a_checkpoint(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            control.pause("lunch")
        return await echo(call)

    sink, made = Sink(), bench(script)
    workflow = definition(3)
    control = held(made.clock, workflow, sink)
    outcome = await run(made, workflow, control)
    assert outcome.status is JobStatus.PAUSED
    assert made.actions.order == ["a", "b"]
    assert (sink.kinds, sink.done) == (["manual"], [("a", "b")])
    assert "lunch" in sink.kept[0][0].note


async def test_a_pause_that_is_taken_back_or_whose_checkpoint_is_refused_lets_the_run_go_on(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            control.pause("")
        return await echo(call)

    sink, made = Sink(is_kept=False), bench(script)
    workflow = definition(3)
    control = held(made.clock, workflow, sink)
    assert (await run(made, workflow, control)).status is JobStatus.COMPLETED
    assert made.actions.order == ["a", "b", "c"]

    sink.arrives, sink.is_kept = False, True
    control = held(made.clock, workflow, sink)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run(made, workflow, control))
        await sink.until(2)
        control.unpause()
    assert running.result().status is JobStatus.COMPLETED


@pytest.mark.feature("E15")
async def test_a_checkpoint_can_be_asked_for_while_a_step_runs(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            await control.take(Order(kind=CheckpointKind.MANUAL, note="now", metadata={"who": "me"}))
        return await echo(call)

    sink, made = Sink(), bench(script)
    workflow = definition(3)
    control = held(made.clock, workflow, sink)
    await run(made, workflow, control)
    facts, _ = sink.kept[0]
    assert (facts.done, facts.running, facts.metadata) == (("a",), ("b",), {"who": "me"})


@pytest.mark.feature("X06")
async def test_a_step_that_is_not_safe_to_repeat_waits_for_the_orchestrators_word(bench: MakeBench) -> None:
    sink, made = Sink(arrives=False), bench()
    workflow = definition(3, resume_after_crash=True, steps={"b": {"safe_to_repeat": False}})
    control = held(made.clock, workflow, sink)
    async with asyncio.TaskGroup() as group:
        group.create_task(run(made, workflow, control))
        await sink.until(1)
        for _ in range(20):
            await asyncio.sleep(0)
        assert made.actions.order == ["a"]
        assert (sink.kept[0][0].running, sink.kept[0][0].may_resume_after_crash) == (("b",), False)
        sink.arrives = True
        sink.arrivals[0].gate.set()
    assert made.actions.order == ["a", "b", "c"]
    assert (sink.kept[1][0].done, sink.kept[1][0].may_resume_after_crash) == (("a", "b"), True)


@pytest.mark.parametrize(
    ("unsafe", "more", "may"),
    [
        ("", {}, [True, True]),
        ("a", {}, [True, True]),
        ("c", {}, [False, False]),
        ("a", {"iterations": 2}, [False, False, False, True, True]),
    ],
    ids=["all safe", "unsafe one is done", "unsafe one is to come", "again in the next iteration"],
)
async def test_a_checkpoint_says_whether_going_on_could_repeat_what_must_not_be(
    bench: MakeBench, unsafe: str, more: dict[str, Any], may: list[bool]
) -> None:
    sink, made = Sink(), bench()
    steps = {unsafe: {"safe_to_repeat": False}} if unsafe else {}
    workflow = definition(3, checkpoint_interval=1, steps=steps, **more)
    await run(made, workflow, held(made.clock, workflow, sink))
    assert [facts.may_resume_after_crash for facts, _ in sink.kept] == may


@pytest.mark.feature("X04")
async def test_the_clock_of_a_run_stands_while_a_person_is_waited_for(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "a":
            with control.clock_stopped():
                await asyncio.sleep(0.12)
        return await echo(call)

    made = bench(script)
    workflow = definition(2)
    control = held(made.clock, workflow, Sink())
    assert (await run(made, workflow, control, timeout_s=0.1)).status is JobStatus.COMPLETED


@pytest.mark.feature("X04")
async def test_the_limits_of_steps_and_of_workflows_inside_stand_while_a_person_is_waited_for(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "outer/a":
            with control.clock_stopped():
                await asyncio.sleep(0.3)
        return await echo(call)

    made = bench(script)
    inner = {"steps": [{"id": "a", "action": "set", "parameters": {"value": 1}, "timeout": 0.2}], "timeout": 0.2}
    workflow = WorkflowDefinition.model_validate(
        {"steps": [{"id": "outer", "workflow": "inner", "timeout": 0.2}], "workflows": {"inner": inner}}
    )
    control = held(made.clock, workflow, Sink())
    assert (await run(made, workflow, control)).status is JobStatus.COMPLETED


@pytest.mark.feature("X04")
async def test_a_try_that_failed_since_a_person_was_waited_for_does_not_count(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.attempt == 1:
            with control.clock_stopped():
                made.clock.seconds += 60
            raise ActionError.of(ErrorKind.TIMEOUT, "Its own wait was over.")
        return await echo(call)

    made = bench(script)
    workflow = definition(1, steps={"a": {"max_retries": 0}})
    control = held(made.clock, workflow, Sink())
    outcome = await run(made, workflow, control)
    assert (outcome.status, outcome.step_results[0].attempts) == (JobStatus.COMPLETED, 2)
