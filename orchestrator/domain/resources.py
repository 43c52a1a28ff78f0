"""How loaded a machine is: thresholds with hysteresis, a bounded history, and figures over it."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isnan, nan

from orchestrator.contract.errors import UserError

MARGIN = 0.05
"""How far a share must fall below a threshold before it counts as calm again."""


class Resource(StrEnum):
    """What may get tight."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"


class Level(StrEnum):
    """How bad something is."""

    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for NORMAL to 2 for CRITICAL."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One look at a machine. Shares are 0 to 1, network is bytes a second; None where it was not measured."""

    at: datetime
    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None
    network_in: float | None = None
    network_out: float | None = None

    def of(self, resource: Resource) -> float | None:
        """The share of one resource."""
        match resource:
            case Resource.CPU:
                return self.cpu
            case Resource.MEMORY:
                return self.memory
            case Resource.DISK:
                return self.disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From which share on a resource is tight."""

    warning: float
    critical: float

    def __post_init__(self) -> None:
        if not 0 < self.warning < self.critical <= 1:
            raise UserError(
                f"Thresholds are shares with 0 < warning < critical <= 1; {self.warning:g} and {self.critical:g} "
                "are not."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceThresholds:
    """The thresholds of every resource; the defaults are those of the reference."""

    memory: Threshold = Threshold(warning=0.70, critical=0.85)
    cpu: Threshold = Threshold(warning=0.80, critical=0.90)
    disk: Threshold = Threshold(warning=0.80, critical=0.90)

    def of(self, resource: Resource) -> Threshold:
        """The thresholds of one resource."""
        match resource:
            case Resource.CPU:
                return self.cpu
            case Resource.MEMORY:
                return self.memory
            case Resource.DISK:
                return self.disk


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSettings:
    """What the resource monitor works with."""

    thresholds: ResourceThresholds = field(default_factory=ResourceThresholds)
    interval_s: float = 30.0
    enabled: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= 3_600:
            raise UserError(f"interval_s: {self.interval_s:g} is not between 1 and 3600 seconds.", field="interval_s")


def judge(before: Level, value: float, *, warning: float, critical: float, margin: float) -> Level:
    """The level of a value: it rises at a threshold, and falls only once the value is below it by the margin.

    What moves to and fro around a threshold by less than the margin changes nothing.
    """
    if value >= critical or (before is Level.CRITICAL and value >= critical - margin):
        return Level.CRITICAL
    if value >= warning or (before.rank >= Level.WARNING.rank and value >= warning - margin):
        return Level.WARNING
    return Level.NORMAL


def levels(before: Mapping[Resource, Level], usage: Usage, thresholds: ResourceThresholds) -> Mapping[Resource, Level]:
    """The level of each resource after a look; what was not measured keeps its level."""
    after = dict(before)
    for resource in Resource:
        value, limits = usage.of(resource), thresholds.of(resource)
        if value is not None:
            known = before.get(resource, Level.NORMAL)
            after[resource] = judge(known, value, warning=limits.warning, critical=limits.critical, margin=MARGIN)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure over a stretch of time."""

    current: float
    average: float
    lowest: float
    highest: float


MEASURES = ("cpu", "memory", "disk", "network_in", "network_out")


def statistics(usages: Sequence[Usage]) -> Mapping[str, Figure]:
    """Current, average, lowest and highest of each measure that was measured at all, oldest usage first."""
    found: dict[str, Figure] = {}
    for measure in MEASURES:
        values = [value for usage in usages if (value := getattr(usage, measure)) is not None]
        if values:
            found[measure] = Figure(
                current=values[-1],
                average=sum(values) / len(values),
                lowest=min(values),
                highest=max(values),
            )
    return found


class UsageHistory:
    """The newest usages of one machine, in a ring of numbers: 48 bytes for each, whatever the fleet's size."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._numbers = array("d")
        self._next = 0

    def __len__(self) -> int:
        return len(self._numbers) // _WIDTH

    def add(self, usage: Usage) -> None:
        """Put a usage behind the others; the oldest goes when it is full."""
        row = [usage.at.timestamp(), *(_number(getattr(usage, measure)) for measure in MEASURES)]
        if len(self) < self._limit:
            self._numbers.extend(row)
        else:
            self._numbers[self._next * _WIDTH : (self._next + 1) * _WIDTH] = array("d", row)
        self._next = (self._next + 1) % self._limit

    def since(self, moment: datetime) -> Sequence[Usage]:
        """The usages since a moment, oldest first."""
        return [usage for usage in self.everything() if usage.at >= moment]

    def everything(self) -> Sequence[Usage]:
        """All that is kept, oldest first."""
        start = self._next if len(self) == self._limit else 0
        return [self._usage((start + place) % len(self)) for place in range(len(self))]

    @property
    def newest(self) -> Usage | None:
        """The last look; None before the first."""
        return self._usage((self._next - 1) % len(self)) if len(self) else None

    def _usage(self, place: int) -> Usage:
        at, *numbers = self._numbers[place * _WIDTH : (place + 1) * _WIDTH]
        cpu, memory, disk, network_in, network_out = (None if isnan(each) else each for each in numbers)
        return Usage(
            at=_EPOCH + timedelta(seconds=at),
            cpu=cpu,
            memory=memory,
            disk=disk,
            network_in=network_in,
            network_out=network_out,
        )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 1 + len(MEASURES)


def _number(value: float | None) -> float:
    return nan if value is None else value
