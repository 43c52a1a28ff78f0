"""One step: tries, delays, time limits, and what is never tried again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, StepStatus
from robot.errors import ActionError
from robot.workflow.ports import ActionCall, ActionOutcome

MakeBench = Callable[..., Any]


def fails(times: int, kind: ErrorKind) -> Callable[[ActionCall], Any]:
    """A script that fails so often before it succeeds."""

    async def script(call: ActionCall) -> JsonValue:
        if call.attempt <= times:
            raise ActionError.of(kind, f"try {call.attempt}", call_log=["clicked"])
        return f"try {call.attempt}"

    return script


async def one(made: Any, **more: Any) -> Any:
    """Run a workflow of one step and give its result."""
    outcome = await made.run([{"id": "a", "action": "set", **more}])
    return outcome.step_results[0]


@pytest.mark.feature("D46", "D47", "W19", "E55")
async def test_a_step_is_tried_again_with_growing_delays_and_full_jitter(bench: MakeBench) -> None:
    made = bench(fails(3, ErrorKind.NETWORK))
    result = await one(made, retry={"max_retries": 3, "initial_delay": 1, "backoff_factor": 2})

    assert (result.status, result.attempts, result.value) == (StepStatus.COMPLETED, 4, "try 4")
    assert made.listener.statuses("a") == [
        "running", "retrying", "running", "retrying", "running", "retrying", "running", "completed",
    ]  # fmt: skip
    assert len(made.pauses) == 3
    assert all(0 <= pause <= bound for pause, bound in zip(made.pauses, (1, 2, 4), strict=True))


@pytest.mark.feature("W19")
async def test_without_jitter_the_delays_double_up_to_their_bound(bench: MakeBench) -> None:
    made = bench(fails(4, ErrorKind.NETWORK))
    await one(made, retry={"max_retries": 4, "initial_delay": 1, "max_delay": 3, "jitter": False})

    assert made.pauses == [1, 2, 3, 3]


@pytest.mark.feature("D19", "D46")
async def test_retries_end_with_the_last_error_and_a_picture_of_the_page(bench: MakeBench) -> None:
    made = bench(fails(9, ErrorKind.TARGET_NOT_FOUND))
    result = await one(made, max_retries=2)

    assert (result.status, result.attempts) == (StepStatus.FAILED, 3)
    assert (result.error.kind, result.error.message, result.error.step_id) == (ErrorKind.TARGET_NOT_FOUND, "try 3", "a")
    assert result.error.call_log == ("clicked",)
    assert made.actions.described == ["a"]
    assert result.artifacts[0].name == "a.jpg"


@pytest.mark.feature("D48")
@pytest.mark.parametrize(
    "kind",
    [ErrorKind.BUSINESS, ErrorKind.ASSERTION_FAILED, ErrorKind.BAD_WORKFLOW, ErrorKind.AMBIGUOUS_TARGET],
)
async def test_permanent_errors_are_never_tried_again(bench: MakeBench, kind: ErrorKind) -> None:
    made = bench(fails(9, kind))
    result = await one(made, retry={"max_retries": 5, "retryable_errors": [kind.value]})

    assert (result.status, result.attempts) == (StepStatus.FAILED, 1)


@pytest.mark.feature("W20")
async def test_only_the_listed_kinds_are_tried_again(bench: MakeBench) -> None:
    retry = {"max_retries": 2, "retryable_errors": ["network"]}

    assert (await one(bench(fails(1, ErrorKind.NETWORK)), retry=retry)).status is StepStatus.COMPLETED
    assert (await one(bench(fails(1, ErrorKind.TIMEOUT)), retry=retry)).attempts == 1


@pytest.mark.parametrize(
    "kind", [ErrorKind.BROWSER_LOST, ErrorKind.DRIVER_LOST, ErrorKind.PAGE_CRASHED, ErrorKind.ROBOT_LOST]
)
async def test_a_step_that_is_not_safe_to_repeat_is_not_tried_again_after_a_crash(
    bench: MakeBench, kind: ErrorKind
) -> None:
    unsafe = await one(bench(fails(1, kind)), safe_to_repeat=False)
    by_action = await one(bench(fails(1, kind)), action="submit_proposals")
    unknown_action = await one(bench(fails(1, kind)), action="vendor.thing")
    safe = await one(bench(fails(1, kind)), action="submit_proposals", safe_to_repeat=True)

    assert [each.attempts for each in (unsafe, by_action, unknown_action, safe)] == [1, 1, 1, 2]
    assert unsafe.note.startswith("Not tried again")


async def test_a_step_that_is_not_safe_to_repeat_is_tried_again_when_it_surely_did_nothing(bench: MakeBench) -> None:
    result = await one(bench(fails(1, ErrorKind.TARGET_NOT_FOUND)), safe_to_repeat=False)

    assert result.attempts == 2


@pytest.mark.feature("D19", "E54", "O22")
async def test_a_step_that_takes_too_long_is_stopped_and_ends_as_a_timeout(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.Event().wait()
        return None

    made = bench(script)
    result = await one(made, timeout=0.02, max_retries=1)

    assert (result.status, result.attempts, result.error.kind) == (StepStatus.FAILED, 2, ErrorKind.TIMEOUT)
    assert result.error.message == "The step did not end within 0.02 s."
    assert made.actions.cancelled == ["a", "a"]


async def test_a_write_that_was_cut_off_by_its_time_limit_is_not_repeated(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        await asyncio.Event().wait()
        return None

    result = await one(bench(script), timeout=0.02, max_retries=3, safe_to_repeat=False)

    assert result.attempts == 1


async def test_an_actions_own_timeout_error_counts_as_a_timeout(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        raise TimeoutError("socket")

    result = await one(bench(script), max_retries=0)

    assert (result.error.kind, result.error.message) == (ErrorKind.TIMEOUT, "socket")


async def test_a_fault_in_an_action_fails_its_step_only(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "a":
            raise KeyError("oops")
        return "fine"

    made = bench(script)
    outcome = await made.run(
        [{"id": "a", "action": "set", "critical": False, "retries": 0}, {"id": "b", "action": "set"}]
    )

    assert outcome.status is JobStatus.COMPLETED
    assert outcome.step_results[0].error.kind is ErrorKind.INTERNAL
    assert "KeyError in the action set" in outcome.step_results[0].error.message


async def test_an_action_that_cancels_itself_fails_its_step_and_does_not_vanish(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        raise asyncio.CancelledError

    result = await one(bench(script), max_retries=0)

    assert (result.status, result.error.kind) == (StepStatus.FAILED, ErrorKind.INTERNAL)


@pytest.mark.parametrize("value", ["x" * 9_000_000, object(), {1: 2}, float("nan"), "é" * 5_000_000])
async def test_a_value_that_cannot_be_kept_fails_the_step(bench: MakeBench, value: Any) -> None:
    async def script(call: ActionCall) -> Any:
        return ActionOutcome(value=value)

    result = await one(bench(script), max_retries=0)

    assert (result.status, result.error.kind) == (StepStatus.FAILED, ErrorKind.BAD_WORKFLOW)


async def test_halves_of_surrogate_pairs_from_a_page_do_not_break_the_report(bench: MakeBench) -> None:
    async def script(call: ActionCall) -> JsonValue:
        if call.step_id == "b":
            raise ValueError("bad \ud800 text")
        return {"k\ud800": ["\udfff", "\U0001f600", 1, None]}

    outcome = await bench(script).run([{"id": "a", "action": "set"}, {"id": "b", "action": "set", "retries": 0}])

    assert outcome.step_results[0].value == {"k?": ["?", "\U0001f600", 1, None]}
    assert outcome.as_job_result(job_id="j", attempt=1).model_dump_json()


async def test_a_value_that_is_nested_too_deeply_fails_the_step(bench: MakeBench) -> None:
    value: JsonValue = None
    for _ in range(60):
        value = [value]

    async def script(call: ActionCall) -> JsonValue:
        return value

    result = await one(bench(script))

    assert (result.attempts, result.error.kind) == (1, ErrorKind.BAD_WORKFLOW)


async def test_a_result_tells_how_long_it_took_and_what_was_found(bench: MakeBench) -> None:
    made = bench()

    async def script(call: ActionCall) -> Any:
        made.clock.seconds += 2.5
        return ActionOutcome(value=1, locator="role=button", url="http://x/")

    made.actions.script = script
    result = await one(made)

    assert (result.duration_s, result.locator, result.url) == (2.5, "role=button", "http://x/")
    assert result.started_at is not None
