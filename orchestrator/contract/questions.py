"""What a run may ask a person, and what it does when nobody answers."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live import Then
from orchestrator.contract.results import MAX_ATTEMPT


class QuestionKind(StrEnum):
    """What is wanted."""

    APPROVE = "approve"
    """Yes or no; a no fails the step."""
    ANSWER = "answer"
    """One of the choices, or a text."""
    SOLVE = "solve"
    """Something that a person does in the run's own page: who has done it hands the run back."""


class AtDeadline(StrEnum):
    """What happens when nobody has answered in time."""

    FAIL = "fail"
    """The step fails."""
    CONTINUE = "continue"
    """The run goes on with the default."""
    CANCEL = "cancel"
    """The whole job is cancelled."""


class QuestionStatus(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """The run that asked has ended."""


class QuestionText(BaseModel):
    """What a person reads and may choose."""

    model_config = ConfigDict(frozen=True)

    kind: QuestionKind
    question: str = Field(min_length=1, max_length=4_000)
    choices: tuple[str, ...] = Field(default=(), max_length=50)
    """For APPROVE always `yes` and `no`; for ANSWER empty means any text."""
    default: str | None = None
    """What counts as the answer when nobody answers and the run is to go on."""
    deadline_s: float = Field(gt=0, le=30 * 86_400)
    at_deadline: AtDeadline = AtDeadline.FAIL
    details: JsonValue = None
    """What the person should see to decide; secrets masked."""

    @property
    def is_take_over(self) -> bool:
        """True while somebody has the run who wanted it: the run asks for nothing but to be handed back."""
        return self.kind is QuestionKind.SOLVE and self.choices == tuple(Then)


class Question(BaseModel):
    """A question of a run, and its answer."""

    model_config = ConfigDict(frozen=True)

    question_id: str
    job_id: str
    attempt: int = Field(ge=1, le=MAX_ATTEMPT)
    step_id: str
    text: QuestionText
    status: QuestionStatus = QuestionStatus.OPEN
    asked_at: AwareDatetime
    deadline_at: AwareDatetime
    answer: str | None = None
    answered_by: str = ""
    answered_at: AwareDatetime | None = None
    note: str = ""
    """What the person wrote beside the answer."""
