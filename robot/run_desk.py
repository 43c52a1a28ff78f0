"""Where the connection and the runs of a robot meet: pauses, checkpoints that are asked for, and people's answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint, UnpauseJob
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.questions import PersonAnswered
from robot.checkpoint_outbox import CheckpointOutbox
from robot.questions import Questions
from robot.work_items import WorkItemAsks
from robot.workflow.control import RunControl
from robot.workflow.snapshots import Order

logger = logging.getLogger(__name__)

RunOrder = PauseJob | UnpauseJob | TakeCheckpoint | PersonAnswered


class RunDesk:
    """Knows the strings of every run of this robot. Orders for runs that it does not know are old news."""

    def __init__(self, outbox: CheckpointOutbox, questions: Questions, items: WorkItemAsks) -> None:
        self.outbox = outbox
        self.questions = questions
        self.items = items
        self._runs: dict[AttemptRef, RunControl] = {}
        self._wishes: dict[AttemptRef, str] = {}
        """Pauses of attempts that have not begun yet."""
        self._orders: asyncio.Queue[tuple[RunControl, Order]] = asyncio.Queue(maxsize=100)

    def open(self, ref: AttemptRef, control: RunControl) -> None:
        """A run begins."""
        self._runs[ref] = control
        if ref in self._wishes:
            control.pause(self._wishes.pop(ref))

    def close(self, ref: AttemptRef) -> None:
        """A run has ended."""
        self._runs.pop(ref, None)

    def waited_s(self, ref: AttemptRef) -> float:
        """How long a run has waited for people: time that does not count against its limit."""
        control = self._runs.get(ref)
        return control.waited_s if control is not None else 0.0

    def heed(self, order: RunOrder) -> None:
        """Do what the orchestrator says about a run."""
        match order:
            case PauseJob():
                self._pause(_ref(order), order.reason)
            case UnpauseJob():
                self._unpause(_ref(order))
            case TakeCheckpoint():
                self._take(order)
            case PersonAnswered():
                self.questions.answered(order)

    def heed_repeats(self, pauses: Collection[AttemptRef]) -> None:
        """A heartbeat's answer names every run that is to pause; a run that is pausing and not named goes on."""
        for ref in pauses:
            self._pause(ref, "")
        for ref, control in self._runs.items():
            if control.wants_pause and ref not in pauses:
                control.unpause()

    async def work(self) -> None:
        """Deliver checkpoints, and take those that are asked for, for the robot's whole life."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.outbox.run())
            group.create_task(self._take_orders())

    async def attend(self, send: Callable[[Payload], Awaitable[None]]) -> None:
        """Live on a session: nothing needs to wait any longer, and questions are asked anew."""
        self.outbox.hurry()
        await self.questions.attend(send)

    def _pause(self, ref: AttemptRef, reason: str) -> None:
        control = self._runs.get(ref)
        if control is not None:
            control.pause(reason)
        elif len(self._wishes) < self._orders.maxsize:
            self._wishes[ref] = reason

    def _unpause(self, ref: AttemptRef) -> None:
        self._wishes.pop(ref, None)
        control = self._runs.get(ref)
        if control is not None:
            control.unpause()

    def _take(self, wanted: TakeCheckpoint) -> None:
        control = self._runs.get(_ref(wanted))
        if control is None or self._orders.full():
            return
        order = Order(kind=wanted.kind, note=wanted.note, checkpoint_id=wanted.checkpoint_id, metadata=wanted.metadata)
        self._orders.put_nowait((control, order))

    async def _take_orders(self) -> None:
        while True:
            control, order = await self._orders.get()
            try:
                await control.take(order)
            except Exception:  # a run that breaks while it is looked at has its own way of telling
                logger.info("A checkpoint that was asked for could not be taken.", exc_info=True)


def _ref(order: PauseJob | UnpauseJob | TakeCheckpoint) -> AttemptRef:
    return AttemptRef(job_id=order.job_id, attempt=order.attempt)
