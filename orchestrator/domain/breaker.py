"""Circuit breakers: a site or service that fails again and again is left alone for a while, then tried with one job.

Closed, it lets everything pass and counts; open, nothing starts; when its rest is over one job goes ahead as a probe
(half open): if that ends well the breaker closes, otherwise it rests twice as long.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus

PREFIXES = ("site:", "service:")
"""Keys that begin so stand for something outside that can be down, and have a breaker."""
SITE_TROUBLE = frozenset({ErrorKind.NETWORK, ErrorKind.NAVIGATION, ErrorKind.PROVIDER_CAPACITY})
"""What tells of the site or service, and not of the workflow, the robot or the account."""
OUTCOMES_KEPT = 200
NEVER = float("inf")


class BreakerState(StrEnum):
    """Whether jobs with the key may start."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Outcome(StrEnum):
    """What the end of an attempt says about the sites and services that it used."""

    GOOD = "good"
    BAD = "bad"
    SILENT = "silent"
    """Nothing: it was stopped, or its robot vanished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTerms:
    """When a breaker opens, and for how long."""

    failures: int = 5
    """So many within the window, when they are at least half of all; 0: breakers open only by hand."""
    window_s: float = 300.0
    rest_s: float = 60.0
    """Before the first probe; doubled by each probe that fails."""
    longest_rest_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One key's breaker at one moment; `_s` are seconds of the monotonic clock."""

    key: str
    state: BreakerState = BreakerState.CLOSED
    outcomes: tuple[tuple[float, bool], ...] = field(default=(), repr=False)
    """(when, went badly) of attempts lately, oldest first."""
    reason: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    probe_s: float = NEVER
    """When one job may try; NEVER for one that a person opened, who also closes it."""
    trips: int = 0
    """How often it opened in a row."""
    probe: JobId | None = None
    """The job that tries, while it is half open."""

    @classmethod
    def kept(
        cls, key: str, *, reason: str, opened_at: datetime, opened_by: str, trips: int, probe_at: datetime | None,
        now: datetime, now_s: float, terms: BreakerTerms,
    ) -> Self:  # fmt: skip
        """An open breaker as the store remembers it; a clock that was set meanwhile cannot lengthen its rest."""
        left_s = NEVER if probe_at is None else (probe_at - now).total_seconds()
        probe_s = NEVER if probe_at is None else now_s + min(max(0.0, left_s), terms.longest_rest_s)
        return cls(
            key=key, state=BreakerState.OPEN, reason=reason, opened_at=opened_at, opened_by=opened_by,
            probe_s=probe_s, trips=trips,
        )  # fmt: skip

    def lets_pass(self, now_s: float) -> bool:
        """True when a job with the key may start; while open, the one that starts is the probe."""
        match self.state:
            case BreakerState.CLOSED:
                return True
            case BreakerState.OPEN:
                return self.probe_s <= now_s
            case BreakerState.HALF_OPEN:
                return False

    def probing(self, job_id: JobId) -> "Breaker":
        """Half open: this job tries."""
        return replace(self, state=BreakerState.HALF_OPEN, probe=job_id)

    def probe_given_up(self, now_s: float) -> "Breaker":
        """The probe said nothing; the next job may try at once."""
        return replace(self, state=BreakerState.OPEN, probe=None, probe_s=min(self.probe_s, now_s))

    def after(self, outcome: Outcome, job_id: JobId, terms: BreakerTerms, *, now: datetime, now_s: float) -> "Breaker":
        """The breaker after an attempt of this job ended."""
        if self.state is BreakerState.HALF_OPEN and self.probe == job_id:
            return self._after_probe(outcome, terms, now=now, now_s=now_s)
        if self.state is not BreakerState.CLOSED or outcome is Outcome.SILENT:
            return self  # what began before it opened is no news
        counted = self._counted(outcome, terms, now_s)
        bad = sum(went_badly for _, went_badly in counted.outcomes)
        if terms.failures <= 0 or bad < terms.failures or 2 * bad < len(counted.outcomes):
            return counted
        return counted.opened(_why(bad, len(counted.outcomes), terms), terms, now=now, now_s=now_s)

    def opened(self, reason: str, terms: BreakerTerms, *, now: datetime, now_s: float) -> "Breaker":
        """Open by itself, with a rest that grows with each failed probe."""
        rest_s = min(terms.rest_s * 2.0**self.trips, terms.longest_rest_s)
        return replace(
            self, state=BreakerState.OPEN, outcomes=(), reason=reason, opened_at=now, opened_by="engine",
            probe_s=now_s + rest_s, trips=self.trips + 1, probe=None,
        )  # fmt: skip

    def opened_by_hand(self, reason: str, actor: str, *, now: datetime) -> "Breaker":
        """Open until a person closes it."""
        return replace(
            self, state=BreakerState.OPEN, outcomes=(), reason=reason, opened_at=now, opened_by=actor, probe_s=NEVER,
            trips=0, probe=None,
        )  # fmt: skip

    def closed(self) -> "Breaker":
        """As if nothing had been."""
        return Breaker(key=self.key)

    def probe_at(self, *, now: datetime, now_s: float) -> datetime | None:
        """When one job may try, on the wall clock; None when a person has to close it."""
        return None if self.probe_s == NEVER else now + timedelta(seconds=max(0.0, self.probe_s - now_s))

    def _after_probe(self, outcome: Outcome, terms: BreakerTerms, *, now: datetime, now_s: float) -> "Breaker":
        match outcome:
            case Outcome.GOOD:
                return self.closed()
            case Outcome.BAD:
                reason = f"The job that was let through to try ended badly too, after {self.trips} rests."
                return self.opened(reason, terms, now=now, now_s=now_s)
            case Outcome.SILENT:
                return self.probe_given_up(now_s)

    def _counted(self, outcome: Outcome, terms: BreakerTerms, now_s: float) -> "Breaker":
        recent = [each for each in self.outcomes if each[0] > now_s - terms.window_s]
        return replace(self, outcomes=(*recent, (now_s, outcome is Outcome.BAD))[-OUTCOMES_KEPT:])


def has_breaker(key: str) -> bool:
    """True for keys that stand for a site or a service."""
    return key.startswith(PREFIXES)


def outcome_of(status: JobStatus, error: ErrorInfo | None) -> Outcome:
    """What the state into which a live job moved says about its sites: an error of another kind means they answered."""
    if status is JobStatus.COMPLETED:
        return Outcome.GOOD
    ended_by_error = status in {JobStatus.FAILED, JobStatus.PENDING, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER}
    if not ended_by_error or error is None or error.kind in _TELLS_NOTHING:
        return Outcome.SILENT
    return Outcome.BAD if error.kind in SITE_TROUBLE else Outcome.GOOD


_TELLS_NOTHING = frozenset({ErrorKind.ROBOT_LOST, ErrorKind.CANCELLED, ErrorKind.TIMEOUT, ErrorKind.INTERNAL,
                            ErrorKind.BROWSER_MISSING, ErrorKind.BROWSER_LOST, ErrorKind.DRIVER_LOST,
                            ErrorKind.BAD_WORKFLOW})  # fmt: skip


def _why(bad: int, all_of_them: int, terms: BreakerTerms) -> str:
    return f"{bad} of the last {all_of_them} jobs failed on the site or the network within {terms.window_s:g} s."
