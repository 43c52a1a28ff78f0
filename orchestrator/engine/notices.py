"""The board of notices: whatever the engine switches off by itself hangs here with its reason and a real undo."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from orchestrator.contract.ids import new_id
from orchestrator.domain.events import NoticeChanged, SwitchedOff, SwitchedOn
from orchestrator.domain.notices import Notice, NoticeEnd
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.write_behind import WriteBehind

logger = logging.getLogger(__name__)

MOST_OPEN = 1_000
"""Notices that hang at the same time; the oldest make room."""
NOTICES_KEPT = 500

Undo = Callable[[Notice, str], Awaitable[None]]
"""Switches the notice's subject on again, in the name of the actor. Raises OrchestratorError when it cannot."""


class NoticeBoard:
    """Puts up a notice for each `SwitchedOff`, takes it down on `SwitchedOn`, undo or dismissal.

    Whoever switches things off registers once how it is undone: `board.undo_with("breaker", close_breaker)`, and
    then only publishes events.
    """

    def __init__(self, store: Store, bus: EventBus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._undos: dict[str, Undo] = {}
        self._open: dict[tuple[str, str], Notice] = {}
        self._undoing: set[tuple[str, str]] = set()
        self._records: WriteBehind[Notice] = WriteBehind(clock, save=self._save, name_of=lambda each: each.notice_id)
        bus.subscribe(SwitchedOff, self._on_off)
        bus.subscribe(SwitchedOn, self._on_on)

    def undo_with(self, kind: str, action: Undo) -> None:
        """Say how what notices of this kind tell is undone."""
        self._undos[kind] = action

    async def load(self) -> None:
        """Read the notices that hung when the engine ended."""
        self._open = {(each.kind, each.subject): each for each in await self._store.watch.open_notices()}

    async def run(self) -> None:
        """Store what changes until cancelled."""
        await self._records.run()

    async def flush(self) -> None:
        """Store what has changed now, as the engine ends."""
        await self._records.flush()

    # --- asking ---------------------------------------------------------------------------------------------------

    def open(self) -> tuple[Notice, ...]:
        """What hangs, newest first."""
        return tuple(sorted(self._open.values(), key=lambda each: (each.raised_at, each.notice_id), reverse=True))

    async def history(self, *, limit: int = 100) -> Sequence[Notice]:
        """What hangs and what hung, newest first."""
        await self._records.flush()
        return await self._store.watch.notices(limit=limit)

    def stands(self, kind: str, subject: str) -> bool:
        """True while a notice about this hangs."""
        return (kind, subject) in self._open

    def can_undo(self, notice: Notice) -> bool:
        """True when somebody has said how."""
        return notice.is_open and notice.kind in self._undos

    # --- changing -------------------------------------------------------------------------------------------------

    async def undo(self, notice_id: str, *, actor: str = "engine") -> Notice:
        """Switch it on again and take the notice down. Raises NotFoundError, ConflictError, or what the undo does."""
        notice = self._hanging(notice_id)
        key, action = (notice.kind, notice.subject), self._undos.get(notice.kind)
        if action is None:
            raise ConflictError(f"Nothing here can undo this: {notice.title}")
        if key in self._undoing:
            raise ConflictError("This is being undone already.")
        self._undoing.add(key)
        try:
            await action(notice, actor)
        finally:
            self._undoing.discard(key)
        return await self._taken_down(self._open.get(key, notice), NoticeEnd.UNDONE, actor)

    async def dismiss(self, notice_id: str, *, actor: str = "engine") -> Notice:
        """Take the notice down and leave things as they are. Raises NotFoundError."""
        return await self._taken_down(self._hanging(notice_id), NoticeEnd.DISMISSED, actor)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_off(self, event: SwitchedOff) -> None:
        known = self._open.get((event.kind, event.subject))
        if known is not None:
            self._keep(known.again(title=event.title, reason=event.reason, details=event.details))
            return
        if len(self._open) >= MOST_OPEN:
            self._end(min(self._open.values(), key=lambda each: each.raised_at), NoticeEnd.DISMISSED, "engine")
        notice = Notice(
            notice_id=new_id(),
            kind=event.kind,
            subject=event.subject,
            title=event.title,
            reason=event.reason,
            undo=event.undo,
            raised_at=self._clock.now(),
            details=event.details,
        )
        self._keep(notice)
        logger.info("%s %s", event.title, event.reason)

    def _on_on(self, event: SwitchedOn) -> None:
        key = (event.kind, event.subject)
        notice = self._open.get(key)
        if notice is not None and key not in self._undoing:
            self._end(notice, NoticeEnd.OVER, "engine")

    def _hanging(self, notice_id: str) -> Notice:
        found = next((each for each in self._open.values() if each.notice_id == notice_id), None)
        if found is None:
            raise NotFoundError("open notice", notice_id)
        return found

    def _keep(self, notice: Notice) -> None:
        self._open[(notice.kind, notice.subject)] = notice
        self._tell(notice)

    def _end(self, notice: Notice, end: NoticeEnd, by: str) -> Notice:
        ended = notice.ended(end, by=by, at=self._clock.now())
        self._open.pop((notice.kind, notice.subject), None)
        self._tell(ended)
        return ended

    def _tell(self, notice: Notice) -> None:
        self._records.put(notice)
        self._bus.publish(NoticeChanged(notice=notice))

    async def _taken_down(self, notice: Notice, end: NoticeEnd, actor: str) -> Notice:
        ended = self._end(notice, end, actor)
        words = f"{ended.title} It was {end}."
        entry = AuditEntry(at=self._clock.now(), kind=f"notice.{end}", message=words, actor=actor)
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))
        return ended

    async def _save(self, notices: Sequence[Notice]) -> None:
        await self._store.watch.save_notices(notices, keep=NOTICES_KEPT)
