"""Clean-up that goes on although nobody waits for it any more, until the end waits for all of it."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Chores:
    """Holds tasks so that they are neither lost nor forgotten."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin it; who wants to wait for it shields it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self) -> None:
        """Wait until all of it is done; how it went is not told."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
