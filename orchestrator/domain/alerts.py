"""Alerts: what is wrong, how bad it is, since when, and the rules by which it is noticed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.domain.resources import Level, judge

BACKLOG_MARGIN = 0.2
"""A backlog is over once it is a fifth below its threshold."""
RATE_MARGIN = 0.05


class AlertKind(StrEnum):
    """What can go wrong."""

    ROBOT_GONE = "robot_gone"
    ROBOT_CLONED = "robot_cloned"
    """Two processes share one robot's identity."""
    JOB_TIMEOUT = "job_timeout"
    ERROR_RATE = "error_rate"
    BACKLOG = "backlog"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    STORE = "store"
    """The store takes nothing: disk full, locked, gone."""
    SCHEDULE_MISSED = "schedule_missed"
    SUSPECT = "suspect"
    """A run completed without giving what is expected of it."""
    WORK_ITEMS_LATE = "work_items_late"
    """Work items of a queue are not done although their deadline is over."""
    SELECTOR_FALLBACK = "selector_fallback"
    """Runs need a later locator of a step's target: the page has changed, and the last one may be next."""
    STALLED = "stalled"
    """A run stands still."""
    ENGINE = "engine"
    """A loop of the engine fails, stands still, or the whole process was blocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that is or was wrong; at most one is open for each kind and subject."""

    alert_id: str
    kind: AlertKind
    subject: str
    """What it is about: the id of a robot, a workflow, a job; `host` for the orchestrator's machine, `machine:` and its
    name for another one; empty for the orchestrator as a whole."""
    level: Level
    message: str
    raised_at: datetime
    changed_at: datetime
    times: int = 1
    """How often it happened while it was open."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    resolved_at: datetime | None = None
    details: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """True while it is wrong."""
        return self.resolved_at is None

    def concerns(self, *ids: str | None) -> bool:
        """Whether it is about one of these, or about the machine of one of these robots."""
        robots = self.details.get("robots")
        return self.subject in ids or (isinstance(robots, list) and any(each in robots for each in ids))

    def again(self, level: Level, message: str, *, at: datetime, details: Mapping[str, JsonValue]) -> "Alert":
        """It happened once more, or got better or worse; one that got worse wants to be acknowledged anew."""
        worse = level.rank > self.level.rank
        return replace(
            self,
            level=level,
            message=message,
            changed_at=at,
            times=self.times + 1,
            details=details,
            acknowledged_at=None if worse else self.acknowledged_at,
            acknowledged_by="" if worse else self.acknowledged_by,
        )

    def acknowledged(self, *, by: str, at: datetime) -> "Alert":
        """A person has seen it."""
        return replace(self, acknowledged_at=at, acknowledged_by=by)

    def resolved(self, *, at: datetime) -> "Alert":
        """It is over."""
        return replace(self, resolved_at=at, changed_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """By which rules alerts are raised; settable while the engine runs. Durations are seconds, rates 0 to 1."""

    muted: frozenset[AlertKind] = frozenset()
    """Kinds that are not raised."""
    robot_gone_after_s: float = 60.0
    error_rate_window_s: float = 600.0
    error_rate_jobs: int = 10
    """Fewer ended jobs in the window say nothing about the rate."""
    error_rate_warning: float = 0.25
    error_rate_critical: float = 0.5
    backlog_warning: int = 1_000
    backlog_critical: int = 10_000
    backlog_age_warning_s: float = 900.0
    """How long the job that is next may wait while robots are there."""
    backlog_age_critical_s: float = 3_600.0
    calm_s: float = 30.0
    """How long it must have been calm before an alert resolves."""
    single_s: float = 3_600.0
    """How long an alert stands that tells a single happening: a timeout, a missed schedule."""

    def __post_init__(self) -> None:
        for low, high in _PAIRS:
            if not 0 < getattr(self, low) < getattr(self, high):
                raise UserError(f"{low} has to be above 0 and below {high}.", field=low)
        if self.error_rate_critical > 1:
            raise UserError("error_rate_critical is a share and at most 1.", field="error_rate_critical")
        for name, least, most in _RANGES:
            if not least <= getattr(self, name) <= most:
                raise UserError(f"{name} has to be between {least:g} and {most:g}.", field=name)


_PAIRS = (
    ("error_rate_warning", "error_rate_critical"),
    ("backlog_warning", "backlog_critical"),
    ("backlog_age_warning_s", "backlog_age_critical_s"),
)
_RANGES: tuple[tuple[str, float, float], ...] = (
    ("robot_gone_after_s", 1, 86_400),
    ("error_rate_window_s", 10, 86_400),
    ("error_rate_jobs", 1, 1_000_000),
    ("calm_s", 0, 3_600),
    ("single_s", 1, 30 * 86_400),
)


def error_level(before: Level, *, ended: int, failed: int, rules: AlertRules) -> Level:
    """How bad the error rate of a window is; too few jobs are calm, whatever became of them."""
    if ended < rules.error_rate_jobs:
        return Level.NORMAL
    return judge(
        before,
        failed / ended,
        warning=rules.error_rate_warning,
        critical=rules.error_rate_critical,
        margin=RATE_MARGIN,
    )


def backlog_level(before: Level, *, queued: int, age_s: float, rules: AlertRules) -> Level:
    """How bad the backlog is, by its length and by how long its first job has waited; the worse one counts."""
    by_length = _judged(before, queued, rules.backlog_warning, rules.backlog_critical)
    by_age = _judged(before, age_s, rules.backlog_age_warning_s, rules.backlog_age_critical_s)
    return max(by_length, by_age, key=lambda level: level.rank)


def _judged(before: Level, value: float, warning: float, critical: float) -> Level:
    level = judge(before, value, warning=warning, critical=critical, margin=warning * BACKLOG_MARGIN)
    return level if value else Level.NORMAL


class FailureWindow:
    """Counts ended and failed jobs of the last seconds, in a few buckets: bounded, however many jobs there are."""

    BUCKETS = 30

    def __init__(self) -> None:
        self._buckets: dict[int, list[int]] = {}

    def note(self, *, has_failed: bool, now_s: float, window_s: float) -> None:
        """A job has ended; `now_s` is monotonic."""
        bucket = self._buckets.get(int(now_s / (window_s / self.BUCKETS)))
        if bucket is None:
            bucket = self._buckets[int(now_s / (window_s / self.BUCKETS))] = [0, 0]
            self._forget(now_s, window_s)
        bucket[0] += 1
        bucket[1] += has_failed

    def counts(self, *, now_s: float, window_s: float) -> tuple[int, int]:
        """(ended, failed) inside the window."""
        self._forget(now_s, window_s)
        return sum(each[0] for each in self._buckets.values()), sum(each[1] for each in self._buckets.values())

    def clear(self) -> None:
        """Begin anew, as after a change of the window."""
        self._buckets.clear()

    def _forget(self, now_s: float, window_s: float) -> None:
        newest = int(now_s / (window_s / self.BUCKETS))
        for number in [each for each in self._buckets if each <= newest - self.BUCKETS]:
            del self._buckets[number]
