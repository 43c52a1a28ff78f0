"""The health of selectors: which of a target's locators works, and when a page has begun to outgrow the first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.results import StepResult
from orchestrator.contract.workflow import WorkflowDefinition

USES_KEPT = 20
RECENT = 5
MANY = 3
"""So many of the recent uses with a later locator are a warning: one may be a page that was slow."""
_TARGET_WORDS = ("target", "selector", "locator", "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """One step's target that has several locators, and which of them its newest runs used."""

    workflow_id: WorkflowId
    workflow_name: str
    step_id: str
    locators: tuple[str, ...]
    """In the order in which they are tried."""
    uses: tuple[int, ...] = ()
    """Places in `locators`, newest last."""
    used_at: datetime | None = None

    @property
    def fallbacks(self) -> int:
        """How many of the uses that are kept needed a later locator."""
        return sum(place > 0 for place in self.uses)

    @property
    def newest(self) -> str:
        """The locator that worked last."""
        return self.locators[self.uses[-1]] if self.uses else ""

    @property
    def is_falling_back(self) -> bool:
        """True when many of the newest runs needed a later locator: the first one wants a repair."""
        return sum(place > 0 for place in self.uses[-RECENT:]) >= MANY

    def used(self, locator: str, *, at: datetime) -> "Selector":
        """One more use; one of a locator that the target has not is no use."""
        if locator not in self.locators:
            return self
        uses = (*self.uses, self.locators.index(locator))[-USES_KEPT:]
        return replace(self, uses=uses, used_at=at)


def choices_of(definition: WorkflowDefinition) -> Mapping[str, tuple[str, ...]]:
    """The steps whose target has several locators, and these as results name them."""
    found = ((step.id, _locators(step.parameters)) for step in definition.steps)
    return {step_id: locators for step_id, locators in found if len(locators) > 1}


def _locators(parameters: Mapping[str, object]) -> tuple[str, ...]:
    given = next((parameters[word] for word in _TARGET_WORDS if isinstance(parameters.get(word), list)), None)
    try:
        return tuple(map(str, Target.model_validate(given).locators)) if given else ()
    except ValidationError:
        return ()  # an expression, or a list of other things


def used_locators(steps: tuple[StepResult, ...], choices: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """Which locator each of these steps used, as far as it used one."""
    return {step.step_id: step.locator for step in steps if step.step_id in choices and step.locator}
