"""Parameters of the actions that move between pages and wait for them."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from orchestrator.contract.actions.page_expression import PageExpression
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.expression_language import ExpressionError

WaitUntil = Literal["load", "domcontentloaded", "networkidle", "commit"]


class Patience(Parameters):
    """How long an action waits by itself."""

    timeout_s: float | None = Field(
        default=None, gt=0, le=86_400, validation_alias=AliasChoices("timeout_s", "timeout")
    )
    """Seconds; without it 30, and never more than what is left of the step's own time."""


class Goto(Patience):
    """Opens an address."""

    url: str = Field(min_length=1, max_length=8_192)
    """Absolute, or relative to the page or the run's base address."""
    wait_until: WaitUntil = "load"
    expect_status: tuple[int, ...] | int | None = None
    """HTTP status (or several) that is right; without it everything below 400 is."""


class History(Patience):
    """Goes back or loads again."""

    wait_until: WaitUntil = "load"


class WaitFor(Patience):
    """Waits for an element's state, an address, a response, or several of them, in this order."""

    target: Target | None = Field(default=None, validation_alias=AliasChoices("target", "selector", "locator"))
    state: Literal["visible", "hidden", "attached", "detached", "enabled", "disabled"] = "visible"
    """How the target must be."""
    text: str | None = Field(default=None, max_length=10_000)
    """Wait until the target's text contains this."""
    count: int | None = Field(default=None, ge=0, le=100_000)
    """Wait until the target matches at least so many elements."""
    url: str | None = Field(default=None, max_length=8_192)
    """Address with `*` and `**` as wildcards, or a part of it."""
    response: str | None = Field(default=None, max_length=8_192)
    """Address of a response, written like `url`."""
    load: Literal["load", "domcontentloaded", "networkidle"] | None = None
    """How far the page must have loaded."""
    expression: str | None = Field(default=None, min_length=1, max_length=4_096)
    """A condition over the page, such as `page.count['.row'] >= 5 and page.text['#state'] == 'Ready'`: `page.url`,
    `page.title`, and of a target in brackets `count`, `exists`, `visible`, `text` and `value`."""
    refusal: Target | None = None
    """Where the site says no: when this shows first, the step is a business failure with the site's words."""

    @field_validator("expression")
    @classmethod
    def _can_be_judged(cls, expression: str | None) -> str | None:
        if expression is not None:
            try:
                PageExpression.of(expression)
            except ExpressionError as error:
                raise ValueError(error.message) from None
        return expression

    @model_validator(mode="after")
    def _waits_for_something(self) -> Self:
        if self.target is None and not (self.url or self.response or self.load or self.expression):
            raise ValueError("wait_for needs a target, url, response, load or expression")
        if self.target is None and (self.text is not None or self.count is not None):
            raise ValueError("`text` and `count` are about a target, which is missing")
        return self


NAVIGATE_ACTIONS = (
    ActionSpec(
        name="goto",
        group=ActionGroup.NAVIGATE,
        summary="Opens an address.",
        parameters=Goto,
        result="{url, status, title} of the page.",
    ),
    ActionSpec(
        name="back",
        group=ActionGroup.NAVIGATE,
        summary="Goes back to the page before.",
        parameters=History,
        result="{url, status, title} of the page.",
    ),
    ActionSpec(
        name="forward",
        group=ActionGroup.NAVIGATE,
        summary="Goes forward to the page from which `back` came.",
        parameters=History,
        result="{url, status, title} of the page.",
    ),
    ActionSpec(
        name="reload",
        group=ActionGroup.NAVIGATE,
        summary="Loads the page again.",
        parameters=History,
        result="{url, status, title} of the page.",
    ),
    ActionSpec(
        name="wait_for",
        group=ActionGroup.NAVIGATE,
        summary="Waits for an element, its text, an address, a response or a condition, or for the site's refusal.",
        parameters=WaitFor,
        result="True; a failure of kind target_not_found or timeout otherwise, or business after a refusal.",
    ),
)
