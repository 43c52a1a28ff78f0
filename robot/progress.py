"""News of running attempts: only the newest state of each step is kept, and it is sent at most four times a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import StatusUpdate, StepProgress
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import LogLevel
from robot.connection import ConnectionLostError

UPDATES_PER_S = 4.0
"""As fast as a person reads; each costs the robot and its orchestrator a millisecond or more beside the browser."""
ALL_UPDATES_PER_S = 20.0
"""Of all jobs together: an orchestrator bears 50 messages a second from one robot."""
STEPS_PER_UPDATE = 200
_MAX_TEXT = 500

logger = logging.getLogger("robot.job")


class ProgressBoard:
    """How far one attempt is; also the listener of its run."""

    def __init__(self, ref: AttemptRef, changed: asyncio.Event) -> None:
        self.ref = ref
        self._changed = changed
        self._steps: dict[str, StepProgress] = {}
        self._unsent: dict[str, None] = {}
        self._progress = 0.0
        self._running: tuple[str, ...] = ()
        self._sequence = 0
        self._is_stale = False

    @property
    def has_news(self) -> bool:
        """True when there is something to send."""
        return self._is_stale

    @property
    def steps(self) -> tuple[StepProgress, ...]:
        """The newest news of every step, in the order in which they first moved."""
        return tuple(self._steps.values())

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        """A step moved."""
        if len(step.message) > _MAX_TEXT:
            step = step.model_copy(update={"message": step.message[:_MAX_TEXT]})
        self._steps[step.step_id] = step
        self._unsent[step.step_id] = None
        self._progress, self._running = min(1.0, max(0.0, progress)), running
        self._touch()

    def wrapping_up(self, what: str) -> None:
        """No step runs any more, and the attempt has not ended."""
        self._running = (what,)
        self._touch()

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        """A line for the job's log."""
        extra = {"job": self.ref.job_id, "attempt": self.ref.attempt, "step": step_id, "fields": fields}
        logger.log(logging.getLevelNamesMapping()[level.name], "%s", message, extra=extra)

    def take(self) -> StatusUpdate | None:
        """What is new since the last update; None when nothing is."""
        if not self._is_stale:
            return None
        ids = list(self._unsent)[:STEPS_PER_UPDATE]
        for step_id in ids:
            del self._unsent[step_id]
        self._is_stale = bool(self._unsent)
        self._sequence += 1
        return StatusUpdate(
            job_id=self.ref.job_id,
            attempt=self.ref.attempt,
            sequence=self._sequence,
            progress=self._progress,
            current_step=", ".join(self._running)[:_MAX_TEXT],
            steps=tuple(self._steps[step_id] for step_id in ids),
        )

    def tell_all_again(self) -> None:
        """A new session has heard nothing yet: the next updates hold every step."""
        self._unsent = dict.fromkeys(self._steps)
        self._touch()

    def _touch(self) -> None:
        self._is_stale = True
        self._changed.set()


class ProgressBoards:
    """The boards of all running attempts."""

    def __init__(self) -> None:
        self._boards: dict[AttemptRef, ProgressBoard] = {}
        self._changed = asyncio.Event()

    def open(self, ref: AttemptRef) -> ProgressBoard:
        """A board for an attempt that starts."""
        board = self._boards[ref] = ProgressBoard(ref, self._changed)
        return board

    def close(self, ref: AttemptRef) -> None:
        """The attempt has ended; its result says everything."""
        self._boards.pop(ref, None)

    async def send(self, send: Callable[[StatusUpdate], Awaitable[None]]) -> None:
        """Send what is new for as long as the session lives, coalesced."""
        for board in self._boards.values():
            board.tell_all_again()
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._send_new(send)
            await asyncio.sleep(max(1 / UPDATES_PER_S, len(self._boards) / ALL_UPDATES_PER_S))

    async def _send_new(self, send: Callable[[StatusUpdate], Awaitable[None]]) -> None:
        boards: Sequence[ProgressBoard] = tuple(self._boards.values())
        for board in boards:
            update = board.take()
            if update is None:
                continue
            try:
                await send(update)
            except (ConnectionLostError, asyncio.CancelledError):
                board.tell_all_again()
                raise
        if any(board.has_news for board in boards):
            self._changed.set()
