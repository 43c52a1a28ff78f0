"""The desk of alerts: raises, resolves and keeps them, each once for each kind and subject, without flapping."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.domain.alerts import Alert, AlertKind, AlertRules
from orchestrator.domain.events import AlertChanged
from orchestrator.domain.resources import Level
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.write_behind import WriteBehind

logger = logging.getLogger(__name__)

MOST_OPEN = 1_000
ALERTS_KEPT = 2_000
"""Alerts that are over and still listed."""
RULES = "alert_rules"

_RULES: TypeAdapter[AlertRules] = TypeAdapter(AlertRules)

Key = tuple[AlertKind, str]


class AlertDesk:
    """Parts of the engine say what they see; the desk decides whether that is an alert.

    A condition is told again and again with `observe`: it resolves once it has been normal for `rules.calm_s`. A
    single happening is told once with `happened`: it resolves by itself after `rules.single_s`.
    """

    def __init__(self, store: Store, bus: EventBus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self.rules = AlertRules()
        self._open: dict[Key, Alert] = {}
        self._calm_since_s: dict[Key, float] = {}
        self._ends_s: dict[Key, float] = {}
        """When alerts about single happenings are over, monotonic."""
        self._is_full = False
        self._records: WriteBehind[Alert] = WriteBehind(clock, save=self._save, name_of=lambda each: each.alert_id)

    async def load(self) -> None:
        """Read the rules, and the alerts that stood when the engine ended; what still holds is told again."""
        self.rules = rules_of(await self._store.watch.setting(RULES)) or AlertRules()
        for alert in await self._store.watch.open_alerts():
            key = (alert.kind, alert.subject)
            self._open[key] = alert
            if alert.kind in _SINGLE:
                self._ends_s[key] = self._clock.monotonic() + self.rules.single_s
            else:
                self._calm_since_s[key] = self._clock.monotonic()

    async def run(self) -> None:
        """Store what changes until cancelled."""
        await self._records.run()

    async def flush(self) -> None:
        """Store what has changed now, as the engine ends."""
        await self._records.flush()

    # --- asking ---------------------------------------------------------------------------------------------------

    def open(self) -> tuple[Alert, ...]:
        """What is wrong now, the worst and newest first."""
        return tuple(sorted(self._open.values(), key=lambda each: (-each.level.rank, -each.raised_at.timestamp())))

    def level_of(self, kind: AlertKind, subject: str = "") -> Level:
        """How bad something is now."""
        alert = self._open.get((kind, subject))
        return alert.level if alert is not None else Level.NORMAL

    async def history(self, *, limit: int = 100, before: datetime | None = None) -> Sequence[Alert]:
        """What is and was wrong, newest first."""
        await self._records.flush()
        return await self._store.watch.alerts(limit=limit, before=before)

    def on_alert(self, callback: Callable[[Alert], None]) -> Callable[[], None]:
        """Call back whenever an alert is raised, changes or is over; the returned call ends that."""
        return self._bus.subscribe(AlertChanged, lambda event: callback(event.alert))

    # --- telling --------------------------------------------------------------------------------------------------

    def observe(
        self,
        kind: AlertKind,
        subject: str,
        level: Level,
        message: str = "",
        *,
        details: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """How a condition looks now; the message is needed while it is not normal.

        At the same level it is said again only when the `robots` in its details are others.
        """
        key = (kind, subject)
        known = self._open.get(key)
        if level is Level.NORMAL or kind in self.rules.muted:
            if known is not None:
                self._calm(key)
            return
        self._calm_since_s.pop(key, None)
        if known is None:
            self._raise(kind, subject, level, message, details or {})
        elif known.level is not level:
            self._keep(known.again(level, message, at=self._clock.now(), details=details or {}))
        elif details is not None and known.details.get("robots") != details.get("robots"):
            self._keep(replace(known, message=message, details=details))

    def happened(
        self,
        kind: AlertKind,
        subject: str,
        level: Level,
        message: str,
        *,
        details: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """Something happened once; it stands for a while, and longer when it happens again."""
        if kind in self.rules.muted:
            return
        key = (kind, subject)
        self._ends_s[key] = self._clock.monotonic() + self.rules.single_s
        known = self._open.get(key)
        if known is None:
            self._raise(kind, subject, level, message, details or {})
        else:
            self._keep(known.again(level, message, at=self._clock.now(), details=details or {}))

    def resolve(self, kind: AlertKind, subject: str = "") -> None:
        """It is known to be over: no need to watch whether it stays so."""
        key = (kind, subject)
        alert = self._open.pop(key, None)
        self._calm_since_s.pop(key, None)
        self._ends_s.pop(key, None)
        if alert is not None:
            self._tell(alert.resolved(at=self._clock.now()))

    def tick(self) -> None:
        """Resolve what has been calm for long enough, and what has stood for its time."""
        now_s = self._clock.monotonic()
        calm = [key for key, since_s in self._calm_since_s.items() if now_s - since_s >= self.rules.calm_s]
        over = [key for key, end_s in self._ends_s.items() if now_s >= end_s]
        for kind, subject in (*calm, *over):
            self.resolve(kind, subject)

    # --- people ---------------------------------------------------------------------------------------------------

    async def acknowledge(self, alert_id: str, *, actor: str = "engine") -> Alert:
        """A person has seen it; it stays open while it is wrong. Raises NotFoundError."""
        known = next((each for each in self._open.values() if each.alert_id == alert_id), None)
        if known is None:
            raise NotFoundError("open alert", alert_id)
        if known.acknowledged_at is not None:
            return known
        seen = known.acknowledged(by=actor, at=self._clock.now())
        self._keep(seen)
        await self._audit("alert.acknowledged", f"{seen.message} It was acknowledged.", actor)
        return seen

    async def set_rules(self, rules: AlertRules, *, actor: str = "engine") -> AlertRules:
        """Work by other rules from now on, also after a restart. Raises StorageError."""
        await self._store.watch.save_setting(RULES, _RULES.dump_python(rules, mode="json"))
        self.rules = rules
        for kind, subject in [key for key in self._open if key[0] in rules.muted]:
            self.resolve(kind, subject)
        await self._audit("alert.rules", "The rules of alerts were changed.", actor)
        return rules

    # --- inside ---------------------------------------------------------------------------------------------------

    def _calm(self, key: Key) -> None:
        """The condition is normal; the alert ends when that lasts."""
        if self.rules.calm_s == 0:
            self.resolve(*key)
        else:
            self._calm_since_s.setdefault(key, self._clock.monotonic())

    def _raise(
        self, kind: AlertKind, subject: str, level: Level, message: str, details: Mapping[str, JsonValue]
    ) -> None:
        if len(self._open) >= MOST_OPEN:
            if not self._is_full:
                logger.warning("%d alerts are open; further ones are not raised.", MOST_OPEN)
            self._is_full = True
            return
        self._is_full = False
        now = self._clock.now()
        alert = Alert(
            alert_id=new_id(),
            kind=kind,
            subject=subject,
            level=level,
            message=message,
            raised_at=now,
            changed_at=now,
            details=details,
        )
        logger.info("Alert (%s, %s): %s", kind, level, message)
        self._keep(alert)

    def _keep(self, alert: Alert) -> None:
        self._open[(alert.kind, alert.subject)] = alert
        self._tell(alert)

    def _tell(self, alert: Alert) -> None:
        self._records.put(alert)
        self._bus.publish(AlertChanged(alert=alert))

    async def _audit(self, kind: str, message: str, actor: str) -> None:
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor)
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    async def _save(self, alerts: Sequence[Alert]) -> None:
        await self._store.watch.save_alerts(alerts, keep=ALERTS_KEPT)


_SINGLE = frozenset({AlertKind.JOB_TIMEOUT, AlertKind.SCHEDULE_MISSED, AlertKind.ROBOT_CLONED})


def rules_of(document: JsonValue) -> AlertRules | None:
    """The stored rules; None for none, or for some that this version cannot read."""
    if document is None:
        return None
    try:
        return _RULES.validate_python(document)
    except (ValidationError, UserError) as error:
        logger.warning("The stored rules of alerts cannot be read; the defaults hold: %s", error)
        return None
