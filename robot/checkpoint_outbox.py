"""Brings checkpoints to the orchestrator: on disk first, sent over HTTP, forgotten once it said what became of them.

The newest automatic checkpoint of a run replaces older ones that have not been sent yet. What a process that died has
left behind is sent by the next one before it says hello, while the orchestrator may still wait for the run.
"""

import asyncio
import json
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError

from orchestrator.contract.checkpoints import (
    MAX_CHECKPOINT_BYTES,
    CheckpointFacts,
    CheckpointKind,
    CheckpointState,
    CheckpointUpload,
)
from orchestrator.contract.errors import ErrorKind
from robot.certificates import certificates_for
from robot.checkpoint_secrets import SecretMarks
from robot.config import OrchestratorAddress
from robot.durable_file import write_durably
from robot.errors import ActionError

MOST_WAITING = 50
"""Checkpoints that wait to be sent; the oldest automatic ones go first when there are more."""
LEFTOVER_LIMIT_S = 5.0
FETCH_LIMIT_S = 60.0
TRY_LIMIT_S = 30.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 15.0
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
_SUFFIX = ".checkpoint.json"

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Waiting:
    """A checkpoint on its way; implements `robot.workflow.snapshots.Delivery`."""

    facts: CheckpointFacts
    body: bytes
    path: Path | None
    """Where it lies on disk; None when the disk refused it."""
    is_kept: bool | None = None
    """True: the orchestrator has it. False: it will never have it. None: not known yet."""
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> bool:
        """True once the orchestrator has it; False when it refused it, or it is too large."""
        await self._settled.wait()
        return bool(self.is_kept)

    def settle(self, *, is_kept: bool) -> None:
        """It is known what became of it."""
        if self.is_kept is None:
            self.is_kept = is_kept
            self._settled.set()


class CheckpointOutbox:
    """One robot's checkpoints on their way, in the order in which they were taken."""

    def __init__(
        self, address: OrchestratorAddress, token: str, *, robot_id: str, folder: Path, rng: random.Random
    ) -> None:
        self._base = f"{address.http_base}/api/v1/checkpoints"
        self._robot_id = robot_id
        self._folder = folder
        self._rng = rng
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(TRY_LIMIT_S, connect=10.0),
            trust_env=not address.is_loopback,
            verify=certificates_for(address),
        )

    async def close(self) -> None:
        """Close the connections; what is not delivered stays on disk."""
        await self._client.aclose()

    async def put(self, facts: CheckpointFacts, state: CheckpointState, marks: SecretMarks) -> Waiting:
        """Take a checkpoint over; it is on disk when this returns, if the disk takes it."""
        body = await asyncio.to_thread(self._written, facts, state, marks)
        path = self._folder / f"{facts.checkpoint_id}{_SUFFIX}"
        waiting = Waiting(facts, body, path)
        if len(body) > MAX_CHECKPOINT_BYTES:
            logger.warning(
                "A checkpoint of %d bytes is too large: at most %d are kept. It is left out.",
                len(body),
                MAX_CHECKPOINT_BYTES,
                extra={"job": facts.job_id, "attempt": facts.attempt},
            )
            waiting.settle(is_kept=False)
            return waiting
        try:
            await asyncio.to_thread(self._write, path, body)
        except OSError as error:
            logger.info("A checkpoint stays in memory only: %s", error.strerror or error)
            waiting.path = None
        await self._supersede(facts)
        self._waiting.append(waiting)
        self._arrived.set()
        return waiting

    async def fetch(self, checkpoint_id: str) -> bytes:
        """The content of a checkpoint, as some robot sent it. ActionError when it cannot be had."""
        try:
            async with asyncio.timeout(FETCH_LIMIT_S):
                return await self._fetched(checkpoint_id)
        except TimeoutError:
            message = f"The checkpoint {checkpoint_id} could not be fetched within {FETCH_LIMIT_S:g} s."
            raise ActionError.of(ErrorKind.NETWORK, message) from None

    def hurry(self) -> None:
        """The orchestrator is there again: do not wait for the next try."""
        self._hurry.set()

    async def send_leftovers(self) -> None:
        """Send what an earlier process left, for a moment; what cannot be sent now is worth nothing later."""
        left = await asyncio.to_thread(lambda: list(self._leftovers()))
        try:
            async with asyncio.timeout(LEFTOVER_LIMIT_S):
                for waiting in left:
                    await self._try(waiting)
        except TimeoutError:
            pass  # the orchestrator is not there: it cannot be waiting for these runs
        for waiting in left:
            await self._forget(waiting)

    async def run(self) -> None:
        """Deliver until cancelled."""
        failures = 0
        while True:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            waiting = self._waiting[0]
            if await self._try(waiting):
                failures = 0
                if waiting in self._waiting:
                    self._waiting.remove(waiting)
                await self._forget(waiting)
                continue
            failures += 1
            await self._pause(failures)

    # --- one checkpoint -------------------------------------------------------------------------------------------

    async def _try(self, waiting: Waiting) -> bool:
        """Send it; True when it need not be sent again."""
        if waiting.is_kept is not None:
            return True
        try:
            async with asyncio.timeout(TRY_LIMIT_S):
                answer = await self._client.put(f"{self._base}/{waiting.facts.checkpoint_id}", content=waiting.body)
        except (TimeoutError, httpx.HTTPError) as error:
            logger.debug("A checkpoint could not be sent: %s", error)
            return False
        if answer.status_code in _TEMPORARY:
            return False
        if not answer.is_success:
            about = {"job": waiting.facts.job_id, "attempt": waiting.facts.attempt}
            logger.info("The orchestrator does not want a checkpoint (HTTP %d).", answer.status_code, extra=about)
        waiting.settle(is_kept=answer.is_success)
        return True

    async def _fetched(self, checkpoint_id: str) -> bytes:
        failures = 0
        while True:
            try:
                answer = await self._client.get(f"{self._base}/{checkpoint_id}/state")
            except httpx.HTTPError as error:
                logger.debug("The checkpoint %s could not be fetched: %s", checkpoint_id, error)
            else:
                if answer.is_success:
                    return answer.content
                if answer.status_code not in _TEMPORARY:
                    message = f"The checkpoint {checkpoint_id} is not there (HTTP {answer.status_code})."
                    hint = "Retry the job from the start, or from another checkpoint."
                    raise ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint=hint)
            failures += 1
            await self._pause(failures)

    async def _pause(self, failures: int) -> None:
        bound_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(failures, 10))
        self._hurry.clear()
        try:
            async with asyncio.timeout(self._rng.uniform(_FIRST_PAUSE_S, bound_s)):
                await self._hurry.wait()
        except TimeoutError:
            pass  # the usual way: it is time again

    async def _supersede(self, facts: CheckpointFacts) -> None:
        """Room for a new one: older automatic ones of the same run, and of others when there are too many."""
        old = [each for each in self._waiting[1:] if each.facts.kind is CheckpointKind.AUTOMATIC]
        same = [each for each in old if (each.facts.job_id, each.facts.attempt) == (facts.job_id, facts.attempt)]
        for each in same if len(self._waiting) < MOST_WAITING else old or self._waiting[1:2]:
            self._waiting.remove(each)
            each.settle(is_kept=False)
            await self._forget(each)

    # --- the disk -------------------------------------------------------------------------------------------------

    def _written(self, facts: CheckpointFacts, state: CheckpointState, marks: SecretMarks) -> bytes:
        upload = CheckpointUpload(robot_id=self._robot_id, facts=facts, state=state)
        plain: Any = upload.model_dump(mode="json")
        if marks.is_needed:
            plain["state"] = marks.hidden(plain["state"])
            plain["state"]["secret_mark"] = marks.mark
            plain["facts"]["sessions"] = marks.hidden(plain["facts"]["sessions"])
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    def _write(self, path: Path, body: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, body)

    def _leftovers(self) -> Iterator[Waiting]:
        """What lies on disk, oldest first; damaged files are removed, since a checkpoint may be missing."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda each: each.name):
            try:
                body = path.read_bytes()
                yield Waiting(CheckpointUpload.model_validate_json(body).facts, body, path)
            except (OSError, ValidationError):
                path.unlink(missing_ok=True)

    async def _forget(self, waiting: Waiting) -> None:
        if waiting.path is not None:
            await asyncio.to_thread(waiting.path.unlink, missing_ok=True)
