"""The health of selectors: judged by the newest runs, and only where there is something to fall back to."""

from datetime import UTC, datetime

import pytest

from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.selectors import USES_KEPT, Selector, choices_of, used_locators

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TWO = Selector(workflow_id=WorkflowId("w"), workflow_name="W", step_id="s", locators=("#new", "text=Old"))


def after(*places: int) -> Selector:
    selector = TWO
    for place in places:
        selector = selector.used(TWO.locators[place], at=NOON)
    return selector


@pytest.mark.feature("X19")
@pytest.mark.parametrize(
    ("places", "is_falling_back"),
    [
        ((), False),
        ((0, 0, 0, 0, 0), False),
        ((1, 1), False),
        ((0, 0, 1, 1, 1), True),
        ((1, 1, 1, 0, 0), True),
        ((1, 1, 1, 0, 0, 0), False),
    ],
)
def test_many_of_the_newest_uses_are_a_warning(places: tuple[int, ...], is_falling_back: bool) -> None:
    assert after(*places).is_falling_back is is_falling_back


def test_uses_are_bounded_and_what_the_target_has_not_is_no_use() -> None:
    many = after(*[1] * 50)
    assert (len(many.uses), many.fallbacks, many.newest) == (USES_KEPT, USES_KEPT, "text=Old")
    assert TWO.used("#other", at=NOON) == TWO


@pytest.mark.feature("X19")
def test_only_targets_with_several_locators_are_watched() -> None:
    definition = WorkflowDefinition.model_validate(
        [
            {"id": "a", "action": "click", "parameters": {"target": ["#new", {"text": "Old"}]}},
            {"id": "b", "action": "click", "parameters": {"target": "#new"}},
            {"id": "c", "action": "merge", "parameters": {"items": [1, 2]}},
            {"id": "d", "action": "count", "parameters": {"selector": ["#only"]}},
        ]
    )
    choices = choices_of(definition)
    assert choices == {"a": ("#new", "text=Old")}
    results = tuple(
        StepResult(step_id=step_id, status=StepStatus.COMPLETED, locator=locator)
        for step_id, locator in (("a", "text=Old"), ("b", "#new"), ("z", None))
    )
    assert used_locators(results, choices) == {"a": "text=Old"}
