"""Work that only makes sense while processes of this machine live."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from orchestrator.fleet.errors import FleetError

T = TypeVar("T")


async def unless(work: Coroutine[Any, Any, T], end: Coroutine[Any, Any, FleetError]) -> T:
    """What the work gives; when `end` comes first, the work is cancelled and the error it gives is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_raised(end))
            result = await work
            watch.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return result


async def _raised(end: Coroutine[Any, Any, FleetError]) -> NoReturn:
    raise await end
