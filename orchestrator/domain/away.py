"""While nobody was there: what a start found, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

MOST_LISTED = 200
"""Jobs and schedules that a report names of each sort; what is beyond is counted."""


class Fate(StrEnum):
    """What became of a job that was on a robot when the engine ended."""

    UNKNOWN = "unknown"
    """Its robot has not come back yet."""
    ADOPTED = "adopted"
    """It goes on where it was."""
    REQUEUED = "requeued"
    FINISHED = "finished"
    """It ended meanwhile; the result was delivered later."""
    DEAD_LETTERED = "dead_lettered"
    ENDED = "ended"
    """It ended otherwise: cancelled, timed out, failed with its robot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedRuns:
    """A schedule whose runs fell into the absence."""

    schedule_id: str
    name: str
    since: datetime
    """The first run that was missed."""
    policy: str
    """`skip`, `latest` or `all`."""
    dropped: int = 0
    """Runs that do not happen any more."""
    made_up: int = 0
    """Runs that happen late, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayReport:
    """What happened between two starts; kept until somebody dismisses it."""

    report_id: str
    started_at: datetime
    last_seen_at: datetime | None
    """The last thing that the engine before had written down."""
    jobs: Mapping[str, tuple[str, Fate]] = field(default_factory=dict)
    """Workflow's name and fate, by job."""
    more_jobs: int = 0
    """Jobs beyond the listed ones, whose fates are not followed."""
    schedules: tuple[MissedRuns, ...] = ()
    dismissed_at: datetime | None = None
    dismissed_by: str = ""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to tell."""
        return not self.jobs and not self.schedules

    def count(self, fate: Fate) -> int:
        """How many of the listed jobs had this fate."""
        return sum(found is fate for _, found in self.jobs.values())

    def with_fate(self, job_id: str, fate: Fate) -> "AwayReport":
        """The report with a job's fate; the first one that is known counts."""
        name, known = self.jobs[job_id]
        if known is not Fate.UNKNOWN or fate is Fate.UNKNOWN:
            return self
        return replace(self, jobs={**self.jobs, job_id: (name, fate)})

    def with_missed(self, missed: MissedRuns) -> "AwayReport":
        """The report with a schedule's missed runs."""
        others = tuple(each for each in self.schedules if each.schedule_id != missed.schedule_id)
        return replace(self, schedules=(*others, missed)[-MOST_LISTED:])

    def dismissed(self, *, by: str, at: datetime) -> "AwayReport":
        """Somebody has read it."""
        return replace(self, dismissed_by=by, dismissed_at=at)
