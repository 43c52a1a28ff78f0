"""Owns the console's coroutines: one for each purpose, their failures seen, all of them ended with the window."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from orchestrator.contract.errors import BotswainError

log = logging.getLogger(__name__)

Failed = Callable[[Exception], None]


class TaskOwner:
    """Starts coroutines on the running loop; a newer one of the same key replaces the older."""

    def __init__(self, on_surprise: Failed | None = None) -> None:
        self._on_surprise = on_surprise
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._alive: set[asyncio.Task[None]] = set()
        self._number = 0
        self._is_closed = False

    def start(self, work: Coroutine[Any, Any, object], *, key: str = "", on_error: Failed | None = None) -> None:
        """Run `work`; a `BotswainError` goes to `on_error`, anything else is a surprise and is told as one."""
        if self._is_closed:
            work.close()
            return
        self._number += 1
        key = key or f"#{self._number}"
        self.cancel(key)
        task = asyncio.get_event_loop().create_task(self._guarded(work, on_error), name=key)
        self._tasks[key] = task
        self._alive.add(task)
        task.add_done_callback(lambda ended: self._forget(key, ended, work))

    def cancel(self, key: str) -> None:
        """End the coroutine of this key, if there is one."""
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()

    async def close(self, limit_s: float = 1.0) -> None:
        """End everything and wait for it, at most `limit_s`."""
        self._is_closed = True
        tasks = [task for task in self._alive if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=limit_s)

    async def _guarded(self, work: Coroutine[Any, Any, object], on_error: Failed | None) -> None:
        try:
            await work
        except BotswainError as error:
            self._tell(error, on_error)
        except Exception as error:  # a defect in one task is told to the person; the window goes on
            log.exception("The console did something unexpected.")
            self._tell(error, self._on_surprise)

    def _tell(self, error: Exception, listener: Failed | None) -> None:
        if listener is not None:
            listener(error)
        else:
            log.info("Not done: %s", error)

    def _forget(self, key: str, task: asyncio.Task[None], work: Coroutine[Any, Any, object]) -> None:
        self._alive.discard(task)
        work.close()  # a task that was cancelled before its first step has not begun it
        if self._tasks.get(key) is task:
            del self._tasks[key]
