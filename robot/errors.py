"""What can go wrong in a robot.

RobotError
├── ActionError           a step's action failed; carries the `ErrorInfo` that is reported
└── RobotSetupError       the robot cannot work here: one sentence with what to do
"""

from collections.abc import Sequence
from typing import Self

from orchestrator.contract.errors import BotswainError, ErrorInfo, ErrorKind, UserError


class RobotError(BotswainError):
    """Anything that a robot raises on purpose."""


class ActionError(RobotError):
    """A step's action failed."""

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info

    @classmethod
    def of(cls, kind: ErrorKind, message: str, *, hint: str | None = None, call_log: Sequence[str] = ()) -> Self:
        """An action's failure of the given kind."""
        return cls(ErrorInfo(kind=kind, message=message[:16_384], hint=hint, call_log=tuple(call_log)[-200:]))


class RobotSetupError(RobotError, UserError):
    """The robot cannot work on this machine as it is; the text says what to do."""
