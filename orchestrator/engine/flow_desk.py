"""What people do with limits and breakers, and what outlives a restart of them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.domain.breaker import NEVER, Breaker, BreakerState, BreakerTerms, has_breaker
from orchestrator.domain.concurrency import NO_BOUND, NamedLimit, checked_key
from orchestrator.domain.events import SwitchedOff, SwitchedOn
from orchestrator.domain.notices import Notice
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import NotFoundError, StorageError
from orchestrator.engine.flow_control import FlowControl
from orchestrator.engine.flow_keys import KeyState
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.flow import FlowStore, OpenBreaker

logger = logging.getLogger(__name__)

KIND = "breaker"
"""What notices about breakers are filed under."""
SAVE_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One concurrency key as a person sees it."""

    key: str
    at_once: int | None
    """None: no bound."""
    per_second: float | None
    is_set: bool
    """True: by an operator; otherwise it is what workflows say, or the default."""
    changed_by: str
    holders: tuple[JobId, ...]
    waiting: int
    breaker: BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLook:
    """One breaker as a person sees it."""

    key: str
    state: BreakerState
    reason: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    probe_at: datetime | None = None
    probe: JobId | None = None
    failures: int = 0
    """Failed attempts that it counts, while closed."""
    waiting: int = 0


class FlowDesk:
    """Limits and breakers: set, removed, opened, closed and kept."""

    def __init__(
        self, control: FlowControl, store: FlowStore, bus: EventBus, clock: Clock, *, terms: BreakerTerms
    ) -> None:
        self._control = control
        self._store = store
        self._bus = bus
        self._clock = clock
        self._terms = terms
        self._unsaved: dict[str, tuple[Breaker, AuditEntry]] = {}
        """Breakers that moved by themselves, until the store has them."""
        self._wakeup = Wakeup(clock)
        control.tripped = self._on_tripped

    async def load(self) -> None:
        """Read what the store remembers."""
        for limit in await self._store.limits():
            self._control.set_limit(limit.key, limit)
        for kept in await self._store.breakers():
            self._control.set_breaker(self._restored(kept))

    async def run(self) -> None:
        """Keep what moves by itself, until cancelled."""
        while True:
            await self._wakeup.wait(SAVE_AGAIN_S)
            await self._save_moved()

    # --- limits ---------------------------------------------------------------------------------------------------

    def limits(self) -> Sequence[KeyUse]:
        """Every key that is limited, held or waited for, by name."""
        return [_use(state) for state in self._control.known()]

    async def set_limit(
        self, key: str, *, at_once: int | None, per_second: float | None, actor: str = "engine"
    ) -> KeyUse:
        """Set how many jobs may hold a key at once (None: any number) and start with it per second (None: no bound).

        Raises UserError (key), StorageError.
        """
        key = checked_key(key)
        limit = NamedLimit(
            key=key, at_once=at_once, per_second=per_second, changed_at=self._clock.now(), changed_by=actor
        )
        words = f"The limit of {key} was set to {_limit_words(limit)}."
        entry = self._audit("limit.set", words, actor)
        await self._store.save_limit(limit, entry)
        self._control.set_limit(key, limit)
        self._bus.publish(AuditAdded(entry=entry))
        return self.limit(key)

    async def remove_limit(self, key: str, *, actor: str = "engine") -> None:
        """Leave a key to what workflows say of it. Raises NotFoundError, StorageError."""
        key = checked_key(key)
        entry = self._audit("limit.removed", f"The limit of {key} was removed.", actor)
        if not await self._store.remove_limit(key, entry):
            raise NotFoundError("limit for", key)
        self._control.set_limit(key, None)
        self._bus.publish(AuditAdded(entry=entry))

    def limit(self, key: str) -> KeyUse:
        """One key. Raises NotFoundError when nothing is known of it."""
        state = self._control.key(key)
        if state is None:
            raise NotFoundError("concurrency key", key)
        return _use(state)

    # --- breakers -------------------------------------------------------------------------------------------------

    def breakers(self) -> Sequence[BreakerLook]:
        """Those that are open or have counted failures, and every site and service that is in use, by key."""
        states = self._control.known()
        return [self._look(state) for state in states if has_breaker(state.key) or _is_open(state.breaker)]

    async def open_breaker(self, key: str, *, reason: str, actor: str = "engine") -> BreakerLook:
        """Let no job with the key start until somebody closes it. Raises UserError (key), StorageError."""
        key = checked_key(key)
        opened = Breaker(key=key).opened_by_hand(reason or "Opened by hand.", actor, now=self._clock.now())
        await self._keep(
            opened, self._audit("breaker.opened", f"The breaker of {key} was opened: {opened.reason}", actor)
        )
        return self._look_at(key)

    async def close_breaker(self, key: str, *, actor: str = "engine") -> BreakerLook:
        """Let jobs with the key start again. Raises NotFoundError when it is not open, StorageError."""
        key = checked_key(key)
        if not _is_open(self._control.breaker(key)):
            raise NotFoundError("open breaker", key)
        entry = self._audit("breaker.closed", f"The breaker of {key} was closed by hand.", actor)
        await self._keep(Breaker(key=key), entry)
        self._bus.publish(SwitchedOn(kind=KIND, subject=key, reason=f"Closed by {actor}."))
        return self._look_at(key)

    async def undo(self, notice: Notice, actor: str) -> None:
        """Close the breaker that a notice tells of. Raises StorageError; one that has closed meanwhile is fine."""
        if _is_open(self._control.breaker(notice.subject)):
            await self.close_breaker(notice.subject, actor=actor)

    async def _keep(self, breaker: Breaker, entry: AuditEntry) -> None:
        self._unsaved.pop(breaker.key, None)
        await self._store.save_breaker(breaker.key, self._record(breaker), entry)
        self._control.set_breaker(breaker)
        self._bus.publish(AuditAdded(entry=entry))

    # --- what moves by itself -------------------------------------------------------------------------------------

    def _on_tripped(self, before: Breaker, after: Breaker) -> None:
        match before.state, after.state:
            case BreakerState.HALF_OPEN, BreakerState.OPEN if after.trips == before.trips:
                return  # the probe said nothing; the next job tries
            case _, BreakerState.OPEN:
                self._tell_opened(after, is_news=before.state is BreakerState.CLOSED)
            case _, BreakerState.CLOSED:
                self._note(after, "breaker.closed", f"The breaker of {after.key} closed: a job got through.")
                self._bus.publish(SwitchedOn(kind=KIND, subject=after.key, reason="A job got through."))
            case _:
                return

    def _tell_opened(self, breaker: Breaker, *, is_news: bool) -> None:
        probe_at = breaker.probe_at(now=self._clock.now(), now_s=self._clock.monotonic())
        until = f" The next try is at {probe_at:%H:%M:%S} UTC." if probe_at is not None else ""
        self._note(breaker, "breaker.opened", f"The breaker of {breaker.key} opened: {breaker.reason}{until}")
        if is_news:
            title = f"Jobs with {breaker.key} wait: its breaker is open."
            self._bus.publish(
                SwitchedOff(
                    kind=KIND, subject=breaker.key, title=title, reason=breaker.reason, undo="Close the breaker"
                )
            )

    def _note(self, breaker: Breaker, kind: str, message: str) -> None:
        entry = self._audit(kind, message, "engine")
        self._unsaved[breaker.key] = (breaker, entry)
        self._bus.publish(AuditAdded(entry=entry))
        self._wakeup.ring()

    async def _save_moved(self) -> None:
        for key, (breaker, entry) in tuple(self._unsaved.items()):
            try:
                await self._store.save_breaker(key, self._record(breaker), entry)
            except StorageError as error:
                logger.warning("The breaker of %s is not kept yet: %s", key, error)
                return
            if self._unsaved.get(key) == (breaker, entry):
                del self._unsaved[key]

    def _record(self, breaker: Breaker) -> OpenBreaker | None:
        if not _is_open(breaker) or breaker.opened_at is None:
            return None
        return OpenBreaker(
            key=breaker.key,
            reason=breaker.reason,
            opened_at=breaker.opened_at,
            opened_by=breaker.opened_by,
            trips=breaker.trips,
            probe_at=breaker.probe_at(now=self._clock.now(), now_s=self._clock.monotonic()),
        )

    def _restored(self, kept: OpenBreaker) -> Breaker:
        return Breaker.kept(
            kept.key,
            reason=kept.reason,
            opened_at=kept.opened_at,
            opened_by=kept.opened_by,
            trips=kept.trips,
            probe_at=kept.probe_at,
            now=self._clock.now(),
            now_s=self._clock.monotonic(),
            terms=self._terms,
        )

    # --- looks ----------------------------------------------------------------------------------------------------

    def _look_at(self, key: str) -> BreakerLook:
        state = self._control.key(key)
        return self._look(state) if state is not None else BreakerLook(key=key, state=BreakerState.CLOSED)

    def _look(self, state: KeyState) -> BreakerLook:
        breaker = state.breaker
        return BreakerLook(
            key=state.key,
            state=breaker.state,
            reason=breaker.reason,
            opened_at=breaker.opened_at,
            opened_by=breaker.opened_by,
            probe_at=None
            if breaker.probe_s == NEVER
            else breaker.probe_at(now=self._clock.now(), now_s=self._clock.monotonic()),
            probe=breaker.probe,
            failures=sum(went_badly for _, went_badly in breaker.outcomes),
            waiting=len(state.parked),
        )

    def _audit(self, kind: str, message: str, actor: str) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor)


def _is_open(breaker: Breaker) -> bool:
    return breaker.state is not BreakerState.CLOSED


def _use(state: KeyState) -> KeyUse:
    return KeyUse(
        key=state.key,
        at_once=None if state.at_once == NO_BOUND else state.at_once,
        per_second=state.per_second,
        is_set=state.limit is not None,
        changed_by=state.limit.changed_by if state.limit is not None else "",
        holders=tuple(state.holders),
        waiting=len(state.parked),
        breaker=state.breaker.state,
    )


def _limit_words(limit: NamedLimit) -> str:
    at_once = "any number" if limit.at_once is None else str(limit.at_once)
    rate = f" and {limit.per_second:g} starts per second" if limit.per_second is not None else ""
    return f"{at_once} at once{rate}"
