"""Actions a second with several sessions at once: a robot's, and those of bare scripts in browsers of the same kind."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.async_api import Page, async_playwright

from robot.browser.find import find_browser
from robot.browser.launch import flags
from tests.benchmarks.browsers.pools import DEFAULT_SHARE, pool_of, workers
from tests.benchmarks.browsers.script import LOGIN, ROUND, VIEWPORT, do_all

WARM_UP = 1

GoRound = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What was done a second, turn by turn: all sessions search and fill once, then the others do."""

    robot: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def share(self) -> float:
        """What a robot does of what bare scripts do: the middle of the pairs."""
        return statistics.median(ours / bare for ours, bare in zip(self.robot, self.bare, strict=True))


async def measure(folder: Path, site: str, *, sessions: int, turns: int) -> Rates:
    """A robot with as many browsers as there are cores, and scripts in as many as it has started; who is first
    changes."""
    async with (
        pool_of(folder, browsers=max(1, os.cpu_count() or 1), contexts=DEFAULT_SHARE) as pool,
        workers(pool, folder, site, sessions) as ours,
        _bare_pages(site, sessions=sessions, browsers=len(pool.browser_pids())) as pages,
    ):
        robot = [each.go_round for each in ours]
        bare = [partial(do_all, each, ROUND, site) for each in pages]
        found: list[tuple[float, float]] = []
        for number in range(WARM_UP + turns):
            first = await _rate(bare) if number % 2 else 0.0
            rate = await _rate(robot)
            found.append((rate, first or await _rate(bare)))
    kept = found[WARM_UP:]
    return Rates(robot=tuple(rate for rate, _ in kept), bare=tuple(rate for _, rate in kept))


@asynccontextmanager
async def _bare_pages(site: str, *, sessions: int, browsers: int) -> AsyncIterator[list[Page]]:
    """Pages of scripts that are logged in, spread over browsers of their own."""
    choice, (width, height) = find_browser(), VIEWPORT
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        running = []
        for _ in range(browsers):
            browser = await playwright.chromium.launch(
                executable_path=choice.executable, channel=choice.channel, args=flags()
            )
            running.append(await stack.enter_async_context(browser))
        pages = []
        for number in range(sessions):
            context = await running[number % browsers].new_context(viewport={"width": width, "height": height})
            pages.append(await context.new_page())
        await asyncio.gather(*(do_all(page, LOGIN, site) for page in pages))
        yield pages


async def _rate(sessions: Sequence[GoRound]) -> float:
    began_s = time.perf_counter()
    await asyncio.gather(*(go_round() for go_round in sessions))
    return len(sessions) * len(ROUND) / (time.perf_counter() - began_s)
