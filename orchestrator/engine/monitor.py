"""Figures of the running system: the queue's depth over time, the dashboard, and robots that nobody waits for."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.contract.states import RobotStatus
from orchestrator.domain.metrics import DashboardMetrics, Finished, QueueDepth, dashboard, running, waiting
from orchestrator.engine.clock import Clock, sleep
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.figures import MetricsStore
from orchestrator.engine.ports.store import Store
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings


class MetricsCollector:
    """Samples the queue and answers for the dashboard."""

    def __init__(self, queue: JobQueue, pool: RobotPool, store: Store, clock: Clock, settings: EngineSettings) -> None:
        self._queue = queue
        self._pool = pool
        self._store = store
        self._clock = clock
        self._settings = settings
        self._samples: deque[QueueDepth] = deque(maxlen=settings.samples_kept)
        self._newest: DashboardMetrics | None = None
        self._looks_begun = self._looks_done = 0
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            self.sample()
            await sleep(self._clock, self._settings.sample_interval_s)

    def sample(self) -> None:
        """Note how full the queue is now."""
        by_status = self._queue.counts()
        depth = QueueDepth(at=self._clock.now(), queued=waiting(by_status), running=running(by_status))
        self._samples.append(depth)

    def samples(self, *, since: datetime) -> Sequence[QueueDepth]:
        """The depths since a moment, oldest first."""
        return [each for each in self._samples if each.at >= since]

    async def dashboard(self) -> DashboardMetrics:
        """The figures as they are at the call or later; what many ask meanwhile, one look at the store answers."""
        wanted = self._looks_begun + 1
        async with self._looking:
            if self._newest is None or self._looks_done < wanted:
                self._looks_begun += 1
                self._newest = await self._computed()
                self._looks_done = self._looks_begun
            return self._newest

    async def _computed(self) -> DashboardMetrics:
        now = self._clock.now()
        midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        return dashboard(
            at=now,
            robots=[robot.status for robot in self._pool.robots()],
            by_status=await self._store.count_by_status(),
            today=await finished_in(self._store, midnight, now),
            last_24h=await finished_in(self._store, (now - timedelta(hours=24)).replace(second=0, microsecond=0), now),
        )


async def finished_in(store: MetricsStore, since: datetime, until: datetime) -> Finished:
    """The jobs that ended inside the window, as one figure."""
    length_s = (until - since).total_seconds()
    until = until + timedelta(microseconds=1)  # what ends at this very moment counts
    buckets = await store.finished(since=since, until=until, bucket_s=max(1.0, length_s + 1))
    if not buckets:
        return Finished()
    only = buckets[0]
    return Finished(
        completed=only.completed,
        failed=only.failed,
        cancelled=only.cancelled,
        average_s=only.average_execution_s or 0.0,
        p95_s=only.p95_execution_s or 0.0,
    )


class RobotWatch:
    """Notices robots that have been away so long that nobody waits for them any more."""

    def __init__(self, pool: RobotPool, clock: Clock, settings: EngineSettings) -> None:
        self._pool = pool
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await sleep(self._clock, self._settings.timeout_check_interval_s)
            for berth in self._pool.berths():
                away_s = self._clock.monotonic() - berth.heard_s
                if berth.robot.status is RobotStatus.LOST and away_s > self._settings.terms.lost_s:
                    self._pool.left(berth.robot.robot_id, RobotStatus.OFFLINE, at=berth.robot.last_seen_at)
