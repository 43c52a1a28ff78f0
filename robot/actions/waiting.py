"""Waiting for the first of several things that a page may do."""

import asyncio
from collections.abc import Coroutine, Sequence

from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from robot.errors import ActionError


async def came_about(signs: Sequence[Coroutine[None, None, object]]) -> bool:
    """True as soon as one of the signs is there; False when each has told that it did not come in its own time.

    Each has to have a limit of its own. The others are called off.
    """
    loop = asyncio.get_running_loop()
    waits = [loop.create_task(sign) for sign in signs]
    try:
        for done in asyncio.as_completed(waits):
            try:
                await done
            except (ActionError, PlaywrightTimeoutError):
                continue
            return True
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return False
