"""The owner of the engine's loops: starts them, keeps them going, and ends them in reverse."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from orchestrator.engine.clock import Clock, sleep

logger = logging.getLogger(__name__)

RESTART_S = 1.0


class Loops:
    """Holds a task for each loop until `stop`; a loop that fails is started again after a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run the loop until `stop`."""
        task = asyncio.get_running_loop().create_task(self._keep_going(name, run), name=f"engine-{name}")
        self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel the loops, the newest first, and wait until each has ended."""
        while self._tasks:
            task = self._tasks.pop()
            task.cancel()
            await asyncio.wait([task])

    async def _keep_going(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
            except Exception:  # a fault in one round must not end dispatching, or recovery, for good
                logger.exception("The %s loop failed and starts again.", name)
            await sleep(self._clock, RESTART_S)
