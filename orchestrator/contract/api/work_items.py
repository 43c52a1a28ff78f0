"""Work items over the API: queues with their rules and figures, and items with their tries."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.names import Name
from orchestrator.contract.protocol.work_items import WorkItemAsk
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import MAX_REASON, MOST_ITEMS_AT_ONCE, AddedWorkItem, NewWorkItem, WorkItemState

REPORTS_PATH = "/items/reports"
"""Where robots say how items ended for processes of theirs that died."""
_YEAR_S = 366 * 86_400


class QueueRules(Request):
    """`PATCH /queues/{queue}`: what is left out stays as it is."""

    name: Name | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^/]*$")
    description: str | None = Field(default=None, max_length=2_000)
    max_retries: int | None = Field(default=None, ge=0, le=100)
    """Further tries after technical failures."""
    retry_delay_s: float | None = Field(default=None, ge=0, le=_YEAR_S)
    """An item rests so long before its next try."""
    due_after_s: float | None = Field(default=None, ge=0, le=10 * _YEAR_S)
    """The deadline of items that come without one, from their adding; 0: none."""
    due_soon_s: float | None = Field(default=None, ge=0, le=_YEAR_S)
    """How long before its deadline an item counts as due soon."""
    secret_fields: tuple[str, ...] | None = Field(default=None, max_length=100)
    """Fields of payloads that are sealed in the store and never shown; for items that come from now on."""
    keep_days: int | None = Field(default=None, ge=0, le=36_500)
    """Days after which items that ended are forgotten; 0: never."""
    paused: bool | None = None
    """True: nothing is handed out."""


class QueueRequest(QueueRules):
    """`POST /queues`."""

    name: Name = Field(min_length=1, max_length=200, pattern=r"^[^/]*$")
    unique_references: bool = True
    """A reference is taken once; that cannot be changed later."""


class QueueView(View):
    """A queue with its rules and figures."""

    queue_id: str
    name: str
    description: str = ""
    max_retries: int
    retry_delay_s: float = 0.0
    unique_references: bool = True
    due_after_s: float | None = None
    due_soon_s: float
    secret_fields: tuple[str, ...] = ()
    keep_days: int
    paused: bool = False
    created_at: datetime
    counts: dict[WorkItemState, int] = Field(default_factory=dict)
    """How many items stand in each state."""
    ready: int = 0
    """Could be handed out now."""
    average_s: float | None = None
    """Of successful tries, from taking to ending."""
    oldest_at: datetime | None = None
    """When the item that waits longest was added."""
    next_due_at: datetime | None = None
    due_soon: int = 0
    late: int = 0


class AddItemsRequest(Request):
    """`POST /queues/{queue}/items`; references that the queue has already are left alone: it may be repeated."""

    items: tuple[NewWorkItem, ...] = Field(min_length=1, max_length=MOST_ITEMS_AT_ONCE)


class AddedItemsView(View):
    """What became of each, in order."""

    items: tuple[AddedWorkItem, ...]
    added: int
    known: int
    """Items whose reference was there: their ids are those of the first ones."""


class ItemTryView(View):
    """One time that an item was in a run's hands."""

    number: int
    job_id: str
    attempt: int
    robot_id: str | None = None
    taken_at: datetime
    ended_at: datetime | None = None
    outcome: WorkItemState | None = None
    """Where the item stood afterwards; null while the try lasts."""
    reason: str = ""


class WorkItemView(View):
    """An item in a table."""

    item_id: str
    queue_id: str
    queue: str
    reference: str = ""
    state: WorkItemState
    priority: JobPriority
    payload: dict[str, JsonValue] = Field(default_factory=dict)
    """Secret fields are masked."""
    output: JsonValue = None
    reason: str = ""
    due_at: datetime | None = None
    is_late: bool = False
    not_before: datetime | None = None
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    tries: int = 0
    failures: int = 0
    job_id: str | None = None
    """Whose run works on it."""
    attempt: int | None = None
    robot_id: str | None = None
    added_by: str = ""


class WorkItemDetail(WorkItemView):
    """An item with its history."""

    history: tuple[ItemTryView, ...] = ()


class PostponeRequest(Request):
    """`POST /items/{item}/postpone`."""

    until: AwareDatetime
    reason: str = Field(default="", max_length=MAX_REASON)


class FinishRequest(Request):
    """`POST /items/{item}/finish`: a person says that its work is done."""

    output: JsonValue = None
    reason: str = Field(default="", max_length=MAX_REASON)


class ItemReport(Request):
    """`POST /items/reports`: a robot says how an item ended for a process of its own that died."""

    robot_id: str = Field(min_length=1, max_length=200)
    ask: WorkItemAsk
