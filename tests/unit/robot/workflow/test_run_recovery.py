"""Recovery inside a run: strategies in order, each proven by the step, and never a success that did nothing."""

import asyncio
import random
from typing import Any

import pytest
from held_runs import Browsers, MakeBench, Sink, definition, echo, held

from orchestrator.contract.checkpoints import BrowserState
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.recovery import RecoveryRecord, RecoveryRules, RecoveryStrategy
from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.executor import RunOutcome
from robot.workflow.ports import ActionCall
from robot.workflow.recovery import RunRecovery


class Components:
    """Repairs as a test wants; remembers what was asked of it."""

    def __init__(self, **helps: str) -> None:
        self.helps = helps
        self.asked: list[str] = []

    async def restart(self, session: str | None, rung: str) -> str:
        self.asked.append(f"restart {rung}")
        return self.helps.get("restart", "renewed.")

    async def validate(self, session: str | None, known: BrowserState | None) -> str:
        self.asked.append("validate")
        return self.helps.get("validate", "")

    async def custom(self, name: str, error: ErrorInfo, iteration: int, step_id: str) -> str:
        self.asked.append(f"custom {name} {error.kind} {iteration} {step_id}")
        return self.helps.get(name, "")


class Failing:
    """A step that fails so often, then gives its value."""

    def __init__(self, step_id: str, times: int, kind: ErrorKind) -> None:
        self.step_id, self.left, self.kind = step_id, times, kind

    async def __call__(self, call: ActionCall) -> JsonValue:
        if call.step_id == self.step_id and self.left:
            self.left -= 1
            raise ActionError.of(self.kind, "not now")
        return await echo(call)


def recovery(made: Any, workflow: WorkflowDefinition, control: RunControl, components: Components) -> RunRecovery:
    def log(level: LogLevel, message: str, step_id: str) -> None:
        """The run's own takes its place."""

    assert workflow.recovery is not None
    return RunRecovery(
        definition=workflow, rules=workflow.recovery, control=control, components=components, clock=made.clock,
        rng=random.Random(7), log=log, job_id="j", attempt=1,
    )  # fmt: skip


async def recovered(
    bench: MakeBench, failing: Failing, rules: dict[str, Any], components: Components | None = None, **more: Any
) -> tuple[RunOutcome, Any, Sink, Components]:
    made, sink, components = bench(failing), Sink(), components or Components()
    retries = {each: {"retries": 0} for each in "abc"}
    steps = {each: {**retries[each], **more.get("steps", {}).get(each, {})} for each in "abc"}
    options = {name: value for name, value in more.items() if name not in {"steps", "browsers"}}
    workflow = definition(3, recovery=rules, steps=steps, **options)
    control = held(made.clock, workflow, sink, more.get("browsers"))
    outcome = await made.run(
        workflow.model_dump(mode="json"), control=control, recovery=recovery(made, workflow, control, components)
    )
    return outcome, made, sink, components


def told(records: tuple[RecoveryRecord, ...]) -> list[tuple[str, bool]]:
    return [(each.strategy.value, each.succeeded) for each in records]


@pytest.mark.feature("E26", "E27", "D46", "D47", "W19")
async def test_retries_wait_longer_each_time_and_the_one_that_helps_is_the_success(bench: MakeBench) -> None:
    rules = {"max_retries": 3, "retry_delay": 5, "backoff_multiplier": 2, "max_retry_delay": 300, "jitter": False}
    outcome, made, _, _ = await recovered(bench, Failing("b", 2, ErrorKind.TIMEOUT), rules)
    assert outcome.status is JobStatus.COMPLETED
    assert told(outcome.recoveries) == [("retry", False), ("retry", True)]
    assert made.pauses == [5, 10]


@pytest.mark.feature("E32", "E34", "O40", "O41")
@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (ErrorKind.TIMEOUT, "retry"),
        (ErrorKind.NETWORK, "restart"),
        (ErrorKind.BROWSER_LOST, "restart"),
        (ErrorKind.PAGE_CRASHED, "rollback"),
        (ErrorKind.SESSION_EXPIRED, "validate"),
        (ErrorKind.ASSERTION_FAILED, "validate"),
        (ErrorKind.INTERNAL, "custom"),
    ],
)
async def test_each_kind_of_error_has_its_strategy_and_the_others_follow(
    bench: MakeBench, kind: ErrorKind, first: str
) -> None:
    rules = {"max_retries": 1, "custom": ["mine"]}
    outcome, _, _, _ = await recovered(bench, Failing("b", 99, kind), rules)
    assert outcome.status is JobStatus.FAILED
    tried = [strategy for strategy, _ in told(outcome.recoveries)]
    assert tried[0] == first
    expected = {"retry", "rollback", "restart", "validate", "custom"} - ({"retry"} if not kind.is_retryable else set())
    assert set(tried) == expected
    assert not any(succeeded for _, succeeded in told(outcome.recoveries))


@pytest.mark.feature("D48", "O37")
@pytest.mark.parametrize("kind", [ErrorKind.BUSINESS, ErrorKind.BAD_WORKFLOW, ErrorKind.CANCELLED])
async def test_what_is_nobodys_to_heal_is_not_touched(bench: MakeBench, kind: ErrorKind) -> None:
    outcome, _, sink, components = await recovered(bench, Failing("b", 1, kind), {})
    assert (outcome.status, outcome.recoveries, components.asked) == (JobStatus.FAILED, (), [])
    assert sink.kinds == ["error"]


@pytest.mark.feature("E29", "D50")
async def test_a_restart_renews_the_session_and_then_the_browser(bench: MakeBench) -> None:
    outcome, _, _, components = await recovered(bench, Failing("b", 2, ErrorKind.NETWORK), {"max_retries": 0})
    assert components.asked == ["restart session", "restart browser"]
    assert told(outcome.recoveries) == [("restart", False), ("restart", True)]


@pytest.mark.feature("E30")
async def test_a_validation_that_finds_nothing_wrong_has_not_helped(bench: MakeBench) -> None:
    rules = {"strategies": {"session_expired": ["validate", "restart"]}}
    outcome, _, _, _ = await recovered(bench, Failing("b", 1, ErrorKind.SESSION_EXPIRED), rules)
    assert told(outcome.recoveries) == [("validate", False), ("restart", True)]
    assert outcome.recoveries[0].note == "It found nothing to do."

    helping = Components(validate="brought back 1 cookies.")
    outcome, _, _, _ = await recovered(bench, Failing("b", 1, ErrorKind.SESSION_EXPIRED), rules, helping)
    assert told(outcome.recoveries) == [("validate", True)]


@pytest.mark.feature("E31")
async def test_own_actions_hear_of_the_error_and_the_step(bench: MakeBench) -> None:
    helping = Components(vpn="dialled again.")
    rules = {"strategies": {"network": ["custom"]}, "custom": ["idle", "vpn"]}
    outcome, _, _, components = await recovered(bench, Failing("b", 1, ErrorKind.NETWORK), rules, helping)
    assert components.asked == ["custom idle network 1 b", "custom vpn network 1 b"]
    assert told(outcome.recoveries) == [("custom", True)]


@pytest.mark.feature("E28", "E16")
async def test_a_rollback_runs_again_what_came_after_the_checkpoint(bench: MakeBench) -> None:
    browsers = Browsers()
    rules = {"strategies": {"page_crashed": ["rollback"]}}
    steps = {"a": {"milestone": True}}
    outcome, made, sink, _ = await recovered(
        bench, Failing("c", 1, ErrorKind.PAGE_CRASHED), rules, steps=steps, browsers=browsers
    )
    assert outcome.status is JobStatus.COMPLETED
    assert made.actions.order == ["a", "b", "c", "b", "c"]
    assert told(outcome.recoveries) == [("rollback", True)]
    assert len(browsers.brought) == 1
    assert sink.kinds == ["milestone", "recovery", "recovery"]
    assert sink.done == [("a",), ("a", "b"), ("a", "b", "c")]


async def test_nothing_unsafe_is_rolled_back_over(bench: MakeBench) -> None:
    rules = {"strategies": {"page_crashed": ["rollback"]}}
    steps = {"a": {"milestone": True}, "b": {"safe_to_repeat": False}}
    outcome, made, _, _ = await recovered(bench, Failing("c", 1, ErrorKind.PAGE_CRASHED), rules, steps=steps)
    assert outcome.status is JobStatus.FAILED
    assert made.actions.order == ["a", "b", "c"]
    assert told(outcome.recoveries) == [("rollback", False)]


async def test_an_unsafe_step_whose_effect_is_unknown_is_not_recovered(bench: MakeBench) -> None:
    steps = {"b": {"safe_to_repeat": False}}
    outcome, _, _, components = await recovered(bench, Failing("b", 1, ErrorKind.BROWSER_LOST), {}, steps=steps)
    assert (outcome.status, components.asked) == (JobStatus.FAILED, [])


@pytest.mark.feature("E33")
async def test_all_that_is_tried_for_one_failure_has_a_limit(bench: MakeBench) -> None:
    rules = {
        "max_retries": 50,
        "retry_delay": 100,
        "exponential_backoff": False,
        "jitter": False,
        "recovery_timeout": 250,
    }
    outcome, made, _, _ = await recovered(
        bench, Failing("b", 99, ErrorKind.TIMEOUT), {**rules, "strategies": {"timeout": ["retry"]}}
    )
    assert outcome.status is JobStatus.FAILED
    assert made.pauses == [100, 100, 100]


async def test_a_strategy_that_hangs_is_ended_by_the_limit(bench: MakeBench) -> None:
    class Hanging(Components):
        async def restart(self, session: str | None, rung: str) -> str:
            await asyncio.Event().wait()
            return "never"

    rules = {"strategies": {"network": ["restart"]}, "timeout": 0.05}
    outcome, _, _, _ = await recovered(bench, Failing("b", 1, ErrorKind.NETWORK), rules, Hanging())
    assert outcome.status is JobStatus.FAILED
    assert "longer than" in outcome.recoveries[0].note


@pytest.mark.feature("E26")
def test_the_words_of_older_systems_are_understood() -> None:
    rules = RecoveryRules.model_validate(
        {
            "max_retries": 3, "retry_delay": 5.0, "exponential_backoff": True, "backoff_multiplier": 2.0,
            "max_retry_delay": 300.0, "checkpoint_rollback": True, "component_restart": False,
            "state_validation": True, "recovery_timeout": 600.0, "custom_recovery_actions": ["mine"],
        }
    )  # fmt: skip
    assert (rules.retry.initial_delay, rules.retry.max_delay, rules.retry.backoff_factor) == (5.0, 300.0, 2.0)
    assert RecoveryStrategy.RESTART not in rules.order_for(ErrorKind.NETWORK)
    assert rules.timeout_s == 600.0
    assert RecoveryRules.model_validate(True).order_for(ErrorKind.TIMEOUT)[0] is RecoveryStrategy.RETRY
