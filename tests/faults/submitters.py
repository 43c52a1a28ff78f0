"""Clients that submit side by side, each job under a key of its own, whatever happens to the orchestrator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fleet import Fleet

CLIENTS = 6
JOBS_EACH = 40
LIMIT_S = 120.0


class Submitters:
    """What they were answered: the id of each job, by its mark."""

    def __init__(self, fleet: Fleet) -> None:
        self.answers: dict[str, str] = {}
        self._fleet = fleet
        self._news = asyncio.Condition()

    @property
    def are_done(self) -> bool:
        """True once every job was acknowledged."""
        return len(self.answers) == CLIENTS * JOBS_EACH

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They work while inside; leaving waits until everything is acknowledged."""
        async with asyncio.TaskGroup() as group:
            for client in range(CLIENTS):
                group.create_task(self._submit_all(f"client{client}"))
            yield

    async def until_more(self, count: int) -> None:
        """Wait until so many more jobs were acknowledged, or all of them."""
        wanted = min(len(self.answers) + count, CLIENTS * JOBS_EACH)
        async with asyncio.timeout(LIMIT_S), self._news:
            await self._news.wait_for(lambda: len(self.answers) >= wanted)

    async def ask_again(self) -> dict[str, str]:
        """Submit everything once more, with the same keys; the answers."""
        return {mark: await self._answer(mark) for mark in self.answers}

    async def _submit_all(self, name: str) -> None:
        for number in range(JOBS_EACH):
            mark = f"{name}-{number}"
            answer = await self._answer(mark)
            async with self._news:
                self.answers[mark] = answer
                self._news.notify_all()

    async def _answer(self, mark: str) -> str:
        return (await self._fleet.submit(mark, key=f"key-{mark}", held=False)).job_id
