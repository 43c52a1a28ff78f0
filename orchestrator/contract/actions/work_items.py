"""Parameters of the actions on work items: take the next one, say how it ended, add more."""

from typing import Literal, Self

from pydantic import AliasChoices, AwareDatetime, Field, model_validator

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.work_items import MAX_REASON, MOST_ITEMS_AT_ONCE, FailureKind, NewWorkItem

_FAILURES = {"application": FailureKind.TECHNICAL, "technical": FailureKind.TECHNICAL, "business": FailureKind.BUSINESS}


class TakeWorkItem(Parameters):
    """Takes the next item of a queue; until it is ended, nobody else gets it."""

    queue: str = Field(min_length=1, max_length=200)
    """Its name or id."""
    when_none: Literal["nothing", "stop", "fail"] = "nothing"
    """When no item waits: the step's value is null and the workflow goes on (`nothing`) or ends there without a failure
    (`stop`), or the step fails as a business failure (`fail`)."""


class _OfAnItem(Parameters):
    """What the ends of an item have in common."""

    item: str | dict[str, JsonValue] | None = Field(default=None, validation_alias=AliasChoices("item", "item_id"))
    """The item, or its id; left out, the one that the run has."""

    @model_validator(mode="after")
    def _names_an_item(self) -> Self:
        if isinstance(self.item, dict) and not isinstance(self.item.get("id"), str):
            raise ValueError("item is what work_item.get gave, or its id")  # noqa: TRY004  pydantic tells values
        return self

    @property
    def item_id(self) -> str | None:
        """The id; None for the one that the run has."""
        return str(self.item["id"]) if isinstance(self.item, dict) else self.item


class CompleteWorkItem(_OfAnItem):
    """Says that an item is done; the run goes on when the orchestrator has taken that down."""

    output: JsonValue = None
    """What came of it, for the people who look at the item."""


class FailWorkItem(_OfAnItem):
    """Says that an item cannot be done; the step itself completes."""

    kind: Literal["business", "technical", "application"] = "business"
    """A business failure is final; after a technical one the item is tried again, as often as its queue allows."""
    reason: str = Field(default="", max_length=MAX_REASON, validation_alias=AliasChoices("reason", "message"))

    @property
    def failure(self) -> FailureKind:
        """The kind, whichever word was used."""
        return _FAILURES[self.kind]


class PostponeWorkItem(_OfAnItem):
    """Gives an item back, to be handed out later; that is no failure."""

    until: AwareDatetime | None = None
    """A moment with its zone, such as `2026-05-01T08:00:00+02:00`."""
    delay_s: float | None = Field(default=None, gt=0, validation_alias=AliasChoices("delay_s", "delay"))
    """Or so many seconds from now."""
    reason: str = Field(default="", max_length=MAX_REASON)

    @model_validator(mode="after")
    def _says_until_when(self) -> Self:
        if (self.until is None) == (self.delay_s is None):
            raise ValueError("give either until or delay_s")
        return self


class AddWorkItems(Parameters):
    """Adds items to a queue; references that it has already are left alone."""

    queue: str = Field(min_length=1, max_length=200)
    items: tuple[NewWorkItem, ...] = Field(min_length=1, max_length=MOST_ITEMS_AT_ONCE)
    """Objects with `payload`, and `reference`, `priority`, `due_at`, `not_before` where needed."""


WORK_ITEM_ACTIONS = (
    ActionSpec(
        name="work_item.get",
        group=ActionGroup.DATA,
        summary="Takes the next item of a queue of work items, for this run alone.",
        parameters=TakeWorkItem,
        result="{id, queue, reference, payload, priority, due_at, created_at, try_number, tries_left}, or null.",
        needs_browser=False,
        waits_for_orchestrator=True,
    ),
    ActionSpec(
        name="work_item.complete",
        group=ActionGroup.DATA,
        summary="Says that a work item is done.",
        parameters=CompleteWorkItem,
        result="{state}: `successful`.",
        needs_browser=False,
        waits_for_orchestrator=True,
    ),
    ActionSpec(
        name="work_item.fail",
        group=ActionGroup.DATA,
        summary="Says that a work item cannot be done, because of the business or of technology.",
        parameters=FailWorkItem,
        result="{state}: `failed_business`, `retry`, or `failed_application` when no try is left.",
        needs_browser=False,
        waits_for_orchestrator=True,
    ),
    ActionSpec(
        name="work_item.postpone",
        group=ActionGroup.DATA,
        summary="Gives a work item back, to be handed out later.",
        parameters=PostponeWorkItem,
        result="{state}: `postponed`.",
        needs_browser=False,
        waits_for_orchestrator=True,
    ),
    ActionSpec(
        name="work_item.add",
        group=ActionGroup.DATA,
        summary="Adds items to a queue of work items.",
        parameters=AddWorkItems,
        result="{added, known, ids}: how many are new, how many were there, and the id of each.",
        needs_browser=False,
        waits_for_orchestrator=True,
    ),
)
