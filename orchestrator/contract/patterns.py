"""What a step may be besides one action: the same for each input of a list (fan-out and fan-in), or a choice.

Words of other systems (`inputData`, `taskTemplate`, `thenTasks`, ...) are read here; inside the product only the names
of the models exist.
"""

from enum import StrEnum
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow_words import RETRY_WORDS

MAX_INPUTS = 10_000
DEFAULT_CONCURRENCY = 5
FAIL_FAST_PRIORITY = 10
"""The failure of a step of this priority or a higher one stops a run, also under `on_error: continue`."""
IF = "if"
"""The action of a step that chooses a branch."""
SUB_WORKFLOW = "sub_workflow"
"""The action of a step that runs another workflow."""
SUB_WORKFLOW_TIMEOUT_S = 86_400.0
"""Of such a step that says nothing else: the workflow has a limit of its own."""


class Aggregator(StrEnum):
    """What becomes of the values of a fan-out, in the order of its inputs; failed inputs have none."""

    COLLECT = "collect"
    """A list of the values."""
    RESULTS = "results"
    """A list with an entry for each input, failed or not: index, status, result, error."""
    FIRST = "first"
    """The first value, or null."""
    LAST = "last"
    COUNT = "count"
    """How many succeeded."""
    SUM = "sum"
    """Of numbers, or of lists of numbers."""
    AVERAGE = "average"
    """Of the same; null when there is none."""
    MIN = "min"
    MAX = "max"
    CONCAT = "concat"
    """One list of all entries; texts are joined when all values are texts."""
    UNIQUE = "unique"
    """Like concat, each entry once."""
    MERGE = "merge"
    """One object; later ones win."""
    ALL = "all"
    """True when every value is true."""
    ANY = "any"


class ItemErrors(StrEnum):
    """What the failure of one input means for the others and for the step."""

    CONTINUE = "continue"
    """All inputs are tried; the step completes, unless every one failed."""
    FAIL = "fail"
    """All inputs are tried; the step fails when one of them did."""
    STOP = "stop"
    """No further input begins, and the step fails."""


class ForEach(BaseModel):
    """The step's action for each entry of a list, some at a time; all are awaited, failed or not."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    items: JsonValue = Field(validation_alias=AliasChoices("items", "in", "inputData", "input_data"))
    """A list, or an expression that gives one."""
    name: str = Field(
        default="item",
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        validation_alias=AliasChoices("as", "name"),
    )
    """What the entry is called in expressions, besides `item`."""
    concurrency: int = Field(default=DEFAULT_CONCURRENCY, ge=1, le=64)
    """How many at a time."""
    aggregate: str = Field(
        default=Aggregator.COLLECT, max_length=4_096, validation_alias=AliasChoices("aggregate", "aggregator")
    )
    """An aggregator's name, or an expression of `values` and `items`."""
    on_error: ItemErrors = ItemErrors.CONTINUE

    @field_validator("items")
    @classmethod
    def _is_a_list_or_will_be(cls, value: JsonValue) -> JsonValue:
        if isinstance(value, list) or (isinstance(value, str) and value.strip().startswith("${{")):
            return value
        raise ValueError("the items are a list, or an expression such as ${{ steps.search.result }}")

    @field_validator("aggregate")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if "${{" in value or value in {each.value for each in Aggregator}:
            return value
        names = ", ".join(each.value for each in Aggregator)
        raise ValueError(f"the aggregator must be one of {names}, or an expression in ${{{{ }}}}")

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if isinstance(self.items, list) and len(self.items) > MAX_INPUTS:
            raise ValueError(f"a fan-out may have {MAX_INPUTS:,} inputs; this one has {len(self.items):,}")
        return self


class ItemResult(BaseModel):
    """What one input of a fan-out gave."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    """Its place among the inputs, counted from 0."""
    status: StepStatus
    value: JsonValue = None
    error: ErrorInfo | None = None
    attempts: int = 0
    duration_s: float = 0.0
    note: str | None = None

    @property
    def told(self) -> dict[str, JsonValue]:
        """What expressions see of it."""
        error = self.error.model_dump(mode="json") if self.error is not None else None
        return {"index": self.index, "status": self.status.value, "result": self.value, "error": error}


class FanOutProgress(BaseModel):
    """The inputs of a fan-out that need not run again, as a checkpoint keeps them."""

    model_config = ConfigDict(frozen=True)

    digest: str = Field(max_length=64)
    """Of the step and its inputs: with others nothing is taken over."""
    done: tuple[ItemResult, ...] = ()


TEMPLATE_WORDS = ("taskTemplate", "task_template")
FAN_OUT_WORDS = ("inputData", "input_data", "concurrency", "aggregator", "aggregate")
CALL_WORDS = ("workflow", "version", "variables")
_CHOICE_WORDS = ("then", "thenTasks", "then_tasks", "else", "elseTasks", "else_tasks")


def with_patterns(step: dict[str, Any]) -> dict[str, Any]:
    """A step as it is written, its patterns in this product's words; what does not fit is left for the model."""
    return _sub_workflow(_choice(_fan_out(step)))


def _sub_workflow(step: dict[str, Any]) -> dict[str, Any]:
    """`workflow: Log in` runs it; its steps have tries and limits of their own, so the calling step adds none."""
    if isinstance(step.get("workflow"), str) and step.get("action", SUB_WORKFLOW) == SUB_WORKFLOW:
        said = {word: step[word] for word in CALL_WORDS if word in step}
        rest = {word: value for word, value in step.items() if word not in said}
        word = next(
            (each for each in ("parameters", "params", "with") if isinstance(rest.get(each), dict)), "parameters"
        )
        step = {**rest, "action": SUB_WORKFLOW, word: {**rest.get(word, {}), **said}}
    if step.get("action") != SUB_WORKFLOW:
        return step
    has_retry = "retry" in step or any(word in step for word in RETRY_WORDS)
    has_timeout = "timeout" in step or "timeout_s" in step
    return {
        **step,
        **({} if has_retry else {"retry": {"max_retries": 0}}),
        **({} if has_timeout else {"timeout_s": SUB_WORKFLOW_TIMEOUT_S}),
    }


def _fan_out(step: dict[str, Any]) -> dict[str, Any]:
    template = next((step[word] for word in TEMPLATE_WORDS if isinstance(step.get(word), dict)), None)
    if template is not None:
        step = {**template, **{word: value for word, value in step.items() if word not in TEMPLATE_WORDS}}
    given = step.get("for_each")
    loose = {word: step[word] for word in FAN_OUT_WORDS if word in step}
    if isinstance(given, list | str):
        given = {"items": given}
    is_fan_out = isinstance(given, dict) or "inputData" in loose or "input_data" in loose
    if not is_fan_out or (given is not None and not isinstance(given, dict)):
        return step
    rest = {word: value for word, value in step.items() if word not in loose}
    return {**rest, "for_each": {**loose, **(given or {})}}


def _choice(step: dict[str, Any]) -> dict[str, Any]:
    named = [word for word in _CHOICE_WORDS if word in step]
    if not named:
        return step
    ids = {word: (step[word],) if isinstance(step[word], str) else step[word] for word in named}
    return {"action": IF, **step, **ids}
