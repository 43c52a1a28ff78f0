"""The same thing for many items, side by side, in the sessions of the run."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from robot.actions.work import Work
from robot.browser.place import Place

T = TypeVar("T")
R = TypeVar("R")


async def side_by_side(
    work: Work, items: Sequence[T], act: Callable[[Place, T], Awaitable[R]], *, most: int
) -> list[R | Exception]:
    """What `act` gave for each item, or how it failed, in the order of the items; at most so many at once."""
    gate = asyncio.Semaphore(max(1, most))

    async def one(item: T) -> R | Exception:
        async with gate:
            try:
                async with work.worker() as place:
                    return await act(place, item)
            except Exception as error:  # noqa: BLE001  one item's failure is its result; the others go on
                return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]
