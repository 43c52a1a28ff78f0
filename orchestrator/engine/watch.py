"""Everything that notices what goes wrong, put together: built, loaded, set going and saved as one."""

from orchestrator.contract.protocol.captures import RunCaptured
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.resources import Level, Resource
from orchestrator.engine.alert_watch import AlertWatch
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.away import AwayReporter
from orchestrator.engine.block_watch import BlockWatch
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, SystemClock, sleep
from orchestrator.engine.health import HealthRegistry
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.loops import Loops
from orchestrator.engine.notices import NoticeBoard
from orchestrator.engine.ports.machine import MachineProbe
from orchestrator.engine.ports.store import Store
from orchestrator.engine.resources import ResourceMonitor
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.schedule_failures import ScheduleFailures
from orchestrator.engine.schedule_heartbeats import ScheduleHeartbeats
from orchestrator.engine.scheduler import JobScheduler
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.stalls import Orders, StallWatch
from orchestrator.engine.tally import Tally

LOOPS_LOOK_S = 5.0
MOST_LAG_S = 5.0
"""A longer delay of the event loop in the last minute shows in the health."""


class Watch:
    """The parts, each of which is asked directly: `watch.alerts.open()`, `watch.notices.undo(...)`."""

    def __init__(
        self,
        orders: Orders,
        *,
        queue: JobQueue,
        pool: RobotPool,
        inbox: Inbox,
        scheduler: JobScheduler,
        loops: Loops,
        store: Store,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        probe: MachineProbe | None,
    ) -> None:
        self._loops = loops
        self._store = store
        self._clock = clock
        self.tally = Tally(bus)
        self.alerts = AlertDesk(store, bus, clock)
        self.notices = NoticeBoard(store, bus, clock)
        self.resources = ResourceMonitor(probe=probe, alerts=self.alerts, pool=pool, store=store, bus=bus, clock=clock)
        self.stalls = StallWatch(
            orders, queue=queue, alerts=self.alerts, store=store, bus=bus, clock=clock, settings=settings
        )
        self.away = AwayReporter(queue=queue, scheduler=scheduler, store=store, bus=bus, clock=clock)
        self.schedule_failures = ScheduleFailures(
            scheduler=scheduler, notices=self.notices, store=store, bus=bus, clock=clock
        )
        self.heartbeats = ScheduleHeartbeats(scheduler=scheduler, store=store, bus=bus, clock=clock)
        self.alert_watch = AlertWatch(self.alerts, queue=queue, pool=pool, store=store, bus=bus, clock=clock)
        self.blocks = BlockWatch(self.alerts, clock, with_thread=isinstance(clock, SystemClock))
        self.health = HealthRegistry(clock)
        self._register_checks()
        inbox.answer(RunCaptured, self.stalls.on_captured)

    async def load(self) -> None:
        """Read what the store remembers; queue and schedules are loaded, and no loop runs yet."""
        await self.alerts.load()
        await self.notices.load()
        await self.resources.load()
        await self.stalls.load()
        await self.away.load()
        await self.schedule_failures.load()
        await self.heartbeats.load()

    def start(self) -> None:
        """Set the loops going."""
        self._loops.start("alerts", self.alerts.run)
        self._loops.start("notices", self.notices.run)
        self._loops.start("away", self.away.run)
        self._loops.start("alert-watch", self.alert_watch.run)
        self._loops.start("resources", self.resources.run)
        self._loops.start("stalls", self.stalls.run)
        self._loops.start("schedule-failures", self.schedule_failures.run)
        self._loops.start("schedule-heartbeats", self.heartbeats.run)
        self._loops.start("loop-watch", self._watch_loops)
        self._loops.start("block-watch", self.blocks.run)

    async def flush(self) -> None:
        """Store what has changed lately, as the engine ends."""
        await self.alerts.flush()
        await self.notices.flush()
        await self.away.flush()

    # --- the engine's own health ----------------------------------------------------------------------------------

    def _register_checks(self) -> None:
        self.health.register("store", self._check_store, critical=True)
        self.health.register("dispatcher", self._check_dispatcher, critical=True)
        self.health.register("loops", self._check_loops, critical=False)
        self.health.register("event-loop", self._check_event_loop, critical=False)
        self.health.register("disk", self._check_disk, critical=False)

    async def _check_store(self) -> str | None:
        return self._store.trouble

    async def _check_dispatcher(self) -> str | None:
        return next((each.trouble or None for each in self._loops.states() if each.name == "dispatcher"), None)

    async def _check_loops(self) -> str | None:
        return " ".join(each.trouble for each in self._loops.states() if each.trouble) or None

    async def _check_event_loop(self) -> str | None:
        lag_s = self.blocks.lag_s
        return f"The engine reacted {lag_s:.1f} s late in the last minute." if lag_s > MOST_LAG_S else None

    async def _check_disk(self) -> str | None:
        usage = self.resources.get_current_usage()
        if usage is None or usage.disk is None or self.resources.levels_of()[Resource.DISK] is not Level.CRITICAL:
            return None
        return f"The data folder's disk is {usage.disk:.0%} full."

    async def _watch_loops(self) -> None:
        while True:
            await sleep(self._clock, LOOPS_LOOK_S)
            for state in self._loops.states():
                level = Level.CRITICAL if state.trouble else Level.NORMAL
                self.alerts.observe(AlertKind.ENGINE, f"loop-{state.name}", level, state.trouble)
