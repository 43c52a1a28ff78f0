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
CATCH_UP_LIMIT_S = 5.0
"""How long functions may take to hear what happened already, before nobody waits for them any more."""

Listener: TypeAlias = Callable[[NamedEvent], Awaitable[None]]


class Subscriptions:
    """Functions and the patterns they listen to; each pattern has one connection while the place is open."""

    def __init__(self) -> None:
        self._wanted: list[tuple[str, Listener]] = []
        self._ears: list[_Ear] = []
        self._client: OrchestratorClient | None = None

    def subscribe(self, pattern: str) -> Callable[[Listener], Listener]:
        """Decorate a function that hears events of this name, such as `orchestration.checkpoint_created` or `jobs.*`.

        A function that raises is heard of in the log and stays subscribed.
        """

        def add(listener: Listener) -> Listener:
            self._wanted.append((pattern, listener))
            if self._client is not None:
                self._ears.append(_Ear(self._client, pattern, listener))
            return listener

        return add

    async def open(self, client: OrchestratorClient) -> None:
        """Listen; what happens after this returns is heard."""
        self._client = client
        self._ears = [_Ear(client, pattern, listener) for pattern, listener in self._wanted]
        await self.ready()

    async def ready(self) -> None:
        """Return once everybody who subscribed until now listens. TimeoutError after half a minute."""
        async with asyncio.timeout(_OPEN_LIMIT_S):
            for ear in self._ears:
                await ear.is_open.wait()

    async def caught_up(self) -> None:
        """Return once the functions have heard what happened until now; those that take five seconds are not waited
        for, and neither is the one that calls this."""
        try:
            async with asyncio.timeout(CATCH_UP_LIMIT_S):
                asked = [(ear, await ear.ask()) for ear in self._ears if not ear.is_caller]
                for ear, number in asked:
                    await ear.has_heard(number)
        except TimeoutError:
            log.warning("Not every listener has heard everything yet: it took more than %g s.", CATCH_UP_LIMIT_S)

    async def close(self) -> None:
        """Hear what happened until now, and listen no more."""
        await self.caught_up()
        self._client, ears, self._ears = None, self._ears, []
        await asyncio.gather(*(ear.close() for ear in ears))


class _Ear:
    """One function and its connection."""

    def __init__(self, client: OrchestratorClient, pattern: str, listener: Listener) -> None:
        self.is_open = asyncio.Event()
        self._listener = listener
        self._stream = EventStream(client.base_url, client.key, topics=[pattern])
        self._answered = 0
        self._news = asyncio.Condition()
        self._task = asyncio.get_running_loop().create_task(self._listen(pattern))

    @property
    def is_caller(self) -> bool:
        """True inside of its own function, which cannot wait for itself."""
        return self._task is asyncio.current_task()

    async def ask(self) -> int:
        """The number whose answer comes behind everything from before now."""
        return await self._stream.ask()

    async def has_heard(self, number: int) -> None:
        """Return once the function has heard everything from before the answer, or cannot any more."""
        async with self._news:
            await self._news.wait_for(lambda: self._answered >= number or self._task.done())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, pattern: str) -> None:
        try:
            async with aclosing(self._stream.listen()) as stream:
                async for batch in stream:
                    self.is_open.set()
                    if isinstance(batch, ConnectionLost):
                        await self._heard(self._stream.asked)
                        continue
                    for event in batch.events:
                        await self._tell(event)
                    await self._heard(batch.answers)
        except ClientError as error:
            log.warning("Events %s are not heard: %s", pattern, error)
            self.is_open.set()
            await self._heard(self._stream.asked)

    async def _heard(self, number: int) -> None:
        async with self._news:
            self._answered = max(self._answered, number)
            self._news.notify_all()

    async def _tell(self, event: NamedEvent) -> None:
        try:
            await self._listener(event)
        except Exception:  # what a script's function does is its own; the others go on hearing
            log.exception("A listener to %s failed.", event.name)
