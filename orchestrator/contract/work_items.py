"""Work items: pieces of business that wait in queues of their own until a run takes them, one by one.

All sides speak of them: people and programs add them, robots take and end them, the orchestrator keeps them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority

MAX_PAYLOAD_BYTES = 262_144
MAX_REFERENCE = 500
MAX_REASON = 4_000
MOST_ITEMS_AT_ONCE = 1_000
"""In one request; more come in several."""


class WorkItemState(StrEnum):
    """Where an item stands."""

    NEW = "new"
    POSTPONED = "postponed"
    """Handed out again, not before its time."""
    RETRY = "retry"
    """A try failed, and another one is left."""
    IN_PROGRESS = "in_progress"
    """A run works on it."""
    SUCCESSFUL = "successful"
    FAILED_BUSINESS = "failed_business"
    """The business itself says no: never tried again by itself."""
    FAILED_APPLICATION = "failed_application"
    """Something technical failed, and no try is left."""
    ABANDONED = "abandoned"
    """The run that had it ended without a word on it, and no try is left."""
    DELETED = "deleted"
    """Taken out by a person; its reference is free again and its content is gone."""

    @property
    def is_waiting(self) -> bool:
        """True for what may be handed out, now or later."""
        return self in WAITING_STATES

    @property
    def has_ended(self) -> bool:
        """True when nothing more happens to it by itself."""
        return self in ENDED_STATES


WAITING_STATES = frozenset({WorkItemState.NEW, WorkItemState.POSTPONED, WorkItemState.RETRY})
ENDED_STATES = frozenset(WorkItemState) - WAITING_STATES - {WorkItemState.IN_PROGRESS}


class FailureKind(StrEnum):
    """Whose fault a failed item is."""

    BUSINESS = "business"
    TECHNICAL = "technical"


class NewWorkItem(BaseModel):
    """An item to add."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: str = Field(default="", max_length=MAX_REFERENCE, pattern=r"^[^\x00-\x1f\x7f]*$")
    """What the business calls it, such as a number of an invoice; empty for none."""
    payload: dict[str, JsonValue] = Field(default_factory=dict)
    """What a run needs to know to work on it."""
    priority: JobPriority = JobPriority.NORMAL
    due_at: AwareDatetime | None = None
    """Its deadline; the queue's own rule counts where this is missing."""
    not_before: AwareDatetime | None = None
    """It is not handed out earlier."""


class AddedWorkItem(BaseModel):
    """What became of one item of a request."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    item_id: str
    """Its own, or that of the item that has its reference already."""
    reference: str = ""
    is_new: bool


class GivenWorkItem(BaseModel):
    """An item as the run that has taken it sees it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    queue: str
    reference: str = ""
    payload: dict[str, JsonValue] = Field(default_factory=dict)
    priority: JobPriority = JobPriority.NORMAL
    due_at: datetime | None = None
    created_at: datetime
    try_number: int
    """1 the first time."""
    tries_left: int
    """After this one, should it fail technically."""
    secret: tuple[str, ...] = ()
    """Fields of the payload that must not be shown."""


class TakeItem(BaseModel):
    """The next item of a queue, for this run alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["take"] = "take"
    queue: str = Field(min_length=1, max_length=200)


class CompleteItem(BaseModel):
    """The item is done."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["complete"] = "complete"
    item_id: str | None = Field(default=None, max_length=100)
    """None: the one that the run has."""
    output: JsonValue = None


class FailItem(BaseModel):
    """The item cannot be done."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["fail"] = "fail"
    item_id: str | None = Field(default=None, max_length=100)
    kind: FailureKind
    reason: str = Field(default="", max_length=MAX_REASON)


class PostponeItem(BaseModel):
    """The item is to be handed out later."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["postpone"] = "postpone"
    item_id: str | None = Field(default=None, max_length=100)
    until: AwareDatetime | None = None
    delay_s: float | None = Field(default=None, ge=0)
    """From when the orchestrator hears of it, where no moment is given."""
    reason: str = Field(default="", max_length=MAX_REASON)


class AddItems(BaseModel):
    """More items for a queue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["add"] = "add"
    queue: str = Field(min_length=1, max_length=200)
    items: tuple[NewWorkItem, ...] = Field(min_length=1, max_length=MOST_ITEMS_AT_ONCE)


ItemWish = Annotated[TakeItem | CompleteItem | FailItem | PostponeItem | AddItems, Field(discriminator="do")]
"""What a run asks of its orchestrator about items."""


class ItemOutcome(StrEnum):
    """What became of a wish."""

    DONE = "done"
    NONE = "none"
    """There is no item to take."""
    REFUSED = "refused"
    """The message says why; asking again does not help."""
