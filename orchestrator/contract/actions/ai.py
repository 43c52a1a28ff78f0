"""Parameters of the actions in natural language: act, observe, extract.

A model reads a description of the page and names elements of it; what it may name, and what is done then, the robot
decides. `docs/ai-steps.md` says what is sent.
"""

from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.ids import JsonValue

Operation = Literal["click", "fill", "select", "check", "uncheck", "press", "hover", "scroll"]
OPERATIONS: tuple[Operation, ...] = ("click", "fill", "select", "check", "uncheck", "press", "hover", "scroll")
SCHEMA_TYPES = ("object", "array", "string", "number", "integer", "boolean")
MAX_SCHEMA_DEPTH = 8


class AskPage(Patience):
    """What all three have."""

    instruction: str = Field(min_length=1, max_length=4_000)
    """What is meant, in plain words."""
    within: Target | None = None
    """Only what lies in this element is described to the model; the whole page without it."""
    remember: bool = True
    """Keep what was chosen, so that the next run of this step needs no model while the page still has it."""


class Act(AskPage):
    """Does what the instruction says, with elements of the page."""

    values: dict[str, str | int | float] = Field(
        default_factory=dict, max_length=50, validation_alias=AliasChoices("values", "variables")
    )
    """Texts to type, named `%name%` in the instruction. The model is told the names and never the values."""
    allow: tuple[Operation, ...] = Field(default=OPERATIONS, min_length=1, max_length=len(OPERATIONS))
    """What may be done."""
    max_operations: int = Field(default=3, ge=1, le=10)
    """At most so many for one instruction."""

    @model_validator(mode="after")
    def _names_its_values(self) -> Self:
        unnamed = [name for name in self.values if f"%{name}%" not in self.instruction]
        if unnamed and "${{" not in self.instruction:
            raise ValueError(f"the instruction does not name %{unnamed[0]}%")
        return self


class Observe(AskPage):
    """Finds what could be done, and does nothing."""

    most: int = Field(default=10, ge=1, le=50)
    """Elements."""


class AiExtract(AskPage):
    """Reads values from the page."""

    shape: dict[str, JsonValue] = Field(alias="schema")
    """A JSON Schema of the wanted value: `type`, `properties`, `required`, `items`, `enum`, `description`."""

    @field_validator("shape")
    @classmethod
    def _is_understood(cls, value: dict[str, Any]) -> dict[str, Any]:
        _check_shape(value, "schema", 0)
        return value


def _check_shape(shape: Any, place: str, depth: int) -> None:
    if not isinstance(shape, dict) or shape.get("type") not in SCHEMA_TYPES:
        raise ValueError(f"{place}: `type` must be one of {', '.join(SCHEMA_TYPES)}")
    if depth > MAX_SCHEMA_DEPTH:
        raise ValueError(f"{place}: at most {MAX_SCHEMA_DEPTH} levels are read")
    if shape["type"] == "object":
        properties = shape.get("properties")
        if not isinstance(properties, dict) or not properties:
            raise ValueError(f"{place}: an object needs `properties`")
        for name, each in properties.items():
            _check_shape(each, f"{place}.properties.{name}", depth + 1)
    if shape["type"] == "array":
        _check_shape(shape.get("items"), f"{place}.items", depth + 1)


AI_ACTIONS = (
    ActionSpec(
        name="ai.act",
        group=ActionGroup.OTHER,
        summary="Does what an instruction says: a model chooses the elements, the robot checks and acts.",
        parameters=Act,
        result="{operations: list of {op, locator, description}, from_memory, tokens}",
        safe_to_repeat=False,
    ),
    ActionSpec(
        name="ai.observe",
        group=ActionGroup.OTHER,
        summary="Finds elements that fit an instruction, and does nothing with them.",
        parameters=Observe,
        result="List of {op, description, target, locator}; `target` can be another step's target.",
    ),
    ActionSpec(
        name="ai.extract",
        group=ActionGroup.OTHER,
        summary="Reads what an instruction asks for into the shape of a schema; every value is text of the page.",
        parameters=AiExtract,
        result="A value of the schema's shape.",
    ),
)
