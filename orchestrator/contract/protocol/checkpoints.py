"""Messages about a run's checkpoints and pauses; the checkpoints themselves travel by HTTP, since they may be large."""

from typing import ClassVar

from pydantic import Field

from orchestrator.contract.checkpoints import MAX_NOTE, CheckpointKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload


class TakeCheckpoint(Payload):
    """Take a checkpoint of the run as soon as no step is in the middle of being counted; nothing waits for it."""

    message_type: ClassVar = MessageType.TAKE_CHECKPOINT

    job_id: JobName
    attempt: AttemptNumber
    checkpoint_id: str = Field(min_length=1, max_length=100)
    kind: CheckpointKind = CheckpointKind.MANUAL
    note: str = Field(default="", max_length=MAX_NOTE)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)


class PauseJob(Payload):
    """Start no further step, take a checkpoint, and report PAUSED; a run that ends meanwhile reports its end.

    The robot reports only when the orchestrator has the checkpoint, so that a paused job can always go on.
    """

    message_type: ClassVar = MessageType.PAUSE_JOB

    job_id: JobName
    attempt: AttemptNumber
    reason: str = Field(default="", max_length=1_000)


class UnpauseJob(Payload):
    """The pause is taken back: go on, if the run has not stopped yet."""

    message_type: ClassVar = MessageType.UNPAUSE_JOB

    job_id: JobName
    attempt: AttemptNumber
