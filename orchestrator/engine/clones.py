"""Two processes that claim to be one robot: noticed when a replaced one comes back, and given no new work.

A robot that is started again is a new process, and its former one never returns. When it does, two machines share one
identity, such as a copied virtual machine: the newest connection wins each time, and the two throw each other out.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from orchestrator.contract.ids import RobotId
from orchestrator.contract.protocol.robots import RobotHello
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.resources import Level
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.clock import Clock, Wakeup, sleep
from orchestrator.engine.errors import NotFoundError, StorageError

logger = logging.getLogger(__name__)

RETURNS_BORNE = 1
"""Returns of replaced processes that are borne: one may be a connection that was on its way before."""
MEMORY_S = 600.0
PROCESSES_KEPT = 16
TICK_S = 60.0
RETRY_S = 5.0


@dataclass(slots=True)
class _Identity:
    newest: str
    replaced: OrderedDict[str, None] = field(default_factory=OrderedDict)
    returns: list[float] = field(default_factory=list)
    """When replaced processes came back, monotonic."""


class CloneWatch:
    """Hears of every hello; `quarantine` lets a robot finish what it runs and gives it nothing new."""

    def __init__(self, alerts: AlertDesk, clock: Clock, quarantine: Callable[[RobotId], Awaitable[object]]) -> None:
        self._alerts = alerts
        self._clock = clock
        self._quarantine = quarantine
        self._known: dict[RobotId, _Identity] = {}
        self._suspects: dict[RobotId, RobotHello] = {}
        self._wakeup = Wakeup(clock)

    def introduced(self, hello: RobotHello) -> None:
        """A robot said who it is; one that does not name its process cannot be judged."""
        if not hello.instance_id:
            return
        robot_id, now_s = RobotId(hello.robot_id), self._clock.monotonic()
        known = self._known.setdefault(robot_id, _Identity(hello.instance_id))
        if known.newest == hello.instance_id:
            return
        known.replaced[known.newest] = None
        known.newest = hello.instance_id
        if hello.instance_id in known.replaced:
            known.returns = [at_s for at_s in known.returns if now_s - at_s < MEMORY_S] + [now_s]
        while len(known.replaced) > PROCESSES_KEPT:
            known.replaced.popitem(last=False)
        if len(known.returns) > RETURNS_BORNE:
            known.returns.clear()
            self._suspects[robot_id] = hello
            self._wakeup.ring()

    def forget(self, robot_id: RobotId) -> None:
        """The robot was removed."""
        self._known.pop(robot_id, None)
        self._suspects.pop(robot_id, None)

    async def run(self) -> None:
        """Act on suspects until cancelled."""
        while True:
            await self._wakeup.wait(TICK_S)
            while self._suspects:
                robot_id, hello = next(iter(self._suspects.items()))
                try:
                    await self._isolate(robot_id, hello)
                except StorageError as error:
                    logger.warning("%s cannot be drained now: %s", hello.name, error)
                    await sleep(self._clock, RETRY_S)
                else:
                    self._suspects.pop(robot_id, None)

    async def _isolate(self, robot_id: RobotId, hello: RobotHello) -> None:
        message = (
            f"Two processes work under the identity of {hello.name}, the newest on {hello.host or 'an unnamed host'}; "
            "it gets no new work. Stop one of them, give it a state folder of its own, then resume the robot."
        )
        self._alerts.happened(AlertKind.ROBOT_CLONED, robot_id, Level.CRITICAL, message)
        logger.warning("%s", message)
        try:
            await self._quarantine(robot_id)
        except NotFoundError:
            self.forget(robot_id)
