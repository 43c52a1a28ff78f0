"""Parameters of the actions that fit nowhere else."""

from typing import Literal, Self

from pydantic import Field, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec
from orchestrator.contract.ids import JsonValue

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class HttpRequest(Patience):
    """Speaks HTTP with a service, without a browser."""

    url: str = Field(min_length=1, max_length=8_192)
    """Absolute, or relative to the run's base address."""
    method: Method = "GET"
    """What is done at the address."""
    headers: dict[str, str] = Field(default_factory=dict, max_length=100)
    """Names and values."""
    query: dict[str, str | int | float | bool] = Field(default_factory=dict, max_length=100)
    """Names and values that are added to the address."""
    json_body: JsonValue = Field(default=None, alias="json")
    """What is sent, as JSON."""
    body: str | None = Field(default=None, max_length=1_000_000)
    """What is sent, as a text."""
    expect_status: tuple[int, ...] | int | None = None
    """Status (or several) that is right; without it everything below 400 is."""
    retries: int = Field(default=0, ge=0, le=10)
    """More tries after a refused connection, a status of 429 or one of 500 and above."""

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        if self.body is not None and self.json_body is not None:
            raise ValueError("http.request takes `json` or `body`, not both")
        return self


OTHER_ACTIONS = (
    ActionSpec(
        name="http.request",
        group=ActionGroup.OTHER,
        summary="Speaks HTTP with a service, without a browser.",
        parameters=HttpRequest,
        result="{status, url, headers, json, text}; `json` is None when the answer is none.",
        needs_browser=False,
        safe_to_repeat=False,
    ),
)
