"""Messages about questions to people: the robot asks, and asks again after each reconnect, until it has an answer."""

from typing import ClassVar

from pydantic import Field

from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload
from orchestrator.contract.questions import QuestionStatus, QuestionText


class AskPerson(Payload):
    """A step waits for a person; the session stays open meanwhile."""

    message_type: ClassVar = MessageType.ASK_PERSON

    job_id: JobName
    attempt: AttemptNumber
    question_id: str = Field(min_length=1, max_length=100)
    step_id: str = Field(max_length=200)
    text: QuestionText
    waited_s: float = Field(default=0.0, ge=0)
    """How long it has been waiting, by the robot's monotonic clock."""


class PersonAnswered(Payload):
    """The end of a question: answered, expired or withdrawn."""

    message_type: ClassVar = MessageType.PERSON_ANSWERED

    job_id: JobName
    attempt: AttemptNumber
    question_id: str = Field(min_length=1, max_length=100)
    status: QuestionStatus
    answer: str | None = Field(default=None, max_length=20_000)
    answered_by: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2_000)


class QuestionDropped(Payload):
    """The robot waits no longer: its own limit has passed while nobody could be reached, or the step was stopped."""

    message_type: ClassVar = MessageType.QUESTION_DROPPED

    job_id: JobName
    attempt: AttemptNumber
    question_id: str = Field(min_length=1, max_length=100)
