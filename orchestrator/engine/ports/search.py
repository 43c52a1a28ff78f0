"""Where what is searched for is found: log lines, jobs, and what failed attempts said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.job import Job
from orchestrator.domain.search import SearchQuery


class Feed(StrEnum):
    """What is indexed, each by a number that only grows."""

    JOBS = "jobs"
    ERRORS = "errors"
    LOGS = "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How far a feed is indexed."""

    indexed: int
    """Everything up to this number can be found."""
    newest: int
    oldest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a hit must be about besides its words; None restricts nothing, an empty choice lets nothing through."""

    robots: frozenset[RobotId] | None = None
    workflows: frozenset[str] | None = None
    """Ids."""
    schedule: str | None = None
    statuses: frozenset[str] | None = None
    levels: frozenset[str] | None = None
    job: str | None = None
    """The beginning of a job's id, or its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A log line or an error, with the job that it is about."""

    number: int
    text: str
    at: datetime
    level: str = ""
    job_id: JobId | None = None
    attempt: int | None = None
    step_id: str | None = None
    robot_id: RobotId | None = None
    workflow_name: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """The newest that were found."""

    found: Sequence[Found] = ()
    jobs: Sequence[Job] = ()
    """In place of `found`, when jobs were looked for."""
    has_more: bool = False
    is_cut: bool = False
    """The time was up before everything was looked at."""


class SearchStore(Protocol):
    """An index beside the store, which follows it at a small distance and can be thrown away at any time."""

    async def open(self) -> None:
        """Make the index usable: made when there is none, made anew when it is not of this database."""
        ...

    async def states(self) -> Mapping[Feed, FeedState]:
        """How far each feed is indexed."""
        ...

    async def take(self, feed: Feed, *, most: int) -> int:
        """Index the next rows, all or none; how many they were, 0 when nothing is left."""
        ...

    async def find(self, feed: Feed, query: SearchQuery, scope: Scope, *, limit: int, within_s: float) -> FoundPage:
        """The newest rows with the words, of the scope."""
        ...
