"""What the rules refuse.

DomainError
├── IllegalTransitionError     a job cannot move like that
└── (ScheduleError and CronError stand beside their rules)
"""

from orchestrator.contract.errors import BotswainError
from orchestrator.contract.states import JobStatus


class DomainError(BotswainError):
    """A rule says no."""


class IllegalTransitionError(DomainError):
    """A job cannot move like that."""

    def __init__(self, job_id: str, before: JobStatus, after: JobStatus) -> None:
        super().__init__(f"Job {job_id} is {before} and cannot become {after}.")
        self.job_id = job_id
        self.before = before
        self.after = after
