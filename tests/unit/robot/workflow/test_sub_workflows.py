"""Steps that run workflows: data in and out, results below the step, failures, pauses, checkpoints and limits."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind, CheckpointState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import resolve
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.ports import ActionCall
from robot.workflow.snapshots import Delivery, Order

MakeBench = Callable[..., Any]


async def echo(call: ActionCall) -> JsonValue:
    """Gives back what it was given."""
    return call.parameters.get("value")


GREET: dict[str, Any] = {
    "variables": {"who": {"type": "string", "required": True}, "end": "!"},
    "steps": [
        {"id": "say", "action": "set", "parameters": {"value": "Hello ${{ who }}"}},
        {"id": "loud", "action": "set", "parameters": {"value": "${{ steps.say.result }}${{ end }}"}, "needs": "say"},
    ],
    "outputs": {"text": "${{ steps.loud.result }}"},
}


def calling(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A workflow whose steps may run `greet`."""
    return {"name": "Caller", "workflows": {"greet": GREET, **more.pop("workflows", {})}, "steps": list(steps), **more}


@pytest.mark.feature("W07")
async def test_a_workflow_is_given_data_and_gives_its_outputs(bench: MakeBench) -> None:
    around = bench()

    outcome = await around.run(
        calling(
            {"id": "name", "action": "set", "parameters": {"value": "Ada"}},
            {"id": "greet", "workflow": "greet", "variables": {"who": "${{ steps.name.result }}"}, "needs": "name"},
            {
                "id": "end",
                "action": "set",
                "parameters": {"value": "${{ steps.greet.result.text }}"},
                "needs": "greet",
            },
        )
    )

    assert outcome.status is JobStatus.COMPLETED
    assert outcome.outputs == {"end": "Hello Ada!"}


async def test_its_steps_stand_below_the_step_in_the_report_and_in_the_news(bench: MakeBench) -> None:
    around = bench()

    outcome = await around.run(calling({"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}}))

    assert [each.step_id for each in outcome.step_results] == ["greet", "greet/say", "greet/loud"]
    assert around.listener.statuses("greet/say") == ["running", "completed"]
    assert ("greet / loud",) in around.listener.running
    assert around.listener.shares[-1] == 1.0


async def test_a_failure_inside_fails_the_step_with_its_kind_and_its_place(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "greet/loud":
            raise ActionError.of(ErrorKind.BUSINESS, "nobody is there")
        return await echo(call)

    around = bench(script)
    outcome = await around.run(
        calling(
            {"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}},
            {"id": "end", "action": "set", "parameters": {"value": 1}, "needs": "greet"},
        )
    )

    assert outcome.status is JobStatus.FAILED
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.step_id) == (ErrorKind.BUSINESS, "greet")
    assert outcome.error.details["step"] == "greet/loud"
    assert [(each.step_id, each.status.value) for each in outcome.step_results] == [
        ("greet", "failed"),
        ("greet/say", "completed"),
        ("greet/loud", "failed"),
        ("end", "skipped"),
    ]
    assert around.actions.order.count("greet/say") == 1


async def test_its_own_options_count_inside(bench: MakeBench) -> None:
    count = {
        "iterations": 5,
        "until": "steps.n.result >= 3",
        "steps": [{"id": "n", "action": "set", "parameters": {"value": "${{ iteration }}"}}],
    }
    around = bench()

    outcome = await around.run(calling({"id": "count", "workflow": "count"}, workflows={"count": count}))

    assert outcome.step_results[0].value == {"n": 3}


async def test_a_fan_out_runs_a_workflow_for_each_entry_with_a_result_for_each(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "greet[1]/loud":
            raise ActionError.of(ErrorKind.BUSINESS, "not this one")
        return await echo(call)

    outcome = await bench(script).run(
        calling(
            {
                "id": "greet",
                "workflow": "greet",
                "for_each": {"items": ["Ada", "Bob", "Cy"], "as": "name"},
                "variables": {"who": "${{ name }}"},
            }
        )
    )

    assert outcome.status is JobStatus.COMPLETED
    assert outcome.step_results[0].value == [{"text": "Hello Ada!"}, {"text": "Hello Cy!"}]
    assert [each.status.value for each in outcome.step_results[0].items] == ["completed", "failed", "completed"]
    assert "greet[2]/loud" in {each.step_id for each in outcome.step_results}


async def test_it_holds_the_session_that_its_steps_work_in_from_its_beginning_to_its_end(bench: MakeBench) -> None:
    look = [
        {"id": "a", "action": "goto", "parameters": {"url": "http://127.0.0.1/a"}},
        {"id": "b", "action": "goto", "parameters": {"url": "http://127.0.0.1/b"}, "needs": "a"},
    ]
    both = asyncio.Barrier(2)

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id.endswith("/a"):
            await both.wait()
        return await echo(call)

    around = bench(script)
    await around.run(
        calling(
            {"id": "look", "workflow": "look"},
            {"id": "other", "action": "goto", "parameters": {"url": "http://127.0.0.1/c"}},
            {"id": "beside", "workflow": "look", "session": "second"},
            workflows={"look": look},
            strategy="parallel",
        )
    )

    order = [each for each in around.actions.order if not each.startswith("beside")]
    assert order == ["look/a", "look/b", "other"]
    assert {call.session for call in around.actions.calls if call.step_id.startswith("beside")} == {"second"}
    assert {"look/a", "beside/a"} in [set(each) for each in around.actions.together]


async def test_a_retry_of_the_step_runs_the_workflow_from_its_beginning(bench: MakeBench) -> None:
    step = {"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}}
    greet = {**GREET, "steps": [{**each, "retries": 0} for each in GREET["steps"]]}
    around = bench(_timing_out_once())
    outcome = await around.run(calling({**step, "retries": 1}, workflows={"greet": greet}))

    assert outcome.status is JobStatus.COMPLETED
    assert around.actions.order == ["greet/say", "greet/loud", "greet/say", "greet/loud"]


def _timing_out_once() -> Callable[[ActionCall], Any]:
    fails = iter([True])

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "greet/loud" and next(fails, False):
            raise ActionError.of(ErrorKind.TIMEOUT, "too slow")
        return await echo(call)

    return script


async def test_a_workflow_has_a_limit_of_its_own(bench: MakeBench) -> None:
    async def script(_: ActionCall) -> JsonValue:
        await asyncio.Event().wait()
        return None

    slow = {"name": "Slow", "timeout": 0.05, "steps": [{"id": "wait", "action": "set"}]}

    outcome = await bench(script).run(calling({"id": "slow", "workflow": "slow"}, workflows={"slow": slow}))

    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.TIMEOUT
    assert "Slow did not end within 0.05 s" in outcome.error.message
    assert outcome.step_results[1].status is StepStatus.FAILED


async def test_a_cancel_reaches_the_steps_inside(bench: MakeBench) -> None:
    begun = asyncio.Event()

    async def script(_: ActionCall) -> JsonValue:
        begun.set()
        await asyncio.Event().wait()
        return None

    around = bench(script)
    step = {"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}}
    async with asyncio.TaskGroup() as group:
        task = group.create_task(around.run(calling(step)))
        await begun.wait()
        task.cancel()
    outcome = task.result()

    assert outcome.status is JobStatus.CANCELLED
    assert around.actions.cancelled == ["greet/say"]
    assert [each.step_id for each in outcome.step_results] == ["greet", "greet/say", "greet/loud"]


async def test_when_the_run_stops_a_workflow_beside_it_begins_no_further_step(bench: MakeBench) -> None:
    failed = asyncio.Event()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "bad":
            failed.set()
            raise ActionError.of(ErrorKind.BUSINESS, "no")
        await failed.wait()
        return await echo(call)

    around = bench(script)
    outcome = await around.run(
        calling(
            {"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}},
            {"id": "bad", "action": "set"},
            strategy="parallel",
        )
    )

    assert sorted(around.actions.order) == ["bad", "greet/say"]
    assert outcome.error is not None
    assert outcome.error.step_id == "bad"
    assert {each.step_id: each.status.value for each in outcome.step_results}["greet/loud"] == "skipped"


# --- checkpoints --------------------------------------------------------------------------------------------------


class Sink:
    """Keeps checkpoints, as an orchestrator would."""

    def __init__(self) -> None:
        self.kept: list[tuple[CheckpointFacts, CheckpointState]] = []

    async def put(self, facts: CheckpointFacts, state: CheckpointState) -> Delivery:
        self.kept.append((facts, CheckpointState.model_validate_json(state.model_dump_json())))
        return self

    async def wait(self) -> bool:
        return True


def held(around: Any, definition: dict[str, Any], sink: Sink) -> RunControl:
    """The strings of a run of it."""
    workflow = resolve(WorkflowDefinition.model_validate(definition))
    return RunControl(workflow, job_id="job", attempt=1, clock=around.clock, catalogue=CATALOGUE, sink=sink)


async def test_a_pause_inside_keeps_how_far_it_is_and_a_resume_goes_on_there(bench: MakeBench) -> None:
    sink, controls = Sink(), list[RunControl]()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "greet/say":
            controls[0].pause("lunch")
        return await echo(call)

    around = bench(script)
    definition = calling({"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}})
    controls.append(held(around, definition, sink))
    outcome = await around.run(definition, control=controls[0])
    assert outcome.status is JobStatus.PAUSED
    facts, state = sink.kept[-1]
    assert "greet/say" in facts.done

    later = bench()
    outcome = await later.run(definition, resume=state)

    assert outcome.status is JobStatus.COMPLETED
    assert later.actions.order == ["greet/loud"]
    assert outcome.outputs == {"greet": {"text": "Hello Ada!"}}


async def test_a_run_that_failed_inside_goes_on_at_the_failed_step(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id.endswith("]/loud") and call.parameters["value"] == "Hello Bob!":
            raise ActionError.of(ErrorKind.BUSINESS, "not yet")
        return await echo(call)

    sink, around = Sink(), bench(script)
    step = {
        "id": "greet",
        "workflow": "greet",
        "for_each": {"items": ["Ada", "Bob"], "on_error": "fail"},
        "variables": {"who": "${{ item }}"},
    }
    definition = calling(step)
    outcome = await around.run(definition, control=held(around, definition, sink))
    assert outcome.status is JobStatus.FAILED
    errors = [state for facts, state in sink.kept if facts.kind is CheckpointKind.ERROR]

    later = bench()
    outcome = await later.run(definition, resume=errors[-1])

    assert outcome.error is None
    assert later.actions.order == ["greet[1]/loud"]


@pytest.mark.feature("X06")
async def test_an_unsafe_step_inside_is_told_before_it_begins_and_counts_as_running(bench: MakeBench) -> None:
    sink = Sink()
    pay = [
        {"id": "look", "action": "set"},
        {"id": "pay", "action": "set", "safe_to_repeat": False, "needs": "look"},
        {"id": "after", "action": "set", "needs": "pay"},
    ]
    definition = calling({"id": "pay", "workflow": "pay"}, workflows={"pay": pay}, resume_after_crash=True)
    around = bench()

    await around.run(definition, control=held(around, definition, sink))

    told = {facts.note: facts for facts, _ in sink.kept}
    before = told["Before step pay/pay, which is not safe to repeat."]
    assert not before.may_resume_after_crash
    assert before.done == ("pay/look",)
    after = [facts for facts, _ in sink.kept if "pay/pay" in facts.done]
    assert all(facts.may_resume_after_crash for facts in after)
    assert after


async def test_secret_variables_of_a_workflow_inside_are_not_kept_and_are_masked(bench: MakeBench) -> None:
    log_in = {
        "variables": {"password": {"type": "string", "secret": True}},
        "steps": [
            {"id": "enter", "action": "set", "milestone": True},
            {"id": "more", "action": "set", "needs": "enter"},
        ],
    }
    sink, learned, around = Sink(), list[JsonValue](), bench()
    definition = calling(
        {"id": "log_in", "workflow": "log_in", "variables": {"password": "hush"}}, workflows={"log_in": log_in}
    )
    workflow = resolve(WorkflowDefinition.model_validate(definition))
    control = RunControl(
        workflow, job_id="job", attempt=1, clock=around.clock, catalogue=CATALOGUE, sink=sink, learn=learned.extend
    )

    await around.run(definition, control=control)

    assert learned == ["hush"]
    assert sink.kept[0][1].subs["log_in"].variables == {}


async def test_time_that_a_person_takes_does_not_count_inside_either(bench: MakeBench) -> None:
    around = bench()
    definition = WorkflowDefinition.model_validate(calling({"id": "greet", "workflow": "greet"}))
    control = RunControl(definition, job_id="job", attempt=1, clock=around.clock, catalogue=CATALOGUE)

    async with asyncio.timeout(60) as outer, asyncio.timeout(50) as inner:
        with control.limited_by(outer), control.limited_by(inner):
            with control.clock_stopped():
                await asyncio.sleep(0)
                assert (outer.when(), inner.when()) == (None, None)
            assert outer.when() is not None
            assert inner.when() is not None


async def test_an_order_for_a_checkpoint_holds_all_levels(bench: MakeBench) -> None:
    sink, controls = Sink(), list[RunControl]()

    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "outer/greet/loud":
            await controls[0].take(Order(kind=CheckpointKind.MANUAL))
        return await echo(call)

    around = bench(script)
    outer = [{"id": "greet", "workflow": "greet", "variables": {"who": "Ada"}}]
    definition = calling({"id": "outer", "workflow": "outer"}, workflows={"outer": outer})
    controls.append(held(around, definition, sink))
    await around.run(definition, control=controls[0])

    facts, state = sink.kept[0]
    assert state.subs.keys() == {"outer", "outer/greet"}
    assert facts.running == ("outer/greet/loud",)
