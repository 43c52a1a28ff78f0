"""Failures as data: what kind of thing went wrong, whose it is, and whether trying again can help.

BotswainError                 anything that this product raises on purpose
├── UserError                 the input is wrong: one sentence, names the field and the fix
│   └── WorkflowError         a definition that cannot be used: one `Problem` for each mistake
└── ProtocolError             a message that breaks the protocol
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue


class ErrorOwner(StrEnum):
    """Whose a failure is, and so who can do something about it."""

    USER = "user"
    """The workflow, its data, or the business itself."""
    SITE = "site"
    NETWORK = "network"
    BROWSER = "browser"
    ROBOT = "robot"
    BOTSWAIN = "botswain"
    """Ours."""


class ErrorKind(StrEnum):
    """What went wrong, in the words that retry policies and failure groups use."""

    TARGET_NOT_FOUND = "target_not_found"
    AMBIGUOUS_TARGET = "ambiguous_target"
    NOT_ACTIONABLE = "not_actionable"
    TIMEOUT = "timeout"
    NAVIGATION = "navigation"
    NETWORK = "network"
    PAGE_CRASHED = "page_crashed"
    BROWSER_LOST = "browser_lost"
    BROWSER_MISSING = "browser_missing"
    DRIVER_LOST = "driver_lost"
    PROVIDER_CAPACITY = "provider_capacity"
    SESSION_EXPIRED = "session_expired"
    ASSERTION_FAILED = "assertion_failed"
    BUSINESS = "business"
    BAD_WORKFLOW = "bad_workflow"
    CANCELLED = "cancelled"
    ROBOT_LOST = "robot_lost"
    INTERNAL = "internal"

    @property
    def is_retryable(self) -> bool:
        """True when the same step may succeed if it is only tried again."""
        return self not in PERMANENT_KINDS

    @property
    def owner(self) -> ErrorOwner:
        """Whose it is, as far as the kind alone tells."""
        return OWNERS[self]


OWNERS: Mapping[ErrorKind, ErrorOwner] = {
    ErrorKind.TARGET_NOT_FOUND: ErrorOwner.SITE,
    ErrorKind.AMBIGUOUS_TARGET: ErrorOwner.USER,
    ErrorKind.NOT_ACTIONABLE: ErrorOwner.SITE,
    ErrorKind.TIMEOUT: ErrorOwner.SITE,
    ErrorKind.NAVIGATION: ErrorOwner.SITE,
    ErrorKind.NETWORK: ErrorOwner.NETWORK,
    ErrorKind.PAGE_CRASHED: ErrorOwner.BROWSER,
    ErrorKind.BROWSER_LOST: ErrorOwner.BROWSER,
    ErrorKind.BROWSER_MISSING: ErrorOwner.ROBOT,
    ErrorKind.DRIVER_LOST: ErrorOwner.BROWSER,
    ErrorKind.PROVIDER_CAPACITY: ErrorOwner.ROBOT,
    ErrorKind.SESSION_EXPIRED: ErrorOwner.SITE,
    ErrorKind.ASSERTION_FAILED: ErrorOwner.SITE,
    ErrorKind.BUSINESS: ErrorOwner.USER,
    ErrorKind.BAD_WORKFLOW: ErrorOwner.USER,
    ErrorKind.CANCELLED: ErrorOwner.USER,
    ErrorKind.ROBOT_LOST: ErrorOwner.ROBOT,
    ErrorKind.INTERNAL: ErrorOwner.BOTSWAIN,
}
PERMANENT_KINDS = frozenset(
    {
        ErrorKind.AMBIGUOUS_TARGET,
        ErrorKind.ASSERTION_FAILED,
        ErrorKind.BROWSER_MISSING,
        ErrorKind.BUSINESS,
        ErrorKind.BAD_WORKFLOW,
        ErrorKind.CANCELLED,
    }
)


class ErrorInfo(BaseModel):
    """A failure as it travels, is stored and is shown."""

    model_config = ConfigDict(frozen=True)

    kind: ErrorKind
    message: str = Field(max_length=16_384)
    step_id: str | None = None
    hint: str | None = None
    """What a person can do about it, in one sentence."""
    call_log: tuple[str, ...] = Field(default=(), max_length=200)
    """What the browser was doing, newest last."""
    details: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def is_retryable(self) -> bool:
        """True when another attempt may end better."""
        return self.kind.is_retryable


class Problem(BaseModel):
    """One mistake in a document: where it stands, and how to put it right."""

    model_config = ConfigDict(frozen=True)

    message: str
    """One sentence that says what is wrong and what would be right."""
    field: str = ""
    """Path of the field, such as `steps[2].dependencies[0]`; empty for the document as a whole."""
    step: str | None = None
    """Id or name of the step, when the mistake is inside one."""
    line: int | None = None
    """Line in the file, counted from 1, when the source is known."""

    def __str__(self) -> str:
        places = [
            f"line {self.line}" if self.line else "",
            f"step {self.step!r}" if self.step else "",
            self.field,
        ]
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.message}" if where else self.message


class BotswainError(Exception):
    """Anything that this product raises on purpose; its text is meant to be read by a person."""


class UserError(BotswainError):
    """The user's input is wrong; the text names the field and the fix."""

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.hint = hint


class WorkflowError(UserError):
    """A workflow definition that cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @classmethod
    def one(cls, message: str, *, field: str = "", step: str | None = None, line: int | None = None) -> Self:
        """An error with a single problem."""
        return cls([Problem(message=message, field=field, step=step, line=line)])


class ProtocolError(BotswainError):
    """A message that breaks the protocol."""

    def __init__(self, code: str, message: str, *, about: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.about = about
        """Id of the message that broke it, when it had a readable one."""
