"""How a run finds out whether a step has happened, when its browser, its robot or the network died inside it.

A step that changes something is never simply repeated then. Its `recheck` is asked first: what has happened is not done
again, what has not is done now, and where nobody can tell, a person is asked.
"""

from enum import StrEnum
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from orchestrator.contract.ids import JsonValue

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Of `http.request`: those that change nothing."""


class OnDoubt(StrEnum):
    """What happens when nobody knows whether a step has happened, and its recheck cannot tell."""

    ASK = "ask"
    """A person says whether it happened; the run waits."""
    FAIL = "fail"
    """The step fails."""


class Recheck(BaseModel):
    """Where it can be seen whether the step has happened."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    action: str | None = Field(default=None, min_length=1, max_length=200)
    """An action that only reads, such as `exists`, `count`, `extract`, `extract_table` or `http.request` with GET."""
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, validation_alias=AliasChoices("parameters", "params", "with")
    )
    """Of that action."""
    url: str | None = Field(default=None, min_length=1, max_length=8_192)
    """Opened beforehand, in a page of its own beside that of the step, with the same login; closed afterwards. Without
    it the step's own page is looked at."""
    that: str | None = Field(default=None, min_length=1, max_length=4_096)
    """An expression over `result` (what the action read) and `page` (its url, status and title): true when the step
    has happened, false when it has not, null when that cannot be told. Without it the action's value decides."""
    value: JsonValue = None
    """What the step's value is when it had happened; without a word what the action read."""
    timeout_s: float = Field(default=30.0, gt=0, le=600, validation_alias=AliasChoices("timeout_s", "timeout"))
    """For the whole look."""

    @model_validator(mode="before")
    @classmethod
    def _an_expression_is_enough(cls, value: Any) -> Any:
        return {"that": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if self.action is None and self.that is None:
            raise ValueError("a recheck needs an `action` that reads, or `that`")
        if self.action is None and self.parameters:
            raise ValueError("`parameters` belong to an `action`")
        return self
