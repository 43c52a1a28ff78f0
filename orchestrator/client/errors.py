"""Why the orchestrator did not do what was asked.

ClientError
├── UnreachableError       nobody answers there
│   └── ConnectionBrokenError   somebody did, and then the connection broke: it may have been done
├── UnauthorizedError      the key is missing or wrong
└── RefusedError           the orchestrator answered, and said no; carries its `ErrorBody`
"""

from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.errors import BotswainError


class ClientError(BotswainError):
    """A request was not done."""


class UnreachableError(ClientError):
    """Nobody answers at the address."""


class ConnectionBrokenError(UnreachableError):
    """The connection broke before the answer was there; whether it was done is not known."""


class UnauthorizedError(ClientError):
    """The key is missing or wrong."""


class RefusedError(ClientError):
    """The orchestrator said no."""

    def __init__(self, status: int, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.status = status
        self.body = body

    @property
    def is_users_mistake(self) -> bool:
        """True when other input would have been accepted."""
        return self.status in {400, 404, 409, 413, 422}
