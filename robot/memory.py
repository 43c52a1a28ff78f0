"""What runs remember for later runs: kept by the orchestrator, so that any robot's next run finds it."""

import asyncio
import random
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import RUN_PATH, MemoryKind, RunMemoryAnswer, RunMemoryRequest
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.sightings import (
    MAX_LOOK_ID,
    MAX_LOOK_LOCATOR,
    ElementLook,
    RunLookAnswer,
    RunLookRequest,
)
from robot.certificates import certificates_for
from robot.config import OrchestratorAddress
from robot.errors import ActionError

TRY_LIMIT_S = 15.0
LOOK_LIMIT_S = 2.0
"""For what a proposal would need, and no step."""
ASK_LIMIT_S = 60.0
"""How long a step waits for an orchestrator that does not answer."""
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


class OrchestratorMemory:
    """Asks over HTTP, in the name of runs."""

    def __init__(self, address: OrchestratorAddress, token: str, *, robot_id: str, rng: random.Random) -> None:
        self.robot_id = robot_id
        self._base = f"{address.http_base}/api/v1{RUN_PATH}"
        self._rng = rng
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(TRY_LIMIT_S, connect=10.0),
            trust_env=not address.is_loopback,
            verify=certificates_for(address),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def of(self, ref: AttemptRef) -> "RunMemory":
        """The memory as one attempt sees it."""
        return RunMemory(self, ref)

    async def ask(self, what: str, asked: RunMemoryRequest) -> bytes:
        """The orchestrator's answer; ActionError when it refuses, or cannot be had in time."""
        try:
            async with asyncio.timeout(ASK_LIMIT_S):
                return await self._answered(what, asked)
        except TimeoutError:
            message = f"The orchestrator did not answer within {ASK_LIMIT_S:g} s when {asked.name!r:.80} was asked for."
            raise ActionError.of(ErrorKind.NETWORK, message) from None

    async def look(self, asked: RunLookRequest) -> ElementLook | None:
        """What an element last looked like; None when nobody knows, or no answer comes at once."""
        try:
            answer = await self._client.post(
                f"{self._base}/look", content=asked.model_dump_json(), timeout=LOOK_LIMIT_S
            )
            return RunLookAnswer.model_validate_json(answer.content).look if answer.is_success else None
        except (httpx.HTTPError, ValidationError):
            return None

    async def _answered(self, what: str, asked: RunMemoryRequest) -> bytes:
        failures = 0
        while True:
            answer = await self._try(what, asked)
            if answer is not None and answer.is_success:
                return answer.content
            if answer is not None and answer.status_code not in _TEMPORARY:
                raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"The orchestrator refuses: {_words(answer)}")
            failures += 1
            bound_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(failures, 10))
            await asyncio.sleep(self._rng.uniform(_FIRST_PAUSE_S, bound_s))

    async def _try(self, what: str, asked: RunMemoryRequest) -> httpx.Response | None:
        try:
            return await self._client.post(f"{self._base}/{what}", content=asked.model_dump_json())
        except httpx.HTTPError:
            return None


def _words(answer: httpx.Response) -> str:
    try:
        said = answer.json()
        return str(said["message"]) if isinstance(said, dict) and "message" in said else f"HTTP {answer.status_code}."
    except ValueError:
        return f"HTTP {answer.status_code}."


@dataclass(frozen=True, slots=True)
class RunMemory:
    """Implements `robot.actions.work.Memory` for one attempt."""

    memory: OrchestratorMemory
    ref: AttemptRef

    async def remember(self, kind: MemoryKind, name: str, value: JsonValue) -> None:
        """Keep it under this name, for all later runs."""
        await self.memory.ask("remember", self._request(kind, name, value))

    async def recall(self, kind: MemoryKind, name: str) -> RunMemoryAnswer:
        """What is kept under this name."""
        content = await self.memory.ask("recall", self._request(kind, name, None))
        try:
            return RunMemoryAnswer.model_validate_json(content)
        except ValidationError:
            raise ActionError.of(ErrorKind.INTERNAL, "The orchestrator's answer cannot be read.") from None

    async def look(self, step_id: str, locator: str) -> ElementLook | None:
        """What the element of a step and its first locator last looked like; None when nobody knows."""
        return await self.memory.look(
            RunLookRequest(
                robot_id=self.memory.robot_id,
                job_id=self.ref.job_id,
                attempt=self.ref.attempt,
                step_id=step_id[:MAX_LOOK_ID],
                locator=locator[:MAX_LOOK_LOCATOR],
            )
        )

    def _request(self, kind: MemoryKind, name: str, value: JsonValue) -> RunMemoryRequest:
        return RunMemoryRequest(
            robot_id=self.memory.robot_id,
            job_id=self.ref.job_id,
            attempt=self.ref.attempt,
            kind=kind,
            name=name,
            value=value,
        )
