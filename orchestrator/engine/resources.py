"""The resource monitor: watches the orchestrator's machine and those of the robots, and says when it gets tight."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue, RobotId
from orchestrator.contract.protocol.robots import Heartbeat
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.events import ResourcesTight, RobotChanged, RobotHeard, RobotRemoved
from orchestrator.domain.resources import (
    Figure,
    Level,
    MonitorSettings,
    Resource,
    Usage,
    UsageHistory,
    levels,
    statistics,
)
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.machine_alarms import HOST, MachineAlarms
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.machine import MachineProbe
from orchestrator.engine.ports.store import Store
from orchestrator.engine.robot_pool import RobotPool

logger = logging.getLogger(__name__)

SETTINGS = "resources"
HOST_KEPT_S = 86_400.0
ROBOT_KEPT_S = 3_600.0
MOST_KEPT = 8_640

_SETTINGS: TypeAdapter[MonitorSettings] = TypeAdapter(MonitorSettings)


class ResourceMonitor:
    """Samples every `interval_s`, keeps a bounded history of each machine, and tells what crosses a threshold."""

    def __init__(
        self,
        *,
        probe: MachineProbe | None,
        alerts: AlertDesk,
        pool: RobotPool,
        store: Store,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._probe = probe
        self._alarms = MachineAlarms(alerts, pool, probe.name if probe is not None else "")
        self._pool = pool
        self._store = store
        self._bus = bus
        self._clock = clock
        self.settings = MonitorSettings()
        self._histories: dict[str, UsageHistory] = {}
        self._levels: dict[str, Mapping[Resource, Level]] = {}
        self._wakeup = Wakeup(clock)
        bus.subscribe(RobotHeard, self._on_heartbeat)
        bus.subscribe(RobotRemoved, lambda event: self._forget(event.robot_id))
        bus.subscribe(RobotChanged, self._on_robot)

    async def load(self) -> None:
        """Read the settings."""
        self.settings = settings_of(await self._store.watch.setting(SETTINGS)) or MonitorSettings()

    async def run(self) -> None:
        """Watch until cancelled; while it is stopped, nothing is measured."""
        while True:
            if self.settings.enabled:
                await self.look()
            await self._wakeup.wait(self.settings.interval_s)

    async def look(self) -> Usage | None:
        """Measure the orchestrator's machine now; None when it cannot be seen."""
        if self._probe is None:
            return None
        try:
            usage = await asyncio.to_thread(self._probe.measure, self._clock.now())
        except OSError as error:
            logger.info("This machine's load cannot be measured: %s", error)
            return None
        self._note(HOST, usage)
        return usage

    # --- asking ---------------------------------------------------------------------------------------------------

    @property
    def is_watching(self) -> bool:
        """False while a person has stopped it."""
        return self.settings.enabled

    def get_current_usage(self, machine: str = HOST) -> Usage | None:
        """The newest look at a machine, the orchestrator's own or a robot's; None before the first."""
        history = self._histories.get(machine)
        return history.newest if history is not None else None

    def usages(self) -> Mapping[str, Usage]:
        """The newest look at each machine, by `host` and robots' ids."""
        return {name: newest for name, each in self._histories.items() if (newest := each.newest) is not None}

    def levels_of(self, machine: str = HOST) -> Mapping[Resource, Level]:
        """How tight each resource of a machine is."""
        return self._levels.get(machine, {})

    def get_history(self, machine: str = HOST, *, hours: float = 1.0) -> Sequence[Usage]:
        """The looks of the last hours, oldest first. Raises NotFoundError for a machine that nobody knows."""
        history = self._histories.get(machine)
        if history is None:
            if machine != HOST and self._pool.get(RobotId(machine)) is None:
                raise NotFoundError("machine", machine)
            return []
        return history.since(self._clock.now() - timedelta(hours=hours))

    def get_resource_statistics(self, machine: str = HOST, *, hours: float = 1.0) -> Mapping[str, Figure]:
        """Current, average, lowest and highest of each measure over the last hours."""
        return statistics(self.get_history(machine, hours=hours))

    def on_tight(self, callback: Callable[[ResourcesTight], None]) -> Callable[[], None]:
        """Call back whenever a resource crosses a threshold upwards; the returned call ends that."""
        return self._bus.subscribe(ResourcesTight, callback)

    # --- changing -------------------------------------------------------------------------------------------------

    async def set(self, settings: MonitorSettings, *, actor: str = "engine") -> MonitorSettings:
        """Work by other thresholds and another interval from now on, also after a restart. Raises StorageError."""
        await self._store.watch.save_setting(SETTINGS, _SETTINGS.dump_python(settings, mode="json"))
        is_other_interval = settings.interval_s != self.settings.interval_s
        self.settings = settings
        if is_other_interval:
            self._resize()
        if not settings.enabled:
            self._calm_down()
        self._wakeup.ring()
        await self._audit("resources.settings", "The resource monitor's settings were changed.", actor)
        return settings

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_heartbeat(self, event: RobotHeard) -> None:
        """Robots tell more often than the interval: what is too early is left out."""
        newest = self.get_current_usage(event.robot_id)
        now = self._clock.now()
        is_early = newest is not None and (now - newest.at).total_seconds() < self.settings.interval_s * 0.9
        if self.settings.enabled and not is_early:
            self._note(event.robot_id, usage_of(event.heartbeat, now))

    def _on_robot(self, event: RobotChanged) -> None:
        """One that has left says nothing of its machine any more."""
        if event.robot.status is RobotStatus.OFFLINE and event.robot.robot_id in self._levels:
            self._forget_levels(event.robot.robot_id)

    def _note(self, machine: str, usage: Usage) -> None:
        if machine not in self._histories:
            self._histories[machine] = UsageHistory(self._limit(machine))
        self._histories[machine].add(usage)
        before = self._levels.get(machine, {})
        after = self._levels[machine] = levels(before, usage, self.settings.thresholds)
        for resource, level in after.items():
            known, share = before.get(resource, Level.NORMAL), usage.of(resource)
            if share is None:
                continue
            self._alarms.observe(machine, resource, level, share)
            if level.rank > known.rank:
                robot_id = None if machine == HOST else RobotId(machine)
                event = ResourcesTight(resource=resource, level=level, share=share, robot_id=robot_id)
                self._bus.publish(event)

    def _limit(self, machine: str) -> int:
        kept_s = HOST_KEPT_S if machine == HOST else ROBOT_KEPT_S
        return max(2, min(MOST_KEPT, int(kept_s / self.settings.interval_s)))

    def _resize(self) -> None:
        for machine, old in tuple(self._histories.items()):
            new = self._histories[machine] = UsageHistory(self._limit(machine))
            for usage in old.everything():
                new.add(usage)

    def _calm_down(self) -> None:
        """What is not watched any more is not known to be wrong."""
        for machine in tuple(self._levels):
            self._forget_levels(machine)

    def _forget(self, machine: str) -> None:
        self._histories.pop(machine, None)
        self._forget_levels(machine)

    def _forget_levels(self, machine: str) -> None:
        self._levels.pop(machine, None)
        self._alarms.forget(machine)

    async def _audit(self, kind: str, message: str, actor: str) -> None:
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor)
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))


def usage_of(heartbeat: Heartbeat, at: datetime) -> Usage:
    """What a robot says of its machine."""
    return Usage(
        at=at,
        cpu=_share(heartbeat.cpu_percent),
        memory=_share(heartbeat.memory_percent),
        disk=_share(heartbeat.disk_percent),
        network_in=heartbeat.network_in_bytes_s,
        network_out=heartbeat.network_out_bytes_s,
    )


def settings_of(document: JsonValue) -> MonitorSettings | None:
    """The stored settings; None for none, or for some that this version cannot read."""
    if document is None:
        return None
    try:
        return _SETTINGS.validate_python(document)
    except (ValidationError, UserError) as error:
        logger.warning("The stored settings of the resource monitor cannot be read; the defaults hold: %s", error)
        return None


def _share(percent: float | None) -> float | None:
    return None if percent is None else min(1.0, max(0.0, percent / 100))
