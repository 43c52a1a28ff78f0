"""What a model may answer, as JSON Schemas that are sent along and as models that check the answer; pure."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.actions.ai import OPERATIONS, Operation

MOST_VALUES = 1_000


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PlannedOperation(_Answer):
    """One thing to do."""

    op: Operation
    ref: str = Field(max_length=20)
    value: str = Field(default="", max_length=4_000)
    """For `fill` and `select` a text of the instruction or `%name%`; for `press` a key."""
    description: str = Field(default="", max_length=500)


class Plan(_Answer):
    """The answer to `ai.act`."""

    operations: list[PlannedOperation] = Field(max_length=20)
    reason: str = Field(default="", max_length=2_000)
    """Why there is nothing to do, when there is nothing."""


class Seen(_Answer):
    """One element that fits."""

    op: Operation
    ref: str = Field(max_length=20)
    description: str = Field(default="", max_length=500)


class Sightings(_Answer):
    """The answer to `ai.observe`."""

    elements: list[Seen] = Field(max_length=100)


class FoundValue(_Answer):
    """Where one value of the wanted shape stands."""

    path: list[str] = Field(max_length=20)
    """From the top of the shape: names of properties, and positions in lists as numbers from 0."""
    ref: str = Field(max_length=20)
    read: Literal["text", "value", "href", "src", "checked"] = "text"
    part: str = Field(default="", max_length=4_000)
    """The piece of the element's text that is meant, word for word; empty for all of it."""


class Findings(_Answer):
    """The answer to `ai.extract`."""

    found: list[FoundValue] = Field(max_length=MOST_VALUES)
    reason: str = Field(default="", max_length=2_000)


def _object(**properties: Any) -> dict[str, Any]:
    """Strict mode of the protocol wants every property required and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_OP = {"type": "string", "enum": list(OPERATIONS)}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


PLAN_SCHEMA = _object(operations=_list(_object(op=_OP, ref=_TEXT, value=_TEXT, description=_TEXT)), reason=_TEXT)
SIGHTINGS_SCHEMA = _object(elements=_list(_object(op=_OP, ref=_TEXT, description=_TEXT)))
FINDINGS_SCHEMA = _object(
    found=_list(
        _object(
            path=_list(_TEXT),
            ref=_TEXT,
            read={"type": "string", "enum": ["text", "value", "href", "src", "checked"]},
            part=_TEXT,
        )
    ),
    reason=_TEXT,
)
