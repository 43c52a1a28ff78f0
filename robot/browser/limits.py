"""Limits for waits that Playwright leaves without one (`title()`, `evaluate()`, `content()`, `close()`)."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError

T = TypeVar("T")


async def limited(awaitable: Awaitable[T], limit_s: float, doing: str) -> T:
    """The result, or an ActionError of kind `timeout` that says what took too long."""
    try:
        async with asyncio.timeout(limit_s):
            return await awaitable
    except TimeoutError:
        raise ActionError.of(ErrorKind.TIMEOUT, f"{doing} took longer than {limit_s:g} s.") from None
