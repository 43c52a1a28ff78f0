"""Frames of runs on their way to those who look: put together from their parts, and only the newest kept."""

import asyncio
import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.contract.live import FrameFacts, ViewWish
from orchestrator.contract.protocol.live import MOST_PARTS, LiveFramePart


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of a run."""

    job_id: JobId
    facts: FrameFacts
    jpeg: bytes = field(repr=False)
    at: datetime
    """When its last part arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLook:
    """How a watched run stands beside its picture."""

    job_id: JobId
    status: str
    problem: str = ""
    """Why there is nothing new to see, or why input did not work."""
    parked: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    holder: str = ""
    """Who has taken it over."""
    until: datetime | None = None
    """When it goes on without that person."""


class Assembler:
    """Puts the parts of one run's frames together; a frame that lacks a part is left out."""

    def __init__(self) -> None:
        self._number = 0
        self._facts: FrameFacts | None = None
        self._parts: list[str] = []

    def take(self, part: LiveFramePart) -> tuple[bytes, FrameFacts] | None:
        """The frame that this part completes; None while there is none."""
        if part.part == 0:
            self._number, self._facts, self._parts = part.number, part.facts, []
        if part.number != self._number or part.part != len(self._parts) or part.parts > MOST_PARTS:
            self._facts = None
        if self._facts is None:
            return None
        self._parts.append(part.data)
        if len(self._parts) < part.parts:
            return None
        facts, self._facts = self._facts, None
        try:
            jpeg = base64.b64decode("".join(self._parts), validate=True)
        except binascii.Error:
            return None
        self._parts = []
        return (jpeg, facts) if jpeg.startswith(b"\xff\xd8") else None


class Watcher:
    """One who looks: holds the newest frame of each run that has not been fetched, and how each run stands.

    Whoever fetches slowly misses frames, and costs no more memory for it.
    """

    def __init__(self, wish: ViewWish) -> None:
        self.wish = wish
        self._frames: dict[JobId, Frame] = {}
        self._looks: dict[JobId, RunLook] = {}
        self._gone: dict[JobId, None] = {}
        self._news = asyncio.Event()
        self.dropped = 0
        """Frames that came before the last one was fetched."""

    def see(self, news: Frame | RunLook) -> None:
        """Something to look at."""
        if isinstance(news, Frame):
            self.dropped += news.job_id in self._frames
            self._frames[news.job_id] = news
        else:
            self._looks[news.job_id] = news
        self._gone.pop(news.job_id, None)
        self._news.set()

    def lose(self, job_id: JobId) -> None:
        """There is nothing to see of this run any more."""
        self._frames.pop(job_id, None)
        self._looks.pop(job_id, None)
        self._gone[job_id] = None
        self._news.set()

    async def next(self) -> Frame | RunLook | JobId:
        """The next thing to look at; a bare id for a run of which there is nothing to see any more."""
        while True:
            if self._gone:
                job_id = next(iter(self._gone))
                del self._gone[job_id]
                return job_id
            if self._looks:
                return self._looks.pop(next(iter(self._looks)))
            if self._frames:
                return self._frames.pop(next(iter(self._frames)))
            self._news.clear()
            await self._news.wait()
