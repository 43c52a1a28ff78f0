"""Messages about work items: a run asks, and asks again after each reconnect, until it has its answer.

An answer is the same however often the question comes: taking gives the same item, ending it counts once.
"""

from typing import ClassVar

from pydantic import Field

from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload
from orchestrator.contract.work_items import AddedWorkItem, GivenWorkItem, ItemOutcome, ItemWish


class WorkItemAsk(Payload):
    """A step of a run wants something about items."""

    message_type: ClassVar = MessageType.WORK_ITEM_ASK

    job_id: JobName
    attempt: AttemptNumber
    request_id: str = Field(min_length=1, max_length=100)
    """The same in each repeat."""
    wish: ItemWish
    carried: tuple[str, ...] = Field(default=(), max_length=10_000)
    """Items that the checkpoint holds which the run went on from: they are this attempt's now."""


class WorkItemAnswer(Payload):
    """What became of it."""

    message_type: ClassVar = MessageType.WORK_ITEM_ANSWER

    job_id: JobName
    attempt: AttemptNumber
    request_id: str = Field(min_length=1, max_length=100)
    outcome: ItemOutcome
    item: GivenWorkItem | None = None
    added: tuple[AddedWorkItem, ...] = ()
    state: str = ""
    """Where the item stands after its end was taken down."""
    message: str = Field(default="", max_length=4_000)
