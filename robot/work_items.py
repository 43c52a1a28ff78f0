"""What runs of this robot ask about work items: asked at once, after each reconnect and each half minute.

How an item ended is on the disk before it is said for the first time, and stays there until there is an answer. What a
process that died has left behind is told by the next one before it says hello, while the orchestrator still counts the
item as its run's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import ValidationError

from orchestrator.contract.api.common import API
from orchestrator.contract.api.work_items import REPORTS_PATH
from orchestrator.contract.ids import new_id
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.work_items import AddItems, ItemOutcome, ItemWish, TakeItem
from robot.config import OrchestratorAddress
from robot.durable_file import write_durably

REPEAT_S = 30.0
LEFTOVER_LIMIT_S = 5.0
_SUFFIX = ".item.json"

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Asked:
    """A question that a step waits for."""

    message: WorkItemAsk
    path: Path | None
    """Where it lies on disk; None for what a dead process need not have said."""
    answer: WorkItemAnswer | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class WorkItemAsks:
    """All of them, whichever run they belong to."""

    def __init__(self, address: OrchestratorAddress, token: str, *, robot_id: str, folder: Path) -> None:
        self._url = f"{address.http_base}{API}{REPORTS_PATH}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._trusts_environment = not address.is_loopback
        self._robot_id = robot_id
        self._folder = folder
        self._asked: dict[str, _Asked] = {}
        self._news = asyncio.Event()

    async def ask(self, ref: AttemptRef, wish: ItemWish, *, carried: tuple[str, ...] = ()) -> WorkItemAnswer:
        """Ask, and wait for the answer however long the orchestrator is away; cancelling gives up."""
        message = WorkItemAsk(job_id=ref.job_id, attempt=ref.attempt, request_id=new_id(), wish=wish, carried=carried)
        asked = _Asked(message, await self._kept(message))
        self._asked[message.request_id] = asked
        self._news.set()
        try:
            await asked.answered.wait()
        except asyncio.CancelledError:
            if asked.path is None:
                self._asked.pop(message.request_id, None)
            raise
        assert asked.answer is not None
        return asked.answer

    async def answered(self, answer: WorkItemAnswer) -> None:
        """The orchestrator says what became of a wish; it is safe there."""
        asked = self._asked.pop(answer.request_id, None)
        if asked is None:
            return
        asked.answer = answer
        asked.answered.set()
        if asked.path is not None:
            await asyncio.to_thread(asked.path.unlink, missing_ok=True)

    async def attend(self, send: Callable[[Payload], Awaitable[None]], *, is_understood: bool = True) -> None:
        """Ask what is open for as long as the session lives; at once, so that no end of a run is told before those of
        its items. An orchestrator that does not know items is not asked: wishes are refused, and ends wait on the disk
        for one that does."""
        said: set[str] = set()
        while True:
            self._news.clear()
            for request_id, asked in tuple(self._asked.items()):
                if not is_understood:
                    await self._refuse(asked)
                elif request_id not in said:
                    await send(asked.message)
            said = set(self._asked)
            try:
                async with asyncio.timeout(REPEAT_S):
                    await self._news.wait()
            except TimeoutError:
                said = set()  # an answer may have got lost: ask again

    async def _refuse(self, asked: _Asked) -> None:
        if isinstance(asked.message.wish, TakeItem | AddItems):
            await self.answered(_unknown_there(asked.message))

    async def send_leftovers(self) -> None:
        """Tell how items ended for a process that died before it had an answer, for a moment."""
        left = await asyncio.to_thread(lambda: list(self._leftovers()))
        if not left:
            return
        try:
            async with (
                asyncio.timeout(LEFTOVER_LIMIT_S),
                httpx.AsyncClient(headers=self._headers, trust_env=self._trusts_environment) as client,
            ):
                for path, message in left:
                    await self._tell(client, path, message)
        except (TimeoutError, httpx.HTTPError) as error:
            logger.info("How items ended is told again at the next start: %s", error)

    async def _tell(self, client: httpx.AsyncClient, path: Path, message: WorkItemAsk) -> None:
        body = {"robot_id": self._robot_id, "ask": message.model_dump(mode="json")}
        answer = await client.post(self._url, json=body)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return
        if not answer.is_success:
            logger.warning("The orchestrator does not take how an item ended (HTTP %d).", answer.status_code)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _kept(self, message: WorkItemAsk) -> Path | None:
        if isinstance(message.wish, TakeItem | AddItems):
            return None
        path = self._folder / f"{message.request_id}{_SUFFIX}"
        try:
            await asyncio.to_thread(self._write, path, message)
        except OSError as error:
            logger.info("How an item ended stays in memory only: %s", error.strerror or error)
            return None
        return path

    def _write(self, path: Path, message: WorkItemAsk) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, message.model_dump_json().encode())

    def _leftovers(self) -> Iterator[tuple[Path, WorkItemAsk]]:
        """What lies on disk, oldest first; damaged files are removed: their items go back by themselves."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                yield path, WorkItemAsk.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                path.unlink(missing_ok=True)


def _unknown_there(ask: WorkItemAsk) -> WorkItemAnswer:
    return WorkItemAnswer(
        job_id=ask.job_id,
        attempt=ask.attempt,
        request_id=ask.request_id,
        outcome=ItemOutcome.REFUSED,
        message="The orchestrator is of an older release and has no work items; update it.",
    )
