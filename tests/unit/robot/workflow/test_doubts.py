"""Steps that were interrupted: what the recheck says is done, and nothing twice."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.checkpoints import BrowserState, CheckpointFacts, CheckpointState
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.ports import ActionCall

LOST = ActionError.of(ErrorKind.BROWSER_LOST, "The browser is gone.")


class Shop:
    """A site that takes an order, and a browser that may die inside."""

    def __init__(self, *, dies: str = "", sees: ActionError | None = None, says: str = "") -> None:
        self.dies = dies
        self.sees = sees
        self.says = says
        self.orders = 0
        self.clicks = 0
        self.looks = 0

    async def __call__(self, call: ActionCall) -> JsonValue:
        match call.action:
            case "click":
                self.clicks += 1
                if self.clicks == 1 and self.dies == "before":
                    raise LOST
                self.orders += 1
                if self.clicks == 1 and self.dies == "after":
                    raise LOST
                return None
            case "count":
                self.looks += 1
                if isinstance(self.sees, ActionError):
                    raise self.sees
                return self.orders
            case "human.answer":
                return {"answer": self.says, "by": "ana", "note": None}
            case "tab":
                return [{"index": 0, "url": "https://shop.example/", "title": "Shop", "current": True}]
            case "goto":
                return {"url": call.parameters["url"], "status": 200 if self.orders else 404, "title": ""}
        return None


def order(**more: Any) -> dict[str, Any]:
    recheck = {"action": "count", "parameters": {"target": ".order"}, "that": "result > 0"}
    step = {"id": "order", "action": "click", "parameters": {"target": "#buy"}, "recheck": recheck, **more}
    return {"name": "Buy", "steps": [step]}


async def test_what_had_happened_is_done_with_what_the_recheck_read(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after")
    outcome = await bench(shop).run(order())
    (result,) = outcome.step_results
    assert (result.status, result.value, shop.clicks, shop.orders) == (StepStatus.COMPLETED, 1, 1, 1)
    assert "had happened" in (result.note or "")


async def test_what_had_not_happened_is_done_now_without_any_retry_policy(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="before")
    outcome = await bench(shop).run(order())
    assert (outcome.step_results[0].status, shop.clicks, shop.orders) == (StepStatus.COMPLETED, 2, 1)


@pytest.mark.parametrize(("says", "clicks", "orders"), [("It happened", 1, 1), ("It did not happen", 2, 2)])
async def test_where_the_recheck_cannot_tell_a_person_says(
    bench: Callable[..., Any], says: str, clicks: int, orders: int
) -> None:
    shop = Shop(dies="after", sees=ActionError.of(ErrorKind.TARGET_NOT_FOUND, "No list."), says=says)
    made = bench(shop)
    outcome = await made.run(order())
    asked = [each for each in made.actions.calls if each.action == "human.answer"]
    assert (outcome.step_results[0].status, shop.clicks, shop.orders) == (StepStatus.COMPLETED, clicks, orders)
    assert len(asked) == 1
    assert "No list." in str(asked[0].parameters["details"])


async def test_a_person_may_let_the_step_fail(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after", sees=ActionError.of(ErrorKind.TARGET_NOT_FOUND, "No list."), says="Fail the step")
    outcome = await bench(shop).run(order())
    error = outcome.step_results[0].error
    assert error is not None
    assert (error.kind, shop.clicks) == (ErrorKind.BUSINESS, 1)


async def test_on_doubt_fail_asks_nobody(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after", sees=ActionError.of(ErrorKind.TARGET_NOT_FOUND, "No list."))
    made = bench(shop)
    outcome = await made.run(order(on_doubt="fail"))
    error = outcome.step_results[0].error
    assert error is not None
    assert (error.kind, shop.clicks) == (ErrorKind.BROWSER_LOST, 1)
    assert "human.answer" not in [each.action for each in made.actions.calls]


async def test_without_a_recheck_on_doubt_ask_asks_at_once(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after", says="It happened")
    outcome = await bench(shop).run(order(recheck=None, on_doubt="ask"))
    assert (outcome.step_results[0].status, shop.clicks, shop.looks) == (StepStatus.COMPLETED, 1, 0)


async def test_an_address_is_opened_beside_the_page_and_its_status_tells(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after")
    made = bench(shop)
    recheck = {"url": "/orders/7", "that": "page.status == 200", "value": "${{ page.url }}"}
    outcome = await made.run(order(recheck=recheck))
    assert outcome.step_results[0].value == "/orders/7"
    looked = [(each.action, each.parameters.get("op")) for each in made.actions.calls[1:]]
    assert looked[:3] == [("tab", "list"), ("tab", "new"), ("goto", None)]


async def test_a_look_that_fails_with_the_network_is_taken_again(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after", sees=ActionError.of(ErrorKind.NETWORK, "Refused."), says="It happened")
    await bench(shop).run(order())
    assert shop.looks == 3


async def test_what_never_happens_is_given_up(bench: Callable[..., Any]) -> None:
    clicks: list[str] = []

    async def dead(call: ActionCall) -> JsonValue:
        if call.action == "click":
            clicks.append(call.step_id)
            raise LOST
        return 0

    outcome = await bench(dead).run(order())
    assert (outcome.step_results[0].status, len(clicks)) == (StepStatus.FAILED, 4)


class Kept:
    """Keeps checkpoints as the orchestrator does."""

    def __init__(self) -> None:
        self.taken: list[tuple[CheckpointFacts, CheckpointState]] = []

    async def put(self, facts: CheckpointFacts, state: CheckpointState) -> "Kept":
        self.taken.append((facts, state))
        return self

    async def wait(self) -> bool:
        return True


def control_of(definition: dict[str, Any], kept: Kept, clock: Any) -> RunControl:
    workflow = WorkflowDefinition.model_validate(definition)
    return RunControl(workflow, job_id="j", attempt=1, clock=clock, catalogue=CATALOGUE, sink=kept)


async def test_a_run_that_goes_on_after_a_crash_looks_first(bench: Callable[..., Any]) -> None:
    shop, kept = Shop(), Kept()
    first = bench(shop)
    await first.run(order(), control=control_of(order(), kept, first.clock))
    facts, before = kept.taken[0]
    assert (facts.may_resume_after_crash, before.in_doubt, before.done) == (True, ("order",), frozenset())
    second = bench(shop)
    outcome = await second.run(order(), resume=before, control=control_of(order(), kept, second.clock))
    assert (outcome.step_results[0].status, shop.clicks, shop.orders) == (StepStatus.COMPLETED, 1, 1)


async def test_a_step_that_was_not_under_way_is_not_asked_after_a_crash(bench: Callable[..., Any]) -> None:
    shop, kept = Shop(), Kept()
    again = bench(shop)
    state = CheckpointState(browser=BrowserState())
    await again.run(order(), resume=state, control=control_of(order(), kept, again.clock))
    assert (shop.looks, shop.clicks) == (0, 1)


async def test_only_the_inputs_that_were_under_way_are_asked(bench: Callable[..., Any]) -> None:
    shop, kept = Shop(), Kept()
    shop.orders = 1
    rows = order(for_each={"items": [1, 2, 3]})
    made = bench(shop)
    state = CheckpointState(in_doubt=("order[0]",))
    outcome = await made.run(rows, resume=state, control=control_of(rows, kept, made.clock))
    assert (outcome.step_results[0].status, shop.looks, shop.clicks) == (StepStatus.COMPLETED, 1, 2)


async def test_the_next_pass_does_not_ask_about_the_one_before(bench: Callable[..., Any]) -> None:
    shop = Shop(dies="after", sees=ActionError.of(ErrorKind.TARGET_NOT_FOUND, "No list."))
    twice = {**order(on_doubt="fail"), "iterations": 2, "on_error": "continue"}
    await bench(shop).run(twice)
    assert (shop.looks, shop.clicks) == (1, 2)
