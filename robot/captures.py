"""Answers the orchestrator's wish to see a running attempt: capture, upload, say what came of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from orchestrator.contract.protocol.captures import CaptureRun, RunCaptured
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import Artifact
from robot.attempts import attempt_of
from robot.ports import Captured, WorkflowHost

MOST_WAITING = 20
MARGIN_S = 40.0
"""What a capture may take beyond the seconds that are recorded."""

logger = logging.getLogger(__name__)

Upload = Callable[[AttemptRef, Artifact, Path], Awaitable[str]]
"""Bring one file to the orchestrator; why it did not work, or nothing."""


class CaptureDesk:
    """Works off the wishes one by one; wishes that nobody could work off in time are refused."""

    def __init__(self, host: WorkflowHost, folder_of: Callable[[AttemptRef], Path], upload: Upload) -> None:
        self._host = host
        self._folder_of = folder_of
        self._upload = upload
        self._wishes: asyncio.Queue[CaptureRun] = asyncio.Queue(MOST_WAITING)

    def ask(self, wish: CaptureRun) -> RunCaptured | None:
        """Take a wish; an answer at once when there are too many already."""
        try:
            self._wishes.put_nowait(wish)
        except asyncio.QueueFull:
            return _answer(wish, problem="The robot has too many captures to do already.")
        return None

    async def run(self, send: Callable[[RunCaptured], Awaitable[None]]) -> None:
        """Work for as long as the session lives."""
        while True:
            wish = await self._wishes.get()
            await send(await self._done(wish))

    async def _done(self, wish: CaptureRun) -> RunCaptured:
        ref = attempt_of(wish)
        folder = self._folder_of(ref)
        captured = await self._captured(wish, ref, folder)
        names, problems = [], [captured.problem]
        for artifact in captured.artifacts:
            problem = await self._upload(ref, artifact, folder)
            problems.append(problem)
            if not problem:
                names.append(artifact.name)
        return _answer(wish, names=tuple(names), problem=" ".join(filter(None, problems)))

    async def _captured(self, wish: CaptureRun, ref: AttemptRef, folder: Path) -> Captured:
        try:
            async with asyncio.timeout(wish.trace_s + MARGIN_S):
                return await self._host.capture(ref, wish.what, trace_s=wish.trace_s, folder=folder)
        except TimeoutError:
            return Captured(problem="The browser did not answer in time.")


def _answer(wish: CaptureRun, *, names: tuple[str, ...] = (), problem: str = "") -> RunCaptured:
    return RunCaptured(
        job_id=wish.job_id, attempt=wish.attempt, what=wish.what, artifacts=names, problem=problem[:2_000]
    )
