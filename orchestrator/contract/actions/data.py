"""Parameters of the actions that work on the run's data; none of them touches a browser.

Where `items` is missing, the lists that the step's dependencies gave are taken, one after the other.
"""

from typing import Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from orchestrator.contract.actions.operators import Operator
from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue

ITEMS_NAMES = AliasChoices("items", "data", "input", "list", "rows")


def as_names(value: JsonValue) -> JsonValue:
    """One name is a list of one name."""
    return [value] if isinstance(value, str) else value


class SetValue(Parameters):
    """Gives a value, for `save_as` or for other steps."""

    value: JsonValue


class Merge(Parameters):
    """Joins lists into one, or objects into one (later ones win)."""

    sources: list[JsonValue] | None = Field(
        default=None, validation_alias=AliasChoices("sources", "items", "lists", "inputs", "results")
    )
    """The lists, or the objects; what the step's dependencies gave without it."""
    by: tuple[str, ...] = ()
    """Keys that tell rows apart: rows with the same values become one, whose later values win."""

    @field_validator("by", mode="before")
    @classmethod
    def _by_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)


class OnItems(Parameters):
    """Base of actions on a list."""

    items: list[JsonValue] | None = Field(default=None, validation_alias=ITEMS_NAMES)


class Deduplicate(OnItems):
    """Keeps the first of equal items."""

    by: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("by", "keys", "key"))
    """Fields that make items equal (`client.name` goes deeper); the whole item without it."""

    @field_validator("by", mode="before")
    @classmethod
    def _by_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)


class Sort(OnItems):
    """Orders a list; numbers by size (also in texts), then texts, and what is missing last, whichever the direction."""

    by: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("by", "keys", "key"))
    """Fields, most important first; `-score` turns one around. The items themselves without it."""
    descending: bool = Field(default=False, validation_alias=AliasChoices("descending", "reverse", "desc"))
    """True: the largest first."""
    limit: int | None = Field(default=None, ge=0)

    @field_validator("by", mode="before")
    @classmethod
    def _by_is_a_list(cls, value: JsonValue) -> JsonValue:
        return as_names(value)


class Filter(OnItems):
    """Keeps the items for which an expression holds, or whose field compares as asked."""

    where: str | None = Field(
        default=None, min_length=1, max_length=4_000, validation_alias=AliasChoices("where", "expression", "condition")
    )
    """Expression over `item`, such as `item.score > 50 and "remote" in item.tags`."""
    field: str | None = Field(default=None, min_length=1, max_length=500)
    """Name of the field that is compared (`client.name` goes deeper), instead of `where`."""
    op: Operator = Field(default=Operator.EQUALS, validation_alias=AliasChoices("op", "operator"))
    value: JsonValue = None

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if (self.where is None) == (self.field is None):
            raise ValueError("filter needs exactly one of `where` (an expression) and `field` (with op and value)")
        if self.op.is_about_element:
            raise ValueError(f"op {self.op} is about an element of a page; filter compares values")
        return self


class ToCsv(OnItems):
    """Writes a list of objects as a CSV file."""

    name: str = Field(default="", max_length=120)
    """Name of the file; the step's id without it."""
    columns: tuple[str, ...] = ()
    """Which fields, in which order; all in the order of their appearance without it."""


DATA_ACTIONS = (
    ActionSpec(
        name="set",
        group=ActionGroup.DATA,
        summary="Gives a value, to be saved or used by other steps.",
        parameters=SetValue,
        result="The value.",
        needs_browser=False,
    ),
    ActionSpec(
        name="merge",
        group=ActionGroup.DATA,
        summary="Joins lists or objects; by default those of the steps it depends on.",
        parameters=Merge,
        result="The joined list or object.",
        needs_browser=False,
    ),
    ActionSpec(
        name="deduplicate",
        group=ActionGroup.DATA,
        summary="Keeps the first of equal items.",
        parameters=Deduplicate,
        result="The shorter list.",
        needs_browser=False,
    ),
    ActionSpec(
        name="sort",
        group=ActionGroup.DATA,
        summary="Orders a list by one or more fields.",
        parameters=Sort,
        result="The ordered list.",
        needs_browser=False,
    ),
    ActionSpec(
        name="filter",
        group=ActionGroup.DATA,
        summary="Keeps the items that fit.",
        parameters=Filter,
        result="The shorter list.",
        needs_browser=False,
    ),
    ActionSpec(
        name="to_csv",
        group=ActionGroup.DATA,
        summary="Writes a list as a CSV file.",
        parameters=ToCsv,
        result="{name, size, sha256, rows} of the artifact.",
        needs_browser=False,
    ),
)
