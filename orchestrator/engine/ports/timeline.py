"""What the timeline is drawn from, in the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.timeline import FleetSample, LoadPoint, MergedRuns, Run, StateChange, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What ran inside a window."""

    runs: Sequence[Run] = ()
    merged: Sequence[MergedRuns] = ()
    """Where there were more than asked for: those of at most a stretch's length, robot by robot; empty otherwise."""
    left_out: int = 0
    """Runs that are neither named nor merged: of the long ones, only the longest are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsThen:
    """How far a run that has ended was at an earlier moment."""

    current: tuple[str, ...]
    """Names of the steps that ran."""
    done: int
    total: int


class TimelineStore(Protocol):
    """States of robots and samples of the queue; and what attempts say about the past."""

    async def note(self, changes: Sequence[StateChange], samples: Sequence[FleetSample]) -> None:
        """Keep them; a sample of the same moment is replaced."""
        ...

    async def newest_states(self) -> Mapping[RobotId, StateChange]:
        """How each robot stood last."""
        ...

    async def newest_sample_at(self) -> datetime | None:
        """When somebody last looked."""
        ...

    async def states(self, since: datetime, until: datetime, *, most: int) -> Sequence[StateChange]:
        """The newest `most` changes inside the window and, of each robot, the last one before it; in order."""
        ...

    async def load(self, since: datetime, until: datetime, bucket_s: float) -> Sequence[LoadPoint]:
        """Samples per stretch of `bucket_s` seconds, in order; a stretch without a sample is left out."""
        ...

    async def runs(self, since: datetime, until: datetime, *, most: int, bucket_s: float) -> Runs:
        """What ran between the two, wherever it began and ended. What nobody had started is not among it."""
        ...

    async def runs_at(self, at: datetime, *, most: int) -> Sequence[Run]:
        """What ran at a moment, the longest running first."""
        ...

    async def waits_at(self, at: datetime, *, most: int) -> tuple[int, Sequence[Wait]]:
        """How many jobs waited for a robot at a moment, and those that had waited longest.

        Waits of less than a second that are over, and what waited before this was recorded, are not known.
        """
        ...

    async def failures_before(self, at: datetime, *, since: datetime, most: int) -> Sequence[Run]:
        """Attempts that ended badly between the two, newest first."""
        ...

    async def steps_at(self, runs: Sequence[Run], at: datetime) -> Mapping[tuple[JobId, int], StepsThen]:
        """How far runs were at a moment, for those whose result tells it: by job and attempt."""
        ...

    async def forget(self, before: datetime, *, fine_before: datetime, most: int) -> int:
        """Forget up to `most` changes and samples older than `before`, and fine samples older than `fine_before`.

        The last change of each robot before a moment stays, so that it is known how it stood then.
        """
        ...
