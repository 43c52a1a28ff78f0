"""What the engine cannot do.

OrchestratorError
├── NotFoundError            no such job, robot, workflow or schedule
├── ConflictError            the thing is not in a state that allows the command
│   ├── StaleJobError        somebody else was first; read again
│   └── MiddlewareError      an installed link of the submission chain failed
├── InvalidRequestError      the input is wrong; names the field
├── SealedError              no key opens what was sealed
├── TooManyRequestsError     an actor asks faster than it may; says when to ask again
├── StoppingError            the orchestrator starts or stops; says when to ask again
└── StorageError             the store cannot take it now; nothing was acknowledged
    └── JobHeldError         another program holds this one job in the database
"""

import math

from orchestrator.contract.errors import BotswainError, Problem, UserError


class OrchestratorError(BotswainError):
    """Anything that the engine raises on purpose."""


class NotFoundError(OrchestratorError):
    """There is no such thing."""

    def __init__(self, kind: str, wanted: str) -> None:
        super().__init__(f"There is no {kind} {wanted!r}.")
        self.kind = kind
        self.wanted = wanted


class ConflictError(OrchestratorError):
    """The thing is not in a state that allows the command."""


class StaleJobError(ConflictError):
    """The job has changed since it was read; nothing was written."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} has changed in the meantime.")
        self.job_id = job_id


class InvalidRequestError(OrchestratorError, UserError):
    """The input is wrong."""

    def __init__(self, message: str, *, field: str = "", hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        UserError.__init__(self, message, field=field, hint=hint)
        self.problems = problems


class TooManyRequestsError(OrchestratorError):
    """Somebody asks faster than they may; nothing was accepted."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(f"{message} Try again in {max(1, math.ceil(retry_after_s))} s.")
        self.retry_after_s = retry_after_s


class SealedError(OrchestratorError):
    """A stored secret cannot be opened."""

    def __init__(self) -> None:
        super().__init__("No key in secrets.key opens a stored secret: put the file back that it was sealed with.")


class StoppingError(OrchestratorError):
    """The orchestrator is not at work yet, or not any more; nothing was accepted."""

    def __init__(self, *, retry_after_s: float = 5.0) -> None:
        super().__init__("The orchestrator starts or stops; nothing was accepted. Try again in a moment.")
        self.retry_after_s = retry_after_s


class StorageError(OrchestratorError):
    """The store cannot take it now (disk full, locked, gone); nothing was acknowledged."""


class MiddlewareError(ConflictError):
    """An installed link of the submission chain cannot be loaded, or failed on a submission."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The middleware {name!r} {problem}.")
        self.name = name


class JobHeldError(StorageError):
    """Another program holds the row of a job in the database; the job was not changed, and every other one may be."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"Another program holds the row of job {job_id} in the database; the job was not changed. Try again."
        )
        self.job_id = job_id
