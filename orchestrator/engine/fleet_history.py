"""Writes down how robots stand and how much waits and runs, so that the timeline can show it later.

Nothing waits for it: what changes is kept in memory and stored a moment later, and a store that takes nothing is asked
again with the next sample.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from orchestrator.contract.ids import RobotId
from orchestrator.domain.events import ROBOT, RobotChanged, RobotRemoved
from orchestrator.domain.robot import Robot
from orchestrator.domain.robot_plan import RobotPlan
from orchestrator.domain.timeline import ENGINE, FleetSample, FleetState, StateChange, state_of
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.ports.timeline import TimelineStore
from orchestrator.engine.robot_pool import RobotPool

SAMPLE_S = 10.0
COARSE_S = 300.0
FINE_KEPT = timedelta(days=7)
HISTORY_KEPT = timedelta(days=400)
"""Shorter where jobs are kept for a shorter time."""
MOST_UNSAVED = 10_000
ROWS_AT_ONCE = 1_000

logger = logging.getLogger(__name__)


class FleetHistory:
    """Follows the robots by their events, and looks at the queue six times a minute."""

    def __init__(
        self,
        store: TimelineStore,
        *,
        queue: JobQueue,
        pool: RobotPool,
        plan_of: Callable[[RobotId], RobotPlan | None],
        live: LiveSettings,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._pool = pool
        self._plan_of = plan_of
        self._live = live
        self._clock = clock
        self._known: dict[RobotId, StateChange] = {}
        self._changes: deque[StateChange] = deque(maxlen=MOST_UNSAVED)
        self._samples: deque[FleetSample] = deque(maxlen=MOST_UNSAVED)
        self._coarse_until: datetime | None = None
        self._is_loaded = False
        self._wakeup = Wakeup(clock)
        bus.subscribe(RobotChanged, lambda event: self._look(event.robot), states=(ROBOT,))
        bus.subscribe(RobotRemoved, lambda event: self._removed(event.robot_id))

    async def load(self) -> None:
        """Go on from what was noted last; an orchestrator that did not say goodbye stopped at its last look."""
        self._known = dict(await self._store.newest_states())
        engine = self._known.get(ENGINE)
        if engine is not None and engine.state is not FleetState.STOPPED:
            seen_at = await self._store.newest_sample_at()
            self._note_engine(FleetState.STOPPED, max(engine.at, seen_at or engine.at))
        self._is_loaded = True
        self._note_engine(FleetState.STARTED, self._clock.now())
        for robot in self._pool.robots():
            self._look(robot)
        for robot_id in [each for each in self._known if each != ENGINE and self._pool.get(each) is None]:
            self._removed(robot_id)

    async def run(self) -> None:
        """Look and store until cancelled."""
        next_s = self._clock.monotonic()
        while True:
            if self._clock.monotonic() >= next_s:
                next_s = self._clock.monotonic() + SAMPLE_S
                self._sample()
            await self._flush()
            await self._wakeup.wait(max(0.0, next_s - self._clock.monotonic()))

    async def stop(self) -> None:
        """The orchestrator ends: what comes behind this moment is not known."""
        if self._is_loaded:
            self._is_loaded = False
            self._note_engine(FleetState.STOPPED, self._clock.now())
            await self._flush()

    async def forget(self) -> int:
        """Forget what is old; how much. Raises StorageError."""
        days = self._live.values.keep_jobs_days
        kept = min(HISTORY_KEPT, timedelta(days=days)) if days else HISTORY_KEPT
        now, count = self._clock.now(), 0
        while gone := await self._store.forget(now - kept, fine_before=now - FINE_KEPT, most=ROWS_AT_ONCE):
            count += gone
        return count

    def _sample(self) -> None:
        for robot in self._pool.robots():
            self._look(robot)  # a plan that began while the robot drained already makes no event
        now = self._clock.now()
        is_coarse = self._coarse_until is None or not now < self._coarse_until
        if is_coarse:
            self._coarse_until = now + timedelta(seconds=COARSE_S)
        self._samples.append(
            FleetSample(at=now, waiting=len(self._queue), running=self._pool.held_count, is_coarse=is_coarse)
        )

    def _look(self, robot: Robot) -> None:
        if not self._is_loaded:
            return
        state, note = state_of(robot, self._plan_of(robot.robot_id))
        known = self._known.get(robot.robot_id)
        if known is not None and (known.state, known.note, known.name, known.slots) == (
            state,
            note,
            robot.name,
            robot.slots,
        ):
            return
        self._note(
            StateChange(
                robot_id=robot.robot_id,
                at=self._clock.now(),
                state=state,
                name=robot.name,
                slots=robot.slots,
                note=note,
            )
        )

    def _removed(self, robot_id: RobotId) -> None:
        known = self._known.get(robot_id)
        if not self._is_loaded or known is None or known.state is FleetState.REMOVED:
            return
        self._note(StateChange(robot_id=robot_id, at=self._clock.now(), state=FleetState.REMOVED, name=known.name))

    def _note_engine(self, state: FleetState, at: datetime) -> None:
        self._note(StateChange(robot_id=ENGINE, at=at, state=state, name=""))

    def _note(self, change: StateChange) -> None:
        self._known[change.robot_id] = change
        self._changes.append(change)
        self._wakeup.ring()

    async def _flush(self) -> None:
        changes, samples = tuple(self._changes), tuple(self._samples)
        if not changes and not samples:
            return
        try:
            await self._store.note(changes, samples)
        except StorageError as error:
            logger.info("The timeline waits for the store: %s", error)
            return
        _drop(self._changes, changes)
        _drop(self._samples, samples)


def _drop(waiting: "deque[StateChange] | deque[FleetSample]", saved: tuple[StateChange | FleetSample, ...]) -> None:
    """Take away what was saved; while it was being written, more may have come, and the oldest been pushed out."""
    for each in saved:
        if waiting and waiting[0] is each:
            waiting.popleft()
