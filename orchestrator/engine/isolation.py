"""Takes a robot out of work by itself: it finishes what it runs, a notice says why, and an undo lets it work again."""

from collections.abc import Awaitable, Callable

from orchestrator.contract.ids import RobotId
from orchestrator.domain.events import ROBOT, RobotChanged, RobotRemoved, SwitchedOff, SwitchedOn
from orchestrator.domain.notices import Notice
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import EventBus
from orchestrator.engine.notices import NoticeBoard

KIND = "robot"


class RobotIsolation:
    """Drains and resumes by the engine's commands; a robot that a person resumes takes its notice down."""

    def __init__(
        self,
        *,
        drain: Callable[[RobotId], Awaitable[Robot]],
        resume: Callable[[RobotId, str], Awaitable[Robot]],
        notices: NoticeBoard,
        bus: EventBus,
    ) -> None:
        self._drain = drain
        self._resume = resume
        self._notices = notices
        self._bus = bus
        notices.undo_with(KIND, self._undo)
        bus.subscribe(RobotChanged, self._on_robot, states={ROBOT})
        bus.subscribe(RobotRemoved, lambda event: self._over(event.robot_id))

    async def isolate(self, robot_id: RobotId, reason: str) -> None:
        """Give the robot nothing new. Raises NotFoundError, StorageError."""
        robot = await self._drain(robot_id)
        self._bus.publish(
            SwitchedOff(
                kind=KIND,
                subject=robot_id,
                title=f"Robot {robot.name} gets no new work.",
                reason=reason,
                undo="Let it work again",
            )
        )

    async def _undo(self, notice: Notice, actor: str) -> None:
        await self._resume(RobotId(notice.subject), actor)

    def _on_robot(self, event: RobotChanged) -> None:
        if not event.robot.draining and self._notices.stands(KIND, event.robot.robot_id):
            self._over(event.robot.robot_id)

    def _over(self, robot_id: RobotId) -> None:
        self._bus.publish(SwitchedOn(kind=KIND, subject=robot_id))
