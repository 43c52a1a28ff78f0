"""Brings spooled results to the orchestrator: files first, then the result, again until there is an answer."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from math import inf

from orchestrator.contract.protocol.jobs import JobResultReport, ResultAck, ResultOutcome
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from robot.artifact_upload import ArtifactUpload
from robot.attempts import attempt_of
from robot.connection import Session
from robot.job_folders import JobFolders
from robot.shared_writes import SharedWrites
from robot.spool import Spool

UPLOAD_LIMIT_S = 60.0
"""The result does not wait longer than this for its files."""
RESEND_S = 15.0
"""A result that was not answered for goes again after so long: the orchestrator may have had no database for it."""
LOOK_S = 5.0
"""How often that is looked at."""
AT_ONCE = 16
BACKLOG = 20
BACKLOG_PACE_S = 0.05
"""Between the results of a backlog: an orchestrator bears 50 messages a second from one robot."""

logger = logging.getLogger(__name__)


class Delivery:
    """Delivers what is in the spool; the spool alone says what is left to do."""

    def __init__(self, spool: Spool, folders: JobFolders, upload: ArtifactUpload) -> None:
        self._spool = spool
        self._folders = folders
        self._upload = upload
        self._uploaded: set[AttemptRef] = set()
        self._prunes: SharedWrites[tuple[AttemptRef, ...], None] = SharedWrites(self._prune)
        self._empty = asyncio.Event()

    async def run(self, session: Session) -> None:
        """Deliver for as long as the session lives."""
        places = asyncio.Semaphore(AT_ONCE)
        sent: dict[AttemptRef, float] = {}
        clock = asyncio.get_running_loop().time
        async with asyncio.TaskGroup() as group:
            while True:
                self._spool.changed.clear()
                now = clock()
                refs = dict.fromkeys(self._spool.refs)
                for ref in [ref for ref, at in sent.items() if ref not in refs or now - at >= RESEND_S]:
                    del sent[ref]
                waiting = [ref for ref in refs if ref not in sent]
                for ref in waiting:
                    sent[ref] = inf  # on its way: however slow the line is, it goes there once at a time
                    group.create_task(self._deliver(session, ref, places, sent), name=f"deliver {ref.job_id}")
                    if len(waiting) > BACKLOG and not session.takes_batches:
                        await asyncio.sleep(BACKLOG_PACE_S)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._spool.changed.wait()

    async def acknowledged(self, ack: ResultAck) -> None:
        """The orchestrator has answered for a result: whatever it said, the robot may forget it."""
        ref = attempt_of(ack)
        extra = {"job": ref.job_id, "attempt": ref.attempt}
        if ack.outcome is ResultOutcome.REJECTED:
            logger.error("The orchestrator rejected the result.", extra=extra)
        elif ack.outcome not in {ResultOutcome.RECORDED, ResultOutcome.DUPLICATE}:
            logger.warning("The result was not recorded: %s.", ack.outcome, extra=extra)
        if await self._spool.remove(ref):
            self._uploaded.discard(ref)
            await self._prunes.put(self._spool.refs)
        if not self._spool.refs:
            self._empty.set()

    async def acknowledged_all(self, acks: Sequence[ResultAck]) -> None:
        """Answers that came together."""
        await asyncio.gather(*(self.acknowledged(ack) for ack in acks))

    def _prune(self, needed: Sequence[tuple[AttemptRef, ...]]) -> list[None]:
        """Once for everybody who asked: the newest list is the one that counts."""
        self._folders.prune(needed[-1], failed=self._spool.failed)
        return [None] * len(needed)

    async def wait_empty(self) -> None:
        """Returns when every result has been answered for."""
        while self._spool.refs:
            self._empty.clear()
            await self._empty.wait()

    async def _deliver(
        self, session: Session, ref: AttemptRef, places: asyncio.Semaphore, sent: dict[AttemptRef, float]
    ) -> None:
        async with places:
            result = await self._spool.get(ref)
            if result is None:
                return
            if ref not in self._uploaded:
                await self._send_files(result)
            await session.send(JobResultReport(result=result))
            if ref in sent:
                sent[ref] = asyncio.get_running_loop().time()

    async def _send_files(self, result: JobResult) -> None:
        ref = attempt_of(result)
        try:
            async with asyncio.timeout(UPLOAD_LIMIT_S):
                await self._upload.send_all(result, self._folders.path(ref))
        except TimeoutError:
            extra = {"job": ref.job_id, "attempt": ref.attempt}
            logger.warning("The files took longer than %g s; the result goes first.", UPLOAD_LIMIT_S, extra=extra)
            return
        self._uploaded.add(ref)
