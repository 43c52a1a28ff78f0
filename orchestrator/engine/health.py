"""The registry of health checks: each has a name, a question, and whether the orchestrator can work without it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from orchestrator.engine.clock import Clock

logger = logging.getLogger(__name__)

LIMIT_S = 2.0

Check = Callable[[], Awaitable[str | None]]
"""What is wrong, in one sentence; None while all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What one check found."""

    name: str
    critical: bool
    trouble: str | None
    took_s: float

    @property
    def is_well(self) -> bool:
        """True when nothing is wrong."""
        return self.trouble is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What all checks found."""

    outcomes: tuple[CheckOutcome, ...]

    @property
    def is_well(self) -> bool:
        """True when no check found anything."""
        return all(each.is_well for each in self.outcomes)

    @property
    def can_work(self) -> bool:
        """True when no critical check found anything."""
        return all(each.is_well for each in self.outcomes if each.critical)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    name: str
    check: Check
    critical: bool
    limit_s: float


class HealthRegistry:
    """Asks all registered checks side by side, each within its limit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._checks: dict[str, _Registered] = {}
        self._newest: HealthReport | None = None
        self._begun = 0
        """How many examinations there were."""
        self._lock = asyncio.Lock()

    def register(self, name: str, check: Check, *, critical: bool, limit_s: float = LIMIT_S) -> Callable[[], None]:
        """Ask this too from now on; a check of the same name is replaced. The returned call ends that.

        A check that fails, or is not done within `limit_s`, counts as trouble.
        """
        entry = _Registered(name=name, check=check, critical=critical, limit_s=limit_s)
        self._checks[name] = entry

        def end() -> None:
            if self._checks.get(name) is entry:
                del self._checks[name]

        return end

    @property
    def names(self) -> tuple[str, ...]:
        """The registered checks."""
        return tuple(self._checks)

    async def examine(self) -> HealthReport:
        """Ask everybody now. Who asks while others wait shares an answer with them: probers must not be a burden."""
        asked_before = self._begun
        async with self._lock:
            if self._newest is None or self._begun == asked_before:
                self._begun += 1
                outcomes = await asyncio.gather(*(self._ask(each) for each in tuple(self._checks.values())))
                self._newest = HealthReport(outcomes=tuple(outcomes))
            return self._newest

    async def _ask(self, entry: _Registered) -> CheckOutcome:
        begun_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(entry.limit_s):
                trouble = await entry.check()
        except TimeoutError:
            trouble = f"There was no answer within {entry.limit_s:g} s."
        except Exception as error:  # whatever a check raises is what is wrong
            logger.info("The health check %s failed.", entry.name, exc_info=True)
            trouble = f"The check failed: {str(error) or type(error).__name__}"
        took_s = self._clock.monotonic() - begun_s
        return CheckOutcome(name=entry.name, critical=entry.critical, trouble=trouble, took_s=took_s)
