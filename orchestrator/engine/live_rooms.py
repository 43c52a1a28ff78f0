"""Looking at runs and acting in them, put together: built, wired and set going as one."""

from orchestrator.contract.protocol.live import LiveFramePart, LiveNews
from orchestrator.engine.bus import EventBus
from orchestrator.engine.checkpoints import Send
from orchestrator.engine.clock import Clock
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_view import LiveView
from orchestrator.engine.loops import Loops
from orchestrator.engine.ports.store import Store
from orchestrator.engine.questions import QuestionDesk
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.take_overs import TakeOverDesk


class LiveRooms:
    """The parts, each of which is asked directly: `live_rooms.view`, `live_rooms.take_overs`."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        questions: QuestionDesk,
        inbox: Inbox,
        store: Store,
        bus: EventBus,
        clock: Clock,
        send: Send,
    ) -> None:
        self.view = LiveView(queue, pool, bus, clock, send=send)
        self.take_overs = TakeOverDesk(
            queue=queue, pool=pool, questions=questions, live=self.view, store=store, bus=bus, clock=clock, send=send
        )
        inbox.answer(LiveFramePart, self.view.on_part)
        inbox.answer(LiveNews, self.view.on_news)

    def start(self, loops: Loops) -> None:
        """Set the loops going."""
        loops.start("live-view", self.view.run)
        loops.start("take-overs", self.take_overs.run)
