"""The engine's events inside the process: who tells, and who listens. Events tell; they never command."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from orchestrator.domain.events import Event
from orchestrator.engine.ports.audit import AuditEntry

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAdded(Event):
    """Something was written into the audit log."""

    entry: AuditEntry


@dataclass(eq=False, slots=True)
class Subscription:
    """A bounded queue of events for a reader that lives beside the engine; `async for event in subscription`.

    A reader that falls behind loses the oldest events and finds `missed` raised: it then reads a fresh snapshot.
    """

    limit: int
    missed: int = 0
    _events: deque[Event] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    def offer(self, event: Event) -> None:
        """Put an event behind the others."""
        if len(self._events) >= self.limit:
            self._events.popleft()
            self.missed += 1
        self._events.append(event)
        self._arrived.set()

    def close(self) -> None:
        """End the iteration after what is already there."""
        self._closed = True
        self._arrived.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._arrived.clear()
            await self._arrived.wait()


class EventBus:
    """Carries events from the parts that make them to whoever subscribed to their type or a base of it."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Callable[[Event], None]]] = {}

    def subscribe(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Call `listener` with each event of the type, at once and in order; the returned call ends that.

        A listener must be quick and must not wait; `Event` itself subscribes to everything.
        """
        listeners = self._listeners.setdefault(kind, [])
        listeners.append(listener)  # type: ignore[arg-type]  # publish() hands over only instances of the key
        return lambda: listeners.remove(listener) if listener in listeners else None

    def queue(self, *kinds: type[Event], limit: int = 10_000) -> tuple[Subscription, Callable[[], None]]:
        """A bounded queue of the given types (all without any), and the call that ends it."""
        subscription = Subscription(limit)
        ends = [self.subscribe(kind, subscription.offer) for kind in kinds or (Event,)]

        def end() -> None:
            for each in ends:
                each()
            subscription.close()

        return subscription, end

    def publish(self, event: Event) -> None:
        """Tell everybody who asked for it."""
        for kind in type(event).__mro__:
            for listener in tuple(self._listeners.get(kind, ())):
                self._tell(listener, event)

    def _tell(self, listener: Callable[[Event], None], event: Event) -> None:
        try:
            listener(event)
        except Exception:  # a listener's fault is its own: the fact stands, and the others must hear of it
            logger.exception("A listener failed on %s.", type(event).__name__)
