"""What time it is, as something that can be handed in."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The two times that a robot needs."""

    def now(self) -> datetime:
        """The moment for people and records: aware, in UTC. Never compared across machines."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever rise, for durations and deadlines."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  this is the clock that the ban points to

    def monotonic(self) -> float:
        """The monotonic clock."""
        return time.monotonic()
