"""Listening: a script's functions hear what happens in the orchestrator, by the names of events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeAlias

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.contract.api.events import NamedEvent

log = logging.getLogger(__name__)

_OPEN_LIMIT_S = 30.0

Listener: TypeAlias = Callable[[NamedEvent], Awaitable[None]]


class Subscriptions:
    """Functions and the patterns they listen to; each pattern has one connection while the place is open."""

    def __init__(self) -> None:
        self._wanted: list[tuple[str, Listener]] = []
        self._running: list[asyncio.Task[None]] = []
        self._client: OrchestratorClient | None = None

    def subscribe(self, pattern: str) -> Callable[[Listener], Listener]:
        """Decorate a function that hears events of this name, such as `orchestration.checkpoint_created` or `jobs.*`.

        A function that raises is heard of in the log and stays subscribed.
        """

        def add(listener: Listener) -> Listener:
            self._wanted.append((pattern, listener))
            if self._client is not None:
                self._start(self._client, pattern, listener)
            return listener

        return add

    async def open(self, client: OrchestratorClient) -> None:
        """Listen; what happens after this returns is heard."""
        self._client = client
        ready = [self._start(client, pattern, listener) for pattern, listener in self._wanted]
        async with asyncio.timeout(_OPEN_LIMIT_S):
            await asyncio.gather(*(each.wait() for each in ready))

    async def close(self) -> None:
        """Listen no more."""
        self._client, running, self._running = None, self._running, []
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, client: OrchestratorClient, pattern: str, listener: Listener) -> asyncio.Event:
        is_open = asyncio.Event()
        self._running.append(asyncio.get_running_loop().create_task(_listen(client, pattern, listener, is_open)))
        return is_open


async def _listen(client: OrchestratorClient, pattern: str, listener: Listener, is_open: asyncio.Event) -> None:
    try:
        async with aclosing(EventStream(client.base_url, client.key, topics=[pattern]).listen()) as stream:
            async for batch in stream:
                is_open.set()
                for event in () if isinstance(batch, ConnectionLost) else batch.events:
                    await _tell(listener, event)
    except ClientError as error:
        log.warning("Events %s are not heard: %s", pattern, error)
        is_open.set()


async def _tell(listener: Listener, event: NamedEvent) -> None:
    try:
        await listener(event)
    except Exception:  # what a script's function does is its own; the others go on hearing
        log.exception("A listener to %s failed.", event.name)
