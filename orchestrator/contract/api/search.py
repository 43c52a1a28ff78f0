"""Searching everything at once."""

from datetime import datetime
from enum import StrEnum

from orchestrator.contract.api.common import View

MAX_QUERY = 500
MAX_HITS = 100


class SearchKind(StrEnum):
    """Where something was found; answers come in this order."""

    JOBS = "jobs"
    ROBOTS = "robots"
    WORKFLOWS = "workflows"
    ERRORS = "errors"
    """What failed attempts said."""
    LOGS = "logs"


class SearchHit(View):
    """One thing that was found."""

    kind: SearchKind
    title: str
    excerpt: str = ""
    """A piece of its text, on one line."""
    marks: tuple[tuple[int, int], ...] = ()
    """What was found in the excerpt: (start, length) in characters."""
    at: datetime | None = None
    status: str = ""
    """Of the job or the robot; `level` is a log line's."""
    level: str = ""
    job_id: str | None = None
    attempt: int | None = None
    robot_id: str | None = None
    robot: str = ""
    """The robot's name; empty when it is not known any more."""
    workflow_id: str | None = None
    line: int | None = None
    """A log line's number, which leads to its place in the log: `GET /jobs/{id}/logs?after=`."""


class SearchGroup(View):
    """What was found of one kind, newest first."""

    kind: SearchKind
    hits: tuple[SearchHit, ...] = ()
    has_more: bool = False
    is_cut: bool = False
    """The time was up before everything was looked at."""


class SearchAnswer(View):
    """`GET /search?q=`: groups that hold something, in the order of `SearchKind`."""

    query: str
    groups: tuple[SearchGroup, ...] = ()
    advice: str = ""
    """What to do for a better answer; empty when there is nothing to say."""
    indexed: float = 1.0
    """The share of what is stored that can be found: less than 1 while an older database is taken in."""
    took_ms: float = 0.0
