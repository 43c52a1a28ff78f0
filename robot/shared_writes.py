"""Writes to disk that share their syncs: what arrives while one is under way goes together into the next one."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

I = TypeVar("I")  # noqa: E741  an item
O = TypeVar("O")  # noqa: E741  what became of it


class SharedWrites(Generic[I, O]):
    """Hands items to a blocking `write` in a thread, in the order in which they came, and many at once.

    Like the group commit of a database: nobody waits for company, and nobody is answered before the disk has it.
    `write` gives one outcome for each item; an exception among them is raised to the one whose item it was. Whoever
    is cancelled while waiting does not stop the write of what it has handed over.
    """

    def __init__(self, write: Callable[[Sequence[I]], Sequence[O | Exception]]) -> None:
        self._write = write
        self._waiting: list[tuple[I, asyncio.Future[O]]] = []
        self._is_writing = False

    async def put(self, item: I) -> O:
        """Returns once it is written."""
        return await self._handed_over(item)

    async def put_all(self, items: Sequence[I]) -> list[O | BaseException]:
        """Returns once they are written, in one go: for each its outcome."""
        return await asyncio.gather(*[self._handed_over(item) for item in items], return_exceptions=True)

    def _handed_over(self, item: I) -> asyncio.Future[O]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[O] = loop.create_future()
        self._waiting.append((item, done))
        if not self._is_writing:
            self._is_writing = True
            loop.call_soon(self._begin)  # what else is handed over in this step of the loop goes along
        return done

    def _begin(self) -> None:
        group, self._waiting = self._waiting, []
        items = [item for item, _ in group]
        writing = asyncio.get_running_loop().run_in_executor(None, self._write, items)
        writing.add_done_callback(partial(self._settle, group))

    def _settle(
        self, group: Sequence[tuple[I, asyncio.Future[O]]], writing: asyncio.Future[Sequence[O | Exception]]
    ) -> None:
        for (_, done), outcome in zip(group, _outcomes(writing, len(group)), strict=True):
            if done.done():
                continue
            if isinstance(outcome, Exception):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)
        if self._waiting:
            self._begin()
        else:
            self._is_writing = False


def _outcomes(writing: "asyncio.Future[Sequence[O | Exception]]", count: int) -> Sequence[O | Exception]:
    if writing.cancelled():  # the loop is being closed
        return [OSError("The robot ends; nothing is written any more.")] * count
    error = writing.exception()
    if isinstance(error, Exception):
        return [error] * count
    return writing.result()
