"""Why a process of this machine is not there.

FleetError
├── StartError        it could not be started, or ended before it was ready
└── TooLateError      it did not get ready within its limit
"""

from pathlib import Path

from orchestrator.contract.errors import BotswainError


class FleetError(BotswainError):
    """A process that was started here does not do its work."""

    def __init__(self, message: str, *, log_file: Path | None = None) -> None:
        super().__init__(message)
        self.log_file = log_file


class StartError(FleetError):
    """A process could not be started, or ended before it was ready."""


class TooLateError(FleetError):
    """A process did not get ready within its limit."""
