"""Changes that wait for the writer, and how those who wait hear what became of theirs."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

I = TypeVar("I")  # noqa: E741  an item
O = TypeVar("O")  # noqa: E741  what became of it

Batch = Callable[[Connection, Sequence[I]], Sequence[O]]
"""A change of many items at once: one outcome for each, in order. Run again with single items when it fails."""


@dataclass(slots=True, eq=False)
class Write:
    """Items that wait for the writer; `done` gets one outcome for each."""

    batch: Batch[Any, Any]
    items: Sequence[Any]
    done: asyncio.Future[Sequence[Any]]
    loop: asyncio.AbstractEventLoop


Outcome = Sequence[Any] | Exception
"""What becomes of a write: one outcome for each item, or why there is none."""


def settle(group: Sequence[Write], outcomes: Sequence[Outcome]) -> None:
    """Hand the outcomes to the waiting coroutines, on their own loops: one call wakes everybody on a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Write, Outcome]]] = {}
    for write, outcome in zip(group, outcomes, strict=True):
        loops.setdefault(write.loop, []).append((write, outcome))
    for loop, settled in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who could wait
            loop.call_soon_threadsafe(_set_all, settled)


def _set_all(settled: Sequence[tuple[Write, Outcome]]) -> None:
    for write, outcome in settled:
        if write.done.done():
            continue
        if isinstance(outcome, Exception):
            write.done.set_exception(outcome)
        else:
            write.done.set_result(outcome)


def run_works(connection: Connection, works: Sequence[Callable[[Connection], Any]]) -> Sequence[Any]:
    """The batch of those who bring a function each."""
    return [work(connection) for work in works]


def run_shared(connection: Connection, batch: Batch[Any, Any], writes: Sequence[Write]) -> Sequence[Any]:
    """One run of a batch for all items of all who share it."""
    return batch(connection, [item for write in writes for item in write.items])
