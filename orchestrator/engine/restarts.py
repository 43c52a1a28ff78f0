"""Restarts of robots, one after the other: each lets its jobs end, leaves, and has to be back before the next one."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from orchestrator.contract.ids import RobotId, SessionId, new_id
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.robots import RestartRobot
from orchestrator.domain.events import ROBOT, Event, RobotChanged, RobotRemoved
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, NotFoundError, OrchestratorError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.figures import MetricsStore
from orchestrator.engine.robot_pool import RobotPool

BACK_WITHIN_S = 120.0
"""From a robot's leaving to its return; a supervisor needs a few seconds."""
TICK_S = 5.0
KEPT = 20

logger = logging.getLogger(__name__)


class RestartState(StrEnum):
    """How far one robot's restart is."""

    WAITING = "waiting"
    DRAINING = "draining"
    """It was asked, and finishes what it runs."""
    AWAY = "away"
    BACK = "back"
    FAILED = "failed"
    SKIPPED = "skipped"


_AT_WORK = frozenset({RestartState.DRAINING, RestartState.AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotRestart:
    """One robot's part of a rollout."""

    robot_id: RobotId
    name: str
    state: RestartState = RestartState.WAITING
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Restarts of several robots."""

    rollout_id: str
    actor: str
    reason: str
    started_at: datetime
    ended_at: datetime | None = None
    robots: tuple[RobotRestart, ...] = ()

    @property
    def is_over(self) -> bool:
        """True when nothing more happens."""
        return self.ended_at is not None

    @property
    def has_failed(self) -> bool:
        """True when a robot did not come back; those behind it were left alone."""
        return any(each.state is RestartState.FAILED for each in self.robots)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartsChanged(Event):
    """One robot's restart got further, or the whole rollout is over."""

    topic: ClassVar[str] = "restarts.changed"

    rollout: Rollout

    @property
    def names(self) -> tuple[str, ...]:
        """`restarts.changed`, and `restarts.ended` when nothing more happens."""
        return (self.topic, "restarts.ended") if self.rollout.is_over else (self.topic,)


class RestartDesk:
    """One rollout at a time; it lives in memory, and a robot that was asked restarts in any case."""

    def __init__(
        self,
        *,
        pool: RobotPool,
        say: Callable[[RobotId, Payload], bool],
        audit: MetricsStore,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._say = say
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._rollouts: dict[str, Rollout] = {}
        self._wakeup = Wakeup(clock)
        bus.subscribe(RobotChanged, self._on_robot, states={ROBOT})
        bus.subscribe(RobotRemoved, self._on_robot)

    async def restart(self, robots: Sequence[RobotId], *, reason: str = "", actor: str = "engine") -> Rollout:
        """Restart robots one by one. NotFoundError; ConflictError while another rollout is under way."""
        if any(not each.is_over for each in self._rollouts.values()):
            raise ConflictError("Robots are being restarted already; wait until that is over.")
        names = {robot_id: self._name(robot_id) for robot_id in dict.fromkeys(robots)}
        if not names:
            raise ConflictError("No robot is connected; there is none to restart.")
        rollout = Rollout(
            rollout_id=new_id(),
            actor=actor,
            reason=reason,
            started_at=self._clock.now(),
            robots=tuple([RobotRestart(robot_id=robot_id, name=name) for robot_id, name in names.items()]),
        )
        await self._tell(rollout, "robots.restarting", f"{_count(len(names))} restart{'s' if len(names) == 1 else ''}.")
        self._put(rollout)
        while len(self._rollouts) > KEPT:
            self._rollouts.pop(next(iter(self._rollouts)))
        self._wakeup.ring()
        return rollout

    def rollout(self, rollout_id: str) -> Rollout:
        """How far it is. NotFoundError."""
        found = self._rollouts.get(rollout_id)
        if found is None:
            raise NotFoundError("restart", rollout_id)
        return found

    def rollouts(self) -> tuple[Rollout, ...]:
        """Those that are remembered, the newest first."""
        return tuple(reversed(self._rollouts.values()))

    async def stop(self, rollout_id: str, *, actor: str = "engine") -> Rollout:
        """Leave the robots alone that wait for their turn; one that was asked restarts in any case. NotFoundError."""
        rollout = self.rollout(rollout_id)
        waiting = [each for each in rollout.robots if each.state is RestartState.WAITING]
        if rollout.is_over or not waiting:
            return rollout
        await self._tell(replace(rollout, actor=actor), "robots.restart_stopped", f"{_count(len(waiting))} left alone.")
        for each in waiting:
            self._note(rollout_id, each, RestartState.SKIPPED, "The restart was stopped before its turn.")
        return self.rollout(rollout_id)

    def plans(self) -> dict[RobotId, str]:
        """The robots that are being restarted now, in one sentence each."""
        under_way = (each for rollout in self._rollouts.values() if not rollout.is_over for each in rollout.robots)
        return {each.robot_id: f"{each.name} is being restarted." for each in under_way if each.state in _AT_WORK}

    async def run(self) -> None:
        """Restart what was asked for; until cancelled."""
        while True:
            await self._wakeup.wait(TICK_S)
            for rollout_id in [each.rollout_id for each in self._rollouts.values() if not each.is_over]:
                await self._roll(rollout_id)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _roll(self, rollout_id: str) -> None:
        for each in self._rollouts[rollout_id].robots:
            state = await self._one(rollout_id, each)
            if state is RestartState.FAILED:
                break
        rollout = replace(self._rollouts[rollout_id], ended_at=self._clock.now())
        self._put(rollout)
        back = sum(each.state is RestartState.BACK for each in rollout.robots)
        words = f"{back} of {_count(len(rollout.robots))} restarted."
        failed = next((each for each in rollout.robots if each.state is RestartState.FAILED), None)
        try:
            await self._tell(rollout, "robots.restarted", f"{words} {failed.detail}" if failed else words)
        except OrchestratorError as error:
            logger.warning("The end of a restart could not be written down: %s", error)

    async def _one(self, rollout_id: str, each: RobotRestart) -> RestartState:
        if self._state_of(rollout_id, each.robot_id) is RestartState.SKIPPED:
            return RestartState.SKIPPED
        before = self._pool.session_of(each.robot_id)
        asked = RestartRobot(reason=self._rollouts[rollout_id].reason[:200])
        if before is None or not self._say(each.robot_id, asked):
            return self._note(rollout_id, each, RestartState.SKIPPED, f"{each.name} is not connected.")
        self._note(rollout_id, each, RestartState.DRAINING)
        while self._pool.session_of(each.robot_id) == before:
            await self._wakeup.wait(TICK_S)
        self._note(rollout_id, each, RestartState.AWAY)
        deadline_s = self._clock.monotonic() + BACK_WITHIN_S
        while not self._is_back(each.robot_id, before):
            if self._clock.monotonic() >= deadline_s:
                return self._note(rollout_id, each, RestartState.FAILED, _nobody_starts(each.name))
            await self._wakeup.wait(TICK_S)
        return self._note(rollout_id, each, RestartState.BACK)

    def _state_of(self, rollout_id: str, robot_id: RobotId) -> RestartState:
        return next(each.state for each in self._rollouts[rollout_id].robots if each.robot_id == robot_id)

    def _is_back(self, robot_id: RobotId, before: SessionId) -> bool:
        berth = self._pool.berth(robot_id)
        return berth is not None and berth.is_welcomed and berth.session_id not in {None, before}

    def _note(self, rollout_id: str, each: RobotRestart, state: RestartState, detail: str = "") -> RestartState:
        rollout = self._rollouts[rollout_id]
        after = replace(each, state=state, detail=detail)
        robots = tuple([after if known.robot_id == each.robot_id else known for known in rollout.robots])
        self._put(replace(rollout, robots=robots))
        return state

    def _put(self, rollout: Rollout) -> None:
        self._rollouts[rollout.rollout_id] = rollout
        self._bus.publish(RestartsChanged(rollout=rollout))

    def _name(self, robot_id: RobotId) -> str:
        robot = self._pool.get(robot_id)
        if robot is None:
            raise NotFoundError("robot", robot_id)
        return robot.name

    def _on_robot(self, _: RobotChanged | RobotRemoved) -> None:
        if any(not each.is_over for each in self._rollouts.values()):
            self._wakeup.ring()

    async def _tell(self, rollout: Rollout, kind: str, words: str) -> None:
        why = f" Reason: {rollout.reason}" if rollout.reason else ""
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=f"{words}{why}", actor=rollout.actor)
        await self._audit.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))


def _nobody_starts(name: str) -> str:
    return (
        f"{name} ended and was not back within {BACK_WITHIN_S:.0f} s: nobody starts it again. "
        "Let systemd (Restart=on-failure), a container or Botswain itself keep it, and start it by hand now."
    )


def _count(robots: int) -> str:
    return "1 robot" if robots == 1 else f"{robots} robots"
