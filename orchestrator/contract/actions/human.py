"""Parameters of the actions that wait for a person."""

from typing import Self

from pydantic import AliasChoices, Field, model_validator

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.questions import AtDeadline, QuestionKind, QuestionText

DEFAULT_DEADLINE_S = 86_400.0


class _Asking(Parameters):
    """What every question has."""

    question: str = Field(min_length=1, max_length=4_000, validation_alias=AliasChoices("question", "message"))
    """What people are asked."""
    details: JsonValue = None
    """What the person should see to decide."""
    deadline_s: float = Field(
        default=DEFAULT_DEADLINE_S, gt=0, le=30 * 86_400, validation_alias=AliasChoices("deadline_s", "deadline")
    )
    """Seconds; a day without a word."""
    at_deadline: AtDeadline = AtDeadline.FAIL
    """`fail`, `continue` (with the default) or `cancel` (the job)."""


class Approve(_Asking):
    """Asks a person for a yes; a no fails the step as a business failure."""

    default: bool | None = None
    """What counts when nobody answers and the run is to go on."""

    @model_validator(mode="after")
    def _has_a_default_to_go_on_with(self) -> Self:
        if self.at_deadline is AtDeadline.CONTINUE and self.default is None:
            raise ValueError("at_deadline continue needs `default`")
        return self

    @property
    def text(self) -> QuestionText:
        """The question as it travels."""
        return QuestionText(
            kind=QuestionKind.APPROVE,
            question=self.question,
            choices=("yes", "no"),
            default=None if self.default is None else "yes" if self.default else "no",
            deadline_s=self.deadline_s,
            at_deadline=self.at_deadline,
            details=self.details,
        )


class Answer(_Asking):
    """Asks a person for one of several choices, or for a text."""

    choices: tuple[str, ...] = Field(default=(), max_length=50)
    """Without any, every text is an answer."""
    default: str | None = Field(default=None, max_length=20_000)
    """The answer that counts when nobody gives one and the run is to go on."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.at_deadline is AtDeadline.CONTINUE and self.default is None:
            raise ValueError("at_deadline continue needs `default`")
        if self.default is not None and self.choices and self.default not in self.choices:
            raise ValueError(f"default {self.default!r} is none of the choices")
        return self

    @property
    def text(self) -> QuestionText:
        """The question as it travels."""
        return QuestionText(
            kind=QuestionKind.ANSWER,
            question=self.question,
            choices=self.choices,
            default=self.default,
            deadline_s=self.deadline_s,
            at_deadline=self.at_deadline,
            details=self.details,
        )


class Solve(_Asking):
    """Asks a person to do something in the step's own page, such as a login with a code from a telephone."""

    @property
    def text(self) -> QuestionText:
        """The question as it travels."""
        return QuestionText(
            kind=QuestionKind.SOLVE,
            question=self.question,
            choices=("done", "failed"),
            default="done",
            deadline_s=self.deadline_s,
            at_deadline=self.at_deadline,
            details=self.details,
        )


HUMAN_ACTIONS = (
    ActionSpec(
        name="human.approve",
        group=ActionGroup.CONTROL,
        summary="Waits until a person says yes; a no fails the step.",
        parameters=Approve,
        result="{approved, by, note}.",
        needs_browser=False,
        waits_for_person=True,
    ),
    ActionSpec(
        name="human.answer",
        group=ActionGroup.CONTROL,
        summary="Waits until a person chooses or writes an answer.",
        parameters=Answer,
        result="{answer, by, note}.",
        needs_browser=False,
        waits_for_person=True,
    ),
    ActionSpec(
        name="human.solve",
        group=ActionGroup.CONTROL,
        summary="Waits until a person has done something in the step's page, in a live view, and hands the run back.",
        parameters=Solve,
        result="{solved, by, note}; a run that is handed back as failed fails the step.",
        safe_to_repeat=False,
        waits_for_person=True,
    ),
)
