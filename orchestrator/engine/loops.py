"""The owner of the engine's loops: starts them, keeps them going, and ends them in reverse."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from orchestrator.engine.clock import PULSE, Clock, Pulse, sleep

logger = logging.getLogger(__name__)

RESTART_S = 1.0
STANDSTILL_S = 30.0
"""How much longer than planned a loop may take before it counts as standing still."""
SICK_S = 60.0
"""How long after a failure a loop counts as failing."""


@dataclass(slots=True)
class _Loop:
    task: asyncio.Task[None]
    pulse: Pulse
    failures: int = 0
    failed_s: float = float("-inf")
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopState:
    """How one loop feels."""

    name: str
    failures: int
    """Since the start."""
    trouble: str
    """What is wrong with it now, in one sentence; empty while nothing is."""


class Loops:
    """Holds a task for each loop until `stop`; a loop that fails is started again after a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loops: dict[str, _Loop] = {}

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run the loop until `stop`."""
        pulse = Pulse(self._clock.monotonic())
        task = asyncio.get_running_loop().create_task(self._keep_going(name, run, pulse), name=f"engine-{name}")
        self._loops[name] = _Loop(task, pulse)

    def states(self) -> tuple[LoopState, ...]:
        """How each loop feels, in the order of their starts."""
        return tuple(
            LoopState(name=name, failures=loop.failures, trouble=self._trouble(name, loop))
            for name, loop in self._loops.items()
        )

    async def stop(self) -> None:
        """Cancel the loops, the newest first, and wait until each has ended."""
        while self._loops:
            _, loop = self._loops.popitem()
            loop.task.cancel()
            await asyncio.wait([loop.task])

    def _trouble(self, name: str, loop: _Loop) -> str:
        now_s = self._clock.monotonic()
        if loop.task.done():
            return f"The {name} loop has ended."
        if now_s - loop.failed_s < SICK_S:
            return f"The {name} loop failed: {loop.error}"
        late_s = now_s - loop.pulse.at_s - loop.pulse.within_s
        if late_s > STANDSTILL_S:
            return f"The {name} loop has stood still for {late_s:.0f} s."
        return ""

    async def _keep_going(self, name: str, run: Callable[[], Awaitable[None]], pulse: Pulse) -> None:
        PULSE.set(pulse)
        while True:
            try:
                await run()
            except Exception as error:  # a fault in one round must not end dispatching, or recovery, for good
                logger.exception("The %s loop failed and starts again.", name)
                self._note(name, error)
            await sleep(self._clock, RESTART_S)

    def _note(self, name: str, error: Exception) -> None:
        loop = self._loops.get(name)
        if loop is not None:
            loop.failures += 1
            loop.failed_s, loop.error = self._clock.monotonic(), str(error) or type(error).__name__
