"""A store at whose every call the process may die: right before the change is kept, or right after."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fake_clock import settle

T = TypeVar("T")


class DyingStore:
    """Passes everything on to the real store, and dies at the call that a test chooses.

    A dead store answers nobody any more, as a killed process does; `revive` is the next start. Counts the calls that
    are under way, so that a test can wait for a store that works in threads.
    """

    def __init__(self, store: Any) -> None:
        self._parts = _Life()
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return _passed_on(getattr(self._store, name), self._parts)

    @property
    def life(self) -> "_Life":
        """When it dies, and whether it has."""
        return self._parts


class _Life:
    def __init__(self) -> None:
        self.is_dead = False
        self.under_way = 0
        self.calls = 0
        self._dies_at: int | None = None
        self._after = False

    def die_at(self, calls: int, *, after: bool) -> None:
        """Die at the so-manieth call from now, before or after the change."""
        self._dies_at, self._after = self.calls + calls, after

    def revive(self) -> None:
        self.is_dead, self._dies_at = False, None

    async def call(self, work: Callable[..., Awaitable[Any]], args: Any, kwargs: Any) -> Any:
        self.calls += 1
        is_last = self.calls == self._dies_at
        if self.is_dead or (is_last and not self._after):
            await self._die()
        self.under_way += 1
        try:
            answer = await work(*args, **kwargs)
        finally:
            self.under_way -= 1
        if self.is_dead or is_last:
            await self._die()
        return answer

    async def _die(self) -> None:
        self.is_dead = True
        await asyncio.get_running_loop().create_future()


class _Part:
    def __init__(self, part: Any, life: _Life) -> None:
        self._part = part
        self._life = life

    def __getattr__(self, name: str) -> Any:
        return _passed_on(getattr(self._part, name), self._life)


def _passed_on(value: Any, life: _Life) -> Any:
    if inspect.iscoroutinefunction(value):

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await life.call(value, args, kwargs)

        return call
    is_part = type(value).__module__.split(".")[0] in {"orchestrator", "fake_triggers"} and not callable(value)
    return _Part(value, life) if is_part else value


async def quiet(life: _Life) -> None:
    """Until everything that is ready has run, and no call of the store is under way."""
    while True:
        await settle()
        if not life.under_way:
            return
        await asyncio.sleep(0.0005)


async def until_dead(life: _Life, work: Coroutine[Any, Any, T]) -> T | None:
    """Do something that the death of the process may interrupt: None then."""
    task = asyncio.get_running_loop().create_task(work)
    while not task.done():
        await quiet(life)
        if life.is_dead and not task.done():
            task.cancel()
            await asyncio.wait([task])
            return None
    return task.result()
