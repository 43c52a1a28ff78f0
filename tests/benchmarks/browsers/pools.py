"""What sessions cost and how they come back: in this process, on browsers of its own."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live import THUMBNAIL
from robot.actions.job_actions import JobActions
from robot.actions.work import ActionSettings
from robot.browser.curtain import Curtain
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.processes import kill_all, memory_bytes, running_with, tree
from robot.browser.screencast import ANSWER_LIMIT_S, Screencast
from robot.browser.session_pool import SessionPool
from robot.workflow.ports import ActionCall
from tests.benchmarks.browsers.script import LOGIN, ROUND, Deed

GIB = 1_024**3
DEFAULT_SHARE = 4
"""Contexts of a headless shell."""
USER = "Dana Moreno"
"""What every page says of whoever is logged in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One browser, lent again and again."""

    share: float
    """By how much its memory grew, from the tenth lease on: 0.3 is 30 %."""
    processes_left: int
    folders_left: int


class Worker:
    """Does deeds as the steps of a run do them."""

    def __init__(self, pool: SessionPool, folder: Path, site: str, name: str) -> None:
        self.actions = JobActions(pool, folder / name, ActionSettings(base_url=site), owner=name)
        self._site = site

    async def do(self, deed: Deed) -> JsonValue:
        """One deed."""
        match deed.kind:
            case "goto":
                parameters: dict[str, JsonValue] = {"url": self._site + deed.where}
            case "fill" | "select":
                parameters = {"target": deed.where, "value": deed.value}
            case _:
                parameters = {"target": deed.where}
        action = "extract" if deed.kind == "text" else deed.kind
        call = ActionCall(step_id="deed", action=action, parameters=parameters, timeout_s=60)
        return (await self.actions.perform(call)).value

    async def log_in(self) -> None:
        """Be logged in."""
        for deed in LOGIN:
            await self.do(deed)

    async def go_round(self) -> None:
        """Search and fill."""
        for deed in ROUND:
            await self.do(deed)


@asynccontextmanager
async def pool_of(folder: Path, *, browsers: int, contexts: int, leases: int = 10_000) -> AsyncIterator[SessionPool]:
    """A pool whose browsers do not retire meanwhile, unless after so many leases."""
    settings = SessionPoolSettings(
        state_folder=folder,
        max_browsers=browsers,
        contexts_per_browser=contexts,
        retire_after_leases=leases,
        retire_after_crashes=10_000,
    )
    pool = SessionPool(settings)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def workers(pool: SessionPool, folder: Path, site: str, count: int) -> AsyncIterator[list[Worker]]:
    """Workers that are logged in."""
    async with AsyncExitStack() as stack:
        found = [Worker(pool, folder, site, f"worker-{number}") for number in range(count)]
        for each in found:
            await stack.enter_async_context(each.actions)
        await asyncio.gather(*(each.log_in() for each in found))
        yield found


async def recoveries_s(folder: Path, site: str, *, sessions: int, kills: int) -> list[float]:
    """From the browser's death to the end of the next step of every session, each with its login; sorted."""
    took_s = []
    async with (
        pool_of(folder, browsers=1, contexts=DEFAULT_SHARE) as pool,
        workers(pool, folder, site, sessions) as found,
    ):
        for _ in range(kills):
            began_s = time.perf_counter()
            for pid in pool.browser_pids():
                await kill_all(tree(pid))
            names = await asyncio.gather(*(each.do(LOGIN[-1]) for each in found))
            took_s.append(time.perf_counter() - began_s)
            assert names == [USER] * sessions, names
    return sorted(took_s)


async def sessions_per_gib(folder: Path, site: str, *, sessions: int) -> float:
    """How many sessions on a simple page fit into a GiB, their browser included."""
    async with pool_of(folder, browsers=1, contexts=sessions) as pool:
        async with pool.session("first") as first:
            await first.page.goto(site)
        (pid,) = pool.browser_pids()
        alone = await asyncio.to_thread(memory_bytes, pid)
        async with AsyncExitStack() as stack:
            for number in range(sessions):
                session = await stack.enter_async_context(pool.session(f"s{number}"))
                await session.page.goto(site)
            together = await asyncio.to_thread(memory_bytes, pid)
    return (GIB - alone) / ((together - alone) / sessions)


async def growth(folder: Path, site: str, *, leases: int) -> Growth:
    """What a browser keeps of its leases, and what is left when the pool is closed."""
    async with pool_of(folder, browsers=1, contexts=1) as pool:
        sizes = []
        for number in range(leases):
            async with pool.session(f"lease-{number}") as session:
                await session.page.goto(site)
            if number in {10, leases - 1}:
                sizes.append(await asyncio.to_thread(_memory, pool.browser_pids()))
    left = [path for path in (folder / "browsers").iterdir() if path.is_dir()]
    return Growth(share=sizes[-1] / sizes[0] - 1, processes_left=len(running_with(str(folder))), folders_left=len(left))


def _memory(pids: Sequence[int]) -> int:
    return sum(memory_bytes(pid) for pid in pids)


async def thumbnail(folder: Path, site: str, *, count: int) -> tuple[float, float]:
    """Processor time of this process, its driver and its browser for a thumbnail of a page, and its bytes as base64."""
    async with pool_of(folder, browsers=1, contexts=1) as pool, pool.session("wall") as session:
        await session.page.goto(f"{site}/jobs")
        async with Screencast(session.page, THUMBNAIL, Curtain()) as cast:
            await _pulse(cast)
            began_s = await asyncio.to_thread(_cpu_s)
            sizes = [await _pulse(cast) for _ in range(count)]
            took_s = await asyncio.to_thread(_cpu_s) - began_s
    return took_s / count, statistics.mean(sizes)


async def _pulse(cast: Screencast) -> int:
    await cast.begin()
    frame = await cast.next(ANSWER_LIMIT_S)
    await cast.stop()
    assert frame is not None
    return len(frame.data)


def _cpu_s() -> float:
    times = [each.cpu_times() for each in tree(os.getpid())]
    return sum(each.user + each.system for each in times)


def p95(sorted_s: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted_s[min(len(sorted_s) - 1, int(len(sorted_s) * 0.95))]
