"""Parameters of the actions that steer a run: check, wait, tell, give up."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.interact import TARGET_NAMES
from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.operators import Operator
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel

MAX_WAIT_S = 300.0


class Assert(Patience):
    """Fails unless something is as expected; about an element it waits until it is.

    Without `op`: a target must be visible, a value must be true; with `expected` it must be equal to it.
    """

    target: Target | None = Field(default=None, validation_alias=TARGET_NAMES)
    subject: Literal["text", "value", "count", "attribute", "url", "title", "dialog"] | None = None
    """What of the target (its text by default; `value` is what a field holds or a list has chosen) or of the page
    (`url`, `title`, `dialog`: the words of the last alert, confirmation or prompt) is compared."""
    attribute: str | None = Field(default=None, min_length=1, max_length=200)
    value: JsonValue = Field(default=None, validation_alias=AliasChoices("value", "actual"))
    """A value to judge instead of an element."""
    op: Operator | None = Field(default=None, validation_alias=AliasChoices("op", "operator", "condition"))
    expected: JsonValue = None
    """What it is compared with."""
    soft: bool = False
    """True: a failure is only logged, and the step's value is false."""
    message: str = Field(default="", max_length=2_000)
    """What the failure says, in the words of the business."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.is_about_value and self.operator.is_about_element:
            raise ValueError(f"op {self.operator} needs a target")
        if self.operator.is_about_element and self.subject not in {None, "text"}:
            raise ValueError(f"op {self.operator} is about the element itself; leave out subject {self.subject}")
        if self.subject == "attribute" and self.attribute is None:
            raise ValueError("subject attribute needs `attribute`")
        if self.target is None and self.subject in {"text", "count", "attribute"}:
            raise ValueError(f"subject {self.subject} needs a target")
        if self.operator.needs_expected and "expected" not in self.model_fields_set:
            raise ValueError(f"op {self.operator} needs `expected`")
        return self

    @property
    def is_about_value(self) -> bool:
        """True when no page is looked at."""
        return self.target is None and self.subject not in {"url", "title", "dialog"}

    @property
    def operator(self) -> Operator:
        """The comparison, also where the workflow left it out."""
        if self.op is not None:
            return self.op
        if "expected" in self.model_fields_set:
            return Operator.EQUALS
        is_element = self.target is not None and self.subject is None and self.attribute is None
        return Operator.VISIBLE if is_element else Operator.NOT_EMPTY if self.target is not None else Operator.TRUE


class Wait(Parameters):
    """Pauses, for sites that want it; waiting for something is `wait_for`'s business."""

    seconds: float = Field(ge=0, le=MAX_WAIT_S, validation_alias=AliasChoices("seconds", "duration", "for"))
    """At most 300."""


class Fail(Parameters):
    """Ends the step with a failure."""

    message: str = Field(min_length=1, max_length=8_000)
    """What went wrong, in the words of the business."""
    kind: Literal["business", "technical"] = "business"
    """A business failure is never tried again."""


class Log(Parameters):
    """Writes a line into the job's log."""

    message: str = Field(max_length=8_000, coerce_numbers_to_str=True)
    """The line."""
    level: LogLevel = LogLevel.INFO
    """`debug`, `info`, `warning`, `error` or `critical`."""


class Choice(Parameters):
    """Which of two branches runs is the step's own `condition`, `then` and `else`; there is nothing else to say."""


class SubWorkflow(Parameters):
    """Which workflow runs, and what it is given."""

    workflow: str = Field(min_length=1, max_length=500)
    """Its name or id; one of the file's own `workflows` goes before a saved one."""
    version: int | str | None = None
    """A version's number, or its hash or the beginning of it. None: the newest, when the job is submitted."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """What it is given; the rest of its variables have their defaults."""


CONTROL_ACTIONS = (
    ActionSpec(
        name="sub_workflow",
        group=ActionGroup.CONTROL,
        summary="Runs another workflow inside this run, in the same browser sessions.",
        parameters=SubWorkflow,
        result="An object: the workflow's outputs, by name.",
    ),
    ActionSpec(
        name="if",
        group=ActionGroup.CONTROL,
        summary="Chooses which steps run: those of `then` when the condition is true, those of `else` otherwise.",
        parameters=Choice,
        result="An object: condition, conditionResult, branch (`then` or `else`), and the results of its steps.",
        needs_browser=False,
    ),
    ActionSpec(
        name="assert",
        group=ActionGroup.CONTROL,
        summary="Fails unless an element, the page or a value is as expected.",
        parameters=Assert,
        result="True; false when a soft assertion failed.",
    ),
    ActionSpec(
        name="wait",
        group=ActionGroup.CONTROL,
        summary="Pauses for at most five minutes.",
        parameters=Wait,
        result="None.",
        needs_browser=False,
    ),
    ActionSpec(
        name="fail",
        group=ActionGroup.CONTROL,
        summary="Ends the step with a failure.",
        parameters=Fail,
        result="Nothing: it always fails.",
        needs_browser=False,
    ),
    ActionSpec(
        name="log",
        group=ActionGroup.CONTROL,
        summary="Writes a line into the job's log.",
        parameters=Log,
        result="The message.",
        needs_browser=False,
    ),
)
