"""One attempt of one job, as the robot's own parts name it: on disk, in logs, as a key."""

import hashlib
import re
from typing import Protocol

from orchestrator.contract.protocol.message import AttemptRef

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class NamesAnAttempt(Protocol):
    """Anything with a job and the number of its attempt: most messages and every result."""

    @property
    def job_id(self) -> str:
        """The job."""
        ...

    @property
    def attempt(self) -> int:
        """Which try, counted from 1."""
        ...


def attempt_of(source: NamesAnAttempt) -> AttemptRef:
    """The attempt that a message or a result speaks of."""
    return AttemptRef(job_id=source.job_id, attempt=source.attempt)


def folder_name(job_id: str) -> str:
    """A name for files of the job: the id itself, or its SHA-256 when the id is no safe file name."""
    if _PLAIN.fullmatch(job_id):
        return job_id
    return hashlib.sha256(job_id.encode()).hexdigest()
