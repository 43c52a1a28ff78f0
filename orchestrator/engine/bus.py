"""The engine's events inside the process: who tells, and who listens. Events tell; they never command."""

import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import ClassVar, TypeVar

from orchestrator.domain.events import Event
from orchestrator.engine.ports.audit import AuditEntry

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAdded(Event):
    """Something was written into the audit log."""

    topic: ClassVar[str] = "audit.added"

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


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A listener, and the states that it asked for; None for any."""

    listener: Listener
    states: frozenset[str] | None


NAMES_KEPT = 1_000
"""Names whose listeners are remembered; there are some dozens, unless somebody puts ids into them."""


class EventBus:
    """Carries events from the parts that make them to whoever subscribed to their type, a base of it, or their name."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[_Entry]] = {}
        self._patterns: list[tuple[re.Pattern[str], Listener]] = []
        self._hearers: dict[tuple[type[Event], str | None], tuple[Listener, ...]] = {}
        """Who hears a type, itself and its bases, in a state; found once: there are thousands of events a second."""
        self._by_name: dict[str, tuple[Listener, ...]] = {}

    def subscribe(
        self, kind: type[E], listener: Callable[[E], None], *, states: Collection[str] | None = None
    ) -> Callable[[], None]:
        """Call `listener` with each event of the type, at once and in order; the returned call ends that.

        A listener must be quick and must not wait; `Event` itself subscribes to everything. With `states`, only events
        whose `state` is one of them: who waits for the ends of jobs need not be asked about each of their moves.
        """
        entries = self._listeners.setdefault(kind, [])
        wanted = None if states is None else frozenset(states)
        entry = _Entry(listener, wanted)  # type: ignore[arg-type]  # publish() hands over only instances of the key
        entries.append(entry)
        self._hearers.clear()

        def end() -> None:
            if entry in entries:
                entries.remove(entry)
                self._hearers.clear()

        return end

    def subscribe_to(self, pattern: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each event that has a name of the pattern; the returned call ends that.

        `*` stands for any part of a name, `?` for one character, `[ab]` for one of several: `jobs.*`,
        `orchestration.checkpoint_*`. An event with several names that fit is told once.
        """
        return self.subscribe_to_any((pattern,), listener)

    def subscribe_to_any(self, patterns: Sequence[str], listener: Listener) -> Callable[[], None]:
        """The same for several patterns; an event that fits more than one is told once."""
        entry = (re.compile("|".join(map(translate, patterns))), listener)
        self._patterns.append(entry)
        self._by_name.clear()

        def end() -> None:
            if entry in self._patterns:
                self._patterns.remove(entry)
                self._by_name.clear()

        return end

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
        kind, state = type(event), event.state
        for listener in self._hearers.get((kind, state)) or self._who_hears(kind, state):
            try:
                listener(event)
            except Exception:  # a listener's fault is its own: the fact stands, and the others must hear of it
                logger.exception("A listener failed on %s.", kind.__name__)
        if self._patterns:
            self._tell_by_name(event)

    def _who_hears(self, kind: type[Event], state: str | None) -> tuple[Listener, ...]:
        found = self._hearers.get((kind, state))
        if found is None:
            entries = (entry for each in kind.__mro__ for entry in self._listeners.get(each, ()))
            wanted = (entry.listener for entry in entries if entry.states is None or state in entry.states)
            found = self._hearers[kind, state] = tuple(wanted)
        return found

    def _tell_by_name(self, event: Event) -> None:
        for listener in dict.fromkeys(listener for name in event.names for listener in self._named(name)):
            self._tell(listener, event)

    def _named(self, name: str) -> tuple[Listener, ...]:
        if name not in self._by_name:
            if len(self._by_name) >= NAMES_KEPT:
                self._by_name.clear()
            self._by_name[name] = tuple(listener for pattern, listener in self._patterns if pattern.match(name))
        return self._by_name[name]

    def _tell(self, listener: Listener, event: Event) -> None:
        try:
            listener(event)
        except Exception:  # a listener's fault is its own: the fact stands, and the others must hear of it
            logger.exception("A listener failed on %s.", type(event).__name__)
